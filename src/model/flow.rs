//! Data flows: what runs from one element to another, and which boundaries it crosses.

use std::collections::BTreeMap;

use super::{BoundaryIndex, ElementIndex, Point, Stated, words::words};

words! {
    /// Which way data runs on a flow.
    pub enum Direction ("direction") {
        /// From source to target.
        Forward = "forward",
        /// Both ways.
        Bidirectional = "bidirectional",
        /// The line has no arrowhead.
        Undirected = "undirected",
    }
}

/// What one end of a flow is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// An element.
    Element(ElementIndex),
    /// A box as a whole: the arrow ends on the boundary itself.
    Boundary(BoundaryIndex),
}

impl End {
    /// The element, where the end is one.
    #[must_use]
    pub fn element(self) -> Option<ElementIndex> {
        match self {
            Self::Element(index) => Some(index),
            Self::Boundary(_) => None,
        }
    }
}

/// Protocols that prove the server and keep data from being read on the way.
pub const SECURE_PROTOCOLS: [&str; 12] =
    ["https", "tls", "wss", "mqtts", "ssh", "sftp", "ftps", "amqps", "ldaps", "ssl", "grpcs", "ipsec"];

/// Protocols that anybody on the way can read.
pub const PLAIN_PROTOCOLS: [&str; 8] = ["http", "ws", "mqtt", "ftp", "telnet", "ldap", "smtp", "amqp"];

/// One drawn arrow or line between two ends.
#[derive(Clone, Debug)]
pub struct DataFlow {
    /// The cell's own id in the file, unique on its page.
    pub id: String,
    /// Its label as plain text on one line; empty where there is none.
    pub label: String,
    /// Where it starts, following the visible arrowhead.
    pub source: End,
    /// Where it ends.
    pub target: End,
    /// Which way data runs.
    pub direction: Direction,
    /// Every boundary that holds exactly one of the two ends, and every open boundary that the line cuts; those left
    /// first (innermost out), then those entered (outermost in).
    pub crosses: Vec<BoundaryIndex>,
    /// Whether an end was attached by position because the file does not glue it.
    pub snapped: bool,
    /// Tags as written.
    pub tags: Vec<String>,
    /// The author's own properties, as written.
    pub properties: BTreeMap<String, String>,
    /// What the file states about it.
    pub stated: Stated,
    /// The drawn line, from source to target, for pictures.
    pub path: Vec<Point>,
}
