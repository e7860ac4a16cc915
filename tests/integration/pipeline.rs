//! In a pipeline and over folders: what the exit code hangs on, what code scanning gets, and what is never touched.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::{Command, assert::Assert};
use serde_json::Value;

const HR: &str = "samples/hr-system.drawio";

fn threatsheet() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threatsheet"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("SOURCE_DATE_EPOCH");
    command
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn said(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

/// Writes `diagram`'s table to `table`.
fn convert(diagram: &Path, table: &Path) -> Assert {
    threatsheet().arg("convert").arg(diagram).arg("-o").arg(table).assert()
}

#[test]
fn fail_on_counts_open_threats_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("t.csv");
    convert(&sample(HR), &table).success();
    let gate = || threatsheet().args(["convert", HR, "--fail-on", "info", "-o"]).arg(&table).assert();
    assert!(said(&gate().code(10)).contains("open threats of severity info or higher"));
    let text = fs::read_to_string(&table).expect("a table");
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = rows.headers().expect("heads").clone();
    let status = heads.iter().position(|head| head == "Status").expect("a status");
    let mut decided = csv::Writer::from_path(&table).expect("it can be written");
    decided.write_record(&heads).expect("it can be written");
    for row in rows.records() {
        let row = row.expect("a row");
        let cells = row.iter().enumerate().map(|(n, cell)| if n == status { "Accepted" } else { cell });
        decided.write_record(cells).expect("it can be written");
    }
    decided.flush().expect("it can be written");
    gate().success();
}

#[test]
fn a_baseline_leaves_only_new_threats_to_count() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["base.json", "base.xlsx", "base.csv"] {
        let (base, other) = (folder.path().join(name), folder.path().join(format!("other-{name}")));
        convert(&sample(HR), &base).success();
        convert(&sample("samples/three-tier.drawio"), &other).success();
        let gate = |baseline: &Path| {
            let mut command = threatsheet();
            command.args(["convert", HR, "-f", "json", "-o", "-", "--fail-on", "high", "--baseline"]).arg(baseline);
            command.assert()
        };
        gate(&base).success();
        gate(&other).code(10);
    }
    let broken = folder.path().join("broken.json");
    fs::write(&broken, "{").expect("it can be written");
    let refused = threatsheet()
        .args(["convert", HR, "-o", "-", "-f", "csv", "--fail-on", "low", "--baseline"])
        .arg(&broken)
        .assert();
    assert!(said(&refused.code(1)).contains("cannot read the baseline"));
}

#[test]
fn strict_fails_on_what_was_not_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    let diagram = folder.path().join("loose.drawio");
    let loose = "<mxCell id=\"loose\" edge=\"1\" parent=\"1\"><mxGeometry relative=\"1\" as=\"geometry\">\
                 <mxPoint x=\"9000\" y=\"9000\" as=\"sourcePoint\"/><mxPoint x=\"9500\" y=\"9000\" as=\"targetPoint\"/>\
                 </mxGeometry></mxCell></root>";
    let text = fs::read_to_string(sample(HR)).expect("the sample");
    fs::write(&diagram, text.replacen("</root>", loose, 1)).expect("it can be written");
    let strict =
        |path: &Path| threatsheet().arg("convert").arg(path).args(["--strict", "-f", "csv", "-o", "-"]).assert();
    strict(&sample(HR)).success();
    assert!(said(&strict(&diagram).code(10)).contains("1 thing was not understood"));
}

#[test]
fn an_input_that_failed_outranks_the_gate() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.drawio");
    threatsheet()
        .args(["convert", HR])
        .arg(missing)
        .args(["-f", "csv", "--fail-on", "info", "-o"])
        .arg(folder.path())
        .assert()
        .code(1);
}

/// The results of a diagram's SARIF log.
fn results(log: &Path) -> Vec<Value> {
    let log: Value = serde_json::from_slice(&fs::read(log).expect("a log")).expect("JSON");
    log["runs"][0]["results"].as_array().expect("results").clone()
}

fn fingerprints(log: &Path) -> BTreeSet<String> {
    results(log).iter().map(|r| r["partialFingerprints"]["primaryLocationLineHash"].to_string()).collect()
}

