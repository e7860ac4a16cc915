//! Reading an earlier table back: a workbook or a CSV file of ours, as people and their programs left it.

mod grid;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    columns::{self, COLUMNS, Filler, ID_SEPARATOR},
    text::unguard,
    xlsx::{
        ASSUMPTIONS, COUNTERMEASURES, FROM_SCORE, LISTS, OWN_SHEETS, REGISTERS, RETIRED, Register, SEVERITY, SIGN_OFF,
        SIGN_OFF_HEADS, THREATS,
    },
};
use crate::model::{KeptSheet, PreviousPart, PreviousRow, PreviousTable, Severity, Status, Thresholds, Triage};
use grid::{Grid, Line, day};

/// Why an earlier table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PreviousError {
    /// The file is neither a workbook nor text.
    #[error("{name}: {reason}")]
    Unreadable {
        /// The file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no threat table in it.
    #[error("{name}: no table with a column \"{}\" was found; decisions hang on that column", columns::KEY)]
    NoTable {
        /// The file.
        name: String,
    },
}

/// Reads an earlier table from `bytes`; `name` is for messages.
///
/// Columns are found by their names and rows by the column "Fingerprint", so rows and columns may have been moved,
/// sorted, added or deleted, and a CSV file saved with another delimiter or encoding.
///
/// # Errors
/// [`PreviousError`] where the file is no table of ours.
pub fn read_previous(name: &str, bytes: &[u8]) -> Result<PreviousTable, PreviousError> {
    let unreadable = |reason: String| PreviousError::Unreadable { name: name.to_owned(), reason };
    let grids = grid::read(bytes).map_err(unreadable)?;
    let found = grids.iter().enumerate().filter_map(|(n, grid)| Some((n, Table::find(grid, &[columns::KEY])?)));
    // A person may have renamed sheets, and have copied one; the table of retired threats tells itself by its column.
    let (retired, mut found): (Vec<_>, Vec<_>) =
        found.partition(|(_, table)| table.columns.contains_key(&folded(RETIRED)));
    found.sort_by_key(|(_, table)| !table.grid.name.eq_ignore_ascii_case(THREATS));
    let Some((at, threats)) = found.into_iter().next() else {
        return Err(PreviousError::NoTable { name: name.to_owned() });
    };
    let named = |wanted: &str| grids.iter().find(|g| g.name.eq_ignore_ascii_case(wanted));
    let mut remarks = Vec::new();
    let thresholds = named(LISTS).map_or_else(Thresholds::default, |grid| thresholds(grid, &mut remarks));
    let rows = threats.lines().filter_map(|line| row(&threats, line, Some(&thresholds), &mut remarks)).collect();
    let retired_at = retired.first().map(|(n, _)| *n);
    let retired = retired.into_iter().next().map_or_else(Vec::new, |(_, table)| {
        table.lines().filter_map(|line| row(&table, line, None, &mut remarks)).collect()
    });
    let mut kept: Vec<KeptSheet> = Vec::new();
    kept.extend(named(COUNTERMEASURES).and_then(|g| written(g, COUNTERMEASURES, "ID", "Countermeasure")));
    kept.extend(named(ASSUMPTIONS).and_then(|g| written(g, ASSUMPTIONS, "Assumption", "Assumption")));
    for register in &REGISTERS {
        kept.extend(named(register.sheet).and_then(|grid| beside(grid, register)));
    }
    kept.extend(named("Summary").and_then(sign_off));
    let ours = |grid: &Grid| OWN_SHEETS.iter().any(|own| own.eq_ignore_ascii_case(&grid.name));
    let foreign = grids
        .iter()
        .enumerate()
        .filter(|(n, grid)| *n != at && Some(*n) != retired_at && !ours(grid) && !grid.lines.is_empty());
    kept.extend(foreign.map(|(_, grid)| KeptSheet { name: grid.name.clone(), rows: grid.texts() }));
    Ok(PreviousTable {
        rows,
        retired,
        extra_columns: threats.extra.iter().map(|(_, name)| name.clone()).collect(),
        elements: named("Elements").and_then(|g| parts(g, &["Name"])),
        flows: named("Data flows").and_then(|g| parts(g, &["Source", "Target"])),
        thresholds,
        kept,
        remarks,
    })
}

