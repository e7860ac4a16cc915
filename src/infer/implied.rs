//! Calls that a drawing implies without an arrow between caller and called.

use std::collections::{BTreeMap, BTreeSet};

use super::topology::{Node, Topology};
use crate::model::{BoundaryIndex, Diagram, ElementKind, End};

/// An arrow at a box means at most so many of its members.
const MEMBERS: usize = 64;

/// An arrow between two boxes means calls while they are at most so many; between larger boxes anything may be meant.
const BETWEEN_BOXES: usize = 4;

/// A store of pages, what its pages call, and who loads them: an object store opens no connections, so that an arrow
/// from it to an API stands for a script in the browser.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    /// What keeps or serves the pages.
    pub(super) store: usize,
    /// What it is drawn to call.
    pub(super) called: Vec<usize>,
    /// Outsiders that reach the store, directly or through pass-through elements.
    visitors: Vec<usize>,
}

impl Pages {
    /// The calls that browsers make: who loads the pages, and what they call.
    pub(super) fn calls(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.visitors.iter().flat_map(|v| self.called.iter().map(|c| (*v, *c)))
    }
}

/// The stores of pages that somebody loads and that are drawn to call something.
pub(super) fn pages(topology: &Topology, nodes: &[Node]) -> Vec<Pages> {
    let is = |i: &usize, test: fn(&Node) -> bool| nodes.get(*i).is_some_and(test);
    let stores = (0..nodes.len()).filter(|i| is(i, |n| n.serves_pages));
    let found = stores.filter_map(|store| {
        let called = topology.next.get(store)?.iter().copied().filter(|c| is(c, |n| n.called_by_pages));
        let called: BTreeSet<usize> = called.collect();
        if called.is_empty() {
            return None;
        }
        let mut seen = BTreeSet::from([store]);
        let mut open = vec![store];
        while let Some(at) = open.pop() {
            let on = topology.previous.get(at).into_iter().flatten();
            let on: Vec<usize> = on.copied().filter(|p| is(p, |n| n.passthrough || n.rank <= 1)).collect();
            open.extend(on.into_iter().filter(|p| seen.insert(*p) && is(p, |n| n.rank > 1)));
        }
        let visitors: Vec<usize> = seen.into_iter().filter(|i| is(i, |n| n.rank <= 1)).collect();
        (!visitors.is_empty()).then(|| Pages { store, called: called.into_iter().collect(), visitors })
    });
    found.collect()
}

/// What arrows mean that start or end on a box: the flow's number, who calls and who is called.
pub(super) fn calls_of_boxes(diagram: &Diagram, topology: &Topology, nodes: &[Node]) -> Vec<(usize, usize, usize)> {
    let ends = topology.legs.iter().flat_map(|leg| [leg.source, leg.target]);
    let wanted: BTreeSet<usize> = ends.filter_map(boundary).map(|b| b.0).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, element) in diagram.elements.iter().enumerate() {
        for b in element.boundaries.iter().filter(|b| wanted.contains(&b.0)) {
            members.entry(b.0).or_default().push(i);
        }
    }
    let gates: BTreeMap<usize, [Vec<usize>; 2]> = members
        .iter()
        .map(|(b, inside)| (*b, [callers(inside, topology, nodes), called(inside, topology, nodes)]))
        .collect();
    let meant = |end: End, side: usize| match end {
        End::Element(e) => vec![e.0],
        End::Boundary(b) => gates.get(&b.0).and_then(|g| g.get(side)).cloned().unwrap_or_default(),
    };
    let mut calls = Vec::new();
    for (index, leg) in topology.legs.iter().enumerate() {
        let boxes = [leg.source, leg.target].into_iter().filter_map(boundary).count();
        if boxes == 0 {
            continue;
        }
        let (sources, targets) = (meant(leg.source, 0), meant(leg.target, 1));
        if boxes == 2 && sources.len() * targets.len() > BETWEEN_BOXES {
            continue;
        }
        for source in sources {
            calls.extend(targets.iter().filter(|t| **t != source).map(|t| (index, source, *t)));
        }
    }
    calls
}

fn boundary(end: End) -> Option<BoundaryIndex> {
    match end {
        End::Boundary(b) => Some(b),
        End::Element(_) => None,
    }
}

/// The members of a box that an arrow from it means: those that call no other in it, processes before stores.
fn callers(inside: &[usize], topology: &Topology, nodes: &[Node]) -> Vec<usize> {
    gates(inside, &topology.next, nodes, &[is_known_process, |n| n.kind == ElementKind::Process, |_| true])
}

/// The members of a box that an arrow to it means: those that no other in it calls, what is made to be called from
/// outside before other processes, and stores only where there is nothing else.
fn called(inside: &[usize], topology: &Topology, nodes: &[Node]) -> Vec<usize> {
    let process = |n: &Node| n.kind == ElementKind::Process;
    gates(inside, &topology.previous, nodes, &[|n| n.entry, is_known_process, process, |_| true])
}

fn is_known_process(node: &Node) -> bool {
    node.kind == ElementKind::Process && !node.guessed
}

/// People and foreign systems, where the box is drawn around them; else the members without a step on inside of the box,
/// as far as they pass the first test that any of them passes.
fn gates(inside: &[usize], steps: &[Vec<usize>], nodes: &[Node], tests: &[fn(&Node) -> bool]) -> Vec<usize> {
    let members: BTreeSet<usize> = inside.iter().copied().collect();
    let is = |i: &usize, test: fn(&Node) -> bool| nodes.get(*i).is_some_and(test);
    let is_external = |i: &usize| is(i, |n| n.kind == ElementKind::ExternalEntity);
    let external: Vec<usize> = members.iter().copied().filter(is_external).take(MEMBERS).collect();
    if external.len() * 2 >= members.len().min(MEMBERS) {
        return external;
    }
    let acts = |i: &usize| is(i, |n| !n.supporting) && !is_external(i);
    let ends_here = |i: &usize| !steps.get(*i).into_iter().flatten().any(|n| n != i && members.contains(n));
    let found: Vec<usize> = members.iter().copied().filter(|i| acts(i) && ends_here(i)).collect();
    let mut passing = tests.iter().map(|test| found.iter().copied().filter(|i| is(i, *test)).collect::<Vec<_>>());
    let mut best = passing.find(|list| !list.is_empty()).unwrap_or_default();
    best.truncate(MEMBERS);
    best
}
