//! The integration tests: one program, a module a subject.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod catalog;
mod catalog_schema;
mod cli;
mod container;
mod drawio;
mod export;
mod hostile;
mod hr_example;
mod inspect;
mod interrupted;
mod layering;
mod limits;
mod page;
mod pipeline;
mod round_trip;
mod sample_report;
mod samples;
mod threat_dragon;
mod triage;