#[test]
fn code_scanning_gets_the_line_of_the_cell_and_fingerprints_that_survive_moving_things_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(sample(HR)).expect("the sample");
    let moved = folder.path().join("moved.drawio");
    // Another place on the page, another line in the file.
    fs::write(&moved, text.replace("<mxGeometry x=\"", "<mxGeometry x=\"1").replacen("<root>", "<root>\n\n", 1))
        .expect("it can be written");
    let (before, after) = (folder.path().join("a.sarif"), folder.path().join("b.sarif"));
    convert(&sample(HR), &before).success();
    convert(&moved, &after).success();
    assert!(fingerprints(&before).len() > 20);
    let kept = fingerprints(&before).intersection(&fingerprints(&after)).count();
    assert!(kept * 10 >= fingerprints(&before).len() * 9, "{kept} of {} are kept", fingerprints(&before).len());
    let lines: Vec<&str> = text.lines().collect();
    let mut looked_at = 0;
    for result in results(&before) {
        let id = result["properties"]["threat"].as_str().expect("an id").to_owned();
        let line = result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().expect("a line");
        // What is about a whole page bears the page's id, which is no cell's.
        let cell = format!("<mxCell id=\"{}\"", id.split_once('@').expect("an element").1);
        if text.contains(&cell) {
            looked_at += 1;
            assert!(lines[usize::try_from(line).expect("small") - 1].contains(&cell), "{id}: {line}");
        }
    }
    assert!(looked_at >= 10, "{looked_at}");
}

#[test]
fn each_diagram_is_filed_under_a_category_of_its_own_for_code_scanning() {
    let folder = tempfile::tempdir().expect("a folder");
    threatsheet()
        .args(["convert", HR, "samples/three-tier.drawio", "-f", "sarif", "-o"])
        .arg(folder.path())
        .assert()
        .success();
    let category = |name: &str| {
        let log: Value = serde_json::from_slice(&fs::read(folder.path().join(name)).expect("a log")).expect("JSON");
        let id = log["runs"][0]["automationDetails"]["id"].as_str().expect("an id").to_owned();
        id.rsplit_once('/').expect("a category").0.to_owned()
    };
    assert_ne!(category("hr-system.threats.sarif"), category("three-tier.threats.sarif"));
    let all = folder.path().join("all.sarif");
    threatsheet().args(["convert", "--combine", HR, "samples/three-tier.drawio", "-o"]).arg(&all).assert().success();
    let lines = |file: &str| {
        let of_file = results(&all)
            .into_iter()
            .map(|r| r["locations"][0]["physicalLocation"].clone())
            .filter(|place| place["artifactLocation"]["uri"] == file);
        of_file.filter(|place| place["region"]["startLine"].as_u64() > Some(1)).count()
    };
    assert!(lines(HR) > 0 && lines("samples/three-tier.drawio") > 0, "cells have lines in a common log too");
}

#[test]
fn what_is_read_is_never_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let diagram = folder.path().join("d.drawio");
    fs::copy(sample(HR), &diagram).expect("a copy");
    let bytes = fs::read(&diagram).expect("it is there");
    for arguments in [&["convert", "--no-triage"][..], &["convert", "--combine"], &["convert", "--force", "-f", "html"]]
    {
        let refused = threatsheet().args(arguments).arg(&diagram).arg("-o").arg(&diagram).assert().code(2);
        assert!(said(&refused).contains("is an input and would be overwritten"), "{}", said(&refused));
    }
    threatsheet().arg("inspect").arg(&diagram).arg("-o").arg(&diagram).assert().code(1);
    assert_eq!(fs::read(&diagram).expect("it is there"), bytes);
}

#[test]
fn a_page_of_somebody_else_is_not_taken_for_an_index() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(sample(HR), folder.path().join("a.drawio")).expect("a copy");
    let page = folder.path().join("index.html");
    fs::write(&page, "<html><title>Our team</title></html>").expect("it can be written");
    let batch = || threatsheet().arg("convert").arg(folder.path()).args(["-f", "csv"]).assert();
    assert!(said(&batch().code(1)).contains("index.html is no index of threat tables and would be overwritten"));
    assert!(fs::read_to_string(&page).expect("it is there").contains("Our team"));
    assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 2, "nothing was written");
    fs::remove_file(&page).expect("it is ours");
    batch().success();
    assert!(said(&batch().success()).contains("1 unchanged"), "its own tables are no inputs");
    let model = folder.path().join("a.threats.json");
    fs::copy(sample("samples/ticket-shop.json"), &model).expect("a copy");
    let refused = threatsheet().arg("convert").arg(folder.path()).args(["-f", "json"]).assert().code(2);
    assert!(said(&refused).contains("a.threats.json is an input and would be overwritten"), "{}", said(&refused));
}

