//! What a file may be at most, so that a hostile one exhausts neither memory nor time. Every limit stands here.

use super::ImportError;

/// Bytes of a file.
pub const FILE_BYTES: u64 = 128 << 20;

/// Bytes of a file that is JSON, or of JSON inside another: its tree takes many times the text's memory.
pub(super) const JSON_BYTES: u64 = 32 << 20;

/// Bytes that one compressed page, or one compressed chunk of a picture, may grow to.
pub(super) const INFLATED_BYTES: u64 = 256 << 20;

/// Bytes that compressed data may grow to whatever its ratio, before [`INFLATION_RATIO`] is looked at.
pub(super) const INFLATED_UNCHECKED_BYTES: u64 = 8 << 20;

/// Bytes that one compressed byte may grow to. Diagrams stay below 60; DEFLATE ends at 1,032.
pub(super) const INFLATION_RATIO: u64 = 200;

/// Pages of a file.
pub(super) const PAGES: usize = 2_000;

/// Cells on one page.
pub(super) const CELLS: usize = 500_000;

/// Cells on all pages of a file.
pub(super) const CELLS_IN_FILE: usize = 1_000_000;

/// Nesting of XML elements and of cells. (JSON ends at 128 levels, serde_json's own limit.)
pub(super) const NESTING: usize = 256;

/// Entries of a cell's style; draw.io writes some dozens, and those beyond are not looked at.
pub(super) const STYLE_ENTRIES: usize = 10_000;

/// Characters of a label; a longer one is cut, which a notice says.
pub(super) const LABEL_CHARS: usize = 8_000;

/// Chunks of a PNG picture.
pub(super) const PNG_CHUNKS: usize = 100_000;

/// Refuses `found` units of `what` beyond `limit`.
pub(super) fn check(what: &str, found: u64, limit: u64, unit: &str) -> Result<(), ImportError> {
    if found <= limit {
        return Ok(());
    }
    Err(ImportError::TooLarge { what: format!("{what} ({found} {unit})"), limit: format!("{limit} {unit}") })
}

/// Refuses `found` bytes of `what` beyond `limit`.
pub(super) fn check_bytes(what: &str, found: u64, limit: u64) -> Result<(), ImportError> {
    if found <= limit {
        return Ok(());
    }
    Err(ImportError::TooLarge { what: what.to_owned(), limit: format!("{} MiB", limit >> 20) })
}

/// `label` cut to [`LABEL_CHARS`], and whether it was cut.
pub(super) fn cut_label(label: &mut String) -> bool {
    // No character takes less than a byte, so a short text need not be counted.
    if label.len() <= LABEL_CHARS {
        return false;
    }
    match label.char_indices().nth(LABEL_CHARS) {
        Some((at, _)) => {
            label.truncate(at);
            label.push('…');
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_itself_is_allowed_and_one_more_is_not() {
        assert_eq!(check("the page", 5, 5, "cells"), Ok(()));
        let error = check("the page", 6, 5, "cells").expect_err("6 is more than 5");
        assert_eq!(error.to_string(), "the page (6 cells) is over the limit of 5 cells");
        assert_eq!(check_bytes("the file", FILE_BYTES, FILE_BYTES), Ok(()));
        assert!(matches!(check_bytes("the file", FILE_BYTES + 1, FILE_BYTES), Err(ImportError::TooLarge { .. })));
    }

    #[test]
    fn labels_are_cut_at_characters_not_at_bytes() {
        let mut label = "é".repeat(LABEL_CHARS);
        assert!(!cut_label(&mut label));
        label.push('x');
        assert!(cut_label(&mut label));
        assert_eq!(label.chars().count(), LABEL_CHARS + 1);
        assert!(label.ends_with("é…"));
    }
}
