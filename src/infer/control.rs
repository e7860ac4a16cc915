//! Controls drawn in a diagram: where they are seen, and what they protect.

use std::{cell::RefCell, collections::HashMap};

use crate::{
    catalog::{Control, ControlScope, Text},
    model::{BoundaryIndex, BoundaryType, ElementIndex, ElementKind, Fact, SeenControl, Truth},
};

use super::scene::{Focus, Scene};

/// Where a control was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Diagram,
    /// A service that brings it, or a word on an element.
    Element {
        element: usize,
        icon: bool,
    },
    Flow(usize),
    Boundary(usize),
}

#[derive(Clone, Debug)]
struct Seen {
    place: Place,
    evidence: String,
}

/// What a control was seen at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Spot {
    Element(usize),
    Flow(usize),
    Boundary(usize),
}

/// One control: where it was seen, and what it protects.
#[derive(Clone, Debug, Default)]
struct Coverage {
    seen: Vec<Seen>,
    /// For each spot, the first place in `seen`.
    first: HashMap<Spot, usize>,
    /// What was found out by [`Coverage::touching`].
    touched: RefCell<HashMap<usize, Option<usize>>>,
    /// On the element itself, or attached to it.
    own: Vec<bool>,
    /// On every way from outside to the element.
    behind: Vec<bool>,
    flows: Vec<bool>,
    diagram: bool,
}

/// Every control of a diagram, by its position in the catalogue.
#[derive(Debug, Default)]
pub(super) struct Controls(Vec<Coverage>);

impl Controls {
    pub(super) fn find(scene: &Scene<'_>) -> Self {
        let count = scene.catalog.controls().len();
        let mut all: Vec<Vec<Seen>> = vec![Vec::new(); count];
        let mut note = |control: usize, place: Place, evidence: String| {
            if let Some(list) = all.get_mut(control) {
                list.push(Seen { place, evidence });
            }
        };
        on_elements(scene, &mut note);
        on_flows(scene, &mut note);
        on_boundaries(scene, &mut note);
        for note_text in &scene.diagram.notes {
            for (control, phrase) in scene.known.control_words.find(&Text::of([note_text.as_str()])) {
                note(control, Place::Diagram, format!("a note on the page mentions “{phrase}”"));
            }
        }
        Self(all.into_iter().enumerate().map(|(c, seen)| Coverage::new(scene, c, seen)).collect())
    }

    /// Whether a control is there for `focus`.
    pub(super) fn status(&self, scene: &Scene<'_>, control: usize, focus: Focus) -> Truth {
        if is_denied(scene, control, focus) {
            return Truth::No;
        }
        if self.covers(scene, control, focus) { Truth::Yes } else { Truth::Unknown }
    }

    fn covers(&self, scene: &Scene<'_>, control: usize, focus: Focus) -> bool {
        let Some(c) = self.0.get(control).filter(|c| !c.seen.is_empty()) else { return false };
        let at = |list: &[bool], i: usize| list.get(i).copied().unwrap_or_default();
        c.diagram
            || match focus {
                Focus::Diagram => true,
                Focus::Element(e) => at(&c.own, e) || at(&c.behind, e),
                Focus::Flow(f, answer) => {
                    let ends = scene.ends(f, answer);
                    let source = ends.and_then(|(s, _)| s.element());
                    let target = ends.and_then(|(_, t)| t.element());
                    at(&c.flows, f)
                        || source.is_some_and(|s| at(&c.own, s.0))
                        || target.is_some_and(|t| at(&c.own, t.0) || at(&c.behind, t.0))
                }
                Focus::Boundary(b) => {
                    c.seen.iter().any(|s| s.place == Place::Boundary(b))
                        || scene.members.get(b).is_some_and(|m| !m.is_empty() && m.iter().any(|e| at(&c.own, *e)))
                }
            }
    }

