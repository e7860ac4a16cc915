//! A compressed page: base64, raw DEFLATE, percent-encoding.

use crate::import::{
    ImportError,
    inflate::{from_base64, inflate},
};

/// The XML of a page whose `<diagram>` holds text; `page` names it in messages.
pub(super) fn decode(text: &str, page: &str) -> Result<String, ImportError> {
    let text = text.trim();
    if text.starts_with('<') {
        return Ok(text.to_owned());
    }
    let broken = |why: &str| ImportError::Broken(format!("{page} is compressed, but {why}; the file may be cut off"));
    let deflated = from_base64(text).ok_or_else(|| broken("is not valid base64"))?;
    let bytes = inflate(&deflated, page)?.ok_or_else(|| broken("cannot be decompressed"))?;
    let text = String::from_utf8(bytes).map_err(|_| broken("does not hold text"))?;
    let text = if text.trim_start().starts_with('<') {
        text
    } else {
        percent_encoding::percent_decode_str(&text)
            .decode_utf8()
            .map_err(|_| broken("its percent-encoding is broken"))?
            .into_owned()
    };
    Ok(without_control_characters(text))
}

/// draw.io drops what XML 1.0 forbids before it parses a page.
fn without_control_characters(text: String) -> String {
    let forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if text.contains(forbidden) { text.replace(forbidden, "") } else { text }
}
