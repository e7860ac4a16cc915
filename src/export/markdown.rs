//! The report as a Markdown page, for a wiki or a pull request.

use std::{fmt::Write as _, io::Write};

use super::{
    ExportError,
    columns::{self, Row},
    text::clean,
};
use crate::model::{Diagram, Severity, Target, Threat, ThreatReport};

/// Writes the page: counts, the table of threats, and what to do about the open ones.
pub(super) fn write(report: &ThreatReport, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut page = format!("# {}\n\n", inline(&report.title));
    for line in [&report.classification, &report.date].into_iter().filter(|line| !line.is_empty()) {
        let _ = writeln!(page, "{}\n", inline(line));
    }
    let counts = Severity::ALL.iter().rev().map(|s| (s, report.count_severity(*s, true))).filter(|(_, n)| *n > 0);
    let counts: Vec<String> = counts.map(|(severity, n)| format!("{n} {severity}")).collect();
    let open = report.threats.iter().filter(|t| t.effective_status().is_open()).count();
    let listed = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    let _ = writeln!(page, "{} threats, {open} open{listed}.\n", report.threats.len());
    page.push_str(
        "| ID | Severity | STRIDE | Threat | Where | Crosses | Status |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let rows = columns::rows(report);
    for row in &rows {
        table_row(&mut page, row);
    }
    page.push_str("\n## What to do\n");
    for row in rows.iter().filter(|row| row.threat.effective_status().is_open()) {
        advice(&mut page, report, row);
    }
    let _ = writeln!(page, "\nMade by threatsheet {}, catalogue {}.", report.tool_version, report.catalog_version);
    out.write_all(page.as_bytes())?;
    Ok(())
}

fn table_row(page: &mut String, row: &Row<'_>) {
    let threat = row.threat;
    let diagram = row.report.diagram_of(threat);
    let crosses: Vec<&str> = diagram
        .map(|d| threat.crosses.iter().filter_map(|b| d.boundaries.get(b.0)).map(|b| b.label.as_str()).collect())
        .unwrap_or_default();
    let cells = [
        columns::number_text(row.number),
        threat.effective_severity().title().to_owned(),
        threat.stride.title().to_owned(),
        threat.title.clone(),
        diagram.map(|d| place(d, threat)).unwrap_or_default(),
        crosses.join(", "),
        threat.effective_status().title().to_owned(),
    ];
    for cell in cells {
        let _ = write!(page, "| {} ", inline(&cell));
    }
    page.push_str("|\n");
}

fn advice(page: &mut String, report: &ThreatReport, row: &Row<'_>) {
    let threat = row.threat;
    let _ = writeln!(
        page,
        "\n### {} {}\n\n{}\n",
        columns::number_text(row.number),
        inline(&threat.title),
        inline(&threat.description)
    );
    for evidence in &threat.evidence {
        let _ = writeln!(page, "- Why: {}", inline(evidence));
    }
    for measure in threat.countermeasures.iter().filter_map(|id| report.countermeasure(id)) {
        let _ = writeln!(
            page,
            "- **{}** {} *Verify:* {}",
            inline(&measure.title),
            inline(&measure.how),
            inline(&measure.verify)
        );
    }
}

/// Where a threat is, as people say it.
fn place(diagram: &Diagram, threat: &Threat) -> String {
    match threat.target {
        Target::Flow(flow) => diagram
            .flows
            .get(flow.0)
            .map(|f| format!("{} → {}", diagram.end_label(f.source), diagram.end_label(f.target)))
            .unwrap_or_default(),
        Target::Boundary(boundary) => diagram.boundaries.get(boundary.0).map(|b| b.label.clone()).unwrap_or_default(),
        _ => {
            let labels = threat.elements.iter().filter_map(|e| diagram.elements.get(e.0)).map(|e| e.label.as_str());
            labels.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Text on one line in which nothing is markup: every character that Markdown or HTML reads is escaped.
pub(super) fn inline(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '\n' | '\t' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '!' | '#' | '~' | '@' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::inline;

    #[test]
    fn labels_are_no_markup() {
        assert_eq!(inline("a|b\n<script>![x](y)"), "a\\|b &lt;script&gt;\\!\\[x\\](y)");
    }
}
