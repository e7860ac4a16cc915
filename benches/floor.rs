//! The least that a converter must do: read the same files, inflate and tokenise them, write the same cells.
//!
//! `cargo run --release --example floor -- DIAGRAMS TABLES OUT`: DIAGRAMS is the folder of diagrams, TABLES the folder
//! into which threatsheet wrote their CSV tables, OUT a folder for the workbooks. Whatever threatsheet takes longer
//! than this is understanding.

use std::{
    error::Error,
    ffi::OsStr,
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::read::DeflateDecoder;
use quick_xml::{Reader, XmlVersion, events::Event};
use rust_xlsxwriter::Workbook;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [diagrams, tables, out] = arguments.as_slice() else {
        return Err("usage: floor DIAGRAMS TABLES OUT".into());
    };
    fs::create_dir_all(out)?;
    let mut tokens = 0;
    for file in files(diagrams)? {
        tokens += tokenise(&String::from_utf8_lossy(&fs::read(&file)?));
    }
    let mut cells = 0;
    for (number, file) in files(tables)?.iter().filter(|f| f.extension() == Some(OsStr::new("csv"))).enumerate() {
        cells += copy_cells(file, &out.join(format!("{number}.xlsx")))?;
    }
    writeln!(std::io::stderr(), "{tokens} tokens, {cells} cells")?;
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in ignore::WalkBuilder::new(folder).standard_filters(false).build() {
        let path = entry?.into_path();
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Counts the tokens of a document and of every compressed page in it, with all attributes decoded.
fn tokenise(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let mut count = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => return count,
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                let decoded = |a: quick_xml::events::attributes::Attribute<'_>| {
                    a.normalized_value(XmlVersion::Implicit1_0).map_or(0, |value| value.len())
                };
                count += tag.attributes().flatten().map(decoded).filter(|length| *length > 0).count() + 1;
            }
            Ok(Event::Text(text)) => count += inflate(text.as_bytes()).map_or(1, |page| tokenise(&page)),
            Ok(_) => count += 1,
        }
    }
}

fn inflate(text: &[u8]) -> Option<String> {
    let packed: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(packed).ok().filter(|bytes| !bytes.is_empty())?;
    let mut page = Vec::new();
    DeflateDecoder::new(bytes.as_slice()).take(1 << 28).read_to_end(&mut page).ok()?;
    Some(percent_encoding::percent_decode(&page).decode_utf8_lossy().into_owned())
}

fn copy_cells(table: &Path, workbook: &Path) -> Result<usize, Box<dyn Error>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let mut count = 0;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(table)?;
    for (row, record) in (0..).zip(reader.records()) {
        for (column, field) in (0..).zip(&record?) {
            sheet.write_string(row, column, field)?;
            count += 1;
        }
    }
    book.save(workbook)?;
    Ok(count)
}
