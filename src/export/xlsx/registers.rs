//! The sheets beside the threats: countermeasures, controls, checklists, assumptions, retired, not understood, and
//! what people added themselves.

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{DataValidation, Formula, Worksheet, XlsxError};

use super::{
    book::{Book, Cell, Head, Look, SPARE_ROWS, new_sheet, row_number},
    lists,
    people::{self, People},
    summary,
};
use crate::{
    export::columns::{self, COLUMNS, Filler, name_of},
    model::{Diagram, Document, KeptSheet, NoticeLevel, SeenControl, Severity, ThreatReport},
};

/// Sheets whose last columns people fill in, and are carried over row by row.
pub(in crate::export) const COUNTERMEASURES: &str = "Countermeasures";
/// See [`COUNTERMEASURES`].
pub(in crate::export) const ASSUMPTIONS: &str = "Assumptions";
/// The threats of earlier tables that are gone.
pub(in crate::export) const RETIRED: &str = "Retired";
/// Every sheet that the tool writes: any other one was added by a person.
pub(in crate::export) const OWN_SHEETS: [&str; 14] = [
    summary::SHEET,
    super::threats::SHEET,
    "Diagrams",
    people::ELEMENTS.sheet,
    people::FLOWS.sheet,
    people::BOUNDARIES.sheet,
    "Coverage",
    COUNTERMEASURES,
    people::CONTROLS.sheet,
    people::CHECKLISTS.sheet,
    ASSUMPTIONS,
    RETIRED,
    people::NOTICES.sheet,
    lists::SHEET,
];

/// What people wrote about the rows of one sheet: by the content of the first column, the content by column name.
struct Written<'a> {
    columns: &'a [String],
    rows: BTreeMap<&'a str, &'a [String]>,
    all: Vec<&'a [String]>,
}

impl<'a> Written<'a> {
    fn new(report: &'a ThreatReport, sheet: &str) -> Self {
        let rows = report.kept.iter().find(|k| k.name == sheet).map_or(&[][..], |k| k.rows.as_slice());
        let (columns, rows) = rows.split_first().map_or((&[][..], &[][..]), |(head, rows)| (head.as_slice(), rows));
        let all: Vec<&[String]> = rows.iter().map(Vec::as_slice).collect();
        let keyed = all.iter().filter_map(|row| Some((row.first()?.as_str(), *row))).collect();
        Self { columns, rows: keyed, all }
    }

    /// What was written in `column` of the row that begins with `key`.
    fn get(&self, key: &str, column: &str) -> &'a str {
        self.rows.get(key).map_or("", |row| self.cell(row, column))
    }

    /// Columns that a person added to those in `heads`.
    fn added(&self, heads: &[Head<'_>]) -> Vec<&'a str> {
        let ours = |name: &str| heads.iter().any(|head| head.name.eq_ignore_ascii_case(name));
        self.columns.iter().map(String::as_str).filter(|name| !ours(name)).collect()
    }

    fn cell(&self, row: &'a [String], column: &str) -> &'a str {
        let n = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column));
        n.and_then(|n| row.get(n)).map_or("", String::as_str)
    }
}

/// What a countermeasure answers: numbers of threats, how many of them are open, and the highest severity of those.
type Answers = (Vec<String>, usize, Option<Severity>);

/// What every countermeasure answers, by its id.
fn answers(report: &ThreatReport) -> BTreeMap<&str, Answers> {
    let mut answers: BTreeMap<&str, Answers> = BTreeMap::new();
    for row in columns::rows(report) {
        for id in &row.threat.countermeasures {
            let (numbers, open, highest) = answers.entry(id).or_default();
            numbers.push(columns::number_text(row.number));
            if row.threat.effective_status().is_open() {
                *open += 1;
                *highest = (*highest).max(Some(row.threat.effective_severity()));
            }
        }
    }
    answers
}

