//! Properties of elements and flows: what the diagram states, else what is evident, else not known.

use super::scene::{Focus, Scene};
use crate::model::{Direction, ElementKind, End, Fact, PLAIN_PROTOCOLS, SECURE_PROTOCOLS, Truth};

impl Scene<'_> {
    /// What is known of `fact` for an element or a flow.
    pub(super) fn fact(&self, fact: Fact, focus: Focus) -> Truth {
        match focus {
            Focus::Element(i) => self.element_fact(fact, i),
            Focus::Flow(f, answer) => self.flow_fact(fact, f, answer),
            _ => Truth::Unknown,
        }
    }

    fn element_fact(&self, fact: Fact, i: usize) -> Truth {
        let Some(element) = self.element(i) else { return Truth::Unknown };
        let stated = element.stated.facts.get(fact);
        if stated != Truth::Unknown {
            return stated;
        }
        let says = |words: &[&str]| Truth::from(self.texts.get(i).is_some_and(|t| words.iter().any(|w| t.mentions(w))));
        match fact {
            Fact::Encrypted => match self.service(i).map(|s| s.at_rest.as_str()) {
                Some("always" | "default-on") => Truth::Yes,
                _ if says(&["unencrypted", "plaintext", "not encrypted"]).is_yes() => Truth::No,
                _ => says(&["encrypted", "cmk", "sse"]).max(Truth::Unknown),
            },
            Fact::ProvidesAuthentication => Truth::from(self.in_set(i, &self.known.authenticates)),
            Fact::IsLog => Truth::from(self.in_set(i, &self.known.logs)).or(match element.kind {
                ElementKind::DataStore => says(&["log", "audit log", "audit trail"]),
                _ => Truth::No,
            }),
            Fact::StoresCredentials => Truth::from(self.in_set(i, &self.known.credentials)).or(match element.kind {
                ElementKind::DataStore => says(&["credential", "password", "secret", "api key"]),
                _ => Truth::No,
            }),
            Fact::StoresInventory => says(&["inventory", "coupon", "voucher", "ticket", "stock"]),
            Fact::HandlesCardPayment => says(&["payment", "credit card", "card payment", "checkout"]),
            Fact::HandlesGoods => says(&["order", "shop", "cart", "purchase", "checkout"]),
            Fact::WebApplication => {
                says(&["web app", "web application", "website", "web server", "frontend", "portal"])
            }
            Fact::Privileged => element.stated.privilege_level.as_deref().map_or(Truth::No, |level| {
                let level = level.to_ascii_lowercase();
                Truth::from(["high", "admin", "root", "system", "privileged"].iter().any(|w| level.contains(w)))
            }),
            Fact::InternetFacing => self.topology.exposed.get(i).copied().map_or(Truth::Unknown, |t| {
                if t.is_no() && self.nodes.get(i).is_some_and(|n| n.entry) { Truth::Unknown } else { t }
            }),
            Fact::PublicNetwork => self.topology.exposed.get(i).copied().unwrap_or_default(),
            Fact::Authenticated | Fact::IsSigned => Truth::Unknown,
        }
    }

    fn flow_fact(&self, fact: Fact, f: usize, answer: bool) -> Truth {
        let Some(flow) = self.diagram.flows.get(f) else { return Truth::Unknown };
        let stated = flow.stated.facts.get(fact);
        if stated != Truth::Unknown {
            return stated;
        }
        match fact {
            Fact::Encrypted => self.flow_encrypted(f),
            Fact::PublicNetwork => self.flow_public(f),
            _ => match self.ends(f, answer).and_then(|(_, t)| t.element()) {
                Some(target) if fact == Fact::Authenticated => {
                    self.diagram.element(target).stated.facts.get(Fact::Authenticated)
                }
                _ => Truth::Unknown,
            },
        }
    }

    /// Whether a flow is encrypted: stated, or told by its protocol.
    pub(super) fn flow_encrypted(&self, f: usize) -> Truth {
        let Some(flow) = self.diagram.flows.get(f) else { return Truth::Unknown };
        let stated = flow.stated.facts.get(Fact::Encrypted);
        if stated != Truth::Unknown {
            return stated;
        }
        if SECURE_PROTOCOLS.iter().any(|p| self.has_protocol(f, p)) {
            return Truth::Yes;
        }
        if PLAIN_PROTOCOLS.iter().any(|p| self.has_protocol(f, p)) { Truth::No } else { Truth::Unknown }
    }

    /// Whether a flow's stated protocol or its label is or names `protocol`.
    pub(super) fn has_protocol(&self, f: usize, protocol: &str) -> bool {
        let Some(flow) = self.diagram.flows.get(f) else { return false };
        let named =
            |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case(protocol));
        flow.stated.protocol.as_deref().is_some_and(named) || named(&flow.label)
    }

    /// Whether a flow runs over a network that anybody can reach.
    fn flow_public(&self, f: usize) -> Truth {
        let Some(flow) = self.diagram.flows.get(f) else { return Truth::Unknown };
        let outside = |end: End| self.rank(end) == 0;
        if outside(flow.source) || outside(flow.target) {
            return Truth::Yes;
        }
        let trust = flow.crosses.iter().any(|b| self.diagram.boundary(*b).kind.separates_trust());
        if trust { Truth::Unknown } else { Truth::No }
    }

    /// Whether a flow may be asked from either end.
    pub(super) fn is_two_way(&self, f: usize) -> bool {
        self.diagram.flows.get(f).is_some_and(|f| f.direction != Direction::Forward)
    }
}
