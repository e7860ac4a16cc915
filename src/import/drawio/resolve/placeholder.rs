//! `%name%` placeholders in labels, as draw.io fills them in.

use super::scene::Scene;
use crate::model;

/// The label of the cell at `index` as draw.io shows it: placeholders are filled in where the cell asks for it.
pub(super) fn shown_label(scene: &Scene<'_>, index: usize, page: &model::Page) -> String {
    let Some(node) = scene.nodes.get(index) else { return String::new() };
    if let Some(name) = node.cell.data.get("c4Name").filter(|n| !n.trim().is_empty()) {
        return name.clone();
    }
    if node.cell.data.get("placeholders").is_none_or(|p| p != "1") {
        return node.cell.value.clone();
    }
    if let Some(attribute) = node.cell.data.get("placeholder")
        && let Some(value) = inherited(scene, index, attribute)
    {
        return value.to_owned();
    }
    fill(&node.cell.value, |name| match name {
        "id" => Some(node.id.clone()),
        "label" | "tooltip" => None,
        "page" => Some(page.name.clone()),
        "pagenumber" => Some((page.index + 1).to_string()),
        _ => inherited(scene, index, name).map(str::to_owned),
    })
}

/// The property `name` of the cell or of the nearest cell above that has it.
fn inherited<'s>(scene: &'s Scene<'_>, index: usize, name: &str) -> Option<&'s str> {
    scene.ancestry(index).find_map(|i| scene.nodes.get(i)?.cell.data.get(name)).map(String::as_str)
}

/// Replaces every `%name%` that `value` knows; `%%name%` stands for itself.
fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(literal) = after.strip_prefix('%') {
            out.push('%');
            rest = literal;
            continue;
        }
        let name = after.find('%').map(|end| &after[..end]).filter(|n| is_name(n));
        match name.and_then(|n| Some((n, value(n)?))) {
            Some((name, value)) => {
                out.push_str(&value);
                rest = &after[name.len() + 1..];
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['^', '{', '}', ' ', '"', '\'', '=', ';'])
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn known_names_are_filled_in_and_others_stay() {
        let value = |n: &str| (n == "env").then(|| "prod".to_owned());
        assert_eq!(fill("Svc %env% %who% 100% %%env%", value), "Svc prod %who% 100% %env%");
        assert_eq!(fill("é%env%é%", value), "éprodé%");
    }
}
