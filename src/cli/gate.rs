//! When the exit code tells of threats: `--fail-on`, `--baseline`, `--strict`.

use std::collections::BTreeSet;

use super::args::GateArguments;
use crate::model::{NoticeLevel, ThreatReport};

/// What the exit code depends on.
#[derive(Debug, Default)]
pub(super) struct Gate {
    arguments: GateArguments,
    known: BTreeSet<String>,
}

impl Gate {
    /// A gate; `known` are ids of threats that do not count.
    pub(super) fn new(arguments: &GateArguments, known: BTreeSet<String>) -> Self {
        Self { arguments: arguments.clone(), known }
    }

    /// Whether the exit code depends on what is found.
    pub(super) fn is_active(&self) -> bool {
        self.arguments.fail_on.is_some() || self.arguments.strict
    }

    /// Open threats in `report` at or above the asked severity that are not known already.
    pub(super) fn reached(&self, report: &ThreatReport) -> usize {
        let Some(least) = self.arguments.fail_on else { return 0 };
        report
            .threats
            .iter()
            .filter(|t| {
                t.effective_status().is_open()
                    && t.effective_severity() >= least
                    && !self.known.contains(&t.id)
                    && !self.known.contains(&t.key())
            })
            .count()
    }

    /// Notices that `--strict` does not forgive.
    pub(super) fn unforgiven(&self, report: &ThreatReport) -> usize {
        if !self.arguments.strict {
            return 0;
        }
        let pages = report.documents.iter().flat_map(|d| &d.diagrams).flat_map(|d| &d.notices);
        let files = report.documents.iter().flat_map(|d| &d.notices);
        pages.chain(files).filter(|notice| notice.level > NoticeLevel::Info).count()
    }
}