#[test]
fn hidden_and_ignored_files_are_left_out_unless_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in");
    fs::create_dir_all(input.join("drafts")).expect("folders");
    fs::write(input.join(".gitignore"), "drafts/\n").expect("it can be written");
    for name in ["a.drawio", "b.drawio", ".hidden.drawio", "drafts/c.drawio"] {
        fs::copy(sample(HR), input.join(name)).expect("a copy");
    }
    let batch = |more: &[&str]| {
        let mut command = threatsheet();
        command.arg("convert").arg(&input).args(["-f", "csv", "-o"]).arg(folder.path().join("out")).args(more);
        said(&command.assert().success())
    };
    assert!(batch(&[]).contains("2 diagrams converted"));
    assert!(batch(&["--no-ignore"]).contains("2 diagrams converted, 2 unchanged, 1 skipped (not a diagram)"));
    assert!(batch(&["--exclude", "b.*"]).contains("unchanged"));
}

#[test]
fn on_request_nothing_is_said_but_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.drawio");
    fs::write(&broken, "<mxfile><diagram").expect("it can be written");
    let batch = threatsheet()
        .args(["convert", "-q", HR, "samples/three-tier.drawio"])
        .arg(&broken)
        .args(["-f", "csv", "-o"])
        .arg(folder.path())
        .assert()
        .code(1);
    assert!(batch.get_output().stdout.is_empty());
    assert_eq!(said(&batch).lines().count(), 1, "{}", said(&batch));
    assert!(said(&batch).contains("broken.drawio: "));
}

#[test]
fn the_index_lists_what_recurs_and_what_failed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir_all(&input).expect("a folder");
    fs::copy(sample(HR), input.join("a #1.drawio")).expect("a copy");
    fs::copy(sample(HR), input.join("b.drawio")).expect("a copy");
    fs::write(input.join("broken.drawio"), "<mxfile><diagram").expect("it can be written");
    threatsheet().arg("convert").arg(&input).arg("-o").arg(&out).assert().code(1);
    let page = fs::read_to_string(out.join("index.html")).expect("an index");
    assert!(page.contains("2 diagrams, ") && page.contains("href=\"a%20%231.threats.xlsx\""), "{page}");
    assert!(page.contains("Payslip API <span class=\"muted\">2 diagrams</span>"));
    assert!(page.contains("Not converted") && page.contains("broken.drawio <span class=\"muted\">"));
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(out.join("index.xlsx")).expect("a workbook");
    let names = calamine::Reader::sheet_names(&book);
    assert_eq!(names, ["Diagrams", "Recurring elements", "Failed"]);
    let diagrams = calamine::Reader::worksheet_range(&mut book, "Diagrams").expect("a sheet");
    assert_eq!(diagrams.height(), 3);
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_and_locked_folders_are_said_and_the_rest_is_converted() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    let locked = input.join("locked");
    fs::create_dir_all(&locked).expect("folders");
    fs::copy(sample(HR), input.join("a.drawio")).expect("a copy");
    fs::copy(sample(HR), locked.join("b.drawio")).expect("a copy");
    symlink(input.join("gone"), input.join("dangling.drawio")).expect("a link");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("it is ours");
    let is_locked = fs::read_dir(&locked).is_err();
    let batch = threatsheet().arg("convert").arg(&input).args(["-f", "csv", "-o"]).arg(&out).assert().code(1);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).expect("it is ours");
    assert!(said(&batch).contains("dangling.drawio: there is no such file or folder"), "{}", said(&batch));
    assert!(out.join("a.threats.csv").is_file());
    // Root reads what is locked to everybody else.
    assert_eq!(said(&batch).contains("locked: permission denied"), is_locked, "{}", said(&batch));
    assert_eq!(out.join("locked/b.threats.csv").is_file(), !is_locked);
}
