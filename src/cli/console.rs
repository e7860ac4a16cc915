//! What the program says on standard error: messages, progress and the closing summary.
//!
//! Tables go to standard output or files; everything for people's eyes on the way goes here.

use std::{
    io::{IsTerminal as _, Write as _},
    sync::Mutex,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often a plain line tells of progress where standard error is no terminal.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// The one writer to standard error.
pub(super) struct Console {
    quiet: bool,
    bar: Option<ProgressBar>,
    plain: Mutex<Plain>,
}

/// Progress without a terminal: a line now and then.
struct Plain {
    total: usize,
    done: usize,
    last: Instant,
}

impl Console {
    /// A console that says everything, or with `quiet` only errors.
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet, bar: None, plain: Mutex::new(Plain { total: 0, done: 0, last: Instant::now() }) }
    }

    /// Starts to count towards `total` files; one file needs no bar.
    pub(super) fn start(&mut self, total: usize) {
        if let Ok(mut plain) = self.plain.lock() {
            *plain = Plain { total, done: 0, last: Instant::now() };
        }
        if self.quiet || total < 2 || !std::io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:32} {pos}/{len} diagrams  {rate} a second  {eta} left");
        if let Ok(style) = style {
            let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                // A terminal that cannot be written to is nobody's fault.
                let _ = write!(out, "{:.0}", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        self.bar = Some(bar);
    }

    /// One file more is done.
    pub(super) fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            return;
        }
        let Ok(mut plain) = self.plain.lock() else { return };
        plain.done += 1;
        if !self.quiet && plain.total > 1 && plain.last.elapsed() >= PLAIN_INTERVAL {
            plain.last = Instant::now();
            line(&format!("{} of {} files", plain.done, plain.total));
        }
    }

    /// Counting is over.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// A message for people, left out on request.
    pub(super) fn say(&self, message: &str) {
        if !self.quiet {
            self.print(message);
        }
    }

    /// An error; always said.
    pub(super) fn error(&self, message: &str) {
        self.print(&format!("error: {message}"));
    }

    fn print(&self, message: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| line(message)),
            None => line(message),
        }
    }
}

/// Writes one line to standard error; a closed standard error is nobody's fault.
fn line(message: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(message));
}

/// A message without the control characters that a file's name or a label may smuggle into a terminal.
pub(super) fn harmless(message: &str) -> String {
    message.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

/// `1 threat`, `2 threats`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn terminal_escapes_do_not_reach_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\n"), "a\u{fffd}[2Jb\n");
    }
}
