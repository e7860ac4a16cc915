//! What people decided comes back on the next table, whatever they and their programs did to the last one.

use proptest::prelude::*;
use threatsheet::{
    export::{Format, read_previous},
    infer::carry_over,
    model::{Change, Severity, Status, ThreatReport, Thresholds, Triage},
};

use crate::{export::written, sample_report};

/// Writes `report`, reads it back as the earlier table of `next`, and gives that with the summary.
fn again(report: &ThreatReport, mut next: ThreatReport, format: Format) -> (ThreatReport, String) {
    let previous = read_previous("previous", &written(report, format)).expect("our own table is read");
    let summary = carry_over(&mut next, &previous).to_string();
    (next, summary)
}

fn decided() -> Triage {
    Triage {
        number: None,
        status: Some(Status::Accepted),
        likelihood: None,
        impact: None,
        severity: None,
        treatment: "Accept".to_owned(),
        justification: "=cmd|'/C calc'!A0 is what the label said,\nand \"nobody\" minds; 'quoted'".to_owned(),
        owner: "Zoë Müller 👤".to_owned(),
        due: "2030-01-31".to_owned(),
        ticket: "SEC-1, https://tickets.example/SEC-1".to_owned(),
        residual_likelihood: Some(2),
        residual_impact: Some(1),
        reviewer: "@lead".to_owned(),
        reviewed: "after the summer".to_owned(),
        extra: vec![("Cost centre".to_owned(), "0042".to_owned()), ("Empty so far".to_owned(), String::new())],
    }
}

fn without_number(triage: &Triage) -> Triage {
    Triage { number: None, ..triage.clone() }
}

#[test]
fn every_decision_comes_back_from_a_workbook_and_from_csv() {
    for format in [Format::Xlsx, Format::Csv] {
        let mut report = sample_report::plain(2, 2);
        report.threats[3].triage = decided();
        report.threats[5].triage = Triage { likelihood: Some(5), impact: Some(5), ..Triage::default() };
        for (n, threat) in report.threats.iter_mut().enumerate().filter(|(n, _)| *n != 3) {
            threat.triage.extra = vec![("Cost centre".to_owned(), format!("{n}"))];
        }
        let (next, _) = again(&report, sample_report::plain(2, 2), format);
        assert_eq!(without_number(&next.threats[3].triage), decided(), "{format}");
        assert_eq!(next.threats[5].effective_severity(), Severity::Critical);
        assert_eq!(next.threats[7].triage.extra[0], ("Cost centre".to_owned(), "7".to_owned()));
        assert!(next.threats.iter().all(|t| t.change == Change::Same), "{format}");
        assert!(next.threats.iter().enumerate().all(|(n, t)| t.triage.number == Some(n as u32 + 1)));
        assert_eq!(
            written(&next, format).len(),
            written(&again(&next, sample_report::plain(2, 2), format).0, format).len()
        );
    }
}

#[test]
fn threats_that_are_gone_retire_and_come_back_with_their_decisions() {
    let format = Format::Xlsx;
    let mut report = sample_report::plain(1, 3);
    report.threats[2].triage = decided();
    let mut fewer = sample_report::plain(1, 3);
    let gone = fewer.threats.remove(2);
    fewer.date = "2030-06-01".to_owned();
    let (fewer, summary) = again(&report, fewer, format);
    assert_eq!(fewer.retired.len(), 1);
    assert_eq!(fewer.retired[0].retired, "2030-06-01");
    assert!(summary.contains("1 gone"), "{summary}");
    let (kept, _) = again(
        &fewer,
        {
            let mut r = sample_report::plain(1, 3);
            r.threats.remove(2);
            r
        },
        format,
    );
    assert_eq!(kept.retired, fewer.retired, "a retired threat stays retired");
    let (back, _) = again(&kept, sample_report::plain(1, 3), format);
    let returned = back.threats.iter().find(|t| t.id == gone.id).unwrap();
    assert_eq!(returned.change, Change::Returned("2030-06-01".to_owned()));
    let filled = |mut triage: Triage| {
        triage.extra.retain(|(_, content)| !content.is_empty());
        without_number(&triage)
    };
    assert_eq!(filled(returned.triage.clone()), filled(decided()));
    assert_eq!(returned.triage.number, Some(3), "numbers are never given away again");
    assert!(back.retired.is_empty());
}

