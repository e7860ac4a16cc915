//! `threatsheet convert`: one diagram or a batch, each to its tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use rayon::prelude::*;

use super::{
    Outcome,
    args::ConvertArguments,
    console::{Console, count},
    gate::Gate,
    inputs::{self, Input, plain},
    load::{self, Unread},
    outputs::{self, Destination, Job},
    state::{self, Remembered, State},
    to_stdout,
};
use crate::{
    catalog::Catalog,
    export::{self, ExportOptions, Format, IndexEntry},
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
    state: State,
}

/// How one input ended.
enum Ending {
    /// Its tables are written.
    Converted { known: Option<Remembered>, reached: usize, unforgiven: usize, notes: Vec<String>, summary: String },
    /// It had not changed.
    Unchanged(Remembered),
    /// It is no diagram.
    Skipped,
    /// It could not be read or written.
    Failed(String),
}

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
    let folder = batch_folder(arguments, &destination, several);
    let run = Run::new(arguments, folder.as_deref())?;
    let ended = if arguments.combine {
        run.combine(found.files, &destination, &formats, &console)
    } else {
        let jobs = match outputs::plan(found.files, &destination, &formats) {
            Ok(jobs) => jobs,
            Err(error) => {
                console.error(&format!("{error:#}"));
                return Ok(Outcome::Usage);
            }
        };
        run.batch(&jobs, &formats, &mut console, folder.as_deref())
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
    fn new(arguments: &'a ConvertArguments, folder: Option<&Path>) -> anyhow::Result<Self> {
        let read_file = |path: &PathBuf| {
            std::fs::read(path).map_err(|e| plain(&e)).with_context(|| format!("cannot read {}", path.display()))
        };
        let template = arguments.look.template.as_ref().map(read_file).transpose()?;
        let template = template.map(String::from_utf8).transpose().context("the template is not UTF-8")?;
        let export = ExportOptions {
            template,
            logo: arguments.look.logo.as_ref().map(read_file).transpose()?,
            delimiter: arguments.look.delimiter,
            no_bom: arguments.look.no_bom,
            raw_csv: arguments.look.raw_csv,
            lines: Vec::new(),
        };
        let known = match &arguments.gate.baseline {
            Some(path) => export::known_threats(path.to_string_lossy().as_ref(), &read_file(path)?)
                .with_context(|| format!("cannot read the baseline {}", path.display()))?,
            None => BTreeSet::new(),
        };
        let date = date()?;
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
                (&arguments.formats, &arguments.triage),
                (&arguments.reading, &arguments.inference, &arguments.look)
            ),
            export,
            date,
            state: State::load(folder),
            arguments,
        })
    }

    /// Converts each job on its own, in parallel, and closes with a summary.
    fn batch(
        mut self,
        jobs: &[Job],
        formats: &[Format],
        console: &mut Console,
        folder: Option<&Path>,
    ) -> anyhow::Result<Outcome> {
        console.start(jobs.len());
        let work = |job: &Job| {
            let ending = self.convert(job, formats, folder);
            self.tell(job, &ending, jobs.len() == 1, console);
            console.step();
            ending
        };
        let endings: Vec<Ending> = match jobs {
            // One alone needs no threads, and starting them is a good part of its time.
            [job] => vec![work(job)],
            _ => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(self.arguments.jobs.unwrap_or(0)).build()?;
                pool.install(|| jobs.par_iter().map(work).collect())
            }
        };
        console.finish();
        let mut remembered = BTreeMap::new();
        for (job, ending) in jobs.iter().zip(&endings) {
            if let (Ending::Converted { known: Some(known), .. } | Ending::Unchanged(known), Some(key)) =
                (ending, key(job, folder))
            {
                remembered.insert(key, known.clone());
            }
        }
        if let Some(folder) = folder {
            let entries: Vec<IndexEntry> = remembered.values().map(|known| known.entry.clone()).collect();
            self.write_index(folder, &entries)?;
            self.state.save(remembered)?;
        }
        Ok(self.close(&endings, console))
    }

    /// Reads one input and writes its tables.
    fn convert(&self, job: &Job, formats: &[Format], folder: Option<&Path>) -> Ending {
        match self.try_convert(job, formats, folder) {
            Ok(ending) => ending,
            Err(error) => Ending::Failed(format!("{error:#}")),
        }
    }

    fn try_convert(&self, job: &Job, formats: &[Format], folder: Option<&Path>) -> anyhow::Result<Ending> {
        let bytes = job.input.read(import::FILE_BYTES)?;
        let fingerprint = state::fingerprint(&bytes, &self.version, &self.options);
        let paths: Vec<PathBuf> = job.outputs.iter().map(|(_, path)| path.clone()).collect();
        if let (Some(key), false) =
            (key(job, folder), self.arguments.force || folder.is_none() || self.gate.is_active())
            && let Some(known) = self.state.unchanged(&key, &fingerprint, &paths)
        {
            return Ok(Ending::Unchanged(known.clone()));
        }
        let document = match load::parse(&job.input, &bytes, &self.catalog, &self.read) {
            Ok(document) => document,
            Err(Unread::NotADiagram(_)) if job.input.root.is_some() => return Ok(Ending::Skipped),
            Err(Unread::NotADiagram(reason) | Unread::Failed(reason)) => return Ok(Ending::Failed(reason)),
        };
        let (report, notes) = self.report(vec![document], &paths)?;
        let lines = formats.contains(&Format::Sarif).then(|| import::cell_lines(&bytes));
        self.write(&report, &job.outputs, formats, lines.into_iter().collect())?;
        let relative = paths.iter().map(|path| relative(path, folder)).collect();
        let known = folder.map(|_| Remembered { fingerprint, entry: IndexEntry::new(&report, relative) });
        Ok(Ending::Converted {
            known,
            reached: self.gate.reached(&report),
            unforgiven: self.gate.unforgiven(&report),
            notes,
            summary: summary(&report),
        })
    }

    /// The threats of `documents`, with people's decisions carried over, and notes on what that changed.
    fn report(&self, documents: Vec<Document>, outputs: &[PathBuf]) -> anyhow::Result<(ThreatReport, Vec<String>)> {
        let mut report = infer::infer(documents, &self.catalog, &self.infer);
        report.title = self.arguments.look.title.clone().unwrap_or_else(|| title(&report));
        report.catalog_version.clone_from(&self.version);
        report.classification = self.arguments.look.classification.clone().unwrap_or_default();
        report.date.clone_from(&self.date);
        let mut notes = Vec::new();
        if let Some(previous) = self.previous(outputs) {
            let bytes = std::fs::read(previous).map_err(|e| plain(&e));
            let table = bytes.and_then(|bytes| Ok(export::read_previous(&previous.to_string_lossy(), &bytes)?));
            let table = table.with_context(|| {
                format!(
                    "cannot carry decisions over from {}; nothing was overwritten (--no-triage starts afresh)",
                    previous.display()
                )
            })?;
            notes.push(infer::carry_over(&mut report, &table).to_string());
        }
        Ok((report, notes))
    }

    /// The table to carry decisions over from: the one named, else the first output that exists and can hold some.
    fn previous<'p>(&'p self, outputs: &'p [PathBuf]) -> Option<&'p Path> {
        if self.arguments.no_triage {
            return None;
        }
        self.arguments.triage.as_deref().or_else(|| {
            let holds = |path: &&PathBuf| matches!(outputs::format_of(path), Some(Format::Xlsx | Format::Csv));
            outputs.iter().filter(holds).find(|path| path.is_file()).map(PathBuf::as_path)
        })
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
        let read: Vec<Result<Document, Unread>> = files
            .par_iter()
            .map(|input| {
                let bytes = input.read(import::FILE_BYTES).map_err(|e| Unread::Failed(format!("{e:#}")))?;
                load::parse(input, &bytes, &self.catalog, &self.read)
            })
            .collect();
        let (mut documents, mut outcome) = (Vec::new(), Outcome::Done);
        for (input, result) in files.iter().zip(read) {
            match result {
                Ok(document) => documents.push(document),
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
        let (report, notes) = self.report(documents, &paths)?;
        self.write(&report, &outputs, formats, Vec::new())?;
        notes.iter().for_each(|note| console.say(note));
        for path in &paths {
            console.say(&format!("{}: {}", path.display(), summary(&report)));
        }
        let gate = (self.gate.reached(&report), self.gate.unforgiven(&report));
        Ok(self.gated(gate, outcome, console))
    }

    /// Says how one job ended.
    fn tell(&self, job: &Job, ending: &Ending, alone: bool, console: &Console) {
        let name = job.input.name();
        match ending {
            Ending::Converted { notes, summary, .. } => {
                notes.iter().for_each(|note| console.say(&format!("{name}: {note}")));
                if alone {
                    console.say(&format!("{name}: {summary}"));
                    job.outputs.iter().for_each(|(_, path)| console.say(&format!("wrote {}", path.display())));
                }
            }
            Ending::Unchanged(_) if alone => {
                console.say(&format!("{name}: unchanged, nothing to do (--force converts it)"));
            }
            Ending::Failed(reason) => console.error(&format!("{name}: {reason}")),
            _ => {}
        }
    }

    /// Sums a batch up and settles the exit code.
    fn close(&self, endings: &[Ending], console: &Console) -> Outcome {
        let (mut converted, mut unchanged, mut skipped, mut failed) = (0, 0, 0, 0);
        let mut gate = (0, 0);
        for ending in endings {
            match ending {
                Ending::Converted { reached, unforgiven, .. } => {
                    converted += 1;
                    gate = (gate.0 + reached, gate.1 + unforgiven);
                }
                Ending::Unchanged(_) => unchanged += 1,
                Ending::Skipped => skipped += 1,
                Ending::Failed(_) => failed += 1,
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

    /// Writes the index page and workbook of a batch.
    fn write_index(&self, folder: &Path, entries: &[IndexEntry]) -> anyhow::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        outputs::write_whole(&folder.join("index.html"), &export::index_html(entries, &self.date)?)?;
        outputs::write_whole(&folder.join("index.xlsx"), &export::index_xlsx(entries, &self.date)?)
    }
}

/// The key under which a batch remembers a job: where its tables lie in the batch's folder, without ending.
fn key(job: &Job, folder: Option<&Path>) -> Option<String> {
    job.outputs.first().map(|(_, path)| relative(&path.with_extension(""), folder))
}

/// A path as seen from `folder`, with forward slashes, for links.
fn relative(path: &Path, folder: Option<&Path>) -> String {
    let inside = folder.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
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
