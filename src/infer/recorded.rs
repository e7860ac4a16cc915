//! Threats that the diagram's author recorded: they stand in the table with their status, and a rule that says the
//! same is merged with them.

use std::collections::BTreeSet;

use super::{explain::Position, scene::Scene};
use crate::{
    catalog::plain,
    model::{
        Change, Confidence, ElementIndex, End, Origin, RecordedThreat, Severity, Status, Stride, Target, Threat, Tier,
        Triage,
    },
};

/// Share of a recorded title's words that a rule's title must have to say the same.
const SAME: f64 = 0.5;

/// Adds the author's own threats to the rows of rules.
pub(super) fn merge(scene: &Scene<'_>, threats: &mut Vec<Threat>, at: Position<'_>) {
    for recorded in &scene.diagram.recorded {
        let same = threats.iter_mut().find(|t| t.origins.contains(&Origin::Rule) && says_the_same(scene, t, recorded));
        match same {
            Some(threat) => adopt(threat, recorded),
            None => threats.push(row(scene, recorded, at)),
        }
    }
}

fn says_the_same(scene: &Scene<'_>, threat: &Threat, recorded: &RecordedThreat) -> bool {
    recorded.stride == Some(threat.stride)
        && is_on(scene, threat, recorded.target)
        && likeness(threat, recorded) >= SAME
}

fn is_on(scene: &Scene<'_>, threat: &Threat, target: Target) -> bool {
    threat.target == target || elements(scene, target).first().is_some_and(|e| threat.elements.first() == Some(e))
}

/// The share of the recorded title's words that the rule's title has too.
fn likeness(threat: &Threat, recorded: &RecordedThreat) -> f64 {
    let words = |text: &str| {
        plain(text).split(' ').filter(|w| w.chars().count() > 3).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let (theirs, ours) = (words(&recorded.title), words(&threat.title));
    let shared = theirs.intersection(&ours).count();
    let shared = u32::try_from(shared).unwrap_or(u32::MAX);
    u32::try_from(theirs.len()).ok().filter(|n| *n > 1).map_or(0.0, |n| f64::from(shared) / f64::from(n))
}

fn adopt(threat: &mut Threat, recorded: &RecordedThreat) {
    if !threat.origins.contains(&Origin::Recorded) {
        threat.origins.push(Origin::Recorded);
    }
    threat.evidence.push(format!(
        "Recorded in the diagram as “{}” ({}).",
        recorded.title,
        recorded.status.title().to_lowercase()
    ));
    if recorded.status != Status::Open {
        threat.status = recorded.status;
    }
}

fn elements(scene: &Scene<'_>, target: Target) -> Vec<ElementIndex> {
    match target {
        Target::Element(e) => vec![e],
        Target::Flow(f) => {
            let ends = scene.ends(f.0, false).map(|(source, target)| [target, source]);
            ends.into_iter().flatten().filter_map(End::element).take(1).collect()
        }
        Target::Boundary(_) | Target::Diagram => Vec::new(),
    }
}

/// Likelihood and impact whose product has the severity that the author gave.
fn bases(severity: Option<Severity>) -> (u8, u8) {
    match severity {
        Some(Severity::Critical) => (4, 5),
        Some(Severity::High) => (3, 4),
        Some(Severity::Low) => (1, 3),
        Some(Severity::Info) => (1, 1),
        Some(Severity::Medium) | None => (2, 3),
    }
}

fn row(scene: &Scene<'_>, recorded: &RecordedThreat, at: Position<'_>) -> Threat {
    let (likelihood, impact) = bases(recorded.severity);
    let d = scene.diagram;
    let cell = match recorded.target {
        Target::Element(e) => d.element(e).id.as_str(),
        Target::Flow(f) => d.flow(f).id.as_str(),
        Target::Boundary(b) => d.boundary(b).id.as_str(),
        Target::Diagram => d.page.id.as_str(),
    };
    let mut description = recorded.description.clone();
    if !recorded.mitigation.is_empty() {
        description.push_str(if description.is_empty() { "" } else { "\n\n" });
        description.push_str(&format!("Mitigation as recorded: {}", recorded.mitigation));
    }
    let scoring = match recorded.severity {
        Some(severity) => format!("recorded as {}", severity.title().to_lowercase()),
        None => "recorded without a severity: taken as medium".to_owned(),
    };
    let boundary = match recorded.target {
        Target::Flow(f) => d.flow(f).crosses.clone(),
        _ => Vec::new(),
    };
    Threat {
        id: format!("RECORDED@{cell}@{}", recorded.id),
        rule: "RECORDED".to_owned(),
        title: recorded.title.clone(),
        // Categories of other methods are about data that are disclosed, as a rule.
        stride: recorded.stride.unwrap_or(Stride::InformationDisclosure),
        description,
        document: at.document,
        page: at.page,
        target: recorded.target,
        elements: elements(scene, recorded.target),
        path: Vec::new(),
        crosses: boundary,
        tier: Tier::Topology,
        likelihood,
        impact,
        inherent_likelihood: likelihood,
        severity: Severity::of_score(likelihood * impact),
        confidence: Confidence::Stated,
        status: recorded.status,
        origins: vec![Origin::Recorded],
        evidence: vec![format!("Recorded in the diagram under “{}”.", recorded.category)],
        assumption: String::new(),
        remedy_in_diagram: String::new(),
        scoring: vec![scoring],
        credits: Vec::new(),
        countermeasures: Vec::new(),
        references: Vec::new(),
        related: Vec::new(),
        triage: Triage::default(),
        change: Change::default(),
    }
}
