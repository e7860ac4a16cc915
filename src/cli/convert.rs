//! `threatsheet convert`: one diagram or a batch, each to its tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use rayon::prelude::*;

use super::{
    Outcome,
    args::ConvertArguments,
    console::{Console, count},
    earlier,
    gate::Gate,
    inputs::{self, Input},
    load::{self, Unread},
    outputs::{self, Destination, Job},
    state::{self, Place, Remembered, State},
    to_stdout,
};
use crate::{
    catalog::Catalog,
    export::{self, ExportOptions, Format, Index, IndexEntry},
    import::{self, ReadOptions},
    infer::{self, InferOptions},
    model::{Document, Severity, ThreatReport},
};

/// Everything that is the same for all files of a run.
struct Run<'a> {
    arguments: &'a ConvertArguments,
    catalog: Catalog,
    read: ReadOptions,
    infer: InferOptions,
    export: ExportOptions,
    gate: Gate,
    date: String,
    /// The catalogue's version.
    version: String,
    /// The options as text, for fingerprints.
    options: String,
    batch: Option<Batch>,
}

/// A document, and for formats that point at lines the line of each cell.
type WithLines = (Document, BTreeMap<String, u32>);

/// How one input ended.
enum Ending {
    /// Its tables are written; open threats that reached `--fail-on`, and what `--strict` does not forgive.
    Converted { place: Option<Place>, reached: usize, unforgiven: usize },
    /// It had not changed.
    Unchanged(Place),
    /// It is no diagram.
    Skipped,
    /// It could not be read or written.
    Failed(String),
}

/// The folder of a batch as a whole, and what is remembered there.
struct Batch {
    folder: PathBuf,
    state: State,
}

impl Batch {
    /// Opens the batch in `folder`, where an index may stand that this program wrote, but none of somebody else.
    fn open(folder: PathBuf) -> anyhow::Result<Self> {
        let there = INDEX.map(|name| folder.join(name)).into_iter().find(|path| path.exists());
        if let Some(path) = there
            && !fs::read(folder.join(INDEX[0])).is_ok_and(|page| export::is_index(&page))
        {
            bail!(
                "{} is no index of threat tables and would be overwritten; give another folder with --output, or move \
                 it away",
                path.display()
            );
        }
        Ok(Self { state: State::open(&folder)?, folder })
    }
}

/// The index page and the index workbook of a batch.
const INDEX: [&str; 2] = ["index.html", "index.xlsx"];

/// Converts what the arguments name.
pub(super) fn run(arguments: &ConvertArguments) -> anyhow::Result<Outcome> {
    let mut console = Console::new(arguments.quiet);
    let several = arguments.selection.files_from.is_some()
        || arguments.selection.inputs.len() > 1
        || arguments.selection.inputs.iter().any(|path| path.is_dir());
    let destination = Destination::new(arguments.output.as_deref(), several && !arguments.combine);
    let formats = formats(arguments, &destination);
    if let Err(error) = usable(arguments, &destination, &formats, several) {
        console.error(&error.to_string());
        return Ok(Outcome::Usage);
    }
    let avoid = if let Destination::Folder(folder) = &destination { Some(folder.as_path()) } else { None };
    let found = inputs::collect(&arguments.selection, avoid)?;
    for (place, reason) in &found.unreadable {
        console.error(&format!("{}: {reason}", place.display()));
    }
    if found.files.is_empty() {
        console.error("there is nothing to convert: no file was found");
        return Ok(Outcome::Nothing);
    }
    let ended = if arguments.combine {
        Run::new(arguments, None)?.combine(found.files, &destination, &formats, &console)
    } else {
        let folder = batch_folder(arguments, &destination, several);
        let jobs = match outputs::plan(found.files, &destination, &formats) {
            Ok(jobs) => jobs,
            Err(error) => {
                console.error(&format!("{error:#}"));
                return Ok(Outcome::Usage);
            }
        };
        Run::new(arguments, folder)?.batch(&jobs, &formats, &mut console)
    }?;
    Ok(if found.unreadable.is_empty() || ended != Outcome::Done { ended } else { Outcome::Failed })
}

