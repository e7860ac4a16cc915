//! From diagrams to threats: ranks, crossings, rules, controls, scores.

mod candidate;
mod checklist;
mod control;
mod evaluate;
mod example;
mod explain;
mod fact;
mod implied;
mod notice;
mod rank;
mod recorded;
mod scene;
mod score;
mod select;
#[cfg(test)]
mod tests;
mod topology;
mod trace;
mod triage;

pub use example::{ExampleFailure, check_examples};
pub use triage::carry_over;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    catalog::Catalog,
    model::{Countermeasure, Document, Threat, ThreatReport, words},
};

words! {
    /// How much of the catalogue is shown.
    pub enum Detail ("detail") {
        /// Only what the graph proves.
        Focus = "focus",
        /// What the graph proves and what a service is known for.
        Standard = "standard",
        /// Everything, hygiene included.
        Full = "full",
    }
}

/// How threats are inferred.
#[derive(Clone, Debug)]
pub struct InferOptions {
    /// How much of the catalogue is shown.
    pub detail: Detail,
    /// Whether checklists are answered.
    pub checklists: bool,
}

impl Default for InferOptions {
    fn default() -> Self {
        Self { detail: Detail::Standard, checklists: false }
    }
}

/// Finds the threats of all documents.
#[must_use]
pub fn infer(mut documents: Vec<Document>, catalog: &Catalog, options: &InferOptions) -> ThreatReport {
    let mut report = ThreatReport { tool_version: env!("CARGO_PKG_VERSION").to_owned(), ..ThreatReport::default() };
    for (d, document) in documents.iter_mut().enumerate() {
        let repeated = repeated_ids(document);
        for (p, diagram) in document.diagrams.iter_mut().enumerate() {
            let at = explain::Position { document: d, page: p, repeated: &repeated };
            let scene = scene::Scene::new(diagram, catalog);
            let evaluator = evaluate::Evaluator::new(&scene);
            let raised = candidate::candidates(&evaluator, catalog.rules().rules());
            let notices = notice::notices(&scene, &raised);
            report.threats.extend(threats(&evaluator, raised, options, at));
            report.controls.extend(scene.controls.report(&scene, d, p));
            diagram.notices.extend(notices);
        }
    }
    report.countermeasures = countermeasures(&report.threats, catalog);
    if options.checklists {
        report.checklists = checklist::items(catalog.rules().checklists(), &report.threats, &report.controls);
    }
    report.documents = documents;
    report
}

/// Every countermeasure that a threat refers to, in order of first use.
fn countermeasures(threats: &[Threat], catalog: &Catalog) -> Vec<Countermeasure> {
    let mut added = BTreeSet::new();
    let ids = threats.iter().flat_map(|t| &t.countermeasures).filter(|id| added.insert(id.as_str()));
    ids.filter_map(|id| catalog.rules().countermeasure(id).cloned()).collect()
}

/// The threats of one diagram: open ones first, worst first.
fn threats(
    evaluator: &evaluate::Evaluator<'_, '_>,
    raised: Vec<candidate::Candidate<'_>>,
    options: &InferOptions,
    at: explain::Position<'_>,
) -> Vec<Threat> {
    let scene = evaluator.scene;
    let rows = select::rows(select::specific(scene, raised, options.detail));
    let mut threats: Vec<Threat> = rows.iter().map(|c| explain::threat(evaluator, c, at)).collect();
    recorded::merge(scene, &mut threats, at);
    // The sort is stable: rules keep their order.
    threats.sort_by_key(|t| (explain::is_closed(t), Reverse(t.severity), Reverse(t.score())));
    threats
}

/// Ids of cells that stand on more than one page.
fn repeated_ids(document: &Document) -> BTreeSet<String> {
    let mut pages: BTreeMap<&str, usize> = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for (p, diagram) in document.diagrams.iter().enumerate() {
        let elements = diagram.elements.iter().map(|e| e.id.as_str());
        let flows = diagram.flows.iter().map(|f| f.id.as_str());
        for id in elements.chain(flows).chain(diagram.boundaries.iter().map(|b| b.id.as_str())) {
            if *pages.entry(id).or_insert(p) != p {
                repeated.insert(id);
            }
        }
    }
    repeated.into_iter().map(str::to_owned).collect()
}