/// The keys of all threats in an earlier table, or in a JSON report.
///
/// # Errors
/// [`PreviousError`] where the file is neither.
pub fn known_threats(name: &str, bytes: &[u8]) -> Result<BTreeSet<String>, PreviousError> {
    let text = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    if text.first() == Some(&b'{') {
        let unreadable = |reason: String| PreviousError::Unreadable { name: name.to_owned(), reason };
        let report: serde_json::Value =
            serde_json::from_slice(text).map_err(|e| unreadable(format!("broken JSON: {e}")))?;
        let threats = report.get("threats").and_then(|t| t.as_array());
        let threats = threats.ok_or_else(|| unreadable("no threat report: it has no \"threats\"".to_owned()))?;
        return Ok(threats.iter().filter_map(|t| t.get("id")?.as_str()).map(str::to_owned).collect());
    }
    Ok(read_previous(name, bytes)?.rows.into_iter().map(|row| row.key).filter(|key| !key.is_empty()).collect())
}

/// A table within a grid: the columns by name, and the lines below the header.
struct Table<'g> {
    grid: &'g Grid,
    header: usize,
    columns: BTreeMap<String, usize>,
    /// Columns that people added: position and name.
    extra: Vec<(usize, String)>,
    /// Every column in order: position and name.
    all: Vec<(usize, String)>,
}

/// A header as it is compared: case and spaces do not matter.
fn folded(header: &str) -> String {
    header.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Lines in which a header may stand: people put headings above tables.
const HEADER_WITHIN: usize = 50;

impl<'g> Table<'g> {
    /// The table whose header has all of `wanted`.
    fn find(grid: &'g Grid, wanted: &[&str]) -> Option<Self> {
        let has = |line: &Line| wanted.iter().all(|name| line.cells().any(|(_, text)| folded(text) == folded(name)));
        let header = grid.lines.iter().take(HEADER_WITHIN).position(has)?;
        let mut table = Self { grid, header, columns: BTreeMap::new(), extra: Vec::new(), all: Vec::new() };
        for (at, text) in grid.lines.get(header)?.cells() {
            table.add(at, unguard(text.trim()));
        }
        let nameless: BTreeSet<usize> = table
            .lines()
            .flat_map(Line::cells)
            .map(|(at, _)| at)
            .filter(|at| table.all.iter().all(|(a, _)| a != at))
            .collect();
        for at in nameless {
            table.add(at, &format!("Column {}", at + 1));
        }
        Some(table)
    }

    fn add(&mut self, at: usize, name: &str) {
        let ours = COLUMNS.iter().find(|c| folded(c.header) == folded(name)).map(|c| c.header);
        let mut name = ours.unwrap_or(name).to_owned();
        let mut number = 2;
        let is_first = !self.columns.contains_key(&folded(&name));
        while self.columns.contains_key(&folded(&name)) {
            name = format!(
                "{} ({number})",
                ours.unwrap_or(name.trim_end_matches(|c: char| c.is_ascii_digit() || "() ".contains(c)))
            );
            number += 1;
        }
        self.columns.insert(folded(&name), at);
        if (ours.is_none() || !is_first) && folded(&name) != folded(RETIRED) {
            self.extra.push((at, name.clone()));
        }
        self.all.push((at, name));
    }

    fn lines(&self) -> impl Iterator<Item = &'g Line> + use<'g> {
        self.grid.lines.iter().skip(self.header + 1)
    }

    fn get<'l>(&self, line: &'l Line, column: &str) -> &'l str {
        self.columns.get(&folded(column)).map_or("", |at| unguard(line.get(*at)))
    }
}

/// One row of a threat table; none where the line is empty.
fn row(
    table: &Table<'_>,
    line: &Line,
    thresholds: Option<&Thresholds>,
    remarks: &mut Vec<String>,
) -> Option<PreviousRow> {
    let get = |column: &str| table.get(line, column);
    let computed = |name: &str| COLUMNS.iter().any(|c| c.header == name && c.filler == Filler::Computed);
    let cells: Vec<(String, String)> = table
        .all
        .iter()
        .filter(|(_, name)| folded(name) != folded(RETIRED))
        .map(|(at, name)| (name.clone(), cell_text(name, unguard(line.get(*at)))))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    if !cells.iter().any(|(name, text)| !computed(name) && !text.trim().is_empty()) {
        return None;
    }
    let level = |column: &str| number(get(column)).filter(|n| (1..=5).contains(n));
    let (likelihood, impact) = (level("Tool likelihood"), level("Tool impact"));
    Some(PreviousRow {
        key: get(columns::KEY).trim().to_owned(),
        source: get("Source").trim().to_owned(),
        severity: likelihood.zip(impact).map(|(l, i)| Severity::of_score(l.saturating_mul(i))),
        status: status(get("Tool status")),
        elements: get("Element ids")
            .split(ID_SEPARATOR)
            .map(|id| id.trim().to_owned())
            .filter(|id| !id.is_empty())
            .collect(),
        title: get(columns::TITLE).to_owned(),
        rule: get("Rule").to_owned(),
        subject: get("Element").to_owned(),
        triage: triage(table, line, thresholds, remarks),
        retired: day(get(RETIRED)),
        cells,
    })
}

