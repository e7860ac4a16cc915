//! Who calls whom, directly and by way of others, and how far from the outside everything is.

use std::collections::VecDeque;

use petgraph::{algo::kosaraju_scc, graph::DiGraph};

use super::implied;
use crate::model::{Diagram, Direction, ElementKind, End, Truth};

/// One flow in the direction of the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) source: End,
    pub(super) target: End,
}

/// What the topology needs to know of each element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) rank: u8,
    pub(super) kind: ElementKind,
    /// Only hands on what it receives.
    pub(super) passthrough: bool,
    /// Made to be called from outside.
    pub(super) entry: bool,
    /// Sends to people.
    pub(super) outbound: bool,
    /// Nothing tells what it is.
    pub(super) guessed: bool,
    /// Protects or watches others.
    pub(super) supporting: bool,
    /// Lets in only whom it knows.
    pub(super) private_access: bool,
    /// Keeps or serves pages whose scripts run in the browser.
    pub(super) serves_pages: bool,
    /// Is called by scripts in the browser.
    pub(super) called_by_pages: bool,
    /// Stated to be reachable from the Internet, or not.
    pub(super) internet_facing: Truth,
}

/// The graph of a diagram.
#[derive(Debug, Default)]
pub(super) struct Topology {
    /// Each flow in the direction of the request.
    pub(super) legs: Vec<Leg>,
    /// Elements that each one calls, in the direction of the request.
    pub(super) next: Vec<Vec<usize>>,
    /// Elements that call each one, in the direction of the request.
    pub(super) previous: Vec<Vec<usize>>,
    /// Direct callers; flows without one direction count both ways.
    pub(super) callers: Vec<Vec<usize>>,
    /// Direct callees; flows without one direction count both ways.
    pub(super) callees: Vec<Vec<usize>>,
    /// Flows that arrive at each element.
    pub(super) inflows: Vec<Vec<usize>>,
    /// Flows that leave each element.
    pub(super) outflows: Vec<Vec<usize>>,
    /// Whether an outsider's flow arrives, directly or through pass-through elements.
    pub(super) entry: Vec<Truth>,
    /// The same from the Internet.
    pub(super) exposed: Vec<Truth>,
    /// Decision points between the nearest outsider and each element.
    pub(super) distance: Vec<Option<u32>>,
    /// The element before each one on the way from the nearest outsider.
    pub(super) before: Vec<Option<usize>>,
    /// Cycles and single elements, those called before those that call them.
    pub(super) components: Vec<Vec<usize>>,
    /// Whether each element lies on a cycle without an external entity.
    pub(super) cyclic: Vec<bool>,
    /// Elements of rank 0 or 1.
    pub(super) outsiders: Vec<usize>,
    /// Whether all ways to an element lead through private access.
    pub(super) private: Vec<bool>,
    /// Stores of pages, each with what its pages call from the browser.
    pub(super) pages: Vec<implied::Pages>,
}

impl Topology {
    pub(super) fn new(diagram: &Diagram, nodes: &[Node]) -> Self {
        let mut topology = Self::edges(diagram, nodes);
        topology.outsiders = (0..nodes.len()).filter(|i| nodes.get(*i).is_some_and(|n| n.rank <= 1)).collect();
        topology.find_cycles(nodes);
        topology.entry = topology.entered(nodes, 1);
        topology.exposed = topology.entered(nodes, 0);
        topology.find_distances(nodes);
        topology.private = topology.privately_reached(nodes);
        topology
    }

