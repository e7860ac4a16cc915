//! Bytes as text: UTF-8, UTF-16, or the encoding that an XML declaration names.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::import::ImportError;

/// Bytes at the start of a file in which an XML declaration is looked for.
const DECLARATION_BYTES: usize = 200;

/// The text of `bytes`, without its byte order mark.
///
/// # Errors
/// [`ImportError::Broken`] where a byte has no meaning in the file's encoding; [`ImportError::NotADiagram`] where it looks
/// like no text at all.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ImportError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (guess(bytes), bytes),
    };
    if encoding == UTF_8 {
        return match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(error) => Err(unreadable(bytes, error.valid_up_to())),
        };
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        ImportError::Broken(format!("the text is not valid {}; save the file as UTF-8", encoding.name()))
    })
}

/// UTF-16 shows in the zero beside the first character; other encodings are named by the XML declaration.
fn guess(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [b'<' | b'{' | b'[', 0, ..] => return UTF_16LE,
        [0, b'<' | b'{' | b'[', ..] => return UTF_16BE,
        _ => {}
    }
    let start = bytes.get(..DECLARATION_BYTES).unwrap_or(bytes);
    declared(&String::from_utf8_lossy(start)).unwrap_or(UTF_8)
}

/// The encoding that the XML declaration at the start of `text` names. One that cannot be true, because the declaration
/// could be read at all, is left out.
fn declared(text: &str) -> Option<&'static Encoding> {
    let declaration = text.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let name = value.strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
    Encoding::for_label(name.as_bytes()).filter(|e| e.is_ascii_compatible())
}

fn unreadable(bytes: &[u8], at: usize) -> ImportError {
    let start = bytes.get(..at.min(4096)).unwrap_or_default();
    if at == 0 || start.contains(&0) {
        return ImportError::NotADiagram {
            what: "this is a binary file of an unknown kind".to_owned(),
            advice: "give a draw.io or Threat Dragon file".to_owned(),
        };
    }
    let line = bytes.iter().take(at).filter(|b| **b == b'\n').count() + 1;
    ImportError::Broken(format!("the text is not valid UTF-8 in line {line} (byte {}); save the file as UTF-8", at + 1))
}
