//! The sheets that say what was understood: elements, data flows, trust boundaries, coverage, and a comparison.

use rust_xlsxwriter::{Color, Format, Worksheet, XlsxError};

use super::{
    book::{Book, Cell, Head, Rule, TOOL},
    people::{self, People},
};
use crate::{
    export::{
        columns::{name_of, service_title},
        coverage::{self, Matrix},
    },
    model::{Diagram, Direction, Document, Fact, Outline, Scope, Severity, Stated, Stride, ThreatReport, Truth},
};

/// Every diagram with its document.
fn pages(report: &ThreatReport) -> impl Iterator<Item = (usize, usize, &Document, &Diagram)> {
    report.diagrams().filter_map(|(d, p, diagram)| Some((d, p, report.documents.get(d)?, diagram)))
}

fn labels(diagram: &Diagram, boundaries: &[crate::model::BoundaryIndex]) -> String {
    let names: Vec<&str> =
        boundaries.iter().filter_map(|b| diagram.boundaries.get(b.0)).map(|b| b.label.as_str()).collect();
    names.join(" › ")
}

fn scope(stated: &Stated) -> String {
    match &stated.scope {
        Scope::In => "In scope".to_owned(),
        Scope::Out { reason: Some(reason) } => format!("Out of scope: {reason}"),
        Scope::Out { reason: None } => "Out of scope".to_owned(),
    }
}

/// What the diagram states, a line each.
fn facts(stated: &Stated) -> String {
    let mut lines: Vec<String> = stated.facts.stated().map(|(fact, truth)| format!("{fact}: {truth}")).collect();
    let texts = [
        ("protocol", &stated.protocol),
        ("data classification", &stated.data_classification),
        ("privilege level", &stated.privilege_level),
    ];
    lines.extend(texts.iter().filter_map(|(name, text)| Some(format!("{name}: {}", text.as_ref()?))));
    lines.extend(stated.controls.iter().map(|c| format!("control: {c}")));
    lines.extend(stated.missing_controls.iter().map(|c| format!("no control: {c}")));
    lines.join("\n")
}

const fn yes_no(truth: Truth) -> &'static str {
    match truth {
        Truth::Yes => "Yes",
        Truth::No => "No",
        Truth::Unknown => "Not stated",
    }
}

/// The elements.
pub(super) fn elements(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("Name", 28.0),
        Head::new("Type", 15.0),
        Head::new("AWS service", 24.0),
        Head::new("Zone", 36.0),
        Head::new("Scope", 16.0),
        Head::new("Stated", 30.0),
        Head::count("Threats", 9.0),
        Head::count("Open", 8.0),
        Head::new("Known by", 30.0),
        Head::new("Diagram", 18.0),
        Head::new("ID", 20.0),
        Head { folded: true, ..Head::new("Source", 24.0) },
    ];
    let matrix = Matrix::new(report);
    let rows: Vec<_> =
        pages(report).flat_map(|(d, p, doc, g)| (0..g.elements.len()).map(move |i| (d, p, doc, g, i))).collect();
    let keys = rows.iter().filter_map(|(_, _, doc, g, i)| {
        Some(vec![g.elements.get(*i)?.id.clone(), name_of(report, doc, g).into_owned()])
    });
    let people = People::new(report, people::ELEMENTS, keys);
    heads.extend(people.heads());
    book.table((people::ELEMENTS.sheet, "tblElements"), &heads, &[], people.count(), |n, cells| {
        let Some((d, p, document, diagram, element, i)) =
            rows.get(n).and_then(|(d, p, doc, g, i)| Some((*d, *p, *doc, *g, g.elements.get(*i)?, *i)))
        else {
            return people.fill(n, &heads, cells);
        };
        let (all, open) = matrix.element(d, p, i);
        cells.extend([
            Cell::text(element.label.as_str()),
            Cell::text(element.kind.title()),
            Cell::text(service_title(element)),
            Cell::text(labels(diagram, &element.boundaries)),
            Cell::text(scope(&element.stated)),
            Cell::text(facts(&element.stated)),
            Cell::count(all),
            Cell::count(open),
            Cell::text(format!("{}: {}", element.provenance.basis, element.provenance.detail)),
            Cell::text(name_of(report, document, diagram)),
            Cell::text(element.id.as_str()),
            Cell::text(document.source.path.as_str()),
        ]);
        people.fill(n, &heads, cells);
    })
}

