//! Evaluating conditions in three values.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::{
    rank,
    scene::{Focus, Scene},
};
use crate::{
    catalog::condition::{Check, Condition, Measure, Plain, Quantifier, Role, Tree, Way},
    model::{BoundaryIndex, ElementKind, End, Truth},
};

/// Most elements that one path through pass-through elements is followed for.
const MAX_FOLLOWED: usize = 4_096;

/// Answers of conditions that look along paths, by the condition's address and the direction.
type Memory = RefCell<HashMap<(usize, bool, bool), Rc<Vec<Truth>>>>;

/// Answers at places that many things are seen from, by the condition's address and the place.
type Answers = RefCell<HashMap<(usize, Focus), Truth>>;

/// An element with more neighbours than this is asked the same thing once only.
const MANY: usize = 16;

/// Evaluates conditions on one scene.
pub(super) struct Evaluator<'s, 'a> {
    pub(super) scene: &'s Scene<'a>,
    memory: Memory,
    answers: Answers,
}

impl<'s, 'a> Evaluator<'s, 'a> {
    pub(super) fn new(scene: &'s Scene<'a>) -> Self {
        Self { scene, memory: RefCell::default(), answers: RefCell::default() }
    }

    /// Whether `condition` holds for `focus`.
    pub(super) fn truth(&self, condition: &Condition, focus: Focus) -> Truth {
        match condition {
            Tree::All(parts) => {
                let mut all = Truth::Yes;
                for part in parts {
                    all = all.and(self.truth(part, focus));
                    if all.is_no() {
                        break;
                    }
                }
                all
            }
            Tree::Any(parts) => {
                let mut any = Truth::No;
                for part in parts {
                    any = any.or(self.truth(part, focus));
                    if any.is_yes() {
                        break;
                    }
                }
                any
            }
            Tree::Not(inner) => !self.truth(inner, focus),
            Tree::Look { quantifier, role, what } => {
                self.remembered(condition, focus, || self.look(*quantifier, *role, what, focus))
            }
            Tree::Test(check) if focus == Focus::Diagram => {
                self.remembered(condition, focus, || self.truth_of(check, focus))
            }
            Tree::Test(check) => self.truth_of(check, focus),
        }
    }

    /// What `answer` says; asked once only where it may take long and others ask the same.
    fn remembered(&self, condition: &Condition, focus: Focus, answer: impl FnOnce() -> Truth) -> Truth {
        if !self.sees_many(focus) {
            return answer();
        }
        let key = (std::ptr::from_ref(condition) as usize, focus);
        if let Some(known) = self.answers.borrow().get(&key) {
            return *known;
        }
        let truth = answer();
        self.answers.borrow_mut().insert(key, truth);
        truth
    }

    /// Whether much may be seen from `focus`.
    fn sees_many(&self, focus: Focus) -> bool {
        let t = &self.scene.topology;
        match focus {
            Focus::Element(e) => [&t.callers, &t.callees].iter().any(|l| l.get(e).is_some_and(|l| l.len() > MANY)),
            Focus::Flow(..) => false,
            Focus::Boundary(_) | Focus::Diagram => true,
        }
    }

    fn look(&self, quantifier: Quantifier, role: Role, what: &Condition, focus: Focus) -> Truth {
        match quantifier {
            Quantifier::Single | Quantifier::Some => self.some(role, what, focus, false),
            Quantifier::No => !self.some(role, what, focus, false),
            Quantifier::Every => !self.some(role, what, focus, true),
            Quantifier::AtLeast(wanted) => {
                let (mut sure, mut maybe) = (0_u32, 0_u32);
                self.each(role, focus, &mut |f| {
                    match self.truth(what, f) {
                        Truth::Yes => sure += 1,
                        Truth::Unknown => maybe += 1,
                        Truth::No => {}
                    }
                    sure >= u32::from(wanted)
                });
                if sure >= u32::from(wanted) {
                    Truth::Yes
                } else if sure + maybe >= u32::from(wanted) {
                    Truth::Unknown
                } else {
                    Truth::No
                }
            }
        }
    }

