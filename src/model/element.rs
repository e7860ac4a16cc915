//! Elements: the things that a diagram draws and data flows between.

use std::collections::BTreeMap;

use super::{BoundaryIndex, Rect, Stated, words::words};

words! {
    /// The kind of an element in a data-flow diagram.
    pub enum ElementKind ("element kind") {
        /// A person or system outside of what is built.
        ExternalEntity = "external_entity",
        /// Something that acts on data.
        Process = "process",
        /// Something that keeps data; a queue or a topic counts as one.
        DataStore = "data_store",
    }
}

impl ElementKind {
    /// The kind's name as people read it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::ExternalEntity => "External entity",
            Self::Process => "Process",
            Self::DataStore => "Data store",
        }
    }
}

words! {
    /// What told the tool that an element is what it is, strongest first.
    pub enum Basis ("basis") {
        /// A property in the file says so.
        Stated = "stated",
        /// The shape's key is in the shape table.
        Shape = "shape",
        /// A picture inside the cell carries its name.
        Image = "image",
        /// The label's words say so.
        Label = "label",
        /// The key is not in the table; its words resemble one.
        Resemblance = "resemblance",
        /// Nothing says so: the usual meaning of such a shape.
        Guess = "guess",
    }
}

/// Why an element's kind and service are what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// What the element was known by.
    pub basis: Basis,
    /// The key, words or property that it was known by, as they stand in the file.
    pub detail: String,
}

/// One drawn thing.
#[derive(Clone, Debug)]
pub struct Element {
    /// The cell's own id in the file, unique on its page.
    pub id: String,
    /// What a person would call it when reading the picture; one line of plain text, never empty.
    pub label: String,
    /// Its kind in a data-flow diagram.
    pub kind: ElementKind,
    /// The key of its service in the catalogue's service table, such as `lambda`.
    pub service: Option<String>,
    /// The service's name as its vendor writes it, where the catalogue knows the service.
    pub service_name: Option<String>,
    /// The shape's key as written, such as `mxgraph.aws4.lambda`.
    pub shape: Option<String>,
    /// Every boundary it lies in, outermost first.
    pub boundaries: Vec<BoundaryIndex>,
    /// Tags as written.
    pub tags: Vec<String>,
    /// The author's own properties, as written.
    pub properties: BTreeMap<String, String>,
    /// What the file states about it.
    pub stated: Stated,
    /// Why kind and service are what they are.
    pub provenance: Provenance,
    /// Where it stands on the page.
    pub place: Option<Rect>,
}
