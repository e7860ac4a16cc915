//! All rules and countermeasures of a catalogue, checked.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use rayon::prelude::*;
use toml::Spanned;

use super::{Checklist, CountermeasureEntry, Example, MAX_TITLE, On, Placeholder, RuleEntry, placeholder};
use crate::{
    catalog::{
        Catalog, CatalogFile, Known, Problem,
        condition::{self, Condition, Subject},
        did_you_mean, reference,
        vocabulary::Vocabulary,
    },
    model::{Countermeasure, Effect, Reference, Stride, Tier},
};

/// A rule, checked: its condition resolved, its words known.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stable id.
    pub id: String,
    /// One line with placeholders.
    pub title: String,
    /// STRIDE category.
    pub stride: Stride,
    /// How specific it is.
    pub tier: Tier,
    /// What the condition is tried on.
    pub on: On,
    /// One row a diagram that names all elements concerned.
    pub roll_up: bool,
    /// Which elements a row about the diagram names.
    pub concerns: Option<Condition>,
    /// Group of rules that say much the same.
    pub group: Option<String>,
    /// Only where the diagram draws supporting services.
    pub standing: bool,
    /// Only where nothing specific was raised.
    pub fallback: bool,
    /// Exposure does not change the likelihood.
    pub insider: bool,
    /// The condition.
    pub when: Condition,
    /// The condition as written.
    pub when_text: String,
    /// Base likelihood, 1 to 4.
    pub likelihood: u8,
    /// Base impact, 1 to 4.
    pub impact: u8,
    /// Why these bases.
    pub rationale: String,
    /// Description with placeholders.
    pub description: String,
    /// What is taken for granted.
    pub assumes: String,
    /// What drawn differently would change the result.
    pub change: String,
    /// Ids of countermeasures, most effective first.
    pub countermeasures: Vec<String>,
    /// Controls by position in the catalogue, and what they do.
    pub mitigated_by: Vec<(usize, Effect)>,
    /// Pointers into public registries.
    pub references: Vec<Reference>,
    /// Rows of the seed article that it answers.
    pub seeds: Vec<String>,
    /// Diagrams that must and must not raise it.
    pub examples: Vec<Example>,
    /// The file it stands in.
    pub file: String,
    /// The line it starts on, from 1.
    pub line: usize,
}

/// All rules and countermeasures of a catalogue.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    rules: Vec<Rule>,
    countermeasures: Vec<Countermeasure>,
    by_id: HashMap<String, usize>,
    countermeasure_by_id: HashMap<String, usize>,
    known: Known,
    checklists: Vec<Checklist>,
}

impl RuleBook {
    /// Checks entries against a catalogue. `disable` names rules and countermeasures to leave out; of entries with the
    /// same id the last one counts, in the place of the first.
    ///
    /// # Errors
    /// Every mistake in every rule.
    pub fn build(catalog: &Catalog, files: &[RuleFile]) -> Result<Self, Vec<Problem>> {
        let words = Vocabulary::new(catalog);
        let mut book = Self { known: Known::new(catalog, &words), ..Self::default() };
        for file in files {
            book.checklists.extend(file.checklists.iter().cloned());
            for entry in &file.countermeasures {
                book.add_countermeasure(entry);
            }
        }
        // Checking is most of the work, and no rule needs another one for it.
        let checked: Vec<_> = files.par_iter().with_max_len(1).map(|file| checked(file, &words, &book)).collect();
        let mut problems = Vec::new();
        let mut rules: Vec<Option<Rule>> = Vec::new();
        for (file, found) in files.iter().zip(checked) {
            for id in &file.disable {
                if let Some(place) = book.by_id.get(id).and_then(|i| rules.get_mut(*i)) {
                    *place = None;
                }
            }
            for (rule, mut mistakes) in found {
                problems.append(&mut mistakes);
                let Some(rule) = rule else { continue };
                match book.by_id.get(&rule.id).and_then(|i| rules.get_mut(*i)) {
                    Some(place) => *place = Some(rule),
                    None => {
                        book.by_id.insert(rule.id.clone(), rules.len());
                        rules.push(Some(rule));
                    }
                }
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        book.rules = rules.into_iter().flatten().collect();
        book.by_id = book.rules.iter().enumerate().map(|(i, r)| (r.id.clone(), i)).collect();
        Ok(book)
    }

    fn add_countermeasure(&mut self, entry: &CountermeasureEntry) {
        let id = entry.id.get_ref().clone();
        let new = Countermeasure {
            id: id.clone(),
            title: entry.title.clone(),
            how: entry.how.clone(),
            verify: entry.verify.clone(),
        };
        match self.countermeasure_by_id.get(&id).and_then(|i| self.countermeasures.get_mut(*i)) {
            Some(known) => *known = new,
            None => {
                self.countermeasure_by_id.insert(id, self.countermeasures.len());
                self.countermeasures.push(new);
            }
        }
    }

    /// The questions of all checklists, in the order of the files.
    #[must_use]
    pub fn checklists(&self) -> &[Checklist] {
        &self.checklists
    }

    /// What inference asks of every diagram.
    #[must_use]
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// All rules, in the order of the files.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id, in any case.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.by_id
            .get(id)
            .and_then(|i| self.rules.get(*i))
            .or_else(|| self.rules.iter().find(|r| r.id.eq_ignore_ascii_case(id)))
    }

    /// All countermeasures, in the order of the files.
    #[must_use]
    pub fn countermeasures(&self) -> &[Countermeasure] {
        &self.countermeasures
    }

    /// The countermeasure with this id.
    #[must_use]
    pub fn countermeasure(&self, id: &str) -> Option<&Countermeasure> {
        self.countermeasure_by_id.get(id).and_then(|i| self.countermeasures.get(*i))
    }
}

/// What one catalogue file says of rules, and its text for messages.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Its name in messages.
    pub name: String,
    /// Its text.
    pub text: Cow<'static, str>,
    /// Its rules.
    pub rules: Vec<Spanned<RuleEntry>>,
    /// Its countermeasures.
    pub countermeasures: Vec<CountermeasureEntry>,
    /// Its questions of checklists.
    pub checklists: Vec<Checklist>,
    /// Ids of earlier layers' rules that it takes away.
    pub disable: Vec<String>,
}

