//! The integration tests: one program, a module a subject.

mod inspect;
mod layering;
