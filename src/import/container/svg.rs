//! SVG pictures that carry their diagram in an attribute.

use super::{Opened, embedded, xml};
use crate::{import::ImportError, model::Container};

/// Takes the diagram out of the `content` attribute of an SVG's root.
///
/// # Errors
/// [`ImportError::NotADiagram`] where it is a mere picture.
pub(super) fn open(content: Option<&str>) -> Result<Opened<'static>, ImportError> {
    let content = content.map(str::trim).filter(|c| !c.is_empty()).ok_or_else(|| ImportError::NotADiagram {
        what: "this is an SVG picture without its diagram".to_owned(),
        advice: "give the .drawio file, or export the picture again with \"Include a copy of my diagram\"".to_owned(),
    })?;
    let xml = embedded::decode(content, "the picture's diagram")?;
    let opened = xml::open_inner(&xml)?;
    Ok(Opened { container: Container::Svg, ..opened.into_owned() })
}
