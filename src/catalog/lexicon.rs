//! Finding the names of services, and the words for people, stores and servers, in the labels that people write.

use std::collections::HashMap;

use super::service::Service;

/// Words after which a label speaks of something else: a "Lambda to S3 copier" is no bucket.
const CONNECTORS: &[&str] = &[
    "to",
    "from",
    "in",
    "into",
    "on",
    "onto",
    "via",
    "using",
    "with",
    "by",
    "for",
    "of",
    "that",
    "which",
    "accessing",
    "through",
    "behind",
    "under",
    "over",
    "between",
    "within",
    "at",
    "during",
    "after",
    "before",
    "and",
    "or",
    "against",
    "y",
    "et",
    "und",
    "triggers",
    "calls",
    "reads",
    "writes",
    "invokes",
    "sends",
    "uses",
    "per",
    "as",
    "de",
    "para",
    "für",
    "von",
];

/// Verbs that, leading a part of a label, make what follows their object: "Query Athena" is no Athena.
const VERBS: &[&str] = &[
    "upload",
    "download",
    "read",
    "write",
    "get",
    "put",
    "send",
    "receive",
    "save",
    "query",
    "update",
    "create",
    "delete",
    "process",
    "fetch",
    "load",
    "export",
    "import",
    "invoke",
    "trigger",
    "push",
    "pull",
    "call",
    "check",
    "validate",
    "generate",
    "publish",
    "list",
    "start",
    "stop",
    "run",
    "scan",
    "sync",
    "copy",
    "move",
    "notify",
    "verify",
    "parse",
    "request",
    "return",
    "add",
    "remove",
    "insert",
    "select",
    "manage",
    "access",
    "connect",
    "build",
    "deploy",
    "redirect",
    "redirects",
    "produce",
    "consume",
    "exposes",
    "starts",
    "stores",
    "set",
    "enter",
    "receiving",
    "retrieve",
    "configure",
    "creates",
    "register",
    "authenticate",
    "authorize",
    "subscribe",
    "submit",
    "install",
    "delegate",
    "sends",
    "receives",
    "updates",
    "notificar",
    "use",
    "uses",
    "consultar",
    "enviar",
    "crear",
    "obtener",
    "actualizar",
    "procesar",
    "validar",
    "guardar",
    "show",
    "choose",
    "review",
    "approve",
    "sign",
    "remover",
    "delegates",
    "migrate",
    "replace",
    "aggregates",
    "handle",
];

/// Nouns that may follow a service's name without changing what the label names: "DynamoDB table 2".
const NOUNS: &[&str] = &[
    "service",
    "services",
    "function",
    "functions",
    "bucket",
    "buckets",
    "table",
    "tables",
    "queue",
    "queues",
    "topic",
    "topics",
    "cluster",
    "instance",
    "instances",
    "database",
    "databases",
    "db",
    "stream",
    "streams",
    "endpoint",
    "endpoints",
    "api",
    "distribution",
    "group",
    "job",
    "jobs",
    "task",
    "tasks",
    "node",
    "nodes",
    "domain",
    "resource",
    "rule",
    "rules",
    "alarm",
    "alarms",
    "logs",
    "container",
    "containers",
    "storage",
    "workflow",
    "host",
    "server",
];

/// Words for the vendor that may precede a service's name.
const VENDORS: &[&str] = &["aws", "amazon"];

/// Longest name in the catalogue, in words.
const LONGEST: usize = 7;

/// A part of a label with more words than this is a sentence.
const WORDY: usize = 8;

/// How strongly a match tells what the thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A word that such things are called by.
    Word,
    /// The name of the service itself.
    Name,
}

#[derive(Clone, Debug)]
struct Entry {
    service: usize,
    strength: Strength,
    /// The name in capitals, where it counts only so.
    exact: Option<String>,
    /// It counts only where its part of the label says nothing else.
    alone: bool,
    /// Common nouns may follow it: the "Stripe API" is Stripe.
    nouns: bool,
}

/// One word of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    text: String,
    lower: String,
    /// Number of the part of the label that it stands in; brackets, commas, slashes and the like part a label.
    part: usize,
    /// Nothing stands between it and the word before it.
    glued: bool,
    /// It is part of a name, and connects nothing: the "de" of a "base de datos".
    taken: bool,
    /// Where it ends in the label, in characters.
    end: usize,
}

