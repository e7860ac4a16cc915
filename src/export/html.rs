//! The page: one self-contained file that makes no request and works without JavaScript.
//!
//! The template gets plain values only; everything that comes from a diagram is escaped by minijinja, and a content
//! security policy with hashes lets nothing run or load but the template's own style and script.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    sync::LazyLock,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context, value::Serde};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{ExportError, ExportOptions, columns, picture, text::clean};
use crate::model::{
    Change, Diagram, ElementIndex, End, Origin, Severity, Status, Stride, Target, Threat, ThreatReport,
};

const TEMPLATE: &str = include_str!("../../templates/report.html");
const NAME: &str = "report.html";
/// The built-in template, read once for all pages of a batch.
static BUILT_IN: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = environment();
    // Every test of a page reads it, so a mistake cannot reach a user.
    environment.add_template(NAME, TEMPLATE).expect("the built-in template is valid");
    environment
});
/// The style of every page.
pub(super) const STYLE: &str = concat!(include_str!("../../templates/report.css"), include_str!("picture/picture.css"));
const SCRIPT: &str = include_str!("../../templates/report.js");

/// What `encodeURIComponent` leaves as it is, so that the script builds the same keys.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What stays as it is in a relative address.
pub(super) const PATH: &AsciiSet = &COMPONENT.remove(b'/');

/// Which letters a STRIDE analysis asks of a kind of element; the rest are not applicable (Shostack's
/// STRIDE-per-element table, as Threat Dragon uses it).
fn applies(diagram: &Diagram, element: ElementIndex, stride: Stride) -> bool {
    use crate::model::ElementKind::{DataStore, ExternalEntity, Process};
    match diagram.element(element).kind {
        ExternalEntity => matches!(stride, Stride::Spoofing | Stride::Repudiation),
        DataStore => !matches!(stride, Stride::Spoofing | Stride::ElevationOfPrivilege),
        Process => true,
    }
}

#[derive(Serialize)]
struct SeverityView {
    key: &'static str,
    title: &'static str,
    open: usize,
}

#[derive(Serialize)]
struct WordView {
    key: &'static str,
    title: &'static str,
    letter: char,
}

#[derive(Serialize)]
struct Totals {
    threats: usize,
    open: usize,
    mitigated: usize,
    flows: usize,
    crossing: usize,
    coverage: String,
}

#[derive(Serialize)]
struct PageView {
    scope: String,
    title: String,
    open: usize,
    elements: usize,
    flows: usize,
    boundaries: usize,
    coverage: String,
    picture: String,
    notices: Vec<NoticeView>,
    matrix: Vec<MatrixRow>,
}

#[derive(Serialize)]
struct NoticeView {
    level: &'static str,
    message: String,
    cell: Option<String>,
}

#[derive(Serialize)]
struct MatrixRow {
    place: String,
    label: String,
    cells: Vec<MatrixCell>,
}

#[derive(Serialize)]
struct MatrixCell {
    stride: &'static str,
    title: &'static str,
    count: usize,
    worst: Option<&'static str>,
    sign: &'static str,
}

#[derive(Serialize)]
struct ThreatView {
    id: String,
    number: String,
    anchor: String,
    scope: String,
    places: String,
    title: String,
    description: String,
    severity: &'static str,
    severity_title: &'static str,
    score: u8,
    likelihood: u8,
    impact: u8,
    stride: &'static str,
    stride_title: &'static str,
    status: &'static str,
    status_title: &'static str,
    is_open: bool,
    place: String,
    path: String,
    crosses: String,
    evidence: Vec<String>,
    assumption: String,
    change: String,
    scoring: String,
    credits: Vec<String>,
    countermeasures: Vec<Link>,
    references: Vec<ReferenceView>,
    related: String,
    confidence: &'static str,
    origin: Option<&'static str>,
    change_tag: Option<String>,
    owner: String,
    triage: Vec<Line>,
}

#[derive(Serialize)]
struct Link {
    id: String,
    title: String,
}

#[derive(Serialize)]
struct ReferenceView {
    id: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    value: String,
}

#[derive(Serialize)]
struct CountermeasureView {
    id: String,
    title: String,
    how: String,
    verify: String,
    threats: Vec<ThreatLink>,
}

#[derive(Clone, Serialize)]
struct ThreatLink {
    id: String,
    number: String,
    anchor: String,
}