/// Each countermeasure once, with the threats that it answers.
pub(super) fn countermeasures(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("ID", 24.0),
        Head::new("Countermeasure", 40.0),
        Head::new("How", 60.0),
        Head::new("How to verify", 50.0),
        Head::count("Threats", 9.0),
        Head::count("Open", 8.0),
        Head::count("Highest severity", 11.0),
        Head::new("Answers", 40.0),
        Head::person("Status", 14.0),
        Head::person("Owner", 16.0),
        Head { date: true, ..Head::person("Due date", 11.0) },
        Head::person("Remark", 36.0),
    ];
    let answers = answers(report);
    let written = Written::new(report, COUNTERMEASURES);
    let added = written.added(&heads);
    heads.extend(added.iter().map(|name| Head::person(*name, 20.0)));
    let known: BTreeSet<&str> = report.countermeasures.iter().map(|c| c.id.as_str()).collect();
    let own: Vec<&[String]> =
        written.all.iter().copied().filter(|row| row.first().is_none_or(|id| !known.contains(id.as_str()))).collect();
    let count = report.countermeasures.len() + own.len();
    let names: Vec<String> = heads.iter().map(|head| head.name.to_string()).collect();
    let mut sheet =
        book.table((COUNTERMEASURES, "tblCountermeasures"), &heads, &[], (count, own.len()), |n, cells| {
            let Some(measure) = report.countermeasures.get(n) else {
                let row = own.get(n - report.countermeasures.len());
                cells.extend(
                    row.into_iter().flat_map(|row| names.iter().map(|name| person_cell(name, written.cell(row, name)))),
                );
                return;
            };
            let nothing = (Vec::new(), 0, None);
            let (numbers, open, highest) = answers.get(measure.id.as_str()).unwrap_or(&nothing);
            cells.extend([
                Cell::text(measure.id.as_str()),
                Cell::text(measure.title.as_str()),
                Cell::text(measure.how.as_str()),
                Cell::text(measure.verify.as_str()),
                Cell::count(numbers.len()),
                Cell::count(*open),
                Cell::text(highest.map_or("", |s| s.title())),
                Cell::text(numbers.join(", ")),
                Cell::text(written.get(&measure.id, "Status")),
                Cell::text(written.get(&measure.id, "Owner")),
                date(written.get(&measure.id, "Due date")),
                Cell::text(written.get(&measure.id, "Remark")),
            ]);
            cells.extend(added.iter().map(|name| Cell::text(written.get(&measure.id, name))));
        })?;
    let rule = DataValidation::new().allow_list_formula(Formula::new("=StatusList"));
    sheet.add_data_validation(1, 8, row_number(count + 1).saturating_add(SPARE_ROWS), 8, &rule)?;
    Ok(sheet)
}

fn date(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::Date(text) }
}

/// The controls that were found in the diagrams.
pub(super) fn controls(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("Control", 30.0),
        Head::new("Where it was seen", 60.0),
        Head::new("Protects", 44.0),
        Head::new("Diagram", 20.0),
        Head::new("Key", 18.0),
    ];
    let page = |control: &SeenControl| -> Option<(&Document, &Diagram)> {
        let document = report.documents.get(control.document)?;
        Some((document, document.diagrams.get(control.page)?))
    };
    let keys = report.controls.iter().map(|c| {
        let place = page(c).map(|(document, diagram)| name_of(report, document, diagram).into_owned());
        vec![c.control.clone(), c.evidence.clone(), place.unwrap_or_default()]
    });
    let people = People::new(report, people::CONTROLS, keys);
    heads.extend(people.heads());
    book.table((people::CONTROLS.sheet, "tblControls"), &heads, &[], people.count(), |n, cells| {
        let Some(control) = report.controls.get(n) else { return people.fill(n, &heads, cells) };
        let Some((document, diagram)) = page(control) else { return people.fill(n, &heads, cells) };
        let protects: Vec<&str> =
            control.protects.iter().filter_map(|e| diagram.elements.get(e.0)).map(|e| e.label.as_str()).collect();
        cells.extend([
            Cell::text(control.name.as_str()),
            Cell::text(control.evidence.as_str()),
            Cell::text(if protects.is_empty() { "The diagram as a whole".to_owned() } else { protects.join(", ") }),
            Cell::text(name_of(report, document, diagram)),
            Cell::text(control.control.as_str()),
        ]);
        people.fill(n, &heads, cells);
    })
}

