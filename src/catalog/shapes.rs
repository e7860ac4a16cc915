//! The shape table: what each shape key means.

use serde::Deserialize;

/// One line of the shape table.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shape {
    /// The key as a style writes it, such as `mxgraph.aws4.lambda`, or the part of an image's path after `img/lib/`.
    pub key: String,
    /// `service:KEY`, `kind:KIND`, `boundary:TYPE` or `decoration`.
    pub means: String,
    /// What to call the thing where its label is empty.
    #[serde(default)]
    pub title: String,
}
