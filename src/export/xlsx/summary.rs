//! The first sheet: what this is, what was found, how it was judged, and who signed it.

use rust_xlsxwriter::{
    Chart, ChartFormat, ChartPoint, ChartSolidFill, ChartType, Color, Formula, Image, ObjectMovement, Worksheet,
    XlsxError,
};

use super::{
    book::{Book, Look, TOOL, new_sheet, row_number},
    lists::{colours, severity_format},
};
use crate::{
    export::{
        ExportOptions,
        columns::{self, Filler},
    },
    model::{NoticeLevel, Severity, Status, Stride, ThreatReport},
};

/// The sheet's name.
pub(super) const SHEET: &str = "Summary";
/// The block that people sign, as a name.
pub(in crate::export) const SIGN_OFF: &str = "Sign-off";
/// Its headers.
pub(in crate::export) const SIGN_OFF_HEADS: [&str; 5] = ["Role", "Name", "Decision", "Date", "Remark"];
const ROLES: [&str; 3] = ["Author", "Security reviewer", "Risk owner"];
const TOP: usize = 10;
/// The largest size of a logo in pixels, and the height of its row.
const LOGO: (u32, u32) = (260, 52);
const LOGO_ROW: u32 = 60;
/// Per cent at which the columns fit on a page side by side.
const PRINT_SCALE: u16 = 70;

/// The report's heading.
pub(super) fn title(report: &ThreatReport) -> String {
    if !report.title.is_empty() {
        return report.title.clone();
    }
    let path = report.documents.first().map_or("", |d| d.source.path.as_str());
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    match report.documents.len() {
        0 => "Threat model".to_owned(),
        1 => format!("Threat model: {file}"),
        n => format!("Threat model of {n} files"),
    }
}

/// A sheet being written from top to bottom.
struct Page<'b> {
    book: &'b mut Book,
    sheet: Worksheet,
    row: u32,
}

impl Page<'_> {
    fn line(&mut self, name: &str, text: &str) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, name, &self.book.bold)?;
        self.book.write_text(&mut self.sheet, (self.row, 1), text, Look::Plain)?;
        self.row += 1;
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.row += 1;
        let format = self.book.bold.clone().set_font_size(13.0).set_font_color(TOOL);
        self.sheet.write_string_with_format(self.row, 0, text, &format)?;
        self.row += 1;
        Ok(())
    }

    fn heads(&mut self, names: &[&str]) -> Result<(), XlsxError> {
        for (column, name) in (0u16..).zip(names) {
            self.sheet.write_string_with_format(self.row, column, *name, self.book.head(Filler::Tool))?;
        }
        self.row += 1;
        Ok(())
    }

    fn count(&mut self, column: u16, formula: &str, result: usize) -> Result<(), XlsxError> {
        let formula = Formula::new(formula).set_result(result.to_string());
        self.sheet.write_formula_with_format(self.row, column, formula, &self.book.tally)?;
        Ok(())
    }
}

/// Writes the sheet.
pub(super) fn sheet(book: &mut Book, report: &ThreatReport, options: &ExportOptions) -> Result<Worksheet, XlsxError> {
    let sheet = new_sheet(SHEET, 0)?;
    let mut page = Page { book, sheet, row: 0 };
    for (column, width) in (0u16..).zip([22.0, 16.0, 14.0, 12.0, 12.0, 12.0, 12.0, 12.0, 12.0, 12.0, 12.0]) {
        page.sheet.set_column_width(column, width)?;
        page.sheet.set_column_format(column, &page.book.plain)?;
    }
    heading(&mut page, report)?;
    if let Some(logo) = &options.logo {
        let logo = Image::new_from_buffer(logo)?
            .set_alt_text("Logo")
            .set_scale_to_size(LOGO.0, LOGO.1, true)
            .set_object_movement(ObjectMovement::DontMoveOrSizeWithCells);
        page.sheet.set_row_height_pixels(0, LOGO_ROW)?.insert_image_with_offset(0, 8, &logo, 0, 4)?;
    }
    let severities = severities(&mut page, report)?;
    let strides = strides(&mut page, report)?;
    charts(&mut page, severities, strides)?;
    let second_page = page.row + 1;
    top(&mut page, report)?;
    method(&mut page)?;
    sign_off(&mut page, report)?;
    let last = page.row;
    let mut sheet = page.sheet;
    sheet.set_screen_gridlines(false);
    // Excel knows no page break of ours beside "fit to pages", so the scale is given.
    sheet.set_landscape().set_paper_size(9).set_print_scale(PRINT_SCALE).set_page_breaks(&[second_page])?;
    sheet.set_print_area(0, 0, last, 10)?;
    page.book.margins(&mut sheet);
    page.book.protect(&mut sheet);
    sheet.set_tab_color(TOOL);
    Ok(sheet)
}

