//! The words that all layers share: diagrams, elements, flows, boundaries, threats and reports.
//!
//! Nothing here reads or writes a file, parses anything, or talks to a terminal.

mod boundary;
mod changes;
mod diagram;
mod element;
mod flow;
mod layout;
mod notice;
mod previous;
pub(crate) mod properties;
mod report;
mod stated;
mod threat;
mod truth;
mod words;

pub use boundary::{BoundaryType, Outline, TrustBoundary};
pub use changes::{ChangedThreat, Changes};
pub use diagram::{Container, Coverage, Diagram, Document, Format, Page, Source};
pub use element::{Basis, Element, ElementKind, Provenance};
pub use flow::{DataFlow, Direction, End, PLAIN_PROTOCOLS, SECURE_PROTOCOLS};
pub use layout::{Point, Rect};
pub use notice::{Notice, NoticeLevel};
pub use previous::{KeptSheet, PreviousPart, PreviousRow, PreviousTable};
pub use report::{ChecklistItem, RetiredThreat, SeenControl, ThreatReport};
pub use stated::{Fact, Facts, Scope, Stated};
pub use threat::{
    Change, Confidence, Countermeasure, Credit, Effect, Origin, RecordedThreat, Reference, Severity, Status, Stride,
    Target, Threat, Thresholds, Tier, Triage,
};
pub use truth::Truth;
pub use words::UnknownWord;
pub(crate) use words::words;

/// Position of an element in its diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementIndex(pub usize);

/// Position of a flow in its diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowIndex(pub usize);

/// Position of a boundary in its diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BoundaryIndex(pub usize);
