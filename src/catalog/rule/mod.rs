//! Rules: what threat is raised where, written as data and checked when loaded.

mod book;
mod example;
mod placeholder;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

pub use book::{Rule, RuleBook, RuleFile};
pub use example::{Example, ExampleTarget, Expectation};
pub use placeholder::{Placeholder, fill};

use crate::model::{Effect, Stride, Tier, words};

use super::condition::Subject;

words! {
    /// What a rule's condition is tried on, and what its rows are about.
    pub enum On ("place") {
        /// Each element.
        Element = "element",
        /// Each flow.
        Flow = "flow",
        /// Each boundary.
        Boundary = "boundary",
        /// The diagram, once.
        Diagram = "diagram",
    }
}

impl On {
    /// What a condition on this is tried on.
    #[must_use]
    pub const fn subject(self) -> Subject {
        match self {
            Self::Element => Subject::Element,
            Self::Flow => Subject::Flow,
            Self::Boundary => Subject::Boundary,
            Self::Diagram => Subject::Diagram,
        }
    }
}

/// A rule as written in a catalogue file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleEntry {
    /// Stable id, such as `APIGW-001`.
    pub id: Spanned<String>,
    /// One line with placeholders; at most [`MAX_TITLE`] characters as written.
    pub title: Spanned<String>,
    /// STRIDE category.
    pub stride: Stride,
    /// How specific it is.
    pub tier: Tier,
    /// What the condition is tried on.
    pub on: On,
    /// One row a diagram that names all elements concerned, instead of one row each.
    #[serde(default)]
    pub roll_up: bool,
    /// On the diagram: which elements the row names.
    #[serde(default)]
    pub concerns: Option<Spanned<String>>,
    /// Rules of one group say much the same: on one element only the most specific stays.
    #[serde(default)]
    pub group: Option<String>,
    /// The rule says that something is missing: only where the diagram draws such things.
    #[serde(default)]
    pub standing: bool,
    /// Only where no specific rule of the same category was raised.
    #[serde(default)]
    pub fallback: bool,
    /// How exposed the target is does not change the likelihood.
    #[serde(default)]
    pub insider: bool,
    /// The condition.
    pub when: Spanned<String>,
    /// Base likelihood, 1 to 4.
    pub likelihood: Spanned<u8>,
    /// Base impact, 1 to 4.
    pub impact: Spanned<u8>,
    /// Why these bases.
    #[serde(default)]
    pub rationale: String,
    /// Who can do what, because of what, leading to what; with placeholders.
    pub description: Spanned<String>,
    /// What is taken for granted.
    #[serde(default)]
    pub assumes: Option<Spanned<String>>,
    /// What drawn differently would change the result.
    #[serde(default)]
    pub change: Option<Spanned<String>>,
    /// Ids of countermeasures, most effective first.
    #[serde(default)]
    pub countermeasures: Vec<Spanned<String>>,
    /// What controls do to it.
    #[serde(default)]
    pub mitigated_by: BTreeMap<Spanned<String>, Effect>,
    /// Ids in public registries.
    #[serde(default)]
    pub references: Vec<Spanned<String>>,
    /// Rows of the seed article that it answers.
    #[serde(default)]
    pub seeds: Vec<String>,
    /// Diagrams that must and must not raise it.
    #[serde(default)]
    pub example: Vec<Spanned<Example>>,
}

/// A countermeasure as written in a catalogue file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CountermeasureEntry {
    /// Stable key, such as `apigw-authorizer`.
    pub id: Spanned<String>,
    /// What to do, in a line.
    pub title: String,
    /// What to set, and where.
    pub how: String,
    /// How to see that it is set.
    pub verify: String,
}

/// One question of a checklist.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Checklist {
    /// The checklist, such as "TACTICAL DD(R)".
    pub list: String,
    /// The item's name.
    pub name: String,
    /// When it is asked.
    #[serde(default)]
    pub phase: String,
    /// The question.
    pub question: String,
    /// Ids of the rules whose threats belong to it.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Keys of the controls that answer it.
    #[serde(default)]
    pub controls: Vec<String>,
}

/// Longest title as written, in characters.
const MAX_TITLE: usize = 110;
