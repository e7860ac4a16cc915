//! A year with one table: LibreOffice edits the workbook as a person would, the diagram changes, and what was decided
//! is found on the next table.

use std::{collections::BTreeMap, fs, path::Path};

use threatsheet::{
    catalog::Catalog,
    export::{Format, read_previous},
    import::{self, ReadOptions},
    infer::{self, InferOptions, carry_over},
    model::{PreviousRow, Status, ThreatReport},
};

use crate::export::{office, written};

const SAMPLE: &str = "samples/hr-system.drawio";

fn report(drawing: &str, catalog: &Catalog) -> ThreatReport {
    let document = import::read(drawing.as_bytes(), SAMPLE, catalog, &ReadOptions::default()).expect("a diagram");
    infer::infer(vec![document], catalog, &InferOptions::default())
}

/// What an architect does to a drawing, with the threats that it may cost at most.
fn changes(drawing: &str) -> Vec<(&'static str, String, usize)> {
    let cell = |id: &str| {
        let start = drawing.find(&format!("<mxCell id=\"{id}\"")).expect("the cell");
        let end = start + drawing[start..].find("</mxCell>").expect("its end") + "</mxCell>".len();
        drawing[start..end].to_owned()
    };
    let page =
        drawing[drawing.find("<diagram").expect("a page")..drawing.find("</mxfile>").expect("its end")].to_owned();
    let copy = page.replacen("id=\"hr\"", "id=\"copy\"", 1).replacen("name=\"HR system\"", "name=\"Draft\"", 1);
    let archive =
        cell("documents").replace("id=\"documents\"", "id=\"archive\"").replace("Signed documents", "Archive");
    let without = ["mail-queue", "f9", "f10"].iter().fold(drawing.to_owned(), |rest, id| rest.replace(&cell(id), ""));
    vec![
        ("nothing", drawing.to_owned(), 0),
        ("move", drawing.replace("x=\"460\"", "x=\"480\"").replace("y=\"60\"", "y=\"72\""), 0),
        ("rename", drawing.replace("\"Payslips\"", "\"Payslips 2031\""), 0),
        ("add", drawing.replace("</root>", &format!("{archive}</root>")), 0),
        ("delete", without, 8),
        ("cut and paste", drawing.replace("\"payslips\"", "\"pasted-7\"").replace("\"documents\"", "\"pasted-8\""), 0),
        ("copy the page before it", drawing.replace(&page, &format!("{copy}{page}")), 0),
        ("copy the page behind it", drawing.replace(&page, &format!("{page}{copy}")), 0),
    ]
}

fn content<'r>(row: &'r PreviousRow, column: &str) -> &'r str {
    row.cells.iter().find(|(name, _)| name == column).map_or("", |(_, text)| text.as_str())
}

#[test]
fn what_was_decided_in_libreoffice_is_found_whatever_happens_to_the_diagram() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::builtin();
    let drawing = fs::read_to_string(root.join(SAMPLE)).expect("the sample");
    let first = report(&drawing, &catalog);
    fs::write(folder.path().join("table.xlsx"), written(&first, Format::Xlsx)).expect("written");
    // LibreOffice makes its profile, then the macro takes the place of the empty one.
    office(&["--convert-to", "csv", "table.xlsx"], folder.path());
    let basic = folder.path().join("profile/user/basic/Standard");
    for name in ["Person.xba", "script.xlb"] {
        fs::copy(root.join("tests/fixtures/office").join(name), basic.join(name)).expect("copied");
    }
    office(&[&format!("macro:///Standard.Person.Edit(\"{}\")", folder.path().display())], folder.path());
    for edited in ["edited.xlsx", "edited-Risks.csv"] {
        let bytes = fs::read(folder.path().join(edited)).expect("LibreOffice wrote it");
        let previous = read_previous(edited, &bytes).expect("a table");
        assert_eq!(previous.rows.len(), first.threats.len() - 1, "{edited}: one row was deleted by hand");
        for (what, drawing, may_go) in changes(&drawing) {
            let mut next = report(&drawing, &catalog);
            let summary = carry_over(&mut next, &previous).to_string();
            assert!(next.retired.len() <= may_go, "{edited}, {what}: {} retired; {summary}", next.retired.len());
            let again = read_previous("next.xlsx", &written(&next, Format::Xlsx)).expect("a table");
            let mut found: BTreeMap<&str, &PreviousRow> = BTreeMap::new();
            for row in again.rows.iter().chain(&again.retired) {
                assert!(found.insert(content(row, "ID"), row).is_none(), "{edited}, {what}: a number twice");
            }
            for before in &previous.rows {
                let number = content(before, "ID");
                let row = found.get(number).unwrap_or_else(|| panic!("{edited}, {what}: {number} is lost; {summary}"));
                let at = format!("{edited}, {what}, {number}");
                assert_eq!(row.triage.owner, format!("Owner of {number}"), "{at}");
                assert_eq!(row.triage.justification, format!("Because of {number}"), "{at}");
                assert_eq!(row.triage.status, Some(Status::Accepted), "{at}");
                assert!(row.triage.due.starts_with("2031-02-0"), "{at}: {}", row.triage.due);
                assert_eq!(row.triage.due, before.triage.due, "{at}");
                assert_eq!(content(row, "Sprint"), content(before, "Sprint"), "{at}");
                assert!(!content(row, "Sprint").is_empty(), "{at}");
                assert_eq!(content(row, "Likelihood"), content(before, "Likelihood"), "{at}");
            }
        }
    }
}
