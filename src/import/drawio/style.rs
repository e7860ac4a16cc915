//! A cell's style string as a lookup.

use std::ops::Range;

use crate::import::limits;

/// A style string, split once: `name;name;key=value;...`.
///
/// A later entry wins over an earlier one with the same key. Values may hold `=`; entries may be padded with spaces.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    text: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    key: Range<usize>,
    /// `None` for a named style.
    value: Option<Range<usize>>,
}

impl Style {
    /// Splits `text`.
    pub(super) fn parse(text: String) -> Self {
        let mut entries = Vec::new();
        let mut start = 0;
        for part in text.split(';').take(limits::STYLE_ENTRIES) {
            let padded = start..start + part.len();
            start = padded.end + 1;
            let entry = match part.find('=') {
                Some(at) => Entry {
                    key: trimmed(&text, padded.start..padded.start + at),
                    value: Some(trimmed(&text, padded.start + at + 1..padded.end)),
                },
                None => Entry { key: trimmed(&text, padded), value: None },
            };
            if !entry.key.is_empty() {
                entries.push(entry);
            }
        }
        Self { text, entries }
    }

    /// The value of `key`, where it is set and not empty.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().rev().find(|e| e.value.is_some() && self.slice(&e.key) == key)?;
        entry.value.as_ref().map(|v| self.slice(v)).filter(|v| !v.is_empty())
    }

    /// Whether the named style `name` is applied, such as `text` or `swimlane`.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.names().any(|n| n.eq_ignore_ascii_case(name))
    }

    /// The named styles, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|e| e.value.is_none()).map(|e| self.slice(&e.key))
    }

    /// Whether `key` is switched on.
    pub(super) fn is_on(&self, key: &str) -> bool {
        self.get(key) == Some("1")
    }

    /// Whether `key` is switched off in so many words.
    pub(super) fn is_off(&self, key: &str) -> bool {
        self.get(key) == Some("0")
    }

    /// The number under `key`, where it is one.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.get(key)?.parse().ok().filter(|n: &f64| n.is_finite())
    }

    /// The colour under `key` as `#RRGGBB` in upper case; `None` for none, default or a word.
    pub(super) fn colour(&self, key: &str) -> Option<String> {
        let value = self.get(key)?;
        let digits = value.strip_prefix('#')?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        match digits.len() {
            3 => Some(digits.chars().fold("#".to_owned(), |mut out, c| {
                out.extend([c.to_ascii_uppercase(), c.to_ascii_uppercase()]);
                out
            })),
            6 => Some(value.to_ascii_uppercase()),
            _ => None,
        }
    }

    /// The name of the drawn shape: `shape=`, else the first named style, else nothing (a rectangle).
    pub(super) fn shape(&self) -> Option<&str> {
        self.get("shape").or_else(|| self.names().next())
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_later_entry_wins_and_values_may_hold_equals_signs() {
        let style =
            Style::parse("ellipse; dashed=0;image=https://host/a?b=c ;dashed=1;;strokeColor=#0aF;x=".to_owned());
        assert!(style.is_named("ellipse"));
        assert!(style.is_on("dashed"));
        assert_eq!(style.get("image"), Some("https://host/a?b=c"));
        assert_eq!(style.colour("strokeColor").as_deref(), Some("#00AAFF"));
        assert_eq!(style.get("x"), None);
        assert_eq!(style.shape(), Some("ellipse"));
    }

    #[test]
    fn entries_beyond_the_limit_are_not_looked_at() {
        let within = format!("{}dashed=1", "a;".repeat(limits::STYLE_ENTRIES - 1));
        assert!(Style::parse(within.clone()).is_on("dashed"));
        assert!(!Style::parse(format!("a;{within}")).is_on("dashed"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_style(text in any::<String>(), key in "[a-zA-Z]{1,8}", value in "[^;]{1,20}") {
            let style = Style::parse(text.clone());
            let _ = (style.shape(), style.colour("fillColor"), style.number("opacity"), style.names().count());
            let set = Style::parse(format!("{text};{key}={value}"));
            let expected = value.trim();
            prop_assert_eq!(set.get(&key), (!expected.is_empty()).then_some(expected));
        }
    }
}
