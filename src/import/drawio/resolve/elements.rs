//! Elements of the model: kind, service, name and surroundings of everything that data flows between.

use std::{collections::BTreeMap, net::IpAddr};

use super::{Builder, Classified, Form, Known, Meaning, scene::Scene, to_rect};
use crate::{
    catalog,
    model::{Basis, Element, ElementIndex, ElementKind, NoticeLevel, Provenance, Stated},
};

/// Every element in the file's order. Their places are noted in the builder.
pub(super) fn elements(
    builder: &mut Builder<'_>,
    forms: &[Form],
    classified: &Classified,
    known: &Known<'_>,
) -> Vec<Element> {
    let scene = builder.scene;
    let cells: Vec<usize> = scene.vertices().filter(|i| classified.meanings[*i] == Meaning::Element).collect();
    for (place, cell) in cells.iter().enumerate() {
        builder.places.elements.insert(*cell, ElementIndex(place));
    }
    let parts = parts(scene, classified);
    let round = draws_processes_round(scene, forms, &cells);
    let mut elements = Vec::with_capacity(cells.len());
    for cell in cells {
        let own = parts.get(&cell).map(Vec::as_slice).unwrap_or_default();
        elements.push(element(builder, forms, classified, known, cell, own, round));
    }
    elements
}

/// The pictures and icons that belong to each element.
fn parts(scene: &Scene<'_>, classified: &Classified) -> BTreeMap<usize, Vec<usize>> {
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in scene.vertices() {
        if let Meaning::Part(owner) = classified.meanings[index] {
            parts.entry(owner).or_default().push(index);
        }
    }
    parts
}

/// Whether the page draws processes as circles, as the classic notation does; then its rectangles are external.
fn draws_processes_round(scene: &Scene<'_>, forms: &[Form], cells: &[usize]) -> bool {
    let of = |test: fn(&str) -> bool| {
        cells
            .iter()
            .filter(|c| {
                matches!(forms[**c], Form::Shape(_)) && test(scene.nodes[**c].cell.style.shape().unwrap_or_default())
            })
            .count()
    };
    let icons = cells.iter().filter(|c| forms[**c] == Form::Icon).count();
    icons == 0 && of(|s| matches!(s, "ellipse" | "doubleEllipse")) >= 2
}

fn element(
    builder: &mut Builder<'_>,
    forms: &[Form],
    classified: &Classified,
    known: &Known<'_>,
    cell: usize,
    parts: &[usize],
    round: bool,
) -> Element {
    let scene = builder.scene;
    let node = &scene.nodes[cell];
    let mut name = name(builder, forms, classified, cell, parts);
    let icons: Vec<usize> = parts.iter().copied().filter(|p| matches!(forms[*p], Form::Icon | Form::Picture)).collect();
    let recognised = known.recognise(cell, &icons, name.as_deref().unwrap_or_default());
    let title = recognised.as_ref().and_then(|r| r.title.clone());
    // An address says where a thing is, not what.
    if let (Some(address), Some(title)) = (name.as_ref().filter(|n| is_address(n)), &title) {
        name = Some(format!("{title} ({address})"));
    }
    let (kind, service, provenance) = match recognised {
        Some(catalog::Recognised { meaning: catalog::Meaning::Element { kind, service }, provenance, .. }) => {
            (kind, service, provenance)
        }
        _ => (guess(node, forms[cell], round), None, Provenance { basis: Basis::Guess, detail: "its form".to_owned() }),
    };
    let key = super::form::key(&node.cell.style);
    if let Some((level, code, message)) = doubt(&provenance, forms[cell], kind, key.as_deref()) {
        builder.notice(level, code, cell, message);
    }
    for straddle in builder.zones.straddled(cell) {
        let zone = &scene.nodes[straddle.zone].id;
        let side = if straddle.inside { "inside" } else { "outside" };
        builder.notice(
            NoticeLevel::Info,
            "straddles-boundary",
            cell,
            format!("it lies across the border of `{zone}`; its middle is {side}"),
        );
    }
    let around = builder.zones.around(cell);
    Element {
        id: node.id.clone(),
        label: name.or(title).unwrap_or_else(|| nameless(node, forms[cell], kind)),
        kind,
        service_name: service.as_deref().and_then(|key| known.service_name(key)),
        service,
        shape: key,
        boundaries: around.iter().filter_map(|z| builder.places.boundaries.get(z).copied()).collect(),
        tags: super::tags(node),
        properties: super::own_properties(node),
        stated: Stated::of_properties(&node.cell.data),
        provenance,
        place: Some(to_rect(node.rect)),
    }
}

