//! The JSON Schema of catalogue files says what the program reads.

use std::collections::BTreeSet;

use serde_json::Value;
use threatsheet::{
    catalog::{ControlScope, Placement, ServiceRole, parse},
    model::{BoundaryType, Effect, ElementKind, Severity, Stride, Tier},
};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../docs/catalog.schema.json")).expect("the schema is JSON")
}

/// The fields that the program names when it meets one that it does not know.
fn accepted(text: &str) -> BTreeSet<String> {
    let problem = parse("x.toml", text).expect_err("the field is unknown");
    assert!(problem.message.starts_with("unknown field"), "{}", problem.message);
    problem.message.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

fn properties(schema: &Value) -> BTreeSet<String> {
    schema["properties"].as_object().expect("an object's schema").keys().cloned().collect()
}

#[test]
fn the_schema_names_exactly_the_fields_that_are_read() {
    let schema = schema();
    assert_eq!(properties(&schema), accepted("zzz = 1"));
    for table in ["service", "control", "boundary", "shape", "threat", "countermeasure", "checklist", "lambda-vector"] {
        let described = properties(&schema["properties"][table]["items"]);
        assert_eq!(described, accepted(&format!("[[{table}]]\nzzz = 1")), "{table}");
    }
    let looks = &schema["properties"]["boundary"]["items"]["properties"]["looks"]["items"];
    assert_eq!(properties(looks), accepted("[[boundary]]\nlooks = [{ zzz = 1 }]"));
    let example = &schema["properties"]["threat"]["items"]["properties"]["example"]["items"];
    assert_eq!(properties(example), accepted("[[threat]]\n[[threat.example]]\nzzz = 1"));
}

#[test]
fn the_schema_lists_the_words_that_are_read() {
    fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> BTreeSet<&'static str> {
        all.iter().map(|v| word(*v)).collect()
    }
    let schema = schema();
    let listed = |path: &str| -> BTreeSet<String> {
        let values = schema.pointer(path).and_then(Value::as_array).unwrap_or_else(|| panic!("{path} is no list"));
        values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let of = |table: &str, field: &str| listed(&format!("/properties/{table}/items/properties/{field}"));
    for (described, known) in [
        (of("service", "kind/enum"), words(ElementKind::ALL, ElementKind::as_str)),
        (of("service", "role/enum"), words(ServiceRole::ALL, ServiceRole::as_str)),
        (of("service", "placement/enum"), words(Placement::ALL, Placement::as_str)),
        (of("control", "scope/items/enum"), words(ControlScope::ALL, ControlScope::as_str)),
        (of("boundary", "type/enum"), words(BoundaryType::ALL, BoundaryType::as_str)),
        (of("threat", "stride/enum"), words(Stride::ALL, Stride::as_str)),
        (of("threat", "tier/enum"), words(Tier::ALL, Tier::as_str)),
        (of("threat", "mitigated-by/additionalProperties/enum"), words(Effect::ALL, Effect::as_str)),
        (of("lambda-vector", "severity/enum"), words(Severity::ALL, Severity::as_str)),
    ] {
        assert_eq!(described.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
    }
}
