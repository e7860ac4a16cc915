//! Decompression with hard limits, shared by compressed pages and pictures.

use std::{
    cell::Cell,
    io::{BufRead, Read},
};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::{ImportError, limits};

/// Base64 as found in the wild: with or without padding, with stray bits at the end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes that are inflated between two looks at the limits.
const STEP: u64 = 64 << 10;

/// The bytes behind base64 text, whose white space does not count. `None` where it is none.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|b| b.is_ascii_whitespace()) {
        let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        return LENIENT.decode(packed).ok();
    }
    LENIENT.decode(text).ok()
}

/// Inflates raw DEFLATE, as draw.io writes it, or zlib or gzip, as others do. `Ok(None)` where it is none of them or is
/// cut off. `what` names the data in messages.
///
/// # Errors
/// [`ImportError::TooLarge`] where it grows beyond [`limits::INFLATED_BYTES`], or by more than
/// [`limits::INFLATION_RATIO`]; this is found out on the way, not at the end.
pub(super) fn inflate(deflated: &[u8], what: &str) -> Result<Option<Vec<u8>>, ImportError> {
    let taken = Cell::new(0);
    let input = || {
        taken.set(0);
        Counted { rest: deflated, taken: &taken }
    };
    let mut bytes = drain(&mut DeflateDecoder::new(input()), &taken, what)?;
    if bytes.is_none() {
        bytes = drain(&mut ZlibDecoder::new(input()), &taken, what)?;
    }
    if bytes.is_none() {
        bytes = drain(&mut GzDecoder::new(input()), &taken, what)?;
    }
    Ok(bytes)
}

/// Reads to the end within the limits; `None` where the data is not of the reader's format, or empty.
fn drain(reader: &mut dyn Read, taken: &Cell<u64>, what: &str) -> Result<Option<Vec<u8>>, ImportError> {
    let mut bytes = Vec::new();
    loop {
        match reader.take(STEP).read_to_end(&mut bytes) {
            Ok(0) => return Ok((!bytes.is_empty()).then_some(bytes)),
            Ok(_) => {
                let by_ratio = taken.get().saturating_mul(limits::INFLATION_RATIO);
                let most = limits::INFLATED_BYTES.min(by_ratio.max(limits::INFLATED_UNCHECKED_BYTES));
                limits::check_bytes(&format!("{what}, decompressed,"), bytes.len() as u64, most)?;
            }
            Err(_) => return Ok(None),
        }
    }
}

/// Bytes that count how many of them were taken.
struct Counted<'a> {
    rest: &'a [u8],
    taken: &'a Cell<u64>,
}

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.rest.read(into)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        Ok(self.rest)
    }

    fn consume(&mut self, count: usize) {
        self.rest.consume(count);
        self.taken.set(self.taken.get() + count as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };

    use super::*;

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a vector takes bytes");
        encoder.finish().expect("a vector takes bytes")
    }

    #[test]
    fn all_three_formats_come_back() {
        let text = b"<mxGraphModel/>".repeat(20);
        assert_eq!(inflate(&deflated(&text), "page").expect("within limits").as_deref(), Some(&text[..]));
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&text).expect("a vector takes bytes");
        let zlib = zlib.finish().expect("a vector takes bytes");
        assert_eq!(inflate(&zlib, "page").expect("within limits").as_deref(), Some(&text[..]));
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&text).expect("a vector takes bytes");
        let gzip = gzip.finish().expect("a vector takes bytes");
        assert_eq!(inflate(&gzip, "page").expect("within limits").as_deref(), Some(&text[..]));
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_none() {
        let mut packed = deflated(&(0..=255).collect::<Vec<u8>>());
        packed.truncate(packed.len() / 2);
        assert_eq!(inflate(&packed, "page"), Ok(None));
        assert_eq!(inflate(b"plain text", "page"), Ok(None));
        assert_eq!(inflate(b"", "page"), Ok(None));
    }

    #[test]
    fn a_bomb_is_refused_by_its_ratio() {
        let bomb = deflated(&vec![b' '; 24 << 20]);
        let error = inflate(&bomb, "page 1").expect_err("it grows a thousandfold");
        assert!(error.to_string().starts_with("page 1, decompressed, is over the limit of 8 MiB"), "{error}");
    }

    #[test]
    fn base64_is_read_with_line_breaks_and_without_padding() {
        assert_eq!(from_base64("aGVs\n bG8").as_deref(), Some(&b"hello"[..]));
        assert_eq!(from_base64("not base64!"), None);
    }
}
