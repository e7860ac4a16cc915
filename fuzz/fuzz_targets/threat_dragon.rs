//! Any cells in a Threat Dragon diagram, as version 1 and as version 2.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|cells: &str| {
    let summary = r#""summary":{"title":"t"}"#;
    threatsheet_fuzz::read(format!(r#"{{{summary},"detail":{{"diagrams":[{{"cells":[{cells}]}}]}}}}"#).as_bytes());
    let wrapped = format!(r#"{{{summary},"detail":{{"diagrams":[{{"diagramJson":{{"cells":[{cells}]}}}}]}}}}"#);
    threatsheet_fuzz::read(wrapped.as_bytes());
});
