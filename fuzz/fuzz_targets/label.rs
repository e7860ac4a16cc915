//! Any HTML label.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|label: &str| threatsheet_fuzz::read(threatsheet_fuzz::page("html=1;", label).as_bytes()));