    /// Where a control that covers `focus` was seen, as a sentence.
    pub(super) fn evidence(&self, scene: &Scene<'_>, control: usize, focus: Focus) -> String {
        let Some(c) = self.0.get(control) else { return String::new() };
        let near: Vec<usize> = match focus {
            Focus::Element(e) => vec![e],
            Focus::Flow(f, answer) => scene
                .ends(f, answer)
                .into_iter()
                .flat_map(|(s, t)| [t.element(), s.element()])
                .flatten()
                .map(|e| e.0)
                .collect(),
            _ => Vec::new(),
        };
        let on_flows = match (focus, near.first()) {
            (Focus::Flow(f, _), _) => c.first.get(&Spot::Flow(f)).copied(),
            (_, Some(n)) => {
                let inflows = scene.topology.inflows.get(*n).into_iter().flatten();
                inflows.filter_map(|f| c.first.get(&Spot::Flow(*f)).copied()).min()
            }
            _ => None,
        };
        let touching = near.iter().filter_map(|n| c.touching(scene, *n)).chain(on_flows).min();
        let on_way = || {
            let way = scene.topology.way_in(*near.first()?);
            way.iter().filter_map(|e| c.first.get(&Spot::Element(*e)).copied()).min()
        };
        let best = touching.or_else(on_way).unwrap_or(0);
        c.seen.get(best).map(|s| s.evidence.clone()).unwrap_or_default()
    }

    /// Every control that was seen, for the report.
    pub(super) fn report(&self, scene: &Scene<'_>, document: usize, page: usize) -> Vec<SeenControl> {
        let parts = self.0.iter().zip(scene.catalog.controls());
        parts
            .filter_map(|(c, control)| {
                let first = c.seen.first()?;
                let more = c.seen.len().saturating_sub(1);
                let and = if more > 0 { format!(", and {more} more") } else { String::new() };
                let covered = (0..scene.diagram.elements.len())
                    .filter(|i| !c.diagram && [&c.own, &c.behind].iter().any(|l| l.get(*i).is_some_and(|b| *b)));
                Some(SeenControl {
                    document,
                    page,
                    control: control.key.clone(),
                    name: control.name.clone(),
                    evidence: format!("{}{and}", first.evidence),
                    protects: covered.map(ElementIndex).collect(),
                })
            })
            .collect()
    }
}

/// Whether the diagram states that a control is missing.
fn is_denied(scene: &Scene<'_>, control: usize, focus: Focus) -> bool {
    let Some(key) = scene.catalog.controls().get(control).map(|c| c.key.as_str()) else { return false };
    let denies = |list: &[String]| list.iter().any(|m| m == key);
    let element = |i: usize| scene.element(i).is_some_and(|e| denies(&e.stated.missing_controls));
    match focus {
        Focus::Element(i) => element(i),
        Focus::Flow(f, answer) => {
            scene.diagram.flows.get(f).is_some_and(|f| denies(&f.stated.missing_controls))
                || scene.ends(f, answer).and_then(|(_, t)| t.element()).is_some_and(|t| element(t.0))
        }
        Focus::Boundary(b) => scene.diagram.boundaries.get(b).is_some_and(|b| denies(&b.stated.missing_controls)),
        Focus::Diagram => scene.diagram.boundaries.iter().any(|b| denies(&b.stated.missing_controls)),
    }
}