fn heading(page: &mut Page<'_>, report: &ThreatReport) -> Result<(), XlsxError> {
    let heading = title(report);
    let heading = page.book.fitted(&page.sheet, (0, 0), &heading).into_owned();
    let format = if crate::export::text::looks_like_formula(&heading) {
        page.book.title.clone().set_quote_prefix()
    } else {
        page.book.title.clone()
    };
    page.sheet.write_string_with_format(0, 0, heading, &format)?;
    page.sheet.set_row_height(0, 30)?;
    page.row = 1;
    if !report.classification.is_empty() {
        page.line("Classification", &report.classification)?;
    }
    for document in report.documents.iter().take(20) {
        page.line("Source", &document.source.path)?;
        page.line("SHA-256", &document.source.sha256)?;
    }
    if report.documents.len() > 20 {
        page.line("", &format!("and {} more files: see the sheet Diagrams", report.documents.len() - 20))?;
    }
    if !report.date.is_empty() {
        page.line("Date", &report.date)?;
    }
    page.line("Made by", &format!("threatsheet {}", report.tool_version))?;
    if !report.catalog_version.is_empty() {
        page.line("Catalogue", &report.catalog_version)?;
    }
    let sum = |count: fn(&crate::model::Diagram) -> usize| report.diagrams().map(|(_, _, d)| count(d)).sum::<usize>();
    let (cells, known) = (sum(|d| d.coverage.cells), sum(|d| d.coverage.understood));
    page.line(
        "Diagrams",
        &format!(
            "{}, with {} elements, {} data flows, {} boundaries",
            report.diagrams().count(),
            sum(|d| d.elements.len()),
            sum(|d| d.flows.len()),
            sum(|d| d.boundaries.len())
        ),
    )?;
    let notices =
        report.documents.iter().flat_map(|d| d.notices.iter().chain(d.diagrams.iter().flat_map(|g| &g.notices)));
    let warnings = notices.filter(|n| n.level > NoticeLevel::Info).count();
    page.line(
        "Understood",
        &format!("{known} of {cells} cells that matter; {warnings} warnings on the sheet Not understood"),
    )?;
    Ok(())
}

/// Severity by status; gives the first row and the row after the last.
fn severities(page: &mut Page<'_>, report: &ThreatReport) -> Result<(u32, u32), XlsxError> {
    page.heading("Threats by severity and status")?;
    let mut names = vec!["Severity", "All"];
    names.extend(Status::ALL.iter().map(|s| s.title()));
    page.heads(&names)?;
    let first = page.row;
    for severity in Severity::ALL.iter().rev() {
        page.sheet.write_string_with_format(page.row, 0, severity.title(), &severity_format(*severity))?;
        let of_severity = || report.threats.iter().filter(|t| t.effective_severity() == *severity);
        let test = format!("tblThreats[Severity],\"{}\"", severity.title());
        page.count(1, &format!("COUNTIFS({test})"), of_severity().count() + own_rows(report, *severity, None))?;
        for (column, status) in (2u16..).zip(Status::ALL) {
            let result = of_severity().filter(|t| t.effective_status() == *status).count()
                + own_rows(report, *severity, Some(*status));
            page.count(column, &format!("COUNTIFS({test},tblThreats[Status],\"{}\")", status.title()), result)?;
        }
        page.row += 1;
    }
    page.sheet.write_string_with_format(page.row, 0, "All", &page.book.bold)?;
    for column in 1u16..=(1 + u16::try_from(Status::ALL.len()).unwrap_or_default()) {
        let letter = rust_xlsxwriter::utility::column_number_to_name(column);
        let status = usize::from(column).checked_sub(2).and_then(|n| Status::ALL.get(n));
        let result: usize = match status {
            None => report.threats.len() + Severity::ALL.iter().map(|s| own_rows(report, *s, None)).sum::<usize>(),
            Some(status) => {
                report.count_status(*status)
                    + Severity::ALL.iter().map(|s| own_rows(report, *s, Some(*status))).sum::<usize>()
            }
        };
        page.count(column, &format!("SUM({letter}{}:{letter}{})", first + 1, page.row), result)?;
    }
    let rows = (first, page.row);
    page.row += 1;
    Ok(rows)
}

