//! The integration tests: one program, a module a subject.
mod catalog;

mod inspect;
mod layering;
