//! Where tables are written: names, collisions settled before work starts, and writing that never leaves half a file.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ffi::{OsStr, OsString},
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::inputs::{Input, is_dash, plain};
use crate::export::Format;

/// Where the user wants tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Standard output.
    Stdout,
    /// Beside each input.
    Beside,
    /// One file.
    File(PathBuf),
    /// A folder, in which the inputs' own folders are mirrored.
    Folder(PathBuf),
}

impl Destination {
    /// Reads `--output`. A folder is one that exists, ends in a separator, or is needed because there are several
    /// inputs.
    pub(super) fn new(output: Option<&Path>, several: bool) -> Self {
        match output {
            None => Self::Beside,
            Some(path) if is_dash(path) => Self::Stdout,
            Some(path) if path.is_dir() || several || ends_in_separator(path) => Self::Folder(path.to_path_buf()),
            Some(path) => Self::File(path.to_path_buf()),
        }
    }
}

fn ends_in_separator(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(std::path::is_separator)
}

/// The ending of a format's files.
pub(super) fn ending(format: Format) -> &'static str {
    match format {
        Format::Markdown => "md",
        other => other.as_str(),
    }
}

/// The format that a file's ending names.
pub(super) fn format_of(path: &Path) -> Option<Format> {
    let found = path.extension()?.to_str()?.to_ascii_lowercase();
    Format::ALL.iter().copied().find(|format| ending(*format) == found)
}

/// One input and the files that it becomes.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// What is read.
    pub input: Input,
    /// What is written; empty for standard output.
    pub outputs: Vec<(Format, PathBuf)>,
}

/// Settles for every input where its tables go. Two inputs that would write the same file keep their endings in the
/// name; where that does not tell them apart either, nothing is done.
pub(super) fn plan(inputs: Vec<Input>, destination: &Destination, formats: &[Format]) -> anyhow::Result<Vec<Job>> {
    let several_roots = inputs.iter().filter_map(|i| i.root.as_ref()).collect::<BTreeSet<_>>().len() > 1;
    let short: Vec<Option<PathBuf>> =
        inputs.iter().map(|input| target(input, destination, several_roots, false)).collect();
    let mut uses: BTreeMap<&PathBuf, usize> = BTreeMap::new();
    for path in short.iter().flatten() {
        *uses.entry(path).or_default() += 1;
    }
    let bases: Vec<Option<PathBuf>> = inputs
        .iter()
        .zip(&short)
        .map(|(input, base)| match base {
            Some(path) if uses[path] > 1 => target(input, destination, several_roots, true),
            other => other.clone(),
        })
        .collect();
    refuse_collisions(&inputs, &bases)?;
    let jobs: Vec<Job> = inputs
        .into_iter()
        .zip(bases)
        .map(|(input, base)| Job { outputs: files(base.as_deref(), destination, formats), input })
        .collect();
    without_own_tables(jobs)
}

/// Leaves out inputs that were found beside diagrams as the tables of an earlier run. Any other input that would be
/// written over is refused.
fn without_own_tables(mut jobs: Vec<Job>) -> anyhow::Result<Vec<Job>> {
    let written: HashMap<PathBuf, Format> = jobs
        .iter()
        .flat_map(|job| &job.outputs)
        .filter_map(|(format, path)| Some((fs::canonicalize(path).ok()?, *format)))
        .collect();
    if written.is_empty() {
        return Ok(jobs);
    }
    let mut in_the_way = None;
    jobs.retain(|job| {
        let Some(format) = fs::canonicalize(&job.input.path).ok().and_then(|place| written.get(&place)) else {
            return true;
        };
        if job.input.root.is_none() || !is_table(&job.input.path, *format) {
            in_the_way.get_or_insert(job.input.name());
        }
        false
    });
    in_the_way.map_or(Ok(jobs), |name| Err(would_be_overwritten(&name)))
}

/// Whether a file of this format is a table, and not a diagram that happens to have a table's name.
fn is_table(path: &Path, format: Format) -> bool {
    let holds =
        |text: &str| fs::read(path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()));
    match format {
        Format::Html => !holds("data-mxgraph"),
        Format::Json => holds("threatsheet/report/"),
        Format::Xlsx | Format::Csv | Format::Markdown | Format::Sarif => true,
    }
}

fn would_be_overwritten(name: &str) -> anyhow::Error {
    anyhow::anyhow!("{name} is an input and would be overwritten; give another --output")
}

/// The files that one base name becomes.
fn files(base: Option<&Path>, destination: &Destination, formats: &[Format]) -> Vec<(Format, PathBuf)> {
    let Some(base) = base else { return Vec::new() };
    match (destination, formats) {
        (Destination::File(path), [format]) => vec![(*format, path.clone())],
        _ => formats.iter().map(|format| (*format, with_ending(base, ending(*format)))).collect(),
    }
}