/// Writes the page.
pub(super) fn write(report: &ThreatReport, options: &ExportOptions, out: &mut dyn Write) -> Result<(), ExportError> {
    let page_style = page_style(report);
    let numbers: Vec<String> = columns::rows(report).iter().map(|row| columns::number_text(row.number)).collect();
    let numbered = || report.threats.iter().zip(&numbers);
    let values = context! {
        csp => policy(&[STYLE, &page_style], &[SCRIPT]),
        style => STYLE,
        page_style => page_style,
        script => SCRIPT,
        report => Serde(ReportView::new(report, options)),
        sources => Serde(report.documents.iter().map(|d| SourceView { path: d.source.path.clone(), sha256: d.source.sha256.clone() }).collect::<Vec<_>>()),
        severities => Serde(severities(report)),
        strides => Serde(Stride::ALL.iter().map(|s| WordView { key: s.as_str(), title: s.title(), letter: s.letter() }).collect::<Vec<_>>()),
        statuses => Serde(statuses(report)),
        totals => Serde(totals(report)),
        pages => Serde(pages(report)),
        threats => Serde(numbered().map(|(t, number)| threat_view(report, t, number)).collect::<Vec<_>>()),
        countermeasures => Serde(countermeasures(report, &numbers)),
        links => Serde(links(report)),
        controls => Serde(report.controls.iter().map(|c| ControlView { name: c.name.clone(), evidence: c.evidence.clone() }).collect::<Vec<_>>()),
        checklists => Serde(report.checklists.iter().map(ChecklistView::new).collect::<Vec<_>>()),
    };
    match &options.template {
        Some(template) => render(NAME, template, values, out),
        None => fill(&BUILT_IN, NAME, values, out),
    }
}

/// What stands around every printed page: title, classification, the file's hash and the page's number.
fn page_style(report: &ThreatReport) -> String {
    let hash = match report.documents.as_slice() {
        [document] => format!("SHA-256 {}", document.source.sha256),
        _ => String::new(),
    };
    format!(
        "@page{{@top-left{{content:{}}}@top-right{{content:{}}}@bottom-left{{content:{};font-size:7pt}}\
         @bottom-right{{content:counter(page) \" / \" counter(pages)}}}}@page:first{{@top-left{{content:none}}}}",
        css_string(&report.title),
        css_string(&report.classification),
        css_string(&hash)
    )
}

/// `text` as a string of CSS: everything but plain letters, digits and spaces is escaped, so that nothing of it can end
/// the string or the style.
fn css_string(text: &str) -> String {
    let mut string = String::from("\"");
    for c in clean(text).chars() {
        if c.is_ascii_alphanumeric() || c == ' ' {
            string.push(c);
        } else {
            string.push_str(&format!("\\{:x} ", u32::from(c)));
        }
    }
    string.push('"');
    string
}

/// Every address that references lead to, once, with their ids, for the printed page.
fn links(report: &ThreatReport) -> Vec<ReferenceView> {
    let mut ids: BTreeMap<&Option<String>, BTreeSet<&str>> = BTreeMap::new();
    for reference in report.threats.iter().flat_map(|t| &t.references).filter(|r| r.url.is_some()) {
        ids.entry(&reference.url).or_default().insert(&reference.id);
    }
    let joined = |ids: BTreeSet<&str>| ids.into_iter().collect::<Vec<_>>().join(", ");
    ids.into_iter().map(|(url, ids)| ReferenceView { id: joined(ids), url: url.clone() }).collect()
}

/// Fills a template; every value is escaped.
pub(super) fn render(
    name: &str,
    template: &str,
    values: minijinja::Value,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let mut environment = environment();
    environment.add_template(name, template).map_err(|error| template_error(&error))?;
    fill(&environment, name, values, out)
}

fn fill(
    environment: &Environment<'_>,
    name: &str,
    values: minijinja::Value,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let filled = environment.get_template(name).and_then(|template| template.render_captured_to(values, out));
    filled.map(drop).map_err(|error| template_error(&error))
}

fn environment<'t>() -> Environment<'t> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
}

/// The message of a template that cannot be used, with its line.
fn template_error(error: &minijinja::Error) -> ExportError {
    let place = error.line().map(|line| format!(" (line {line} of the template)")).unwrap_or_default();
    ExportError::Format(format!("the page's template cannot be used: {error:#}{place}"))
}

