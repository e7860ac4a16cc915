//! The columns of the threat table, each once: every format that shows a table takes them from here.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::model::{
    Change, Diagram, Document, Element, ElementIndex, End, FlowIndex, Stride, Target, Threat, ThreatReport,
};

/// Who fills a column in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filler {
    /// The tool; written afresh every time.
    Tool,
    /// People; carried over from table to table.
    Person,
    /// A formula over other columns.
    Computed,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A status.
    Status,
    /// A treatment.
    Treatment,
    /// A whole number from 1 to 5.
    Scale,
    /// Another number.
    Number,
    /// A day.
    Date,
}

/// The content of one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    Empty,
    /// Text as it came, not yet made harmless for any format.
    Text(Cow<'a, str>),
    /// A number.
    Number(u32),
    /// A day, `yyyy-mm-dd`; or what a person wrote in place of one.
    Date(&'a str),
}

impl Value<'_> {
    /// The value as text, a number in digits.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Date(day) => Cow::Borrowed(day),
        }
    }
}

/// A threat with all that its columns are made from.
pub struct Row<'a> {
    /// The report.
    pub report: &'a ThreatReport,
    /// The threat.
    pub threat: &'a Threat,
    /// The number that it bears in tables.
    pub number: u32,
    document: Option<&'a Document>,
    diagram: Option<&'a Diagram>,
    /// Titles of the countermeasures by id: the report has only a list.
    measures: Rc<BTreeMap<&'a str, &'a str>>,
}

impl<'a> Row<'a> {
    fn label(&self, index: ElementIndex) -> &'a str {
        self.element(index).map_or("", |e| e.label.as_str())
    }

    fn element(&self, index: ElementIndex) -> Option<&'a Element> {
        self.diagram?.elements.get(index.0)
    }

    /// The element most concerned.
    pub(super) fn first_element(&self) -> Option<&'a Element> {
        self.element(*self.threat.elements.first()?)
    }

    fn end(&self, end: End) -> &'a str {
        match end {
            End::Element(i) => self.label(i),
            End::Boundary(i) => self.diagram.and_then(|d| d.boundaries.get(i.0)).map_or("", |b| b.label.as_str()),
        }
    }

    fn flow(&self, index: FlowIndex) -> Option<String> {
        let flow = self.diagram?.flows.get(index.0)?;
        let arrow = match flow.direction {
            crate::model::Direction::Forward => "→",
            crate::model::Direction::Bidirectional => "↔",
            crate::model::Direction::Undirected => "–",
        };
        let ends = format!("{} {arrow} {}", self.end(flow.source), self.end(flow.target));
        Some(if flow.label.is_empty() { ends } else { format!("{ends} ({})", flow.label) })
    }

    fn boundary_labels(&self, indices: &[crate::model::BoundaryIndex]) -> Value<'a> {
        let Some(diagram) = self.diagram else { return Value::Empty };
        joined(indices.iter().filter_map(|b| diagram.boundaries.get(b.0)).map(|b| b.label.as_str()), ", ")
    }
}

/// One column of the threat table.
pub struct Column {
    /// The header, unique.
    pub header: &'static str,
    /// Width in characters.
    pub width: f64,
    /// Whether long text is wrapped.
    pub wrap: bool,
    /// Who fills it in.
    pub filler: Filler,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is folded away at first in the workbook.
    pub detail: bool,
    /// A short explanation for the reader of the workbook.
    pub help: &'static str,
    /// The cell of a threat.
    pub value: for<'a> fn(&Row<'a>) -> Value<'a>,
}

const fn column(
    filler: Filler,
    header: &'static str,
    width: f64,
    kind: Kind,
    help: &'static str,
    value: for<'a> fn(&Row<'a>) -> Value<'a>,
) -> Column {
    Column { header, width, wrap: matches!(kind, Kind::Text), filler, kind, detail: false, help, value }
}

impl Column {
    const fn folded(mut self) -> Self {
        self.detail = true;
        self
    }
}