    /// Whether `what` (or, `negated`, its contrary) holds for one that plays `role`.
    fn some(&self, role: Role, what: &Condition, focus: Focus, negated: bool) -> Truth {
        if let (Role::Upstream | Role::Downstream, Focus::Element(e)) = (role, focus) {
            return self.along_paths(role == Role::Downstream, what, negated).get(e).copied().unwrap_or_default();
        }
        let mut best = Truth::No;
        self.each(role, focus, &mut |f| {
            best = best.or(flip(self.truth(what, f), negated));
            best.is_yes()
        });
        best
    }

    /// For every element: whether `what` holds for one that a path leads to. Worked out for all at once, from the ends
    /// of the paths on, so that long paths do not cost more.
    fn along_paths(&self, down: bool, what: &Condition, negated: bool) -> Rc<Vec<Truth>> {
        let key = (std::ptr::from_ref(what) as usize, down, negated);
        if let Some(known) = self.memory.borrow().get(&key) {
            return Rc::clone(known);
        }
        let t = &self.scene.topology;
        let count = self.scene.diagram.elements.len();
        let here: Vec<Truth> = (0..count).map(|i| flip(self.truth(what, Focus::Element(i)), negated)).collect();
        let mut found = vec![Truth::No; count];
        let steps = if down { &t.next } else { &t.previous };
        let mut visit = |component: &Vec<usize>| {
            let own = component.iter().flat_map(|i| steps.get(*i)).flatten();
            let at = |list: &[Truth], i: usize| list.get(i).copied().unwrap_or(Truth::No);
            let best = own.fold(Truth::No, |best, n| best.or(at(&here, *n)).or(at(&found, *n)));
            component.iter().for_each(|i| found.get_mut(*i).into_iter().for_each(|f| *f = best));
        };
        if down {
            t.components.iter().for_each(&mut visit);
        } else {
            t.components.iter().rev().for_each(&mut visit);
        }
        let found = Rc::new(found);
        self.memory.borrow_mut().insert(key, Rc::clone(&found));
        found
    }

    /// Calls `visit` with everything that plays `role` seen from `focus`, until it returns `true`.
    pub(super) fn each(&self, role: Role, focus: Focus, visit: &mut dyn FnMut(Focus) -> bool) {
        match focus {
            Focus::Element(e) => self.each_of_element(role, e, visit),
            Focus::Flow(f, answer) => self.each_of_flow(role, f, answer, visit),
            Focus::Boundary(b) => self.each_of_boundary(role, b, visit),
            Focus::Diagram => self.each_of_diagram(role, visit),
        }
    }

    fn each_of_element(&self, role: Role, e: usize, visit: &mut dyn FnMut(Focus) -> bool) {
        let t = &self.scene.topology;
        let list = |lists: &[Vec<usize>]| lists.get(e).cloned().unwrap_or_default();
        let elements = match role {
            Role::Caller | Role::Callee => {
                let lists = if role == Role::Caller { &t.callers } else { &t.callees };
                lists.get(e).into_iter().flatten().any(|i| visit(Focus::Element(*i)));
                return;
            }
            Role::Neighbour => {
                let mut all = list(&t.callers);
                all.extend(list(&t.callees));
                all.sort_unstable();
                all.dedup();
                all
            }
            Role::Client => self.through(&t.previous, e),
            Role::Backend => self.through(&t.next, e),
            Role::Upstream => return Self::all_along(&t.previous, e, visit),
            Role::Downstream => return Self::all_along(&t.next, e, visit),
            Role::Inflow | Role::Outflow => {
                let lists = if role == Role::Inflow { &t.inflows } else { &t.outflows };
                lists.get(e).into_iter().flatten().any(|f| visit(Focus::Flow(*f, false)));
                return;
            }
            Role::Boundary => {
                let around = self.scene.element(e).map(|e| e.boundaries.as_slice()).unwrap_or_default();
                around.iter().any(|b| visit(Focus::Boundary(b.0)));
                return;
            }
            Role::Diagram => {
                visit(Focus::Diagram);
                return;
            }
            _ => return,
        };
        elements.into_iter().any(|i| visit(Focus::Element(i)));
    }

