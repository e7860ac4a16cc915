//! Killed, out of space or without a right to write: an output is the old one or the new, and nothing else stays behind.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

const SAMPLES: [&str; 3] = ["hr-system.drawio", "three-tier.drawio", "ticket-shop.json"];

/// A folder of a dozen diagrams; `turn` shifts which of the samples each of them is.
fn diagrams(folder: &Path, turn: usize) {
    fs::create_dir_all(folder).expect("a folder");
    for n in 0..12 {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(SAMPLES[(n + turn) % SAMPLES.len()]);
        fs::copy(sample, folder.join(format!("{n:02}.drawio"))).expect("the sample can be copied");
    }
}

fn convert(input: &Path, output: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_threatsheet"));
    command.arg("convert").arg(input).args(["-f", "csv,html,json", "--no-triage", "-o"]).arg(output);
    command.env_remove("SOURCE_DATE_EPOCH").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn succeed(input: &Path, output: &Path) {
    let ended = convert(input, output).output().expect("it runs");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// Every file in a folder by its name, hidden ones too.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry"));
    entries.filter_map(|e| Some((e.file_name().to_string_lossy().into_owned(), fs::read(e.path()).ok()?))).collect()
}

/// The tables and the index: what a person opens.
fn shown(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = contents(folder);
    files.retain(|name, _| !name.starts_with('.'));
    files
}

/// Waits until `folder` holds `many` files or the run has ended, then ends the run without warning.
fn kill_after(many: usize, folder: &Path, run: &mut Child) {
    while fs::read_dir(folder).map_or(0, Iterator::count) < many && run.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    run.kill().expect("it can be ended");
    run.wait().expect("it has ended");
}

/// The diagrams of two days, the tables that a run without a break makes of them, and a place for other runs.
struct Days {
    _folder: tempfile::TempDir,
    input: PathBuf,
    output: PathBuf,
    first: BTreeMap<String, Vec<u8>>,
    second: BTreeMap<String, Vec<u8>>,
}

impl Days {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (input, output) = (folder.path().join("in"), folder.path().join("out"));
        let of_day = |turn: usize| {
            diagrams(&input, turn);
            let whole = folder.path().join(format!("whole-{turn}"));
            succeed(&input, &whole);
            contents(&whole)
        };
        let (first, second) = (of_day(0), of_day(1));
        diagrams(&input, 0);
        succeed(&input, &output);
        diagrams(&input, 1);
        Self { _folder: folder, input, output, first, second }
    }

    /// Every table is the first day's or the second's; the index says how the run went.
    fn assert_old_or_new(&self) {
        for (name, bytes) in shown(&self.output).into_iter().filter(|(name, _)| name.contains(".threats.")) {
            let (old, new) = (self.first.get(&name), self.second.get(&name));
            assert!(old == Some(&bytes) || new == Some(&bytes), "{name} is neither the old one nor the new");
        }
    }
}

#[test]
fn a_killed_run_leaves_whole_files_and_the_next_run_no_litter() {
    for many in [0, 1, 5, 20] {
        let folder = tempfile::tempdir().expect("a folder");
        let (input, output, whole) = (folder.path().join("in"), folder.path().join("out"), folder.path().join("whole"));
        diagrams(&input, 0);
        succeed(&input, &whole);
        let expected = contents(&whole);
        let mut run = convert(&input, &output).spawn().expect("it starts");
        kill_after(many, &output, &mut run);
        for (name, bytes) in shown(&output) {
            assert!(expected.get(&name) == Some(&bytes), "{name} is half-written after {many} files");
        }
        succeed(&input, &output);
        assert!(contents(&output) == expected, "after {many} files: {:?}", contents(&output).keys());
    }
}

#[test]
fn a_run_that_is_killed_over_older_tables_leaves_old_or_new_ones() {
    let days = Days::new();
    let mut run = convert(&days.input, &days.output).spawn().expect("it starts");
    let table = days.output.join("03.threats.json");
    while fs::read(&table).ok().as_ref() == days.first.get("03.threats.json")
        && run.try_wait().expect("it can be asked").is_none()
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    run.kill().expect("it can be ended");
    run.wait().expect("it has ended");
    days.assert_old_or_new();
    // Back to the first day: what the killed run has written of the second must not pass for unchanged.
    diagrams(&days.input, 0);
    succeed(&days.input, &days.output);
    assert!(contents(&days.output) == days.first, "the tables are those of the first day again");
}

/// A limit on the size of a file stops a write in its middle as a full disk does.
#[cfg(unix)]
#[test]
fn a_write_that_is_stopped_in_its_middle_leaves_the_old_file() {
    let days = Days::new();
    let run = convert(&days.input, &days.output);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "sh"]).arg(run.get_program()).args(run.get_args());
    let ended = limited.stdin(Stdio::null()).output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write") && said.contains("12 failed"), "{said}");
    days.assert_old_or_new();
    assert!(!contents(&days.output).keys().any(|name| name.ends_with("-part")), "{:?}", contents(&days.output).keys());
    succeed(&days.input, &days.output);
    assert!(contents(&days.output) == days.second, "with room again, the tables are those of the second day");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_said_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/hr-system.drawio");
    let mut one = Command::new(env!("CARGO_BIN_EXE_threatsheet"));
    let ended = one.arg("convert").arg(&input).args(["-f", "csv", "-o", "/dev/full"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write /dev/full: the disk is full"), "{said}");
    assert!(fs::metadata("/dev/full").expect("it is there").file_type().is_char_device());
}

/// Root may write everywhere, so a file stands where the folder should be.
#[test]
fn a_folder_that_cannot_be_written_to_fails_before_any_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in");
    diagrams(&input, 0);
    fs::write(folder.path().join("out"), "in the way").expect("a file");
    let ended = convert(&input, &folder.path().join("out/below")).output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "one line, not one a diagram: {said}");
    assert!(said.contains("cannot write"), "{said}");
    assert_eq!(fs::read(folder.path().join("out")).expect("it is there"), b"in the way");
}
