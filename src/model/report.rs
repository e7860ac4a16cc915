//! What exporters receive: the diagrams, their threats and what is needed to understand them.

use super::{Countermeasure, Diagram, Document, ElementIndex, KeptSheet, Severity, Status, Stride, Threat, Thresholds};

/// A control that was seen in a diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenControl {
    /// Index of the document in the report.
    pub document: usize,
    /// Index of the diagram in the document.
    pub page: usize,
    /// The control's key, such as `waf`.
    pub control: String,
    /// The control's name.
    pub name: String,
    /// Where it was seen, as a sentence.
    pub evidence: String,
    /// Elements that it protects; empty where it protects the diagram as a whole.
    pub protects: Vec<ElementIndex>,
}

/// An answer that a diagram gives to a question of a checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistItem {
    /// The checklist, such as "TACTICAL DD(R)".
    pub list: String,
    /// The item's name.
    pub name: String,
    /// When it is asked: Definition of Ready, Definition of Done, or empty.
    pub phase: String,
    /// The question.
    pub question: String,
    /// What the diagram already answers; empty where it does not.
    pub answer: String,
    /// Ids of threats in the report that belong to it.
    pub threats: Vec<String>,
}

/// A threat of the earlier table that is gone from this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetiredThreat {
    /// The day on which it was first missing, `yyyy-mm-dd`, or empty where time is left out.
    pub retired: String,
    /// Its row in the earlier table: column name and content, in order.
    pub row: Vec<(String, String)>,
}

/// A threat table and everything it refers to.
#[derive(Clone, Debug, Default)]
pub struct ThreatReport {
    /// Heading of the table.
    pub title: String,
    /// Classification line, such as "Internal"; empty where none is wanted.
    pub classification: String,
    /// This program's version.
    pub tool_version: String,
    /// The catalogue's version: a hash over every rule that took part.
    pub catalog_version: String,
    /// Day of the report, `yyyy-mm-dd`; only from `SOURCE_DATE_EPOCH`, else empty.
    pub date: String,
    /// The files, in the order given.
    pub documents: Vec<Document>,
    /// The threats, worst first within a diagram; mitigated and inapplicable ones last.
    pub threats: Vec<Threat>,
    /// Every countermeasure that a threat refers to, in order of first use.
    pub countermeasures: Vec<Countermeasure>,
    /// Controls seen in the diagrams.
    pub controls: Vec<SeenControl>,
    /// Answers to checklists, where they were asked for.
    pub checklists: Vec<ChecklistItem>,
    /// The thresholds of severity: the tool's own, or those that people set.
    pub thresholds: Thresholds,
    /// Threats of the earlier table that are gone.
    pub retired: Vec<RetiredThreat>,
    /// Rows that people added to the earlier table by hand: column name and content, in order.
    pub own_rows: Vec<Vec<(String, String)>>,
    /// What people wrote on other sheets of the earlier workbook.
    pub kept: Vec<KeptSheet>,
}

impl ThreatReport {
    /// The countermeasure with this id.
    #[must_use]
    pub fn countermeasure(&self, id: &str) -> Option<&Countermeasure> {
        self.countermeasures.iter().find(|c| c.id == id)
    }

    /// The diagram that a threat belongs to.
    #[must_use]
    pub fn diagram_of(&self, threat: &Threat) -> Option<&Diagram> {
        self.documents.get(threat.document)?.diagrams.get(threat.page)
    }

    /// Every diagram with the index of its document and its own index therein, in order.
    pub fn diagrams(&self) -> impl Iterator<Item = (usize, usize, &Diagram)> {
        self.documents
            .iter()
            .enumerate()
            .flat_map(|(d, document)| document.diagrams.iter().enumerate().map(move |(p, diagram)| (d, p, diagram)))
    }

    /// How many threats have this severity and are, or are not, open.
    #[must_use]
    pub fn count_severity(&self, severity: Severity, open: bool) -> usize {
        self.threats
            .iter()
            .filter(|t| t.effective_severity() == severity && t.effective_status().is_open() == open)
            .count()
    }

    /// How many threats have this status.
    #[must_use]
    pub fn count_status(&self, status: Status) -> usize {
        self.threats.iter().filter(|t| t.effective_status() == status).count()
    }

    /// How many threats are of this category.
    #[must_use]
    pub fn count_stride(&self, stride: Stride) -> usize {
        self.threats.iter().filter(|t| t.stride == stride).count()
    }
}
