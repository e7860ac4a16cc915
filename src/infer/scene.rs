//! One diagram with everything that rules ask of it, worked out once.

use std::cell::OnceCell;

use super::{
    control::Controls,
    rank,
    topology::{Node, Topology},
};
use crate::{
    catalog::{Catalog, Known, Placement, Service, Text},
    model::{Basis, BoundaryIndex, BoundaryType, Diagram, Element, ElementKind, End, Fact, Truth},
};

/// What a condition is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Focus {
    /// The diagram.
    Diagram,
    /// An element.
    Element(usize),
    /// A flow; the answer leg of a flow without one direction where `true`.
    Flow(usize, bool),
    /// A boundary.
    Boundary(usize),
}

/// A diagram and what is known of it.
pub(super) struct Scene<'a> {
    pub(super) diagram: &'a Diagram,
    pub(super) catalog: &'a Catalog,
    pub(super) known: &'a Known,
    /// Position of each element's service in the catalogue.
    pub(super) services: Vec<Option<usize>>,
    pub(super) ranks: Vec<u8>,
    pub(super) nodes: Vec<Node>,
    pub(super) topology: Topology,
    pub(super) texts: Vec<Text>,
    pub(super) flow_texts: Vec<Text>,
    pub(super) boundary_texts: Vec<Text>,
    pub(super) diagram_text: OnceCell<Text>,
    /// The word that says that an element's data are sensitive, where it was asked for.
    pub(super) sensitive: Vec<OnceCell<Option<String>>>,
    /// Elements in each boundary, at any depth.
    pub(super) members: Vec<Vec<usize>>,
    pub(super) controls: Controls,
}

impl<'a> Scene<'a> {
    pub(super) fn new(diagram: &'a Diagram, catalog: &'a Catalog) -> Self {
        let known = catalog.rules().known();
        let services: Vec<Option<usize>> =
            diagram.elements.iter().map(|e| e.service.as_deref().and_then(|s| catalog.service_position(s))).collect();
        let texts: Vec<Text> = diagram.elements.iter().map(text_of).collect();
        let parts = || diagram.elements.iter().zip(&services).zip(&texts);
        let ranks: Vec<u8> = parts()
            .map(|((e, s), text)| {
                let rank = s.and_then(|s| Some((catalog.services().get(s)?.rank, s)));
                rank::of_element(diagram, e, text, rank, known)
            })
            .collect();
        let nodes: Vec<Node> = parts().zip(&ranks).map(|(((e, s), _), r)| node(e, *s, *r, known)).collect();
        let mut members = vec![Vec::new(); diagram.boundaries.len()];
        for (i, element) in diagram.elements.iter().enumerate() {
            for b in &element.boundaries {
                members.get_mut(b.0).into_iter().for_each(|m: &mut Vec<usize>| m.push(i));
            }
        }
        let mut scene = Self {
            diagram,
            catalog,
            known,
            topology: Topology::new(diagram, &nodes),
            services,
            ranks,
            nodes,
            texts,
            flow_texts: diagram
                .flows
                .iter()
                .map(|f| Text::of(parts_of(&f.label, &f.tags, f.stated.description.as_deref())))
                .collect(),
            boundary_texts: diagram
                .boundaries
                .iter()
                .map(|b| Text::of(parts_of(&b.label, &b.tags, b.stated.description.as_deref())))
                .collect(),
            diagram_text: OnceCell::new(),
            sensitive: vec![OnceCell::new(); diagram.elements.len()],
            members,
            controls: Controls::default(),
        };
        scene.controls = Controls::find(&scene);
        scene
    }