    fn edges(diagram: &Diagram, nodes: &[Node]) -> Self {
        let empty = || vec![Vec::new(); nodes.len()];
        let mut t = Self {
            next: empty(),
            previous: empty(),
            callers: empty(),
            callees: empty(),
            inflows: empty(),
            outflows: empty(),
            ..Self::default()
        };
        for (index, flow) in diagram.flows.iter().enumerate() {
            let leg = leg(flow.source, flow.target, flow.direction, nodes);
            t.legs.push(leg);
            let (source, target) = (leg.source.element().map(|e| e.0), leg.target.element().map(|e| e.0));
            let both = flow.direction != Direction::Forward;
            source.and_then(|s| t.outflows.get_mut(s)).into_iter().for_each(|f| f.push(index));
            target.and_then(|e| t.inflows.get_mut(e)).into_iter().for_each(|f| f.push(index));
            let (Some(s), Some(e)) = (source, target) else { continue };
            t.call(s, e, both);
        }
        for (index, source, target) in implied::calls_of_boxes(diagram, &t, nodes) {
            let both = diagram.flows.get(index).is_some_and(|f| f.direction != Direction::Forward);
            t.call(source, target, both);
        }
        t.pages = implied::pages(&t, nodes);
        for (visitor, called) in t.pages.iter().flat_map(implied::Pages::calls).collect::<Vec<_>>() {
            t.call(visitor, called, false);
        }
        for list in [&mut t.next, &mut t.previous, &mut t.callers, &mut t.callees].into_iter().flatten() {
            list.sort_unstable();
            list.dedup();
        }
        t
    }

    fn call(&mut self, source: usize, target: usize, both: bool) {
        push(&mut self.next, source, target);
        push(&mut self.previous, target, source);
        push(&mut self.callees, source, target);
        push(&mut self.callers, target, source);
        if both {
            push(&mut self.callees, target, source);
            push(&mut self.callers, source, target);
        }
    }

    fn find_cycles(&mut self, nodes: &[Node]) {
        self.components = components(&self.next, nodes.len(), |_| true);
        // What leaves to a person or another system comes back by their decision, not by itself.
        let inside = |i: usize| nodes.get(i).is_some_and(|n| n.kind != ElementKind::ExternalEntity);
        self.cyclic = vec![false; nodes.len()];
        for component in components(&self.next, nodes.len(), inside).iter().filter(|c| c.len() > 1) {
            for i in component {
                set(&mut self.cyclic, *i, true);
            }
        }
        for (i, list) in self.next.iter().enumerate() {
            if list.contains(&i) {
                set(&mut self.cyclic, i, true);
            }
        }
    }

    /// Elements that somebody of at most `rank` reaches, directly or through pass-through elements.
    ///
    /// Where no outsider is drawn that calls anything, what is made to be called from outside and is called by nobody is
    /// not known.
    fn entered(&self, nodes: &[Node], rank: u8) -> Vec<Truth> {
        let mut found = vec![Truth::No; nodes.len()];
        let mut queue: VecDeque<(usize, Truth)> = VecDeque::new();
        let silent = self.outsiders.iter().all(|o| self.next.get(*o).is_none_or(Vec::is_empty));
        for (i, node) in nodes.iter().enumerate() {
            let called = self.previous.get(i).is_some_and(|p| !p.is_empty());
            if node.rank <= rank {
                self.next.get(i).into_iter().flatten().for_each(|n| queue.push_back((*n, Truth::Yes)));
            } else if node.internet_facing.is_yes() {
                queue.push_back((i, Truth::Yes));
            } else if silent && node.entry && !called {
                queue.push_back((i, Truth::Unknown));
            }
        }
        while let Some((i, truth)) = queue.pop_front() {
            let (Some(node), Some(known)) = (nodes.get(i), found.get_mut(i)) else { continue };
            let truth = if node.internet_facing.is_no() { Truth::No } else { truth };
            if *known >= truth {
                continue;
            }
            *known = truth;
            // Behind private access there are outsiders still, but not the Internet.
            if node.passthrough && !(rank == 0 && node.private_access) {
                self.next.get(i).into_iter().flatten().for_each(|n| queue.push_back((*n, truth)));
            }
        }
        found
    }

