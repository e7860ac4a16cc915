//! The catalogue: services, shapes, controls, threats and countermeasures as data, and the code that loads, checks
//! and layers it.

mod boundary;
mod builtin;
pub mod condition;
mod control;
mod error;
mod file;
mod known;
mod lambda_vector;
mod layer;
mod lexicon;
pub mod notation;
mod phrases;
mod recognise;
mod reference;
mod rule;
mod seed;
mod service;
mod shapes;
mod vocabulary;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::OnceLock,
};

use sha2::{Digest as _, Sha256};

pub use boundary::{BoundaryLook, BoundaryName, Colours};
pub use control::{Control, ControlScope};
pub use error::{CatalogError, Problem, did_you_mean};
pub use file::{CatalogFile, parse};
pub use known::Known;
pub use lambda_vector::LambdaVector;
pub use phrases::{PhraseIndex, Text};
pub use recognise::{Look, Meaning, Recognised};
pub use rule::{
    Checklist, CountermeasureEntry, Example, ExampleTarget, Expectation, On, Placeholder, Rule, RuleBook, RuleEntry,
    RuleFile, fill,
};
pub use seed::{Seed, seeds};
pub use service::{Placement, Service, ServiceRole};
pub use shapes::Shape;
pub use vocabulary::{BoundarySet, DERIVED_TRAITS, KindSet, ServiceSet, Vocabulary, plain};

/// A loaded catalogue: the built-in one, with the user's folders laid over it.
#[derive(Debug, Default)]
pub struct Catalog {
    services: Vec<Service>,
    service_index: HashMap<String, usize>,
    controls: Vec<Control>,
    groups: BTreeMap<String, Vec<String>>,
    words: BTreeMap<String, Vec<String>>,
    lambda_vectors: Vec<LambdaVector>,
    added_rules: Vec<RuleFile>,
    rules: OnceLock<RuleBook>,
    shapes: BTreeMap<String, Shape>,
    boundaries: Vec<BoundaryLook>,
    lexicon: OnceLock<lexicon::Lexicon>,
    disabled: BTreeSet<String>,
    /// Texts of the files that are laid over the built-in ones.
    layers: Vec<String>,
}

impl Catalog {
    /// The catalogue that is built into the program.
    #[must_use]
    pub fn builtin() -> Self {
        let mut catalog = Self::default();
        for file in builtin::files() {
            catalog.add(file);
        }
        catalog
    }

    /// The rules and countermeasures. The built-in ones are read when first asked for: reading a diagram needs none.
    #[must_use]
    pub fn rules(&self) -> &RuleBook {
        // A test reads the built-in rules, and a user's own are checked when they are added.
        self.rules.get_or_init(|| self.checked_rules().expect("the catalogue's rules were checked"))
    }

    /// Lays files of rules over those that are there.
    ///
    /// # Errors
    /// Every mistake in the rules.
    pub fn add_rules(&mut self, files: Vec<RuleFile>) -> Result<(), CatalogError> {
        self.added_rules.extend(files);
        self.rules = OnceLock::from(self.checked_rules()?);
        Ok(())
    }

    fn checked_rules(&self) -> Result<RuleBook, CatalogError> {
        let mut files = builtin::rules()?;
        files.extend(self.added_rules.iter().cloned());
        RuleBook::build(self, &files).map_err(|problems| CatalogError { problems })
    }

    /// The catalogue's version: a hash over every file that takes part, built-in or laid over it.
    #[must_use]
    pub fn version(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        builtin::texts().for_each(&mut add);
        self.layers.iter().for_each(|text| add(text));
        hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }

    /// All services, in the order of the files.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The service with this key.
    #[must_use]
    pub fn service(&self, key: &str) -> Option<&Service> {
        self.service_index.get(key).and_then(|i| self.services.get(*i))
    }

    /// The position of the service with this key in [`Catalog::services`].
    #[must_use]
    pub fn service_position(&self, key: &str) -> Option<usize> {
        self.service_index.get(key).copied()
    }

    /// All controls, in the order of the files.
    #[must_use]
    pub fn controls(&self) -> &[Control] {
        &self.controls
    }

    /// The control with this key (without `ctl.`).
    #[must_use]
    pub fn control(&self, key: &str) -> Option<&Control> {
        self.controls.iter().find(|c| c.key == key)
    }

    /// The ways into a serverless function, in the order of the files.
    #[must_use]
    pub fn lambda_vectors(&self) -> &[LambdaVector] {
        &self.lambda_vectors
    }

    /// The named sets of services, by name.
    #[must_use]
    pub fn groups(&self) -> &BTreeMap<String, Vec<String>> {
        &self.groups
    }

    /// The named lists of words, by name.
    #[must_use]
    pub fn words(&self) -> &BTreeMap<String, Vec<String>> {
        &self.words
    }

