//! What inference asks of every diagram, prepared once for a catalogue.

use super::{
    Catalog,
    phrases::PhraseIndex,
    vocabulary::{ServiceSet, Vocabulary},
};

/// Sets of services and lists of words that inference itself looks at.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Services that only hand on what they receive.
    pub passthrough: ServiceSet,
    /// Services that decide who may sign in.
    pub authenticates: ServiceSet,
    /// Services that are made to be called from outside.
    pub entry: ServiceSet,
    /// Services at the edge.
    pub edge: ServiceSet,
    /// Services that protect or watch others.
    pub supporting: ServiceSet,
    /// Services of AWS.
    pub aws: ServiceSet,
    /// Services that decouple a sender from a receiver.
    pub decouples: ServiceSet,
    /// Stores that tell others of what is put into them.
    pub event_sources: ServiceSet,
    /// Services that stand beside what they protect.
    pub beside: ServiceSet,
    /// Services that send to people.
    pub outbound: ServiceSet,
    /// Services that carry flows in a private network or to one.
    pub private_access: ServiceSet,
    /// Services that keep or serve pages whose scripts run in the browser.
    pub page_servers: ServiceSet,
    /// Services that such scripts call.
    pub page_backends: ServiceSet,
    /// Services that keep logs.
    pub logs: ServiceSet,
    /// Services that keep credentials.
    pub credentials: ServiceSet,
    /// Persons.
    pub human: ServiceSet,
    /// Services drawn for their control, not as elements that act on data.
    pub control_icons: ServiceSet,
    /// Words for personal, health, payment and credential data, in plain form.
    pub sensitive: Vec<String>,
    /// Words for data that anybody may see.
    pub public_data: Vec<String>,
    /// Words for people of the own organisation.
    pub internal_actor: Vec<String>,
    /// Words in labels that are evidence of a control.
    pub control_words: PhraseIndex,
    /// Controls that each service brings, by its position.
    pub service_controls: Vec<Vec<usize>>,
}

impl Known {
    pub(super) fn new(catalog: &Catalog, words: &Vocabulary<'_>) -> Self {
        let with = |traits: &[&str]| {
            let mut all = ServiceSet::default();
            traits.iter().filter_map(|t| words.with_trait(t)).for_each(|set| all.extend(set));
            all
        };
        let named = |names: &[&str]| {
            let mut all = ServiceSet::default();
            names.iter().filter_map(|n| words.services(n)).for_each(|set| all.extend(set));
            all
        };
        let list = |name: &str| words.lexicon(name).map(<[String]>::to_vec).unwrap_or_default();
        let mut control_icons = ServiceSet::default();
        for (position, service) in catalog.services().iter().enumerate() {
            if service.role != super::ServiceRole::Element {
                control_icons.insert(position);
            }
        }
        let mut decouples = with(&["async", "queue", "stream", "pubsub", "scheduler"]);
        decouples.extend(&named(&["messaging"]));
        Self {
            passthrough: with(&["passthrough"]),
            authenticates: with(&["authenticates"]),
            entry: with(&["entry", "api", "hosts-frontend"]),
            edge: with(&["edge"]),
            supporting: with(&["supporting"]),
            aws: with(&["aws"]),
            decouples,
            event_sources: with(&["event-source"]),
            beside: with(&["supporting", "authorizes", "authenticates"]),
            outbound: with(&["outbound-comms"]),
            private_access: named(&["client-vpn", "site-to-site-vpn", "direct-connect", "verified-access"]),
            page_servers: named(&["page-server"]),
            page_backends: named(&["page-backend"]),
            logs: with(&["log-store"]),
            credentials: with(&["stores-credentials"]),
            human: with(&["human"]),
            control_icons,
            sensitive: list("sensitive"),
            public_data: list("public-data"),
            internal_actor: list("internal-actor"),
            control_words: PhraseIndex::new(
                catalog.controls().iter().enumerate().flat_map(|(i, c)| c.labels.iter().map(move |l| (l.as_str(), i))),
            ),
            service_controls: service_controls(catalog),
        }
    }
}

fn service_controls(catalog: &Catalog) -> Vec<Vec<usize>> {
    let position = |key: &str| catalog.controls().iter().position(|c| c.key == key);
    let brings = |service: &super::Service| {
        let own = service.controls.iter().filter_map(|key| position(key));
        let listed = catalog.controls().iter().enumerate().filter(|(_, c)| c.services.contains(&service.key));
        let mut all: Vec<usize> = own.chain(listed.map(|(i, _)| i)).collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    catalog.services().iter().map(brings).collect()
}
