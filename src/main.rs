//! The `threatsheet` program: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    threatsheet::cli::run()
}
