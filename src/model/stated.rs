//! What a diagram states itself about an element, a flow or a boundary, beyond drawing it.
//!
//! draw.io's Edit Data and tags and Threat Dragon's flags arrive here under the same names. What is stated wins over
//! what is guessed.

use super::{Truth, words::words};

words! {
    /// A yes-or-no property that a diagram can state.
    pub enum Fact ("property") {
        /// Data is encrypted: in transit on a flow, at rest in a store.
        Encrypted = "encrypted",
        /// The flow runs over a network that anybody can reach.
        PublicNetwork = "public-network",
        /// The caller on a flow, or every caller of an element, proves who it is.
        Authenticated = "authenticated",
        /// The element decides who may sign in.
        ProvidesAuthentication = "provides-authentication",
        /// The store is a log.
        IsLog = "is-log",
        /// The store's records are signed, so that a change shows.
        IsSigned = "is-signed",
        /// The store holds credentials.
        StoresCredentials = "stores-credentials",
        /// The store holds an inventory, such as tickets or coupons.
        StoresInventory = "stores-inventory",
        /// The process handles card payments.
        HandlesCardPayment = "handles-card-payment",
        /// The process sells goods or services.
        HandlesGoods = "handles-goods",
        /// The process is a web application.
        WebApplication = "web-application",
        /// The process runs with high privileges.
        Privileged = "privileged",
        /// The element can be reached from the Internet.
        InternetFacing = "internet-facing",
    }
}

/// The facts that a diagram states; those that it does not mention are [`Truth::Unknown`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts([Truth; Fact::ALL.len()]);

impl Facts {
    /// What the diagram says of `fact`.
    #[must_use]
    pub fn get(&self, fact: Fact) -> Truth {
        self.0[fact as usize]
    }

    /// Records what the diagram says of `fact`.
    pub fn set(&mut self, fact: Fact, truth: Truth) {
        self.0[fact as usize] = truth;
    }

    /// Every fact that is stated one way or the other, in the order of [`Fact::ALL`].
    pub fn stated(&self) -> impl Iterator<Item = (Fact, Truth)> + '_ {
        Fact::ALL.iter().map(|&f| (f, self.get(f))).filter(|(_, t)| *t != Truth::Unknown)
    }
}

/// Whether an element or a flow takes part in the analysis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// It does.
    #[default]
    In,
    /// Its author left it out: it raises no open threats, but still counts as a source of others'.
    Out {
        /// The author's reason, if one is given.
        reason: Option<String>,
    },
}

impl Scope {
    /// Whether the author left it out.
    #[must_use]
    pub fn is_out(&self) -> bool {
        matches!(self, Self::Out { .. })
    }
}

/// What is stated about one element, flow or boundary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Yes-or-no properties.
    pub facts: Facts,
    /// In or out of scope.
    pub scope: Scope,
    /// Trust rank, 0 (not in our control) to 9 (evidence and governance), from `trust`.
    pub trust: Option<u8>,
    /// Data classification as written, from `data-classification`.
    pub data_classification: Option<String>,
    /// Protocol as written, from `protocol`.
    pub protocol: Option<String>,
    /// Privilege level as written, from `privilege-level`.
    pub privilege_level: Option<String>,
    /// Controls said to be there, by catalogue key without `ctl.`, from `controls`.
    pub controls: Vec<String>,
    /// Controls said not to be there (written with a leading `!` or `no-`).
    pub missing_controls: Vec<String>,
    /// A longer text that the author wrote about it.
    pub description: Option<String>,
}
