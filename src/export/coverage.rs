//! What was looked at and what was found: threats by element, flow, diagram and STRIDE category.

use std::{borrow::Cow, collections::BTreeMap};

use super::columns::name_of;
use crate::model::{Diagram, ElementIndex, ElementKind, FlowIndex, Severity, Stride, Target, ThreatReport};

/// Counts of threats by what they name: all of them, and the open ones.
#[derive(Default)]
pub(super) struct Matrix {
    counts: BTreeMap<(usize, usize, Target), [usize; STRIDES]>,
    open: BTreeMap<(usize, usize, Target), usize>,
}

const STRIDES: usize = Stride::ALL.len();

impl Matrix {
    pub(super) fn new(report: &ThreatReport) -> Self {
        let mut matrix = Self::default();
        for threat in &report.threats {
            let mut about: Vec<Target> = threat.elements.iter().map(|e| Target::Element(*e)).collect();
            if !about.contains(&threat.target) {
                about.push(threat.target);
            }
            about.sort_unstable();
            about.dedup();
            for target in about {
                let key = (threat.document, threat.page, target);
                if let Some(count) = matrix.counts.entry(key).or_default().get_mut(threat.stride as usize) {
                    *count += 1;
                }
                *matrix.open.entry(key).or_default() += usize::from(threat.effective_status().is_open());
            }
        }
        matrix
    }

    fn of(&self, document: usize, page: usize, target: Target) -> (usize, usize) {
        let key = (document, page, target);
        let all = self.counts.get(&key).map_or(0, |counts| counts.iter().sum());
        (all, self.open.get(&key).copied().unwrap_or_default())
    }

    /// Threats that name an element, and how many of them are open.
    pub(super) fn element(&self, document: usize, page: usize, element: usize) -> (usize, usize) {
        self.of(document, page, Target::Element(ElementIndex(element)))
    }

    /// Threats about a flow, and how many of them are open.
    pub(super) fn flow(&self, document: usize, page: usize, flow: usize) -> (usize, usize) {
        self.of(document, page, Target::Flow(FlowIndex(flow)))
    }

    fn counts(
        &self,
        document: usize,
        page: usize,
        target: Target,
        applies: fn(Stride) -> bool,
    ) -> [Option<usize>; STRIDES] {
        let counts = self.counts.get(&(document, page, target)).copied().unwrap_or_default();
        let mut shown = [None; STRIDES];
        for ((shown, count), stride) in shown.iter_mut().zip(counts).zip(Stride::ALL) {
            *shown = (count > 0 || applies(*stride)).then_some(count);
        }
        shown
    }
}

/// Whether a STRIDE category is asked of a kind of element, after Shostack's STRIDE per element.
pub(super) fn applies(kind: ElementKind) -> fn(Stride) -> bool {
    match kind {
        ElementKind::Process => |_| true,
        ElementKind::ExternalEntity => |s| matches!(s, Stride::Spoofing | Stride::Repudiation),
        ElementKind::DataStore => |s| !matches!(s, Stride::Spoofing | Stride::ElevationOfPrivilege),
    }
}

/// Whether a STRIDE category is asked of a data flow.
pub(super) fn applies_to_flow(stride: Stride) -> bool {
    matches!(stride, Stride::Tampering | Stride::InformationDisclosure | Stride::DenialOfService)
}

/// One line of the coverage matrix.
pub(super) struct Line<'a> {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) diagram: Cow<'a, str>,
    /// Threats by category; none where the category does not apply.
    pub(super) counts: [Option<usize>; STRIDES],
}

/// The coverage matrix: elements, then flows, diagram by diagram.
pub(super) fn rows(report: &ThreatReport) -> Vec<Line<'_>> {
    let matrix = Matrix::new(report);
    let mut lines = Vec::new();
    for (d, p, diagram) in report.diagrams() {
        let name = report.documents.get(d).map_or(Cow::Borrowed(""), |document| name_of(report, document, diagram));
        for (i, element) in diagram.elements.iter().enumerate() {
            let counts = matrix.counts(d, p, Target::Element(ElementIndex(i)), applies(element.kind));
            lines.push(Line { name: element.label.clone(), kind: element.kind.title(), diagram: name.clone(), counts });
        }
        for (i, flow) in diagram.flows.iter().enumerate() {
            let counts = matrix.counts(d, p, Target::Flow(FlowIndex(i)), applies_to_flow);
            let ends = format!("{} → {}", diagram.end_label(flow.source), diagram.end_label(flow.target));
            lines.push(Line { name: ends, kind: "Data flow", diagram: name.clone(), counts });
        }
    }
    lines
}

/// Names of the elements in each boundary of a diagram, at any depth.
pub(super) fn members(diagram: &Diagram) -> Vec<Vec<&str>> {
    let mut members = vec![Vec::new(); diagram.boundaries.len()];
    for element in &diagram.elements {
        for boundary in &element.boundaries {
            if let Some(inside) = members.get_mut(boundary.0) {
                inside.push(element.label.as_str());
            }
        }
    }
    members
}

/// Counts of one diagram.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) threats: usize,
    /// Open threats by severity, in the order of [`Severity::ALL`].
    pub(super) open: [usize; Severity::ALL.len()],
    /// Threats by category, in the order of [`Stride::ALL`].
    pub(super) stride: [usize; STRIDES],
}

/// Counts by document and page.
pub(super) fn by_diagram(report: &ThreatReport) -> BTreeMap<(usize, usize), Tally> {
    let mut all: BTreeMap<(usize, usize), Tally> = BTreeMap::new();
    for threat in &report.threats {
        let tally = all.entry((threat.document, threat.page)).or_default();
        tally.threats += 1;
        if threat.effective_status().is_open()
            && let Some(count) = tally.open.get_mut(threat.effective_severity() as usize)
        {
            *count += 1;
        }
        if let Some(count) = tally.stride.get_mut(threat.stride as usize) {
            *count += 1;
        }
    }
    all
}
