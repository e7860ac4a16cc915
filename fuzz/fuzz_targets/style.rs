//! Any style string on a vertex and on an edge.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|style: &str| threatsheet_fuzz::read(threatsheet_fuzz::page(style, "Orders").as_bytes()));
