//! Finding many words and phrases in a text at once.

use std::collections::HashMap;

use super::vocabulary::plain;

/// Text prepared for looking up words: plain form between spaces, and once more with `camelCase` taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    words: String,
    /// A bit for the first two letters of every word: most words that are looked for are told apart by it.
    starts: u128,
}

impl Text {
    /// Prepares the parts of a text; words are not found across parts.
    #[must_use]
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::from(" ");
        for part in parts.into_iter().filter(|p| !p.is_empty()) {
            let whole = plain(part);
            let apart = plain(&camel_apart(part));
            text.push_str(&whole);
            text.push_str(" | ");
            if apart != whole {
                text.push_str(&apart);
                text.push_str(" | ");
            }
        }
        let starts = text.split(' ').filter_map(start).fold(0, |all, bit| all | bit);
        Self { words: text, starts }
    }

    /// Whether `word`, in plain form, is one of the words or phrases of this text, in the singular or the plural.
    #[must_use]
    pub fn mentions(&self, word: &str) -> bool {
        let loose = !word.is_ascii();
        if !loose && start(word).is_some_and(|bit| self.starts & bit == 0) {
            return false;
        }
        self.words.match_indices(word).any(|(at, _)| {
            let before = self.words.get(..at).is_some_and(|t| t.ends_with(' '));
            let after = self.words.get(at + word.len()..).unwrap_or_default();
            // Scripts without spaces have no word boundaries to hold on to.
            loose || before && (after.starts_with(' ') || after.starts_with("s ") || after.starts_with("es "))
        })
    }

    /// The first of `words`, in plain form, that this text mentions.
    #[must_use]
    pub fn first_of<'w>(&self, words: &'w [String]) -> Option<&'w str> {
        words.iter().map(String::as_str).find(|w| self.mentions(w))
    }
}

/// The bit of a word's first two letters; `None` for words too short to have two.
fn start(word: &str) -> Option<u128> {
    match word.as_bytes() {
        [first, second, ..] if *second != b' ' => Some(1 << ((u32::from(*first) * 31 + u32::from(*second)) % 128)),
        _ => None,
    }
}

/// `PayslipAPI` as `Payslip API`.
fn camel_apart(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut lower = false;
    for c in text.chars() {
        if c.is_uppercase() && lower {
            out.push(' ');
        }
        lower = c.is_lowercase();
        out.push(c);
    }
    out
}

/// Phrases with the positions that they stand for, found by their first word.
#[derive(Clone, Debug, Default)]
pub struct PhraseIndex(HashMap<String, Vec<(String, usize)>>);

impl PhraseIndex {
    /// Indexes phrases, each with what it stands for.
    #[must_use]
    pub fn new<'a>(phrases: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut index: HashMap<String, Vec<(String, usize)>> = HashMap::new();
        for (phrase, means) in phrases {
            let phrase = plain(phrase);
            if let Some(first) = phrase.split(' ').next().filter(|w| !w.is_empty()) {
                index.entry(first.to_owned()).or_default().push((phrase, means));
            }
        }
        Self(index)
    }

    /// What is mentioned in `text`, with the phrase that mentions it, in the order of the text.
    #[must_use]
    pub fn find(&self, text: &Text) -> Vec<(usize, &str)> {
        let mut found: Vec<(usize, &str)> = Vec::new();
        for word in text.words.split(' ').filter(|w| !w.is_empty() && *w != "|") {
            for stem in [Some(word), word.strip_suffix('s'), word.strip_suffix("es")].into_iter().flatten() {
                for (phrase, means) in self.0.get(stem).into_iter().flatten() {
                    if !found.iter().any(|(m, _)| m == means) && text.mentions(phrase) {
                        found.push((*means, phrase));
                    }
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_in_singular_and_plural_and_camel_case() {
        let text = Text::of(["Signed-URL uploads", "PayslipAPI"]);
        for word in ["signed url", "upload", "payslip api", "payslipapi", "api"] {
            assert!(text.mentions(word), "{word}");
        }
        for word in ["load", "url uploads payslip", "sign"] {
            assert!(!text.mentions(word), "{word}");
        }
    }

    #[test]
    fn phrases_are_found_by_their_first_word() {
        let index = PhraseIndex::new([("rate limit", 1), ("waf", 2), ("rate card", 3)]);
        assert_eq!(index.find(&Text::of(["WAF with rate limits"])), [(2, "waf"), (1, "rate limit")]);
    }
}
