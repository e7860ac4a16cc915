//! What is wrong with a catalogue file, and where.

use std::{fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// One mistake in a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named to the reader.
    pub file: String,
    /// Line of the mistake, from 1.
    pub line: usize,
    /// Column of the mistake in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right, such as `did you mean "lambda"?`.
    pub help: Option<String>,
    excerpt: String,
}

impl Problem {
    /// A mistake at the byte range `span` of `text`, which is the whole of `file`.
    #[must_use]
    pub fn at(file: &str, text: &str, span: Range<usize>, message: &str, help: Option<String>) -> Self {
        let start = floor_char(text, span.start);
        let end = floor_char(text, span.end.max(start)).max(start);
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.matches('\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let excerpt = excerpt(file, text, start..end, message, help.as_deref());
        Self { file: file.to_owned(), line, column, message: message.to_owned(), help, excerpt }
    }

    /// A mistake that has no place in a text, such as a file that cannot be read.
    #[must_use]
    pub fn of_file(file: &str, message: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
            message: message.to_owned(),
            help: None,
            excerpt: format!("error: {message}\n --> {file}"),
        }
    }
}

impl fmt::Display for Problem {
    /// The message with the line it stands on and a caret under the mistake.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.excerpt)
    }
}

fn excerpt(file: &str, text: &str, span: Range<usize>, message: &str, help: Option<&str>) -> String {
    // A mistake's range ends with its line: a whole table underlined would hide the point.
    let line_end = text.get(span.start..).and_then(|t| t.find('\n')).map_or(text.len(), |i| span.start + i);
    let span = span.start..span.end.min(line_end).max(span.start);
    let snippet = Snippet::source(text).path(file).annotation(AnnotationKind::Primary.span(span));
    let title = Level::ERROR.primary_title(message).element(snippet);
    let mut report = vec![title];
    if let Some(help) = help {
        report.push(Group::with_title(Level::HELP.secondary_title(help)));
    }
    Renderer::plain().render(&report)
}

fn floor_char(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// Everything that is wrong with the catalogue files read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
pub struct CatalogError {
    /// The mistakes, in the order of the files. Never empty.
    pub problems: Vec<Problem>,
}

impl From<Problem> for CatalogError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

/// `did you mean "..."?` with the nearest of `known` to `word`, where one is near enough to be a slip.
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|k| (strsim::jaro_winkler(word, k), k))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, k)| format!("did you mean `{k}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_points_at_its_line_and_column() {
        let text = "key = 1\nnäme = \"x\"\n";
        let at = text.find('"').expect("the text has a quote");
        let problem = Problem::at("own.toml", text, at..at + 3, "wrong", Some("do better".to_owned()));
        assert_eq!((problem.line, problem.column), (2, 8));
        let shown = problem.to_string();
        assert!(shown.contains("own.toml:2:8") && shown.contains("^^^") && shown.contains("do better"), "{shown}");
    }

    #[test]
    fn a_range_outside_of_the_text_does_no_harm() {
        let problem = Problem::at("own.toml", "ä", 1..99, "wrong", None);
        assert_eq!((problem.line, problem.column), (1, 1));
    }

    #[test]
    fn the_nearest_word_is_offered() {
        assert_eq!(did_you_mean("lamda", ["lambda", "s3"]), Some("did you mean `lambda`?".to_owned()));
        assert_eq!(did_you_mean("zzz", ["lambda", "s3"]), None);
    }
}
