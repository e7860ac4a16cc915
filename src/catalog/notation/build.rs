//! From statements to a diagram.

use std::collections::{BTreeMap, HashMap};

use super::NotationError;
use crate::{
    catalog::{Catalog, Look, Meaning, did_you_mean, vocabulary::kind_named},
    model::{
        Basis, BoundaryIndex, BoundaryType, DataFlow, Diagram, Direction, Element, ElementIndex, ElementKind, End,
        Page, Provenance, Stated, TrustBoundary,
    },
};

/// Deepest nesting of boxes.
const MAX_NESTING: usize = 20;

/// What a node's brackets draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing in particular.
    #[default]
    Plain,
    /// A cylinder.
    Store,
}

/// One arrow.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) label: String,
    pub(super) direction: Direction,
    /// The head is at the left end.
    pub(super) backward: bool,
}

#[derive(Clone, Debug, Default)]
struct Node {
    id: String,
    label: String,
    class: Option<String>,
    form: Form,
    inside: Option<usize>,
    statement: String,
}

#[derive(Clone, Debug, Default)]
struct Frame {
    id: String,
    label: String,
    class: Option<String>,
    parent: Option<usize>,
    statement: String,
}

/// What properties state of the thing with an id.
#[derive(Clone, Debug)]
struct StatedOf {
    id: String,
    pairs: Vec<(String, String)>,
    statement: String,
}

/// A diagram as far as its statements were read.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    nodes: Vec<Node>,
    by_id: HashMap<String, usize>,
    frames: Vec<Frame>,
    open: Vec<usize>,
    flows: Vec<(String, String, Link)>,
    classes: Vec<(String, String, String)>,
    stated: Vec<StatedOf>,
}

impl Sketch {
    pub(super) fn size(&self) -> usize {
        self.nodes.len().max(self.flows.len()).max(self.frames.len()).max(self.stated.len())
    }

    pub(super) fn open(
        &mut self,
        id: &str,
        label: &str,
        class: Option<&str>,
        statement: &str,
    ) -> Result<(), NotationError> {
        if self.open.len() >= MAX_NESTING {
            return Err(NotationError::new(statement, format!("boxes nest more than {MAX_NESTING} deep")));
        }
        self.frames.push(Frame {
            id: id.to_owned(),
            label: if label.is_empty() { id } else { label }.to_owned(),
            class: class.map(str::to_owned),
            parent: self.open.last().copied(),
            statement: statement.to_owned(),
        });
        self.open.push(self.frames.len() - 1);
        Ok(())
    }

    pub(super) fn close(&mut self, statement: &str) -> Result<(), NotationError> {
        self.open.pop().map(drop).ok_or_else(|| NotationError::new(statement, "`end` without `subgraph`"))
    }

    pub(super) fn classify(&mut self, id: &str, class: &str, statement: &str) {
        self.classes.push((id.to_owned(), class.to_owned(), statement.to_owned()));
    }

    pub(super) fn state(&mut self, id: &str, pairs: Vec<(String, String)>, statement: &str) {
        self.stated.push(StatedOf { id: id.to_owned(), pairs, statement: statement.to_owned() });
    }

    pub(super) fn connect(&mut self, from: &str, to: &str, link: &Link) {
        let (from, to) = if link.backward { (to, from) } else { (from, to) };
        self.flows.push((from.to_owned(), to.to_owned(), link.clone()));
    }

    pub(super) fn mention(&mut self, id: &str, label: &str, class: Option<&str>, form: Form, statement: &str) {
        let position = *self.by_id.entry(id.to_owned()).or_insert(self.nodes.len());
        if position == self.nodes.len() {
            self.nodes.push(Node { id: id.to_owned(), statement: statement.to_owned(), ..Node::default() });
        }
        let Some(node) = self.nodes.get_mut(position) else { return };
        if !label.is_empty() {
            (node.label, node.form) = (label.to_owned(), form);
        }
        if let Some(class) = class {
            node.class = Some(class.to_owned());
        }
        node.inside = node.inside.or(self.open.last().copied());
    }

    pub(super) fn finish(mut self, catalog: &Catalog) -> Result<Diagram, NotationError> {
        if let Some(frame) = self.open.pop().and_then(|i| self.frames.get(i)) {
            return Err(NotationError::new(&frame.statement, "`end` is missing"));
        }
        self.spread_classes()?;
        let boundaries: HashMap<&str, BoundaryIndex> =
            self.frames.iter().enumerate().map(|(i, f)| (f.id.as_str(), BoundaryIndex(i))).collect();
        let mut diagram = Diagram {
            page: Page { index: 0, id: "example".to_owned(), name: "Example".to_owned() },
            ..Diagram::default()
        };
        for frame in &self.frames {
            diagram.boundaries.push(frame.boundary(catalog)?);
        }
        let mut elements = HashMap::new();
        for node in self.nodes.iter().filter(|n| !boundaries.contains_key(n.id.as_str())) {
            elements.insert(node.id.as_str(), ElementIndex(diagram.elements.len()));
            let element = node.element(catalog, &diagram)?;
            diagram.elements.push(element);
        }
        let end = |id: &str| {
            let element = elements.get(id).map(|e| End::Element(*e));
            element.or_else(|| boundaries.get(id).map(|b| End::Boundary(*b)))
        };
        let mut times: HashMap<String, usize> = HashMap::new();
        for (from, to, link) in &self.flows {
            let (Some(source), Some(target)) = (end(from), end(to)) else { continue };
            let pair = format!("{from}->{to}");
            let time = times.entry(pair.clone()).and_modify(|n| *n += 1).or_insert(1);
            let id = if *time == 1 { pair } else { format!("{pair}#{time}") };
            let flow = flow(&diagram, id, source, target, link);
            diagram.flows.push(flow);
        }
        self.spread_properties(&mut diagram)?;
        Ok(diagram)
    }

