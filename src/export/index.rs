//! The index over a batch: each diagram with its counts and a link, totals, and the elements that recur.

use std::collections::BTreeMap;

use minijinja::{context, value::Serde};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Table, TableColumn, Workbook, Worksheet, XlsxError};
use serde::{Deserialize, Serialize};

use super::{ExportError, html};
use crate::model::{Document, Severity, ThreatReport};

const TEMPLATE: &str = include_str!("../../templates/index.html");

/// What the index shows of one input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexEntry {
    /// The input's path as the user gave it.
    pub source: String,
    /// The written tables, relative to the index.
    pub outputs: Vec<String>,
    /// Pages.
    pub pages: usize,
    /// Elements on all pages.
    pub elements: usize,
    /// Flows on all pages.
    pub flows: usize,
    /// Threats of any status.
    pub threats: usize,
    /// Open threats by severity, in the order of [`Severity::ALL`].
    pub open: Vec<usize>,
    /// Cells that matter, and those of them that were understood.
    pub coverage: (usize, usize),
    /// Notices that are more than information.
    pub warnings: usize,
    /// Label and service of each element, for finding what recurs.
    pub names: Vec<String>,
}

impl IndexEntry {
    /// The entry of a report on one document.
    #[must_use]
    pub fn new(report: &ThreatReport, outputs: Vec<String>) -> Self {
        let pages = || report.documents.iter().flat_map(|document: &Document| &document.diagrams);
        let names: std::collections::BTreeSet<String> =
            pages().flat_map(|d| &d.elements).map(|e| e.label.clone()).collect();
        Self {
            source: report.documents.first().map(|d| d.source.path.clone()).unwrap_or_default(),
            outputs,
            pages: pages().count(),
            elements: pages().map(|d| d.elements.len()).sum(),
            flows: pages().map(|d| d.flows.len()).sum(),
            threats: report.threats.len(),
            open: Severity::ALL.iter().map(|severity| report.count_severity(*severity, true)).collect(),
            coverage: pages()
                .fold((0, 0), |(cells, known), d| (cells + d.coverage.cells, known + d.coverage.understood)),
            warnings: pages().flat_map(|d| &d.notices).filter(|n| n.level > crate::model::NoticeLevel::Info).count(),
            names: names.into_iter().collect(),
        }
    }

    /// Open threats of all severities.
    #[must_use]
    pub fn open_total(&self) -> usize {
        self.open.iter().sum()
    }
}

/// Names of elements that stand in several diagrams, with how many, most frequent first.
#[must_use]
pub fn recurring(entries: &[IndexEntry]) -> Vec<(&str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in entries.iter().flat_map(|entry| &entry.names) {
        *counts.entry(name).or_default() += 1;
    }
    let mut several: Vec<(&str, usize)> = counts.into_iter().filter(|(_, n)| *n > 1).collect();
    several.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    several
}

/// How many recurring names the index shows.
const RECURRING: usize = 200;

#[derive(Serialize)]
struct EntryView<'a> {
    source: &'a str,
    outputs: Vec<OutputView<'a>>,
    open: Vec<usize>,
    total: usize,
    threats: usize,
    elements: usize,
    flows: usize,
    coverage: String,
}

#[derive(Serialize)]
struct OutputView<'a> {
    href: String,
    name: &'a str,
}

#[derive(Serialize)]
struct NameView<'a> {
    name: &'a str,
    count: usize,
}

impl<'a> EntryView<'a> {
    fn new(entry: &'a IndexEntry) -> Self {
        let output = |path: &'a String| OutputView {
            href: percent_encoding::utf8_percent_encode(path, html::PATH).to_string(),
            name: path.rsplit('.').next().unwrap_or(path),
        };
        Self {
            source: &entry.source,
            outputs: entry.outputs.iter().map(output).collect(),
            open: entry.open.iter().rev().copied().collect(),
            total: entry.open_total(),
            threats: entry.threats,
            elements: entry.elements,
            flows: entry.flows,
            coverage: html::share(entry.coverage.1, entry.coverage.0),
        }
    }
}

