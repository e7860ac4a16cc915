//! The threat table as CSV (RFC 4180): every field quoted, CRLF, UTF-8 with a byte order mark unless asked otherwise.

use std::io::Write;

use super::{
    ExportError, ExportOptions,
    columns::{self, COLUMNS, Row},
    text::{clean, looks_like_formula},
};
use crate::model::ThreatReport;

/// Writes the threats of `report`.
///
/// A field that a spreadsheet would evaluate gets an apostrophe before it, unless `options.raw_csv` is set. Excel
/// takes a file without a byte order mark for the local code page, so one is written unless `options.no_bom` is set.
pub(super) fn write(
    report: &ThreatReport,
    options: &ExportOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), ExportError> {
    if !options.no_bom {
        out.write_all("\u{FEFF}".as_bytes())?;
    }
    let mut table = csv::WriterBuilder::new()
        .delimiter(options.delimiter.unwrap_or(b','))
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let field = |table: &mut csv::Writer<_>, text: &str| -> Result<(), ExportError> {
        let text = clean(text);
        if !options.raw_csv && looks_like_formula(&text) {
            table.write_field(format!("'{text}")).map_err(broken)
        } else {
            table.write_field(text.as_bytes()).map_err(broken)
        }
    };
    let extra = columns::extra_columns(report);
    for header in COLUMNS.iter().map(|c| c.header).chain(extra.iter().copied()) {
        field(&mut table, header)?;
    }
    table.write_record(None::<&[u8]>).map_err(broken)?;
    for row in columns::rows(report) {
        for column in COLUMNS {
            field(&mut table, &(column.value)(&row).to_text())?;
        }
        for name in &extra {
            field(&mut table, extra_value(&row, name))?;
        }
        table.write_record(None::<&[u8]>).map_err(broken)?;
    }
    for row in &report.own_rows {
        for header in COLUMNS.iter().map(|c| c.header).chain(extra.iter().copied()) {
            let own = row.iter().find(|(name, _)| name == header).map_or("", |(_, content)| content.as_str());
            field(&mut table, own)?;
        }
        table.write_record(None::<&[u8]>).map_err(broken)?;
    }
    table.flush()?;
    Ok(())
}

/// What a person wrote in a column of their own.
pub(super) fn extra_value<'a>(row: &Row<'a>, name: &str) -> &'a str {
    let extra = &row.threat.triage.extra;
    extra.iter().find(|(column, _)| column.eq_ignore_ascii_case(name)).map_or("", |(_, content)| content.as_str())
}

fn broken(error: csv::Error) -> ExportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ExportError::Io(error),
        other => ExportError::Format(format!("cannot write CSV: {other:?}")),
    }
}
