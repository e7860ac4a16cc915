//! threatsheet turns architecture diagrams into threat tables.
//!
//! A draw.io or OWASP Threat Dragon file is read into a [`model::Document`], the catalogue's rules are tried on its
//! data-flow diagrams, and the [`model::ThreatReport`] that comes out is written as XLSX, CSV, HTML, JSON or Markdown.
//!
//! The folders are layers; a test holds their order: `model` knows nobody, `catalog` and `export` know `model`,
//! `import` and `infer` know `model` and `catalog`, `cli` knows all.

pub mod catalog;
pub mod cli;
pub mod export;
pub mod import;
pub mod infer;
pub mod model;