/// The index as a self-contained page.
///
/// # Errors
/// [`ExportError::Format`] where the template cannot be filled.
pub fn index_html(entries: &[IndexEntry], date: &str) -> Result<Vec<u8>, ExportError> {
    let names = recurring(entries).into_iter().take(RECURRING).map(|(name, count)| NameView { name, count });
    let values = context! {
        csp => html::policy(&[html::STYLE], &[]),
        style => html::STYLE,
        date,
        open => entries.iter().map(IndexEntry::open_total).sum::<usize>(),
        severities => Severity::ALL.iter().rev().map(|s| s.title()).collect::<Vec<_>>(),
        entries => Serde(entries.iter().map(EntryView::new).collect::<Vec<_>>()),
        recurring => Serde(names.collect::<Vec<_>>()),
    };
    let mut page = Vec::new();
    html::render("index.html", TEMPLATE, values, &mut page)?;
    Ok(page)
}

/// The index as a workbook: a sheet of diagrams and a sheet of recurring elements.
///
/// # Errors
/// [`ExportError::Format`] where the workbook cannot be made.
pub fn index_xlsx(entries: &[IndexEntry], date: &str) -> Result<Vec<u8>, ExportError> {
    fill_workbook(entries, date)
        .map_err(|error| ExportError::Format(format!("cannot make the index workbook: {error}")))
}

fn fill_workbook(entries: &[IndexEntry], date: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    self::date(&mut workbook, "Threat tables: index", date)?;
    let text = Format::new().set_text_wrap().set_quote_prefix();
    let sheet = workbook.add_worksheet().set_name("Diagrams")?;
    let mut heads = vec!["Diagram", "Table"];
    heads.extend(Severity::ALL.iter().rev().map(|s| s.title()));
    heads.extend(["Open", "All", "Elements", "Flows", "Cells understood (%)"]);
    let rows = u32::try_from(entries.len().max(1)).unwrap_or(u32::MAX);
    add_table(sheet, "tblDiagrams", &heads, rows)?;
    sheet.set_column_width(0, 60)?.set_column_width(1, 50)?;
    for (row, entry) in (1..).zip(entries) {
        sheet.write_string_with_format(row, 0, &entry.source, &text)?;
        sheet.write_string_with_format(row, 1, entry.outputs.join(", "), &text)?;
        let known = (entry.coverage.1 * 100).checked_div(entry.coverage.0).unwrap_or(100);
        let open = entry.open.iter().rev().copied();
        let numbers = open.chain([entry.open_total(), entry.threats, entry.elements, entry.flows, known]);
        for (column, number) in (2..).zip(numbers) {
            sheet.write_number(row, column, u32::try_from(number).unwrap_or(u32::MAX))?;
        }
    }
    let names = recurring(entries);
    let sheet = workbook.add_worksheet().set_name("Recurring elements")?;
    add_table(sheet, "tblRecurring", &["Element", "Diagrams"], u32::try_from(names.len().max(1)).unwrap_or(u32::MAX))?;
    sheet.set_column_width(0, 50)?;
    for (row, (name, count)) in (1..).zip(names) {
        sheet.write_string_with_format(row, 0, name, &text)?;
        sheet.write_number(row, 1, u32::try_from(count).unwrap_or(u32::MAX))?;
    }
    workbook.save_to_buffer()
}

/// Gives a workbook its title and day; without a day the first that a workbook can bear, so that bytes stay the same.
pub(super) fn date(workbook: &mut Workbook, title: &str, day: &str) -> Result<(), XlsxError> {
    let day = ExcelDateTime::parse_from_str(if day.is_empty() { "1980-01-01" } else { day })?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&day));
    Ok(())
}

fn add_table(sheet: &mut Worksheet, name: &str, heads: &[&str], rows: u32) -> Result<(), XlsxError> {
    let columns: Vec<TableColumn> = heads.iter().map(|head| TableColumn::new().set_header(*head)).collect();
    let last = u16::try_from(heads.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.add_table(0, 0, rows, last, &Table::new().set_name(name).set_columns(&columns))?;
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}
