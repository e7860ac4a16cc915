//! Any earlier table, as CSV, workbook or JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| threatsheet_fuzz::triage(bytes));