impl RuleFile {
    /// What `file` says of rules. `name` and `text` are the file's.
    #[must_use]
    pub fn of(name: &str, text: Cow<'static, str>, file: CatalogFile) -> Self {
        Self {
            name: name.to_owned(),
            text,
            rules: file.threat,
            countermeasures: file.countermeasure,
            checklists: file.checklist,
            disable: file.disable.into_iter().map(Spanned::into_inner).collect(),
        }
    }
}

fn optional(text: Option<&Spanned<String>>) -> String {
    text.map(|t| t.get_ref().trim().to_owned()).unwrap_or_default()
}

/// The rules of one file, each with the mistakes in it.
fn checked(file: &RuleFile, words: &Vocabulary<'_>, book: &RuleBook) -> Vec<(Option<Rule>, Vec<Problem>)> {
    let ends: Vec<usize> = file.text.match_indices('\n').map(|(at, _)| at).collect();
    file.rules
        .iter()
        .map(|entry| {
            let line = ends.partition_point(|end| *end < entry.span().start) + 1;
            let mut checker = Checker { file, line, entry: entry.get_ref(), words, book, problems: Vec::new() };
            (checker.rule(entry.span()), checker.problems)
        })
        .collect()
}

/// Checks one entry; mistakes are collected, so that all are shown at once.
struct Checker<'a> {
    file: &'a RuleFile,
    /// The line that the entry starts on, from 1.
    line: usize,
    entry: &'a RuleEntry,
    words: &'a Vocabulary<'a>,
    book: &'a RuleBook,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn mistake(&mut self, span: Range<usize>, message: &str, help: Option<String>) {
        self.problems.push(Problem::at(&self.file.name, &self.file.text, span, message, help));
    }

    fn rule(&mut self, span: Range<usize>) -> Option<Rule> {
        let entry = self.entry;
        let when = self.condition(&entry.when, entry.on.subject());
        let concerns = entry.concerns.as_ref().map(|c| self.condition(c, Subject::Element));
        self.bases();
        self.texts();
        self.countermeasures();
        let mitigated_by = self.controls();
        let references = self.references();
        self.examples(span.clone());
        if entry.concerns.is_some() && entry.on != On::Diagram {
            self.mistake(
                span.clone(),
                "`concerns` is for rules on the diagram: others name what they are tried on",
                None,
            );
        }
        Some(Rule {
            id: entry.id.get_ref().clone(),
            title: entry.title.get_ref().clone(),
            stride: entry.stride,
            tier: entry.tier,
            on: entry.on,
            roll_up: entry.roll_up,
            concerns: match concerns {
                Some(found) => Some(found?),
                None => None,
            },
            group: entry.group.clone(),
            standing: entry.standing,
            fallback: entry.fallback,
            insider: entry.insider,
            when: when?,
            when_text: entry.when.get_ref().trim().to_owned(),
            likelihood: *entry.likelihood.get_ref(),
            impact: *entry.impact.get_ref(),
            rationale: entry.rationale.clone(),
            description: entry.description.get_ref().trim().to_owned(),
            assumes: optional(entry.assumes.as_ref()),
            change: optional(entry.change.as_ref()),
            countermeasures: entry.countermeasures.iter().map(|c| c.get_ref().clone()).collect(),
            mitigated_by,
            references,
            seeds: entry.seeds.clone(),
            examples: entry.example.iter().map(|e| e.get_ref().clone()).collect(),
            file: self.file.name.clone(),
            line: self.line,
        })
    }

    fn condition(&mut self, text: &Spanned<String>, subject: Subject) -> Option<Condition> {
        let value = text.span();
        let written = self.file.text.get(value.clone()).unwrap_or_default();
        // Quotes differ in length, and escapes may move later places: then the whole text is pointed at.
        let offset = written.find(text.get_ref().as_str()).map(|at| value.start + at);
        let place = |span: Range<usize>| match offset {
            Some(start) => start + span.start..start + span.end,
            None => value.clone(),
        };
        let found = condition::parse(text.get_ref())
            .map_err(|e| (e.message, e.help, e.span))
            .and_then(|tree| condition::check(&tree, subject, self.words).map_err(|e| (e.message, e.help, e.span)));
        match found {
            Ok(condition) => Some(condition),
            Err((message, help, span)) => {
                self.mistake(place(span), &message, help);
                None
            }
        }
    }

    fn bases(&mut self) {
        for base in [&self.entry.likelihood, &self.entry.impact] {
            if !(1..=4).contains(base.get_ref()) {
                self.mistake(base.span(), "a base is a number from 1 to 4", None);
            }
        }
    }

    fn texts(&mut self) {
        let entry = self.entry;
        if entry.title.get_ref().chars().count() > MAX_TITLE {
            self.mistake(entry.title.span(), &format!("a title has at most {MAX_TITLE} characters"), None);
        }
        let optional = entry.assumes.iter().chain(&entry.change);
        for text in [&entry.title, &entry.description].into_iter().chain(optional) {
            for name in placeholder::names(text.get_ref()) {
                let fitting = Placeholder::ALL.iter().filter(|p| p.fits(entry.on));
                let known = name.parse::<Placeholder>().is_ok_and(|p| p.fits(entry.on));
                if !known {
                    let help = did_you_mean(name, fitting.map(|p| p.as_str()));
                    self.mistake(text.span(), &format!("`{{{name}}}` cannot be filled here"), help);
                }
            }
        }
    }

    fn countermeasures(&mut self) {
        for id in &self.entry.countermeasures {
            if self.book.countermeasure(id.get_ref()).is_none() {
                let help = did_you_mean(id.get_ref(), self.book.countermeasures.iter().map(|c| c.id.as_str()));
                self.mistake(id.span(), &format!("there is no countermeasure `{}`", id.get_ref()), help);
            }
        }
    }

    fn controls(&mut self) -> Vec<(usize, Effect)> {
        let mut found = Vec::new();
        let by_key: BTreeMap<&str, (Range<usize>, Effect)> = self
            .entry
            .mitigated_by
            .iter()
            .map(|(key, effect)| (key.get_ref().as_str(), (key.span(), *effect)))
            .collect();
        for (key, (span, effect)) in by_key {
            match self.words.control(key) {
                Some(control) => found.push((control, effect)),
                None => self.mistake(span, &format!("`{key}` is no control"), self.words.near_control(key)),
            }
        }
        found
    }

    fn references(&mut self) -> Vec<Reference> {
        let mut found = Vec::new();
        for id in &self.entry.references {
            match reference::read(id.get_ref()) {
                Some(reference) => found.push(reference),
                None => self.mistake(
                    id.span(),
                    &format!("`{}` is written as no known registry writes its ids", id.get_ref()),
                    Some("write for example `CWE-306`, `T1190`, `SAS-02` or `Scheme:id`".to_owned()),
                ),
            }
        }
        found
    }

    fn examples(&mut self, span: Range<usize>) {
        use super::Expectation::{Mitigated, Open, Silent};
        let has = |wanted| self.entry.example.iter().any(|e| e.get_ref().expect == wanted);
        if !has(Open) || !(has(Silent) || has(Mitigated)) {
            let message = "a rule needs an example that is `open`, and one that is `silent` or `mitigated`";
            self.mistake(span, message, None);
        }
    }
}
