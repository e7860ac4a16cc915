//! A plain table of text, such as the list of rules: to the terminal, as a workbook or as CSV.

use std::io::Write;

use rust_xlsxwriter::{Format as CellFormat, Table, TableColumn, Workbook, XlsxError};

use super::{
    ExportError, Format,
    text::{clean, fit_cell, looks_like_formula},
};

/// A plain table of text.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Name of the sheet.
    pub title: String,
    /// Column headings, each unique.
    pub heads: Vec<String>,
    /// Rows, as long as the headings.
    pub rows: Vec<Vec<String>>,
}

/// The widest column of a workbook, in characters.
const WIDEST: usize = 60;

/// The longest cell that a terminal shows whole, in characters.
const LONGEST: usize = 80;

/// The listing for a terminal: columns aligned, long cells cut short with an ellipsis.
#[must_use]
pub fn listing_text(listing: &Listing) -> String {
    let short = |cell: &str| {
        let line = clean(cell).replace('\n', " ");
        if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST - 1).chain(['…']).collect() }
    };
    let width = |column: usize| {
        let cells = listing.rows.iter().filter_map(|row| row.get(column)).chain(listing.heads.get(column));
        cells.map(|cell| short(cell).chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..listing.heads.len()).map(width).collect();
    let mut text = String::new();
    for row in std::iter::once(&listing.heads).chain(&listing.rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{:width$}  ", short(cell)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Writes the listing as a workbook or as CSV.
///
/// # Errors
/// [`ExportError`] where `out` refuses bytes or `format` is another one.
pub fn write_listing(listing: &Listing, format: Format, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    match format {
        Format::Xlsx => {
            let book = workbook(listing).map_err(|e| ExportError::Format(format!("cannot make the workbook: {e}")))?;
            out.write_all(&book)?;
            Ok(())
        }
        Format::Csv => write_csv(listing, out),
        other => Err(ExportError::Format(format!("a list is written as xlsx or csv, not as {other}"))),
    }
}

fn write_csv(listing: &Listing, out: &mut (dyn Write + Send)) -> Result<(), ExportError> {
    out.write_all("\u{FEFF}".as_bytes())?;
    let mut table = csv::WriterBuilder::new()
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let guarded = |cell: &String| {
        let cell = clean(cell);
        if looks_like_formula(&cell) { format!("'{cell}") } else { cell.into_owned() }
    };
    for row in std::iter::once(&listing.heads).chain(&listing.rows) {
        table.write_record(row.iter().map(guarded)).map_err(|e| ExportError::Format(e.to_string()))?;
    }
    table.flush()?;
    Ok(())
}

fn workbook(listing: &Listing) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    super::index::date(&mut book, &listing.title, "")?;
    let sheet = book.add_worksheet().set_name(&listing.title)?;
    let text = CellFormat::new().set_text_wrap().set_align(rust_xlsxwriter::FormatAlign::Top).set_quote_prefix();
    let columns: Vec<TableColumn> = listing.heads.iter().map(|head| TableColumn::new().set_header(head)).collect();
    let last_row = u32::try_from(listing.rows.len().max(1)).unwrap_or(u32::MAX);
    let last_column = u16::try_from(listing.heads.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.add_table(0, 0, last_row, last_column, &Table::new().set_columns(&columns))?;
    sheet.set_freeze_panes(1, 1)?.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    for (column, head) in (0..).zip(&listing.heads) {
        let cells = listing.rows.iter().filter_map(|row| row.get(usize::from(column)));
        let longest = cells.chain([head]).map(|cell| cell.chars().count()).max().unwrap_or(0);
        sheet.set_column_width(column, f64::from(u32::try_from(longest.clamp(8, WIDEST) + 2).unwrap_or(20)))?;
    }
    for (number, row) in (1..).zip(&listing.rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string_with_format(number, column, fit_cell(&clean(cell)).0, &text)?;
        }
    }
    book.save_to_buffer()
}
