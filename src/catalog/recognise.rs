//! Recognising what a drawn thing is, by what the file says, its shape's key, the picture inside it and its label.

use super::{
    Catalog, Service,
    lexicon::{self, Found, Strength},
    shapes::{self, Means},
};
use crate::model::{Basis, BoundaryType, ElementKind, Provenance};

/// What an importer knows of one drawn thing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// Kind that the file states, as written.
    pub stated_kind: Option<&'a str>,
    /// Service that the file states, as written.
    pub stated_service: Option<&'a str>,
    /// Shape keys from the most telling to the least, such as `mxgraph.aws4.lambda` (draw.io: `resIcon`, `prIcon`,
    /// `grIcon`, then `shape`), and paths of the editor's own images (`img/lib/...`).
    pub shapes: &'a [&'a str],
    /// Name carried by a picture: file name of an image path, or the title inside a pasted SVG.
    pub image: Option<&'a str>,
    /// Label as plain text.
    pub label: &'a str,
    /// Kind that the drawn form suggests (cylinder, stick figure, two lines ...), where that is a strong hint.
    pub form: Option<ElementKind>,
}

/// What a drawn thing means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Something that data flows between: its kind, and its service's key where known.
    Element {
        /// Kind in a data-flow diagram.
        kind: ElementKind,
        /// Key of the service.
        service: Option<String>,
    },
    /// A box of this type.
    Boundary(BoundaryType),
    /// An icon that only decorates, illustrates or categorises.
    Decoration,
}

/// A meaning and what told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// What the thing means.
    pub meaning: Meaning,
    /// What told it.
    pub provenance: Provenance,
    /// The name of the thing where its label is empty: the service's name or the shape's title.
    pub title: Option<String>,
}

impl Recognised {
    fn service(service: &Service, basis: Basis, detail: &str) -> Self {
        Self {
            meaning: Meaning::Element { kind: service.kind, service: Some(service.key.clone()) },
            provenance: Provenance { basis, detail: detail.to_owned() },
            title: Some(service.name.clone()),
        }
    }

    fn kind(kind: ElementKind, basis: Basis, detail: &str) -> Self {
        Self {
            meaning: Meaning::Element { kind, service: None },
            provenance: Provenance { basis, detail: detail.to_owned() },
            title: None,
        }
    }

    /// The same with `kind`, where it is an element. What is only known by a common word must be of that kind itself:
    /// a store called "Users" is nobody.
    fn of_kind(mut self, wanted: ElementKind, catalog: &Catalog) -> Self {
        if let Meaning::Element { kind, service } = &mut self.meaning {
            let common = |key: &str| catalog.service(key).is_some_and(|s| s.labels.is_empty());
            if *kind != wanted && service.as_deref().is_some_and(common) {
                *service = None;
                self.title = None;
            }
            *kind = wanted;
        }
        self
    }

    fn service_key(&self) -> Option<&str> {
        match &self.meaning {
            Meaning::Element { service, .. } => service.as_deref(),
            _ => None,
        }
    }
}

impl Catalog {
    /// What a drawn thing means. `None` where nothing tells: neither a statement, a shape, a picture, a label nor a form.
    ///
    /// Statement first, then for the service label before shape where they disagree (people reuse icons), then image.
    #[must_use]
    pub fn recognise(&self, look: &Look<'_>) -> Option<Recognised> {
        if let Some(service) = look.stated_service.and_then(|s| self.named(s)) {
            let known = Recognised::service(service, Basis::Stated, look.stated_service.unwrap_or_default());
            return Some(match look.stated_kind.and_then(stated_kind) {
                Some(kind) => known.of_kind(kind, self),
                None => known,
            });
        }
        let known = self.by_looks(look);
        match look.stated_kind.and_then(stated_kind) {
            Some(kind) => {
                let mut known = known
                    .filter(|k| matches!(k.meaning, Meaning::Element { .. }))
                    .map_or_else(|| Recognised::kind(kind, Basis::Stated, ""), |k| k.of_kind(kind, self));
                known.provenance =
                    Provenance { basis: Basis::Stated, detail: look.stated_kind.unwrap_or_default().to_owned() };
                Some(known)
            }
            None => known,
        }
    }

    fn by_looks(&self, look: &Look<'_>) -> Option<Recognised> {
        let found = self.lexicon().find(look.label);
        let shape = self.by_shape(look.shapes).or_else(|| self.by_image(look.image?));
        let Some(shape) = shape else { return self.by_label(look.label, found, look.form) };
        let Some(key) = shape.service_key().map(str::to_owned) else {
            return Some(match &shape.meaning {
                Meaning::Element { kind, .. } => self.over_plain(found, *kind, shape),
                _ => shape,
            });
        };
        Some(self.over_service(look.label, found, &key, shape))
    }