fn on_elements(scene: &Scene<'_>, note: &mut impl FnMut(usize, Place, String)) {
    for (i, element) in scene.diagram.elements.iter().enumerate() {
        let label = &element.label;
        let brings = scene.services.get(i).copied().flatten().and_then(|s| scene.known.service_controls.get(s));
        for control in brings.into_iter().flatten() {
            note(*control, Place::Element { element: i, icon: true }, format!("“{label}” is drawn"));
        }
        let here = Place::Element { element: i, icon: false };
        let names = scene.texts.get(i).map(|t| scene.known.control_words.find(t)).unwrap_or_default();
        for (control, phrase) in names {
            if !brings.is_some_and(|b| b.contains(&control)) && !is_namesake(scene, i, control) {
                note(control, here, format!("the label “{label}” mentions “{phrase}”"));
            }
        }
        for key in &element.stated.controls {
            if let Some(control) = position(scene, key) {
                note(control, here, format!("it is stated for “{label}”"));
            }
        }
        let store = element.kind == ElementKind::DataStore;
        for (key, holds, says) in [
            ("authn", element.stated.facts.get(Fact::ProvidesAuthentication).is_yes(), "is stated to authenticate"),
            (
                "authn",
                element.stated.facts.get(Fact::Authenticated).is_yes(),
                "is stated to take authenticated calls only",
            ),
            ("kms", store && element.stated.facts.get(Fact::Encrypted).is_yes(), "is stated to be encrypted"),
            ("private-subnet", in_private_subnet(scene, i), "lies in a private subnet"),
            ("sg", scene.lies_in(i, |t| t == BoundaryType::SecurityGroup), "lies in a security group"),
        ] {
            if holds && let Some(control) = position(scene, key) {
                note(control, here, format!("“{label}” {says}"));
            }
        }
    }
}

/// Whether a program is only named after a control that watches the whole system: a function called "CloudTrail
/// inspector" is no trail.
fn is_namesake(scene: &Scene<'_>, i: usize, control: usize) -> bool {
    let runs_code = scene.service(i).is_some_and(|s| s.traits.iter().any(|t| t == "runs-code"));
    let whole = |c: &Control| !c.component && c.scope.contains(&ControlScope::Diagram);
    runs_code && scene.catalog.controls().get(control).is_some_and(whole)
}

fn in_private_subnet(scene: &Scene<'_>, i: usize) -> bool {
    !scene.is_misplaced(i) && scene.lies_in(i, |t| t == BoundaryType::PrivateSubnet)
}

fn on_flows(scene: &Scene<'_>, note: &mut impl FnMut(usize, Place, String)) {
    for (i, flow) in scene.diagram.flows.iter().enumerate() {
        let shown = if flow.label.is_empty() { "a flow".to_owned() } else { format!("the flow “{}”", flow.label) };
        for (control, phrase) in scene.flow_texts.get(i).map(|t| scene.known.control_words.find(t)).unwrap_or_default()
        {
            note(control, Place::Flow(i), format!("the label “{}” mentions “{phrase}”", flow.label));
        }
        for key in &flow.stated.controls {
            if let Some(control) = position(scene, key) {
                note(control, Place::Flow(i), format!("it is stated for {shown}"));
            }
        }
        if scene.flow_encrypted(i).is_yes() {
            position(scene, "tls").into_iter().for_each(|c| note(c, Place::Flow(i), format!("{shown} is encrypted")));
        }
        if flow.stated.facts.get(Fact::Authenticated).is_yes() {
            position(scene, "authn")
                .into_iter()
                .for_each(|c| note(c, Place::Flow(i), format!("{shown} is authenticated")));
        }
    }
}

fn on_boundaries(scene: &Scene<'_>, note: &mut impl FnMut(usize, Place, String)) {
    for (i, boundary) in scene.diagram.boundaries.iter().enumerate() {
        for (control, phrase) in
            scene.boundary_texts.get(i).map(|t| scene.known.control_words.find(t)).unwrap_or_default()
        {
            note(control, Place::Boundary(i), format!("the label “{}” mentions “{phrase}”", boundary.label));
        }
        for key in &boundary.stated.controls {
            if let Some(control) = position(scene, key) {
                note(control, Place::Boundary(i), format!("it is stated for “{}”", boundary.label));
            }
        }
    }
}

fn position(scene: &Scene<'_>, key: &str) -> Option<usize> {
    scene.catalog.controls().iter().position(|c| c.key == key)
}

