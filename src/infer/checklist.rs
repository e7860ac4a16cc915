//! Checklists: questions that a review asks anyway, with what the diagrams already answer.

use crate::{
    catalog::Checklist,
    model::{ChecklistItem, SeenControl, Threat},
};

/// The items of `lists`, answered from the threats and the controls of a report.
pub(super) fn items(lists: &[Checklist], threats: &[Threat], seen: &[SeenControl]) -> Vec<ChecklistItem> {
    let item = |asked: &Checklist| {
        let own: Vec<&Threat> = threats.iter().filter(|t| asked.rules.contains(&t.rule)).collect();
        let mut controls: Vec<&str> =
            seen.iter().filter(|c| asked.controls.contains(&c.control)).map(|c| c.name.as_str()).collect();
        controls.dedup();
        ChecklistItem {
            list: asked.list.clone(),
            name: asked.name.clone(),
            phase: asked.phase.clone(),
            question: asked.question.clone(),
            answer: answer(&own, &controls),
            threats: own.iter().map(|t| t.id.clone()).collect(),
        }
    };
    lists.iter().map(item).collect()
}

fn answer(own: &[&Threat], controls: &[&str]) -> String {
    let mut parts = Vec::new();
    if !controls.is_empty() {
        parts.push(format!("Drawn: {}.", controls.join(", ")));
    }
    if !own.is_empty() {
        let open = own.iter().filter(|t| t.status.is_open()).count();
        parts.push(format!("Threats that belong here: {} in all, {open} open.", own.len()));
    }
    parts.join(" ")
}
