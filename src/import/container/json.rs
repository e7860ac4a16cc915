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
    let value: Value = serde_json::from_str(text).map_err(|error| broken(text, &error))?;
    let model = unwrapped(value);
    if !is_threat_dragon(&model) {
        return Err(foreign::json(&model));
    }
    Ok(Opened { content: Content::ThreatDragon(model), container: Container::Json, notices: Vec::new() })
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