impl Coverage {
    fn new(scene: &Scene<'_>, control: usize, seen: Vec<Seen>) -> Self {
        if seen.is_empty() {
            return Self::default();
        }
        let Some(control) = scene.catalog.controls().get(control) else { return Self::default() };
        let has = |scope| control.scope.contains(&scope);
        let count = scene.diagram.elements.len();
        let mut first = HashMap::new();
        for (i, seen) in seen.iter().enumerate() {
            let spot = match seen.place {
                Place::Element { element, .. } => Spot::Element(element),
                Place::Flow(f) => Spot::Flow(f),
                Place::Boundary(b) => Spot::Boundary(b),
                Place::Diagram => continue,
            };
            first.entry(spot).or_insert(i);
        }
        let mut new = Self {
            seen,
            first,
            touched: RefCell::default(),
            own: vec![false; count],
            behind: vec![false; count],
            flows: vec![false; scene.diagram.flows.len()],
            diagram: false,
        };
        new.diagram = has(ControlScope::Diagram);
        let mut guards = Guards { elements: vec![false; count], flows: vec![false; scene.diagram.flows.len()] };
        let places: Vec<Place> = new.seen.iter().map(|s| s.place).collect();
        for place in places {
            match place {
                Place::Diagram => {}
                Place::Element { element, icon } => {
                    new.on_element(scene, element, icon, control, &mut guards);
                }
                Place::Flow(f) => {
                    mark(&mut new.flows, f);
                    mark(&mut guards.flows, f);
                }
                Place::Boundary(b) => {
                    for member in scene.members.get(b).into_iter().flatten() {
                        mark(&mut new.own, *member);
                        mark(&mut guards.elements, *member);
                    }
                }
            }
        }
        if has(ControlScope::Flow) {
            new.cover_receivers(scene);
        }
        if has(ControlScope::Path) {
            new.behind = guards.protect(scene);
        }
        new
    }

    /// The first place in `seen` that is the element, linked to it or a box around it.
    fn touching(&self, scene: &Scene<'_>, element: usize) -> Option<usize> {
        if let Some(known) = self.touched.borrow().get(&element) {
            return *known;
        }
        let t = &scene.topology;
        let linked = [&t.callers, &t.callees].into_iter().filter_map(|l| l.get(element)).flatten();
        let spots = linked.chain([&element]).map(|e| Spot::Element(*e));
        let boxes = scene.element(element).map(|e| e.boundaries.as_slice()).unwrap_or_default();
        let spots = spots.chain(boxes.iter().map(|b| Spot::Boundary(b.0)));
        let found = spots.filter_map(|spot| self.first.get(&spot).copied()).min();
        self.touched.borrow_mut().insert(element, found);
        found
    }

    fn on_element(&mut self, scene: &Scene<'_>, e: usize, icon: bool, control: &Control, guards: &mut Guards) {
        let of = |lists: &[Vec<usize>]| lists.get(e).cloned().unwrap_or_default();
        let mut around = of(&scene.topology.callers);
        around.extend(of(&scene.topology.callees));
        let inside: Vec<usize> = around.iter().copied().filter(|n| !is_external(scene, *n)).collect();
        let has = |scope| control.scope.contains(&scope);
        let beside = icon && scene.in_set(e, &scene.known.beside);
        mark(&mut self.own, e);
        mark(&mut guards.elements, e);
        if icon && has(ControlScope::Element) || control.component && !icon {
            inside.iter().for_each(|n| mark(&mut self.own, *n));
        }
        if control.component && scene.in_set(e, &scene.known.decouples) {
            // What a queue for failures takes in, it takes from the consumers of the queue beside it.
            for n in inside.iter().filter(|n| scene.in_set(**n, &scene.known.decouples)) {
                scene.topology.callees.get(*n).into_iter().flatten().for_each(|c| mark(&mut self.own, *c));
            }
        }
        if icon && has(ControlScope::Flow) {
            let flows = |at: usize| {
                [&scene.topology.inflows, &scene.topology.outflows].into_iter().filter_map(move |l| l.get(at)).flatten()
            };
            flows(e).for_each(|f| mark(&mut self.flows, *f));
            if scene.in_set(e, &scene.known.control_icons) {
                inside.iter().flat_map(|n| flows(*n)).for_each(|f| mark(&mut self.flows, *f));
            }
        }
        if icon && (scene.in_set(e, &scene.known.control_icons) || has(ControlScope::Boundary)) {
            self.in_boxes(scene, e, &control.scope, guards);
        }
        let inline = !of(&scene.topology.previous).is_empty() && !of(&scene.topology.next).is_empty();
        let authenticates = icon && scene.in_set(e, &scene.known.authenticates) && !scene.is_passthrough(e);
        if authenticates {
            // Who signs in there is known to everything that they call.
            around.iter().for_each(|n| mark(&mut guards.elements, *n));
        }
        if authenticates || !inline && (beside || icon && scene.is_passthrough(e)) && has(ControlScope::Path) {
            for n in &inside {
                mark(&mut self.own, *n);
                mark(&mut guards.elements, *n);
            }
        }
    }

