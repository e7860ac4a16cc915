//! The arguments of the command line; their doc comments are the help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

use crate::{export::Format, infer::Detail, model::Severity};

/// Turns architecture diagrams into threat tables.
///
/// Reads draw.io and OWASP Threat Dragon files, recognises what they draw, works out which data flows cross which
/// trust boundary, and writes the STRIDE threats of the system as a workbook, a CSV file or a page.
#[derive(Debug, Parser)]
#[command(name = "threatsheet", version, max_term_width = 110, propagate_version = true)]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write the threat table of one diagram or of many.
    ///
    /// Exit codes: 0 everything was read and written; 1 at least one input failed (the rest is written); 2 wrong
    /// usage; 3 nothing to convert; 10 `--fail-on` or `--strict` was reached.
    Convert(Box<ConvertArguments>),
    /// Show what was understood of a diagram, before any threat is inferred.
    Inspect(InspectArguments),
    /// Compare the threats of two diagrams, or of a diagram and an earlier table.
    Diff(DiffArguments),
    /// List, explain and check the rules of the catalogue.
    Catalog(CatalogArguments),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

/// What is read, and how.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct ReadingArguments {
    /// Only this page: its name, or its number from 1.
    #[arg(long, value_name = "NAME|N", help_heading = "Reading")]
    pub(super) page: Option<String>,
    /// Read hidden layers and cells too.
    #[arg(long, help_heading = "Reading")]
    pub(super) include_hidden: bool,
    /// Folder with own rules, services, shapes and controls, laid over the built-in catalogue; may be repeated.
    #[arg(long = "catalog", value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Reading")]
    pub(super) catalogs: Vec<PathBuf>,
}

/// Which threats are shown.
#[derive(Clone, Debug, Args)]
pub(super) struct InferenceArguments {
    /// How much of the catalogue is shown: `focus` what the graph proves, `standard` also what a service is known
    /// for, `full` hygiene too.
    #[arg(long, value_name = "LEVEL", default_value = "standard", value_parser = words::<Detail>(), help_heading = "Threats")]
    pub(super) detail: Detail,
    /// Answer the checklists TACTICAL DD(R) and the five Serverless Architecture Layers as far as the diagram does.
    #[arg(long, help_heading = "Threats")]
    pub(super) checklists: bool,
}

/// Which inputs are taken.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct SelectionArguments {
    /// Diagrams, and folders that hold some; `-` reads one diagram from standard input.
    #[arg(value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub(super) inputs: Vec<PathBuf>,
    /// Read more inputs from this file, a path a line; `-` for standard input.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Inputs")]
    pub(super) files_from: Option<PathBuf>,
    /// In folders, only files that match this glob; may be repeated.
    #[arg(long, value_name = "GLOB", help_heading = "Inputs")]
    pub(super) include: Vec<String>,
    /// In folders, no files that match this glob; may be repeated.
    #[arg(long, value_name = "GLOB", help_heading = "Inputs")]
    pub(super) exclude: Vec<String>,
    /// In folders, hidden files too, and those that .gitignore and .ignore leave out.
    #[arg(long, help_heading = "Inputs")]
    pub(super) no_ignore: bool,
}

/// How tables look.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct LookArguments {
    /// Heading of the table; the diagram's own title or file name where none is given.
    #[arg(long, value_name = "TEXT", help_heading = "Look")]
    pub(super) title: Option<String>,
    /// Classification line, such as "Internal".
    #[arg(long, value_name = "TEXT", help_heading = "Look")]
    pub(super) classification: Option<String>,
    /// Logo for the workbook and the page, a PNG file.
    #[arg(long, value_name = "PNG", value_hint = ValueHint::FilePath, help_heading = "Look")]
    pub(super) logo: Option<PathBuf>,
    /// Own template (minijinja) in place of the page's.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Look")]
    pub(super) template: Option<PathBuf>,
    /// CSV: the delimiter, a single character or `tab`.
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Look")]
    pub(super) delimiter: Option<u8>,
    /// CSV: no byte order mark.
    #[arg(long, help_heading = "Look")]
    pub(super) no_bom: bool,
    /// CSV: labels that look like formulas stay as they are. Do not open such a file in a spreadsheet program.
    #[arg(long, help_heading = "Look")]
    pub(super) raw_csv: bool,
    /// Workbook: lock what the tool owns; the columns that people fill in stay open.
    ///
    /// Filters and formats work on a protected sheet. Excel does not sort one, nor unfold its folded columns, nor let
    /// its tables grow: lift the protection for that (Review, Unprotect Sheet; there is no password). Decisions are
    /// read back from a protected workbook like from any other.
    #[arg(long, help_heading = "Look")]
    pub(super) protect: bool,
}

/// When the exit code tells of threats.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct GateArguments {
    /// Exit with 10 when an open threat has this severity or a higher one.
    #[arg(long, value_name = "SEVERITY", value_parser = words::<Severity>(), help_heading = "Pipeline")]
    pub(super) fail_on: Option<Severity>,
    /// With `--fail-on`, count only threats that are not in this earlier table (XLSX, CSV or JSON).
    #[arg(long, value_name = "TABLE", requires = "fail_on", value_hint = ValueHint::FilePath, help_heading = "Pipeline")]
    pub(super) baseline: Option<PathBuf>,
    /// Exit with 10 when something in a diagram was not understood.
    #[arg(long, help_heading = "Pipeline")]
    pub(super) strict: bool,
}

