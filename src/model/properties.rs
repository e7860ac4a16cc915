//! What an author states in a diagram's own properties: the same names for every format.
//!
//! Names are read in any spelling: `dataClassification`, `data_classification` and `Data Classification` are one.

use std::collections::BTreeMap;

use super::{Fact, Scope, Stated, Truth};

const TRUST: &[&str] = &["trust", "trust-level", "trust-rank"];
const DATA: &[&str] = &["data-classification", "data-class", "classification", "data-sensitivity"];
const PROTOCOL: &[&str] = &["protocol", "c4-technology"];
const PRIVILEGE: &[&str] = &["privilege-level", "privilege"];
const CONTROLS: &[&str] = &["controls", "control", "security-controls", "mitigations"];
const OUT_OF_SCOPE: &[&str] = &["out-of-scope"];
const REASON: &[&str] = &["out-of-scope-reason", "reason-out-of-scope", "scope-reason"];
const DESCRIPTION: &[&str] = &["description", "c4-description", "tooltip"];

impl Stated {
    /// Everything that properties state.
    #[must_use]
    pub fn of_properties(properties: &BTreeMap<String, String>) -> Self {
        let mut stated = Self::default();
        if properties.is_empty() {
            return stated;
        }
        for &fact in Fact::ALL {
            if let Some(value) = find(properties, &[fact.as_str(), &format!("is-{}", fact.as_str())]) {
                stated.facts.set(fact, Truth::from_word(value));
            }
        }
        let text = |names| find(properties, names).map(str::to_owned);
        stated.scope = scope(properties);
        stated.trust = find(properties, TRUST).and_then(|v| v.parse().ok()).filter(|rank| *rank <= 9);
        stated.data_classification = text(DATA);
        stated.protocol = text(PROTOCOL);
        stated.privilege_level = text(PRIVILEGE);
        stated.description = text(DESCRIPTION);
        for control in find(properties, CONTROLS).unwrap_or_default().split([',', ';', '\n']).map(str::trim) {
            let (name, missing) = match control.strip_prefix('!').or_else(|| control.strip_prefix("no-")) {
                Some(name) => (name, true),
                None => (control, false),
            };
            let key = canonical(name.strip_prefix("ctl.").unwrap_or(name));
            let list = if missing { &mut stated.missing_controls } else { &mut stated.controls };
            if !key.is_empty() && !list.contains(&key) {
                list.push(key);
            }
        }
        stated
    }
}

/// The value of the first of `names` that is set and not empty, whatever its spelling.
pub(crate) fn find<'p>(properties: &'p BTreeMap<String, String>, names: &[&str]) -> Option<&'p str> {
    names.iter().find_map(|name| {
        let value = properties.iter().find(|(key, _)| canonical(key) == *name)?.1.trim();
        (!value.is_empty()).then_some(value)
    })
}

/// In scope unless said otherwise; a text instead of yes or no is the reason.
fn scope(properties: &BTreeMap<String, String>) -> Scope {
    let reason = || find(properties, REASON).map(str::to_owned);
    match find(properties, OUT_OF_SCOPE) {
        None => match find(properties, &["scope", "in-scope"]).map(canonical).as_deref() {
            Some("out" | "out-of-scope" | "no" | "false") => Scope::Out { reason: reason() },
            _ => Scope::In,
        },
        Some(value) => match Truth::from_word(value) {
            Truth::Yes => Scope::Out { reason: reason() },
            Truth::No => Scope::In,
            Truth::Unknown => Scope::Out { reason: Some(value.to_owned()) },
        },
    }
}

/// A name in lower case with hyphens, however it is spelt.
pub(crate) fn canonical(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for c in name.trim().chars() {
        if c.is_alphanumeric() || c == '!' {
            if c.is_uppercase() && after_lower && !out.ends_with('-') {
                out.push('-');
            }
            after_lower = c.is_lowercase() || c.is_numeric();
            out.extend(c.to_lowercase());
        } else {
            after_lower = false;
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(pairs: &[(&str, &str)]) -> Stated {
        Stated::of_properties(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn names_are_read_in_any_spelling() {
        for name in ["data-classification", "dataClassification", "data_classification", "Data Classification"] {
            assert_eq!(stated(&[(name, "PII")]).data_classification.as_deref(), Some("PII"), "{name}");
        }
    }

    #[test]
    fn controls_are_stated_present_or_missing() {
        let stated = stated(&[("controls", "ctl.waf, !mfa; no-backup"), ("isEncrypted", "true")]);
        assert_eq!((stated.controls.as_slice(), stated.missing_controls.len()), (["waf".to_owned()].as_slice(), 2));
        assert_eq!(stated.facts.get(Fact::Encrypted), Truth::Yes);
    }
}