    fn spread_classes(&mut self) -> Result<(), NotationError> {
        for (id, class, statement) in std::mem::take(&mut self.classes) {
            let frame = self.frames.iter_mut().find(|f| f.id == id).map(|f| &mut f.class);
            let place = match frame {
                Some(place) => Some(place),
                None => self.by_id.get(&id).and_then(|i| self.nodes.get_mut(*i)).map(|n| &mut n.class),
            };
            match place {
                Some(place) => *place = Some(class),
                None => return Err(NotationError::new(&statement, format!("there is no `{id}`"))),
            }
        }
        Ok(())
    }

    fn spread_properties(&self, diagram: &mut Diagram) -> Result<(), NotationError> {
        for StatedOf { id, pairs, statement } in &self.stated {
            let place = if let Some(e) = diagram.elements.iter_mut().find(|e| e.id == *id) {
                (&mut e.properties, &mut e.stated)
            } else if let Some(f) = diagram.flows.iter_mut().find(|f| f.id == *id) {
                (&mut f.properties, &mut f.stated)
            } else if let Some(b) = diagram.boundaries.iter_mut().find(|b| b.id == *id) {
                (&mut b.properties, &mut b.stated)
            } else {
                return Err(NotationError::new(statement, format!("there is no `{id}`")));
            };
            place.0.extend(pairs.iter().cloned());
            *place.1 = Stated::of_properties(place.0);
        }
        Ok(())
    }
}

impl Frame {
    fn boundary(&self, catalog: &Catalog) -> Result<TrustBoundary, NotationError> {
        let (kind, because) = match &self.class {
            Some(class) => match class.parse::<BoundaryType>() {
                Ok(kind) => (kind, "stated".to_owned()),
                Err(_) => return Err(unknown(class, &self.statement, catalog)),
            },
            None => catalog
                .boundary_type(&self.label, None, None, None, false)
                .unwrap_or((BoundaryType::TrustBoundary, "a box of the notation".to_owned())),
        };
        Ok(TrustBoundary {
            id: self.id.clone(),
            label: self.label.clone(),
            kind,
            parent: self.parent.map(BoundaryIndex),
            tags: Vec::new(),
            properties: BTreeMap::new(),
            stated: Stated::default(),
            because,
            place: None,
        })
    }
}

impl Node {
    fn element(&self, catalog: &Catalog, diagram: &Diagram) -> Result<Element, NotationError> {
        let label = if self.label.is_empty() { &self.id } else { &self.label };
        let (kind, service, provenance) = self.meaning(label, catalog)?;
        let mut boundaries: Vec<_> =
            self.inside.map(BoundaryIndex).into_iter().flat_map(|b| diagram.enclosing(b)).collect();
        boundaries.reverse();
        Ok(Element {
            id: self.id.clone(),
            label: label.clone(),
            kind,
            service_name: service.as_deref().and_then(|s| catalog.service(s)).map(|s| s.name.clone()),
            service,
            shape: None,
            boundaries,
            tags: Vec::new(),
            properties: BTreeMap::new(),
            stated: Stated::default(),
            provenance,
            place: None,
        })
    }

    fn meaning(
        &self,
        label: &str,
        catalog: &Catalog,
    ) -> Result<(ElementKind, Option<String>, Provenance), NotationError> {
        let form = (self.form == Form::Store).then_some(ElementKind::DataStore);
        let class = self.class.as_deref();
        if let Some(service) = class.and_then(|c| catalog.service(c)) {
            let provenance = Provenance { basis: Basis::Stated, detail: service.key.clone() };
            return Ok((service.kind, Some(service.key.clone()), provenance));
        }
        let stated = class.map(|c| kind_named(c).ok_or_else(|| unknown(c, &self.statement, catalog))).transpose()?;
        let look = Look { label, form, stated_kind: stated.map(ElementKind::as_str), ..Look::default() };
        let recognised = catalog.recognise(&look);
        let guess = Provenance { basis: Basis::Guess, detail: String::new() };
        Ok(match recognised.map(|r| (r.meaning, r.provenance)) {
            Some((Meaning::Element { kind, service }, provenance)) => (stated.unwrap_or(kind), service, provenance),
            _ => (stated.or(form).unwrap_or(ElementKind::Process), None, guess),
        })
    }
}

fn unknown(class: &str, statement: &str, catalog: &Catalog) -> NotationError {
    let known = catalog.services().iter().map(|s| s.key.as_str()).chain(["external", "process", "store"]);
    NotationError {
        help: did_you_mean(class, known.chain(BoundaryType::ALL.iter().map(|t| t.as_str()))),
        ..NotationError::new(statement, format!("`{class}` is no service, kind or type of boundary"))
    }
}

fn flow(diagram: &Diagram, id: String, source: End, target: End, link: &Link) -> DataFlow {
    // Innermost first.
    let around = |end: End| match end {
        End::Element(e) => diagram.element(e).boundaries.iter().rev().copied().collect::<Vec<_>>(),
        End::Boundary(b) => diagram.enclosing(b).collect(),
    };
    let (from, to) = (around(source), around(target));
    let left = from.iter().filter(|b| !to.contains(b)).copied();
    let entered = to.iter().rev().filter(|b| !from.contains(b)).copied();
    DataFlow {
        id,
        label: link.label.clone(),
        source,
        target,
        direction: link.direction,
        crosses: left.chain(entered).collect(),
        snapped: false,
        tags: Vec::new(),
        properties: BTreeMap::new(),
        stated: Stated::default(),
        path: Vec::new(),
    }
}