    /// The service and everything that it inherits from, nearest first. A cycle ends the walk.
    pub fn lineage<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Service> + 'a {
        std::iter::successors(self.service(key), |s| s.inherits.as_deref().and_then(|p| self.service(p)))
            .take(self.services.len())
    }

    /// Whether the service `key`, or one that it inherits from, is `name` or a member of the group `name`.
    #[must_use]
    pub fn is_a(&self, key: &str, name: &str) -> bool {
        let group = self.groups.get(name);
        self.lineage(key).any(|s| s.key == name || group.is_some_and(|g| g.contains(&s.key)))
    }

    /// All kinds of boxes, in the order in which they are tried.
    #[must_use]
    pub fn boundaries(&self) -> &[BoundaryLook] {
        &self.boundaries
    }

    /// What the shape table says of a normal key: its meaning and its title.
    fn shape(&self, key: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
        if let Some(own) = self.shapes.get(key) {
            return Some((own.means.as_str().into(), own.title.as_str().into()));
        }
        if self.disabled.contains(key) {
            return None;
        }
        shapes::builtin(key).map(|line| (line.means.into(), line.title.into()))
    }

    /// The names and words of all services, gathered when first asked for.
    fn lexicon(&self) -> &lexicon::Lexicon {
        self.lexicon.get_or_init(|| lexicon::Lexicon::new(&self.services))
    }

    /// Lays one file over what is there: same key replaces, a new one adds, `disable` removes. What it says of rules
    /// comes back.
    fn add(&mut self, mut file: CatalogFile) -> CatalogFile {
        for service in file.service.drain(..).map(toml::Spanned::into_inner) {
            match self.service_index.get(&service.key).and_then(|i| self.services.get_mut(*i)) {
                Some(known) => *known = service,
                None => {
                    self.service_index.insert(service.key.clone(), self.services.len());
                    self.services.push(service);
                }
            }
        }
        for control in file.control.drain(..).map(toml::Spanned::into_inner) {
            match self.controls.iter_mut().find(|c| c.key == control.key) {
                Some(known) => *known = control,
                None => self.controls.push(control),
            }
        }
        for vector in file.lambda_vector.drain(..) {
            match self.lambda_vectors.iter_mut().find(|v| v.id == vector.id) {
                Some(known) => *known = vector,
                None => self.lambda_vectors.push(vector),
            }
        }
        for (name, members) in std::mem::take(&mut file.groups) {
            self.groups.insert(name, members.into_iter().map(toml::Spanned::into_inner).collect());
        }
        self.words.append(&mut file.words);
        for shape in file.shape.drain(..).map(toml::Spanned::into_inner) {
            self.shapes.insert(shapes::normal_key(&shape.key, None), shape);
        }
        for look in file.boundary.drain(..).map(toml::Spanned::into_inner) {
            match self.boundaries.iter_mut().find(|b| b.key == look.key) {
                Some(known) => *known = look,
                None => self.boundaries.push(look),
            }
        }
        for id in &file.disable {
            self.disable(id.get_ref());
        }
        self.lexicon = OnceLock::new();
        file
    }

    /// Takes away what is known by `id`. Services, controls, groups and word lists stay as names, because rules speak of
    /// them, but nothing is recognised as one any more.
    fn disable(&mut self, id: &str) {
        if let Some(service) = self.service_index.get(id).and_then(|i| self.services.get_mut(*i)) {
            service.labels.clear();
            service.words.clear();
            service.refines.clear();
            self.disabled.insert(id.to_owned());
        }
        if let Some(control) = self.controls.iter_mut().find(|c| c.key == id) {
            control.services.clear();
            control.labels.clear();
        }
        if let Some(group) = self.groups.get_mut(id) {
            group.clear();
        }
        if let Some(words) = self.words.get_mut(id) {
            words.clear();
        }
        self.boundaries.retain(|b| b.key != id);
        self.lambda_vectors.retain(|v| v.id != id);
        let shape = shapes::normal_key(id, None);
        if self.shape(&shape).is_some() {
            self.shapes.remove(&shape);
            self.disabled.insert(shape);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Catalog;

    #[test]
    fn every_name_in_the_builtin_data_is_known() {
        let catalog = Catalog::builtin();
        for service in catalog.services() {
            for key in service.inherits.iter().chain(&service.refines) {
                assert!(catalog.service(key).is_some(), "{}: no service {key}", service.key);
            }
            for key in &service.controls {
                assert!(catalog.control(key).is_some(), "{}: no control {key}", service.key);
            }
            assert!(service.rank <= 9, "{}", service.key);
        }
        for control in catalog.controls() {
            for key in &control.services {
                assert!(catalog.service(key).is_some(), "{}: no service {key}", control.key);
            }
        }
        for (group, members) in catalog.groups() {
            for key in members {
                assert!(catalog.service(key).is_some(), "group {group}: no service {key}");
            }
        }
        let keys: BTreeSet<_> = catalog.services().iter().map(|s| &s.key).collect();
        assert_eq!(keys.len(), catalog.services().len());
        assert!(catalog.services().len() >= 184 && catalog.controls().len() >= 47);
    }

    #[test]
    fn a_service_is_what_it_inherits_and_what_its_groups_say() {
        let catalog = Catalog::builtin();
        assert!(catalog.is_a("aurora-serverless", "rds") || catalog.is_a("aurora-serverless", "aurora"));
        assert!(catalog.is_a("apigateway-http", "api"));
        assert!(catalog.is_a("generic-function", "lambda"));
        assert!(!catalog.is_a("s3", "api") && !catalog.is_a("no-such", "api"));
    }
}
