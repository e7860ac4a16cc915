//! Trying every rule on its own examples.

use super::{
    Detail, candidate,
    evaluate::Evaluator,
    scene::{Focus, Scene},
    select,
};
use crate::{
    catalog::{Catalog, Example, ExampleTarget, Expectation, Rule, notation},
    model::{Diagram, Status},
};

/// An example that does not do what its rule says it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFailure {
    /// The rule.
    pub rule: String,
    /// The file it stands in.
    pub file: String,
    /// The line it starts on.
    pub line: usize,
    /// Which of its examples, from 1.
    pub example: usize,
    /// What was expected, what came instead, and what else was raised.
    pub message: String,
}

impl std::fmt::Display for ExampleFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}, example {}: {}", self.file, self.line, self.rule, self.example, self.message)
    }
}

/// Tries every rule of a catalogue on its examples.
#[must_use]
pub fn check_examples(catalog: &Catalog) -> Vec<ExampleFailure> {
    let rules = catalog.rules().rules();
    let tried = rules.iter().flat_map(|rule| rule.examples.iter().enumerate().map(move |(i, e)| (rule, i, e)));
    tried
        .filter_map(|(rule, i, example)| {
            let message = try_example(catalog, rule, example).err()?;
            Some(ExampleFailure {
                rule: rule.id.clone(),
                file: rule.file.clone(),
                line: rule.line,
                example: i + 1,
                message,
            })
        })
        .collect()
}

fn try_example(catalog: &Catalog, rule: &Rule, example: &Example) -> Result<(), String> {
    let diagram = notation::read(&example.diagram, catalog).map_err(|e| e.to_string())?;
    let scene = Scene::new(&diagram, catalog);
    let evaluator = Evaluator::new(&scene);
    let raised = candidate::candidates(&evaluator, catalog.rules().rules());
    let kept = select::rows(select::specific(&scene, raised.clone(), Detail::Full));
    // Standing and fallbacks apply; a group does not hide a rule from its own example.
    let hidden = !kept.iter().any(|c| c.rule.id == rule.id || c.related.contains(&rule.id.as_str()));
    let own: Vec<_> = raised.iter().filter(|c| c.rule.id == rule.id && !hidden).collect();
    let fits = |c: &&&candidate::Candidate<'_>| example.target().is_none_or(|t| concerns(&scene, &diagram, c, &t));
    let on: Vec<_> = own.iter().filter(fits).collect();
    let found = on.iter().map(|c| c.status).min();
    let met = match example.expect {
        Expectation::Open => found == Some(Status::Open),
        Expectation::Mitigated => found == Some(Status::Mitigated),
        Expectation::Silent => found.is_none(),
    };
    if met {
        return Ok(());
    }
    let mut message = format!("expected {}, but it is {}", example.expect, found.map_or("silent", Status::as_str));
    if let Some(on) = &example.on {
        message.push_str(&format!(" on `{on}`"));
    }
    if found.is_none() {
        let elsewhere: Vec<String> = own.iter().map(|c| super::trace::name(&scene, c.focus)).collect();
        if !elsewhere.is_empty() {
            message.push_str(&format!("; it was raised on {}", elsewhere.join(", ")));
        } else if hidden && raised.iter().any(|c| c.rule.id == rule.id) {
            message.push_str("; its condition holds, but a fallback yields to specific rules, and a missing control needs a diagram with supporting services or 8 elements");
        } else {
            message.push_str(&format!("; {}", why_not(&evaluator, rule)));
        }
        let others: Vec<&str> = kept.iter().map(|c| c.rule.id.as_str()).take(12).collect();
        message.push_str(&format!(
            "; raised instead: {}",
            if others.is_empty() { "nothing".to_owned() } else { others.join(", ") }
        ));
    } else if example.expect == Expectation::Silent {
        let where_: Vec<String> = on.iter().map(|c| super::trace::name(&scene, c.focus)).collect();
        message.push_str(&format!("; it was raised on {}", where_.join(", ")));
    }
    Err(message)
}

fn concerns(scene: &Scene<'_>, diagram: &Diagram, c: &candidate::Candidate<'_>, target: &ExampleTarget<'_>) -> bool {
    match target {
        ExampleTarget::Diagram => c.focus == Focus::Diagram,
        ExampleTarget::Flow(id) => {
            matches!(c.focus, Focus::Flow(f, _) if diagram.flows.get(f).is_some_and(|f| f.id == *id))
        }
        ExampleTarget::Named(id) => {
            c.elements.iter().any(|e| scene.element(*e).is_some_and(|e| e.id == *id))
                || matches!(c.focus, Focus::Boundary(b) if diagram.boundaries.get(b).is_some_and(|b| b.id == *id))
        }
    }
}

/// The part of the condition that came closest to holding and did not.
fn why_not(evaluator: &Evaluator<'_, '_>, rule: &Rule) -> String {
    use crate::catalog::condition::Tree;
    let scene = evaluator.scene;
    let focuses: Vec<Focus> = match rule.on {
        crate::catalog::On::Element => (0..scene.diagram.elements.len()).map(Focus::Element).collect(),
        crate::catalog::On::Flow => (0..scene.diagram.flows.len()).map(|f| Focus::Flow(f, false)).collect(),
        crate::catalog::On::Boundary => (0..scene.diagram.boundaries.len()).map(Focus::Boundary).collect(),
        crate::catalog::On::Diagram => vec![Focus::Diagram],
    };
    let Tree::All(parts) = &rule.when else { return "its condition holds nowhere".to_owned() };
    let held = |f: &Focus| parts.iter().take_while(|p| !evaluator.truth(p, *f).is_no()).count();
    match focuses.iter().max_by_key(|f| held(f)) {
        Some(best) => {
            let n = held(best);
            format!(
                "on {} the first {n} of {} parts joined by `and` hold, part {} does not",
                super::trace::name(scene, *best),
                parts.len(),
                n + 1
            )
        }
        None => "the diagram has nothing that it is tried on".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_rule_does_what_its_examples_say() {
        let failures = check_examples(&Catalog::builtin());
        let shown: Vec<String> = failures.iter().map(ToString::to_string).collect();
        assert!(failures.is_empty(), "{} examples fail:\n{}", shown.len(), shown.join("\n"));
    }
}