/// Rows that people added, by the severity that their score gives.
fn own_rows(report: &ThreatReport, severity: Severity, status: Option<Status>) -> usize {
    let of =
        |row: &[(String, String)], name: &str| row.iter().find(|(n, _)| n == name).map(|(_, c)| c.trim().to_owned());
    let level = |row: &[(String, String)], name: &str| of(row, name).and_then(|c| c.parse::<u8>().ok()).unwrap_or(0);
    report
        .own_rows
        .iter()
        .filter(|row| {
            report.thresholds.severity(level(row, "Likelihood").saturating_mul(level(row, "Impact"))) == severity
        })
        .filter(|row| status.is_none_or(|s| of(row, "Status").is_some_and(|c| c.eq_ignore_ascii_case(s.title()))))
        .count()
}

fn strides(page: &mut Page<'_>, report: &ThreatReport) -> Result<(u32, u32), XlsxError> {
    const TYPES: [&str; 6] = ["External entity", "Process", "Data store", "Data flow", "Trust boundary", "Diagram"];
    page.heading("Threats by STRIDE category and what they concern")?;
    let mut names = vec!["STRIDE", "All"];
    names.extend(TYPES);
    page.heads(&names)?;
    let first = page.row;
    let rows = columns::rows(report);
    let kind = COLUMN_OF_TYPE;
    for stride in Stride::ALL {
        page.sheet.write_string_with_format(page.row, 0, stride.title(), &page.book.bold)?;
        let test = format!("tblThreats[STRIDE],\"{}\"", stride.title());
        let own = report
            .own_rows
            .iter()
            .filter(|row| row.iter().any(|(n, c)| n == "STRIDE" && c.trim().eq_ignore_ascii_case(stride.title())));
        page.count(1, &format!("COUNTIFS({test})"), report.count_stride(*stride) + own.clone().count())?;
        for (column, name) in (2u16..).zip(TYPES) {
            let of_type = |c: &columns::Column| c.header == kind;
            let value = columns::COLUMNS.iter().find(|c| of_type(c)).map(|c| c.value);
            let result = rows
                .iter()
                .filter(|r| r.threat.stride == *stride && value.is_some_and(|value| value(r).to_text() == name))
                .count()
                + own.clone().filter(|row| row.iter().any(|(n, c)| n == kind && c.trim() == name)).count();
            page.count(column, &format!("COUNTIFS({test},tblThreats[{kind}],\"{name}\")"), result)?;
        }
        page.row += 1;
    }
    Ok((first, page.row))
}

const COLUMN_OF_TYPE: &str = "Element type";

/// The two charts, side by side below the tables they are drawn from.
fn charts(page: &mut Page<'_>, severities: (u32, u32), strides: (u32, u32)) -> Result<(), XlsxError> {
    page.row += 1;
    let mut severity = Chart::new(ChartType::Bar);
    let points: Vec<ChartPoint> = Severity::ALL
        .iter()
        .rev()
        .map(|s| {
            ChartPoint::new().set_format(
                ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(colours(*s).0))),
            )
        })
        .collect();
    severity
        .add_series()
        .set_name("Threats")
        .set_categories((SHEET, severities.0, 0, severities.1 - 1, 0))
        .set_values((SHEET, severities.0, 1, severities.1 - 1, 1))
        .set_points(&points)
        .set_gap(60)
        .set_data_label(rust_xlsxwriter::ChartDataLabel::new().show_value());
    let mut stride = Chart::new(ChartType::Bar);
    stride
        .add_series()
        .set_name("Threats")
        .set_categories((SHEET, strides.0, 0, strides.1 - 1, 0))
        .set_values((SHEET, strides.0, 1, strides.1 - 1, 1))
        .set_format(ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(TOOL)))
        .set_gap(60)
        .set_data_label(rust_xlsxwriter::ChartDataLabel::new().show_value());
    for (column, chart, title, alt) in [
        (
            0,
            &mut severity,
            "Threats by severity",
            "Bar chart of the number of threats by severity; the table above has the numbers.",
        ),
        (
            4,
            &mut stride,
            "Threats by STRIDE category",
            "Bar chart of the number of threats by STRIDE category; the table above has the numbers.",
        ),
    ] {
        chart.title().set_name(title);
        chart.legend().set_hidden();
        chart.y_axis().set_reverse();
        chart.x_axis().set_major_gridlines(false).set_hidden(true);
        chart.set_width(470).set_height(250).set_alt_text(alt);
        page.sheet.insert_chart(page.row, column, chart)?;
    }
    page.row += 14;
    Ok(())
}

