//! The one schema of all catalogue files.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    boundary::BoundaryLook,
    control::Control,
    error::{Problem, did_you_mean},
    lambda_vector::LambdaVector,
    rule::{Checklist, CountermeasureEntry, RuleEntry},
    service::Service,
    shapes::Shape,
};

/// What a catalogue file can hold. Any file may hold any of the tables; a key that is not known is an error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CatalogFile {
    /// Services, actors and generic components.
    pub service: Vec<Spanned<Service>>,
    /// Controls.
    pub control: Vec<Spanned<Control>>,
    /// How boundaries look and are named.
    pub boundary: Vec<Spanned<BoundaryLook>>,
    /// Shape keys and what they mean.
    pub shape: Vec<Spanned<Shape>>,
    /// Rules.
    pub threat: Vec<Spanned<RuleEntry>>,
    /// Countermeasures that rules point to.
    pub countermeasure: Vec<CountermeasureEntry>,
    /// Ways into a serverless function.
    pub lambda_vector: Vec<LambdaVector>,
    /// Questions of checklists.
    pub checklist: Vec<Checklist>,
    /// Named sets of services.
    pub groups: BTreeMap<String, Vec<Spanned<String>>>,
    /// Named lists of words that labels are searched for.
    pub words: BTreeMap<String, Vec<String>>,
    /// Ids and keys of what earlier layers brought and this one takes away.
    pub disable: Vec<Spanned<String>>,
}

/// Reads one catalogue file; `file` is the name that a mistake is reported under.
///
/// # Errors
/// The first place that is no TOML or does not follow the schema.
pub fn parse(file: &str, text: &str) -> Result<CatalogFile, Problem> {
    toml::from_str(text).map_err(|error| {
        let message = error.message();
        Problem::at(file, text, error.span().unwrap_or(0..0), message, near_field(message))
    })
}

/// Reads "unknown field `x`, expected one of `a`, `b`" and offers the field that `x` was to be.
fn near_field(message: &str) -> Option<String> {
    if !message.starts_with("unknown field") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let written = quoted.next()?;
    did_you_mean(written, quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_an_error_with_the_nearest_known_one() {
        let problem = parse("own.toml", "[[control]]\nkey = \"x\"\nnane = \"X\"\n").expect_err("`nane` is no field");
        assert_eq!((problem.line, problem.help.as_deref()), (3, Some("did you mean `name`?")));
    }

    #[test]
    fn an_empty_file_is_an_empty_catalogue() {
        let file = parse("own.toml", "# nothing yet\n").expect("a comment is TOML");
        assert!(file.service.is_empty() && file.groups.is_empty() && file.disable.is_empty());
    }
}