/// A name or word found in a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Position of the service in the catalogue.
    pub(super) service: usize,
    /// Whether it is the service's own name.
    pub(super) strength: Strength,
    /// The text as it stands in the label.
    pub(super) text: String,
    /// Part of the label that it stands in.
    pub(super) part: usize,
    /// It stands at the start of its part, but for the vendor's name.
    pub(super) starts: bool,
    /// It stands at the end of its part, or before a connector, but for numbers and the service's own nouns.
    pub(super) ends: bool,
    /// A connector before it in its part makes it the object of something else.
    pub(super) object: bool,
    /// It is followed by nothing or by a connector.
    pub(super) closes: bool,
    /// It counts only where its part of the label says nothing else.
    alone: bool,
    /// Its part of the label is a sentence.
    wordy: bool,
    /// It stands inside of a name written as one word, such as `GlueJobRole`.
    glued: bool,
    /// Number of letters and digits.
    length: usize,
}

impl Found {
    /// Whether it tells what a thing without an icon of its own is: it ends or heads the label, and is not what
    /// something else is done to.
    pub(super) fn tells(&self) -> bool {
        let heads = self.starts && (self.closes || self.strength == Strength::Name && !self.glued);
        let tells = if self.alone || self.wordy { self.starts && self.closes } else { self.ends || heads };
        tells && !self.object
    }

    /// Whether its part of the label names this and nothing else.
    pub(super) fn is_whole(&self) -> bool {
        self.starts && self.ends && !self.object
    }
}

/// All names and words of the services, for looking up.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    entries: HashMap<String, Vec<Entry>>,
}

impl Lexicon {
    /// The names and words of `services`; positions in the slice come back in what is found.
    pub(super) fn new(services: &[Service]) -> Self {
        let mut lexicon = Self { entries: HashMap::with_capacity(services.len() * 6) };
        for (position, service) in services.iter().enumerate() {
            for name in &service.labels {
                lexicon.add(name, position, Strength::Name, true);
            }
            let nouns = service.traits.iter().any(|t| t == "third-party");
            for word in &service.words {
                lexicon.add(word, position, Strength::Word, nouns);
            }
        }
        lexicon
    }

    fn add(&mut self, name: &str, service: usize, strength: Strength, nouns: bool) {
        let squeezed: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let exact = (!squeezed.chars().any(char::is_lowercase) && squeezed.chars().any(char::is_uppercase))
            .then(|| squeezed.clone());
        self.entries.entry(squeezed.to_lowercase()).or_default().push(Entry {
            service,
            strength,
            exact,
            alone: name.starts_with('='),
            nouns,
        });
    }

    /// Every name and word in `label` that overlaps no longer one, in order.
    pub(super) fn find(&self, label: &str) -> Vec<Found> {
        let mut tokens = tokens(label);
        let mut spans = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            match self.longest_at(&tokens, at) {
                Some((end, entry)) => {
                    tokens.iter_mut().take(end).skip(at).for_each(|t| t.taken = true);
                    spans.push((at, end, entry, true));
                    at = end;
                }
                None => {
                    spans.extend(self.suffix_of(&tokens, at).map(|entry| (at, at + 1, entry, false)));
                    at += 1;
                }
            }
        }
        spans
            .into_iter()
            .map(|(start, end, entry, full)| {
                let mut found = place(label, &tokens, start, end, entry);
                found.starts &= full;
                found
            })
            .collect()
    }

    /// The service that `text` names or that it is called by, where it says nothing else.
    pub(super) fn whole(&self, text: &str) -> Option<usize> {
        best(self.find(text).into_iter().filter(Found::is_whole)).map(|f| f.service)
    }

    /// The longest entry that starts with the token at `at`, and the token after its end.
    fn longest_at(&self, tokens: &[Token], at: usize) -> Option<(usize, &Entry)> {
        let mut squeezed = String::new();
        let mut written = String::new();
        let mut hit = None;
        for (end, token) in tokens.iter().enumerate().skip(at).take(LONGEST) {
            squeezed.push_str(&token.lower);
            written.push_str(&token.text);
            let entry = self.entry(&squeezed, &written).or_else(|| {
                let singular = squeezed.strip_suffix('s').filter(|s| s.chars().count() > 2)?;
                self.entry(singular, written.strip_suffix(['s', 'S'])?)
            });
            if let Some(entry) = entry {
                hit = Some((end + 1, entry));
            }
        }
        hit
    }

    fn entry(&self, squeezed: &str, written: &str) -> Option<&Entry> {
        let fits = |e: &&Entry| e.exact.as_deref().is_none_or(|x| x == written);
        self.entries.get(squeezed)?.iter().filter(fits).max_by_key(|e| e.strength)
    }

    /// Scripts without spaces put the telling word last: the longest entry that such a token ends with.
    fn suffix_of(&self, tokens: &[Token], at: usize) -> Option<&Entry> {
        let token = tokens.get(at)?;
        if token.lower.is_ascii() || !token.lower.chars().any(|c| c >= '\u{3000}') {
            return None;
        }
        let starts = token.lower.char_indices().skip(1).map(|(i, _)| i);
        let suffixes = starts.filter_map(|i| token.lower.get(i..)).filter(|s| s.chars().count() >= 2);
        suffixes.filter_map(|s| self.entry(s, s)).next()
    }
}