#[test]
fn new_and_changed_threats_say_so() {
    let report = sample_report::plain(1, 2);
    let mut next = sample_report::plain(1, 2);
    let mut fresh = next.threats[0].clone();
    fresh.id = "NEW-001@user".to_owned();
    next.threats.insert(0, fresh);
    let before = next.threats[1].severity;
    (next.threats[1].likelihood, next.threats[1].impact, next.threats[1].severity) = (5, 5, Severity::Critical);
    let rolled_up = next.threats.len() - 1;
    next.threats[rolled_up].elements.push(threatsheet::model::ElementIndex(3));
    let (next, summary) = again(&report, next, Format::Xlsx);
    assert_eq!(next.threats[0].change, Change::New);
    assert_eq!(next.threats[1].change, Change::Severity(before));
    assert_eq!(next.threats[rolled_up].change, Change::Elements(vec!["Orders".to_owned()]));
    assert!(summary.contains("1 new, 0 gone, 2 changed"), "{summary}");
}

#[test]
fn an_id_that_became_told_apart_by_its_page_still_matches() {
    let mut report = sample_report::plain(1, 1);
    report.threats[1].triage = decided();
    let mut next = sample_report::plain(1, 1);
    for threat in &mut next.threats {
        let (rule, cell) = threat.id.split_once('@').unwrap();
        threat.id = format!("{rule}@page-0/{cell}");
    }
    let (next, _) = again(&report, next, Format::Xlsx);
    assert_eq!(without_number(&next.threats[1].triage), decided());
}

#[test]
fn a_file_that_is_no_table_is_an_error() {
    for bytes in [&b"PK\x03\x04broken"[..], b"a,b\n1,2\n", b"", b"\xD0\xCF\x11\xE0old", b"\x00\x01\x02"] {
        assert!(read_previous("previous.xlsx", bytes).is_err(), "{bytes:?}");
    }
    let mut cut = written(&sample_report::plain(1, 1), Format::Xlsx);
    cut.truncate(cut.len() / 2);
    assert!(read_previous("previous.xlsx", &cut).is_err());
}

/// The CSV of `report` as its records.
fn records(report: &ThreatReport) -> Vec<Vec<String>> {
    let bytes = written(report, Format::Csv);
    let text = bytes.strip_prefix("\u{FEFF}".as_bytes()).expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    reader.records().map(|r| r.expect("a record").iter().map(str::to_owned).collect()).collect()
}

fn bytes_of(records: &[Vec<String>], delimiter: u8, bom: bool) -> Vec<u8> {
    let mut out = if bom { "\u{FEFF}".as_bytes().to_vec() } else { Vec::new() };
    let mut table = csv::WriterBuilder::new().delimiter(delimiter).from_writer(&mut out);
    for record in records {
        table.write_record(record).expect("memory takes bytes");
    }
    drop(table);
    out
}