use Filler::{Computed, Person, Tool};
use Kind::{Date, Number, Scale, Text, Treatment};

/// Header of the column that decisions hang on.
pub const KEY: &str = "Fingerprint";
/// Header of the number.
pub const ID: &str = "ID";
/// Header of the status.
pub const STATUS: &str = "Status";
/// Header of the severity.
pub const SEVERITY: &str = "Severity";
/// Header of the title.
pub const TITLE: &str = "Threat";

/// Every column, in the order of every table.
pub const COLUMNS: &[Column] = &[
    column(Tool, ID, 9.0, Text, "Stays with the threat for good; use it in tickets.", |r| text(number_text(r.number))),
    column(Person, STATUS, 13.0, Kind::Status, "Where the threat stands. Open ones still need somebody to act.", |r| {
        text(r.threat.effective_status().title())
    }),
    column(Tool, "Change", 14.0, Text, "What changed since the last table.", |r| {
        if matches!(r.threat.change, Change::None | Change::Same) {
            Value::Empty
        } else {
            text(r.threat.change.describe())
        }
    }),
    column(Computed, SEVERITY, 10.0, Text, "From the risk score, with the thresholds on the sheet Lists.", |r| {
        text(r.threat.effective_severity().title())
    }),
    column(Tool, "STRIDE", 14.0, Text, "The STRIDE category.", |r| text(r.threat.stride.title())),
    column(Tool, TITLE, 36.0, Text, "The threat in one line.", |r| text(r.threat.title.as_str())),
    column(Tool, "Description", 50.0, Text, "Who can do what, and what it leads to.", |r| {
        text(r.threat.description.as_str())
    }),
    column(Tool, "Diagram", 16.0, Text, "The page, and the file where there are several.", diagram_name),
    column(Tool, "Element", 22.0, Text, "What is concerned, as drawn.", element_name),
    column(Tool, "Element type", 13.0, Text, "Its kind in a data-flow diagram.", element_type).folded(),
    column(Tool, "AWS service", 18.0, Text, "The service that it was recognised as.", service_name),
    column(Tool, "Data flow", 26.0, Text, "Source and target, where the threat is about a flow.", |r| {
        match r.threat.target {
            Target::Flow(flow) => r.flow(flow).map_or(Value::Empty, text),
            _ => Value::Empty,
        }
    }),
    column(Tool, "Trust boundary crossed", 20.0, Text, "The boundaries crossed on the way.", |r| {
        r.boundary_labels(&r.threat.crosses)
    }),
    column(Tool, "Zone", 18.0, Text, "Where the element stands, outermost first.", |r| {
        r.first_element().map_or(Value::Empty, |e| r.boundary_labels(&e.boundaries))
    })
    .folded(),
    column(
        Tool,
        "Threat source / prerequisites",
        30.0,
        Text,
        "Where it starts, and what was taken for granted.",
        prerequisites,
    )
    .folded(),
    column(Tool, "Impacted", 15.0, Text, "The protection goal that suffers.", |r| text(impacted(r.threat.stride)))
        .folded(),
    column(
        Person,
        "Likelihood",
        10.5,
        Scale,
        "1 rare, 2 unlikely, 3 possible, 4 likely, 5 almost certain. The tool's proposal until you change it.",
        |r| Value::Number(r.threat.effective_likelihood().into()),
    ),
    column(
        Person,
        "Impact",
        8.5,
        Scale,
        "1 negligible, 2 minor, 3 moderate, 4 major, 5 severe. The tool's proposal until you change it.",
        |r| Value::Number(r.threat.effective_impact().into()),
    ),
    column(Computed, "Risk score", 8.0, Number, "Likelihood times impact.", |r| {
        Value::Number(r.threat.effective_score().into())
    }),
    column(Tool, "Existing controls", 30.0, Text, "Controls drawn in the diagram that were counted.", controls)
        .folded(),
    column(
        Tool,
        "Recommended mitigation",
        56.0,
        Text,
        "What to do, most effective first; the sheet Countermeasures says how.",
        mitigations,
    ),
    column(Person, "Treatment", 11.0, Treatment, "Mitigate, accept, transfer or avoid.", |r| {
        text(r.threat.triage.treatment.as_str())
    }),
    column(
        Person,
        "Justification",
        30.0,
        Text,
        "Why. Needed for what is accepted, not applicable or a false positive.",
        |r| text(r.threat.triage.justification.as_str()),
    ),
    column(Person, "Owner", 16.0, Text, "Who answers for it.", |r| text(r.threat.triage.owner.as_str())),
    column(Person, "Due date", 11.0, Date, "A day, such as 2030-01-31.", |r| day(&r.threat.triage.due)),
    column(Person, "Ticket / evidence", 18.0, Text, "A link or a number.", |r| text(r.threat.triage.ticket.as_str())),
    column(Person, "Residual likelihood", 10.0, Scale, "Likelihood after treatment, 1 to 5.", |r| {
        scale(r.threat.triage.residual_likelihood)
    })
    .folded(),
    column(Person, "Residual impact", 10.0, Scale, "Impact after treatment, 1 to 5.", |r| {
        scale(r.threat.triage.residual_impact)
    })
    .folded(),
    column(Computed, "Residual risk", 10.0, Number, "Residual likelihood times residual impact.", |r| {
        match (r.threat.triage.residual_likelihood, r.threat.triage.residual_impact) {
            (Some(likelihood), Some(impact)) => Value::Number(u32::from(likelihood) * u32::from(impact)),
            _ => Value::Empty,
        }
    })
    .folded(),
    column(Person, "Reviewed by", 16.0, Text, "Who looked at it last.", |r| text(r.threat.triage.reviewer.as_str()))
        .folded(),
    column(Person, "Review date", 11.0, Date, "A day, such as 2030-01-31.", |r| day(&r.threat.triage.reviewed))
        .folded(),
    column(Tool, "CWE", 12.0, Text, "Common Weakness Enumeration.", |r| references(r, true)).folded(),
    column(Tool, "References", 30.0, Text, "Where to read more.", |r| references(r, false)).folded(),
    column(Tool, "Why it is listed", 44.0, Text, "What in the diagram raised the threat.", |r| {
        joined(r.threat.evidence.iter().map(String::as_str), "\n")
    })
    .folded(),
    column(Tool, "What would change it", 36.0, Text, "What to draw or state for another result.", |r| {
        text(r.threat.remedy_in_diagram.as_str())
    })
    .folded(),
    column(Tool, "Scoring", 30.0, Text, "How likelihood and impact came about.", |r| {
        joined(r.threat.scoring.iter().map(String::as_str), "\n")
    })
    .folded(),
    column(
        Tool,
        "Confidence",
        11.0,
        Text,
        "Stated: all stands in the diagram. Presumed: something is not said.",
        |r| text(r.threat.confidence.as_str()),
    )
    .folded(),
    column(Tool, "Rule", 14.0, Text, "The rule that raised it.", |r| text(r.threat.rule.as_str())).folded(),
    column(Tool, "Raised by", 12.0, Text, "A rule, the diagram's author, or both.", |r| {
        joined(r.threat.origins.iter().map(|o| o.as_str()), ", ")
    })
    .folded(),
    column(Tool, "Tool status", 12.0, Text, "The status that the tool proposes.", |r| text(r.threat.status.title()))
        .folded(),
    column(Tool, "Tool likelihood", 10.0, Number, "The likelihood that the tool proposes.", |r| {
        Value::Number(r.threat.likelihood.into())
    })
    .folded(),
    column(Tool, "Tool impact", 10.0, Number, "The impact that the tool proposes.", |r| {
        Value::Number(r.threat.impact.into())
    })
    .folded(),
    column(Tool, "Element ids", 20.0, Text, "The cells' own ids in the file.", |r| {
        let ids = r.threat.elements.iter().filter_map(|i| r.element(*i)).map(|e| e.id.as_str());
        joined(ids, ID_SEPARATOR)
    })
    .folded(),
    column(Tool, "Source", 24.0, Text, "The file.", |r| {
        r.document.map_or(Value::Empty, |d| text(d.source.path.as_str()))
    })
    .folded(),
    column(Tool, KEY, 24.0, Text, "What decisions hang on: leave it as it is.", |r| text(r.threat.key())).folded(),
];

