//! Text from a diagram made harmless for a terminal, and fitted into a column.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` with every character that a terminal would act on, rather than show, replaced by `?`.
///
/// These are the control characters (an escape sequence starts with one), line and paragraph separators, and the
/// marks that turn the direction of writing, which can make a line read differently from what it says.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if is_acted_on(c) { '?' } else { c }).collect()
}

fn is_acted_on(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// `text` made harmless and cut to `width` columns, the cut shown by an ellipsis.
pub(crate) fn fitted(text: &str, width: usize) -> String {
    let text = harmless(text);
    if text.width() <= width {
        return text;
    }
    let (mut cut, mut used) = (String::new(), 0);
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used >= width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_are_shown_not_acted_on() {
        assert_eq!(harmless("a\u{1b}[31mred\u{7}\r\n\u{9b}x"), "a?[31mred????x");
        assert_eq!(harmless("user\u{202e}nimda"), "user?nimda");
        assert_eq!(harmless("日本 – naïve 👤"), "日本 – naïve 👤");
    }

    #[test]
    fn a_cut_never_exceeds_its_width() {
        assert_eq!(fitted("abcdef", 6), "abcdef");
        assert_eq!(fitted("abcdefg", 6), "abcde…");
        assert!(fitted("日本語日本語", 7).width() <= 7);
    }
}
