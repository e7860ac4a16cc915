//! An earlier table as it was read back: what people decided, and what it was decided about.

use super::{Severity, Status, Thresholds, Triage};

/// A sheet of the earlier workbook as text, or the part of one that people fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptSheet {
    /// The sheet's name.
    pub name: String,
    /// Its rows, the header row first, each as the text of its cells.
    pub rows: Vec<Vec<String>>,
}

/// One row of an earlier table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreviousRow {
    /// The threat's key ([`super::Threat::key`]); empty where a person added the row by hand.
    pub key: String,
    /// The file that the threat was found in, as given then; empty where the table does not say.
    pub source: String,
    /// The severity that the tool gave it.
    pub severity: Option<Severity>,
    /// The status that the tool gave it.
    pub status: Option<Status>,
    /// Ids of the elements that it named.
    pub elements: Vec<String>,
    /// Its title.
    pub title: String,
    /// What people decided.
    pub triage: Triage,
    /// The rule that raised it.
    pub rule: String,
    /// What it was about, by name.
    pub subject: String,
    /// The row as it stood: column name and content, in order.
    pub cells: Vec<(String, String)>,
    /// The day it was retired; empty for a row that was not.
    pub retired: String,
}

/// An element or a flow that an earlier table names.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PreviousPart {
    /// The file that it was drawn in; empty where the table does not say.
    pub source: String,
    /// The name of its page.
    pub page: String,
    /// The cell's id.
    pub id: String,
    /// Its name.
    pub label: String,
}

/// An earlier table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreviousTable {
    /// Its threats.
    pub rows: Vec<PreviousRow>,
    /// The threats that were retired already.
    pub retired: Vec<PreviousRow>,
    /// Names of the columns that people added, in order.
    pub extra_columns: Vec<String>,
    /// Elements, where the table lists them.
    pub elements: Option<Vec<PreviousPart>>,
    /// Flows, where the table lists them.
    pub flows: Option<Vec<PreviousPart>>,
    /// The thresholds of severity, where people set their own.
    pub thresholds: Thresholds,
    /// What people wrote on other sheets.
    pub kept: Vec<KeptSheet>,
    /// What could not be read as meant, a sentence each; nothing of it is lost.
    pub remarks: Vec<String>,
}
