//! Reading a condition.

use std::{ops::Range, str::FromStr};

use super::{
    Comparison, MAX_DEPTH, MAX_LENGTH, Measure, Name, Naming, Plain, Quantifier, Role, Syntax, Test, Tree, Way, Written,
};
use crate::{catalog::did_you_mean, model::Fact};

/// Why a condition cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Where, in bytes.
    pub span: Range<usize>,
}

/// Reads a condition.
///
/// # Errors
/// The first place that is no condition, or a limit ([`MAX_LENGTH`], [`MAX_DEPTH`]) that it is beyond.
pub fn parse(text: &str) -> Result<Syntax, ParseError> {
    if text.len() > MAX_LENGTH {
        return Err(error(0..0, format!("a condition has at most {MAX_LENGTH} bytes, this one has {}", text.len())));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.trim_end().len(), depth: 0 };
    let tree = parser.condition()?;
    match parser.peek() {
        None => Ok(tree),
        Some(token) => Err(error(token.span.clone(), format!("`and` or `or` is missing before `{}`", token.text))),
    }
}

fn error(span: Range<usize>, message: impl Into<String>) -> ParseError {
    ParseError { message: message.into(), help: None, span }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Sign,
}

#[derive(Clone, Debug)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    span: Range<usize>,
}

/// The words, quoted words and signs of `text`; comments run from `#` to the end of the line.
fn tokens(text: &str) -> Result<Vec<Token<'_>>, ParseError> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(found) };
        let (kind, length) = match first {
            '#' => {
                rest = rest.find('\n').and_then(|i| rest.get(i..)).unwrap_or_default();
                continue;
            }
            '"' => match rest.get(1..).and_then(|r| r.find('"')) {
                Some(close) => (Kind::Quoted, close + 2),
                None => return Err(error(at..text.len(), "the closing quote is missing")),
            },
            '<' | '>' if rest.get(1..2) == Some("=") => (Kind::Sign, 2),
            '<' | '>' | '=' | '(' | ')' | '|' => (Kind::Sign, 1),
            c if c.is_alphanumeric() => (
                Kind::Word,
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(rest.len()),
            ),
            c => return Err(error(at..at + c.len_utf8(), format!("`{c}` has no meaning in a condition"))),
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let text = if kind == Kind::Quoted { token.trim_matches('"') } else { token };
        found.push(Token { kind, text, span: at..at + token.len() });
        rest = after;
    }
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    end: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    fn is_next(&self, text: &str) -> bool {
        self.peek().is_some_and(|t| t.kind != Kind::Quoted && t.text == text)
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.is_next(text);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self, wanted: &str) -> Result<Token<'a>, ParseError> {
        let token = self.peek().cloned().ok_or_else(|| error(self.end..self.end, format!("{wanted} is missing")))?;
        self.at += 1;
        Ok(token)
    }

    fn condition(&mut self) -> Result<Syntax, ParseError> {
        self.joined("or", Self::all, Tree::Any)
    }

    fn all(&mut self) -> Result<Syntax, ParseError> {
        self.joined("and", Self::unary, Tree::All)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Syntax, ParseError>,
        join: fn(Vec<Syntax>) -> Syntax,
    ) -> Result<Syntax, ParseError> {
        let first = part(self)?;
        if !self.is_next(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take(word) {
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn unary(&mut self) -> Result<Syntax, ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let at = self.peek().map_or(self.end..self.end, |t| t.span.clone());
            return Err(error(at, format!("a condition nests at most {MAX_DEPTH} deep")));
        }
        let tree = self.unary_inside();
        self.depth -= 1;
        tree
    }

    fn unary_inside(&mut self) -> Result<Syntax, ParseError> {
        if self.take("not") {
            return Ok(Tree::Not(Box::new(self.unary()?)));
        }
        if self.take("(") {
            let inner = self.condition()?;
            let close = self.next("a closing parenthesis")?;
            if close.text != ")" {
                return Err(error(close.span, format!("`and`, `or` or `)` is missing before `{}`", close.text)));
            }
            return Ok(inner);
        }
        let first = self.next("a test")?;
        if first.kind != Kind::Word {
            return Err(error(first.span, format!("a test is missing before `{}`", first.text)));
        }
        if let Some(quantifier) = self.quantifier(first.text)? {
            return self.quantified(quantifier);
        }
        match Role::from_str(first.text) {
            Ok(role) if role.is_single() => self.look(Quantifier::Single, role),
            Ok(role) => Err(ParseError {
                message: format!("`{role}` needs a quantifier: there can be several"),
                help: Some(format!("write `some {role} ...`, `no {role} ...` or `every {role} ...`")),
                span: first.span,
            }),
            Err(_) => self.test(&first),
        }
    }

    fn quantifier(&mut self, word: &str) -> Result<Option<Quantifier>, ParseError> {
        Ok(match word {
            "some" => Some(Quantifier::Some),
            "no" => Some(Quantifier::No),
            "every" => Some(Quantifier::Every),
            "at" if self.take("least") => Some(Quantifier::AtLeast(self.number()?)),
            _ => None,
        })
    }

    fn quantified(&mut self, quantifier: Quantifier) -> Result<Syntax, ParseError> {
        let word = self.next("a role such as `caller`")?;
        let role = Role::from_str(word.text).ok().filter(|r| word.kind == Kind::Word && !r.is_single());
        match role {
            Some(role) => self.look(quantifier, role),
            None => Err(ParseError {
                message: format!("`{}` is no role", word.text),
                help: did_you_mean(word.text, Role::ALL.iter().filter(|r| !r.is_single()).map(|r| r.as_str())),
                span: word.span,
            }),
        }
    }

    fn look(&mut self, quantifier: Quantifier, role: Role) -> Result<Syntax, ParseError> {
        Ok(Tree::Look { quantifier, role, what: Box::new(self.unary()?) })
    }

    fn test(&mut self, first: &Token<'a>) -> Result<Syntax, ParseError> {
        let word = first.text;
        let test = if let Ok(naming) = Naming::from_str(word) {
            Test::Named(naming, self.names()?)
        } else if let Ok(measure) = Measure::from_str(word) {
            let sign = self.next("a comparison such as `>=`")?;
            let comparison = Comparison::from_str(sign.text)
                .map_err(|_| error(sign.span, format!("`{}` is none of < <= = >= >", sign.text)))?;
            Test::Compare(measure, comparison, self.number()?)
        } else if let Ok(plain) = Plain::from_str(word) {
            Test::Plain(plain)
        } else if let Ok(fact) = Fact::from_str(word) {
            Test::Fact(fact)
        } else {
            match word {
                "crosses" => Test::Crosses(self.names()?, self.way()),
                "climbs" => Test::Climbs(self.amount()?),
                "descends" => Test::Descends(self.amount()?),
                "states" => Test::Stated(self.fact()?, true),
                "denies" => Test::Stated(self.fact()?, false),
                _ => return Err(unknown_test(first)),
            }
        };
        let end = self.tokens.get(self.at.saturating_sub(1)).map_or(first.span.end, |t| t.span.end);
        Ok(Tree::Test(Written { test, span: first.span.start..end }))
    }

    fn way(&mut self) -> Way {
        if self.take("inward") {
            Way::Inward
        } else if self.take("outward") {
            Way::Outward
        } else {
            Way::Any
        }
    }

    fn amount(&mut self) -> Result<u8, ParseError> {
        if self.take("by") { self.number() } else { Ok(1) }
    }

    fn fact(&mut self) -> Result<Fact, ParseError> {
        let token = self.next("a property such as `encrypted`")?;
        Fact::from_str(token.text).map_err(|_| ParseError {
            message: format!("`{}` is no property", token.text),
            help: did_you_mean(token.text, Fact::ALL.iter().map(|f| f.as_str())),
            span: token.span,
        })
    }

    fn number(&mut self) -> Result<u8, ParseError> {
        let token = self.next("a number")?;
        token.text.parse().map_err(|_| error(token.span, format!("`{}` is no number from 0 to 255", token.text)))
    }

    fn names(&mut self) -> Result<Vec<Name>, ParseError> {
        let mut names = Vec::new();
        loop {
            let token = self.next("a name")?;
            if token.kind == Kind::Sign || token.text.trim().is_empty() {
                return Err(error(token.span, "a name is missing here"));
            }
            names.push(Name {
                text: token.text.to_owned(),
                quoted: token.kind == Kind::Quoted,
                span: token.span.clone(),
            });
            if !self.take("|") {
                return Ok(names);
            }
        }
    }
}

