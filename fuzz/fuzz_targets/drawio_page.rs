//! Any cells on a draw.io page.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| threatsheet_fuzz::drawio_page(bytes));
