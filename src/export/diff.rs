//! What changed between two diagrams, or between a diagram and its last table: threats, elements and flows.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde::Serialize;

use super::markdown::inline;
use crate::model::{PreviousPart, PreviousRow, PreviousTable, ThreatReport};

/// One threat in a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedThreat {
    /// The threat's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its severity before, where it was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its severity now, where it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What else changed, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One element or flow in a comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ChangedPart {
    /// The page that it is drawn on.
    pub page: String,
    /// The cell's id.
    pub id: String,
    /// Its name.
    pub label: String,
}

/// What changed. Lists are in the order of the table that they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Threats that were not there before.
    pub new: Vec<ChangedThreat>,
    /// Threats that are gone.
    pub gone: Vec<ChangedThreat>,
    /// Threats with another severity, status or set of elements.
    pub changed: Vec<ChangedThreat>,
    /// Elements that were not there before; `None` where the earlier table does not list elements.
    pub elements_added: Option<Vec<ChangedPart>>,
    /// Elements that are gone.
    pub elements_removed: Option<Vec<ChangedPart>>,
    /// Flows that were not there before.
    pub flows_added: Option<Vec<ChangedPart>>,
    /// Flows that are gone.
    pub flows_removed: Option<Vec<ChangedPart>>,
}

impl Difference {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let none = |parts: &Option<Vec<ChangedPart>>| parts.as_ref().is_none_or(Vec::is_empty);
        self.new.is_empty()
            && self.gone.is_empty()
            && self.changed.is_empty()
            && [&self.elements_added, &self.elements_removed, &self.flows_added, &self.flows_removed]
                .into_iter()
                .all(none)
    }
}

/// A report as a table that others can be compared with.
#[must_use]
pub fn table_of(report: &ThreatReport) -> PreviousTable {
    let element_id = |t: &crate::model::Threat, e: &crate::model::ElementIndex| {
        report.diagram_of(t).and_then(|d| d.elements.get(e.0)).map(|e| e.id.clone())
    };
    let row = |t: &crate::model::Threat| PreviousRow {
        key: t.key(),
        severity: Some(t.severity),
        status: Some(t.status),
        elements: t.elements.iter().filter_map(|e| element_id(t, e)).collect(),
        title: t.title.clone(),
        ..PreviousRow::default()
    };
    let (mut elements, mut flows) = (Vec::new(), Vec::new());
    for (_, _, diagram) in report.diagrams() {
        let part = |id: &str, label: String| PreviousPart {
            page: diagram.page.name.clone(),
            id: id.to_owned(),
            label,
            ..PreviousPart::default()
        };
        elements.extend(diagram.elements.iter().map(|e| part(&e.id, e.label.clone())));
        flows.extend(
            diagram
                .flows
                .iter()
                .map(|f| part(&f.id, format!("{} → {}", diagram.end_label(f.source), diagram.end_label(f.target)))),
        );
    }
    PreviousTable {
        rows: report.threats.iter().map(row).collect(),
        elements: Some(elements),
        flows: Some(flows),
        ..PreviousTable::default()
    }
}

/// What changed from `old` to `new`.
#[must_use]
pub fn difference(old: &PreviousTable, new: &PreviousTable) -> Difference {
    let before: BTreeMap<&str, &PreviousRow> = old.rows.iter().map(|row| (row.key.as_str(), row)).collect();
    let after: BTreeSet<&str> = new.rows.iter().map(|row| row.key.as_str()).collect();
    let severity = |row: &PreviousRow| row.severity.map(|s| s.to_string());
    let only = |row: &PreviousRow, before: Option<String>, after: Option<String>| ChangedThreat {
        id: row.key.clone(),
        title: row.title.clone(),
        before,
        after,
        notes: Vec::new(),
    };
    let (elements_added, elements_removed) = parts(old.elements.as_deref(), new.elements.as_deref());
    let (flows_added, flows_removed) = parts(old.flows.as_deref(), new.flows.as_deref());
    Difference {
        new: new
            .rows
            .iter()
            .filter(|r| !before.contains_key(r.key.as_str()))
            .map(|r| only(r, None, severity(r)))
            .collect(),
        gone: old
            .rows
            .iter()
            .filter(|r| !r.key.is_empty() && !after.contains(r.key.as_str()))
            .map(|r| only(r, severity(r), None))
            .collect(),
        changed: new.rows.iter().filter_map(|now| changed(before.get(now.key.as_str())?, now)).collect(),
        elements_added,
        elements_removed,
        flows_added,
        flows_removed,
    }
}

