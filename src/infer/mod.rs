//! From diagrams to threats: ranks, crossings, rules, controls, scores.

mod candidate;
mod control;
mod evaluate;
mod example;
mod explain;
mod fact;
mod rank;
mod scene;
mod score;
mod select;
mod topology;
mod trace;
mod triage;

pub use example::{ExampleFailure, check_examples};
pub use triage::carry_over;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::Catalog,
    model::{Document, Threat, ThreatReport, words},
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
pub fn infer(documents: Vec<Document>, catalog: &Catalog, options: &InferOptions) -> ThreatReport {
    let mut report = ThreatReport { tool_version: env!("CARGO_PKG_VERSION").to_owned(), ..ThreatReport::default() };
    for (d, document) in documents.iter().enumerate() {
        let repeated = repeated_ids(document);
        for (p, diagram) in document.diagrams.iter().enumerate() {
            let at = explain::Position { document: d, page: p, repeated: &repeated };
            let scene = scene::Scene::new(diagram, catalog);
            report.threats.extend(threats(&scene, catalog, options, at));
            report.controls.extend(scene.controls.report(&scene, d, p));
        }
    }
    let used: BTreeSet<&str> =
        report.threats.iter().flat_map(|t| t.countermeasures.iter().map(String::as_str)).collect();
    let mut countermeasures = Vec::new();
    let mut added = BTreeSet::new();
    for id in report.threats.iter().flat_map(|t| &t.countermeasures).filter(|id| used.contains(id.as_str())) {
        if added.insert(id.as_str()) {
            countermeasures.extend(catalog.rules().countermeasure(id).cloned());
        }
    }
    report.countermeasures = countermeasures;
    report.documents = documents;
    report
}

/// The threats of one diagram: open ones first, worst first.
fn threats(
    scene: &scene::Scene<'_>,
    catalog: &Catalog,
    options: &InferOptions,
    at: explain::Position<'_>,
) -> Vec<Threat> {
    let evaluator = evaluate::Evaluator::new(scene);
    let raised = candidate::candidates(&evaluator, catalog.rules().rules());
    let rows = select::rows(select::specific(scene, raised), options.detail);
    let mut threats: Vec<(usize, Threat)> =
        rows.iter().map(|c| (c.order, explain::threat(&evaluator, c, at))).collect();
    threats.sort_by_key(|(order, t)| {
        (explain::is_closed(t), std::cmp::Reverse(t.severity), std::cmp::Reverse(t.score()), *order)
    });
    threats.into_iter().map(|(_, t)| t).collect()
}

/// Ids of cells that stand on more than one page.
fn repeated_ids(document: &Document) -> BTreeSet<&str> {
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
    repeated
}
