//! Writing reports: one table of columns, used by every format; one file a format.

pub mod columns;
mod coverage;
mod csv;
mod diff;
mod html;
mod index;
mod inspect_json;
mod inspect_table;
mod json;
mod listing;
mod markdown;
pub mod picture;
mod plain;
mod previous;
mod sarif;
mod text;
mod xlsx;

pub use diff::{ChangedPart, ChangedThreat, Difference, difference, difference_markdown, difference_text, table_of};
pub use index::{Index, IndexEntry, is_index};
pub use inspect_json::inspect_json;
pub use inspect_table::inspect_table;
pub use json::REPORT_SCHEMA;
pub use listing::{Listing, listing_text, write_listing};
pub use picture::{picture, pictures};
pub use previous::{PreviousError, known_threats, read_previous};

use std::{collections::BTreeMap, io::Write};

use crate::model::{ThreatReport, words};

words! {
    /// A format that a report can be written in.
    pub enum Format ("output format") {
        /// An Excel workbook.
        Xlsx = "xlsx",
        /// Comma-separated values.
        Csv = "csv",
        /// A self-contained page.
        Html = "html",
        /// The report as JSON.
        Json = "json",
        /// A Markdown page.
        Markdown = "markdown",
        /// SARIF for code scanning.
        Sarif = "sarif",
    }
}

/// How a report is written.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// HTML template in place of the built-in one: its text.
    pub template: Option<String>,
    /// Logo for workbook and page: PNG bytes.
    pub logo: Option<Vec<u8>>,
    /// CSV: the delimiter; a comma where none is given.
    pub delimiter: Option<u8>,
    /// CSV: leave out the byte order mark.
    pub no_bom: bool,
    /// CSV: leave labels that look like formulas as they are.
    pub raw_csv: bool,
    /// Workbook: lock what the tool owns against slips.
    pub protect: bool,
    /// SARIF: for each document, the line of each cell by its id; the first line where one is not listed.
    pub lines: Vec<BTreeMap<String, u32>>,
}

/// Why a report cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The target refuses bytes.
    #[error("cannot write: {0}")]
    Io(#[from] std::io::Error),
    /// The format cannot carry the report.
    #[error("{0}")]
    Format(String),
}

/// Writes `report` in `format`.
///
/// # Errors
/// [`ExportError`] where `out` refuses bytes or the format cannot carry the report.
pub fn write(
    report: &ThreatReport,
    format: Format,
    options: &ExportOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), ExportError> {
    match format {
        Format::Xlsx => xlsx::write(report, options, out),
        Format::Csv => csv::write(report, options, out),
        Format::Json => json::write(report, out),
        Format::Html => html::write(report, options, out),
        Format::Markdown => markdown::write(report, out),
        Format::Sarif => sarif::write(report, options, out),
    }
}