/// What is doubtful about what an element was taken for.
fn doubt(
    provenance: &Provenance,
    form: Form,
    kind: ElementKind,
    key: Option<&str>,
) -> Option<(NoticeLevel, &'static str, String)> {
    let (kind, key) = (kind.title().to_lowercase(), key.unwrap_or_default());
    match (provenance.basis, form) {
        (Basis::Resemblance, _) => {
            let message = format!("the shape `{key}` is not known; by its words it is taken for what it resembles");
            Some((NoticeLevel::Info, "shape-resembles", message))
        }
        (Basis::Guess, Form::Icon) => {
            let message =
                format!("the shape `{key}` is not known and its label tells nothing; it is taken for a {kind}");
            Some((NoticeLevel::Warning, "shape-unknown", message))
        }
        (Basis::Guess, _) => {
            let message = format!("nothing says what it is; it is taken for a {kind}");
            Some((NoticeLevel::Info, "kind-guessed", message))
        }
        _ => None,
    }
}

/// What to call a thing that bears no name anywhere: what its picture or symbol is called.
fn nameless(node: &super::Node<'_>, form: Form, kind: ElementKind) -> String {
    if node.cell.style.shape().is_some_and(|s| matches!(s, "actor" | "umlActor")) {
        return "User".to_owned();
    }
    let symbol = match form {
        Form::Picture => super::picture::name(node).map(|name| stem(&name).to_owned()),
        Form::Icon => super::form::key(&node.cell.style).and_then(|k| k.rsplit(['.', '=']).next().map(str::to_owned)),
        _ => None,
    };
    let words =
        symbol.map(|s| s.replace(['_', '-'], " ").trim().to_owned()).filter(|s| s.chars().any(char::is_alphabetic));
    words.unwrap_or_else(|| format!("Unnamed {}", kind.title().to_lowercase()))
}

/// Whether a label is an IP address or a range of them and nothing else.
fn is_address(label: &str) -> bool {
    let (address, size) = label.trim().split_once('/').unwrap_or((label.trim(), "0"));
    address.parse::<IpAddr>().is_ok() && size.parse::<u8>().is_ok()
}

/// A file's name without folder and ending.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// The kind of a shape that nothing else tells.
fn guess(node: &super::Node<'_>, form: Form, round: bool) -> ElementKind {
    let style = &node.cell.style;
    let square = matches!(style.shape(), None | Some("rect" | "rectangle" | "rounded")) && !style.is_on("rounded");
    match form {
        Form::Shape(Some(kind)) => kind,
        Form::Shape(None) if round && square => ElementKind::ExternalEntity,
        _ => ElementKind::Process,
    }
}

/// What a person would call the element: its label, its caption, a text inside it, or the group or box around it alone.
fn name(
    builder: &Builder<'_>,
    forms: &[Form],
    classified: &Classified,
    cell: usize,
    parts: &[usize],
) -> Option<String> {
    let scene = builder.scene;
    let texts = parts.iter().copied().filter(|p| forms[*p] == Form::Text && classified.title[cell].is_some());
    let group = scene.nodes[cell].parent.filter(|p| forms[*p] == Form::Group);
    let sources = std::iter::once(cell)
        .chain(classified.title[cell])
        .chain(texts)
        .chain(parts.iter().flat_map(|p| std::iter::once(*p).chain(classified.title[*p])))
        .chain(group);
    let read = |i: usize| {
        let label = &scene.nodes[i].label;
        // A note beside an icon names it by its heading.
        label.heading.clone().filter(|_| i != cell).unwrap_or_else(|| label.text())
    };
    sources.map(read).find(|text| !text.is_empty())
}
