//! The index over a batch: each diagram with its counts and a link, totals, and the elements that recur.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Document, Severity, ThreatReport};

/// What the index shows of one input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexEntry {
    /// The input's path as the user gave it.
    pub source: String,
    /// The written tables, relative to the index.
    pub outputs: Vec<String>,
    /// Pages.
    pub pages: usize,
    /// Elements on all pages.
    pub elements: usize,
    /// Flows on all pages.
    pub flows: usize,
    /// Threats of any status.
    pub threats: usize,
    /// Open threats by severity, in the order of [`Severity::ALL`].
    pub open: Vec<usize>,
    /// Cells that matter, and those of them that were understood.
    pub coverage: (usize, usize),
    /// Notices that are more than information.
    pub warnings: usize,
    /// Label and service of each element, for finding what recurs.
    pub names: Vec<String>,
}

impl IndexEntry {
    /// The entry of a report on one document.
    #[must_use]
    pub fn new(report: &ThreatReport, outputs: Vec<String>) -> Self {
        let pages = || report.documents.iter().flat_map(|document: &Document| &document.diagrams);
        let names: std::collections::BTreeSet<String> = pages().flat_map(|d| &d.elements).map(|e| e.label.clone()).collect();
        Self {
            source: report.documents.first().map(|d| d.source.path.clone()).unwrap_or_default(),
            outputs,
            pages: pages().count(),
            elements: pages().map(|d| d.elements.len()).sum(),
            flows: pages().map(|d| d.flows.len()).sum(),
            threats: report.threats.len(),
            open: Severity::ALL.iter().map(|severity| report.count_severity(*severity, true)).collect(),
            coverage: pages().fold((0, 0), |(cells, known), d| (cells + d.coverage.cells, known + d.coverage.understood)),
            warnings: pages().flat_map(|d| &d.notices).filter(|n| n.level > crate::model::NoticeLevel::Info).count(),
            names: names.into_iter().collect(),
        }
    }

    /// Open threats of all severities.
    #[must_use]
    pub fn open_total(&self) -> usize {
        self.open.iter().sum()
    }
}

/// Names of elements that stand in several diagrams, with how many, most frequent first.
#[must_use]
pub fn recurring(entries: &[IndexEntry]) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in entries.iter().flat_map(|entry| &entry.names) {
        *counts.entry(name).or_default() += 1;
    }
    let mut several: Vec<(&str, usize)> = counts.into_iter().filter(|(_, n)| *n > 1).collect();
    several.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    several
}