    /// The next elements in the direction of `steps` that do more than hand on what they receive.
    fn through(&self, steps: &[Vec<usize>], e: usize) -> Vec<usize> {
        let direct = steps.get(e).map(Vec::as_slice).unwrap_or_default();
        if !direct.iter().any(|i| self.scene.is_passthrough(*i)) {
            return direct.iter().copied().filter(|i| *i != e).collect();
        }
        let mut seen = vec![e];
        let mut found = Vec::new();
        let mut stack: Vec<usize> = steps.get(e).into_iter().flatten().rev().copied().collect();
        while let Some(i) = stack.pop() {
            if seen.contains(&i) || seen.len() > MAX_FOLLOWED {
                continue;
            }
            seen.push(i);
            if self.scene.is_passthrough(i) {
                stack.extend(steps.get(i).into_iter().flatten().rev());
            } else {
                found.push(i);
            }
        }
        found
    }

    /// Visits every element that a path in the direction of `steps` leads to, nearest first.
    fn all_along(steps: &[Vec<usize>], e: usize, visit: &mut dyn FnMut(Focus) -> bool) {
        let mut seen = vec![false; steps.len()];
        let mut found: Vec<usize> = Vec::new();
        let mut at = 0;
        let mut from = Some(e);
        while let Some(i) = from {
            for n in steps.get(i).into_iter().flatten() {
                if let Some(new) = seen.get_mut(*n).filter(|s| !**s) {
                    *new = true;
                    found.push(*n);
                    if visit(Focus::Element(*n)) {
                        return;
                    }
                }
            }
            from = found.get(at).copied().filter(|_| found.len() < MAX_FOLLOWED);
            at += 1;
        }
    }

    fn each_of_flow(&self, role: Role, f: usize, answer: bool, visit: &mut dyn FnMut(Focus) -> bool) {
        let Some((source, target)) = self.scene.ends(f, answer) else { return };
        match role {
            Role::Source => _ = visit(focus_of(source)),
            Role::Target => _ = visit(focus_of(target)),
            Role::Boundary => {
                let crossed = self.scene.diagram.flows.get(f).map(|f| f.crosses.as_slice()).unwrap_or_default();
                crossed.iter().any(|b| visit(Focus::Boundary(b.0)));
            }
            Role::Diagram => _ = visit(Focus::Diagram),
            _ => {}
        }
    }

    fn each_of_boundary(&self, role: Role, b: usize, visit: &mut dyn FnMut(Focus) -> bool) {
        let d = self.scene.diagram;
        match role {
            Role::Member => {
                self.scene.members.get(b).into_iter().flatten().any(|e| visit(Focus::Element(*e)));
            }
            Role::Inflow | Role::Outflow => {
                let boundary = BoundaryIndex(b);
                let _ = d.flows.iter().enumerate().filter(|(_, f)| f.crosses.contains(&boundary)).any(|(i, _)| {
                    let inward = self.scene.ends(i, false).is_some_and(|(_, t)| self.scene.is_inside(t, boundary));
                    (inward == (role == Role::Inflow)) && visit(Focus::Flow(i, false))
                });
            }
            Role::Inner => {
                let inside = |i: usize| i != b && d.enclosing(BoundaryIndex(i)).any(|a| a.0 == b);
                (0..d.boundaries.len()).filter(|i| inside(*i)).any(|i| visit(Focus::Boundary(i)));
            }
            Role::Outer => {
                d.enclosing(BoundaryIndex(b)).skip(1).any(|a| visit(Focus::Boundary(a.0)));
            }
            Role::Diagram => _ = visit(Focus::Diagram),
            _ => {}
        }
    }

    fn each_of_diagram(&self, role: Role, visit: &mut dyn FnMut(Focus) -> bool) {
        let d = self.scene.diagram;
        let _ = match role {
            Role::Element => (0..d.elements.len()).any(|i| visit(Focus::Element(i))),
            Role::Flow => (0..d.flows.len()).any(|i| visit(Focus::Flow(i, false))),
            Role::Boundary => (0..d.boundaries.len()).any(|i| visit(Focus::Boundary(i))),
            Role::Diagram => visit(Focus::Diagram),
            _ => false,
        };
    }

