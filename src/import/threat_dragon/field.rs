//! Fields of loosely written JSON.

use serde_json::Value;

/// The text at `pointer` on one line, where there is one that is not empty.
pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    one_line(value.pointer(pointer)?.as_str()?)
}

/// The text at `pointer` with its line breaks.
pub(super) fn long_text(value: &Value, pointer: &str) -> Option<String> {
    let text = value.pointer(pointer)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A text, number or yes-or-no value as text.
pub(super) fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => one_line(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// The number at `pointer`; generators write some as text.
pub(super) fn number(value: &Value, pointer: &str) -> Option<f64> {
    let value = value.pointer(pointer)?;
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    number.is_finite().then_some(number)
}

/// Whether the flag `key` is set; generators write some as text.
pub(super) fn flag(value: &Value, key: &str) -> bool {
    match value.get(key) {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(text)) => text.trim().eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// `text` with each run of white space as one space; Threat Dragon breaks long names into lines.
pub(super) fn one_line(text: &str) -> Option<String> {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}
