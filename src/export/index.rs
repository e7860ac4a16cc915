//! The index over a batch: each diagram with its counts and a link, totals, and the elements that recur.

use std::{collections::BTreeMap, sync::Arc};

use minijinja::{
    context,
    value::{Serde, Value},
};
use percent_encoding::utf8_percent_encode;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Table, TableColumn, Url, Workbook, Worksheet, XlsxError};
use serde::{Deserialize, Serialize};

use super::{
    ExportError, html,
    text::{clean, fit_cell},
    xlsx::{MOST_LINKS, new_sheet},
};
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

/// The index over a batch.
#[derive(Debug, Default)]
pub struct Index {
    entries: Arc<Vec<IndexEntry>>,
    /// In how many diagrams an element's name stands.
    names: BTreeMap<String, usize>,
    /// Inputs that could not be read or written, with the reason.
    failed: Vec<(String, String)>,
}

impl Index {
    /// Adds an input. Its names are counted and not kept, so that many inputs take little memory.
    pub fn add(&mut self, mut entry: IndexEntry) {
        for name in std::mem::take(&mut entry.names) {
            *self.names.entry(name).or_default() += 1;
        }
        Arc::make_mut(&mut self.entries).push(entry);
    }

    /// Adds an input that failed, with the reason.
    pub fn add_failed(&mut self, source: String, reason: String) {
        self.failed.push((source, reason));
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.failed.is_empty()
    }

    /// Names of elements that stand in several diagrams, with how many, most frequent first.
    #[must_use]
    pub fn recurring(&self) -> Vec<(&str, usize)> {
        let several = self.names.iter().filter(|(_, n)| **n > 1);
        let mut several: Vec<(&str, usize)> = several.map(|(name, n)| (name.as_str(), *n)).collect();
        several.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        several
    }
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

#[derive(Serialize)]
struct FailedView<'a> {
    source: &'a str,
    reason: &'a str,
}