    /// A shape that tells no more than a kind: the label may tell the service.
    fn over_plain(&self, found: Vec<Found>, kind: ElementKind, shape: Recognised) -> Recognised {
        let telling = found.into_iter().filter(Found::tells);
        let named = lexicon::best(telling.filter(|f| f.strength == Strength::Name || f.is_whole()));
        match named.and_then(|f| self.services().get(f.service).map(|s| (s, f))) {
            Some((service, f)) if f.strength == Strength::Name || service.kind == kind => {
                Recognised::service(service, Basis::Label, &f.text)
            }
            _ => shape,
        }
    }

    /// A shape that tells a service: the label may narrow it down, or be the name of another.
    fn over_service(&self, label: &str, found: Vec<Found>, key: &str, shape: Recognised) -> Recognised {
        let by = |f: &Found| self.services().get(f.service);
        if let Some((service, word)) = self.narrowed(label, key) {
            return Recognised::service(service, Basis::Label, &word);
        }
        let loose = is_loose(key);
        let narrowed = found.iter().rev().find(|f| {
            let refines = by(f).is_some_and(|s| s.refines.iter().any(|r| r == key));
            refines && (f.strength == Strength::Name && !f.object || f.is_whole() || f.ends && !f.object)
        });
        if let Some((service, f)) = narrowed.and_then(|f| Some((by(f)?, f))) {
            return Recognised::service(service, Basis::Label, &f.text);
        }
        if found.iter().any(|f| f.strength == Strength::Name && by(f).is_some_and(|s| s.key == key)) {
            return shape;
        }
        let other = lexicon::best(found.into_iter().filter(|f| {
            let named = f.strength == Strength::Name;
            if loose { f.tells() && (named || f.is_whole()) } else { named && f.is_whole() }
        }));
        match other.and_then(|f| Some((by(&f)?, f))) {
            // The picture of a person stays a person, whatever the person uses.
            Some((service, f)) if !loose || f.strength == Strength::Name || fits(service, &shape) => {
                Recognised::service(service, Basis::Label, &f.text)
            }
            _ => shape,
        }
    }

    /// The service that a word of the label narrows `key` down to, and the word.
    fn narrowed(&self, label: &str, key: &str) -> Option<(&Service, String)> {
        let mut finer = self.services().iter().filter(|s| s.refines.iter().any(|r| r == key) && !s.narrows.is_empty());
        finer.find_map(|service| {
            let word = |w: &&str| service.narrows.iter().any(|n| n.eq_ignore_ascii_case(w));
            let word = label.split(|c: char| !c.is_alphanumeric()).find(word)?;
            Some((service, word.to_owned()))
        })
    }

    fn by_shape(&self, keys: &[&str]) -> Option<Recognised> {
        let host = keys.last().copied();
        let normal: Vec<_> = keys.iter().map(|key| (*key, shapes::normal_key(key, host))).collect();
        let known = normal.iter().filter(|(_, n)| !shapes::is_host(n)).find_map(|(key, normal)| {
            let (means, title) = self.shape(normal)?;
            self.meaning(&means, &title, Basis::Shape, key)
        });
        known.or_else(|| {
            let strange = normal.iter().filter(|(key, n)| is_library_key(key) && !shapes::is_host(n));
            strange.into_iter().find_map(|(key, normal)| self.by_resemblance(key, normal))
        })
    }

    fn meaning(&self, means: &str, title: &str, basis: Basis, detail: &str) -> Option<Recognised> {
        let mut known = match shapes::means(means)? {
            Means::Service(key) => {
                let service = self.service(key)?;
                let known = Recognised::service(service, basis, detail);
                if self.disabled.contains(key) { Recognised::kind(service.kind, basis, detail) } else { known }
            }
            Means::Other(meaning) => {
                Recognised { meaning, provenance: Provenance { basis, detail: detail.to_owned() }, title: None }
            }
        };
        if !title.is_empty() {
            known.title = Some(title.to_owned());
        }
        Some(known)
    }