/// What stands between two ids of [`Column`] "Element ids".
pub const ID_SEPARATOR: &str = "; ";

/// The number of a threat as tables show it, such as `TM-0007`.
#[must_use]
pub fn number_text(number: u32) -> String {
    format!("TM-{number:04}")
}

/// The rows of the table, in the report's order. Threats that bear no number yet get the next free one.
#[must_use]
pub fn rows(report: &ThreatReport) -> Vec<Row<'_>> {
    let mut next =
        report.threats.iter().filter_map(|t| t.triage.number).chain(retired_numbers(report)).max().unwrap_or(0);
    let mut number = |threat: &Threat| {
        threat.triage.number.unwrap_or_else(|| {
            next = next.saturating_add(1);
            next
        })
    };
    let measures = Rc::new(report.countermeasures.iter().map(|c| (c.id.as_str(), c.title.as_str())).collect());
    report
        .threats
        .iter()
        .map(|threat| {
            let document = report.documents.get(threat.document);
            Row {
                report,
                threat,
                number: number(threat),
                document,
                diagram: document.and_then(|d| d.diagrams.get(threat.page)),
                measures: Rc::clone(&measures),
            }
        })
        .collect()
}

/// The numbers that rows outside of the threats bear already: they are never given away again.
fn retired_numbers(report: &ThreatReport) -> impl Iterator<Item = u32> {
    let rows = report.retired.iter().map(|r| &r.row).chain(&report.own_rows);
    rows.filter_map(|row| row.iter().find(|(name, _)| name == ID)).filter_map(|(_, id)| parse_number(id))
}

