//! The integration tests: one program, a module a subject.
mod catalog;
mod catalog_schema;

mod inspect;
mod layering;
