//! Boundaries of the model: name, type, parent and outline of every box and curve that separates or groups.

use std::collections::BTreeMap;

use super::{Builder, Classified, Known, Meaning, scene::Scene, to_rect};
use crate::model::{self, BoundaryIndex, BoundaryType, Outline, Stated, TrustBoundary};

/// Every boundary in the file's order. Their places are noted in the builder.
pub(super) fn boundaries(builder: &mut Builder<'_>, classified: &Classified, known: &Known<'_>) -> Vec<TrustBoundary> {
    let scene = builder.scene;
    let lines: BTreeMap<usize, Vec<model::Point>> = builder
        .curves
        .iter()
        .map(|c| (c.cell, c.line.iter().map(|p| model::Point { x: p.x, y: p.y }).collect()))
        .collect();
    let closed = scene.vertices().filter(|i| classified.meanings[*i] == Meaning::Boundary);
    let mut cells: Vec<usize> = closed.chain(lines.keys().copied()).collect();
    cells.sort_unstable();
    for (place, cell) in cells.iter().enumerate() {
        builder.places.boundaries.insert(*cell, BoundaryIndex(place));
    }
    let badges = badges(scene, classified);
    let mut counted: BTreeMap<BoundaryType, usize> = BTreeMap::new();
    cells
        .iter()
        .map(|cell| {
            boundary(builder, classified, known, *cell, badges.get(cell).copied(), lines.get(cell), &mut counted)
        })
        .collect()
}

/// The icon in the corner of each box that has one.
fn badges(scene: &Scene<'_>, classified: &Classified) -> BTreeMap<usize, usize> {
    let mut badges = BTreeMap::new();
    for index in scene.vertices() {
        if let Meaning::Part(owner) = classified.meanings[index]
            && classified.title[owner] != Some(index)
            && scene.nodes[index].cell.style.shape().is_some()
        {
            badges.entry(owner).or_insert(index);
        }
    }
    badges
}

fn boundary(
    builder: &Builder<'_>,
    classified: &Classified,
    known: &Known<'_>,
    cell: usize,
    badge: Option<usize>,
    line: Option<&Vec<model::Point>>,
    counted: &mut BTreeMap<BoundaryType, usize>,
) -> TrustBoundary {
    let scene = builder.scene;
    let node = &scene.nodes[cell];
    let name =
        name(scene, classified, cell).or_else(|| badge.map(|b| scene.nodes[b].label.text()).filter(|n| !n.is_empty()));
    let icon = badge.and_then(|b| super::form::key(&scene.nodes[b].cell.style));
    let told = known.boundary_type(cell, name.as_deref().unwrap_or_default(), icon.as_deref());
    let (kind, because) = match told {
        Some((BoundaryType::Logical, _)) | None if known.is_stated_trust(cell) => {
            (BoundaryType::TrustBoundary, "a property says so".to_owned())
        }
        Some(told) => told,
        None if line.is_some() => (BoundaryType::TrustBoundary, "an open line".to_owned()),
        None => (BoundaryType::Logical, "a frame".to_owned()),
    };
    let label = name.or_else(|| badge.and_then(|b| known.icon_title(b)).map(str::to_owned)).unwrap_or_else(|| {
        let number = counted.entry(kind).or_default();
        *number += 1;
        if *number == 1 { kind.title().to_owned() } else { format!("{} {number}", kind.title()) }
    });
    TrustBoundary {
        id: node.id.clone(),
        label,
        kind,
        parent: match line {
            Some(_) => None,
            None => builder.zones.around(cell).last().and_then(|z| builder.places.boundaries.get(z).copied()),
        },
        tags: super::tags(node),
        properties: super::own_properties(node),
        stated: Stated::of_properties(&node.cell.data),
        because,
        place: Some(match line {
            Some(line) => Outline::Line(line.clone()),
            None => Outline::Box(to_rect(node.rect)),
        }),
    }
}

/// The name that a box bears, or that another cell gives it.
fn name(scene: &Scene<'_>, classified: &Classified, cell: usize) -> Option<String> {
    let riders =
        scene.nodes[cell].children.iter().copied().filter(|c| scene.nodes[*c].role == super::scene::Role::Rider);
    let sources = std::iter::once(cell).chain(classified.title[cell]).chain(riders);
    sources.map(|i| scene.nodes[i].label.text()).find(|text| !text.is_empty())
}