/// A cell of a day as `yyyy-mm-dd`, any other as it is.
fn cell_text(name: &str, text: &str) -> String {
    let is_day = COLUMNS.iter().any(|c| c.header == name && c.kind == columns::Kind::Date);
    if is_day { day(text) } else { text.to_owned() }
}

/// What people filled in. What cannot be read as meant stays, in a column of its own; where there are `thresholds`,
/// also what was written over a formula that follows them.
fn triage(table: &Table<'_>, line: &Line, thresholds: Option<&Thresholds>, remarks: &mut Vec<String>) -> Triage {
    let get = |column: &str| table.get(line, column);
    let mut extra: Vec<(String, String)> =
        table.extra.iter().map(|(at, name)| (name.clone(), unguard(line.get(*at)).to_owned())).collect();
    let mut keep = |column: &str, readable: bool| {
        let text = get(column).trim();
        if !readable && !text.is_empty() {
            let name = format!("{column} as written");
            extra.retain(|(other, _)| *other != name);
            extra.push((name, text.to_owned()));
            remarks.push(if column == columns::SEVERITY || column == "Risk score" {
                format!("\"{text}\" was written over the {} that follows from likelihood and impact: it was kept in a column of its own", column.to_lowercase())
            } else {
                format!("\"{text}\" is no {}: it was kept in a column of its own", column.to_lowercase())
            });
        }
    };
    let level = |column: &str| number(get(column)).filter(|n| (1..=5).contains(n));
    let (found, proposed) = (status(get(columns::STATUS)), status(get("Tool status")));
    keep(columns::STATUS, found.is_some());
    for column in ["Likelihood", "Impact", "Residual likelihood", "Residual impact"] {
        keep(column, level(column).is_some());
    }
    let product = |a: &str, b: &str| level(a).zip(level(b)).map(|(a, b)| a.saturating_mul(b));
    if let Some(thresholds) = thresholds
        && let Some(score) = product("Likelihood", "Impact")
    {
        // Not every program computes again, and CSV holds no formulas: what stood there before an assessment, or before
        // people set their thresholds, is no decision.
        let scores = [Some(score), product("Tool likelihood", "Tool impact")];
        let follows = |score| [*thresholds, Thresholds::default()].map(|t| t.severity(score).title());
        let mut titles = scores.into_iter().flatten().flat_map(follows);
        let written = get(columns::SEVERITY).trim();
        keep(columns::SEVERITY, titles.any(|title| title.eq_ignore_ascii_case(written)));
        keep("Risk score", scores.contains(&number(get("Risk score"))));
    }
    let reviewed = ["Justification", "Reviewed by", "Review date"].iter().any(|c| !get(c).trim().is_empty());
    Triage {
        number: columns::parse_number(get(columns::ID)),
        // A status that is the tool's own is no decision, unless somebody stands by it.
        status: found.filter(|status| Some(*status) != proposed || reviewed),
        likelihood: level("Likelihood").filter(|l| Some(*l) != level("Tool likelihood")),
        impact: level("Impact").filter(|i| Some(*i) != level("Tool impact")),
        severity: None,
        treatment: get("Treatment").to_owned(),
        justification: get("Justification").to_owned(),
        owner: get("Owner").to_owned(),
        due: day(get("Due date")),
        ticket: get("Ticket / evidence").to_owned(),
        residual_likelihood: level("Residual likelihood"),
        residual_impact: level("Residual impact"),
        reviewer: get("Reviewed by").to_owned(),
        reviewed: day(get("Review date")),
        extra,
    }
}

/// The thresholds of severity as people left them; the tool's own where they cannot be read as such.
fn thresholds(grid: &Grid, remarks: &mut Vec<String>) -> Thresholds {
    let own = Thresholds::default();
    let Some(table) = Table::find(grid, &[SEVERITY, FROM_SCORE]) else { return own };
    let least = |severity: Severity| {
        let line =
            table.lines().find(|line| table.get(line, SEVERITY).trim().eq_ignore_ascii_case(severity.title()))?;
        number(table.get(line, FROM_SCORE))
    };
    let read: Option<Vec<(u8, Severity)>> = own.0.iter().map(|(_, s)| Some((least(*s)?, *s))).collect();
    match read.and_then(|read| read.try_into().ok()) {
        Some::<[_; 5]>(read) if read.is_sorted_by(|a, b| a.0 >= b.0) => Thresholds(read),
        _ => {
            remarks.push(format!(
                "the thresholds of severity on the sheet {LISTS} are no falling row of numbers: the tool's own hold"
            ));
            own
        }
    }
}

/// A status as people write it: its name with any case, spaces, hyphens or none.
fn status(text: &str) -> Option<Status> {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let text = plain(text);
    Status::ALL.iter().copied().find(|s| plain(s.title()) == text)
}