/// The questions of checklists, with what the diagrams answer.
pub(super) fn checklists(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("Checklist", 22.0),
        Head::new("Item", 28.0),
        Head::new("When", 18.0),
        Head::new("Question", 56.0),
        Head::new("What the diagram answers", 50.0),
        Head::new("Threats", 40.0),
    ];
    let keys = report.checklists.iter().map(|c| vec![c.list.clone(), c.name.clone(), c.question.clone()]);
    let people = People::new(report, people::CHECKLISTS, keys);
    heads.extend(people.heads());
    book.table((people::CHECKLISTS.sheet, "tblChecklists"), &heads, &[], people.count(), |n, cells| {
        let Some(item) = report.checklists.get(n) else { return people.fill(n, &heads, cells) };
        cells.extend([
            Cell::text(item.list.as_str()),
            Cell::text(item.name.as_str()),
            Cell::text(item.phase.as_str()),
            Cell::text(item.question.as_str()),
            Cell::text(item.answer.as_str()),
            Cell::text(item.threats.join(", ")),
        ]);
        people.fill(n, &heads, cells);
    })
}

/// What was taken for granted, and what people say about it; their own assumptions stay below.
pub(super) fn assumptions(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    const PERSON: [&str; 4] = ["Holds", "Confirmed by", "Date", "Remark"];
    let mut found: Vec<(&str, Vec<String>)> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for row in columns::rows(report).iter().filter(|row| !row.threat.assumption.is_empty()) {
        let text = row.threat.assumption.as_str();
        let n = *at.entry(text).or_insert_with(|| {
            found.push((text, Vec::new()));
            found.len() - 1
        });
        if let Some((_, numbers)) = found.get_mut(n) {
            numbers.push(columns::number_text(row.number));
        }
    }
    let written = Written::new(report, ASSUMPTIONS);
    let own: Vec<&[String]> = written
        .all
        .iter()
        .copied()
        .filter(|row| row.first().is_none_or(|text| !at.contains_key(text.as_str())))
        .collect();
    let mut heads = vec![Head::new("Assumption", 70.0), Head::new("Threats that rest on it", 40.0)];
    heads.extend(PERSON.map(|name| Head { date: name == "Date", ..Head::person(name, 18.0) }));
    let added = written.added(&heads);
    heads.extend(added.iter().map(|name| Head::person(*name, 20.0)));
    let count = found.len() + own.len();
    book.table((ASSUMPTIONS, "tblAssumptions"), &heads, &[], (count, own.len()), |n, cells| {
        if let Some((text, numbers)) = found.get(n) {
            cells.push(Cell::text(*text));
            cells.push(Cell::text(numbers.join(", ")));
            cells.extend(PERSON.map(|name| person_cell(name, written.get(text, name))));
            cells.extend(added.iter().map(|name| Cell::text(written.get(text, name))));
        } else if let Some(row) = own.get(n - found.len()) {
            cells.push(Cell::text(written.cell(row, "Assumption")));
            cells.push(Cell::text(written.cell(row, "Threats that rest on it")));
            cells.extend(PERSON.map(|name| person_cell(name, written.cell(row, name))));
            cells.extend(added.iter().map(|name| Cell::text(written.cell(row, name))));
        }
    })
}

fn person_cell<'a>(name: &str, text: &'a str) -> Cell<'a> {
    if name == "Date" || name == "Due date" { date(text) } else { Cell::text(text) }
}

/// The threats that were in an earlier table and are gone, as they stood.
pub(super) fn retired(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut names: Vec<&str> = COLUMNS.iter().map(|c| c.header).collect();
    for (name, _) in report.retired.iter().flat_map(|r| &r.row) {
        if !names.contains(&name.as_str()) && name != RETIRED {
            names.push(name);
        }
    }
    let mut heads = vec![Head { date: true, ..Head::new(RETIRED, 12.0) }];
    heads.extend(names.iter().map(|name| {
        let ours = COLUMNS.iter().find(|c| c.header == *name);
        Head {
            folded: ours.is_some_and(|c| c.detail),
            wrap: true,
            filler: ours.map_or(Filler::Tool, |_| Filler::Tool),
            ..Head::new(*name, ours.map_or(20.0, |c| c.width))
        }
    }));
    book.table((RETIRED, "tblRetired"), &heads, &[], (report.retired.len(), 0), |n, cells| {
        let Some(threat) = report.retired.get(n) else { return };
        cells.push(date(&threat.retired));
        cells.extend(names.iter().map(|name| {
            Cell::text(threat.row.iter().find(|(column, _)| column == name).map_or("", |(_, content)| content.as_str()))
        }));
    })
}