/// The formats to write: those asked for, else the one that the output's ending names, else a workbook.
fn formats(arguments: &ConvertArguments, destination: &Destination) -> Vec<Format> {
    let mut formats = arguments.formats.clone();
    if formats.is_empty() {
        let named = if let Destination::File(path) = destination { outputs::format_of(path) } else { None };
        formats.push(named.unwrap_or(Format::Xlsx));
    }
    let mut seen = BTreeSet::new();
    formats.retain(|format| seen.insert(*format));
    formats
}

/// Refuses combinations of arguments that make no sense, before any work.
fn usable(
    arguments: &ConvertArguments,
    destination: &Destination,
    formats: &[Format],
    several: bool,
) -> anyhow::Result<()> {
    if arguments.selection.inputs.is_empty() && arguments.selection.files_from.is_none() {
        bail!("give a diagram or a folder to convert, or --files-from; see threatsheet convert --help");
    }
    if *destination == Destination::Stdout && (formats.len() > 1 || several && !arguments.combine) {
        bail!("standard output takes one table in one format: give one input, or --combine, and one --format");
    }
    if let (Destination::File(path), Some(named)) =
        (destination, arguments.output.as_deref().and_then(outputs::format_of))
        && formats.len() == 1
        && formats[0] != named
    {
        bail!("{} names {named} but --format asks for {}; give one of them", path.display(), formats[0]);
    }
    if arguments.combine && *destination == Destination::Beside {
        bail!("--combine needs --output: the file to put all threats into");
    }
    Ok(())
}

/// The folder that holds the outputs of a batch as a whole, where there is one.
fn batch_folder(arguments: &ConvertArguments, destination: &Destination, several: bool) -> Option<PathBuf> {
    match destination {
        _ if !several || arguments.combine => None,
        Destination::Folder(folder) => Some(folder.clone()),
        Destination::Beside => match arguments.selection.inputs.as_slice() {
            [root] if root.is_dir() => Some(root.clone()),
            _ => None,
        },
        _ => None,
    }
}

