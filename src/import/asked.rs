//! The pages that were asked for.

use super::ImportError;
use crate::model::Page;

/// Those of `pages` that `wanted` means: the one of that name, else the one of that number from 1; all where nothing
/// is wanted.
///
/// # Errors
/// [`ImportError::NoSuchPage`] where none is meant.
pub(super) fn pages<T>(mut pages: Vec<(Page, T)>, wanted: Option<&str>) -> Result<Vec<(Page, T)>, ImportError> {
    let Some(wanted) = wanted else { return Ok(pages) };
    if pages.iter().any(|(page, _)| page.name == wanted) {
        pages.retain(|(page, _)| page.name == wanted);
        return Ok(pages);
    }
    let place = wanted.trim().parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    if let Some(place) = place.filter(|p| *p < pages.len()) {
        return Ok(vec![pages.swap_remove(place)]);
    }
    let known: Vec<String> = pages.iter().map(|(page, _)| format!("`{}`", page.name)).collect();
    Err(ImportError::NoSuchPage { page: wanted.to_owned(), known: known.join(", ") })
}
