//! What was understood of a file, as text for people at a terminal.

use std::{collections::BTreeSet, io::Write};

use unicode_width::UnicodeWidthStr;

use super::{
    ExportError,
    plain::{fitted, harmless},
};
use crate::model::{BoundaryIndex, Diagram, Direction, Document, NoticeLevel, Provenance, Scope, Severity, Stated};

/// Columns of text that a table cell may take before it is cut.
const CELL_WIDTH: usize = 44;

/// Levels of boundaries that are indented; deeper ones stand at the last level.
const INDENTED_LEVELS: usize = 16;

/// Writes what was understood of `document` as plain text: for each page its elements, flows and boundaries, what
/// was not understood, and how much was.
///
/// # Errors
/// [`ExportError::Io`] where `out` refuses bytes.
pub fn inspect_table(document: &Document, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let source = &document.source;
    writeln!(out, "{} ({} in {})", harmless(&source.path), source.format, source.container)?;
    if let Some(title) = &document.title {
        writeln!(out, "{}", harmless(title))?;
    }
    for notice in &document.notices {
        writeln!(out, "  {}: {}", notice.level, harmless(&notice.message))?;
    }
    for diagram in &document.diagrams {
        writeln!(out)?;
        page(diagram, out)?;
    }
    Ok(())
}

fn page(diagram: &Diagram, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    writeln!(out, "Page {}: {}", diagram.page.index + 1, harmless(&diagram.page.name))?;
    writeln!(out, "{}", coverage(diagram))?;
    elements(diagram, out)?;
    flows(diagram, out)?;
    boundaries(diagram, out)?;
    recorded(diagram, out)?;
    notices(diagram, out)
}

fn coverage(diagram: &Diagram) -> String {
    let (cells, understood) = (diagram.coverage.cells, diagram.coverage.understood);
    match (understood * 100).checked_div(cells) {
        Some(percent) => format!("Understood: {understood} of {cells} cells that matter ({percent} %)"),
        None => "Nothing is drawn here that matters to a threat model".to_owned(),
    }
}

fn elements(diagram: &Diagram, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let rows = diagram.elements.iter().map(|element| {
        [
            element.label.clone(),
            element.kind.title().to_owned(),
            element.service_name.clone().or_else(|| element.service.clone()).unwrap_or_default(),
            labels(&element.boundaries, diagram),
            because(&element.provenance),
            remarks(&element.stated),
        ]
    });
    table("Elements", ["Element", "Kind", "Service", "Lies in", "Known by", "Stated"], rows.collect(), out)
}

fn flows(diagram: &Diagram, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    let rows = diagram.flows.iter().map(|flow| {
        let arrow = match flow.direction {
            Direction::Forward => "->",
            Direction::Bidirectional => "<->",
            Direction::Undirected => "--",
        };
        let snapped = if flow.snapped { "an end attached by position" } else { "" };
        [
            diagram.end_label(flow.source).to_owned(),
            arrow.to_owned(),
            diagram.end_label(flow.target).to_owned(),
            flow.label.clone(),
            labels(&flow.crosses, diagram),
            join_nonempty(&[remarks(&flow.stated), snapped.to_owned()]),
        ]
    });
    table("Flows", ["From", "", "To", "Label", "Crosses", "Stated, guessed"], rows.collect(), out)
}

/// The boundaries as an indented tree, each parent before its children, in the file's order.
fn boundaries(diagram: &Diagram, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    if diagram.boundaries.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nBoundaries ({})", diagram.boundaries.len())?;
    let mut children = vec![Vec::new(); diagram.boundaries.len()];
    let mut waiting = Vec::new();
    for (i, boundary) in diagram.boundaries.iter().enumerate().rev() {
        match boundary.parent {
            Some(parent) => children[parent.0].push(i),
            None => waiting.push((i, 0)),
        }
    }
    let mut members = vec![0; diagram.boundaries.len()];
    for boundary in diagram.elements.iter().flat_map(|e| &e.boundaries) {
        members[boundary.0] += 1;
    }
    let mut seen = BTreeSet::new();
    // Those in a cycle of parents are reached from nowhere; they are listed last, unindented.
    let stray = (0..diagram.boundaries.len()).rev().map(|i| (i, 0));
    let mut stack: Vec<(usize, usize)> = stray.chain(waiting).collect();
    while let Some((i, depth)) = stack.pop() {
        if !seen.insert(i) {
            continue;
        }
        let boundary = diagram.boundary(BoundaryIndex(i));
        let holds = if boundary.is_open() { "open line".to_owned() } else { count(members[i], "element") };
        writeln!(
            out,
            "  {:indent$}{} [{}; {holds}; {}]",
            "",
            fitted(&boundary.label, CELL_WIDTH),
            boundary.kind.title(),
            fitted(&boundary.because, CELL_WIDTH),
            indent = 2 * depth.min(INDENTED_LEVELS)
        )?;
        stack.extend(children[i].iter().map(|child| (*child, depth + 1)));
    }
    Ok(())
}