    /// An element is covered where everything that arrives at it is.
    fn cover_receivers(&mut self, scene: &Scene<'_>) {
        for (e, inflows) in scene.topology.inflows.iter().enumerate() {
            let covered = |f: &usize| self.flows.get(*f).is_some_and(|c| *c);
            if !inflows.is_empty() && inflows.iter().all(covered) {
                mark(&mut self.own, e);
            }
        }
    }

    /// A control that stands in a small box with others protects them; one that works for a network, all in it.
    fn in_boxes(&mut self, scene: &Scene<'_>, e: usize, scopes: &[ControlScope], guards: &mut Guards) {
        let network = scopes.contains(&ControlScope::Boundary);
        let Some(element) = scene.element(e) else { return };
        let holds = |b: &&BoundaryIndex| {
            let kind = scene.diagram.boundary(**b).kind;
            matches!(kind, BoundaryType::Logical | BoundaryType::Service | BoundaryType::SecurityGroup)
                || network && (kind.is_network() || kind == BoundaryType::TrustBoundary)
        };
        if let Some(b) = element.boundaries.iter().rev().find(holds) {
            for member in scene.members.get(b.0).into_iter().flatten() {
                mark(&mut self.own, *member);
                mark(&mut guards.elements, *member);
            }
        }
    }
}

fn is_external(scene: &Scene<'_>, i: usize) -> bool {
    scene.element(i).is_none_or(|e| e.kind == ElementKind::ExternalEntity)
}

/// Elements and flows that a control stands on: what is behind them on every way is protected.
struct Guards {
    elements: Vec<bool>,
    flows: Vec<bool>,
}

impl Guards {
    fn protect(&self, scene: &Scene<'_>) -> Vec<bool> {
        let t = &scene.topology;
        let roots: Vec<usize> = if t.outsiders.is_empty() {
            (0..t.previous.len()).filter(|i| t.previous.get(*i).is_some_and(Vec::is_empty)).collect()
        } else {
            t.outsiders.clone()
        };
        let all = reached(scene, &roots, |_, _| false);
        let open = reached(scene, &roots, |element, flow| {
            self.elements.get(element).is_some_and(|g| *g) || self.flows.get(flow).is_some_and(|g| *g)
        });
        all.iter().zip(&open).map(|(all, open)| *all && !*open).collect()
    }
}

/// Elements that a path leads to from `roots` (which count where nothing blocks them). `blocked` is asked for the
/// element that a step leaves and its flow; a blocked element is entered, not left.
fn reached(scene: &Scene<'_>, roots: &[usize], blocked: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let mut found = vec![false; scene.diagram.elements.len()];
    let mut stack: Vec<usize> = roots.to_vec();
    roots.iter().for_each(|r| mark(&mut found, *r));
    while let Some(i) = stack.pop() {
        for flow in scene.topology.outflows.get(i).into_iter().flatten() {
            let target = scene.topology.legs.get(*flow).and_then(|l| l.target.element());
            let Some(target) = target.map(|t| t.0).filter(|_| !blocked(i, *flow)) else { continue };
            if found.get(target).is_some_and(|f| !*f) {
                mark(&mut found, target);
                stack.push(target);
            }
        }
    }
    found
}

fn mark(list: &mut [bool], at: usize) {
    if let Some(place) = list.get_mut(at) {
        *place = true;
    }
}