/// The strongest of what was found: a whole part before an end before a start; then the earlier; then the longer.
pub(super) fn best(found: impl Iterator<Item = Found>) -> Option<Found> {
    let order = |f: &Found| (f.strength, f.is_whole(), std::cmp::Reverse(f.part), f.ends, f.length);
    found.fold(None, |best: Option<Found>, f| match best {
        Some(b) if order(&b) >= order(&f) => Some(b),
        _ => Some(f),
    })
}

/// The longest of what was found, wherever it stands: for names of pictures and shape keys.
pub(super) fn longest(found: Vec<Found>) -> Option<Found> {
    found.into_iter().rev().max_by_key(|f| (f.strength, f.length))
}

fn place(label: &str, tokens: &[Token], start: usize, end: usize, entry: &Entry) -> Found {
    let part = tokens.get(start).map_or(0, |t| t.part);
    let last_part = tokens.get(end.saturating_sub(1)).map_or(part, |t| t.part);
    let words = tokens.get(start..end).unwrap_or_default();
    let before = tokens.iter().take(start).filter(|t| t.part == part);
    let mut after = tokens.iter().skip(end).filter(|t| t.part == last_part).peekable();
    let closes = after.peek().is_none_or(|t| is_connector(t));
    let noise = |t: &Token| is_number(t) || (entry.nouns && NOUNS.contains(&t.lower.as_str()));
    let of_part = tokens.iter().filter(|t| t.part == part);
    let length_of_part = of_part.clone().count();
    let first = words.first().map_or(0, |t| t.end.saturating_sub(t.text.chars().count()));
    let last = words.last().map_or(0, |t| t.end);
    let text = label.chars().take(last).skip(first).collect();
    Found {
        service: entry.service,
        strength: entry.strength,
        part,
        starts: before.clone().all(|t| VENDORS.contains(&t.lower.as_str())),
        ends: after.find(|t| !noise(t)).is_none_or(is_connector),
        object: before.clone().any(is_connector)
            || before.clone().next().is_some_and(is_verb)
            || (entry.strength == Strength::Word && start > 0 && tokens.first().is_some_and(is_verb)),
        closes,
        alone: entry.alone,
        wordy: length_of_part > WORDY,
        glued: tokens.get(end).is_some_and(|t| t.glued),
        length: words.iter().map(|t| t.text.chars().count()).sum(),
        text,
    }
}

fn is_connector(token: &Token) -> bool {
    !token.taken && CONNECTORS.contains(&token.lower.as_str())
}

fn is_verb(token: &Token) -> bool {
    !token.taken && VERBS.contains(&token.lower.as_str())
}

fn is_number(token: &Token) -> bool {
    let digits = token.lower.strip_prefix('v').unwrap_or(&token.lower);
    digits.chars().all(char::is_numeric) || token.lower.chars().count() == 1
}

/// Splits a label into words at anything that is no letter or digit, and within `camelCase`.
fn tokens(label: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut word = String::new();
    let mut part = 0;
    let chars: Vec<char> = label.chars().take(2_000).collect();
    let mut glued = false;
    let mut flush = |word: &mut String, part: usize, glued: bool, end: usize| {
        if !word.is_empty() {
            let text = std::mem::take(word);
            tokens.push(Token { lower: text.to_lowercase(), text, part, glued, taken: false, end });
        }
    };
    for (i, &c) in chars.iter().enumerate() {
        if c.is_alphanumeric() {
            let next = chars.get(i + 1);
            let previous = word.chars().last();
            let hump = previous.is_some_and(|p| {
                c.is_uppercase() && (!p.is_uppercase() || next.is_some_and(|n| n.is_lowercase() && *n != 's'))
            });
            if hump {
                flush(&mut word, part, glued, i);
                glued = true;
            }
            word.push(c);
        } else {
            flush(&mut word, part, glued, i);
            glued = false;
            let spaced = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_none_or(|c| c.is_whitespace());
            let dash = matches!(c, '-' | '–' | '—') && spaced(i.checked_sub(1)) && spaced(Some(i + 1));
            if dash
                || matches!(
                    c,
                    '(' | ')'
                        | '['
                        | ']'
                        | '{'
                        | '}'
                        | ','
                        | ';'
                        | ':'
                        | '/'
                        | '|'
                        | '&'
                        | '+'
                        | '\n'
                        | '（'
                        | '）'
                        | '、'
                        | '・'
                        | '→'
                )
            {
                part += 1;
            }
        }
    }
    flush(&mut word, part, glued, chars.len());
    tokens
}