fn recorded(diagram: &Diagram, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    if diagram.recorded.is_empty() {
        return Ok(());
    }
    let rows = diagram.recorded.iter().map(|threat| {
        [
            threat.title.clone(),
            threat.stride.map_or(threat.category.clone(), |s| s.title().to_owned()),
            threat.severity.map(Severity::title).unwrap_or_default().to_owned(),
            threat.status.to_string(),
        ]
    });
    table("Threats recorded in the file", ["Threat", "Category", "Severity", "Status"], rows.collect(), out)
}

fn notices(diagram: &Diagram, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    if diagram.notices.is_empty() {
        return Ok(());
    }
    let guessed = diagram.notices.iter().filter(|n| n.level != NoticeLevel::Info).count();
    writeln!(out, "\nNot understood or guessed ({guessed}), and other notices ({})", diagram.notices.len() - guessed)?;
    for notice in &diagram.notices {
        let cell = notice.cell.as_deref().map(|c| format!(" [{}]", fitted(c, CELL_WIDTH))).unwrap_or_default();
        writeln!(out, "  {}{cell}: {}", notice.level, harmless(&notice.message))?;
    }
    Ok(())
}

/// A heading with the number of rows, then the rows in columns as wide as their longest cell. Columns that are empty
/// throughout are left out.
fn table<const N: usize>(
    heading: &str,
    columns: [&str; N],
    rows: Vec<[String; N]>,
    out: &mut (dyn Write + Send),
) -> Result<(), ExportError> {
    writeln!(out, "\n{heading} ({})", rows.len())?;
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<[String; N]> = rows.into_iter().map(|row| row.map(|cell| fitted(&cell, CELL_WIDTH))).collect();
    let widest = |i: usize| rows.iter().map(|row| row[i].width()).max().unwrap_or(0);
    let shown: Vec<(usize, usize)> =
        (0..N).map(|i| (i, widest(i))).filter(|(_, w)| *w > 0).map(|(i, w)| (i, w.max(columns[i].width()))).collect();
    let mut line = |cells: &dyn Fn(usize) -> String| -> Result<(), ExportError> {
        let mut text = String::from("  ");
        for (i, width) in &shown {
            let cell = cells(*i);
            text.push_str(&cell);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
        }
        writeln!(out, "{}", text.trim_end())?;
        Ok(())
    };
    line(&|i| columns[i].to_owned())?;
    for row in &rows {
        line(&|i| row[i].clone())?;
    }
    Ok(())
}

fn because(provenance: &Provenance) -> String {
    if provenance.detail.is_empty() {
        provenance.basis.to_string()
    } else {
        format!("{}: {}", provenance.basis, provenance.detail)
    }
}

/// What the file states, in a few words.
fn remarks(stated: &Stated) -> String {
    let mut parts = Vec::new();
    match &stated.scope {
        Scope::In => {}
        Scope::Out { reason: None } => parts.push("out of scope".to_owned()),
        Scope::Out { reason: Some(reason) } => parts.push(format!("out of scope: {reason}")),
    }
    parts.extend(stated.facts.stated().map(
        |(fact, truth)| {
            if truth.is_yes() { fact.to_string() } else { format!("not {fact}") }
        },
    ));
    parts.extend(stated.protocol.iter().cloned());
    parts.extend(stated.data_classification.iter().map(|c| format!("data: {c}")));
    parts.extend(stated.trust.map(|t| format!("trust {t}")));
    join_nonempty(&parts)
}

fn labels(boundaries: &[BoundaryIndex], diagram: &Diagram) -> String {
    let labels: Vec<&str> = boundaries.iter().map(|b| diagram.boundary(*b).label.as_str()).collect();
    labels.join(" > ")
}

fn join_nonempty(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
    parts.join(", ")
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
