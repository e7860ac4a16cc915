//! The words that conditions and rules may use, and what they stand for.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Catalog, Placement, Service, ServiceRole, did_you_mean};
use crate::model::{BoundaryType, ElementKind};

/// A set of services of one catalogue, by their position in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceSet(Vec<u64>);

impl ServiceSet {
    /// Adds the service at `position`.
    pub fn insert(&mut self, position: usize) {
        let word = position / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            *bits |= 1 << (position % 64);
        }
    }

    /// Whether the service at `position` is in it.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        self.0.get(position / 64).is_some_and(|bits| bits & (1 << (position % 64)) != 0)
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }
}

/// A set of kinds of elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u8);

impl KindSet {
    /// Adds a kind.
    pub fn insert(&mut self, kind: ElementKind) {
        self.0 |= 1 << kind as u8;
    }

    /// Whether `kind` is in it.
    #[must_use]
    pub const fn contains(self, kind: ElementKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

/// A set of types of boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BoundarySet(u32);

impl BoundarySet {
    /// The types for which `wanted` holds.
    pub fn of(wanted: impl Fn(BoundaryType) -> bool) -> Self {
        Self(BoundaryType::ALL.iter().filter(|t| wanted(**t)).fold(0, |bits, t| bits | (1 << *t as u32)))
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `kind` is in it.
    #[must_use]
    pub const fn contains(self, kind: BoundaryType) -> bool {
        self.0 & (1 << kind as u32) != 0
    }
}

/// Traits that elements without a service have, by what their kind means.
pub(super) const KIND_TRAITS: [(&str, ElementKind); 3] = [
    ("runs-code", ElementKind::Process),
    ("stores-data", ElementKind::DataStore),
    ("untrusted", ElementKind::ExternalEntity),
];

/// Traits that follow from a service's other columns, so that rules can ask for them.
pub const DERIVED_TRAITS: [&str; 12] = [
    "waf-attachable",
    "encrypted-at-rest",
    "encryption-opt-in",
    "vpc-bound",
    "vpc-optional",
    "regional",
    "edge",
    "on-premises",
    "managed",
    "internet-facing",
    "supporting",
    "aws",
];

/// Every word of a catalogue that conditions may use.
#[derive(Debug)]
pub struct Vocabulary<'a> {
    catalog: &'a Catalog,
    services: HashMap<&'a str, ServiceSet>,
    traits: HashMap<&'a str, ServiceSet>,
    words: HashMap<&'a str, Vec<String>>,
}

impl<'a> Vocabulary<'a> {
    /// The words of `catalog`.
    #[must_use]
    pub fn new(catalog: &'a Catalog) -> Self {
        let mut services: HashMap<&str, ServiceSet> = HashMap::new();
        let mut traits: HashMap<&str, ServiceSet> =
            KIND_TRAITS.iter().map(|(t, _)| (*t, ServiceSet::default())).collect();
        for word in DERIVED_TRAITS {
            traits.insert(word, ServiceSet::default());
        }
        for (position, service) in catalog.services().iter().enumerate() {
            for ancestor in catalog.lineage(&service.key) {
                services.entry(&ancestor.key).or_default().insert(position);
            }
            for word in &service.traits {
                traits.entry(word).or_default().insert(position);
            }
            for word in derived_traits(service) {
                traits.entry(word).or_default().insert(position);
            }
        }
        for (group, members) in catalog.groups() {
            let mut all = services.get(group.as_str()).cloned().unwrap_or_default();
            for member in members {
                if let Some(set) = services.get(member.as_str()) {
                    all.extend(set);
                }
            }
            services.insert(group, all);
        }
        let words = catalog.words().iter().map(|(name, list)| (name.as_str(), list.iter().map(|w| plain(w)).collect()));
        Self { catalog, services, traits, words: words.collect() }
    }

    /// The services that `word` names: a service with all that inherit it, or a group.
    #[must_use]
    pub fn services(&self, word: &str) -> Option<&ServiceSet> {
        self.services.get(word)
    }

    /// The services with the trait `word`.
    #[must_use]
    pub fn with_trait(&self, word: &str) -> Option<&ServiceSet> {
        self.traits.get(word)
    }

    /// The list of words named `word`, in plain form.
    #[must_use]
    pub fn lexicon(&self, word: &str) -> Option<&[String]> {
        self.words.get(word).map(Vec::as_slice)
    }

    /// The position of the control `word` in the catalogue.
    #[must_use]
    pub fn control(&self, word: &str) -> Option<usize> {
        self.catalog.controls().iter().position(|c| c.key == word)
    }

    /// The likeliest service, group or kind that `word` was to be.
    #[must_use]
    pub fn near_name(&self, word: &str) -> Option<String> {
        let known: BTreeSet<&str> = self.services.keys().copied().chain(["external", "process", "store"]).collect();
        did_you_mean(word, known.into_iter().chain(BoundaryType::ALL.iter().map(|t| t.as_str())))
    }

    /// The likeliest trait that `word` was to be.
    #[must_use]
    pub fn near_trait(&self, word: &str) -> Option<String> {
        did_you_mean(word, self.traits.keys().copied().collect::<BTreeSet<_>>())
    }

    /// The likeliest list of words that `word` was to be.
    #[must_use]
    pub fn near_lexicon(&self, word: &str) -> Option<String> {
        did_you_mean(word, self.words.keys().copied().collect::<BTreeSet<_>>())
    }

    /// The likeliest control that `word` was to be.
    #[must_use]
    pub fn near_control(&self, word: &str) -> Option<String> {
        did_you_mean(word, self.catalog.controls().iter().map(|c| c.key.as_str()))
    }

    /// How many services have each trait, for a list of what can be asked.
    #[must_use]
    pub fn traits(&self) -> BTreeMap<&'a str, usize> {
        self.traits
            .iter()
            .map(|(word, set)| (*word, set.0.iter().map(|bits| bits.count_ones() as usize).sum()))
            .collect()
    }
}

/// The kind that `word` names in a condition.
#[must_use]
pub(super) fn kind_named(word: &str) -> Option<ElementKind> {
    match word {
        "external" => Some(ElementKind::ExternalEntity),
        "process" => Some(ElementKind::Process),
        "store" => Some(ElementKind::DataStore),
        _ => None,
    }
}

/// The types of boundaries that `word` names in a condition: a type, `trust`, `network` or `boundary`.
#[must_use]
pub(super) fn boundaries_named(word: &str) -> Option<BoundarySet> {
    match word {
        "trust" => Some(BoundarySet::of(BoundaryType::separates_trust)),
        "network" => Some(BoundarySet::of(BoundaryType::is_network)),
        "boundary" => Some(BoundarySet::of(|_| true)),
        _ => word.parse::<BoundaryType>().ok().map(|wanted| BoundarySet::of(|t| t == wanted)),
    }
}

/// Text in plain form: words in lower case, one space between, nothing else; for comparing words.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}

fn derived_traits(service: &Service) -> impl Iterator<Item = &'static str> {
    let inside = matches!(
        service.placement,
        Placement::Regional | Placement::Edge | Placement::Account | Placement::VpcOptional
    );
    let own = service.kind != ElementKind::ExternalEntity && !service.key.starts_with("generic-");
    let hosted = matches!(service.placement, Placement::VpcBound) || inside;
    let supporting = service.role == ServiceRole::Control
        || service
            .traits
            .iter()
            .any(|t| matches!(t.as_str(), "security-control" | "monitoring" | "tracing" | "log-store"));
    [
        ("waf-attachable", service.waf),
        ("encrypted-at-rest", matches!(service.at_rest.as_str(), "always" | "default-on")),
        ("encryption-opt-in", service.at_rest == "opt-in"),
        ("vpc-bound", service.placement == Placement::VpcBound),
        ("vpc-optional", service.placement == Placement::VpcOptional),
        ("regional", service.placement == Placement::Regional),
        ("edge", service.placement == Placement::Edge),
        ("on-premises", service.placement == Placement::OnPrem),
        ("managed", own && inside),
        ("internet-facing", service.internet == "yes"),
        ("supporting", supporting),
        ("aws", own && hosted),
    ]
    .into_iter()
    .filter_map(|(word, holds)| holds.then_some(word))
}