/// What changed about one threat that is in both tables.
fn changed(was: &PreviousRow, now: &PreviousRow) -> Option<ChangedThreat> {
    let mut notes = Vec::new();
    if let (Some(before), Some(after)) = (was.status, now.status)
        && before != after
    {
        notes.push(format!("status was {before}, is {after}"));
    }
    let (old, new): (BTreeSet<&String>, BTreeSet<&String>) =
        (was.elements.iter().collect(), now.elements.iter().collect());
    let list = |ids: Vec<&&String>| ids.into_iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
    let (added, removed): (Vec<_>, Vec<_>) = (new.difference(&old).collect(), old.difference(&new).collect());
    if !added.is_empty() {
        notes.push(format!("now also concerns {}", list(added)));
    }
    if !removed.is_empty() {
        notes.push(format!("no longer concerns {}", list(removed)));
    }
    if notes.is_empty() && was.severity == now.severity {
        return None;
    }
    Some(ChangedThreat {
        id: now.key.clone(),
        title: now.title.clone(),
        before: was.severity.map(|s| s.to_string()),
        after: now.severity.map(|s| s.to_string()),
        notes,
    })
}

type Parts = Option<Vec<ChangedPart>>;

/// Parts that were added and removed, where both tables list them. Parts are the same by page and id.
fn parts(old: Option<&[PreviousPart]>, new: Option<&[PreviousPart]>) -> (Parts, Parts) {
    let (Some(old), Some(new)) = (old, new) else { return (None, None) };
    let missing = |from: &[PreviousPart], other: &[PreviousPart]| {
        let known: BTreeSet<(&str, &str)> = other.iter().map(|p| (p.page.as_str(), p.id.as_str())).collect();
        from.iter()
            .filter(|p| !known.contains(&(p.page.as_str(), p.id.as_str())))
            .map(|p| ChangedPart { page: p.page.clone(), id: p.id.clone(), label: p.label.clone() })
            .collect()
    };
    (Some(missing(new, old)), Some(missing(old, new)))
}

/// The comparison as lines for a terminal.
#[must_use]
pub fn difference_text(difference: &Difference) -> String {
    let mut text = String::new();
    each_threat(difference, |sign, threat, severity| {
        let _ = writeln!(text, "{sign} {severity:<20} {}  {}{}", threat.id, threat.title, notes(threat));
    });
    each_part(difference, |sign, what, part| {
        let _ = writeln!(text, "{sign} {what:<20} {}  {}", part.id, part.label);
    });
    let _ = writeln!(text, "{}", summary(difference));
    text
}

/// The comparison as Markdown, as for a pull request.
#[must_use]
pub fn difference_markdown(difference: &Difference) -> String {
    let mut page = format!("### Threats\n\n{}\n", summary(difference));
    if !(difference.new.is_empty() && difference.gone.is_empty() && difference.changed.is_empty()) {
        page.push_str("\n| | Severity | Threat | ID |\n| --- | --- | --- | --- |\n");
        each_threat(difference, |sign, threat, severity| {
            let (title, id) = (inline(&format!("{}{}", threat.title, notes(threat))), inline(&threat.id));
            let _ = writeln!(page, "| {} | {severity} | {title} | {id} |", word(sign));
        });
    }
    let mut lines = String::new();
    each_part(difference, |sign, what, part| {
        let _ = writeln!(lines, "- {} {what}: {}", word(sign), inline(&part.label));
    });
    if !lines.is_empty() {
        let _ = write!(page, "\n### Diagram\n\n{lines}");
    }
    page
}

fn word(sign: char) -> &'static str {
    match sign {
        '+' => "new",
        '-' => "gone",
        _ => "changed",
    }
}

fn notes(threat: &ChangedThreat) -> String {
    if threat.notes.is_empty() { String::new() } else { format!(" ({})", threat.notes.join("; ")) }
}

fn each_threat(difference: &Difference, mut show: impl FnMut(char, &ChangedThreat, String)) {
    let lists = [('+', &difference.new), ('-', &difference.gone), ('~', &difference.changed)];
    for (sign, threats) in lists {
        for threat in threats {
            let severity = match (&threat.before, &threat.after) {
                (Some(before), Some(after)) if before != after => format!("{before} -> {after}"),
                (before, after) => after.as_ref().or(before.as_ref()).cloned().unwrap_or_default(),
            };
            show(sign, threat, severity);
        }
    }
}

fn each_part(difference: &Difference, mut show: impl FnMut(char, &str, &ChangedPart)) {
    let lists = [
        ('+', "element", &difference.elements_added),
        ('-', "element", &difference.elements_removed),
        ('+', "flow", &difference.flows_added),
        ('-', "flow", &difference.flows_removed),
    ];
    for (sign, what, parts) in lists {
        for part in parts.iter().flatten() {
            show(sign, what, part);
        }
    }
}

/// `2 threats new, 1 gone, 3 changed; 1 element added`.
fn summary(difference: &Difference) -> String {
    if difference.is_empty() {
        return "Nothing changed.".to_owned();
    }
    let count = |parts: &Parts| parts.as_ref().map_or(0, Vec::len);
    format!(
        "Threats: {} new, {} gone, {} changed. Elements: {} added, {} removed. Flows: {} added, {} removed.",
        difference.new.len(),
        difference.gone.len(),
        difference.changed.len(),
        count(&difference.elements_added),
        count(&difference.elements_removed),
        count(&difference.flows_added),
        count(&difference.flows_removed),
    )
}