/// `base.ending`, whatever dots are in the name already.
pub(super) fn with_ending(base: &Path, ending: &str) -> PathBuf {
    let mut name = base.as_os_str().to_os_string();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn refuse_collisions(inputs: &[Input], bases: &[Option<PathBuf>]) -> anyhow::Result<()> {
    let mut first: BTreeMap<&PathBuf, &Input> = BTreeMap::new();
    for (input, base) in inputs.iter().zip(bases) {
        let Some(base) = base else { continue };
        if let Some(other) = first.insert(base, input) {
            bail!(
                "{} and {} would both be written to {}.*; give them different names or convert them one at a time",
                other.name(),
                input.name(),
                base.display()
            );
        }
    }
    Ok(())
}

/// Refuses to write over what is read.
pub(super) fn refuse_overwriting<'p>(
    inputs: impl Iterator<Item = &'p Path>,
    outputs: impl Iterator<Item = &'p Path>,
) -> anyhow::Result<()> {
    let read: HashSet<PathBuf> = inputs.filter_map(|path| fs::canonicalize(path).ok()).collect();
    for path in outputs {
        if fs::canonicalize(path).is_ok_and(|place| read.contains(&place)) {
            return Err(would_be_overwritten(&path.display().to_string()));
        }
    }
    Ok(())
}

/// The path without ending that an input's tables get; `None` for standard output.
fn target(input: &Input, destination: &Destination, several_roots: bool, keep_endings: bool) -> Option<PathBuf> {
    let name = || {
        let file = input.path.file_name().unwrap_or(OsStr::new("diagram"));
        let mut stem = if input.is_stdin() {
            OsString::from("diagram")
        } else if keep_endings {
            file.to_os_string()
        } else {
            without_endings(file)
        };
        stem.push(".threats");
        stem
    };
    match destination {
        Destination::Stdout => None,
        Destination::File(path) => Some(path.with_extension("")),
        Destination::Beside if input.is_stdin() => Some(PathBuf::from(name())),
        Destination::Beside => Some(input.path.with_file_name(name())),
        Destination::Folder(folder) => {
            let mut path = folder.clone();
            if let Some(root) = &input.root {
                if several_roots {
                    path.push(root.file_name().unwrap_or(OsStr::new("root")));
                }
                if let Some(parent) = input.path.strip_prefix(root).ok().and_then(Path::parent) {
                    path.push(parent);
                }
            }
            path.push(name());
            Some(path)
        }
    }
}

/// The name of a diagram's file without folders and endings.
pub(super) fn stem(path: &str) -> String {
    let name = Path::new(path).file_name().filter(|name| *name != "-").unwrap_or(OsStr::new("Diagram"));
    without_endings(name).to_string_lossy().into_owned()
}

/// A file name without the endings that diagrams have: `orders.drawio.svg` is `orders`.
fn without_endings(name: &OsStr) -> OsString {
    const ENDINGS: [&str; 7] = ["drawio", "dio", "xml", "svg", "png", "html", "json"];
    let mut rest = Path::new(name);
    while let (Some(ending), Some(stem)) = (rest.extension(), rest.file_stem()) {
        if !ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) {
            break;
        }
        rest = Path::new(stem);
    }
    rest.as_os_str().to_os_string()
}

/// What the name of a half-written file ends in.
const PART: &str = ".threatsheet-part";

/// Writes a file so that at any moment there is either the old one or the new.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// Writes a file with `fill`, so that at any moment there is either the old one or the new: beside its place first,
/// under a name that the next run takes again or away, then renamed.
pub(super) fn write_with(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> anyhow::Result<()> {
    let about = || format!("cannot write {}", path.display());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| plain(&e)).with_context(about)?;
    // What a link leads to is replaced, not the link.
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let old = fs::metadata(&place).ok();
    if old.as_ref().is_some_and(fs::Metadata::is_dir) {
        bail!("cannot write {}: it is a folder", path.display());
    }
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        // A pipe or a device is written to; it would be lost if a file took its place.
        let written = File::options().write(true).open(&place).and_then(|mut file| fill(&mut file));
        return written.map_err(|e| plain(&e)).with_context(about);
    }
    let mut hidden = OsString::from(".");
    hidden.push(place.file_name().unwrap_or(OsStr::new("output")));
    hidden.push(PART);
    let opened = Part::open(place.with_file_name(hidden), true).map_err(|e| plain(&e)).with_context(about)?;
    let Some(mut part) = opened else { bail!("cannot write {}: another run is writing it", path.display()) };
    let written = part.file.set_len(0).and_then(|()| fill(&mut part.file)).and_then(|()| {
        if let Some(old) = old {
            part.file.set_permissions(old.permissions())?;
        }
        fs::rename(&part.path, &place)
    });
    if written.is_err() {
        let _ = fs::remove_file(&part.path);
    }
    written.map_err(|e| plain(&e)).with_context(about)
}