/// A content security policy that lets through these styles and scripts, by their hashes, and pictures that are part
/// of the page; nothing else runs or loads.
pub(super) fn policy(styles: &[&str], scripts: &[&str]) -> String {
    let hashes = |texts: &[&str]| {
        let hash = |text: &&str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text.as_bytes())));
        if texts.is_empty() { "'none'".to_owned() } else { texts.iter().map(hash).collect::<Vec<_>>().join(" ") }
    };
    format!(
        "default-src 'none'; style-src {}; script-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hashes(styles),
        hashes(scripts)
    )
}

#[derive(Serialize)]
struct ReportView {
    title: String,
    classification: String,
    tool_version: String,
    catalog_version: String,
    date: String,
    thresholds: String,
    logo: Option<String>,
}

impl ReportView {
    fn new(report: &ThreatReport, options: &ExportOptions) -> Self {
        let logo = options.logo.as_ref().map(|bytes| format!("data:image/png;base64,{}", STANDARD.encode(bytes)));
        Self {
            title: report.title.clone(),
            classification: report.classification.clone(),
            tool_version: report.tool_version.clone(),
            catalog_version: report.catalog_version.clone(),
            date: report.date.clone(),
            thresholds: report
                .thresholds
                .0
                .map(|(least, s)| format!("{} from {least}", s.title().to_lowercase()))
                .join(", "),
            logo,
        }
    }
}

#[derive(Serialize)]
struct SourceView {
    path: String,
    sha256: String,
}

#[derive(Serialize)]
struct ControlView {
    name: String,
    evidence: String,
}

#[derive(Serialize)]
struct ChecklistView {
    list: String,
    name: String,
    phase: String,
    question: String,
    answer: String,
}

impl ChecklistView {
    fn new(item: &crate::model::ChecklistItem) -> Self {
        Self {
            list: item.list.clone(),
            name: item.name.clone(),
            phase: item.phase.clone(),
            question: item.question.clone(),
            answer: item.answer.clone(),
        }
    }
}

fn severities(report: &ThreatReport) -> Vec<SeverityView> {
    let view = |s: &Severity| SeverityView { key: s.as_str(), title: s.title(), open: report.count_severity(*s, true) };
    Severity::ALL.iter().rev().map(view).collect()
}

/// The statuses that occur.
fn statuses(report: &ThreatReport) -> Vec<WordView> {
    let occurs = |s: &&Status| report.count_status(**s) > 0;
    Status::ALL.iter().filter(occurs).map(|s| WordView { key: s.as_str(), title: s.title(), letter: ' ' }).collect()
}

fn totals(report: &ThreatReport) -> Totals {
    let diagrams = || report.documents.iter().flat_map(|d| &d.diagrams);
    let crosses =
        |d: &Diagram, flow: &crate::model::DataFlow| flow.crosses.iter().any(|b| d.boundary(*b).kind.separates_trust());
    let coverage =
        diagrams().fold((0, 0), |(cells, known), d| (cells + d.coverage.cells, known + d.coverage.understood));
    Totals {
        threats: report.threats.len(),
        open: report.threats.iter().filter(|t| t.effective_status().is_open()).count(),
        mitigated: report.count_status(Status::Mitigated),
        flows: diagrams().map(|d| d.flows.len()).sum(),
        crossing: diagrams().map(|d| d.flows.iter().filter(|f| crosses(d, f)).count()).sum(),
        coverage: share(coverage.1, coverage.0),
    }
}

/// `97 %`; all of nothing is all.
pub(super) fn share(part: usize, whole: usize) -> String {
    format!("{} %", (part * 100).checked_div(whole).unwrap_or(100))
}

fn scope(document: usize, page: usize) -> String {
    format!("{document}-{page}")
}

fn place_key(scope: &str, id: &str) -> String {
    format!("{scope}/{}", utf8_percent_encode(id, COMPONENT))
}

fn pages(report: &ThreatReport) -> Vec<PageView> {
    let mut views = Vec::new();
    for (d, document) in report.documents.iter().enumerate() {
        for (p, diagram) in document.diagrams.iter().enumerate() {
            let threats: Vec<&Threat> = report
                .threats
                .iter()
                .filter(|t| t.document == d && t.page == p && t.effective_status().is_open())
                .collect();
            views.push(page_view(report, (d, p), diagram, &threats));
        }
    }
    views
}