/// A workbook with these sheets, as another program would write it.
fn workbook(sheets: &[(&str, &[Vec<String>])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, records) in sheets {
        let sheet = book.add_worksheet().set_name(*name).expect("a name");
        for (row, record) in (0u32..).zip(*records) {
            for (column, text) in (0u16..).zip(record) {
                match text.parse::<f64>() {
                    Ok(number) if number.is_finite() && number.to_string() == *text => {
                        sheet.write_number(row, column, number).expect("a cell")
                    }
                    _ => sheet.write_string(row, column, text).expect("a cell"),
                };
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

/// The position of a column.
fn at(table: &[Vec<String>], name: &str) -> usize {
    table[0].iter().position(|head| head == name).expect("the column")
}

/// The next report, with what was decided in `bytes`, and the summary.
fn next(bytes: &[u8]) -> (ThreatReport, String) {
    let mut next = sample_report::plain(1, 2);
    let summary = carry_over(&mut next, &read_previous("previous", bytes).expect("a table")).to_string();
    (next, summary)
}

#[test]
fn a_row_that_a_person_copied_stays_as_a_row_of_theirs() {
    let mut table = records(&sample_report::plain(1, 2));
    let owner = at(&table, "Owner");
    table[2][owner] = "Ada".to_owned();
    let mut copy = table[2].clone();
    copy[owner] = "Zoë".to_owned();
    table.insert(3, copy);
    let (report, summary) = next(&bytes_of(&table, b',', true));
    assert_eq!((report.threats[1].triage.owner.as_str(), report.retired.len()), ("Ada", 0));
    assert!(report.own_rows[0].contains(&("Owner".to_owned(), "Zoë".to_owned())), "{summary}");
    assert!(summary.contains("more than one row"), "{summary}");
    let (again, _) = next(&written(&report, Format::Xlsx));
    assert_eq!((again.threats[1].triage.owner.as_str(), again.own_rows.len(), again.retired.len()), ("Ada", 1, 0));
}

#[test]
fn a_cleared_or_foreign_fingerprint_is_found_by_rule_and_names() {
    let mut table = records(&sample_report::plain(1, 2));
    let (key, owner) = (at(&table, "Fingerprint"), at(&table, "Owner"));
    (table[1][key], table[1][owner]) = (String::new(), "Ada".to_owned());
    (table[2][key], table[2][owner]) = ("GEN-001@pasted".to_owned(), "Zoë".to_owned());
    let (report, summary) = next(&bytes_of(&table, b',', true));
    assert_eq!((report.threats[0].triage.owner.as_str(), report.threats[1].triage.owner.as_str()), ("Ada", "Zoë"));
    assert_eq!((&report.threats[0].change, &report.threats[1].change), (&Change::Same, &Change::Redrawn));
    assert!(report.own_rows.is_empty() && report.retired.is_empty(), "{summary}");
}

#[test]
fn names_that_fit_more_than_one_threat_decide_nothing() {
    let mut report = sample_report::plain(1, 2);
    let mut twin = report.threats[0].clone();
    twin.id = "GEN-001@twin".to_owned();
    report.threats.push(twin);
    let mut table = records(&report);
    let (key, owner) = (at(&table, "Fingerprint"), at(&table, "Owner"));
    for (row, id) in [(1, "GEN-001@a"), (table.len() - 1, "GEN-001@b")] {
        (table[row][key], table[row][owner]) = (id.to_owned(), "Ada".to_owned());
    }
    carry_over(&mut report, &read_previous("previous", &bytes_of(&table, b',', true)).expect("a table"));
    assert!(report.threats.iter().all(|t| t.triage.owner.is_empty()));
    assert_eq!(report.retired.len(), 2, "both stay readable");
}

#[test]
fn sheets_may_be_copied_renamed_and_moved() {
    let mut table = records(&sample_report::plain(1, 2));
    let owner = at(&table, "Owner");
    let old = table.clone();
    table[1][owner] = "Ada".to_owned();
    let mut retired = vec![table[0].clone(), table[1].clone()];
    retired[0].push("Retired".to_owned());
    retired[1].push("2030-01-31".to_owned());
    let (key, number) = (at(&table, "Fingerprint"), at(&table, "ID"));
    (retired[1][key], retired[1][number]) = ("GEN-009@gone".to_owned(), "TM-0900".to_owned());
    for sheets in [
        [("Before the review", old.as_slice()), ("Threats", table.as_slice()), ("Retired", retired.as_slice())],
        [("Gone", retired.as_slice()), ("Risks", table.as_slice()), ("Backup", old.as_slice())],
    ] {
        let (report, _) = next(&workbook(&sheets));
        assert_eq!(report.threats[0].triage.owner, "Ada");
        assert_eq!((report.retired.len(), report.retired[0].retired.as_str()), (1, "2030-01-31"));
        assert_eq!(report.kept.len(), 1, "the copy is kept as it is");
    }
}

#[test]
fn thresholds_that_people_set_hold() {
    let mut report = sample_report::plain(1, 2);
    report.thresholds = Thresholds([
        (25, Severity::Critical),
        (2, Severity::High),
        (1, Severity::Medium),
        (1, Severity::Low),
        (0, Severity::Info),
    ]);
    let (again, summary) = next(&written(&report, Format::Xlsx));
    assert_eq!(again.thresholds, report.thresholds);
    assert!(again.threats.iter().all(|t| t.effective_severity() == Severity::High), "{summary}");
    assert!(summary.starts_with("decisions on 0 threats"), "{summary}");
    let (back, _) = next(&written(&sample_report::plain(1, 2), Format::Xlsx));
    assert!(back.threats.iter().all(|t| t.triage.severity.is_none()));
}

#[test]
fn a_severity_that_was_typed_is_kept_beside_the_computed_one() {
    let mut table = records(&sample_report::plain(1, 2));
    let (severity, likelihood) = (at(&table, "Severity"), at(&table, "Likelihood"));
    table[1][severity] = "Critical".to_owned();
    table[2][likelihood] = "1".to_owned();
    let (report, summary) = next(&bytes_of(&table, b';', true));
    assert_eq!(report.threats[0].triage.extra, [("Severity as written".to_owned(), "Critical".to_owned())]);
    assert!(summary.contains("\"Critical\" was written over the severity"), "{summary}");
    assert!(report.threats[1].triage.extra.is_empty(), "a severity from before an assessment is no decision");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Random edits by people and programs: columns shuffled and added, rows sorted and deleted, another delimiter; every
    /// decision that was left in the table is found again.
    #[test]
    fn no_decision_is_lost(
        edits in prop::collection::vec((0usize..14, "\\PC{0,20}", 0usize..8, 1u8..6), 1..12),
        order in any::<u64>(), delimiter in prop::sample::select(vec![b',', b';', b'\t']), bom: bool, book: bool,
    ) {
        let mut table = records(&sample_report::plain(1, 3));
        let at = |table: &Vec<Vec<String>>, name: &str| table[0].iter().position(|h| h == name).unwrap();
        for record in &mut table {
            record.push(String::new());
        }
        let own = table[0].len() - 1;
        table[0][own] = "Own column".to_owned();
        for (row, text, status, level) in &edits {
            let row = row + 1;
            for name in ["Justification", "Owner", "Ticket / evidence", "Reviewed by"] {
                let column = at(&table, name);
                table[row][column] = text.clone();
            }
            let (column, tool) = (at(&table, "Status"), at(&table, "Tool status"));
            table[row][column] = Status::ALL[*status].title().to_owned();
            prop_assert_eq!(&table[row][tool], "Open");
            let column = at(&table, "Likelihood");
            table[row][column] = level.to_string();
            table[row][own] = format!("own {text}");
        }
        let expected: Vec<(String, Vec<String>)> = table[1..].iter().map(|r| {
            let names = ["Status", "Justification", "Owner", "Ticket / evidence", "Reviewed by", "Likelihood", "Own column"];
            (r[at(&table, "Fingerprint")].clone(), names.iter().map(|n| r[at(&table, n)].clone()).collect())
        }).collect();
        let rows = table.len() - 1;
        table[1..].rotate_left(order as usize % rows);
        let deleted = table.pop().unwrap()[at(&table, "Fingerprint")].clone();
        let width = table[0].len();
        for record in &mut table {
            record.rotate_right(order as usize % width);
        }
        let bytes = if book {
            for head in table[0].iter_mut().filter(|head| *head != "Own column") {
                *head = format!(" {}\u{a0} ", head.replace(' ', "  "));
            }
            table.insert(0, vec!["Threats of our system".to_owned()]);
            workbook(&[("Notes", &[]), ("Our risks", &table)])
        } else {
            bytes_of(&table, delimiter, bom)
        };
        let previous = read_previous("edited", &bytes).unwrap();
        let mut next = sample_report::plain(1, 3);
        carry_over(&mut next, &previous);
        let found = records(&next);
        let column = |name: &str| found[0].iter().position(|h| h == name);
        for (key, cells) in expected.iter().filter(|(key, _)| *key != deleted) {
            let row = found.iter().find(|r| r[column("Fingerprint").unwrap()] == *key).unwrap();
            let names = ["Status", "Justification", "Owner", "Ticket / evidence", "Reviewed by", "Likelihood", "Own column"];
            for (name, cell) in names.iter().zip(cells) {
                let now = column(name).map_or("", |c| row[c].as_str());
                let unguarded = |text: &str| text.strip_prefix('\'').unwrap_or(text).to_owned();
                prop_assert_eq!(unguarded(now), unguarded(cell), "{} of {}", name, key);
            }
        }
    }
}