fn top(page: &mut Page<'_>, report: &ThreatReport) -> Result<(), XlsxError> {
    page.heading("The worst open threats")?;
    page.heads(&["Severity", "ID", "Score", "Threat"])?;
    let mut open: Vec<_> =
        columns::rows(report).into_iter().enumerate().filter(|(_, r)| r.threat.effective_status().is_open()).collect();
    open.sort_by_key(|(n, r)| (std::cmp::Reverse(r.threat.effective_score()), *n));
    for (n, row) in open.iter().take(TOP) {
        let severity = row.threat.effective_severity();
        page.sheet.write_string_with_format(page.row, 0, severity.title(), &severity_format(severity))?;
        let place = rust_xlsxwriter::Url::new(format!("internal:{}!A{}", super::threats::SHEET, n + 2))
            .set_text(columns::number_text(row.number));
        page.sheet.write_url_with_format(page.row, 1, place, &page.book.link)?;
        page.sheet.write_number_with_format(page.row, 2, row.threat.effective_score(), &page.book.tally)?;
        page.book.write_text(&mut page.sheet, (page.row, 3), &row.threat.title, Look::Plain)?;
        page.row += 1;
    }
    if open.is_empty() {
        page.sheet.write_string_with_format(page.row, 0, "None.", &page.book.muted)?;
        page.row += 1;
    }
    Ok(())
}

fn method(page: &mut Page<'_>) -> Result<(), XlsxError> {
    page.heading("Method")?;
    let lines = [
        "Every element and data flow of the diagram is tried against a catalogue of rules, by STRIDE category; the sheet Coverage shows what was considered.",
        "Risk score = likelihood x impact, each from 1 to 5; the sheet Lists holds the scales and the thresholds of severity, which you may change.",
        "Likelihood, impact and status are the tool's proposal until somebody changes them. A control drawn in the diagram is counted, and still has to be verified.",
        "Green headers mark the columns that people fill in: they are kept when the diagram is converted again. Blue and grey ones are written afresh.",
        "A threat that is no longer found moves to the sheet Retired, with everything that was written about it. Folded columns open with + above the sheet.",
    ];
    for line in lines {
        page.sheet.write_string(page.row, 0, line)?;
        page.row += 1;
    }
    Ok(())
}

/// The block that people sign; what they wrote earlier is kept.
fn sign_off(page: &mut Page<'_>, report: &ThreatReport) -> Result<(), XlsxError> {
    page.heading(SIGN_OFF)?;
    for (column, name) in (0u16..).zip(SIGN_OFF_HEADS) {
        page.sheet.write_string_with_format(page.row, column, name, page.book.head(Filler::Person))?;
    }
    page.row += 1;
    let kept = report.kept.iter().find(|k| k.name == SIGN_OFF).map_or(&[][..], |k| k.rows.as_slice());
    let fresh: Vec<Vec<String>> = ROLES.iter().map(|role| vec![(*role).to_owned()]).collect();
    let rows = kept.get(1..).filter(|rows| !rows.is_empty()).unwrap_or(&fresh);
    for row in rows {
        for (column, n) in (0u16..).zip(0..SIGN_OFF_HEADS.len()) {
            let text = row.get(n).map_or("", String::as_str);
            let text = page.book.fitted(&page.sheet, (page.row, column), text).into_owned();
            let guarded = crate::export::text::looks_like_formula(&text);
            let format = if guarded { page.book.person.clone().set_quote_prefix() } else { page.book.person.clone() };
            page.sheet.write_string_with_format(page.row, column, text, &format)?;
        }
        page.row = row_number(page.row as usize + 1);
    }
    Ok(())
}