fn page_view(report: &ThreatReport, (d, p): (usize, usize), diagram: &Diagram, open: &[&Threat]) -> PageView {
    let document = &report.documents[d];
    let scope = scope(d, p);
    let title = match (report.documents.len() > 1, document.diagrams.len() > 1) {
        (false, _) => diagram.page.name.clone(),
        (true, false) => document.source.path.clone(),
        (true, true) => format!("{} · {}", document.source.path, diagram.page.name),
    };
    PageView {
        title: if title.is_empty() { format!("Page {}", p + 1) } else { title },
        open: open.len(),
        elements: diagram.elements.len(),
        flows: diagram.flows.len(),
        boundaries: diagram.boundaries.len(),
        coverage: share(diagram.coverage.understood, diagram.coverage.cells),
        picture: picture::picture(diagram, &badges(diagram, open)),
        notices: diagram
            .notices
            .iter()
            .map(|n| NoticeView { level: n.level.as_str(), message: n.message.clone(), cell: n.cell.clone() })
            .collect(),
        matrix: matrix(diagram, &scope, open),
        scope,
    }
}

/// The number of open threats on each element and flow, and the worst severity among them.
fn badges(diagram: &Diagram, open: &[&Threat]) -> picture::PictureOptions {
    let mut options = picture::PictureOptions::default();
    let mut counts: BTreeMap<Target, (usize, Severity)> = BTreeMap::new();
    for threat in open {
        let flow = if let Target::Flow(flow) = threat.target { Some(Target::Flow(flow)) } else { None };
        for target in threat.elements.iter().map(|e| Target::Element(*e)).chain(flow) {
            let entry = counts.entry(target).or_insert((0, threat.effective_severity()));
            *entry = (entry.0 + 1, entry.1.max(threat.effective_severity()));
        }
    }
    for (target, (count, severity)) in counts {
        let badge = picture::Badge { text: count.to_string(), severity };
        match target {
            Target::Element(e) => options.elements.insert(diagram.element(e).id.clone(), badge),
            Target::Flow(f) => options.flows.insert(diagram.flow(f).id.clone(), badge),
            _ => None,
        };
    }
    options
}

fn matrix(diagram: &Diagram, scope: &str, open: &[&Threat]) -> Vec<MatrixRow> {
    let mut counts: BTreeMap<(ElementIndex, Stride), (usize, Severity)> = BTreeMap::new();
    for threat in open {
        for element in &threat.elements {
            let entry = counts.entry((*element, threat.stride)).or_insert((0, threat.effective_severity()));
            *entry = (entry.0 + 1, entry.1.max(threat.effective_severity()));
        }
    }
    let cell = |element: ElementIndex, stride: Stride| {
        let found = counts.get(&(element, stride));
        MatrixCell {
            stride: stride.as_str(),
            title: stride.title(),
            count: found.map_or(0, |(n, _)| *n),
            worst: found.map(|(_, severity)| severity.as_str()),
            sign: if applies(diagram, element, stride) { "0" } else { "–" },
        }
    };
    let row = |(i, element): (usize, &crate::model::Element)| MatrixRow {
        place: place_key(scope, &element.id),
        label: element.label.clone(),
        cells: Stride::ALL.iter().map(|stride| cell(ElementIndex(i), *stride)).collect(),
    };
    diagram.elements.iter().enumerate().map(row).collect()
}

/// An anchor that is safe in an address and in a selector.
fn anchor(threat: &Threat) -> String {
    format!(
        "t{}-{}-{}",
        threat.document,
        threat.page,
        utf8_percent_encode(&threat.id, COMPONENT).to_string().replace('%', "_")
    )
}

