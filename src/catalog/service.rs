//! Services: what the catalogue knows about the things that diagrams draw.

use serde::Deserialize;

use crate::model::{ElementKind, words};

words! {
    /// Where a service runs, whatever box it is drawn in.
    pub enum Placement ("placement") {
        /// Inside a VPC.
        VpcBound = "vpc-bound",
        /// Inside a VPC if so configured.
        VpcOptional = "vpc-optional",
        /// In the Region, behind a public endpoint.
        Regional = "regional",
        /// At the edge.
        Edge = "edge",
        /// For an account as a whole.
        Account = "account",
        /// In the customer's own premises.
        OnPrem = "on-prem",
        /// In the field.
        Field = "field",
        /// Outside of what is built.
        Outside = "outside",
        /// Not known.
        Unknown = "unknown",
    }
}

words! {
    /// What a service's icon is in a diagram.
    pub enum ServiceRole ("service role") {
        /// An element that data flows through.
        Element = "element",
        /// A control: it protects or watches others.
        Control = "control",
        /// A boundary, when it is drawn as a box.
        Boundary = "boundary",
    }
}

/// One service, actor or generic component.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Service {
    /// Stable key, such as `apigateway-rest`.
    pub key: String,
    /// The name as its vendor writes it.
    pub name: String,
    /// Its kind in a data-flow diagram.
    pub kind: ElementKind,
    /// What its icon is in a diagram.
    #[serde(default = "element_role")]
    pub role: ServiceRole,
    /// Trust rank by default, 0 to 9.
    pub rank: u8,
    /// Where it runs.
    pub placement: Placement,
    /// Whether it can be reached from the Internet: `yes`, `no` or `config`.
    #[serde(default)]
    pub internet: String,
    /// Whether AWS WAF can be attached to it.
    #[serde(default)]
    pub waf: bool,
    /// Encryption at rest: `always`, `default-on`, `opt-in`, `none` or `unknown`.
    #[serde(default)]
    pub at_rest: String,
    /// Traits that rules ask for.
    #[serde(default)]
    pub traits: Vec<String>,
    /// Keys of controls that it provides by being there.
    #[serde(default)]
    pub controls: Vec<String>,
    /// Names of the service itself. They win over the icon where they are what a label is about.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Words that such a thing is called by, which say what it is only where no icon does.
    #[serde(default)]
    pub words: Vec<String>,
    /// Keys of the services whose icon a mention of this one in the label narrows down to this one.
    #[serde(default)]
    pub refines: Vec<String>,
    /// Words that narrow such an icon down to this service, though they name no service elsewhere.
    #[serde(default)]
    pub narrows: Vec<String>,
    /// Key of the service whose rules apply to it too.
    #[serde(default)]
    pub inherits: Option<String>,
}

fn element_role() -> ServiceRole {
    ServiceRole::Element
}
