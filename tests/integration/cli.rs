//! The program as its users meet it: arguments, outputs, messages, exit codes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::{Command, assert::Assert};

const HR: &str = "samples/hr-system.drawio";

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn threatsheet() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threatsheet"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("SOURCE_DATE_EPOCH");
    command
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn converting_a_diagram_writes_a_workbook_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let diagram = folder.path().join("orders.drawio");
    fs::copy(sample(HR), &diagram).expect("the sample can be copied");
    let assert = threatsheet().arg("convert").arg(&diagram).assert().success();
    assert_eq!(names(folder.path()), ["orders.drawio", "orders.threats.xlsx"]);
    assert!(stderr(&assert).contains("orders.threats.xlsx"), "{}", stderr(&assert));
    assert!(assert.get_output().stdout.is_empty());
}

#[test]
fn standard_output_takes_the_table_and_nothing_else() {
    let assert = threatsheet().args(["convert", HR, "-f", "csv", "-o", "-"]).assert().success();
    let out = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
    assert!(out.trim_start_matches('\u{feff}').starts_with("\"ID\""), "{}", &out[..80.min(out.len())]);
    assert!(out.contains("DB-003@"));
}

#[test]
fn standard_input_is_read() {
    let bytes = fs::read(sample(HR)).expect("the sample");
    let assert = threatsheet().args(["inspect", "-", "-f", "json"]).write_stdin(bytes).assert().success();
    let json: serde_json::Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
    assert_eq!(json["schema"], "threatsheet/inspect/1");
    assert_eq!(json["source"]["path"], "-");
}

#[test]
fn one_bad_file_costs_one_line_and_the_others_are_converted() {
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.drawio");
    fs::write(&broken, "<mxfile><diagram").expect("it can be written");
    let out = folder.path().join("out/");
    let assert = threatsheet()
        .arg("convert")
        .args([&broken, &sample(HR), &folder.path().join("missing.drawio")])
        .args(["-f", "csv", "-o"])
        .arg(&out)
        .assert()
        .code(1);
    let said = stderr(&assert);
    assert_eq!(said.lines().filter(|line| line.contains("broken.drawio")).count(), 1, "{said}");
    assert!(said.contains("missing.drawio: there is no such file"), "{said}");
    assert!(said.contains("1 diagram converted, 2 failed"), "{said}");
    assert!(out.join("hr-system.threats.csv").is_file());
    assert!(!names(&out).iter().any(|name| name.contains("broken") || name.ends_with("-part")));
}

#[test]
fn a_folder_is_mirrored_and_files_that_are_no_diagram_are_skipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir_all(input.join("team/a")).expect("folders");
    fs::copy(sample(HR), input.join("team/a/hr.drawio")).expect("a copy");
    fs::copy(sample("samples/ticket-shop.json"), input.join("shop.json")).expect("a copy");
    fs::write(input.join("notes.txt"), "nothing here").expect("a note");
    fs::write(input.join(".hidden.drawio"), "<mxfile").expect("a hidden file");
    let assert = threatsheet().arg("convert").arg(&input).arg("-o").arg(&out).assert().success();
    assert!(stderr(&assert).contains("2 diagrams converted, 1 skipped (not a diagram)"), "{}", stderr(&assert));
    assert!(out.join("team/a/hr.threats.xlsx").is_file());
    assert_eq!(names(&out), [".threatsheet-state.jsonl", "index.html", "index.xlsx", "shop.threats.xlsx", "team"]);
}

#[test]
fn unchanged_inputs_are_skipped_on_the_second_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir_all(&input).expect("a folder");
    fs::copy(sample(HR), input.join("a.drawio")).expect("a copy");
    fs::copy(sample(HR), input.join("b.drawio")).expect("a copy");
    let convert = || {
        let mut command = threatsheet();
        command.arg("convert").arg(&input).arg("-o").arg(&out);
        command
    };
    convert().assert().success();
    let index = fs::read(out.join("index.html")).expect("an index");
    assert!(stderr(&convert().assert().success()).contains("2 unchanged"));
    assert_eq!(fs::read(out.join("index.html")).expect("an index"), index, "the index still shows all diagrams");
    fs::copy(sample("samples/three-tier.drawio"), input.join("b.drawio")).expect("a copy");
    assert!(stderr(&convert().assert().success()).contains("1 diagram converted, 1 unchanged"));
    assert!(stderr(&convert().arg("--force").assert().success()).contains("2 diagrams converted"));
}

#[test]
fn globs_choose_files_in_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a.drawio", "b.drawio", "b.json"] {
        fs::copy(sample(HR), folder.path().join(name)).expect("a copy");
    }
    let out = folder.path().join("out");
    let convert = |arguments: &[&str]| {
        let mut command = threatsheet();
        command.arg("convert").arg(folder.path()).args(["-f", "csv", "-o"]).arg(&out).args(arguments);
        stderr(&command.assert().success())
    };
    assert!(convert(&["--include", "*.drawio", "--exclude", "a.*"]).contains("wrote"));
    assert!(out.join("b.threats.csv").is_file() && !out.join("a.threats.csv").exists());
}

#[test]
fn a_list_of_files_is_read_from_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = format!("{HR}\nsamples/ticket-shop.json\n");
    let mut command = threatsheet();
    command.args(["convert", "--files-from", "-", "-f", "csv", "-o"]).arg(folder.path()).write_stdin(list);
    assert!(stderr(&command.assert().success()).contains("2 diagrams converted"));
}