fn unknown_test(token: &Token<'_>) -> ParseError {
    let known = [
        "some", "no", "every", "at least", "not", "crosses", "climbs", "descends", "states", "denies", "source",
        "target", "diagram",
    ]
    .into_iter()
    .chain(Naming::ALL.iter().map(|n| n.as_str()))
    .chain(Measure::ALL.iter().map(|m| m.as_str()))
    .chain(Plain::ALL.iter().map(|p| p.as_str()))
    .chain(Fact::ALL.iter().map(|f| f.as_str()));
    ParseError {
        message: format!("`{}` is no test", token.text),
        help: did_you_mean(token.text, known),
        span: token.span.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or_and_a_quantifier_takes_one_test() {
        let tree = parse("is api and some caller is external and exposed or isolated").expect("it is a condition");
        let Tree::Any(parts) = &tree else { panic!("{tree:?}") };
        let [Tree::All(all), Tree::Test(_)] = parts.as_slice() else { panic!("{tree:?}") };
        assert_eq!(all.len(), 3, "`exposed` is about the focus, not about the caller");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        for (text, message, span) in [
            ("is lambda and", "a test is missing", 13..13),
            ("is lambda exposed", "`and` or `or` is missing before `exposed`", 10..17),
            ("exposd", "`exposd` is no test", 0..6),
            ("caller is lambda", "`caller` needs a quantifier: there can be several", 0..6),
            ("some caler is lambda", "`caler` is no role", 5..10),
            ("(is lambda", "a closing parenthesis is missing", 10..10),
            ("is \"x", "the closing quote is missing", 3..5),
            ("denies encryptd", "`encryptd` is no property", 7..15),
            ("rank ! 3", "`!` has no meaning in a condition", 5..6),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!((error.message.as_str(), error.span), (message, span), "{text}");
        }
        assert_eq!(parse("exposd").expect_err("a slip").help.as_deref(), Some("did you mean `exposed`?"));
    }

    #[test]
    fn length_and_depth_have_limits() {
        let deep = format!("{}exposed{}", "(".repeat(MAX_DEPTH + 1), ")".repeat(MAX_DEPTH + 1));
        assert!(parse(&deep).expect_err("too deep").message.contains("deep"));
        let long = "exposed and ".repeat(1_000);
        assert!(parse(&long).expect_err("too long").message.contains("bytes"));
    }
}
