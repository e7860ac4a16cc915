//! Controls: what a diagram can show that answers a threat.

use serde::Deserialize;

use crate::model::words;

words! {
    /// How far a control's protection reaches from where it is drawn.
    pub enum ControlScope ("control scope") {
        /// The element that it is on.
        Element = "element",
        /// Everything behind it on a path.
        Path = "path",
        /// The flow that it is on.
        Flow = "flow",
        /// Everything in the boundary that it stands in.
        Boundary = "boundary",
        /// The whole diagram.
        Diagram = "diagram",
    }
}

/// One control of the vocabulary.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Control {
    /// Stable key, such as `waf`.
    pub key: String,
    /// Its name as people read it.
    pub name: String,
    /// How far it reaches.
    pub scope: Vec<ControlScope>,
    /// Keys of the services whose presence is evidence of it.
    #[serde(default)]
    pub services: Vec<String>,
    /// Words in a label that are evidence of it.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Whether what a label names is a thing of its own that works for those beside it, not a quality of the thing
    /// that bears the label.
    #[serde(default)]
    pub component: bool,
    /// What it does not do, for the reader of a credit.
    #[serde(default)]
    pub note: String,
}