/// A small whole number, also where a spreadsheet wrote `3.0` or `3,0`.
fn number(text: &str) -> Option<u8> {
    let text = text.trim();
    let whole = text
        .split_once(['.', ','])
        .map_or(text, |(whole, rest)| if rest.bytes().all(|b| b == b'0') { whole } else { text });
    whole.parse().ok()
}

/// Columns of those sheets that the tool writes afresh.
const AFRESH: [&str; 7] =
    ["How", "How to verify", "Threats", "Open", "Highest severity", "Answers", "Threats that rest on it"];

/// The rows of a sheet on which people wrote something in their columns, or which they added: `key` and what says what
/// the row is about (`about`), then the columns that are theirs.
fn written(grid: &Grid, name: &str, key: &str, about: &str) -> Option<KeptSheet> {
    let table = Table::find(grid, &[key])?;
    let theirs = |name: &&str| *name != key && *name != about && !AFRESH.contains(name);
    let person: Vec<&str> = table.all.iter().map(|(_, name)| name.as_str()).filter(theirs).collect();
    let mut names = vec![key];
    names.extend(table.all.iter().map(|(_, name)| name.as_str()).filter(|name| *name == about && *name != key));
    names.extend(&person);
    let mut rows = vec![names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>()];
    for line in table.lines() {
        let has = |column: &str| !table.get(line, column).trim().is_empty();
        let is_own = || has(key) && !AFRESH.iter().any(|column| has(column));
        if person.iter().any(|name| has(name)) || is_own() {
            rows.push(names.iter().map(|name| written_text(name, table.get(line, name))).collect());
        }
    }
    (rows.len() > 1).then(|| KeptSheet { name: name.to_owned(), rows })
}

/// What people wrote on a register beside the tool's columns: the keys, then their columns.
fn beside(grid: &Grid, register: &Register) -> Option<KeptSheet> {
    let table = Table::find(grid, register.keys)?;
    let ours = |name: &str| register.keys.iter().chain(register.tool).any(|own| folded(own) == folded(name));
    let theirs: Vec<&str> = table.all.iter().map(|(_, name)| name.as_str()).filter(|name| !ours(name)).collect();
    let names: Vec<&str> = register.keys.iter().copied().chain(theirs.iter().copied()).collect();
    let mut rows = vec![names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>()];
    let written = table.lines().filter(|line| theirs.iter().any(|name| !table.get(line, name).trim().is_empty()));
    rows.extend(written.map(|line| names.iter().map(|name| written_text(name, table.get(line, name))).collect()));
    (rows.len() > 1).then(|| KeptSheet { name: register.sheet.to_owned(), rows })
}

fn written_text(name: &str, text: &str) -> String {
    if name == "Date" || name == "Due date" { day(text) } else { text.to_owned() }
}

/// What was signed on the summary.
fn sign_off(grid: &Grid) -> Option<KeptSheet> {
    let is_header =
        |line: &Line| SIGN_OFF_HEADS.iter().all(|head| line.cells().any(|(_, text)| folded(text) == folded(head)));
    let header = grid.lines.iter().position(is_header)?;
    let places: Vec<usize> = SIGN_OFF_HEADS
        .iter()
        .filter_map(|head| {
            grid.lines.get(header)?.cells().find(|(_, text)| folded(text) == folded(head)).map(|(at, _)| at)
        })
        .collect();
    let mut rows = vec![SIGN_OFF_HEADS.map(str::to_owned).to_vec()];
    for line in grid.lines.iter().skip(header + 1) {
        let row: Vec<String> =
            SIGN_OFF_HEADS.iter().zip(&places).map(|(head, at)| written_text(head, unguard(line.get(*at)))).collect();
        if row.iter().any(|text| !text.trim().is_empty()) {
            rows.push(row);
        }
    }
    rows.iter()
        .skip(1)
        .any(|row| row.iter().skip(1).any(|text| !text.is_empty()))
        .then(|| KeptSheet { name: SIGN_OFF.to_owned(), rows })
}

/// The elements or flows that a sheet lists.
fn parts(grid: &Grid, label: &[&str]) -> Option<Vec<PreviousPart>> {
    let table = Table::find(grid, &["ID", "Diagram"])?;
    let file = if label.len() > 1 { "File" } else { "Source" };
    let parts = table.lines().filter(|line| !table.get(line, "ID").trim().is_empty()).map(|line| PreviousPart {
        source: table.get(line, file).to_owned(),
        page: table.get(line, "Diagram").to_owned(),
        id: table.get(line, "ID").to_owned(),
        label: label.iter().map(|name| table.get(line, name)).collect::<Vec<_>>().join(" → "),
    });
    Some(parts.collect())
}