/// Reads `TM-0007` as 7.
#[must_use]
pub fn parse_number(id: &str) -> Option<u32> {
    id.trim().strip_prefix("TM-")?.parse().ok()
}

/// Names of the columns that people added, in order of first appearance; none is one of ours.
#[must_use]
pub fn extra_columns(report: &ThreatReport) -> Vec<&str> {
    let mut seen: BTreeSet<String> = COLUMNS.iter().map(|c| c.header.to_lowercase()).collect();
    let threats = report.threats.iter().flat_map(|t| &t.triage.extra);
    let all = threats.chain(report.own_rows.iter().flatten());
    all.map(|(name, _)| name.as_str()).filter(|name| seen.insert(name.to_lowercase())).collect()
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    let text = text.into();
    if text.is_empty() { Value::Empty } else { Value::Text(text) }
}

fn day(day: &str) -> Value<'_> {
    if day.is_empty() { Value::Empty } else { Value::Date(day) }
}

fn scale<'a>(value: Option<u8>) -> Value<'a> {
    value.map_or(Value::Empty, |v| Value::Number(v.into()))
}

/// The parts in one text; one part alone is not copied.
fn joined<'a>(mut parts: impl Iterator<Item = &'a str>, separator: &str) -> Value<'a> {
    let Some(first) = parts.next() else { return Value::Empty };
    let Some(second) = parts.next() else { return text(first) };
    let mut all = format!("{first}{separator}{second}");
    for part in parts {
        all.push_str(separator);
        all.push_str(part);
    }
    text(all)
}

/// The name of a diagram: its page, and its file where the report has several.
pub(super) fn name_of<'a>(report: &ThreatReport, document: &'a Document, diagram: &'a Diagram) -> Cow<'a, str> {
    if report.documents.len() > 1 {
        let file = document.source.path.rsplit(['/', '\\']).next().unwrap_or_default();
        Cow::Owned(format!("{file}: {}", diagram.page.name))
    } else {
        Cow::Borrowed(diagram.page.name.as_str())
    }
}

