//! Any style string on a vertex and on an edge.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| threatsheet_fuzz::style(bytes));
