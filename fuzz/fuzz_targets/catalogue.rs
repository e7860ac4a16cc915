//! Any catalogue file.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| threatsheet_fuzz::catalogue(text));
