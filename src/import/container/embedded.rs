//! A diagram embedded in a picture or page: as XML, percent-encoded, or as base64, perhaps compressed.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::import::{
    ImportError,
    inflate::{from_base64, inflate},
};

/// The XML behind `text`; `what` names the place in messages, such as "the picture's diagram".
///
/// # Errors
/// [`ImportError::Broken`] where it is in none of the known forms.
pub(super) fn decode<'a>(text: &'a str, what: &str) -> Result<Cow<'a, str>, ImportError> {
    let text = text.trim();
    if text.starts_with('<') {
        return Ok(Cow::Borrowed(text));
    }
    if text.starts_with('%') {
        return unescaped(text, what);
    }
    let bytes = from_base64(text).ok_or_else(|| broken(what, "is neither XML nor base64"))?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) if text.trim_start().starts_with(['<', '%']) => text.to_owned(),
        _ => {
            let bytes = inflate(&bytes, what)?.ok_or_else(|| broken(what, "cannot be decompressed"))?;
            String::from_utf8(bytes).map_err(|_| broken(what, "does not hold text"))?
        }
    };
    let trimmed = text.trim_start();
    if trimmed.starts_with('%') {
        return unescaped(trimmed, what).map(|t| Cow::Owned(t.into_owned()));
    }
    Ok(Cow::Owned(text))
}

fn unescaped<'a>(text: &'a str, what: &str) -> Result<Cow<'a, str>, ImportError> {
    percent_decode_str(text).decode_utf8().map_err(|_| broken(what, "has a broken percent-encoding"))
}

fn broken(what: &str, why: &str) -> ImportError {
    ImportError::Broken(format!("{what} {why}; the file may be cut off or damaged"))
}