impl<'a> Run<'a> {
    fn new(arguments: &'a ConvertArguments, folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let read_file = |path: &PathBuf| {
            inputs::read(path, import::FILE_BYTES).with_context(|| format!("cannot read {}", path.display()))
        };
        let template = arguments.look.template.as_ref().map(read_file).transpose()?;
        let template = template.map(String::from_utf8).transpose().context("the template is not UTF-8")?;
        let export = ExportOptions {
            template,
            logo: arguments.look.logo.as_ref().map(|path| picture(path, read_file(path)?)).transpose()?,
            delimiter: arguments.look.delimiter,
            no_bom: arguments.look.no_bom,
            raw_csv: arguments.look.raw_csv,
            protect: arguments.look.protect,
            lines: Vec::new(),
        };
        let known = match &arguments.gate.baseline {
            Some(path) => export::known_threats(path.to_string_lossy().as_ref(), &read_file(path)?)
                .with_context(|| format!("cannot read the baseline {}", path.display()))?,
            None => BTreeSet::new(),
        };
        let date = date()?;
        let triage = arguments.triage.as_ref().map(read_file).transpose()?;
        let catalog = load::catalog(&arguments.reading.catalogs)?;
        // Reading the rules is most of a short run, and uses all threads: done here, no job of the batch waits for it.
        let (version, _) = rayon::join(|| catalog.version(), || catalog.rules());
        Ok(Self {
            version,
            catalog,
            read: load::read_options(&arguments.reading),
            infer: load::infer_options(&arguments.inference),
            gate: Gate::new(&arguments.gate, known),
            options: format!(
                "{:?} {:?} {export:?} {date}",
                (&arguments.formats, triage.map(|table| state::fingerprint(&table, "", ""))),
                (&arguments.reading, &arguments.inference, &arguments.look)
            ),
            export,
            date,
            batch: folder.map(Batch::open).transpose()?,
            arguments,
        })
    }

    /// Converts each job on its own, in parallel, and closes with the index and a summary.
    fn batch(mut self, jobs: &[Job], formats: &[Format], console: &mut Console) -> anyhow::Result<Outcome> {
        let files = jobs.iter().flat_map(|job| &job.outputs).map(|(_, path)| path.as_path());
        let index = self.batch.as_ref().map(|batch| batch.folder.join(INDEX[0]));
        outputs::sweep(files.chain(index.as_deref()));
        console.start(jobs.len());
        // One alone needs no threads, and starting them is a good part of its time.
        let threads = || rayon::ThreadPoolBuilder::new().num_threads(self.arguments.jobs.unwrap_or(0)).build();
        let pool = if jobs.len() > 1 { Some(threads()?) } else { None };
        let work = |job: &Job| {
            let ending = self
                .convert(job, formats, jobs.len() == 1, console)
                .unwrap_or_else(|error| Ending::Failed(format!("{error:#}")));
            console.step();
            ending
        };
        let endings: Vec<Ending> = match &pool {
            Some(pool) => pool.install(|| jobs.par_iter().map(work).collect()),
            None => jobs.iter().map(work).collect(),
        };
        console.finish();
        // On a thread of the pool, which has memory that its conversions needed and need no more.
        let indexed = match (self.batch.take(), &pool) {
            (None, _) => Ok(()),
            (Some(batch), Some(pool)) => pool.install(|| self.write_index(batch, jobs, &endings)),
            (Some(batch), None) => self.write_index(batch, jobs, &endings),
        };
        let ended = self.close(jobs, &endings, console);
        if let Err(error) = indexed {
            console.error(&format!("{error:#}"));
            return Ok(Outcome::Failed);
        }
        Ok(ended)
    }

    /// Reads one input and writes its tables.
    fn convert(&self, job: &Job, formats: &[Format], alone: bool, console: &Console) -> anyhow::Result<Ending> {
        let bytes = job.input.read(import::FILE_BYTES)?;
        let fingerprint = state::fingerprint(&bytes, &self.version, &self.options);
        let paths: Vec<PathBuf> = job.outputs.iter().map(|(_, path)| path.clone()).collect();
        let key = self.batch.as_ref().map(|batch| key(&paths, &batch.folder)).unwrap_or_default();
        let name = job.input.name();
        if let (Some(batch), false) = (&self.batch, self.arguments.force || self.gate.is_active())
            && let Some(place) = batch.state.unchanged(&key, &fingerprint, &paths)
        {
            if alone {
                console.say(&format!("{name}: unchanged, nothing to do (--force converts it)"));
            }
            return Ok(Ending::Unchanged(place));
        }
        let document = match load::parse(&job.input, &bytes, &self.catalog, &self.read) {
            Ok(document) => document,
            Err(Unread::NotADiagram(_)) if job.input.root.is_some() => return Ok(Ending::Skipped),
            Err(Unread::NotADiagram(reason) | Unread::Failed(reason)) => return Ok(Ending::Failed(reason)),
        };
        let (report, notes) = self.report(vec![document], &paths)?;
        let lines = formats.contains(&Format::Sarif).then(|| import::cell_lines(&bytes));
        if let Some(batch) = &self.batch {
            batch.state.begin(&key)?;
        }
        self.write(&report, &job.outputs, formats, lines.into_iter().collect())?;
        let remember = |batch: &Batch| {
            let outputs = paths.iter().map(|path| relative(path, &batch.folder)).collect();
            batch.state.remember(&key, Remembered { fingerprint, entry: IndexEntry::new(&report, outputs) })
        };
        let place = self.batch.as_ref().map(remember).transpose()?;
        notes.iter().for_each(|note| console.say(&format!("{name}: {note}")));
        if alone {
            console.say(&format!("{name}: {}", summary(&report)));
            paths.iter().for_each(|path| console.say(&format!("wrote {}", path.display())));
        }
        Ok(Ending::Converted { place, reached: self.gate.reached(&report), unforgiven: self.gate.unforgiven(&report) })
    }

    /// The threats of `documents`, with people's decisions carried over, and notes on what that changed.
    fn report(&self, documents: Vec<Document>, outputs: &[PathBuf]) -> anyhow::Result<(ThreatReport, Vec<String>)> {
        let mut report = infer::infer(documents, &self.catalog, &self.infer);
        report.title = self.arguments.look.title.clone().unwrap_or_else(|| title(&report));
        report.catalog_version.clone_from(&self.version);
        report.classification = self.arguments.look.classification.clone().unwrap_or_default();
        report.date.clone_from(&self.date);
        let mut notes = Vec::new();
        if !self.arguments.no_triage
            && let Some(table) = earlier::table(self.arguments.triage.as_deref(), outputs)?
        {
            notes.push(infer::carry_over(&mut report, &table).to_string());
        }
        Ok((report, notes))
    }

    /// Writes every format to memory first, then every file, so that a failing format leaves nothing behind.
    fn write(
        &self,
        report: &ThreatReport,
        outputs: &[(Format, PathBuf)],
        formats: &[Format],
        lines: Vec<BTreeMap<String, u32>>,
    ) -> anyhow::Result<()> {
        let options = ExportOptions { lines, ..self.export.clone() };
        let render = |format: Format| {
            let mut bytes = Vec::new();
            export::write(report, format, &options, &mut bytes)
                .with_context(|| format!("cannot make the {format} table"))?;
            anyhow::Ok(bytes)
        };
        if outputs.is_empty() {
            for format in formats {
                to_stdout(&render(*format)?)?;
            }
            return Ok(());
        }
        let rendered: Vec<Vec<u8>> =
            outputs.iter().map(|(format, _)| render(*format)).collect::<anyhow::Result<_>>()?;
        outputs.iter().zip(rendered).try_for_each(|((_, path), bytes)| outputs::write_whole(path, &bytes))
    }

    /// Puts all inputs into one table.
    fn combine(
        self,
        files: Vec<Input>,
        destination: &Destination,
        formats: &[Format],
        console: &Console,
    ) -> anyhow::Result<Outcome> {
        let with_lines = formats.contains(&Format::Sarif);
        let read: Vec<Result<WithLines, Unread>> = files
            .par_iter()
            .map(|input| {
                let bytes = input.read(import::FILE_BYTES).map_err(|e| Unread::Failed(format!("{e:#}")))?;
                let document = load::parse(input, &bytes, &self.catalog, &self.read)?;
                Ok((document, if with_lines { import::cell_lines(&bytes) } else { BTreeMap::new() }))
            })
            .collect();
        let (mut documents, mut lines, mut outcome) = (Vec::new(), Vec::new(), Outcome::Done);
        for (input, result) in files.iter().zip(read) {
            match result {
                Ok((document, of_cells)) => {
                    documents.push(document);
                    lines.push(of_cells);
                }
                Err(Unread::NotADiagram(reason)) if input.root.is_some() => {
                    console.say(&format!("{}: skipped, {reason}", input.name()));
                }
                Err(Unread::NotADiagram(reason) | Unread::Failed(reason)) => {
                    console.error(&format!("{}: {reason}", input.name()));
                    outcome = Outcome::Failed;
                }
            }
        }
        if documents.is_empty() {
            console.error("there is nothing to convert: no input holds a diagram");
            return Ok(if outcome == Outcome::Failed { outcome } else { Outcome::Nothing });
        }
        let whole = Input { path: "threats".into(), root: None };
        let base = match destination {
            Destination::Folder(folder) => Destination::File(folder.join("threats.xlsx")),
            other => other.clone(),
        };
        let jobs = outputs::plan(vec![whole], &base, formats)?;
        let outputs = jobs.into_iter().flat_map(|job| job.outputs).collect::<Vec<_>>();
        let paths: Vec<PathBuf> = outputs.iter().map(|(_, path)| path.clone()).collect();
        let written = || paths.iter().map(PathBuf::as_path);
        if let Err(error) = outputs::refuse_overwriting(files.iter().map(|input| input.path.as_path()), written()) {
            console.error(&format!("{error:#}"));
            return Ok(Outcome::Usage);
        }
        outputs::sweep(written());
        let (report, notes) = self.report(documents, &paths)?;
        self.write(&report, &outputs, formats, lines)?;
        notes.iter().for_each(|note| console.say(note));
        for path in &paths {
            console.say(&format!("{}: {}", path.display(), summary(&report)));
        }
        let gate = (self.gate.reached(&report), self.gate.unforgiven(&report));
        Ok(self.gated(gate, outcome, console))
    }

    /// Sums a batch up and settles the exit code.
    fn close(&self, jobs: &[Job], endings: &[Ending], console: &Console) -> Outcome {
        let (mut converted, mut unchanged, mut skipped, mut failed) = (0, 0, 0, 0);
        let mut gate = (0, 0);
        for (job, ending) in jobs.iter().zip(endings) {
            match ending {
                Ending::Converted { reached, unforgiven, .. } => {
                    converted += 1;
                    gate = (gate.0 + reached, gate.1 + unforgiven);
                }
                Ending::Unchanged(_) => unchanged += 1,
                Ending::Skipped => skipped += 1,
                Ending::Failed(reason) => {
                    failed += 1;
                    console.error(&format!("{}: {reason}", job.input.name()));
                }
            }
        }
        if endings.len() > 1 {
            let mut parts = vec![format!("{} converted", count(converted, "diagram", "diagrams"))];
            parts.extend((unchanged > 0).then(|| format!("{unchanged} unchanged")));
            parts.extend((skipped > 0).then(|| format!("{skipped} skipped (not a diagram)")));
            parts.extend((failed > 0).then(|| format!("{failed} failed")));
            console.say(&parts.join(", "));
        }
        let outcome = match (converted + unchanged, skipped, failed) {
            (_, _, 1..) => Outcome::Failed,
            (0, ..) => Outcome::Nothing,
            _ => Outcome::Done,
        };
        self.gated(gate, outcome, console)
    }

    /// The exit code once `--fail-on` and `--strict` have had their say; a failure outranks them.
    fn gated(&self, (reached, unforgiven): (usize, usize), outcome: Outcome, console: &Console) -> Outcome {
        if let Some(least) = self.arguments.gate.fail_on.filter(|_| reached > 0) {
            console.error(&format!("{} of severity {least} or higher", count(reached, "open threat", "open threats")));
        }
        if unforgiven > 0 {
            console.error(&format!("{} not understood (--strict)", count(unforgiven, "thing was", "things were")));
        }
        if outcome == Outcome::Done && reached + unforgiven > 0 { Outcome::Reached } else { outcome }
    }

    /// Writes what is remembered, and the index page and workbook of a batch.
    fn write_index(&self, batch: Batch, jobs: &[Job], endings: &[Ending]) -> anyhow::Result<()> {
        let places: Vec<Place> = endings
            .iter()
            .filter_map(|ending| match ending {
                Ending::Converted { place, .. } => *place,
                Ending::Unchanged(place) => Some(*place),
                _ => None,
            })
            .collect();
        let mut index = Index::default();
        batch.state.close(&places, |entry| index.add(entry))?;
        for (job, ending) in jobs.iter().zip(endings) {
            if let Ending::Failed(reason) = ending {
                index.add_failed(job.input.name(), reason.clone());
            }
        }
        if index.is_empty() {
            return Ok(());
        }
        outputs::write_whole(&batch.folder.join(INDEX[0]), &index.html(&self.date)?)?;
        outputs::write_whole(&batch.folder.join(INDEX[1]), &index.xlsx(&self.date)?)
    }
}

