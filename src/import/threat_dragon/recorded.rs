//! Threats that the model's author recorded.

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::Value;

use super::field::{long_text, scalar, text};
use crate::model::{RecordedThreat, Status, Stride, Target};

/// Names of categories in every language of Threat Dragon's menus, in lower case, and the STRIDE category of each.
static CATEGORIES: LazyLock<BTreeMap<&'static str, Stride>> = LazyLock::new(|| {
    let rows = include_str!("categories.csv").lines().skip(1).filter_map(|line| line.rsplit_once(','));
    rows.filter_map(|(word, stride)| Some((word, stride.parse().ok()?))).collect()
});

/// The threats of a cell. Their target is the diagram until the cell's place in it is known.
pub(super) fn of(threats: Option<&Value>, cell: &str) -> Vec<RecordedThreat> {
    let threats = threats.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    threats
        .iter()
        .enumerate()
        .filter(|(_, threat)| threat.is_object())
        .map(|(index, threat)| {
            let id = scalar(threat.get("id")).or_else(|| scalar(threat.get("threatId")));
            let category = text(threat, "/type").unwrap_or_default();
            RecordedThreat {
                id: id.unwrap_or_else(|| format!("{cell}#{}", index + 1)),
                target: Target::Diagram,
                title: text(threat, "/title").unwrap_or_else(|| category.clone()),
                stride: stride(&category),
                status: status(&text(threat, "/status").unwrap_or_default()),
                severity: text(threat, "/severity").and_then(|word| word.parse().ok()),
                description: long_text(threat, "/description").unwrap_or_default(),
                mitigation: long_text(threat, "/mitigation").unwrap_or_default(),
                category,
            }
        })
        .collect()
}

/// The STRIDE category that a written one means, in whatever language. The three of confidentiality, integrity and
/// availability count as the STRIDE category that breaks them.
fn stride(category: &str) -> Option<Stride> {
    let whole = category.trim().to_lowercase();
    let parts = std::iter::once(whole.as_str()).chain(whole.split(" / ").map(str::trim));
    parts.filter_map(|word| CATEGORIES.get(word)).next().copied()
}

/// Statuses of all versions and spellings; one that is not known leaves the threat open.
fn status(word: &str) -> Status {
    let letters: String = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match letters.as_str() {
        "mitigated" => Status::Mitigated,
        "notapplicable" | "na" | "openna" => Status::NotApplicable,
        "accepted" => Status::Accepted,
        "transferred" => Status::Transferred,
        "avoided" | "eliminated" => Status::Avoided,
        _ => Status::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = include_str!("categories.csv").lines().skip(1).count();
        assert_eq!(CATEGORIES.len(), lines);
        assert!(lines > 80, "{lines}");
    }

    #[test]
    fn categories_are_known_in_any_language_and_case() {
        let cases = [
            ("Information disclosure", Some(Stride::InformationDisclosure)),
            ("Information Disclosure", Some(Stride::InformationDisclosure)),
            ("Veröffentlichung von Informationen", Some(Stride::InformationDisclosure)),
            ("信息泄露", Some(Stride::InformationDisclosure)),
            ("Spoofing / Spoofing", Some(Stride::Spoofing)),
            ("DoS", Some(Stride::DenialOfService)),
            ("Integrity", Some(Stride::Tampering)),
            ("cornucopia", None),
            ("", None),
        ];
        for (word, stride) in cases {
            assert_eq!(super::stride(word), stride, "{word}");
        }
    }

    #[test]
    fn statuses_are_known_in_any_spelling() {
        assert_eq!(status("Not Applicable"), Status::NotApplicable);
        assert_eq!(status("N/A"), Status::NotApplicable);
        assert_eq!(status("Eliminated"), Status::Avoided);
        assert_eq!(status("who knows"), Status::Open);
    }
}
