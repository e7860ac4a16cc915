//! A cell as written, the same for both versions.

use std::collections::{BTreeMap, BTreeSet};

use kurbo::{Point, Rect};

use crate::{
    import::limits,
    model::{ElementKind, Notice, NoticeLevel, RecordedThreat, Stated},
};

/// What a cell draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Actor, process or store, with the file's own word.
    Node(ElementKind, &'static str),
    /// A data flow.
    Flow,
    /// A trust boundary drawn as a box.
    Box,
    /// A trust boundary drawn as a curve.
    Curve,
    /// Descriptive text.
    Text,
    /// Something else, by the file's own word.
    Unknown(String),
}

/// One end of a flow or curve.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tip {
    /// Attached to a cell, perhaps at a port of it.
    Cell {
        /// The cell's id.
        id: String,
        /// The port's id.
        port: Option<String>,
    },
    /// Loose, at this point.
    Free(Point),
    /// Not given.
    None,
}

/// One cell as written.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// Its id, unique in the diagram.
    pub(super) id: String,
    /// What it draws.
    pub(super) shape: Shape,
    /// Its name on one line, empty where it has none.
    pub(super) name: String,
    /// Where a node or box stands.
    pub(super) rect: Rect,
    /// Its place in the order from back to front.
    pub(super) z: f64,
    /// Both ends of a flow or curve.
    pub(super) tips: [Tip; 2],
    /// The points between the ends.
    pub(super) vertices: Vec<Point>,
    /// Whether the line is drawn smooth.
    pub(super) smooth: bool,
    /// Whether data runs both ways.
    pub(super) both_ways: bool,
    /// The middles of sides that ports stand for, by port id.
    pub(super) ports: BTreeMap<String, Side>,
    /// What is stated about it.
    pub(super) stated: Stated,
    /// Its author's own properties.
    pub(super) properties: BTreeMap<String, String>,
    /// Threats recorded on it; their target is set later.
    pub(super) threats: Vec<RecordedThreat>,
    /// Boxes: the flows that the file itself says cross it.
    pub(super) crossing_flows: Option<Vec<String>>,
}

/// A side of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The upper side.
    Top,
    /// The right side.
    Right,
    /// The lower side.
    Bottom,
    /// The left side.
    Left,
}

impl Side {
    /// The middle of this side of `rect`.
    pub(super) fn middle(self, rect: Rect) -> Point {
        let centre = rect.center();
        match self {
            Self::Top => Point::new(centre.x, rect.y0),
            Self::Right => Point::new(rect.x1, centre.y),
            Self::Bottom => Point::new(centre.x, rect.y1),
            Self::Left => Point::new(rect.x0, centre.y),
        }
    }
}

/// What a file's word for a shape means, whatever version or generator wrote it.
pub(super) fn shape(word: &str) -> Shape {
    match word {
        "actor" | "tm.Actor" => Shape::Node(ElementKind::ExternalEntity, "actor"),
        "process" | "tm.Process" => Shape::Node(ElementKind::Process, "process"),
        "store" | "tm.Store" => Shape::Node(ElementKind::DataStore, "store"),
        "flow" | "edge" | "tm.Flow" | "tm.FlowStencil" => Shape::Flow,
        "trust-boundary-box" | "trust-boundary" | "tm.BoundaryBox" => Shape::Box,
        // Threat Dragon misspelt its own word until 2.0.4.
        "trust-boundary-curve" | "trust-broundary-curve" | "tm.Boundary" => Shape::Curve,
        "td-text-block" | "text" | "tm.Text" => Shape::Text,
        other => Shape::Unknown(other.chars().take(60).collect()),
    }
}

/// Gives every cell after the first of an id another id, and says so.
pub(super) fn make_ids_unique(cells: &mut [Cell], notices: &mut Vec<Notice>) {
    let mut seen = BTreeSet::new();
    let mut next: BTreeMap<String, usize> = BTreeMap::new();
    for cell in cells {
        if seen.insert(cell.id.clone()) {
            continue;
        }
        let old = cell.id.clone();
        let number = next.entry(old.clone()).or_insert(2);
        while !seen.insert(format!("{old}#{number}")) {
            *number += 1;
        }
        cell.id = format!("{old}#{number}");
        let message = format!("another cell has the id `{old}` too; flows go to the first");
        notices.push(Notice::cell(NoticeLevel::Warning, "duplicate-id", &cell.id, message));
    }
}

/// Cuts names that are too long, and says so.
pub(super) fn cut_names(cells: &mut [Cell], notices: &mut Vec<Notice>) {
    for cell in cells {
        if limits::cut_label(&mut cell.name) {
            let message = format!("its name was cut to {} characters", limits::LABEL_CHARS);
            notices.push(Notice::cell(NoticeLevel::Warning, "label-cut", &cell.id, message));
        }
    }
}
