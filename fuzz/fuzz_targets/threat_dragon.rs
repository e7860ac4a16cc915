//! Any cells in a Threat Dragon diagram, as version 1 and as version 2.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| threatsheet_fuzz::threat_dragon(bytes));