/// Arguments of `convert`.
#[derive(Clone, Debug, Args)]
pub(super) struct ConvertArguments {
    /// Inputs.
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    /// Where to write: a file, a folder (an existing one, or a path that ends in `/`), or `-` for standard output.
    /// Without it, the table is written beside each input.
    #[arg(short, long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) output: Option<PathBuf>,
    /// Formats to write, separated by commas: xlsx, csv, html, json, markdown, sarif. By default the one that the
    /// output's ending names, else xlsx.
    #[arg(short, long = "format", value_name = "FORMAT", value_delimiter = ',', value_parser = words::<Format>())]
    pub(super) formats: Vec<Format>,
    /// Carry people's decisions over from this table (XLSX or CSV). By default from the output itself, where it exists.
    #[arg(long, value_name = "PREVIOUS", value_hint = ValueHint::FilePath)]
    pub(super) triage: Option<PathBuf>,
    /// Start afresh: carry nothing over from an existing output.
    #[arg(long, conflicts_with = "triage")]
    pub(super) no_triage: bool,
    /// Put all inputs into one table.
    #[arg(long)]
    pub(super) combine: bool,
    /// Convert inputs again that have not changed since the last run.
    #[arg(long)]
    pub(super) force: bool,
    /// How diagrams are read.
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    /// Which threats are shown.
    #[command(flatten)]
    pub(super) inference: InferenceArguments,
    /// How tables look.
    #[command(flatten)]
    pub(super) look: LookArguments,
    /// When the exit code tells of threats.
    #[command(flatten)]
    pub(super) gate: GateArguments,
    /// Convert this many files at a time; by default as many as the machine has cores.
    #[arg(short, long, value_name = "N")]
    pub(super) jobs: Option<usize>,
    /// Print nothing but errors.
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// How `inspect` shows a diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum InspectFormat {
    /// A readable table.
    Table,
    /// JSON for programs, schema threatsheet/inspect/1.
    Json,
    /// The page redrawn from what was understood.
    Svg,
}

/// Arguments of `inspect`.
#[derive(Clone, Debug, Args)]
pub(super) struct InspectArguments {
    /// The diagram; `-` for standard input.
    #[arg(value_name = "INPUT", value_hint = ValueHint::FilePath)]
    pub(super) input: PathBuf,
    /// How to show it.
    #[arg(short, long, value_enum, default_value_t = InspectFormat::Table)]
    pub(super) format: InspectFormat,
    /// Where to write; standard output by default.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
    /// How the diagram is read.
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

/// How `diff` shows a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum DiffFormat {
    /// Plain text.
    Text,
    /// Markdown, as for a pull request.
    Markdown,
    /// JSON for programs.
    Json,
}

/// Arguments of `diff`.
#[derive(Clone, Debug, Args)]
pub(super) struct DiffArguments {
    /// The earlier diagram, or an earlier table (XLSX or CSV).
    #[arg(value_name = "OLD", value_hint = ValueHint::FilePath)]
    pub(super) old: PathBuf,
    /// The diagram as it is now.
    #[arg(value_name = "NEW", value_hint = ValueHint::FilePath)]
    pub(super) new: PathBuf,
    /// How to show the comparison.
    #[arg(short, long, value_enum, default_value_t = DiffFormat::Text)]
    pub(super) format: DiffFormat,
    /// How diagrams are read.
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    /// Which threats are compared.
    #[command(flatten)]
    pub(super) inference: InferenceArguments,
}

/// Arguments of `catalog`.
#[derive(Clone, Debug, Args)]
pub(super) struct CatalogArguments {
    /// What to do with the catalogue.
    #[command(subcommand)]
    pub(super) command: CatalogCommand,
}

/// What can be done with the catalogue.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum CatalogCommand {
    /// List the rules, a line each.
    List(CatalogListArguments),
    /// Print one rule as a page.
    Explain {
        /// The rule's id, such as APIGW-001.
        id: String,
        /// Folder with own rules, laid over the built-in catalogue; may be repeated.
        #[arg(long = "catalog", value_name = "DIR", value_hint = ValueHint::DirPath)]
        catalogs: Vec<PathBuf>,
    },
    /// Check the built-in catalogue and the folders given: every word, every reference, every example.
    Check {
        /// Folders with own rules.
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folders: Vec<PathBuf>,
    },
}

/// Arguments of `catalog list`.
#[derive(Clone, Debug, Args)]
pub(super) struct CatalogListArguments {
    /// The threat vectors against Lambda with their countermeasures, in place of the rules.
    #[arg(long, conflicts_with = "seeds")]
    pub(super) lambda: bool,
    /// The threats that the seed article names, its category beside ours, with the rules that find them.
    #[arg(long)]
    pub(super) seeds: bool,
    /// Write a table to this file (XLSX or CSV by its ending) in place of printing lines.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
    /// Folder with own rules, laid over the built-in catalogue; may be repeated.
    #[arg(long = "catalog", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) catalogs: Vec<PathBuf>,
}

/// Reads a word of an enumeration, and tells the possible words to help and completion.
fn words<T: Word>() -> impl clap::builder::TypedValueParser<Value = T> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(T::names()).try_map(|word| word.parse::<T>())
}

/// An enumeration of the model that an argument can name.
trait Word: std::str::FromStr<Err = crate::model::UnknownWord> + Clone + Send + Sync + 'static {
    /// Every word.
    fn names() -> Vec<&'static str>;
}

macro_rules! argument_words {
    ($($kind:ty),+) => {
        $(impl Word for $kind {
            fn names() -> Vec<&'static str> {
                <$kind>::ALL.iter().map(|value| value.as_str()).collect()
            }
        })+
    };
}
argument_words!(Detail, Severity, Format);

/// Reads a CSV delimiter.
fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii_punctuation() && *byte != b'"' || *byte == b'\t' => Ok(*byte),
        _ => Err("give one punctuation character other than a quote, or `tab`".to_owned()),
    }
}