fn diagram_name<'a>(r: &Row<'a>) -> Value<'a> {
    match (r.document, r.diagram) {
        (Some(document), Some(diagram)) => text(name_of(r.report, document, diagram)),
        _ => Value::Empty,
    }
}

fn element_name<'a>(r: &Row<'a>) -> Value<'a> {
    r.diagram.map_or(Value::Empty, |diagram| text(r.threat.subject(diagram)))
}

fn element_type<'a>(r: &Row<'a>) -> Value<'a> {
    text(match r.threat.target {
        Target::Flow(_) => "Data flow",
        Target::Boundary(_) => "Trust boundary",
        // A row about the diagram that names elements is about those.
        Target::Diagram | Target::Element(_) => r.first_element().map_or("Diagram", |e| e.kind.title()),
    })
}

/// The name of an element's service as its maker writes it; its key where the catalogue does not name it.
pub(super) fn service_title(element: &Element) -> &str {
    element.service_name.as_deref().or(element.service.as_deref()).unwrap_or_default()
}

fn service_name<'a>(r: &Row<'a>) -> Value<'a> {
    let mut seen: Vec<&str> = Vec::new();
    for element in r.threat.elements.iter().filter_map(|i| r.element(*i)) {
        let title = service_title(element);
        if !title.is_empty() && !seen.contains(&title) {
            seen.push(title);
        }
    }
    joined(seen.into_iter(), ", ")
}

fn prerequisites<'a>(r: &Row<'a>) -> Value<'a> {
    let path: Vec<&str> = r.threat.path.iter().map(|i| r.label(*i)).collect();
    let source = match r.threat.target {
        _ if path.len() > 1 => format!("Path: {}", path.join(" → ")),
        _ if path.len() == 1 => format!("From {}", path.concat()),
        Target::Flow(flow) => {
            r.diagram.and_then(|d| d.flows.get(flow.0)).map(|f| format!("From {}", r.end(f.source))).unwrap_or_default()
        }
        _ => String::new(),
    };
    match (source.is_empty(), r.threat.assumption.is_empty()) {
        (false, false) => text(format!("{source}\n{}", r.threat.assumption)),
        (true, false) => text(r.threat.assumption.as_str()),
        _ => text(source),
    }
}

const fn impacted(stride: Stride) -> &'static str {
    match stride {
        Stride::Spoofing => "Authenticity",
        Stride::Tampering => "Integrity",
        Stride::Repudiation => "Accountability",
        Stride::InformationDisclosure => "Confidentiality",
        Stride::DenialOfService => "Availability",
        Stride::ElevationOfPrivilege => "Authorisation",
    }
}

fn controls<'a>(r: &Row<'a>) -> Value<'a> {
    let all: Vec<String> =
        r.threat.credits.iter().map(|c| format!("{} ({}): {}", c.name, c.effect, c.evidence)).collect();
    text(all.join("\n"))
}

fn mitigations<'a>(r: &Row<'a>) -> Value<'a> {
    let titles = r.threat.countermeasures.iter().filter_map(|id| r.measures.get(id.as_str()));
    let mut all = String::new();
    for (n, title) in titles.enumerate() {
        if n > 0 {
            all.push('\n');
        }
        all.push_str(&format!("{}. {title}", n + 1));
    }
    text(all)
}

fn references<'a>(r: &Row<'a>, cwe: bool) -> Value<'a> {
    let chosen = r.threat.references.iter().filter(|reference| (reference.scheme == "CWE") == cwe);
    let all: Vec<Cow<'_, str>> = chosen
        .map(|reference| {
            if reference.id.contains(&reference.scheme) {
                Cow::Borrowed(reference.id.as_str())
            } else {
                Cow::Owned(format!("{} {}", reference.scheme, reference.id))
            }
        })
        .collect();
    text(all.join(", "))
}
