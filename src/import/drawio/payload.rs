//! A compressed page: base64, raw DEFLATE, percent-encoding.

use std::io::Read;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

use crate::import::{ImportError, limits};

/// Base64 as found in the wild: with or without padding, with stray bits at the end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The XML of a page whose `<diagram>` holds text; `page` names it in messages.
pub(super) fn decode(text: &str, page: &str) -> Result<String, ImportError> {
    let text = text.trim();
    if text.starts_with('<') {
        return Ok(text.to_owned());
    }
    let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let broken = |why: &str| ImportError::Broken(format!("{page} is compressed, but {why}; the file may be cut off"));
    let deflated = LENIENT.decode(&packed).map_err(|_| broken("is not valid base64"))?;
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

/// Inflates raw DEFLATE, as draw.io writes it, or zlib or gzip, as some other tools do. `None` where it is none of them.
fn inflate(deflated: &[u8], page: &str) -> Result<Option<Vec<u8>>, ImportError> {
    let readers: [Box<dyn Read + '_>; 3] = [
        Box::new(DeflateDecoder::new(deflated)),
        Box::new(ZlibDecoder::new(deflated)),
        Box::new(GzDecoder::new(deflated)),
    ];
    for reader in readers {
        let mut bytes = Vec::new();
        let read = reader.take(limits::INFLATED_BYTES + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > limits::INFLATED_BYTES {
            return Err(ImportError::TooLarge {
                what: format!("{page}, decompressed,"),
                limit: format!("{} MiB", limits::INFLATED_BYTES >> 20),
            });
        }
        if read.is_ok() && !bytes.is_empty() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// draw.io drops what XML 1.0 forbids before it parses a page.
fn without_control_characters(text: String) -> String {
    let forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if text.contains(forbidden) { text.replace(forbidden, "") } else { text }
}