    /// Whether one test holds for `focus`.
    pub(super) fn truth_of(&self, check: &Check, focus: Focus) -> Truth {
        let s = self.scene;
        match (check, focus) {
            (Check::Is { boundaries, .. }, Focus::Boundary(b)) => {
                s.diagram.boundaries.get(b).is_some_and(|b| boundaries.contains(b.kind)).into()
            }
            (Check::Is { kinds, services, .. }, Focus::Element(e)) => {
                let kind = s.element(e).is_some_and(|x| kinds.contains(x.kind));
                (kind && !s.in_set(e, &s.known.control_icons) || s.in_set(e, services)).into()
            }
            (Check::Has { services, kinds, facts }, Focus::Element(e)) => {
                let unknown = s.services.get(e).is_some_and(Option::is_none);
                let by_kind = unknown && s.element(e).is_some_and(|x| kinds.contains(x.kind));
                let by_fact = || facts.iter().any(|f| s.fact(*f, focus).is_yes());
                (by_kind || s.in_set(e, services) || by_fact()).into()
            }
            (Check::In(set), Focus::Element(e)) => s.lies_in(e, |kind| set.contains(kind)).into(),
            (Check::In(set), Focus::Boundary(b)) => {
                let mut around = s.diagram.enclosing(BoundaryIndex(b)).skip(1);
                around.any(|a| set.contains(s.diagram.boundary(a).kind)).into()
            }
            (Check::Mentions(words), _) => self.mentioned(words, focus).is_some().into(),
            (Check::Control(controls), _) => {
                controls.iter().fold(Truth::No, |best, c| best.or(s.controls.status(s, *c, focus)))
            }
            (Check::Protocol(names), Focus::Flow(f, _)) => names.iter().any(|p| s.has_protocol(f, p)).into(),
            (Check::Compare(measure, comparison, number), _) => {
                self.measure(*measure, focus).is_some_and(|n| comparison.holds(n, u32::from(*number))).into()
            }
            (Check::Crosses(set, way), Focus::Flow(f, answer)) => {
                self.crosses(f, answer, *way, |b| set.contains(b)).into()
            }
            (Check::Climbs(by), Focus::Flow(f, answer)) => {
                self.rises(f, answer).is_some_and(|d| d >= i16::from(*by)).into()
            }
            (Check::Descends(by), Focus::Flow(f, answer)) => {
                self.rises(f, answer).is_some_and(|d| d <= -i16::from(*by)).into()
            }
            (Check::Plain(plain), _) => self.plain(*plain, focus),
            (Check::Fact(fact), _) => s.fact(*fact, focus),
            (Check::Stated(fact, held), _) => (s.fact(*fact, focus) == Truth::from(*held)).into(),
            _ => Truth::No,
        }
    }