/// The key under which a batch remembers an input: where its tables lie in the batch's folder, without ending.
fn key(outputs: &[PathBuf], folder: &Path) -> String {
    outputs.first().map(|path| relative(&path.with_extension(""), folder)).unwrap_or_default()
}

/// A path as seen from `folder`, with forward slashes, for links.
fn relative(path: &Path, folder: &Path) -> String {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// `47 threats, 40 open: 3 critical, 12 high, ...`.
fn summary(report: &ThreatReport) -> String {
    let open: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| (severity, report.count_severity(*severity, true)))
        .filter(|(_, n)| *n > 0)
        .map(|(severity, n)| format!("{n} {severity}"))
        .collect();
    let total = count(report.threats.len(), "threat", "threats");
    if open.is_empty() { format!("{total}, none open") } else { format!("{total}, open: {}", open.join(", ")) }
}

/// The heading of a table that was given none: the diagram's own title or its file's name.
fn title(report: &ThreatReport) -> String {
    match report.documents.as_slice() {
        [document] => document.title.clone().unwrap_or_else(|| outputs::stem(&document.source.path)),
        several => format!("{} diagrams", several.len()),
    }
}

/// The bytes of a logo, where they are those of a PNG picture.
fn picture(path: &Path, bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        bail!("the logo {} is no PNG picture: save it as one", path.display());
    }
    Ok(bytes)
}

/// The day of the report, from `SOURCE_DATE_EPOCH`; without it time is left out, so that the same input gives the
/// same bytes.
fn date() -> anyhow::Result<String> {
    let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH") else { return Ok(String::new()) };
    let seconds: u64 = epoch
        .to_str()
        .and_then(|text| text.trim().parse().ok())
        .filter(|seconds| *seconds < 253_402_300_800)
        .with_context(|| format!("SOURCE_DATE_EPOCH is no number of seconds: {}", epoch.to_string_lossy()))?;
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    let written = humantime::format_rfc3339_seconds(time).to_string();
    Ok(written.split('T').next().unwrap_or_default().to_owned())
}
