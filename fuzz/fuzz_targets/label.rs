//! Any HTML label.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| threatsheet_fuzz::label(bytes));
