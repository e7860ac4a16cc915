//! What people write beside the tool's own columns on sheets that list what was drawn and seen.

use std::collections::BTreeMap;

use super::book::{Cell, Head, is_day};
use crate::{export::text::clean, model::ThreatReport};

/// A sheet on which every column that is not the tool's belongs to people.
pub(in crate::export) struct Register {
    /// The sheet's name.
    pub(in crate::export) sheet: &'static str,
    /// The columns that tell its rows apart.
    pub(in crate::export) keys: &'static [&'static str],
    /// The other columns that the tool writes.
    pub(in crate::export) tool: &'static [&'static str],
    /// Columns that are there for people from the start.
    fresh: &'static [&'static str],
}

pub(super) const ELEMENTS: Register = Register {
    sheet: "Elements",
    keys: &["ID", "Diagram"],
    tool: &["Name", "Type", "AWS service", "Zone", "Scope", "Stated", "Threats", "Open", "Known by", "Source"],
    fresh: &[],
};
pub(super) const FLOWS: Register = Register {
    sheet: "Data flows",
    keys: &["ID", "Diagram"],
    tool: &[
        "Source",
        "Target",
        "Label",
        "Direction",
        "Protocol",
        "Encrypted",
        "Public network",
        "Authenticated",
        "Boundaries crossed",
        "Scope",
        "Threats",
        "Open",
        "File",
    ],
    fresh: &[],
};
pub(super) const BOUNDARIES: Register = Register {
    sheet: "Trust boundaries",
    keys: &["ID", "Diagram"],
    tool: &[
        "Name",
        "Type",
        "Separates trust",
        "Drawn as",
        "Lies in",
        "Elements inside",
        "Crossing flows",
        "Known by",
        "Source",
    ],
    fresh: &[],
};
pub(super) const CONTROLS: Register = Register {
    sheet: "Controls seen",
    keys: &["Key", "Where it was seen", "Diagram"],
    tool: &["Control", "Protects"],
    fresh: &["Verified", "Verified by", "Date", "Remark"],
};
pub(super) const CHECKLISTS: Register = Register {
    sheet: "Checklists",
    keys: &["Checklist", "Item", "Question"],
    tool: &["When", "What the diagram answers", "Threats"],
    fresh: &["Answer", "Answered by", "Date"],
};
pub(super) const NOTICES: Register = Register {
    sheet: "Not understood",
    keys: &["What", "Diagram", "Cell"],
    tool: &["Level", "Code"],
    fresh: &["Remark"],
};

/// Every register.
pub(in crate::export) const REGISTERS: [Register; 6] = [ELEMENTS, FLOWS, BOUNDARIES, CONTROLS, CHECKLISTS, NOTICES];

/// What people wrote on one register, fitted to its present rows.
pub(super) struct People<'a> {
    register: Register,
    /// The header of what was kept: keys, then people's columns.
    names: &'a [String],
    /// People's columns, those that are always there first.
    columns: Vec<&'a str>,
    rows: Vec<Option<&'a [String]>>,
    /// What was written about rows that are gone.
    own: Vec<&'a [String]>,
}

impl<'a> People<'a> {
    /// `keys` are those of the rows that the tool writes, in their order.
    pub(super) fn new(report: &'a ThreatReport, register: Register, keys: impl Iterator<Item = Vec<String>>) -> Self {
        let kept = report.kept.iter().find(|k| k.name == register.sheet).map_or(&[][..], |k| k.rows.as_slice());
        let (names, written) = kept.split_first().map_or((&[][..], &[][..]), |(names, rows)| (names.as_slice(), rows));
        let width = register.keys.len();
        let mut by_key: BTreeMap<Vec<String>, &[String]> = BTreeMap::new();
        let mut own = Vec::new();
        for row in written {
            let key = row.iter().take(width).cloned().collect();
            if let Some(twice) = by_key.insert(key, row) {
                own.push(twice);
            }
        }
        let rows = keys
            .map(|key| by_key.remove(&key.iter().map(|text| clean(text).into_owned()).collect::<Vec<_>>()))
            .collect();
        own.extend(by_key.into_values());
        let mut columns: Vec<&str> = register.fresh.to_vec();
        columns.extend(names.iter().skip(width).map(String::as_str).filter(|name| !register.fresh.contains(name)));
        Self { register, names, columns, rows, own }
    }

    /// The heads of people's columns.
    pub(super) fn heads(&self) -> impl Iterator<Item = Head<'a>> {
        self.columns.iter().map(|name| Head { wrap: true, date: *name == "Date", ..Head::person(*name, 18.0) })
    }

    /// How many rows there are with those that are people's alone, and how many those are.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.rows.len() + self.own.len(), self.own.len())
    }

    /// Adds people's cells to those of row `n`; where the tool has no such row any more, the whole row.
    pub(super) fn fill(&self, n: usize, heads: &[Head<'_>], cells: &mut Vec<Cell<'a>>) {
        let gone = n.checked_sub(self.rows.len()).and_then(|n| self.own.get(n)).copied();
        let row = gone.or_else(|| self.rows.get(n).copied().flatten());
        let text = |name: &str| {
            let at = self.names.iter().position(|other| other == name);
            at.and_then(|at| row?.get(at)).map_or("", String::as_str)
        };
        if gone.is_some() {
            let ours = heads.len() - self.columns.len();
            let is_key = |head: &Head<'_>| self.register.keys.contains(&head.name.as_ref());
            cells.extend(
                heads.iter().take(ours).map(
                    |head| {
                        if is_key(head) { Cell::text(text(&head.name)) } else { Cell::Empty }
                    },
                ),
            );
        }
        cells.extend(self.columns.iter().map(|name| match text(name) {
            day if is_day(day) => Cell::Date(day),
            text => Cell::text(text),
        }));
    }
}
