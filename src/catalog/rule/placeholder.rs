//! Placeholders in titles and descriptions, such as `{element}`.

use super::On;
use crate::model::words;

words! {
    /// What a placeholder stands for.
    pub enum Placeholder ("placeholder") {
        /// The label of the element concerned.
        Element = "element",
        /// All labels, joined.
        Elements = "elements",
        /// The label of the flow's source.
        Source = "source",
        /// The label of the flow's target.
        Target = "target",
        /// "A to B".
        Flow = "flow",
        /// The first boundary crossed, or the boundary itself.
        Boundary = "boundary",
        /// The element's service.
        Service = "service",
        /// What the condition found on its way.
        Witness = "witness",
        /// The ending of a verb after the labels: an "s" after one, nothing after several.
        S = "s",
    }
}

impl Placeholder {
    /// Whether a rule on `on` can fill it.
    #[must_use]
    pub const fn fits(self, on: On) -> bool {
        match self {
            Self::Source | Self::Target | Self::Flow => matches!(on, On::Flow),
            _ => true,
        }
    }
}

/// The parts of `text`: plain text, and what stands between braces.
fn parts(text: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let inside = rest.strip_prefix('{').and_then(|r| r.split_once('}')).filter(|(name, _)| is_name(name));
        if let Some((name, after)) = inside {
            rest = after;
            return Some((true, name));
        }
        let next = rest.char_indices().skip(1).find(|(_, c)| *c == '{').map_or(rest.len(), |(i, _)| i);
        let (plain, after) = rest.split_at_checked(next).unwrap_or((rest, ""));
        rest = after;
        Some((false, plain))
    })
}

/// `{proxy+}` and the like are text that routes are written with.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase())
}

/// The names between braces in `text`.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    parts(text).filter(|(name, _)| *name).map(|(_, text)| text)
}

/// `text` with its placeholders filled by `value`; the filled text is not read again.
pub fn fill(text: &str, value: impl Fn(Placeholder) -> String) -> String {
    parts(text).fold(String::with_capacity(text.len()), |mut out, (is_name, part)| {
        match part.parse() {
            Ok(placeholder) if is_name => out.push_str(&value(placeholder)),
            _ => out.push_str(part),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_text_is_not_read_again() {
        let filled = fill("{element} meets {source}, not {proxy+} {", |p| match p {
            Placeholder::Element => "{source}".to_owned(),
            _ => "B".to_owned(),
        });
        assert_eq!(filled, "{source} meets B, not {proxy+} {");
    }
}
