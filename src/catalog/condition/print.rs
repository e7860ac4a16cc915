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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Comparison, Measure, Naming, Plain, Role, parse};
    use super::*;
    use crate::model::Fact;

    fn test() -> impl Strategy<Value = Test> {
        let name =
            ("[a-z][a-z0-9-]{0,6}[a-z0-9]", any::<bool>()).prop_map(|(text, quoted)| Name { text, quoted, span: 0..0 });
        let names = prop::collection::vec(name, 1..4);
        prop_oneof![
            (prop::sample::select(Naming::ALL), names.clone()).prop_map(|(n, list)| Test::Named(n, list)),
            (prop::sample::select(Measure::ALL), prop::sample::select(Comparison::ALL), 0_u8..10)
                .prop_map(|(m, c, n)| Test::Compare(m, c, n)),
            (names, prop::sample::select(Way::ALL)).prop_map(|(list, way)| Test::Crosses(list, way)),
            (1_u8..9).prop_map(Test::Climbs),
            (1_u8..9).prop_map(Test::Descends),
            prop::sample::select(Plain::ALL).prop_map(Test::Plain),
            prop::sample::select(Fact::ALL).prop_map(Test::Fact),
            (prop::sample::select(Fact::ALL), any::<bool>()).prop_map(|(f, held)| Test::Stated(f, held)),
        ]
    }

    fn tree() -> impl Strategy<Value = Syntax> {
        let leaf = test().prop_map(|test| Tree::Test(Written { test, span: 0..0 }));
        leaf.prop_recursive(4, 24, 3, |inner| {
            let role = prop::sample::select(Role::ALL);
            let quantifier = prop_oneof![
                Just(Quantifier::Some),
                Just(Quantifier::No),
                Just(Quantifier::Every),
                (0_u8..9).prop_map(Quantifier::AtLeast)
            ];
            prop_oneof![
                prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::All),
                prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Any),
                inner.clone().prop_map(|t| Tree::Not(Box::new(t))),
                (quantifier, role, inner).prop_map(|(quantifier, role, what)| Tree::Look {
                    quantifier: if role.is_single() { Quantifier::Single } else { quantifier },
                    role,
                    what: Box::new(what),
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_printed_condition_reads_back_as_the_same_tree(tree in tree()) {
            let text = tree.to_string();
            prop_assert_eq!(parse(&text).map_err(|e| e.message), Ok(tree), "{}", text);
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(text in ".{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_words_make_the_reader_fall_over(words in prop::collection::vec(prop::sample::select(vec![
            "some", "no", "every", "at", "least", "3", "caller", "source", "is", "lambda", "|", "(", ")", "and", "or", "not",
            "rank", ">=", "crosses", "trust", "inward", "climbs", "by", "denies", "encrypted", "\"x\"", "#", "\n", "<",
        ]), 0..30)) {
            let _ = parse(&words.join(" "));
        }
    }
}
