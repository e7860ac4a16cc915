//! The command line: arguments, batch, progress, messages, exit codes.

mod args;
mod catalog;
mod console;
mod convert;
mod diff;
mod earlier;
mod gate;
mod inputs;
mod inspect;
mod load;
mod outputs;
mod state;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

use args::{Arguments, Command};

/// How a run ended; the numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was read and written.
    Done = 0,
    /// At least one input failed; the rest is written.
    Failed = 1,
    /// The arguments make no sense; clap uses the same number.
    Usage = 2,
    /// There was nothing to convert.
    Nothing = 3,
    /// `--fail-on` or `--strict` was reached.
    Reached = 10,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Runs the program with the process's arguments.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Catalog(arguments) => catalog::run(&arguments),
        Command::Completions { shell } => completions(shell),
        Command::Man => manual(),
    };
    result
        .unwrap_or_else(|error| {
            console::Console::new(true).error(&format!("{error:#}"));
            Outcome::Failed
        })
        .into()
}

fn completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "threatsheet", &mut script);
    to_stdout(&script)
}

fn manual() -> anyhow::Result<Outcome> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    to_stdout(&page)
}

/// Writes to standard output. A reader that has gone away, as `head` does, is no failure.
fn to_stdout(bytes: &[u8]) -> anyhow::Result<Outcome> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(inputs::plain(&error)),
        _ => Ok(Outcome::Done),
    }
}
