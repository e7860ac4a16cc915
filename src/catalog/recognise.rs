//! Recognising what a drawn thing is, by what the file says, its shape's key, the picture inside it and its label.

use super::Catalog;
use crate::model::{BoundaryType, ElementKind, Provenance};

/// What an importer knows of one drawn thing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// Kind that the file states, as written.
    pub stated_kind: Option<&'a str>,
    /// Service that the file states, as written.
    pub stated_service: Option<&'a str>,
    /// Shape keys from the most telling to the least, such as `mxgraph.aws4.lambda` (draw.io: `resIcon`, `prIcon`,
    /// `grIcon`, then `shape`).
    pub shapes: &'a [&'a str],
    /// Name carried by a picture: file name of an image path, or the title inside a pasted SVG.
    pub image: Option<&'a str>,
    /// Label as plain text.
    pub label: &'a str,
    /// Kind that the drawn form suggests (cylinder, stick figure, two lines ...), and whether it is a strong hint.
    pub form: Option<ElementKind>,
}

/// What a drawn thing means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Something that data flows between: its kind, and its service's key where known.
    Element {
        /// Kind in a data-flow diagram.
        kind: ElementKind,
        /// Key of the service.
        service: Option<String>,
    },
    /// A box of this type.
    Boundary(BoundaryType),
    /// An icon that only decorates, illustrates or categorises.
    Decoration,
}

/// A meaning and what told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// What the thing means.
    pub meaning: Meaning,
    /// What told it.
    pub provenance: Provenance,
    /// The name of the thing where its label is empty: the service's name or the shape's title.
    pub title: Option<String>,
}

impl Catalog {
    /// What a drawn thing means. `None` where nothing tells: neither a statement, a shape, a picture, a label nor a form.
    ///
    /// Statement first, then for the service label before shape where they disagree (people reuse icons), then image.
    #[must_use]
    pub fn recognise(&self, look: &Look<'_>) -> Option<Recognised> {
        let _ = look;
        None
    }

    /// The type of a box, from its label, then its colours, then its icon; and what told it.
    ///
    /// `icon` is the box's own shape key (draw.io: `grIcon`), `stroke` and `fill` are `#RRGGBB` in upper case.
    #[must_use]
    pub fn boundary_type(
        &self,
        label: &str,
        icon: Option<&str>,
        stroke: Option<&str>,
        fill: Option<&str>,
        dashed: bool,
    ) -> Option<(BoundaryType, String)> {
        let _ = (label, icon, stroke, fill, dashed);
        None
    }
}
