//! A page of a file as a data-flow diagram, and the file it came from.

use super::{
    BoundaryIndex, DataFlow, Element, ElementIndex, End, FlowIndex, Notice, RecordedThreat, TrustBoundary, words::words,
};

words! {
    /// A diagram format that can be read.
    pub enum Format ("format") {
        /// draw.io, also known as diagrams.net.
        Drawio = "drawio",
        /// OWASP Threat Dragon.
        ThreatDragon = "threat-dragon",
    }
}

words! {
    /// What the diagram was wrapped in.
    pub enum Container ("container") {
        /// An XML file.
        Xml = "xml",
        /// An SVG picture with the diagram in an attribute.
        Svg = "svg",
        /// A PNG picture with the diagram in a text chunk.
        Png = "png",
        /// An HTML page with the diagram in an attribute.
        Html = "html",
        /// A JSON file.
        Json = "json",
    }
}

/// The file that a document was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user gave it; `-` for standard input.
    pub path: String,
    /// The format, told by content.
    pub format: Format,
    /// The container, told by content.
    pub container: Container,
    /// SHA-256 of the file's bytes, in lower-case hexadecimal.
    pub sha256: String,
}

/// One file as read: its pages as diagrams, in the file's order.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub source: Source,
    /// The model's own title, where the format has one.
    pub title: Option<String>,
    /// One diagram a page.
    pub diagrams: Vec<Diagram>,
    /// Notices about the file as a whole.
    pub notices: Vec<Notice>,
}

/// A page's identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Position in the file, from 0.
    pub index: usize,
    /// The page's own id.
    pub id: String,
    /// The page's name as its tab shows it.
    pub name: String,
}

/// How much of a page was understood: cells that matter, and how many of them found their meaning.
///
/// A cell matters when it is drawn and is no mere decoration: elements, flows and boundaries, and those cells that
/// look like one but could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Cells that matter.
    pub cells: usize,
    /// Those that were understood without a guess.
    pub understood: usize,
}

/// One page as a data-flow diagram. Vectors are in the file's order; indices point into them.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    /// Which page it is.
    pub page: Page,
    /// Everything drawn that data flows between.
    pub elements: Vec<Element>,
    /// Every arrow or line between two ends.
    pub flows: Vec<DataFlow>,
    /// Every box and curve that separates or groups.
    pub boundaries: Vec<TrustBoundary>,
    /// Threats that the diagram's author recorded in the file.
    pub recorded: Vec<RecordedThreat>,
    /// What was guessed, left out or not understood.
    pub notices: Vec<Notice>,
    /// Free text on the page that names nothing: titles, notes and legends, for words that rules look for.
    pub notes: Vec<String>,
    /// How much of the page was understood.
    pub coverage: Coverage,
}

impl Diagram {
    /// The element at `index`.
    #[must_use]
    pub fn element(&self, index: ElementIndex) -> &Element {
        &self.elements[index.0]
    }

    /// The flow at `index`.
    #[must_use]
    pub fn flow(&self, index: FlowIndex) -> &DataFlow {
        &self.flows[index.0]
    }

    /// The boundary at `index`.
    #[must_use]
    pub fn boundary(&self, index: BoundaryIndex) -> &TrustBoundary {
        &self.boundaries[index.0]
    }

    /// The file's id of what a flow ends on.
    #[must_use]
    pub fn end_id(&self, end: End) -> &str {
        match end {
            End::Element(i) => &self.element(i).id,
            End::Boundary(i) => &self.boundary(i).id,
        }
    }

    /// The label of what a flow ends on.
    #[must_use]
    pub fn end_label(&self, end: End) -> &str {
        match end {
            End::Element(i) => &self.element(i).label,
            End::Boundary(i) => &self.boundary(i).label,
        }
    }

    /// `boundary` and everything around it, innermost first. A cycle of parents ends the walk.
    pub fn enclosing(&self, boundary: BoundaryIndex) -> impl Iterator<Item = BoundaryIndex> + '_ {
        let limit = self.boundaries.len();
        std::iter::successors(Some(boundary), |b| self.boundary(*b).parent).take(limit)
    }
}
