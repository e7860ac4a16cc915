//! Small diagrams in a subset of Mermaid's flowchart notation: for the examples of rules, and for tests.

mod build;
mod line;

use crate::model::Diagram;

use super::Catalog;

/// Longest text that is read, in bytes.
pub const MAX_LENGTH: usize = 20_000;

/// Most nodes, flows or boundaries that are read.
pub const MAX_THINGS: usize = 500;

/// Why a text is no diagram in the notation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} in `{statement}`{}", help.as_ref().map(|h| format!(" ({h})")).unwrap_or_default())]
pub struct NotationError {
    /// What is wrong.
    pub message: String,
    /// The statement that it is in.
    pub statement: String,
    /// What would be right.
    pub help: Option<String>,
}

impl NotationError {
    fn new(statement: &str, message: impl Into<String>) -> Self {
        let shown = statement.trim().chars().take(120).collect();
        Self { message: message.into(), statement: shown, help: None }
    }
}

/// Reads a diagram; what its nodes and boxes are is recognised as in a drawing, or stated with `:::name`.
///
/// # Errors
/// The first statement that is not of the notation, or names what the catalogue does not know.
pub fn read(text: &str, catalog: &Catalog) -> Result<Diagram, NotationError> {
    if text.len() > MAX_LENGTH {
        return Err(NotationError::new("", format!("more than {MAX_LENGTH} bytes")));
    }
    let mut sketch = build::Sketch::default();
    for statement in statements(text) {
        line::read(statement, &mut sketch)?;
        if sketch.size() > MAX_THINGS {
            return Err(NotationError::new(statement, format!("more than {MAX_THINGS} nodes and flows")));
        }
    }
    sketch.finish(catalog)
}

/// Statements end with a line, or with a semicolon outside of brackets and quotes.
fn statements(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (i, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' | '(' | '{' if !quoted => depth += 1,
            ']' | ')' | '}' if !quoted => depth = depth.saturating_sub(1),
            '\n' => (depth, quoted) = (0, false),
            _ => {}
        }
        if c == '\n' || c == ';' && depth == 0 && !quoted {
            found.extend(text.get(start..i));
            start = i + 1;
        }
    }
    found.extend(text.get(start..));
    found.retain(|s| !s.trim().is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Direction, ElementKind, End, Truth};

    fn diagram(text: &str) -> Diagram {
        read(text, &Catalog::builtin()).unwrap_or_else(|e| panic!("{e}"))
    }

    #[test]
    fn nodes_flows_boxes_and_properties_are_read() {
        let d = diagram(
            "flowchart LR\n\
             subgraph acc [Account]\n  subgraph net [Net]; fn[Order service]:::lambda --> db[(Orders)]; end\nend\n\
             class acc aws-account; class net vpc\n\
             u[Customer]:::external -->|places order| fn <--> q:::sqs; fn --- x[X]:::process\n\
             fn -- reads --> db\n\
             %% @fn trust=6 controls=\"waf, !mfa\"\n\
             %% @u->fn encrypted=yes",
        );
        let ids: Vec<_> = d.elements.iter().map(|e| e.id.as_str()).collect();
        assert_eq!(ids, ["fn", "db", "u", "q", "x"]);
        assert_eq!((d.elements[0].service.as_deref(), d.elements[0].stated.trust), (Some("lambda"), Some(6)));
        assert_eq!(d.elements[0].stated.missing_controls, ["mfa"]);
        assert_eq!((d.elements[1].kind, d.elements[2].kind), (ElementKind::DataStore, ElementKind::ExternalEntity));
        let flows: Vec<_> = d.flows.iter().map(|f| (f.id.as_str(), f.label.as_str(), f.direction)).collect();
        assert_eq!(
            flows,
            [
                ("fn->db", "", Direction::Forward),
                ("u->fn", "places order", Direction::Forward),
                ("fn->q", "", Direction::Bidirectional),
                ("fn->x", "", Direction::Undirected),
                ("fn->db#2", "reads", Direction::Forward),
            ]
        );
        assert_eq!(d.flows[1].stated.facts.get(crate::model::Fact::Encrypted), Truth::Yes);
        let crossed: Vec<_> = d.flows[1].crosses.iter().map(|b| d.boundary(*b).id.as_str()).collect();
        assert_eq!(crossed, ["acc", "net"], "outermost first on the way in");
        assert_eq!(d.elements[0].boundaries.len(), 2);
    }

    #[test]
    fn groups_chains_and_dotted_arrows_are_read() {
        let d = diagram("a:::process & b:::process -.-> c:::store ==> e:::process; e -. later .-> c");
        let flows: Vec<_> = d.flows.iter().map(|f| f.id.as_str()).collect();
        assert_eq!(flows, ["a->c", "b->c", "c->e", "e->c"]);
        assert_eq!(d.flows[3].label, "later");
    }

    #[test]
    fn an_arrow_may_end_on_a_box() {
        let d = diagram("u:::external --> net; subgraph net [Net]; a:::process; end; class net vpc");
        assert!(matches!(d.flows[0].target, End::Boundary(_)));
        assert_eq!(d.elements.len(), 2);
    }

    #[test]
    fn mistakes_are_named() {
        let catalog = Catalog::builtin();
        for (text, message) in [
            ("a:::lamda", "`lamda` is no service, kind or type of boundary"),
            ("a[Open", "`]` is missing"),
            ("a -->", "a node is missing"),
            ("end", "`end` without `subgraph`"),
            ("subgraph x", "`end` is missing"),
            ("%% @nobody encrypted=yes", "there is no `nobody`"),
            ("a b", "an arrow is missing"),
        ] {
            let error = read(text, &catalog).expect_err(text);
            assert_eq!(error.message, message, "{text}");
        }
        assert_eq!(read("a:::lamda", &catalog).expect_err("a slip").help.as_deref(), Some("did you mean `lambda`?"));
    }
}
