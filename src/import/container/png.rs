//! PNG pictures that carry their diagram in a text chunk.

use std::borrow::Cow;

use super::{Opened, embedded, xml};
use crate::{
    import::{ImportError, inflate::inflate, limits},
    model::Container,
};

/// The bytes that every PNG begins with.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Keywords under which draw.io keeps the diagram.
const KEYWORDS: [&[u8]; 2] = [b"mxfile", b"mxGraphModel"];

/// Takes the diagram out of a PNG, given what follows its signature. Every chunk is looked at, wherever it stands.
///
/// # Errors
/// [`ImportError::NotADiagram`] where it is a mere picture, [`ImportError::Broken`] where it ends too early.
pub(super) fn open(mut rest: &[u8]) -> Result<Opened<'static>, ImportError> {
    for _ in 0..limits::PNG_CHUNKS {
        let Some((kind, data, after)) = chunk(rest) else {
            return Err(if rest.is_empty() { picture_only() } else { cut_off() });
        };
        if let Some(value) = text(kind, data)? {
            let xml = embedded::decode(&value, "the picture's diagram")?;
            let opened = xml::open_inner(&xml)?;
            return Ok(Opened { container: Container::Png, ..opened.into_owned() });
        }
        if kind == b"IEND" {
            return Err(picture_only());
        }
        rest = after;
    }
    limits::check("the picture", limits::PNG_CHUNKS as u64 + 1, limits::PNG_CHUNKS as u64, "chunks")?;
    Err(picture_only())
}

/// The first chunk's type and data, and what follows it. Checksums are not looked at: a diagram that can be read is.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_at_checked(4)?;
    let (data, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    Some((kind, data, rest.get(4..).unwrap_or_default()))
}

/// The text of a chunk that carries a diagram.
fn text(kind: &[u8], data: &[u8]) -> Result<Option<String>, ImportError> {
    if !matches!(kind, b"tEXt" | b"zTXt" | b"iTXt") {
        return Ok(None);
    }
    let Some((keyword, rest)) = split_at_nul(data) else { return Ok(None) };
    if !KEYWORDS.contains(&keyword) {
        return Ok(None);
    }
    let bytes = match kind {
        b"tEXt" => Cow::Borrowed(rest),
        b"zTXt" => {
            // One byte for the method of compression, then zlib by the standard and raw DEFLATE by draw.io.
            let packed = rest.get(1..).unwrap_or_default();
            Cow::Owned(unpacked(packed)?)
        }
        _ => international(rest)?,
    };
    let mut text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.to_owned(),
        // By the standard these chunks are Latin-1.
        Err(_) => bytes.iter().map(|b| char::from(*b)).collect(),
    };
    if kind == b"zTXt" && text.starts_with('%') {
        text = text.replace('+', " ");
    }
    Ok(Some(text))
}

/// The text of an iTXt chunk after its keyword: compression flag and method, language, translated keyword, text.
fn international(rest: &[u8]) -> Result<Cow<'_, [u8]>, ImportError> {
    let (compressed, rest) = (rest.first() == Some(&1), rest.get(2..).unwrap_or_default());
    let text = split_at_nul(rest).and_then(|(_, rest)| split_at_nul(rest)).ok_or_else(cut_off)?.1;
    if compressed { unpacked(text).map(Cow::Owned) } else { Ok(Cow::Borrowed(text)) }
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, ImportError> {
    inflate(packed, "the picture's diagram")?.ok_or_else(|| {
        ImportError::Broken(
            "the picture's diagram cannot be decompressed; the file may be cut off or damaged".to_owned(),
        )
    })
}

fn split_at_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|b| *b == 0)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

fn picture_only() -> ImportError {
    ImportError::NotADiagram {
        what: "this is a PNG picture without its diagram".to_owned(),
        advice: "give the .drawio file, or export the picture again with \"Include a copy of my diagram\"".to_owned(),
    }
}

fn cut_off() -> ImportError {
    ImportError::Broken("the PNG picture is cut off before any diagram in it".to_owned())
}
