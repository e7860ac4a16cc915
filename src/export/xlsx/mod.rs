//! The report as an Excel workbook: a sheet a module, one real table a sheet.

mod book;
mod diagrams;
mod lists;
mod people;
mod registers;
mod summary;
mod threats;

use std::io::Write;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::{ExportError, ExportOptions};
use crate::model::{ElementIndex, Target, Threat, ThreatReport};
use book::Book;
pub(super) use book::{MOST_LINKS, new_sheet};
pub(super) use lists::{FROM_SCORE, SEVERITY, SHEET as LISTS};
pub(super) use people::{REGISTERS, Register};
pub(super) use registers::{ASSUMPTIONS, COUNTERMEASURES, OWN_SHEETS, RETIRED};
pub(super) use summary::{SIGN_OFF, SIGN_OFF_HEADS};
pub(super) use threats::SHEET as THREATS;

/// What Excel itself uses; higher levels cost time and save little.
const COMPRESSION: u8 = 3;

/// Creation date of a workbook that bears no date, so that the same report gives the same bytes.
const NO_DATE: &str = "2000-01-01";

/// Where elements, flows and boundaries stand on their sheets.
pub(super) struct Places {
    elements: Vec<Vec<usize>>,
    flows: Vec<Vec<usize>>,
    boundaries: Vec<Vec<usize>>,
}

impl Places {
    fn new(report: &ThreatReport) -> Self {
        let starts = |count: fn(&crate::model::Diagram) -> usize| {
            let mut next = 2;
            let mut start = |d: &crate::model::Diagram| {
                let this = next;
                next += count(d);
                this
            };
            report.documents.iter().map(|d| d.diagrams.iter().map(&mut start).collect()).collect()
        };
        Self {
            elements: starts(|d| d.elements.len()),
            flows: starts(|d| d.flows.len()),
            boundaries: starts(|d| d.boundaries.len()),
        }
    }

    /// The place of an element.
    fn element(&self, document: usize, page: usize, element: ElementIndex) -> Option<String> {
        Some(format!("Elements!A{}", self.elements.get(document)?.get(page)? + element.0))
    }

    /// The place of what a threat is about.
    fn of(&self, threat: &Threat) -> Option<String> {
        let row = |starts: &[Vec<usize>], index: usize| Some(starts.get(threat.document)?.get(threat.page)? + index);
        match threat.target {
            Target::Flow(f) => Some(format!("'Data flows'!A{}", row(&self.flows, f.0)?)),
            Target::Boundary(b) => Some(format!("'Trust boundaries'!A{}", row(&self.boundaries, b.0)?)),
            _ => self.element(threat.document, threat.page, *threat.elements.first()?),
        }
    }
}

/// Writes `report`.
pub(super) fn write(
    report: &ThreatReport,
    options: &ExportOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), ExportError> {
    let bytes = workbook(report, options).map_err(|e| ExportError::Format(format!("cannot make the workbook: {e}")))?;
    out.write_all(&bytes)?;
    Ok(())
}

fn workbook(report: &ThreatReport, options: &ExportOptions) -> Result<Vec<u8>, XlsxError> {
    let places = Places::new(report);
    let mut book = Book::new(report, options);
    let mut sheets: Vec<Worksheet> = vec![threats::sheet(&mut book, report, &places)?];
    if report.diagrams().count() > 1 {
        sheets.push(diagrams::compared(&mut book, report)?);
    }
    sheets.push(diagrams::elements(&mut book, report)?);
    sheets.push(diagrams::flows(&mut book, report)?);
    sheets.push(diagrams::boundaries(&mut book, report)?);
    sheets.push(diagrams::coverage(&mut book, report)?);
    sheets.push(registers::countermeasures(&mut book, report)?);
    sheets.push(registers::controls(&mut book, report)?);
    if !report.checklists.is_empty() {
        sheets.push(registers::checklists(&mut book, report)?);
    }
    sheets.push(registers::assumptions(&mut book, report)?);
    if !report.retired.is_empty() {
        sheets.push(registers::retired(&mut book, report)?);
    }
    for kept in registers::foreign(report) {
        sheets.push(registers::kept(&mut book, kept)?);
    }
    // Last, since they tell what had to be cut on the others.
    let summary = summary::sheet(&mut book, report, options)?;
    sheets.push(registers::notices(&mut book, report)?);
    sheets.push(lists::sheet(&book, report)?);

    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(COMPRESSION);
    workbook.set_properties(&properties(report)?);
    workbook.push_worksheet(summary);
    for sheet in sheets {
        workbook.push_worksheet(sheet);
    }
    lists::names(&mut workbook)?;
    workbook.save_to_buffer()
}

fn properties(report: &ThreatReport) -> Result<DocProperties, XlsxError> {
    let date = if report.date.is_empty() { NO_DATE } else { &report.date };
    let date = ExcelDateTime::parse_from_str(date).or_else(|_| ExcelDateTime::parse_from_str(NO_DATE))?;
    let hashes: Vec<&str> = report.documents.iter().map(|d| d.source.sha256.as_str()).take(3).collect();
    // A custom property holds at most 255 characters.
    let short = |text: &str| text.chars().take(255).collect::<String>();
    Ok(DocProperties::new()
        .set_title(super::text::clean(&summary::title(report)).as_ref())
        .set_subject("STRIDE threat table")
        .set_author("threatsheet")
        .set_company("")
        .set_keywords("threat model, STRIDE")
        .set_creation_datetime(&date)
        .set_custom_property("source_sha256", short(&hashes.join(" ")))
        .set_custom_property("rules_version", short(&report.catalog_version))
        .set_custom_property("tool_version", short(&report.tool_version)))
}
