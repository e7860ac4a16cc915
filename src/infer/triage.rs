//! Carrying people's decisions from an earlier table into a new report, and telling what changed in between.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::model::{
    Change, ChangedThreat, Changes, PreviousRow, PreviousTable, RetiredThreat, Threat, ThreatReport, Thresholds, Triage,
};

/// Puts what `previous` holds of people's decisions into `report`.
///
/// What people filled in comes back on the threat with the same key. A threat that is gone moves to the retired ones
/// with its whole row, dated with the report's day; one that had been retired comes back with its decisions. Rows and
/// sheets that people added stay.
pub fn carry_over(report: &mut ThreatReport, previous: &PreviousTable) -> Changes {
    let matches = Matches::new(report, previous);
    let mut changes = matches.changes(report, previous);
    let mut numbers = BTreeSet::new();
    for (threat, found) in report.threats.iter_mut().zip(&matches.found) {
        threat.triage = found.map(|at| at.row(previous).triage.clone()).unwrap_or_default();
        threat.triage.number = threat.triage.number.filter(|n| numbers.insert(*n));
        if threat.triage.extra.is_empty() {
            threat.triage.extra = previous.extra_columns.iter().map(|name| (name.clone(), String::new())).collect();
        }
        changes.decisions += usize::from(is_decided(&threat.triage));
    }
    report.thresholds = previous.thresholds;
    if report.thresholds != Thresholds::default() {
        for threat in &mut report.threats {
            threat.triage.severity = Some(report.thresholds.severity(threat.effective_score()));
        }
    }
    for (threat, change) in report.threats.iter_mut().zip(&matches.changes) {
        threat.change = change.clone();
    }
    let gone = matches.gone(previous).map(|row| RetiredThreat { retired: report.date.clone(), row: row.cells.clone() });
    let before = matches.still_retired(previous);
    report.retired =
        before.map(|row| RetiredThreat { retired: row.retired.clone(), row: row.cells.clone() }).chain(gone).collect();
    let copies: Vec<&PreviousRow> = matches.copies(previous).collect();
    let own = matches.own_rows(previous).chain(copies.iter().copied());
    report.own_rows = own.map(|row| row.cells.clone()).collect();
    report.kept.clone_from(&previous.kept);
    changes.own_rows = report.own_rows.len();
    changes.remarks.clone_from(&previous.remarks);
    changes.remarks.extend(copies.iter().map(|row| {
        format!(
            "\"{}\" stands on more than one row: the first is the threat's, the others were kept as rows of your own",
            row.title
        )
    }));
    changes
}

/// Whether a person wrote anything about a threat.
fn is_decided(triage: &Triage) -> bool {
    let nothing =
        Triage { number: triage.number, severity: triage.severity, extra: triage.extra.clone(), ..Triage::default() };
    *triage != nothing || triage.extra.iter().any(|(_, content)| !content.is_empty())
}

/// Where a threat's earlier row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    Row(usize),
    Retired(usize),
}

impl At {
    fn row(self, previous: &PreviousTable) -> &PreviousRow {
        match self {
            Self::Row(n) => &previous.rows[n],
            Self::Retired(n) => &previous.retired[n],
        }
    }
}

/// Which rows are tried for a threat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Exact,
    SamePage,
    AnyPage,
}

/// What a row has to fit besides the key.
struct Wanted<'a> {
    source: &'a str,
    /// The page's name, where the row has to be of that page.
    page: Option<&'a str>,
    /// File names of the report.
    here: &'a BTreeSet<&'a str>,
}

/// The earlier row of every threat of a report.
struct Matches {
    found: Vec<Option<At>>,
    used: BTreeSet<At>,
    changes: Vec<Change>,
}

impl Matches {
    fn new(report: &ThreatReport, previous: &PreviousTable) -> Self {
        let mut by_key: BTreeMap<&str, Vec<At>> = BTreeMap::new();
        let rows = previous.rows.iter().enumerate().map(|(n, row)| (At::Row(n), row));
        let retired = previous.retired.iter().enumerate().rev().map(|(n, row)| (At::Retired(n), row));
        for (at, row) in rows.chain(retired).filter(|(_, row)| !row.key.is_empty()) {
            by_key.entry(&row.key).or_default().push(at);
        }
        let mut this = Self { found: vec![None; report.threats.len()], used: BTreeSet::new(), changes: Vec::new() };
        let here: BTreeSet<&str> = report.documents.iter().map(|d| file_name(&d.source.path)).collect();
        // Exact keys first: another spelling of a key must not take a row away from the threat that it belongs to.
        // Then rows of the same page, since a page may have been copied.
        for pass in [Pass::Exact, Pass::SamePage, Pass::AnyPage] {
            for (n, threat) in report.threats.iter().enumerate() {
                if this.found.get(n).copied().flatten().is_some() {
                    continue;
                }
                let keys = if pass == Pass::Exact { vec![threat.key()] } else { other_keys(report, threat) };
                let name = || report.diagram_of(threat).map_or("", |d| d.page.name.as_str());
                let page = (pass == Pass::SamePage).then(name);
                let wanted = Wanted { source: source(report, threat), page, here: &here };
                let found = keys.iter().find_map(|key| this.best(by_key.get(key.as_str())?, previous, &wanted));
                if let (Some(found), Some(slot)) = (found, this.found.get_mut(n)) {
                    *slot = Some(found);
                    this.used.insert(found);
                }
            }
        }
        this.by_name(report, previous);
        this.changes = report
            .threats
            .iter()
            .zip(&this.found)
            .map(|(threat, found)| change(report, threat, *found, previous))
            .collect();
        this
    }