    /// A key that the table lacks: the same glyph in another family, else what its words name.
    fn by_resemblance(&self, key: &str, normal: &str) -> Option<Recognised> {
        let glyph = normal.rsplit(['.', '/']).next().unwrap_or(normal);
        let stem = glyph.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
        let own = normal.split('.').next().unwrap_or_default();
        let others: &[&str] = if own.starts_with("aws") { &["aws4", "aws3"] } else { &[] };
        let tried = std::iter::once(own).chain(others.iter().copied());
        let same = tried.flat_map(|family| [format!("{family}.{glyph}"), format!("{family}.{stem}")]);
        if let Some((means, title)) = same.into_iter().find_map(|key| self.shape(&key)) {
            return self.meaning(&means, &title, Basis::Resemblance, key);
        }
        let words = glyph.replace('_', " ");
        let service = lexicon::longest(self.lexicon().find(&words)).and_then(|f| self.services().get(f.service))?;
        let mut known = Recognised::service(service, Basis::Resemblance, key);
        known.title = Some(words);
        Some(known)
    }

    fn by_image(&self, name: &str) -> Option<Recognised> {
        if let Some((means, title)) = self.shape(&shapes::normal_key(name, None)) {
            return self.meaning(&means, &title, Basis::Image, name);
        }
        let file = name.rsplit('/').next().unwrap_or(name);
        let stem = file.rsplit_once('.').filter(|(_, end)| end.len() <= 4).map_or(file, |(stem, _)| stem);
        let words = stem.trim_start_matches("Arch_").trim_start_matches("Res_").replace('_', " ");
        let found = lexicon::longest(self.lexicon().find(&words))?;
        Some(Recognised::service(self.services().get(found.service)?, Basis::Image, name))
    }

    fn by_label(&self, label: &str, found: Vec<Found>, form: Option<ElementKind>) -> Option<Recognised> {
        // Paths, templates, expressions and questions speak of data in the words for people and stores.
        let code = label.contains(['{', '}', '<', '>', '=', '?']) || label.split_whitespace().any(is_path);
        let telling = found.into_iter().filter(|f| f.tells() && (f.strength == Strength::Name || !code));
        let known = lexicon::best(telling)
            .and_then(|f| Some(Recognised::service(self.services().get(f.service)?, Basis::Label, &f.text)));
        let known = known.map(|known| match known.service_key().and_then(|key| self.narrowed(label, key)) {
            Some((service, word)) => Recognised::service(service, Basis::Label, &word),
            None => known,
        });
        match (known, form) {
            (Some(known), Some(form)) => Some(known.of_kind(form, self)),
            (Some(known), None) => Some(known),
            (None, Some(form)) => Some(Recognised::kind(form, Basis::Shape, "form")),
            (None, None) => None,
        }
    }

    /// The service that a file states: by key, else by one of its names.
    fn named(&self, text: &str) -> Option<&Service> {
        let text = text.trim();
        let by_key = || self.services().iter().find(|s| s.key.eq_ignore_ascii_case(text));
        by_key().or_else(|| self.services().iter().find(|s| s.name.eq_ignore_ascii_case(text))).or_else(|| {
            let position = self.lexicon().whole(text)?;
            self.services().get(position)
        })
    }
}

fn is_path(word: &str) -> bool {
    word.len() > 1 && word.starts_with('/')
}

/// Whether a service of the catalogue only stands for a kind of thing, so that a label may say more.
fn is_loose(key: &str) -> bool {
    key.starts_with("generic-") || key == "aws-service"
}

/// Whether a loose shape can be drawn for `service`: others' systems are drawn as whatever they are.
fn fits(service: &Service, shape: &Recognised) -> bool {
    let foreign = || service.traits.iter().any(|t| t == "third-party");
    matches!(&shape.meaning, Meaning::Element { kind, .. }
        if *kind == service.kind || *kind == ElementKind::Process && foreign())
}

/// Whether a key names a glyph of a library, and is no plain form such as `ellipse`.
fn is_library_key(key: &str) -> bool {
    key.starts_with("mxgraph.")
        && !["mxgraph.basic.", "mxgraph.flowchart.", "mxgraph.bpmn."].iter().any(|f| key.starts_with(f))
        || key.contains("img/lib/")
}

/// Reads the kinds that people state.
fn stated_kind(word: &str) -> Option<ElementKind> {
    let word = word.trim().to_lowercase().replace(['_', '-'], " ");
    word.replace(' ', "_").parse().ok().or(match word.as_str() {
        "external" | "entity" | "actor" | "person" | "user" | "human" | "external system" | "terminator" => {
            Some(ElementKind::ExternalEntity)
        }
        "store" | "datastore" | "database" | "queue" | "storage" | "topic" => Some(ElementKind::DataStore),
        "service" | "function" | "application" | "system" | "component" | "server" => Some(ElementKind::Process),
        _ => None,
    })
}
