//! Any condition: it parses or says where it does not, and what is printed parses to the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| threatsheet_fuzz::condition(bytes));
