//! What boxes are called and what they look like.

use serde::Deserialize;

use crate::model::BoundaryType;

/// One kind of box: the words of its label and the colours it is drawn in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BoundaryLook {
    /// Stable key of this entry.
    pub key: String,
    /// The type that it tells.
    #[serde(rename = "type")]
    pub kind: BoundaryType,
    /// Words in a label that name it.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Colours that it is drawn in.
    #[serde(default)]
    pub looks: Vec<Colours>,
}

/// Colours of a box; what is not given may be anything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Colours {
    /// The icon that the box bears.
    #[serde(default)]
    pub icon: Option<String>,
    /// Stroke as `#RRGGBB`, or `none`.
    #[serde(default)]
    pub stroke: Option<String>,
    /// Fill as `#RRGGBB`, or `none`.
    #[serde(default)]
    pub fill: Option<String>,
    /// Whether the outline is dashed.
    #[serde(default)]
    pub dashed: Option<bool>,
}