    pub(super) fn element(&self, i: usize) -> Option<&'a Element> {
        self.diagram.elements.get(i)
    }

    pub(super) fn label(&self, i: usize) -> &'a str {
        self.element(i).map_or("", |e| e.label.as_str())
    }

    pub(super) fn service(&self, i: usize) -> Option<&'a Service> {
        self.services.get(i).copied().flatten().and_then(|s| self.catalog.services().get(s))
    }

    pub(super) fn in_set(&self, i: usize, set: &crate::catalog::ServiceSet) -> bool {
        self.services.get(i).copied().flatten().is_some_and(|s| set.contains(s))
    }

    pub(super) fn is_passthrough(&self, i: usize) -> bool {
        self.nodes.get(i).is_some_and(|n| n.passthrough)
    }

    pub(super) fn rank(&self, end: End) -> u8 {
        match end {
            End::Element(e) => self.ranks.get(e.0).copied().unwrap_or_default(),
            End::Boundary(b) => self.diagram.boundaries.get(b.0).map_or(4, rank::of_boundary),
        }
    }

    /// Whether an element is a shape of unknown meaning that no arrow touches, on a page that draws arrows: it may be
    /// anything, and nothing is said of it.
    pub(super) fn is_aside(&self, i: usize) -> bool {
        let touched = || {
            let t = &self.topology;
            [&t.callers, &t.callees].into_iter().any(|lists| lists.get(i).is_some_and(|l| !l.is_empty()))
                || [&t.inflows, &t.outflows].into_iter().any(|lists| lists.get(i).is_some_and(|l| !l.is_empty()))
        };
        self.nodes.get(i).is_some_and(|n| n.guessed) && !self.diagram.flows.is_empty() && !touched()
    }

    /// The ends of a flow in the direction that `focus` looks at it.
    pub(super) fn ends(&self, flow: usize, answer: bool) -> Option<(End, End)> {
        let leg = self.topology.legs.get(flow)?;
        Some(if answer { (leg.target, leg.source) } else { (leg.source, leg.target) })
    }

    /// Everything written about the diagram.
    pub(super) fn whole_text(&self) -> &Text {
        self.diagram_text.get_or_init(|| {
            let d = self.diagram;
            let labels = d.elements.iter().map(|e| e.label.as_str());
            let flows = d.flows.iter().map(|f| f.label.as_str());
            let boxes = d.boundaries.iter().map(|b| b.label.as_str());
            let notes = d.notes.iter().map(String::as_str);
            Text::of(labels.chain(flows).chain(boxes).chain(notes).chain([d.page.name.as_str()]))
        })
    }

    /// Whether an element is drawn in a network that its service does not live in.
    pub(super) fn is_misplaced(&self, i: usize) -> bool {
        let outside = self.service(i).is_some_and(|s| matches!(s.placement, Placement::Regional | Placement::Account));
        outside
            && self.lies_in(i, |t| {
                matches!(
                    t,
                    BoundaryType::Vpc | BoundaryType::PublicSubnet | BoundaryType::PrivateSubnet | BoundaryType::Subnet
                )
            })
    }

    /// Whether an element lies in a boundary of a type for which `wanted` holds.
    pub(super) fn lies_in(&self, i: usize, wanted: impl Fn(BoundaryType) -> bool) -> bool {
        self.element(i).is_some_and(|e| e.boundaries.iter().any(|b| wanted(self.diagram.boundary(*b).kind)))
    }

    /// Whether `end` lies in `boundary`, or is it.
    pub(super) fn is_inside(&self, end: End, boundary: BoundaryIndex) -> bool {
        match end {
            End::Element(e) => self.element(e.0).is_some_and(|e| e.boundaries.contains(&boundary)),
            End::Boundary(b) => self.diagram.enclosing(b).any(|around| around == boundary),
        }
    }

    /// Whether the diagram draws enough supporting services that a missing one means something.
    pub(super) fn is_detailed(&self) -> bool {
        self.diagram.elements.len() >= 8 || (0..self.services.len()).any(|i| self.in_set(i, &self.known.supporting))
    }

    /// Whether an element's data are said to be personal, or the like; and the word that says so.
    pub(super) fn sensitive(&self, i: usize) -> Option<&str> {
        self.sensitive.get(i)?.get_or_init(|| self.says_sensitive(i)).as_deref()
    }

    fn says_sensitive(&self, i: usize) -> Option<String> {
        let element = self.element(i)?;
        for fact in [Fact::StoresCredentials, Fact::HandlesCardPayment] {
            if element.stated.facts.get(fact).is_yes() {
                return Some(fact.as_str().to_owned());
            }
        }
        if let Some(class) = element.stated.data_classification.as_deref() {
            let low = ["public", "none", "unclassified", "open", "low"];
            return (!low.contains(&class.trim().to_ascii_lowercase().as_str())).then(|| class.to_owned());
        }
        if self.in_set(i, &self.known.credentials) {
            return Some("credentials".to_owned());
        }
        self.texts.get(i)?.first_of(&self.known.sensitive).map(str::to_owned)
    }

    /// Whether an element's data are said to be for everybody.
    pub(super) fn is_public_data(&self, i: usize) -> bool {
        let stated = self.element(i).and_then(|e| e.stated.data_classification.as_deref());
        match stated {
            Some(class) => class.trim().eq_ignore_ascii_case("public"),
            None => self.texts.get(i).is_some_and(|t| t.first_of(&self.known.public_data).is_some()),
        }
    }
}

fn parts_of<'t>(label: &'t str, tags: &'t [String], description: Option<&'t str>) -> impl Iterator<Item = &'t str> {
    std::iter::once(label).chain(tags.iter().map(String::as_str)).chain(description)
}

fn text_of(element: &Element) -> Text {
    Text::of(parts_of(&element.label, &element.tags, element.stated.description.as_deref()))
}

fn node(element: &Element, service: Option<usize>, rank: u8, known: &Known) -> Node {
    let has = |set: &crate::catalog::ServiceSet| service.is_some_and(|s| set.contains(s));
    Node {
        rank,
        kind: element.kind,
        passthrough: has(&known.passthrough) && element.kind == ElementKind::Process,
        entry: has(&known.entry) || has(&known.edge),
        outbound: has(&known.outbound),
        guessed: element.provenance.basis == Basis::Guess,
        supporting: has(&known.supporting),
        private_access: has(&known.private_access),
        serves_pages: has(&known.page_servers),
        called_by_pages: has(&known.page_backends),
        internet_facing: match element.kind {
            ElementKind::ExternalEntity => Truth::Unknown,
            _ => element.stated.facts.get(Fact::InternetFacing),
        },
    }
}