fn threat_view(report: &ThreatReport, threat: &Threat, number: &str) -> ThreatView {
    let diagram = &report.documents[threat.document].diagrams[threat.page];
    let scope = scope(threat.document, threat.page);
    let status = threat.effective_status();
    let label = |e: &ElementIndex| diagram.element(*e).label.as_str();
    ThreatView {
        id: threat.id.clone(),
        number: number.to_owned(),
        anchor: anchor(threat),
        places: places(diagram, threat, &scope).join(" "),
        scope,
        title: threat.title.clone(),
        description: threat.description.clone(),
        severity: threat.effective_severity().as_str(),
        severity_title: threat.effective_severity().title(),
        score: threat.effective_score(),
        likelihood: threat.effective_likelihood(),
        impact: threat.effective_impact(),
        stride: threat.stride.as_str(),
        stride_title: threat.stride.title(),
        status: status.as_str(),
        status_title: status.title(),
        is_open: status.is_open(),
        place: place(diagram, threat),
        path: threat.path.iter().map(label).collect::<Vec<_>>().join(" → "),
        crosses: threat.crosses.iter().map(|b| diagram.boundary(*b).label.as_str()).collect::<Vec<_>>().join(", "),
        evidence: threat.evidence.clone(),
        assumption: threat.assumption.clone(),
        change: threat.remedy_in_diagram.clone(),
        scoring: threat.scoring.join("; "),
        credits: threat.credits.iter().map(|c| format!("{}: {} ({})", c.name, c.evidence, c.effect)).collect(),
        countermeasures: threat
            .countermeasures
            .iter()
            .filter_map(|id| report.countermeasure(id))
            .map(|c| Link { id: c.id.clone(), title: c.title.clone() })
            .collect(),
        references: threat.references.iter().map(|r| ReferenceView { id: r.id.clone(), url: r.url.clone() }).collect(),
        related: threat.related.join(", "),
        confidence: threat.confidence.as_str(),
        origin: threat.origins.contains(&Origin::Recorded).then_some("recorded in the file"),
        change_tag: change_tag(&threat.change),
        owner: threat.triage.owner.clone(),
        triage: triage(threat),
    }
}

fn change_tag(change: &Change) -> Option<String> {
    Some(change.describe()).filter(|words| !words.is_empty())
}

/// The keys of everything in the picture that a threat touches.
fn places(diagram: &Diagram, threat: &Threat, scope: &str) -> Vec<String> {
    let elements = threat.elements.iter().map(|e| diagram.element(*e).id.as_str());
    let flow = if let Target::Flow(flow) = threat.target { Some(diagram.flow(flow).id.as_str()) } else { None };
    elements.chain(flow).map(|id| place_key(scope, id)).collect()
}

/// Where a threat is, as people say it.
fn place(diagram: &Diagram, threat: &Threat) -> String {
    let end = |end: End| diagram.end_label(end);
    match threat.target {
        Target::Flow(flow) => {
            let flow = diagram.flow(flow);
            format!("{} → {}", end(flow.source), end(flow.target))
        }
        Target::Boundary(boundary) => diagram.boundary(boundary).label.clone(),
        Target::Element(_) | Target::Diagram if !threat.elements.is_empty() => {
            threat.elements.iter().map(|e| diagram.element(*e).label.as_str()).collect::<Vec<_>>().join(", ")
        }
        _ => "Whole diagram".to_owned(),
    }
}

/// What people decided, a line each.
fn triage(threat: &Threat) -> Vec<Line> {
    let t = &threat.triage;
    let residual = match (t.residual_likelihood, t.residual_impact) {
        (Some(likelihood), Some(impact)) => format!("{likelihood} × {impact}"),
        _ => String::new(),
    };
    let fixed = [
        ("Treatment", &t.treatment),
        ("Justification", &t.justification),
        ("Owner", &t.owner),
        ("Due", &t.due),
        ("Ticket or evidence", &t.ticket),
        ("Residual risk", &residual),
        ("Reviewed by", &t.reviewer),
        ("Reviewed on", &t.reviewed),
    ];
    let own = t.extra.iter().map(|(name, value)| (name.as_str(), value));
    fixed
        .into_iter()
        .chain(own)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| Line { name: name.to_owned(), value: value.clone() })
        .collect()
}

fn countermeasures(report: &ThreatReport, numbers: &[String]) -> Vec<CountermeasureView> {
    let mut users: BTreeMap<&str, Vec<ThreatLink>> = BTreeMap::new();
    for (threat, number) in report.threats.iter().zip(numbers) {
        for id in &threat.countermeasures {
            let link = ThreatLink { id: threat.id.clone(), number: number.clone(), anchor: anchor(threat) };
            users.entry(id).or_default().push(link);
        }
    }
    let view = |c: &crate::model::Countermeasure| CountermeasureView {
        id: c.id.clone(),
        title: c.title.clone(),
        how: c.how.clone(),
        verify: c.verify.clone(),
        threats: users.get(c.id.as_str()).cloned().unwrap_or_default(),
    };
    report.countermeasures.iter().map(view).collect()
}
