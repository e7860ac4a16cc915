//! Resolving the words of a condition against a catalogue, so that a mistake is found when a rule is loaded.

use std::ops::Range;

use super::{Comparison, Measure, Name, Naming, Plain, Role, Subject, Syntax, Test, Tree, Way, Written};
use crate::{
    catalog::{
        did_you_mean,
        vocabulary::{BoundarySet, KIND_TRAITS, KindSet, ServiceSet, Vocabulary, boundaries_named, kind_named, plain},
    },
    model::{BoundaryType, Fact},
};

/// A test whose words are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// An element of one of these kinds or services, or a boundary of one of these types.
    Is {
        /// Kinds.
        kinds: KindSet,
        /// Services.
        services: ServiceSet,
        /// Types of boundaries.
        boundaries: BoundarySet,
    },
    /// An element whose service has a trait; one without a service has what its kind implies.
    Has {
        /// Services with one of the traits.
        services: ServiceSet,
        /// Kinds that imply one of them.
        kinds: KindSet,
        /// Facts that imply one of them.
        facts: Vec<Fact>,
    },
    /// Lies in a boundary of one of these types.
    In(BoundarySet),
    /// Says one of these words, in plain form.
    Mentions(Vec<String>),
    /// One of these controls is there, by position in the catalogue.
    Control(Vec<usize>),
    /// One of these protocols, in lower case.
    Protocol(Vec<String>),
    /// A number compared.
    Compare(Measure, Comparison, u8),
    /// Crosses a boundary of one of these types.
    Crosses(BoundarySet, Way),
    /// Leads to a rank higher by so much.
    Climbs(u8),
    /// Leads to a rank lower by so much.
    Descends(u8),
    /// A test without an argument.
    Plain(Plain),
    /// A property.
    Fact(Fact),
    /// A property that the diagram states to hold, or not to hold.
    Stated(Fact, bool),
}

/// A word of a condition that the catalogue does not know, or a test in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Where in the condition, in bytes.
    pub span: Range<usize>,
}

/// Resolves a condition that is tried on `subject`.
///
/// # Errors
/// The first unknown word, or test that makes no sense where it stands.
pub fn check(tree: &Syntax, subject: Subject, words: &Vocabulary<'_>) -> Result<Tree<Check>, Mistake> {
    Ok(match tree {
        Tree::All(parts) => Tree::All(parts.iter().map(|p| check(p, subject, words)).collect::<Result<_, _>>()?),
        Tree::Any(parts) => Tree::Any(parts.iter().map(|p| check(p, subject, words)).collect::<Result<_, _>>()?),
        Tree::Not(inner) => Tree::Not(Box::new(check(inner, subject, words)?)),
        Tree::Look { quantifier, role, what } => {
            let seen = role.seen_from(subject).ok_or_else(|| no_role(*role, subject, tree))?;
            Tree::Look { quantifier: *quantifier, role: *role, what: Box::new(check(what, seen, words)?) }
        }
        Tree::Test(written) => Tree::Test(test(written, subject, words)?),
    })
}

fn no_role(role: Role, subject: Subject, tree: &Syntax) -> Mistake {
    let fitting: Vec<&str> = Role::ALL.iter().filter(|r| r.seen_from(subject).is_some()).map(|r| r.as_str()).collect();
    Mistake {
        message: format!("nothing is a `{role}` of this {subject}"),
        help: Some(format!("from here a condition can look at {}", fitting.join(", "))),
        span: first_span(tree),
    }
}

/// Where the first test under `tree` stands: a role has no place of its own.
fn first_span(tree: &Syntax) -> Range<usize> {
    match tree {
        Tree::All(parts) | Tree::Any(parts) => parts.first().map_or(0..0, first_span),
        Tree::Not(inner) | Tree::Look { what: inner, .. } => first_span(inner),
        Tree::Test(written) => written.span.clone(),
    }
}

fn test(written: &Written, subject: Subject, words: &Vocabulary<'_>) -> Result<Check, Mistake> {
    if !fits(&written.test, subject) {
        return Err(Mistake {
            message: format!("`{}` says nothing about {} {subject}", written.test, article(subject)),
            help: help_for(&written.test, subject),
            span: written.span.clone(),
        });
    }
    Ok(match &written.test {
        Test::Named(Naming::Is, names) => is(names, subject, words)?,
        Test::Named(Naming::Has, names) => has(names, words)?,
        Test::Named(Naming::In, names) => Check::In(boundaries(names)?),
        Test::Named(Naming::Mentions, names) => mentions(names, words)?,
        Test::Named(Naming::Control, names) => Check::Control(
            names
                .iter()
                .map(|n| words.control(&n.text).ok_or_else(|| unknown(n, "control", words.near_control(&n.text))))
                .collect::<Result<_, _>>()?,
        ),
        Test::Named(Naming::Protocol, names) => {
            Check::Protocol(names.iter().map(|n| n.text.to_ascii_lowercase()).collect())
        }
        Test::Compare(measure, comparison, number) => Check::Compare(*measure, *comparison, *number),
        Test::Crosses(names, way) => Check::Crosses(boundaries(names)?, *way),
        Test::Climbs(by) => Check::Climbs(*by),
        Test::Descends(by) => Check::Descends(*by),
        Test::Plain(plain) => Check::Plain(*plain),
        Test::Fact(fact) => Check::Fact(*fact),
        Test::Stated(fact, held) => Check::Stated(*fact, *held),
    })
}

