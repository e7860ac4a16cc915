//! `threatsheet inspect`: what was understood of a diagram.

use super::{
    Outcome,
    args::{InspectArguments, InspectFormat},
    inputs::is_dash,
    load, outputs, to_stdout,
};
use crate::export;

/// Shows one diagram.
pub(super) fn run(arguments: &InspectArguments) -> anyhow::Result<Outcome> {
    let catalog = load::catalog(&arguments.reading.catalogs)?;
    let document = load::read(&arguments.input, &catalog, &load::read_options(&arguments.reading))?;
    let mut shown = Vec::new();
    match arguments.format {
        InspectFormat::Table => export::inspect_table(&document, &mut shown)?,
        InspectFormat::Json => export::inspect_json(&document, &mut shown)?,
        InspectFormat::Svg => shown.extend(export::pictures(&document).into_bytes()),
    }
    match arguments.output.as_deref().filter(|path| !is_dash(path)) {
        Some(path) => {
            outputs::refuse_overwriting([arguments.input.as_path()].into_iter(), [path].into_iter())?;
            outputs::write_whole(path, &shown).map(|()| Outcome::Done)
        }
        None => to_stdout(&shown),
    }
}