/// What was guessed, left out or not understood.
pub(super) fn notices(book: &mut Book, report: &ThreatReport) -> Result<Worksheet, XlsxError> {
    let mut heads = vec![
        Head::new("Level", 10.0),
        Head::new("What", 90.0),
        Head::new("Diagram", 24.0),
        Head::new("Cell", 24.0),
        Head::new("Code", 24.0),
    ];
    let mut rows: Vec<[String; 5]> = Vec::new();
    for document in &report.documents {
        let pages = document.diagrams.iter().flat_map(|d| d.notices.iter().map(move |n| (n, Some(d))));
        for (notice, diagram) in document.notices.iter().map(|n| (n, None)).chain(pages) {
            let place = diagram.map_or(document.source.path.clone(), |d| name_of(report, document, d).into_owned());
            let cell = notice.cell.clone().unwrap_or_default();
            rows.push([level(notice.level).to_owned(), notice.message.clone(), place, cell, notice.code.to_owned()]);
        }
    }
    for (sheet, cell) in std::mem::take(&mut book.cut) {
        let what = format!(
            "The text of {sheet}!{cell} is longer than the 32,767 characters that Excel takes, and was cut; JSON and CSV have it whole."
        );
        rows.push([level(NoticeLevel::Warning).to_owned(), what, sheet, cell, "text-truncated".to_owned()]);
    }
    let keys = rows.iter().map(|[_, what, place, cell, _]| vec![what.clone(), place.clone(), cell.clone()]);
    let people = People::new(report, people::NOTICES, keys);
    heads.extend(people.heads());
    book.table((people::NOTICES.sheet, "tblNotices"), &heads, &[], people.count(), |n, cells| {
        cells.extend(rows.get(n).into_iter().flatten().map(|text| Cell::text(text.clone())));
        people.fill(n, &heads, cells);
    })
}

const fn level(level: NoticeLevel) -> &'static str {
    match level {
        NoticeLevel::Info => "Info",
        NoticeLevel::Warning => "Warning",
        NoticeLevel::Error => "Error",
    }
}

/// The sheets that people added.
pub(super) fn foreign(report: &ThreatReport) -> impl Iterator<Item = &KeptSheet> {
    let ours = |name: &str| name == summary::SIGN_OFF || OWN_SHEETS.iter().any(|own| own.eq_ignore_ascii_case(name));
    report.kept.iter().filter(move |sheet| !ours(&sheet.name))
}

/// A name that Excel takes for a sheet.
fn sheet_name(name: &str) -> String {
    let allowed = |c: char| if c.is_control() || "[]:*?/\\".contains(c) { '_' } else { c };
    let mut units = 0;
    let short: String = name
        .trim_matches('\'')
        .chars()
        .map(allowed)
        .take_while(|c| {
            units += c.len_utf16();
            units <= 31
        })
        .collect();
    if short.trim().is_empty() { "Notes".to_owned() } else { short }
}

/// A sheet that a person added, as text.
pub(super) fn kept(book: &mut Book, kept: &KeptSheet) -> Result<Worksheet, XlsxError> {
    let mut sheet = new_sheet(&sheet_name(&kept.name), kept.rows.len())?;
    let columns = kept.rows.iter().map(Vec::len).max().unwrap_or(0);
    for column in 0..columns {
        sheet.set_column_width(super::book::column_number(column), 24)?;
        sheet.set_column_format(super::book::column_number(column), &book.wrap)?;
    }
    for (r, row) in kept.rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            book.write_text(&mut sheet, (row_number(r), super::book::column_number(c)), text, Look::Wrap)?;
        }
    }
    Ok(sheet)
}