    /// The first of `words` that is written at `focus`.
    pub(super) fn mentioned<'w>(&self, words: &'w [String], focus: Focus) -> Option<&'w str> {
        let s = self.scene;
        match focus {
            Focus::Element(i) => s.texts.get(i)?.first_of(words),
            Focus::Flow(i, _) => s.flow_texts.get(i)?.first_of(words),
            Focus::Boundary(i) => s.boundary_texts.get(i)?.first_of(words),
            Focus::Diagram => s.whole_text().first_of(words),
        }
    }

    fn measure(&self, measure: Measure, focus: Focus) -> Option<u32> {
        let s = self.scene;
        match (measure, focus) {
            (Measure::Rank, Focus::Element(e)) => s.ranks.get(e).map(|r| u32::from(*r)),
            (Measure::Rank, Focus::Boundary(b)) => s.diagram.boundaries.get(b).map(|b| u32::from(rank::of_boundary(b))),
            (Measure::Distance, Focus::Element(e)) => s.topology.distance.get(e).copied().flatten(),
            _ => None,
        }
    }

    fn crosses(&self, f: usize, answer: bool, way: Way, wanted: impl Fn(crate::model::BoundaryType) -> bool) -> bool {
        let s = self.scene;
        let Some((source, target)) = s.ends(f, answer) else { return false };
        let crossed = s.diagram.flows.get(f).map(|f| f.crosses.as_slice()).unwrap_or_default();
        crossed.iter().filter(|b| wanted(s.diagram.boundary(**b).kind)).any(|b| match way {
            Way::Any => true,
            // A curve has no inside: it is crossed both ways.
            _ if s.diagram.boundary(*b).is_open() => true,
            Way::Inward => s.is_inside(target, *b),
            Way::Outward => s.is_inside(source, *b),
        })
    }

    fn rises(&self, f: usize, answer: bool) -> Option<i16> {
        let (source, target) = self.scene.ends(f, answer)?;
        Some(i16::from(self.scene.rank(target)) - i16::from(self.scene.rank(source)))
    }

    fn plain(&self, plain: Plain, focus: Focus) -> Truth {
        let s = self.scene;
        let t = &s.topology;
        match (plain, focus) {
            (Plain::Entry, Focus::Element(e)) => t.entry.get(e).copied().unwrap_or_default(),
            (Plain::Exposed, Focus::Element(e)) => t.exposed.get(e).copied().unwrap_or_default(),
            (Plain::Reachable, Focus::Element(e)) => {
                let outsider = s.ranks.get(e).is_some_and(|r| *r <= 1);
                (!outsider && t.distance.get(e).is_some_and(Option::is_some)).into()
            }
            (Plain::Cyclic, Focus::Element(e)) => t.cyclic.get(e).copied().unwrap_or_default().into(),
            (Plain::Isolated, Focus::Element(e)) => {
                [&t.inflows, &t.outflows].iter().all(|l| l.get(e).is_none_or(Vec::is_empty)).into()
            }
            (Plain::Unplaced, Focus::Element(e)) => s.element(e).is_some_and(|e| e.boundaries.is_empty()).into(),
            (Plain::Unplaced, Focus::Boundary(b)) => {
                s.diagram.boundaries.get(b).is_some_and(|b| b.parent.is_none()).into()
            }
            (Plain::Misplaced, Focus::Element(e)) => s.is_misplaced(e).into(),
            (Plain::Sensitive, _) => self.is_sensitive(focus).into(),
            (Plain::PublicData, _) => self.is_public(focus).into(),
            (Plain::Async, Focus::Flow(f, _)) => self.is_async(f).into(),
            (Plain::TwoWay, Focus::Flow(f, _)) => s.is_two_way(f).into(),
            (Plain::Detailed, Focus::Diagram) => s.is_detailed().into(),
            (Plain::Cloud, Focus::Diagram) => (0..s.services.len()).any(|i| s.in_set(i, &s.known.aws)).into(),
            _ => Truth::No,
        }
    }

    /// One end decouples, or a store tells of what was put into it.
    fn is_async(&self, f: usize) -> bool {
        let s = self.scene;
        let Some((source, target)) = s.ends(f, false) else { return false };
        let at = |end: End, set| end.element().is_some_and(|e| s.in_set(e.0, set));
        let process = target.element().is_some_and(|e| s.diagram.element(e).kind == ElementKind::Process);
        [source, target].into_iter().any(|end| at(end, &s.known.decouples))
            || process && !s.is_two_way(f) && at(source, &s.known.event_sources)
    }

    fn is_sensitive(&self, focus: Focus) -> bool {
        match focus {
            Focus::Element(e) => self.scene.sensitive(e).is_some(),
            Focus::Diagram => (0..self.scene.diagram.elements.len()).any(|e| self.scene.sensitive(e).is_some()),
            _ => self.mentioned(&self.scene.known.sensitive, focus).is_some(),
        }
    }

    fn is_public(&self, focus: Focus) -> bool {
        match focus {
            Focus::Element(e) => self.scene.is_public_data(e),
            _ => self.mentioned(&self.scene.known.public_data, focus).is_some(),
        }
    }
}

fn flip(truth: Truth, negated: bool) -> Truth {
    if negated { !truth } else { truth }
}

/// What a condition on the end of a flow is tried on.
pub(super) fn focus_of(end: End) -> Focus {
    match end {
        End::Element(e) => Focus::Element(e.0),
        End::Boundary(b) => Focus::Boundary(b.0),
    }
}