    /// Elements that are called through private access only, directly or through pass-through elements.
    fn privately_reached(&self, nodes: &[Node]) -> Vec<bool> {
        let mut private = vec![false; nodes.len()];
        // Those that call come before those called.
        for i in self.components.iter().rev().flatten() {
            let callers = self.previous.get(*i).map(Vec::as_slice).unwrap_or_default();
            let lets_in = |c: &usize| {
                let passes = |n: &Node| n.private_access || n.passthrough && private.get(*c).is_some_and(|p| *p);
                nodes.get(*c).is_some_and(passes)
            };
            let all = !callers.is_empty() && callers.iter().all(lets_in);
            set(&mut private, *i, all);
        }
        private
    }

    /// Decision points on the way from the nearest outsider; a breadth-first search with steps of 0 and 1.
    fn find_distances(&mut self, nodes: &[Node]) {
        self.distance = vec![None; nodes.len()];
        self.before = vec![None; nodes.len()];
        let mut queue: VecDeque<(usize, u32, Option<usize>)> = self.outsiders.iter().map(|o| (*o, 0, None)).collect();
        let stated = nodes.iter().enumerate().filter(|(_, n)| n.internet_facing.is_yes() && n.rank > 1);
        queue.extend(stated.map(|(i, _)| (i, 0, None)));
        while let Some((i, far, before)) = queue.pop_front() {
            let (Some(node), Some(place)) = (nodes.get(i), self.distance.get_mut(i)) else { continue };
            if place.is_some() {
                continue;
            }
            *place = Some(far);
            set(&mut self.before, i, before);
            let decides = node.kind == ElementKind::Process && !node.passthrough && node.rank > 1;
            for n in self.next.get(i).into_iter().flatten() {
                if decides { queue.push_back((*n, far + 1, Some(i))) } else { queue.push_front((*n, far, Some(i))) }
            }
        }
    }

    /// The elements from the nearest outsider to `element`, both included; only itself where nobody reaches it.
    pub(super) fn way_in(&self, element: usize) -> Vec<usize> {
        let mut way: Vec<usize> = std::iter::successors(Some(element), |i| self.before.get(*i).copied().flatten())
            .take(self.before.len())
            .collect();
        way.reverse();
        way
    }
}

/// Cycles and single elements of the graph of those that are `wanted`, those called before those that call them.
fn components(next: &[Vec<usize>], count: usize, wanted: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let edges = next.iter().enumerate().flat_map(|(s, list)| list.iter().map(move |e| (s, *e)));
    let edges: Vec<(u32, u32)> = edges
        .filter(|(s, e)| wanted(*s) && wanted(*e))
        .filter_map(|(s, e)| Some((u32::try_from(s).ok()?, u32::try_from(e).ok()?)))
        .collect();
    let mut graph = DiGraph::<(), ()>::from_edges(edges);
    while graph.node_count() < count {
        graph.add_node(());
    }
    let found = kosaraju_scc(&graph).into_iter();
    found.map(|c| c.into_iter().map(petgraph::graph::NodeIndex::index).collect()).collect()
}

fn push(lists: &mut [Vec<usize>], at: usize, value: usize) {
    if let Some(list) = lists.get_mut(at) {
        list.push(value);
    }
}

fn set<T>(list: &mut [T], at: usize, value: T) {
    if let Some(place) = list.get_mut(at) {
        *place = value;
    }
}

/// A flow in the direction of the request: an arrow as drawn; without a single head, from the outsider or the lower
/// rank to the higher, except that mail and messages go out to people.
fn leg(source: End, target: End, direction: Direction, nodes: &[Node]) -> Leg {
    let drawn = Leg { source, target };
    if direction == Direction::Forward {
        return drawn;
    }
    let node = |end: End| end.element().and_then(|e| nodes.get(e.0));
    let (Some(s), Some(t)) = (node(source), node(target)) else { return drawn };
    let external = |n: &Node| n.kind == ElementKind::ExternalEntity;
    let turned = match (external(s), external(t)) {
        (true, false) => t.outbound,
        (false, true) => !s.outbound,
        _ => s.rank > t.rank,
    };
    if turned { Leg { source: target, target: source } } else { drawn }
}