impl<'a> EntryView<'a> {
    fn new(entry: &'a IndexEntry) -> Self {
        let output = |path: &'a String| OutputView {
            href: utf8_percent_encode(path, html::PATH).to_string(),
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

/// The title of the page, by which it is known again.
const TITLE: &str = "Threat tables: index";

/// Whether a page is an index that this program wrote.
#[must_use]
pub fn is_index(page: &[u8]) -> bool {
    let head = String::from_utf8_lossy(page.get(..2_000).unwrap_or(page));
    head.contains(&format!("<title>{TITLE}</title>"))
}

impl Index {
    /// The index as a self-contained page.
    ///
    /// # Errors
    /// [`ExportError::Format`] where the template cannot be filled.
    pub fn html(&self, date: &str) -> Result<Vec<u8>, ExportError> {
        let names = self.recurring().into_iter().take(RECURRING).map(|(name, count)| NameView { name, count });
        let failed = self.failed.iter().map(|(source, reason)| FailedView { source, reason });
        // Made one by one as the page is written: together they take ten times the memory of the page.
        let entries = Value::make_object_iterable(Arc::clone(&self.entries), |entries| {
            Box::new(entries.iter().map(|entry| Value::from(Serde(EntryView::new(entry)))))
        });
        let values = context! {
            title => TITLE,
            csp => html::policy(&[html::STYLE], &[]),
            style => html::STYLE,
            date,
            diagrams => self.entries.len(),
            open => self.entries.iter().map(IndexEntry::open_total).sum::<usize>(),
            severities => Severity::ALL.iter().rev().map(|s| s.title()).collect::<Vec<_>>(),
            entries,
            failed => Serde(failed.collect::<Vec<_>>()),
            recurring => Serde(names.collect::<Vec<_>>()),
        };
        let mut page = Vec::new();
        html::render("index.html", TEMPLATE, values, &mut page)?;
        Ok(page)
    }

    /// The index as a workbook: a sheet of diagrams, one of recurring elements, and one of inputs that failed.
    ///
    /// # Errors
    /// [`ExportError::Format`] where the workbook cannot be made.
    pub fn xlsx(&self, date: &str) -> Result<Vec<u8>, ExportError> {
        self.fill_workbook(date)
            .map_err(|error| ExportError::Format(format!("cannot make the index workbook: {error}")))
    }

    fn fill_workbook(&self, date: &str) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        self::date(&mut workbook, TITLE, date)?;
        workbook.push_worksheet(self.diagrams_sheet()?);
        let names = self.recurring();
        let mut sheet = new_sheet("Recurring elements", names.len())?;
        add_table(&mut sheet, "tblRecurring", &["Element", "Diagrams"], names.len())?;
        sheet.set_column_width(0, 50)?;
        for (row, (name, count)) in (1..).zip(names) {
            write_text(&mut sheet, row, 0, name)?;
            sheet.write_number(row, 1, number(count))?;
        }
        workbook.push_worksheet(sheet);
        if !self.failed.is_empty() {
            let mut sheet = new_sheet("Failed", self.failed.len())?;
            add_table(&mut sheet, "tblFailed", &["Diagram", "Reason"], self.failed.len())?;
            sheet.set_column_width(0, 60)?.set_column_width(1, 100)?;
            for (row, (source, reason)) in (1..).zip(&self.failed) {
                write_text(&mut sheet, row, 0, source)?;
                write_text(&mut sheet, row, 1, reason)?;
            }
            workbook.push_worksheet(sheet);
        }
        workbook.save_to_buffer()
    }

    fn diagrams_sheet(&self) -> Result<Worksheet, XlsxError> {
        let mut sheet = new_sheet("Diagrams", self.entries.len())?;
        let mut heads = vec!["Diagram", "Table"];
        heads.extend(Severity::ALL.iter().rev().map(|s| s.title()));
        heads.extend(["Open", "All", "Elements", "Flows", "Cells understood (%)"]);
        add_table(&mut sheet, "tblDiagrams", &heads, self.entries.len())?;
        sheet.set_column_width(0, 60)?.set_column_width(1, 50)?;
        let linked = self.entries.len() <= MOST_LINKS;
        for (row, entry) in (1..).zip(self.entries.iter()) {
            write_text(&mut sheet, row, 0, &entry.source)?;
            let tables = entry.outputs.join(", ");
            match entry.outputs.first().filter(|_| linked).map(|path| address(path)) {
                Some(address) if address.len() <= LONGEST_LINK && tables.len() <= LONGEST_LINK => {
                    sheet.write_url(row, 1, Url::new(address).set_text(clean(&tables)))?;
                }
                _ => write_text(&mut sheet, row, 1, &tables)?,
            }
            let known = (entry.coverage.1 * 100).checked_div(entry.coverage.0).unwrap_or(100);
            let open = entry.open.iter().rev().copied();
            let numbers = open.chain([entry.open_total(), entry.threats, entry.elements, entry.flows, known]);
            for (column, n) in (2..).zip(numbers) {
                sheet.write_number(row, column, number(n))?;
            }
        }
        Ok(sheet)
    }
}

/// Excel takes links of 2,079 characters.
const LONGEST_LINK: usize = 2_000;

/// Where a table lies, as seen from the index, in the form that a workbook's link needs.
fn address(path: &str) -> String {
    format!("file:///{}", utf8_percent_encode(path, html::PATH))
}

fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    let format = Format::new().set_text_wrap().set_quote_prefix();
    sheet.write_string_with_format(row, column, fit_cell(&clean(text)).0, &format).map(drop)
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Gives a workbook its title and day; without a day the first that a workbook can bear, so that bytes stay the same.
pub(super) fn date(workbook: &mut Workbook, title: &str, day: &str) -> Result<(), XlsxError> {
    let day = ExcelDateTime::parse_from_str(if day.is_empty() { "1980-01-01" } else { day })?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&day));
    Ok(())
}

fn add_table(sheet: &mut Worksheet, name: &str, heads: &[&str], rows: usize) -> Result<(), XlsxError> {
    let columns: Vec<TableColumn> = heads.iter().map(|head| TableColumn::new().set_header(*head)).collect();
    let last = u16::try_from(heads.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.add_table(0, 0, number(rows.max(1)), last, &Table::new().set_name(name).set_columns(&columns))?;
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}