/// Takes away what a killed run left half-written in the folders that these files go to.
pub(super) fn sweep<'p>(files: impl Iterator<Item = &'p Path>) {
    let folders: BTreeSet<&Path> = files.filter_map(Path::parent).collect();
    for folder in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            if name.starts_with(b".")
                && name.ends_with(PART.as_bytes())
                && let Ok(Some(part)) = Part::open(entry.path(), false)
            {
                let _ = fs::remove_file(&part.path);
            }
        }
    }
}

/// A half-written file. Its lock tells one that a killed run left from one that another run is writing.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// Opens and locks it; `None` where another run is writing it.
    fn open(path: PathBuf, create: bool) -> io::Result<Option<Self>> {
        loop {
            let file = File::options().create(create).write(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => return Err(error),
                _ => {}
            }
            // Before it was locked, another run may have renamed it into its place: then it is no part any more.
            let opened = same_file::Handle::from_file(file.try_clone()?)?;
            if same_file::Handle::from_path(&path).is_ok_and(|there| there == opened) {
                return Ok(Some(Self { path, file }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, root: Option<&str>) -> Input {
        Input { path: path.into(), root: root.map(Into::into) }
    }

    fn outputs(inputs: Vec<Input>, destination: &Destination) -> Vec<String> {
        let jobs = plan(inputs, destination, &[Format::Xlsx]).expect("no collision");
        jobs.iter().map(|job| job.outputs[0].1.display().to_string()).collect()
    }

    #[test]
    fn tables_are_named_after_their_diagram() {
        let folder = Destination::Folder("out".into());
        assert_eq!(outputs(vec![input("a/orders.drawio.svg", None)], &Destination::Beside), ["a/orders.threats.xlsx"]);
        assert_eq!(outputs(vec![input("in/a/v1.2.drawio", Some("in"))], &folder), ["out/a/v1.2.threats.xlsx"]);
    }

    #[test]
    fn inputs_that_differ_by_ending_only_are_told_apart() {
        let two = vec![input("orders.drawio", None), input("orders.drawio.png", None)];
        assert_eq!(
            outputs(two, &Destination::Beside),
            ["orders.drawio.threats.xlsx", "orders.drawio.png.threats.xlsx"]
        );
    }

    #[test]
    fn inputs_that_cannot_be_told_apart_are_refused() {
        let two = vec![input("a/orders.drawio", None), input("b/orders.drawio", None)];
        let error = plan(two, &Destination::Folder("out".into()), &[Format::Csv]).expect_err("they collide");
        assert!(error.to_string().contains("a/orders.drawio and b/orders.drawio"), "{error}");
    }

    #[test]
    fn two_roots_are_mirrored_under_their_own_names() {
        let two = vec![input("x/a.drawio", Some("x")), input("y/a.drawio", Some("y"))];
        assert_eq!(outputs(two, &Destination::Folder("out".into())), ["out/x/a.threats.xlsx", "out/y/a.threats.xlsx"]);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.csv");
        write_whole(&path, b"old").expect("it can be written");
        let blocked = folder.path().join("t.csv/under-a-file.csv");
        assert!(write_whole(&blocked, b"new").is_err());
        assert_eq!(fs::read(&path).expect("it is there"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 1);
    }

    #[test]
    fn a_file_that_another_run_is_writing_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.csv");
        let other =
            Part::open(folder.path().join(".t.csv.threatsheet-part"), true).expect("it opens").expect("it is free");
        let error = write_whole(&path, b"ours").expect_err("it is being written");
        assert!(error.to_string().contains("another run is writing it"), "{error}");
        sweep([path.as_path()].into_iter());
        assert!(other.path.is_file(), "the other run still has its part");
        drop(other);
        write_whole(&path, b"ours").expect("a part that nobody holds is taken over");
        assert_eq!(fs::read(&path).expect("it is there"), b"ours");
        assert_eq!(fs::read_dir(folder.path()).expect("it can be read").count(), 1);
    }

    #[test]
    fn parts_that_nobody_writes_are_swept_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [".gone.csv.threatsheet-part", ".other.part", "a.threatsheet-part"] {
            fs::write(folder.path().join(name), "half").expect("it can be written");
        }
        sweep([folder.path().join("t.csv").as_path()].into_iter());
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).expect("it can be read").flatten().map(|e| e.file_name()).collect();
        left.sort();
        assert_eq!(left, [".other.part", "a.threatsheet-part"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (real, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
        fs::write(&real, "old").expect("it can be written");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).expect("it is ours");
        symlink(&real, &link).expect("a link");
        write_whole(&link, b"new").expect("it can be written");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
        assert_eq!(fs::read(&real).expect("it is there"), b"new");
        assert_eq!(fs::metadata(&real).expect("it is there").permissions().mode() & 0o777, 0o600);
        write_whole(Path::new("/dev/null"), b"gone").expect("it takes everything");
        assert!(fs::metadata("/dev/null").expect("it is there").file_type().is_char_device());
    }
}
