//! Any table file as lines of text cells: a workbook's sheets, or one sheet of CSV.

use std::io::{self, Cursor, Read as _};

use calamine::{DataRef, Reader, Xlsx};

use super::super::columns::KEY;

/// One sheet.
pub(super) struct Grid {
    pub(super) name: String,
    pub(super) lines: Vec<Line>,
}

impl Grid {
    /// The lines as rows of text, empty cells included.
    pub(super) fn texts(&self) -> Vec<Vec<String>> {
        let row = |line: &Line| {
            let width = line.0.last().map_or(0, |(at, _)| at + 1);
            let mut row = vec![String::new(); width];
            for (at, text) in &line.0 {
                if let Some(cell) = row.get_mut(*at) {
                    cell.clone_from(text);
                }
            }
            row
        };
        self.lines.iter().map(row).collect()
    }
}

/// The cells of one line that are not empty, by column.
#[derive(Default)]
pub(super) struct Line(Vec<(usize, String)>);

impl Line {
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0.iter().map(|(at, text)| (*at, text.as_str()))
    }

    /// The cell in `column`; empty text where there is none.
    pub(super) fn get(&self, column: usize) -> &str {
        self.0
            .binary_search_by_key(&column, |(at, _)| *at)
            .ok()
            .and_then(|n| self.0.get(n))
            .map_or("", |(_, text)| text)
    }

    fn put(&mut self, column: usize, text: String) {
        match self.0.binary_search_by_key(&column, |(at, _)| *at) {
            Ok(n) => {
                if let Some(cell) = self.0.get_mut(n) {
                    cell.1 = text;
                }
            }
            Err(n) => self.0.insert(n, (column, text)),
        }
    }
}

/// Columns beyond this one are not ours, nor a person's.
const MOST_COLUMNS: usize = 2_000;
/// Empty lines kept between two written ones, so that a far-away cell does not fill memory.
const MOST_EMPTY: usize = 100;

/// Bytes that the parts of a workbook may grow to, all together.
const MOST_INFLATED: u64 = 256 << 20;
/// Bytes that they may grow to whatever their ratio, before [`MOST_RATIO`] is looked at.
const UNCHECKED_INFLATED: u64 = 8 << 20;
/// Bytes that one byte of the file may grow to. Workbooks of many like rows reach 50.
const MOST_RATIO: u64 = 200;

/// Refuses a workbook that grows beyond the limits when it is unpacked, as it is found out on the way: what an archive
/// says of its own sizes may be untrue.
fn refuse_bomb(bytes: &[u8]) -> Result<(), String> {
    let broken = |e: &dyn std::fmt::Display| format!("it is no workbook that can be read: {e}");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let by_ratio = (bytes.len() as u64).saturating_mul(MOST_RATIO);
    let mut left = MOST_INFLATED.min(by_ratio.max(UNCHECKED_INFLATED));
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(|e| broken(&e))?;
        let taken = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|e| broken(&e))?;
        left = left.checked_sub(taken).ok_or("it grows too much when it is unpacked: it is no table of ours")?;
    }
    Ok(())
}

/// Reads a workbook or a CSV file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Grid>, String> {
    if bytes.starts_with(b"PK") {
        workbook(bytes)
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        Err("it is an old Excel file, or one with a password: save it as .xlsx without one".to_owned())
    } else {
        Ok(vec![Grid { name: String::new(), lines: delimited(&decoded(bytes)?)? }])
    }
}

fn workbook(bytes: &[u8]) -> Result<Vec<Grid>, String> {
    refuse_bomb(bytes)?;
    let broken = |e: calamine::XlsxError| format!("it is no workbook that can be read: {e}");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut grids = Vec::new();
    for name in workbook.sheet_names() {
        let mut lines: Vec<Line> = Vec::new();
        let mut last = 0;
        let mut reader = match workbook.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            // A sheet that holds a chart only has no cells.
            Err(calamine::XlsxError::NotAWorksheet(_)) => continue,
            Err(e) => return Err(broken(e)),
        };
        while let Some(cell) = reader.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            let text = text_of(cell.get_value());
            if text.is_empty() || column as usize >= MOST_COLUMNS {
                continue;
            }
            if lines.is_empty() || row != last {
                let empty = if lines.is_empty() { 0 } else { (row.saturating_sub(last) as usize).saturating_sub(1) };
                lines.extend((0..empty.min(MOST_EMPTY)).map(|_| Line::default()));
                lines.push(Line::default());
                last = row;
            }
            if let Some(line) = lines.last_mut() {
                line.put(column as usize, text);
            }
        }
        grids.push(Grid { name, lines });
    }
    Ok(grids)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => n.to_string(),
        DataRef::String(text) => lines(text),
        DataRef::SharedString(text) => lines(text),
        DataRef::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let (date, time) = (format!("{year:04}-{month:02}-{day:02}"), format!("{hour:02}:{minute:02}:{second:02}"));
            match moment.as_f64() {
                days if days.fract() == 0.0 => date,
                days if days < 1.0 => time,
                _ => format!("{date} {time}"),
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
    }
}

