//! Examples: small diagrams that must raise a rule, or must not.

use serde::Deserialize;

use crate::model::words;

words! {
    /// What an example expects of its rule.
    pub enum Expectation ("expectation") {
        /// The threat is raised, and open.
        Open = "open",
        /// The threat is raised, and a control answers it.
        Mitigated = "mitigated",
        /// The threat is not raised.
        Silent = "silent",
    }
}

/// A small diagram, and what a rule does on it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Example {
    /// The diagram, in the notation of examples.
    pub diagram: String,
    /// What the rule does.
    pub expect: Expectation,
    /// What the threat must be about; anything where it is not given.
    #[serde(default)]
    pub on: Option<String>,
}

/// What an example's threat must be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExampleTarget<'a> {
    /// The diagram as a whole.
    Diagram,
    /// The flow with this id, `a->b`.
    Flow(&'a str),
    /// The element or boundary with this id is among those named.
    Named(&'a str),
}

impl Example {
    /// What the threat must be about, where the example says so.
    #[must_use]
    pub fn target(&self) -> Option<ExampleTarget<'_>> {
        self.on.as_deref().map(|on| match on {
            "diagram" => ExampleTarget::Diagram,
            flow if flow.contains("->") => ExampleTarget::Flow(flow),
            named => ExampleTarget::Named(named),
        })
    }
}
