//! JSON: Threat Dragon models, told from other JSON by structure.

use serde_json::Value;

use super::{Content, Opened, foreign};
use crate::{
    import::{ImportError, limits},
    model::Container,
};

/// Takes the Threat Dragon model out of a text that begins like JSON.
///
/// # Errors
/// As [`super::open`].
pub(super) fn open(text: &str) -> Result<Opened<'static>, ImportError> {
    limits::check_bytes("the JSON file", text.len() as u64, limits::JSON_BYTES)?;
    let value: Value = serde_json::from_str(text)
        .or_else(|error| match whole_characters(text) {
            Some(text) => serde_json::from_str(&text),
            None => Err(error),
        })
        .map_err(|error| broken(text, &error))?;
    let model = unwrapped(value);
    if !is_threat_dragon(&model) {
        return Err(foreign::json(&model));
    }
    Ok(Opened { content: Content::ThreatDragon(model), container: Container::Json, notices: Vec::new() })
}

/// `text` with every half of a surrogate pair that stands alone as `\ufffd`; none where there is no such half.
/// JavaScript writes such halves where it cuts a text within a character, and reads them without complaint.
fn whole_characters(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut whole, mut taken, mut at) = (String::new(), 0, 0);
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += next;
        match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 12,
            (Some(0xD800..=0xDFFF), _) => {
                whole.push_str(text.get(taken..at)?);
                whole.push_str("\\ufffd");
                at += 6;
                taken = at;
            }
            // The character after a backslash is ASCII in JSON that can be read at all.
            _ => at += 2,
        }
    }
    (taken > 0).then(|| whole + text.get(taken..).unwrap_or_default())
}

/// The model inside a Threat Dragon template; anything else as it is.
fn unwrapped(mut value: Value) -> Value {
    let inner = value.get_mut("model").filter(|model| model.get("detail").is_some()).map(Value::take);
    inner.unwrap_or(value)
}

/// The version field says nothing, so the structure is looked at: diagrams, or an empty model's envelope.
fn is_threat_dragon(value: &Value) -> bool {
    let Some(detail) = value.get("detail").filter(|d| d.is_object()) else { return false };
    detail.get("diagrams").is_some_and(Value::is_array) || value.get("summary").is_some_and(Value::is_object)
}

fn broken(text: &str, error: &serde_json::Error) -> ImportError {
    let message = error.to_string();
    if message.starts_with("recursion limit") {
        return ImportError::TooLarge { what: "the nesting of the JSON".to_owned(), limit: "128 levels".to_owned() };
    }
    let known = ["\"cells\"", "\"diagrams\"", "\"summary\"", "\"detail\""].iter().any(|key| text.contains(key));
    if error.is_eof() {
        return ImportError::Broken(format!("the JSON is cut off: {message}"));
    }
    if !known && error.line() == 1 && error.column() <= 3 {
        return foreign::text(text);
    }
    ImportError::Broken(format!("the JSON is broken: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_characters_are_shown_as_unknown() {
        for (written, read) in [
            (r#"["a\ud800b"]"#, Some(r#"["a\ufffdb"]"#)),
            (r#"["\uDC00\ud83d\ude00\ud83d"]"#, Some(r#"["\ufffd\ud83d\ude00\ufffd"]"#)),
            (r#"["\\ud800", "\\\ud800"]"#, Some(r#"["\\ud800", "\\\ufffd"]"#)),
            (r#"["\ud83d\ude00\\"]"#, None),
            (r#"["\é\"#, None),
        ] {
            assert_eq!(whole_characters(written).as_deref(), read, "{written}");
        }
    }
}