/// Line ends as line feeds.
fn lines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// The text of a CSV file: UTF-8, UTF-16 with its mark, or the code page that Excel uses in the West.
fn decoded(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(unit);
        char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect::<String>()
    };
    let text = if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        utf16(rest, u16::from_le_bytes)
    } else if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        utf16(rest, u16::from_be_bytes)
    } else {
        let rest = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
        match std::str::from_utf8(rest) {
            Ok(text) => text.to_owned(),
            Err(_) => rest.iter().map(|b| windows_1252(*b)).collect(),
        }
    };
    if text.contains('\0') { Err("it is neither a workbook nor CSV".to_owned()) } else { Ok(text) }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|n| HIGH.get(usize::from(n)).copied()).unwrap_or(char::from(byte))
}

/// The lines of a CSV file, with the delimiter under which its header names our key.
fn delimited(text: &str) -> Result<Vec<Line>, String> {
    let text = match text.split_once('\n') {
        Some((first, rest)) if first.trim_start().to_ascii_lowercase().starts_with("sep=") => rest,
        _ => text,
    };
    let reader = |delimiter: u8| {
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
    };
    let has_key = |delimiter: &u8| {
        let first = reader(*delimiter).into_records().take(super::HEADER_WITHIN).filter_map(Result::ok);
        first.into_iter().any(|record| record.iter().any(|field| field.trim().eq_ignore_ascii_case(KEY)))
    };
    let delimiter = [b',', b';', b'\t', b'|'].into_iter().find(has_key).unwrap_or(b',');
    let line = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|e| format!("broken CSV: {e}"))?;
        let cells = record.iter().enumerate().filter(|(_, field)| !field.is_empty());
        Ok(Line(cells.map(|(at, field)| (at, lines(field))).collect()))
    };
    reader(delimiter).into_records().map(line).collect()
}

/// A day as `yyyy-mm-dd`: from a spreadsheet's serial number, and from those ways of writing a day that can be read in
/// one way only. Anything else stays as it was written.
pub(super) fn day(text: &str) -> String {
    let trimmed = text.trim();
    if let Ok(serial) = trimmed.parse::<f64>()
        && (20_000.0..90_000.0).contains(&serial)
    {
        let moment = calamine::ExcelDateTime::new(serial.floor(), calamine::ExcelDateTimeType::DateTime, false);
        let (year, month, day, ..) = moment.to_ymd_hms_milli();
        return format!("{year:04}-{month:02}-{day:02}");
    }
    let date = trimmed.split(['T', ' ']).next().unwrap_or_default();
    let midnight = trimmed.get(date.len()..).is_none_or(|rest| rest.chars().all(|c| "T 0:.Z".contains(c)));
    let separator = date.chars().find(|c| !c.is_ascii_digit());
    let fields: Vec<Option<u32>> =
        separator.map_or_else(Vec::new, |s| date.trim_end_matches('.').split(s).map(|f| f.parse().ok()).collect());
    let [Some(a), Some(b), Some(c)] = fields[..] else { return text.to_owned() };
    let (year, month, day) = match separator {
        _ if a > 1900 => (a, b, c),
        Some('.') => (c, b, a),
        Some('/') if a > 12 || a == b => (c, b, a),
        Some('/') if b > 12 => (c, a, b),
        _ => return text.to_owned(),
    };
    let year = if year < 100 { year + 2000 } else { year };
    if midnight && (1900..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_where_they_can_be_read_in_one_way() {
        for (written, read) in [
            ("2030-01-31", "2030-01-31"),
            ("2030-01-31T00:00:00", "2030-01-31"),
            ("2030-01-31 00:00:00", "2030-01-31"),
            ("31.01.2030", "2030-01-31"),
            ("31.1.30", "2030-01-31"),
            ("31/01/2030", "2030-01-31"),
            ("1/31/2030", "2030-01-31"),
            ("2030/1/31", "2030-01-31"),
            ("47514", "2030-01-31"),
            ("03/04/2030", "03/04/2030"),
            ("end of Q3", "end of Q3"),
            ("2030-13-01", "2030-13-01"),
            ("", ""),
        ] {
            assert_eq!(day(written), read, "{written}");
        }
    }

    #[test]
    fn any_delimiter_and_encoding_gives_the_same_cells() {
        let table = "Fingerprint,Owner\r\nA@1,\"M\u{fc}ller, Zo\u{eb}\"\r\n";
        let semicolons = table.replacen(',', ";", 2).replace("A@1,", "A@1;");
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(table.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let ansi: Vec<u8> = table.chars().map(|c| u8::try_from(c).expect("a character of Latin-1")).collect();
        for bytes in
            [table.as_bytes().to_vec(), semicolons.into_bytes(), utf16, ansi, format!("sep=,\n{table}").into_bytes()]
        {
            let grids = read(&bytes).expect("a table");
            assert_eq!(grids[0].lines[1].get(1), "M\u{fc}ller, Zo\u{eb}", "{bytes:?}");
        }
    }

    #[test]
    fn a_workbook_that_grows_without_measure_is_refused() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).expect("it starts");
        for _ in 0..24 {
            io::Write::write_all(&mut archive, &[b' '; 1 << 20]).expect("memory takes everything");
        }
        let bomb = archive.finish().expect("it ends").into_inner();
        assert!(bomb.len() < 100_000);
        let error = read(&bomb).err().expect("it grows to 24 MiB");
        assert!(error.starts_with("it grows too much when it is unpacked"), "{error}");
    }
}
