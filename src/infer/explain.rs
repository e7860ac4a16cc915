//! From a candidate to a row that explains itself.

use std::collections::HashMap;

use super::{
    candidate::Candidate,
    evaluate::Evaluator,
    scene::{Focus, Scene},
    trace::{Trace, name},
};
use crate::{
    catalog::{Placeholder, fill, plain},
    model::{
        Basis, BoundaryIndex, Change, Confidence, Credit, ElementIndex, FlowIndex, Origin, Target, Threat, Triage,
        Truth,
    },
};

/// Labels named one by one in a title or a sentence.
const NAMED: usize = 3;

/// Labels listed in a sentence of evidence: a cell of a workbook is no place for thousands.
const LISTED: usize = 40;

/// Where a row stands in the report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position<'i> {
    pub(super) document: usize,
    pub(super) page: usize,
    /// Ids that occur on several pages are told apart by their page.
    pub(super) repeated: &'i std::collections::BTreeSet<String>,
}

/// The row of a candidate.
pub(super) fn threat(evaluator: &Evaluator<'_, '_>, c: &Candidate<'_>, at: Position<'_>) -> Threat {
    let scene = evaluator.scene;
    let trace = Trace::of(evaluator, &c.rule.when, c.focus);
    let path = path(scene, c, &trace);
    let crosses = crossed(scene, c.focus, &path);
    let words = Words { scene, c, trace: &trace, crosses: &crosses };
    let guessed = guess(scene, c);
    let confidence = if c.truth == Truth::Yes && guessed.is_none() { Confidence::Stated } else { Confidence::Presumed };
    Threat {
        id: id(scene, c, at),
        rule: c.rule.id.clone(),
        title: words.fill(&c.rule.title),
        stride: c.rule.stride,
        description: words.fill(&c.rule.description),
        document: at.document,
        page: at.page,
        target: target(c),
        elements: c.elements.iter().copied().map(ElementIndex).collect(),
        path: path.iter().copied().map(ElementIndex).collect(),
        crosses: crosses.clone(),
        tier: c.rule.tier,
        likelihood: c.score.likelihood,
        impact: c.score.impact,
        inherent_likelihood: c.score.inherent,
        severity: c.score.severity(),
        confidence,
        status: c.status,
        origins: vec![Origin::Rule],
        evidence: evidence(scene, c, &trace, &path, &crosses),
        assumption: assumption(&words, c, &trace, guessed),
        remedy_in_diagram: words.fill(&c.rule.change),
        scoring: c.score.terms(scene, c.rule, &c.credits),
        credits: credits(scene, c),
        countermeasures: c.rule.countermeasures.clone(),
        references: c.rule.references.clone(),
        related: c.related.iter().map(|r| (*r).to_owned()).collect(),
        triage: Triage::default(),
        change: Change::default(),
    }
}

fn target(c: &Candidate<'_>) -> Target {
    if c.rolled.len() > 1 {
        return Target::Diagram;
    }
    match c.focus {
        Focus::Diagram => Target::Diagram,
        Focus::Element(e) => Target::Element(ElementIndex(e)),
        Focus::Flow(f, _) => Target::Flow(FlowIndex(f)),
        Focus::Boundary(b) => Target::Boundary(BoundaryIndex(b)),
    }
}

/// `RULE@element[@flow]`, or `RULE@page` for a row about the diagram.
fn id(scene: &Scene<'_>, c: &Candidate<'_>, at: Position<'_>) -> String {
    let page = &scene.diagram.page.id;
    let told = |cell: &str| if at.repeated.contains(cell) { format!("{page}/{cell}") } else { cell.to_owned() };
    let element = |i: usize| scene.element(i).map(|e| told(&e.id));
    // One element today may be two tomorrow: a row that names all keeps its id.
    let of_page = if c.rule.roll_up { Target::Diagram } else { target(c) };
    let place = match (of_page, c.focus) {
        (Target::Diagram, _) => page.clone(),
        (_, Focus::Flow(f, answer)) => {
            let flow = scene.diagram.flows.get(f).map(|f| told(&f.id)).unwrap_or_default();
            let end = scene.ends(f, answer).map(|(_, t)| told(scene.diagram.end_id(t))).unwrap_or_default();
            format!("{end}@{flow}")
        }
        (_, Focus::Boundary(b)) => scene.diagram.boundaries.get(b).map(|b| told(&b.id)).unwrap_or_default(),
        (_, Focus::Element(e)) => element(e).unwrap_or_default(),
        (_, Focus::Diagram) => page.clone(),
    };
    format!("{}@{place}", c.rule.id)
}