/// The data flows.
pub(super) fn flows(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("Source", 26.0),
        Head::new("Target", 26.0),
        Head::new("Label", 24.0),
        Head::new("Direction", 14.0),
        Head::new("Protocol", 12.0),
        Head::new("Encrypted", 12.0),
        Head::new("Public network", 12.0),
        Head::new("Authenticated", 13.0),
        Head::new("Boundaries crossed", 36.0),
        Head::new("Scope", 16.0),
        Head::count("Threats", 9.0),
        Head::count("Open", 8.0),
        Head::new("Diagram", 18.0),
        Head::new("ID", 20.0),
        Head { folded: true, ..Head::new("File", 24.0) },
    ];
    let matrix = Matrix::new(report);
    let rows: Vec<_> =
        pages(report).flat_map(|(d, p, doc, g)| (0..g.flows.len()).map(move |i| (d, p, doc, g, i))).collect();
    let keys = rows
        .iter()
        .filter_map(|(_, _, doc, g, i)| Some(vec![g.flows.get(*i)?.id.clone(), name_of(report, doc, g).into_owned()]));
    let people = People::new(report, people::FLOWS, keys);
    heads.extend(people.heads());
    book.table((people::FLOWS.sheet, "tblFlows"), &heads, &[], people.count(), |n, cells| {
        let Some((d, p, document, diagram, flow, i)) =
            rows.get(n).and_then(|(d, p, doc, g, i)| Some((*d, *p, *doc, *g, g.flows.get(*i)?, *i)))
        else {
            return people.fill(n, &heads, cells);
        };
        let fact = |fact| Cell::text(yes_no(flow.stated.facts.get(fact)));
        let (all, open) = matrix.flow(d, p, i);
        cells.extend([
            Cell::text(diagram.end_label(flow.source)),
            Cell::text(diagram.end_label(flow.target)),
            Cell::text(flow.label.as_str()),
            Cell::text(match flow.direction {
                Direction::Forward => "Forward",
                Direction::Bidirectional => "Both ways",
                Direction::Undirected => "No arrowhead",
            }),
            Cell::text(flow.stated.protocol.as_deref().unwrap_or_default()),
            fact(Fact::Encrypted),
            fact(Fact::PublicNetwork),
            fact(Fact::Authenticated),
            Cell::text(labels(diagram, &flow.crosses)),
            Cell::text(scope(&flow.stated)),
            Cell::count(all),
            Cell::count(open),
            Cell::text(name_of(report, document, diagram)),
            Cell::text(flow.id.as_str()),
            Cell::text(document.source.path.as_str()),
        ]);
        people.fill(n, &heads, cells);
    })
}

/// The trust boundaries and other boxes.
pub(super) fn boundaries(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("Name", 28.0),
        Head::new("Type", 18.0),
        Head::new("Separates trust", 11.0),
        Head::new("Drawn as", 12.0),
        Head::new("Lies in", 24.0),
        Head::new("Elements inside", 40.0),
        Head::count("Crossing flows", 11.0),
        Head::new("Known by", 30.0),
        Head::new("Diagram", 18.0),
        Head::new("ID", 20.0),
        Head { folded: true, ..Head::new("Source", 24.0) },
    ];
    let rows: Vec<_> =
        pages(report).flat_map(|(_, _, doc, g)| (0..g.boundaries.len()).map(move |i| (doc, g, i))).collect();
    let crossings: Vec<Vec<usize>> = pages(report)
        .map(|(_, _, _, g)| {
            let mut counts = vec![0; g.boundaries.len()];
            for b in g.flows.iter().flat_map(|f| &f.crosses) {
                if let Some(count) = counts.get_mut(b.0) {
                    *count += 1;
                }
            }
            counts
        })
        .collect();
    let crossings: Vec<usize> = crossings.concat();
    let members: Vec<Vec<&str>> = pages(report).flat_map(|(_, _, _, g)| coverage::members(g)).collect();
    let keys = rows
        .iter()
        .filter_map(|(doc, g, i)| Some(vec![g.boundaries.get(*i)?.id.clone(), name_of(report, doc, g).into_owned()]));
    let people = People::new(report, people::BOUNDARIES, keys);
    heads.extend(people.heads());
    book.table((people::BOUNDARIES.sheet, "tblBoundaries"), &heads, &[], people.count(), |n, cells| {
        let Some((document, diagram, boundary)) =
            rows.get(n).and_then(|(doc, g, i)| Some((*doc, *g, g.boundaries.get(*i)?)))
        else {
            return people.fill(n, &heads, cells);
        };
        let parent = boundary.parent.and_then(|p| diagram.boundaries.get(p.0)).map_or("", |p| p.label.as_str());
        cells.extend([
            Cell::text(boundary.label.as_str()),
            Cell::text(boundary.kind.title()),
            Cell::text(if boundary.kind.separates_trust() { "Yes" } else { "No" }),
            Cell::text(match boundary.place {
                Some(Outline::Box(_)) => "Box",
                Some(Outline::Polygon(_)) => "Closed curve",
                Some(Outline::Line(_)) => "Line",
                None => "",
            }),
            Cell::text(parent),
            Cell::text(members.get(n).map(|m| m.join(", ")).unwrap_or_default()),
            Cell::count(crossings.get(n).copied().unwrap_or_default()),
            Cell::text(boundary.because.as_str()),
            Cell::text(name_of(report, document, diagram)),
            Cell::text(boundary.id.as_str()),
            Cell::text(document.source.path.as_str()),
        ]);
        people.fill(n, &heads, cells);
    })
}

