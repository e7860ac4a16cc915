//! Printing a condition so that it reads back as the same tree.

use std::fmt::{self, Display, Formatter};

use super::{Name, Quantifier, Syntax, Test, Tree, Way, Written};

impl Display for Syntax {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => join(f, parts, " and ", |p| matches!(p, Tree::Any(_) | Tree::All(_))),
            Self::Any(parts) => join(f, parts, " or ", |p| matches!(p, Tree::Any(_))),
            Self::Not(inner) => {
                f.write_str("not ")?;
                wrapped(f, inner, matches!(**inner, Tree::All(_) | Tree::Any(_)))
            }
            Self::Look { quantifier, role, what } => {
                match quantifier {
                    Quantifier::Single => {}
                    Quantifier::Some => f.write_str("some ")?,
                    Quantifier::No => f.write_str("no ")?,
                    Quantifier::Every => f.write_str("every ")?,
                    Quantifier::AtLeast(n) => write!(f, "at least {n} ")?,
                }
                write!(f, "{role} ")?;
                wrapped(f, what, matches!(**what, Tree::All(_) | Tree::Any(_)))
            }
            Self::Test(Written { test, .. }) => test.fmt(f),
        }
    }
}

fn join(f: &mut Formatter<'_>, parts: &[Syntax], word: &str, wrap: fn(&Syntax) -> bool) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(word)?;
        }
        wrapped(f, part, wrap(part))?;
    }
    Ok(())
}

fn wrapped(f: &mut Formatter<'_>, part: &Syntax, wrap: bool) -> fmt::Result {
    if wrap { write!(f, "({part})") } else { part.fmt(f) }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(naming, names) => {
                write!(f, "{naming} ")?;
                list(f, names)
            }
            Self::Compare(measure, comparison, number) => write!(f, "{measure} {comparison} {number}"),
            Self::Crosses(names, way) => {
                f.write_str("crosses ")?;
                list(f, names)?;
                if *way == Way::Any { Ok(()) } else { write!(f, " {way}") }
            }
            Self::Climbs(1) => f.write_str("climbs"),
            Self::Climbs(n) => write!(f, "climbs by {n}"),
            Self::Descends(1) => f.write_str("descends"),
            Self::Descends(n) => write!(f, "descends by {n}"),
            Self::Plain(plain) => plain.fmt(f),
            Self::Fact(fact) => fact.fmt(f),
            Self::Stated(fact, true) => write!(f, "states {fact}"),
            Self::Stated(fact, false) => write!(f, "denies {fact}"),
        }
    }
}

fn list(f: &mut Formatter<'_>, names: &[Name]) -> fmt::Result {
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            f.write_str("|")?;
        }
        if name.quoted { write!(f, "\"{}\"", name.text)? } else { f.write_str(&name.text)? }
    }
    Ok(())
}