    /// Gives the threats that no key led to the row of the same rule about the same names, where one threat and one row
    /// are all there are of it: a shape that was cut and pasted has another id, and a fingerprint may have been cleared.
    fn by_name(&mut self, report: &ThreatReport, previous: &PreviousTable) {
        let mut rows: BTreeMap<Name<'_>, Vec<At>> = BTreeMap::new();
        let all = previous.rows.iter().enumerate().map(|(n, row)| (At::Row(n), row));
        for (at, row) in all.filter(|(at, row)| !self.used.contains(at) && !row.rule.is_empty()) {
            let name =
                (file_name(&row.source), row.rule.as_str(), row.title.as_str(), Cow::Borrowed(row.subject.as_str()));
            rows.entry(name).or_default().push(at);
        }
        let mut threats: BTreeMap<Name<'_>, Vec<usize>> = BTreeMap::new();
        for (n, threat) in report.threats.iter().enumerate().filter(|(n, _)| self.found.get(*n) == Some(&None)) {
            let subject = report.diagram_of(threat).map_or(Cow::Borrowed(""), |diagram| threat.subject(diagram));
            let name = (file_name(source(report, threat)), threat.rule.as_str(), threat.title.as_str(), subject);
            threats.entry(name).or_default().push(n);
        }
        for (name, alike) in threats {
            if let ([n], Some([at])) = (alike.as_slice(), rows.get(&name).map(Vec::as_slice))
                && let Some(slot) = self.found.get_mut(*n)
            {
                *slot = Some(*at);
                self.used.insert(*at);
            }
        }
    }

    /// The unused row that fits best: of the same file, else of a file of the same name, else of a file that this
    /// report does not hold. A row that is not retired comes before one that is.
    fn best(&self, all: &[At], previous: &PreviousTable, wanted: &Wanted<'_>) -> Option<At> {
        let rank = |at: &At| {
            let row = at.row(previous);
            let from = row.source.as_str();
            let diagram = || row.cells.iter().find(|(name, _)| name == "Diagram").map_or("", |(_, page)| page.as_str());
            if wanted.page.is_some_and(|page| !diagram().ends_with(page)) {
                None
            } else if from == wanted.source {
                Some(0)
            } else if file_name(from) == file_name(wanted.source) || from.is_empty() {
                Some(1)
            } else {
                (!wanted.here.contains(file_name(from))).then_some(2)
            }
        };
        let unused = all.iter().filter(|at| !self.used.contains(at));
        let ranked = unused.filter_map(|at| Some((matches!(at, At::Retired(_)), rank(at)?, *at)));
        ranked.min_by_key(|(retired, rank, _)| (*retired, *rank)).map(|(_, _, at)| at)
    }

    fn unused<'p>(&'p self, previous: &'p PreviousTable) -> impl Iterator<Item = &'p PreviousRow> {
        let rows = previous.rows.iter().enumerate();
        rows.filter(|(n, _)| !self.used.contains(&At::Row(*n))).map(|(_, row)| row)
    }

    /// Rows that people added.
    fn own_rows<'p>(&'p self, previous: &'p PreviousTable) -> impl Iterator<Item = &'p PreviousRow> {
        self.unused(previous).filter(|row| row.key.is_empty())
    }

    /// Rows that people copied from one that belongs to a threat.
    fn copies<'p>(&'p self, previous: &'p PreviousTable) -> impl Iterator<Item = &'p PreviousRow> {
        let used: BTreeSet<(&str, &str)> = self.used.iter().map(|at| place(at.row(previous))).collect();
        self.unused(previous).filter(move |row| !row.key.is_empty() && used.contains(&place(row)))
    }

