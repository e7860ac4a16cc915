//! Any cells on a draw.io page.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|cells: &str| {
    threatsheet_fuzz::read(format!("<mxGraphModel><root>{cells}</root></mxGraphModel>").as_bytes());
});
