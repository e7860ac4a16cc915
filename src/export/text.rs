//! Text from a diagram made fit for a table: nothing invisible that acts, nothing that a spreadsheet would evaluate.

use std::borrow::Cow;

/// The most UTF-16 units that Excel takes in a cell.
pub(super) const LONGEST_CELL: usize = 32_767;

const CUT: &str = "… [truncated]";

/// Characters that a table must not hold: controls other than tab and line feed, marks that turn the direction of
/// writing (they make a cell read differently from what it says), and code points that XML forbids.
fn is_unfit(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}')
}

/// `text` with every unfit character shown as `�`, and line ends as line feeds.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    // Nearly all text is plain letters: looked at byte by byte that is seen at once.
    if text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\t')) || !text.chars().any(is_unfit) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(text.chars().map(|c| if is_unfit(c) { '\u{FFFD}' } else { c }).collect())
}

/// Whether a spreadsheet would read `text` as a formula once somebody enters it: the first character, also after
/// spaces and quotes, is one of `= + - @`, their full-width forms, or a tab, line feed or carriage return.
pub(super) fn looks_like_formula(text: &str) -> bool {
    let acts = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}'
        )
    };
    text.chars().next().is_some_and(acts)
        || text.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').starts_with(acts)
}

/// `text` cut to what a cell of a workbook takes, and whether it was cut; the cut is shown.
pub(super) fn fit_cell(text: &str) -> (Cow<'_, str>, bool) {
    if text.len() <= LONGEST_CELL || text.encode_utf16().count() <= LONGEST_CELL {
        return (Cow::Borrowed(text), false);
    }
    let (mut kept, mut units) = (String::new(), CUT.encode_utf16().count());
    for c in text.chars() {
        units += c.len_utf16();
        if units > LONGEST_CELL {
            break;
        }
        kept.push(c);
    }
    kept.push_str(CUT);
    (Cow::Owned(kept), true)
}

/// `text` as it was before a guarding apostrophe was put before it; anything else stays.
pub(super) fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_seen_behind_spaces_quotes_and_full_width_signs() {
        for hostile in
            ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\u{a0}=1", "\"=1\"", "＝1", "＋1", "－1", "＠x", "\n=1"]
        {
            assert!(looks_like_formula(hostile), "{hostile:?}");
        }
        for plain in ["", "a=b", "Orders - eu", "'quoted'", "1-1"] {
            assert!(!looks_like_formula(plain), "{plain:?}");
        }
    }

    #[test]
    fn unfit_characters_are_shown_and_line_ends_made_one() {
        assert_eq!(clean("a\u{0}b\r\nc\td\u{202E}e"), "a\u{FFFD}b\nc\td\u{FFFD}e");
        assert!(matches!(clean("日本 👤 naïve"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_cell_is_cut_between_characters_within_excels_limit() {
        let many = "👤".repeat(20_000);
        let (cut, was_cut) = fit_cell(&many);
        assert!(was_cut && cut.ends_with(CUT) && cut.encode_utf16().count() <= LONGEST_CELL);
        assert!(!fit_cell(&"x".repeat(LONGEST_CELL)).1);
    }

    #[test]
    fn only_a_guarding_apostrophe_is_removed() {
        assert_eq!(unguard("'=1"), "=1");
        assert_eq!(unguard("'tis"), "'tis");
    }
}