    fn gone<'p>(&'p self, previous: &'p PreviousTable) -> impl Iterator<Item = &'p PreviousRow> {
        let used: BTreeSet<(&str, &str)> = self.used.iter().map(|at| place(at.row(previous))).collect();
        self.unused(previous).filter(move |row| !row.key.is_empty() && !used.contains(&place(row)))
    }

    fn still_retired<'p>(&'p self, previous: &'p PreviousTable) -> impl Iterator<Item = &'p PreviousRow> {
        previous.retired.iter().enumerate().filter(|(n, _)| !self.used.contains(&At::Retired(*n))).map(|(_, row)| row)
    }

    fn changes(&self, report: &ThreatReport, previous: &PreviousTable) -> Changes {
        let mut changes = Changes::default();
        for (threat, change) in report.threats.iter().zip(&self.changes) {
            let entry = || ChangedThreat {
                key: threat.key(),
                title: threat.title.clone(),
                severity: threat.effective_severity().title().to_owned(),
                change: change.clone(),
            };
            match change {
                Change::None | Change::Same => {}
                Change::New => changes.new.push(entry()),
                _ => changes.changed.push(entry()),
            }
        }
        changes.gone = self
            .gone(previous)
            .map(|row| ChangedThreat {
                key: row.key.clone(),
                title: row.title.clone(),
                severity: row.severity.map_or("", |s| s.title()).to_owned(),
                change: Change::None,
            })
            .collect();
        changes
    }
}

/// What a threat is recognised by where no key leads to it: file, rule, title, and what it is about.
type Name<'a> = (&'a str, &'a str, &'a str, Cow<'a, str>);

/// What a row is about: its key, and the file since several may hold the same key.
fn place(row: &PreviousRow) -> (&str, &str) {
    (&row.key, &row.source)
}

/// What changed about a threat since its earlier row.
fn change(report: &ThreatReport, threat: &Threat, found: Option<At>, previous: &PreviousTable) -> Change {
    let Some(at) = found else { return Change::New };
    let row = at.row(previous);
    let mut all = Vec::new();
    if let At::Retired(_) = at {
        all.push(Change::Returned(row.retired.clone()));
    }
    all.extend(row.severity.filter(|before| *before != threat.severity).map(Change::Severity));
    all.extend(row.status.filter(|before| *before != threat.status).map(Change::Status));
    let (before, now) = (row.elements.iter().collect::<BTreeSet<_>>(), element_ids(report, threat));
    let keys = || other_keys(report, threat).into_iter().chain([threat.key()]);
    if !row.key.is_empty() && !keys().any(|key| key == row.key) {
        all.push(Change::Redrawn);
    } else if !before.is_empty() && before != now.iter().collect() {
        let label = |id: &String| label_of(report, threat, id);
        all.push(Change::Elements(now.iter().filter(|id| !before.contains(id)).map(label).collect()));
    }
    match all.len() {
        0 => Change::Same,
        1 => all.remove(0),
        _ => Change::Several(all),
    }
}

fn label_of(report: &ThreatReport, threat: &Threat, id: &str) -> String {
    let element = report.diagram_of(threat).and_then(|d| d.elements.iter().find(|e| e.id.trim() == id));
    element.map_or_else(|| id.to_owned(), |e| e.label.clone())
}

/// Other spellings of a threat's key in earlier tables: a cell's id is told apart by its page (`page/cell`) once
/// another page of the file uses it too, so the same threat may have been written with its page, or without.
fn other_keys(report: &ThreatReport, threat: &Threat) -> Vec<String> {
    let Some(page) = report.diagram_of(threat).map(|d| d.page.id.as_str()) else { return Vec::new() };
    let key = threat.key();
    let mut parts = key.split('@');
    let mut keys = vec![parts.next().unwrap_or_default().to_owned()];
    for id in parts.take(2) {
        let qualifier = format!("{page}/");
        let plain = id.strip_prefix(qualifier.as_str()).unwrap_or(id);
        keys = keys.iter().flat_map(|k| [format!("{k}@{plain}"), format!("{k}@{qualifier}{plain}")]).collect();
    }
    keys.retain(|other| *other != key);
    keys
}

fn source<'r>(report: &'r ThreatReport, threat: &Threat) -> &'r str {
    report.documents.get(threat.document).map_or("", |d| d.source.path.as_str())
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

fn element_ids(report: &ThreatReport, threat: &Threat) -> Vec<String> {
    let Some(diagram) = report.diagram_of(threat) else { return Vec::new() };
    let ids = threat.elements.iter().filter_map(|i| diagram.elements.get(i.0));
    // A table holds several ids in one cell, so one with a separator in it counts as several here too.
    ids.flat_map(|e| e.id.split("; ")).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
}
