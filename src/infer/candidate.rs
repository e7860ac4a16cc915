//! Which rules hold where.

use super::{
    evaluate::Evaluator,
    scene::{Focus, Scene},
    score::{self, Credit, Score},
};
use crate::{
    catalog::{On, Rule},
    model::{Effect, End, Status, Stride, Truth},
};

/// One rule that holds for one thing.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'r> {
    /// Position of the rule in the book.
    pub(super) order: usize,
    pub(super) rule: &'r Rule,
    pub(super) focus: Focus,
    pub(super) truth: Truth,
    /// Elements that it names, the one most concerned first.
    pub(super) elements: Vec<usize>,
    pub(super) credits: Vec<Credit>,
    pub(super) score: Score,
    pub(super) status: Status,
    /// Rules that say much the same of the same thing.
    pub(super) related: Vec<&'r str>,
    /// What the row stands for, where several were rolled into one.
    pub(super) rolled: Vec<Focus>,
    /// Elements of which a control has answered the same, left out of an open row.
    pub(super) answered: Vec<usize>,
}

impl Candidate<'_> {
    /// Whether a control drawn in the diagram answers it.
    pub(super) fn is_open(&self) -> bool {
        self.status == Status::Open
    }
}

/// Every rule that holds, in the order of the rules.
pub(super) fn candidates<'r>(evaluator: &Evaluator<'_, '_>, rules: &'r [Rule]) -> Vec<Candidate<'r>> {
    let scene = evaluator.scene;
    let mut found = Vec::new();
    for (order, rule) in rules.iter().enumerate() {
        let mut hit = |focus: Focus| {
            let truth = evaluator.truth(&rule.when, focus);
            if !truth.is_no() {
                found.push((order, rule, focus, truth));
            }
            !truth.is_no()
        };
        match rule.on {
            On::Element => {
                (0..scene.diagram.elements.len())
                    .filter(|i| !scene.is_aside(*i))
                    .for_each(|i| _ = hit(Focus::Element(i)));
            }
            On::Boundary => (0..scene.diagram.boundaries.len()).for_each(|i| _ = hit(Focus::Boundary(i))),
            On::Diagram => _ = hit(Focus::Diagram),
            On::Flow => {
                for f in 0..scene.diagram.flows.len() {
                    // What comes back on a flow without one direction only discloses.
                    if !hit(Focus::Flow(f, false))
                        && scene.is_two_way(f)
                        && rule.stride == Stride::InformationDisclosure
                    {
                        hit(Focus::Flow(f, true));
                    }
                }
            }
        }
    }
    found.into_iter().map(|(order, rule, focus, truth)| candidate(evaluator, order, rule, focus, truth)).collect()
}

fn candidate<'r>(
    evaluator: &Evaluator<'_, '_>,
    order: usize,
    rule: &'r Rule,
    focus: Focus,
    truth: Truth,
) -> Candidate<'r> {
    let scene = evaluator.scene;
    let elements = named(evaluator, rule, focus);
    let credits = score::credits(scene, rule, focus);
    let mut score = Score::of(scene, rule, elements.first().copied(), &credits);
    let closed = credits.iter().any(|c| c.effect == Effect::Closes);
    let status = if is_out_of_scope(scene, focus, &elements) {
        Status::NotApplicable
    } else if closed {
        // A control's icon is not its configuration: what is answered stays worth a look.
        while score.likelihood < score.inherent && score.likelihood.saturating_mul(score.impact) < 3 {
            score.likelihood += 1;
        }
        Status::Mitigated
    } else {
        Status::Open
    };
    Candidate {
        order,
        rule,
        focus,
        truth,
        elements,
        credits,
        score,
        status,
        related: Vec::new(),
        rolled: Vec::new(),
        answered: Vec::new(),
    }
}

/// The elements that a row names.
fn named(evaluator: &Evaluator<'_, '_>, rule: &Rule, focus: Focus) -> Vec<usize> {
    let scene = evaluator.scene;
    match focus {
        Focus::Element(e) => vec![e],
        Focus::Flow(f, answer) => {
            let ends = scene.ends(f, answer);
            let target = ends.and_then(|(_, t)| t.element());
            target.or_else(|| ends.and_then(|(s, _)| End::element(s))).into_iter().map(|e| e.0).collect()
        }
        Focus::Boundary(b) => scene.members.get(b).cloned().unwrap_or_default(),
        Focus::Diagram => {
            let Some(concerns) = &rule.concerns else { return Vec::new() };
            let all = 0..scene.diagram.elements.len();
            all.filter(|e| !scene.is_aside(*e) && !evaluator.truth(concerns, Focus::Element(*e)).is_no()).collect()
        }
    }
}

fn is_out_of_scope(scene: &Scene<'_>, focus: Focus, elements: &[usize]) -> bool {
    let element = |i: &usize| scene.element(*i).is_some_and(|e| e.stated.scope.is_out());
    match focus {
        Focus::Flow(f, _) => {
            scene.diagram.flows.get(f).is_some_and(|f| f.stated.scope.is_out()) || elements.iter().any(element)
        }
        Focus::Boundary(b) => scene.diagram.boundaries.get(b).is_some_and(|b| b.stated.scope.is_out()),
        Focus::Element(e) => element(&e),
        Focus::Diagram => !elements.is_empty() && elements.iter().all(element),
    }
}