#[test]
fn exit_codes_are_those_of_the_documentation() {
    let empty = tempfile::tempdir().expect("a folder");
    threatsheet().arg("convert").arg(empty.path()).assert().code(3);
    threatsheet().arg("convert").assert().code(2);
    threatsheet().args(["convert", "--format", "docx", HR]).assert().code(2);
    threatsheet().args(["convert", HR, "samples/ticket-shop.json", "-o", "-"]).assert().code(2);
    threatsheet().args(["convert", HR, "-f", "csv", "-o", "-", "--fail-on", "high"]).assert().code(10);
    threatsheet().args(["inspect", "README.md"]).assert().code(1);
}

#[test]
fn a_file_that_is_no_diagram_says_what_it_is() {
    let assert = threatsheet().args(["inspect", "Cargo.toml"]).assert().code(1);
    let said = stderr(&assert);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("error: Cargo.toml: "), "{said}");
}

#[test]
fn an_unwritable_output_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), "in the way").expect("a file");
    let assert = threatsheet().args(["convert", HR, "-o"]).arg(folder.path().join("file/out.xlsx")).assert().code(1);
    assert!(stderr(&assert).contains("cannot write"), "{}", stderr(&assert));
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn an_unreadable_earlier_table_is_not_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("t.xlsx");
    fs::write(&table, "not a workbook").expect("a file");
    let assert = threatsheet().args(["convert", HR, "-o"]).arg(&table).assert().code(1);
    assert!(stderr(&assert).contains("nothing was overwritten"), "{}", stderr(&assert));
    assert_eq!(fs::read(&table).expect("it is there"), b"not a workbook");
    threatsheet().args(["convert", HR, "--no-triage", "-o"]).arg(&table).assert().success();
}

#[test]
fn a_logo_that_is_no_picture_is_told_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("t.html");
    let assert = threatsheet().args(["convert", HR, "--logo", HR, "-o"]).arg(&out).assert().failure();
    assert!(stderr(&assert).contains("hr-system.drawio is no PNG picture"), "{}", stderr(&assert));
    assert!(!out.exists());
}

#[test]
fn of_two_tables_that_differ_the_older_one_does_not_win_silently() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = format!("{}/", folder.path().display());
    let convert = || {
        let mut command = threatsheet();
        command.args(["convert", HR, "-f", "xlsx,csv", "-o", &out]);
        command
    };
    convert().assert().success();
    convert().assert().success();
    let (workbook, values) =
        (folder.path().join("hr-system.threats.xlsx"), folder.path().join("hr-system.threats.csv"));
    let table = fs::read_to_string(&values).expect("CSV");
    let edited = table.replacen("\"Open\",\"\",\"High\"", "\"Accepted\",\"\",\"High\"", 1);
    assert_ne!(edited, table);
    fs::write(&values, &edited).expect("written");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    fs::File::options().append(true).open(&values).and_then(|f| f.set_modified(later)).expect("a later time");
    let before = fs::read(&workbook).expect("the workbook");
    let assert = convert().assert().code(1);
    assert!(stderr(&assert).contains("do not say the same"), "{}", stderr(&assert));
    assert_eq!((fs::read(&workbook).expect("there"), fs::read_to_string(&values).expect("there")), (before, edited));
    let assert = convert().arg("--triage").arg(&values).assert().success();
    assert!(stderr(&assert).contains("decisions on 1 threats carried over"), "{}", stderr(&assert));
    assert!(fs::read_to_string(&values).expect("there").contains("\"Accepted\",\"\",\"High\""));
}

#[test]
fn the_same_input_gives_the_same_bytes_at_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a folder");
    let convert = |name: &str, jobs: &str| {
        let out = folder.path().join(name);
        let formats = "xlsx,csv,html,json,markdown,sarif";
        threatsheet()
            .args([
                "convert",
                "samples",
                "--include",
                "*.drawio",
                "--include",
                "*.json",
                "-f",
                formats,
                "-j",
                jobs,
                "-o",
            ])
            .arg(&out)
            .assert()
            .success();
        out
    };
    let (one, two) = (convert("one", "1"), convert("two", "2"));
    let written = names(&one);
    assert!(written.len() > 20, "{written:?}");
    assert_eq!(written, names(&two));
    for name in written {
        assert!(fs::read(one.join(&name)).ok() == fs::read(two.join(&name)).ok(), "{name} differs");
    }
}

#[test]
fn many_diagrams_go_into_one_table_on_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("all.csv");
    threatsheet().args(["convert", "--combine", HR, "samples/ticket-shop.json", "-o"]).arg(&table).assert().success();
    let text = fs::read_to_string(&table).expect("a table");
    assert!(text.contains("ticket-shop.json") && text.contains("hr-system.drawio"));
}

#[cfg(unix)]
#[test]
fn file_names_that_are_not_utf8_and_link_loops_are_survived() {
    use std::os::unix::{ffi::OsStrExt as _, fs::symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in");
    fs::create_dir_all(&input).expect("a folder");
    fs::copy(sample(HR), input.join(std::ffi::OsStr::from_bytes(b"caf\xe9.drawio"))).expect("a copy");
    symlink(&input, input.join("loop")).expect("a link");
    let out = folder.path().join("out");
    let assert = threatsheet().arg("convert").arg(&input).args(["-f", "csv", "-o"]).arg(&out).assert();
    let said = stderr(&assert);
    assert!(said.contains("the link leads back"), "{said}");
    assert_eq!(names(&out).iter().filter(|name| name.ends_with(".threats.csv")).count(), 1);
}

#[test]
fn completions_and_manual_are_printed() {
    for arguments in [vec!["completions", "bash"], vec!["man"]] {
        let assert = threatsheet().args(arguments).assert().success();
        assert!(String::from_utf8_lossy(&assert.get_output().stdout).contains("threatsheet"));
    }
}
