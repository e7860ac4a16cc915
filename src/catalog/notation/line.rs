//! Reading one statement of the notation.

use super::{
    NotationError,
    build::{Form, Link, Sketch},
};
use crate::model::Direction;

/// Reads `statement` into `sketch`.
pub(super) fn read(statement: &str, sketch: &mut Sketch) -> Result<(), NotationError> {
    let text = statement.trim();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    match word {
        "flowchart" | "graph" | "direction" => Ok(()),
        "end" if rest.is_empty() => sketch.close(statement),
        "subgraph" => {
            let mut cursor = Cursor { statement, rest: rest.trim() };
            let node = cursor.node()?;
            sketch.open(&node.id, &node.label, node.class, statement)
        }
        "class" | "classDef" => {
            if let (Some((ids, class)), "class") = (rest.trim().rsplit_once(char::is_whitespace), word) {
                ids.split(',').for_each(|id| sketch.classify(id.trim(), class.trim(), statement));
            }
            Ok(())
        }
        _ if text.starts_with("%%") => {
            properties(text.trim_start_matches('%').trim(), sketch, statement);
            Ok(())
        }
        _ => chain(text, sketch, statement),
    }
}

/// `@id key=value key="two words"`; any other comment is left alone.
fn properties(text: &str, sketch: &mut Sketch, statement: &str) {
    let Some(text) = text.strip_prefix('@') else { return };
    let (id, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut pairs = Vec::new();
    while let Some((key, after)) = rest.trim_start().split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        pairs.push((key.trim().to_owned(), value.to_owned()));
        rest = next;
    }
    sketch.state(id, pairs, statement);
}

/// `a & b --> c --> d`.
fn chain(text: &str, sketch: &mut Sketch, statement: &str) -> Result<(), NotationError> {
    let mut cursor = Cursor { statement, rest: text };
    let mut left = cursor.group(sketch)?;
    while !cursor.rest.trim_start().is_empty() {
        let link = cursor.link()?;
        let right = cursor.group(sketch)?;
        for from in &left {
            for to in &right {
                sketch.connect(from, to, &link);
            }
        }
        left = right;
    }
    Ok(())
}

struct Node<'a> {
    id: String,
    label: String,
    class: Option<&'a str>,
    form: Form,
}

struct Cursor<'a> {
    statement: &'a str,
    rest: &'a str,
}

/// Brackets around a label, longest first, and the form that they draw.
const BRACKETS: [(&str, &str, Form); 8] = [
    ("[(", ")]", Form::Store),
    ("([", "])", Form::Plain),
    ("((", "))", Form::Plain),
    ("[[", "]]", Form::Plain),
    ("{{", "}}", Form::Plain),
    ("[", "]", Form::Plain),
    ("(", ")", Form::Plain),
    ("{", "}", Form::Plain),
];

impl<'a> Cursor<'a> {
    fn error<T>(&self, message: impl Into<String>) -> Result<T, NotationError> {
        Err(NotationError::new(self.statement, message))
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn group(&mut self, sketch: &mut Sketch) -> Result<Vec<String>, NotationError> {
        let mut ids = Vec::new();
        loop {
            let node = self.node()?;
            sketch.mention(&node.id, &node.label, node.class, node.form, self.statement);
            ids.push(node.id);
            match self.rest.trim_start().strip_prefix('&') {
                Some(rest) => self.rest = rest,
                None => return Ok(ids),
            }
        }
    }

    fn node(&mut self) -> Result<Node<'a>, NotationError> {
        self.rest = self.rest.trim_start();
        let id = self.identifier();
        if id.is_empty() {
            return self.error("a node is missing");
        }
        let spaced = self.rest.trim_start();
        if spaced.starts_with('[') {
            self.rest = spaced;
        }
        let (label, form) = self.label()?.unwrap_or_default();
        let class = self.rest.strip_prefix(":::").map(|rest| {
            self.rest = rest;
            self.identifier()
        });
        Ok(Node { id: id.to_owned(), label, class, form })
    }

    /// Letters, digits and `_`; a hyphen, dot or slash only between two of them, so that an arrow ends an id.
    fn identifier(&mut self) -> &'a str {
        let mut end = 0;
        let mut rest = self.rest.chars().peekable();
        while let Some(c) = rest.next() {
            let joins = matches!(c, '-' | '.' | '/') && end > 0 && rest.peek().is_some_and(|n| n.is_alphanumeric());
            if !(c.is_alphanumeric() || c == '_' || joins) {
                break;
            }
            end += c.len_utf8();
        }
        self.take(end)
    }

    fn label(&mut self) -> Result<Option<(String, Form)>, NotationError> {
        let Some((open, close, form)) = BRACKETS.into_iter().find(|(open, ..)| self.rest.starts_with(open)) else {
            return Ok(None);
        };
        self.take(open.len());
        if let Some(quoted) = self.rest.trim_start().strip_prefix('"')
            && let Some((label, after)) = quoted.split_once('"')
            && let Some(after) = after.trim_start().strip_prefix(close)
        {
            self.rest = after;
            return Ok(Some((label.to_owned(), form)));
        }
        match self.rest.split_once(close) {
            Some((label, after)) => {
                self.rest = after;
                Ok(Some((label.trim().to_owned(), form)))
            }
            None => self.error(format!("`{close}` is missing")),
        }
    }

    fn link(&mut self) -> Result<Link, NotationError> {
        self.rest = self.rest.trim_start();
        let back = self.rest.starts_with('<');
        self.take(usize::from(back));
        let line = self.run();
        if line.len() < 2 {
            return self.error("an arrow is missing");
        }
        let mut ahead = self.head();
        let mut label = String::new();
        if line.len() == 2 && !ahead {
            // `-- label -->`: the arrow goes on after the label.
            let Some(at) = ["--", ".-", "=="].iter().filter_map(|mark| self.rest.find(mark)).min() else {
                return self.error("an arrow is missing");
            };
            label = self.take(at).trim().to_owned();
            self.run();
            ahead = self.head();
        } else if let Some((text, after)) = self.rest.trim_start().strip_prefix('|').and_then(|r| r.split_once('|')) {
            label = text.trim().trim_matches('"').to_owned();
            self.rest = after;
        }
        let direction = match (back, ahead) {
            (true, true) => Direction::Bidirectional,
            (false, false) => Direction::Undirected,
            _ => Direction::Forward,
        };
        Ok(Link { label, direction, backward: back && !ahead })
    }

    fn run(&mut self) -> &'a str {
        self.take(self.rest.find(|c| !matches!(c, '-' | '.' | '=')).unwrap_or(self.rest.len()))
    }

    fn head(&mut self) -> bool {
        let head = self.rest.starts_with('>');
        self.take(usize::from(head));
        head
    }
}
