//! Why a condition holds: the things it found, what it read, and what it had to leave open.

use super::{
    evaluate::Evaluator,
    scene::{Focus, Scene},
};
use crate::{
    catalog::condition::{Check, Condition, Plain, Quantifier, Role, Tree},
    model::Truth,
};

/// What speaks for a threat.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// What the quantifiers found, outermost first.
    pub(super) witnesses: Vec<Focus>,
    /// Sentences about labels and the like.
    pub(super) evidence: Vec<String>,
    /// What the diagram does not say.
    pub(super) unknown: Vec<String>,
}

impl Trace {
    /// Why `condition` is not [`Truth::No`] for `focus`.
    pub(super) fn of(evaluator: &Evaluator<'_, '_>, condition: &Condition, focus: Focus) -> Self {
        let mut trace = Self::default();
        trace.explain(evaluator, condition, focus, true);
        trace.evidence.dedup();
        trace.unknown.dedup();
        trace
    }

    fn explain(&mut self, on: &Evaluator<'_, '_>, condition: &Condition, focus: Focus, wanted: bool) {
        match condition {
            Tree::All(parts) if wanted => parts.iter().for_each(|p| self.explain(on, p, focus, wanted)),
            Tree::All(parts) | Tree::Any(parts) => {
                let score = |p: &&Condition| {
                    let truth = on.truth(p, focus);
                    if wanted { truth } else { !truth }
                };
                // The first that decides: later ones say no more.
                let best = parts.iter().map(|p| score(&p)).max().unwrap_or_default();
                if let Some(part) = parts.iter().find(|p| score(p) == best) {
                    self.explain(on, part, focus, wanted);
                }
            }
            Tree::Not(inner) => self.explain(on, inner, focus, !wanted),
            Tree::Look { quantifier, role, what } => {
                let settled = match quantifier {
                    Quantifier::No | Quantifier::Every => Truth::Yes,
                    Quantifier::Single | Quantifier::Some | Quantifier::AtLeast(_) => Truth::No,
                };
                // Where it is settled nothing that was looked at is unknown.
                if matches!(quantifier, Quantifier::AtLeast(_)) || on.truth(condition, focus) != settled {
                    self.look(on, *quantifier, *role, what, focus, wanted);
                }
            }
            Tree::Test(check) => self.test(on, check, focus, wanted),
        }
    }

    fn look(
        &mut self,
        on: &Evaluator<'_, '_>,
        quantifier: Quantifier,
        role: Role,
        what: &Condition,
        focus: Focus,
        wanted: bool,
    ) {
        let positive = matches!(quantifier, Quantifier::Single | Quantifier::Some | Quantifier::AtLeast(_));
        if !positive || !wanted {
            self.open_ones(on, role, what, focus);
            return;
        }
        let many = match quantifier {
            Quantifier::AtLeast(n) => usize::from(n),
            _ => 1,
        };
        let mut best: Vec<(Truth, Focus)> = Vec::new();
        on.each(role, focus, &mut |f| {
            let truth = on.truth(what, f);
            if !truth.is_no() {
                best.push((truth, f));
            }
            best.iter().filter(|(t, _)| t.is_yes()).count() >= many
        });
        best.sort_by_key(|(truth, _)| std::cmp::Reverse(*truth));
        for (_, found) in best.into_iter().take(many) {
            if quantifier != Quantifier::Single && role != Role::Boundary {
                self.witnesses.push(found);
            }
            self.explain(on, what, found, true);
        }
    }

    /// For "no" and "every": those for which the condition is not known.
    fn open_ones(&mut self, on: &Evaluator<'_, '_>, role: Role, what: &Condition, focus: Focus) {
        let mut open = None;
        on.each(role, focus, &mut |f| {
            if on.truth(what, f) == Truth::Unknown {
                open = Some(f);
            }
            open.is_some()
        });
        if let Some(f) = open {
            self.explain(on, what, f, true);
        }
    }

    fn test(&mut self, on: &Evaluator<'_, '_>, check: &Check, focus: Focus, wanted: bool) {
        let scene = on.scene;
        let truth = on.truth_of(check, focus);
        let name = name(scene, focus);
        if truth == Truth::Unknown {
            self.unknown.extend(open_question(scene, check, &name));
        } else if truth.is_yes() && wanted {
            match check {
                Check::Mentions(words) => {
                    if let Some(word) = on.mentioned(words, focus) {
                        self.evidence.push(format!("{name} mentions “{word}”."));
                    }
                }
                Check::Plain(Plain::Sensitive) => {
                    if let Focus::Element(e) = focus
                        && let Some(word) = scene.sensitive(e)
                    {
                        self.evidence.push(format!("{name} is said to hold sensitive data (“{word}”)."));
                    }
                }
                Check::Fact(fact) => {
                    self.evidence.push(format!("{name}: {} is stated or evident.", fact.as_str().replace('-', " ")));
                }
                Check::Plain(Plain::Cyclic) => self.evidence.push(format!("{name} lies on a cycle.")),
                Check::Plain(Plain::Misplaced) => {
                    self.evidence.push(format!("{name} is drawn in a network that its service does not live in."));
                }
                _ => {}
            }
        }
    }
}

fn open_question(scene: &Scene<'_>, check: &Check, name: &str) -> Option<String> {
    Some(match check {
        Check::Fact(fact) => {
            format!("The diagram does not state whether {name} is “{}”.", fact.as_str().replace('-', " "))
        }
        Check::Control(controls) => {
            let first = controls.first().and_then(|c| scene.catalog.controls().get(*c))?;
            format!("The diagram does not show whether there is a control at {name}: {}.", first.name)
        }
        Check::Plain(Plain::Entry | Plain::Exposed) => {
            format!("No outsider is drawn; {name} is taken to be called from outside.")
        }
        _ => return None,
    })
}

/// The name of what is looked at, as a sentence names it.
pub(super) fn name(scene: &Scene<'_>, focus: Focus) -> String {
    match focus {
        Focus::Element(e) => format!("“{}”", scene.label(e)),
        Focus::Flow(f, answer) => {
            let label = scene.diagram.flows.get(f).map(|f| f.label.as_str()).filter(|l| !l.is_empty());
            let ends = scene.ends(f, answer);
            let (from, to) = ends.map_or(("", ""), |(s, t)| (scene.diagram.end_label(s), scene.diagram.end_label(t)));
            match label {
                Some(label) => format!("the flow “{label}” from “{from}” to “{to}”"),
                None => format!("the flow from “{from}” to “{to}”"),
            }
        }
        Focus::Boundary(b) => format!("“{}”", scene.diagram.boundaries.get(b).map_or("", |b| b.label.as_str())),
        Focus::Diagram => "the diagram".to_owned(),
    }
}
