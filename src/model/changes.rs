//! What differs between two threat tables.

use std::fmt;

use super::Change;

/// One threat as a list of changes names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedThreat {
    /// The threat's key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its severity as people read it; empty where it is not known.
    pub severity: String,
    /// What changed.
    pub change: Change,
}

/// What differs between an earlier table and a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Threats that were not there before.
    pub new: Vec<ChangedThreat>,
    /// Threats that are gone.
    pub gone: Vec<ChangedThreat>,
    /// Threats that are there still, and differ.
    pub changed: Vec<ChangedThreat>,
    /// How many threats kept what people decided about them.
    pub decisions: usize,
    /// How many rows that people added by hand were kept.
    pub own_rows: usize,
    /// What could not be read as meant, a sentence each.
    pub remarks: Vec<String>,
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "decisions on {} threats carried over; {} new, {} gone, {} changed",
            self.decisions,
            self.new.len(),
            self.gone.len(),
            self.changed.len()
        )?;
        if self.own_rows > 0 {
            write!(f, "; {} rows added by hand kept", self.own_rows)?;
        }
        self.remarks.iter().try_for_each(|remark| write!(f, "\n  {remark}"))
    }
}