/// Whether a test can hold for a subject at all.
fn fits(test: &Test, subject: Subject) -> bool {
    use Subject::{Boundary, Diagram, Element, End, Flow};
    let fitting: &[Subject] = match test {
        Test::Named(Naming::Is, _) | Test::Compare(Measure::Rank, ..) => &[Element, Boundary, End],
        Test::Named(Naming::Mentions | Naming::Control, _) | Test::Plain(Plain::Sensitive | Plain::PublicData) => {
            Subject::ALL
        }
        Test::Named(Naming::In, _) | Test::Plain(Plain::Unplaced) => &[Element, Boundary, End],
        Test::Named(Naming::Has, _)
        | Test::Compare(Measure::Distance, ..)
        | Test::Plain(
            Plain::Entry | Plain::Exposed | Plain::Reachable | Plain::Cyclic | Plain::Isolated | Plain::Misplaced,
        ) => &[Element, End],
        Test::Named(Naming::Protocol, _)
        | Test::Crosses(..)
        | Test::Climbs(_)
        | Test::Descends(_)
        | Test::Plain(Plain::Async | Plain::TwoWay) => &[Flow],
        Test::Plain(Plain::Detailed | Plain::Cloud) => &[Diagram],
        Test::Fact(_) | Test::Stated(..) => &[Element, Flow, End],
    };
    fitting.contains(&subject)
}

const fn article(subject: Subject) -> &'static str {
    match subject {
        Subject::Element | Subject::End => "an",
        Subject::Diagram => "the",
        Subject::Flow | Subject::Boundary => "a",
    }
}

fn help_for(test: &Test, subject: Subject) -> Option<String> {
    match (test, subject) {
        (Test::Plain(Plain::Detailed | Plain::Cloud), _) => Some(format!("write `diagram {test}`")),
        (_, Subject::Flow) => Some(format!("write `source {test}` or `target {test}`")),
        (_, Subject::Diagram) => Some(format!("write `some element {test}` or `some flow {test}`")),
        (_, Subject::Boundary) => Some(format!("write `some member {test}`")),
        _ => None,
    }
}

fn unknown(name: &Name, what: &str, help: Option<String>) -> Mistake {
    Mistake { message: format!("`{}` is no {what}", name.text), help, span: name.span.clone() }
}

fn is(names: &[Name], subject: Subject, words: &Vocabulary<'_>) -> Result<Check, Mistake> {
    let (mut kinds, mut services, mut types) = (KindSet::default(), ServiceSet::default(), BoundarySet::default());
    let (element, boundary) = (subject != Subject::Boundary, matches!(subject, Subject::Boundary | Subject::End));
    for name in names {
        let kind = kind_named(&name.text).filter(|_| element);
        let named = words.services(&name.text).filter(|_| element);
        let around = boundaries_named(&name.text).filter(|_| boundary);
        if kind.is_none() && named.is_none() && around.is_none() {
            let what = if element { "kind, service or group" } else { "type of boundary" };
            return Err(unknown(name, what, words.near_name(&name.text)));
        }
        if let Some(kind) = kind {
            kinds.insert(kind);
        }
        if let Some(named) = named {
            services.extend(named);
        }
        types = types.union(around.unwrap_or_default());
    }
    Ok(Check::Is { kinds, services, boundaries: types })
}

/// Traits that a fact stated in the diagram implies.
const FACT_TRAITS: [(&str, Fact); 4] = [
    ("log-store", Fact::IsLog),
    ("stores-credentials", Fact::StoresCredentials),
    ("authenticates", Fact::ProvidesAuthentication),
    ("internet-facing", Fact::InternetFacing),
];

fn has(names: &[Name], words: &Vocabulary<'_>) -> Result<Check, Mistake> {
    let (mut services, mut kinds, mut facts) = (ServiceSet::default(), KindSet::default(), Vec::new());
    for name in names {
        let named = words.with_trait(&name.text).ok_or_else(|| unknown(name, "trait", words.near_trait(&name.text)))?;
        services.extend(named);
        KIND_TRAITS.iter().filter(|(word, _)| *word == name.text).for_each(|(_, kind)| kinds.insert(*kind));
        facts.extend(FACT_TRAITS.iter().filter(|(word, _)| *word == name.text).map(|(_, fact)| *fact));
    }
    Ok(Check::Has { services, kinds, facts })
}

fn boundaries(names: &[Name]) -> Result<BoundarySet, Mistake> {
    names.iter().try_fold(BoundarySet::default(), |all, name| {
        let known = BoundaryType::ALL.iter().map(|t| t.as_str()).chain(["trust", "network", "boundary"]);
        boundaries_named(&name.text)
            .map(|set| all.union(set))
            .ok_or_else(|| unknown(name, "type of boundary", did_you_mean(&name.text, known)))
    })
}

fn mentions(names: &[Name], words: &Vocabulary<'_>) -> Result<Check, Mistake> {
    let mut found = Vec::new();
    for name in names {
        if name.quoted {
            found.push(plain(&name.text));
        } else {
            let list = words.lexicon(&name.text).ok_or_else(|| {
                let help = words.near_lexicon(&name.text);
                unknown(
                    name,
                    "list of words",
                    help.or_else(|| Some(format!("for the word itself write \"{}\"", name.text))),
                )
            })?;
            found.extend_from_slice(list);
        }
    }
    found.retain(|word| !word.is_empty());
    found.sort();
    found.dedup();
    Ok(Check::Mentions(found))
}