/// What was looked at: every element and flow by STRIDE category.
pub(super) fn coverage(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![Head::new("Element or data flow", 44.0), Head::new("Type", 16.0)];
    heads.extend(Stride::ALL.iter().map(|s| Head::count(s.title(), 12.0)));
    heads.push(Head::new("Diagram", 20.0));
    let rows = coverage::rows(report);
    let mut rules: Vec<Rule> = [(5, 0xF4_B183), (3, 0xF8_CBAD), (1, 0xFC_E4D6)]
        .map(|(least, colour)| Rule {
            columns: (2, 7),
            test: format!("=AND(ISNUMBER(C2),C2>={least})"),
            format: Format::new().set_background_color(Color::RGB(colour)).set_font_color(Color::Black),
        })
        .into();
    let quiet = Format::new().set_font_color(0x80_8080);
    rules.push(Rule { columns: (2, 7), test: "=NOT(ISNUMBER(C2))".to_owned(), format: quiet });
    let mut sheet = book.table(("Coverage", "tblCoverage"), &heads, &rules, (rows.len(), 0), |n, cells| {
        let Some(row) = rows.get(n) else { return };
        cells.push(Cell::text(row.name.as_str()));
        cells.push(Cell::text(row.kind));
        cells.extend(row.counts.iter().map(|count| count.map_or(Cell::text("–"), Cell::count)));
        cells.push(Cell::text(row.diagram.as_ref()));
    })?;
    sheet.set_header("&LNumber of threats; 0: considered, none found; –: does not apply to this kind of element");
    sheet.set_tab_color(TOOL);
    Ok(sheet)
}

/// The diagrams side by side.
pub(super) fn compared(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("Diagram", 30.0),
        Head::count("Elements", 10.0),
        Head::count("Data flows", 10.0),
        Head::count("Boundaries", 11.0),
        Head::count("Crossing flows", 11.0),
        Head::count("Understood", 12.0),
        Head::count("Threats", 10.0),
        Head::count("Open", 10.0),
    ];
    heads.extend(Severity::ALL.iter().rev().map(|s| Head::count(format!("Open {}", s.title().to_lowercase()), 10.0)));
    heads.extend(Stride::ALL.iter().map(|s| Head::count(s.title(), 13.0)));
    heads.push(Head::new("Source", 40.0));
    let all: Vec<_> = pages(report).collect();
    let tally = coverage::by_diagram(report);
    book.table(("Diagrams", "tblDiagrams"), &heads, &[], (all.len(), 0), |n, cells| {
        let (Some((d, p, document, diagram)), nothing) = (all.get(n).copied(), coverage::Tally::default()) else {
            return;
        };
        let tally = tally.get(&(d, p)).unwrap_or(&nothing);
        let crossing = diagram.flows.iter().filter(|f| !f.crosses.is_empty()).count();
        let known = diagram.coverage;
        cells.extend([
            Cell::text(name_of(report, document, diagram)),
            Cell::count(diagram.elements.len()),
            Cell::count(diagram.flows.len()),
            Cell::count(diagram.boundaries.len()),
            Cell::count(crossing),
            Cell::text(format!("{} of {}", known.understood, known.cells)),
            Cell::count(tally.threats),
            Cell::count(tally.open.iter().sum()),
        ]);
        cells.extend(tally.open.iter().rev().map(|n| Cell::count(*n)));
        cells.extend(tally.stride.iter().map(|n| Cell::count(*n)));
        cells.push(Cell::text(document.source.path.as_str()));
    })
}