/// From the nearest outsider to the target, then on to what the condition found behind it.
fn path(scene: &Scene<'_>, c: &Candidate<'_>, trace: &Trace) -> Vec<usize> {
    let start = match c.focus {
        Focus::Element(e) => e,
        Focus::Flow(f, answer) => match scene.ends(f, answer).map(|(s, t)| (s.element(), t.element())) {
            Some((Some(s), Some(t))) => {
                let mut way = scene.topology.way_in(s.0);
                way.push(t.0);
                return with_witnesses(scene, way, trace);
            }
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    with_witnesses(scene, scene.topology.way_in(start), trace)
}

fn with_witnesses(scene: &Scene<'_>, mut way: Vec<usize>, trace: &Trace) -> Vec<usize> {
    for witness in &trace.witnesses {
        let Focus::Element(w) = witness else { continue };
        let Some(last) = way.last() else { break };
        if !way.contains(w) && scene.topology.next.get(*last).is_some_and(|n| n.contains(w)) {
            way.push(*w);
        }
    }
    way
}

/// Boundaries crossed by a flow, or on a path that were entered on the way in.
fn crossed(scene: &Scene<'_>, focus: Focus, path: &[usize]) -> Vec<BoundaryIndex> {
    if let Focus::Flow(f, _) = focus {
        return scene.diagram.flows.get(f).map(|f| f.crosses.clone()).unwrap_or_default();
    }
    let around = |i: &usize| scene.element(*i).map(|e| e.boundaries.clone()).unwrap_or_default();
    match (path.first(), path.last()) {
        (Some(first), Some(last)) if first != last => {
            let outside = around(first);
            around(last).into_iter().filter(|b| !outside.contains(b)).collect()
        }
        _ => Vec::new(),
    }
}

fn evidence(
    scene: &Scene<'_>,
    c: &Candidate<'_>,
    trace: &Trace,
    path: &[usize],
    crosses: &[BoundaryIndex],
) -> Vec<String> {
    let mut said = Vec::new();
    if c.rolled.len() > 1 {
        let labels: Vec<&str> = c.elements.iter().map(|e| scene.label(*e)).collect();
        said.push(format!("Concerns {}.", joined(&labels, LISTED)));
    } else {
        said.push(match c.focus {
            Focus::Element(e) => is_a(scene, e),
            Focus::Diagram if c.elements.is_empty() => "Concerns the diagram as a whole.".to_owned(),
            Focus::Diagram => {
                let labels: Vec<&str> = c.elements.iter().map(|e| scene.label(*e)).collect();
                format!("Concerns {}.", joined(&labels, LISTED))
            }
            focus => capital(&format!("{}.", name(scene, focus))),
        });
    }
    if !c.answered.is_empty() {
        let labels: Vec<&str> = c.answered.iter().map(|e| scene.label(*e)).collect();
        said.push(format!("Left out, because a drawn control answers it there: {}.", joined(&labels, LISTED)));
    }
    if path.len() > 1 {
        let labels: Vec<String> = path.iter().map(|e| format!("“{}”", scene.label(*e))).collect();
        said.push(format!("Path: {}.", labels.join(" > ")));
    }
    if !crosses.is_empty() {
        let labels: Vec<String> = crosses.iter().map(|b| format!("“{}”", scene.diagram.boundary(*b).label)).collect();
        said.push(format!("Crosses {}.", labels.join(", ")));
    }
    let missed = |w: &&Focus| !matches!(w, Focus::Element(e) if path.contains(e) || c.elements.contains(e));
    let found: Vec<String> = trace.witnesses.iter().filter(missed).map(|w| name(scene, *w)).collect();
    if !found.is_empty() {
        said.push(capital(&format!("found in the diagram: {}.", found.join(", "))));
    }
    said.extend(trace.evidence.iter().map(|e| capital(e)));
    let mut seen = std::collections::BTreeSet::new();
    said.retain(|s| seen.insert(s.clone()));
    said
}

fn is_a(scene: &Scene<'_>, e: usize) -> String {
    let Some(element) = scene.element(e) else { return String::new() };
    let kind = element.kind.title().to_lowercase();
    match scene.service(e).filter(|s| !plain(&element.label).contains(&plain(&s.name))) {
        Some(service) => format!("“{}” is {}.", element.label, service.name),
        None => format!("“{}” is drawn as {} {kind}.", element.label, if kind.starts_with('e') { "an" } else { "a" }),
    }
}

/// Whether the element's meaning itself is a guess, as a sentence.
fn guess(scene: &Scene<'_>, c: &Candidate<'_>) -> Option<String> {
    let element = c.elements.first().and_then(|e| scene.element(*e)).filter(|_| c.focus != Focus::Diagram)?;
    let service = scene.service(*c.elements.first()?);
    match (element.provenance.basis, service) {
        (Basis::Resemblance | Basis::Guess, Some(service)) => {
            Some(format!("“{}” is taken for {}.", element.label, service.name))
        }
        _ => None,
    }
}

fn assumption(words: &Words<'_, '_>, c: &Candidate<'_>, trace: &Trace, guessed: Option<String>) -> String {
    let mut said: Vec<String> = Vec::new();
    if !c.rule.assumes.is_empty() {
        said.push(words.fill(&c.rule.assumes));
    }
    if c.truth == Truth::Unknown {
        said.extend(trace.unknown.iter().map(|u| capital(u)));
    }
    said.extend(guessed);
    said.join(" ")
}

fn credits(scene: &Scene<'_>, c: &Candidate<'_>) -> Vec<Credit> {
    let parts = c.credits.iter().filter_map(|credit| Some((credit, scene.catalog.controls().get(credit.control)?)));
    parts
        .map(|(credit, control)| Credit {
            control: control.key.clone(),
            name: control.name.clone(),
            effect: credit.effect,
            evidence: capital(&scene.controls.evidence(scene, credit.control, c.focus)),
        })
        .collect()
}

/// Fills placeholders.
struct Words<'t, 'a> {
    scene: &'t Scene<'a>,
    c: &'t Candidate<'t>,
    trace: &'t Trace,
    crosses: &'t [BoundaryIndex],
}

impl Words<'_, '_> {
    fn fill(&self, text: &str) -> String {
        fill(text, |placeholder| self.value(placeholder))
    }

    fn value(&self, placeholder: Placeholder) -> String {
        let (scene, c) = (self.scene, self.c);
        let labels: Vec<&str> = c.elements.iter().map(|e| scene.label(*e)).collect();
        let all = || if labels.is_empty() { "the diagram".to_owned() } else { joined(&labels, NAMED) };
        let ends = match c.focus {
            Focus::Flow(f, answer) => scene.ends(f, answer),
            _ => None,
        };
        let end =
            |source: bool| ends.map(|(s, t)| scene.diagram.end_label(if source { s } else { t })).unwrap_or_default();
        let rolled = c.rolled.len() > 1;
        match placeholder {
            Placeholder::Element | Placeholder::Elements => all(),
            Placeholder::Target if rolled => self.ends(false),
            Placeholder::Source if rolled => self.ends(true),
            Placeholder::Flow if rolled => format!("{} to {}", self.ends(true), self.ends(false)),
            Placeholder::Source => end(true).to_owned(),
            Placeholder::Target => end(false).to_owned(),
            Placeholder::Flow => format!("{} to {}", end(true), end(false)),
            Placeholder::S => if labels.len() > 1 { "" } else { "s" }.to_owned(),
            Placeholder::Boundary => self.boundary(),
            Placeholder::Service => c
                .elements
                .first()
                .map(|e| scene.service(*e).map_or_else(|| scene.label(*e), |s| s.name.as_str()))
                .unwrap_or("the diagram")
                .to_owned(),
            Placeholder::Witness => {
                let first = self.trace.witnesses.first().map(|w| plain_name(scene, *w));
                first.unwrap_or("what the drawing shows").to_owned()
            }
        }
    }

    /// What the flows of the row start from, or lead to.
    fn ends(&self, source: bool) -> String {
        let mut labels: Vec<&str> = Vec::new();
        for focus in &self.c.rolled {
            if let Focus::Flow(f, answer) = focus
                && let Some((from, to)) = self.scene.ends(*f, *answer)
            {
                let label = self.scene.diagram.end_label(if source { from } else { to });
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
        }
        joined(&labels, NAMED)
    }

    fn boundary(&self) -> String {
        let boundary = match self.c.focus {
            Focus::Boundary(b) => Some(BoundaryIndex(b)),
            _ => self.crosses.iter().copied().max_by_key(|b| self.scene.diagram.boundary(*b).kind.separates_trust()),
        };
        boundary.map_or_else(|| "the system".to_owned(), |b| self.scene.diagram.boundary(b).label.clone())
    }
}

fn plain_name<'a>(scene: &Scene<'a>, focus: Focus) -> &'a str {
    match focus {
        Focus::Element(e) => scene.label(e),
        Focus::Boundary(b) => scene.diagram.boundaries.get(b).map_or("", |b| b.label.as_str()),
        Focus::Flow(f, _) => match scene.diagram.flows.get(f) {
            Some(flow) if !flow.label.is_empty() => &flow.label,
            Some(flow) => scene.diagram.end_label(flow.source),
            None => "",
        },
        Focus::Diagram => "the diagram",
    }
}

/// "A, B and C", or "A, B, C and 2 more"; a label that several bear is told once, with how many.
fn joined(labels: &[&str], named: usize) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for label in labels {
        let place = *places.entry(label).or_insert(counts.len());
        match counts.get_mut(place) {
            Some((_, n)) => *n += 1,
            None => counts.push((label, 1)),
        }
    }
    let word = |(label, n): &(&str, usize)| if *n > 1 { format!("{label} ({n})") } else { (*label).to_owned() };
    if counts.len() > named {
        let rest: usize = counts.iter().skip(named).map(|(_, n)| n).sum();
        let first: Vec<String> = counts.iter().take(named).map(word).collect();
        return format!("{} and {rest} more", first.join(", "));
    }
    let words: Vec<String> = counts.iter().map(word).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Whether a row is closed, so that it comes last.
pub(super) fn is_closed(threat: &Threat) -> bool {
    !threat.status.is_open()
}
