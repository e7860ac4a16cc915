//! Which shapes connectors lead to, whether the file glues them or they are only drawn up to them.

use kurbo::{Point, Rect};

use super::{
    flows,
    form::Form,
    route,
    scene::Scene,
    space::{Space, border_distance, distance},
};

/// How far from a shape a loose end may be drawn to touch it, in pixels.
const REACH: f64 = 16.0;
/// Shapes larger than this are touched at their border only: inside there are others that are meant.
const LARGE: f64 = 200.0;

/// How many connector ends are at each cell.
pub(super) fn touches(scene: &Scene<'_>, forms: &[Form]) -> Vec<usize> {
    let mut touches: Vec<usize> = scene.nodes.iter().map(|n| n.glued.len()).collect();
    let things = Space::new(scene.vertices().filter(|i| is_thing(scene, forms, *i)).map(|i| (i, scene.nodes[i].rect)));
    for edge in scene.edges().filter(|e| flows::is_pointed(scene, *e)) {
        let cell = scene.nodes[edge].cell;
        for (glued, source) in [(&cell.source, true), (&cell.target, false)] {
            let loose = glued.as_deref().is_none_or(|id| scene.find(id).is_none());
            let point = loose.then(|| route::free_end(scene, edge, source)).flatten();
            if let Some(index) = point.and_then(|p| nearest(scene, &things, p)) {
                touches[index] += 1;
            }
        }
    }
    touches
}

fn is_thing(scene: &Scene<'_>, forms: &[Form], index: usize) -> bool {
    matches!(forms[index], Form::Icon | Form::Picture | Form::Shape(_) | Form::Frame | Form::Swimlane)
        && scene.nodes[index].area() > 0.0
}

fn nearest(scene: &Scene<'_>, things: &Space, point: Point) -> Option<usize> {
    let gap = |i: usize| {
        let rect = scene.nodes[i].rect;
        let large = rect.width().max(rect.height()) > LARGE;
        if large { border_distance(rect, point) } else { distance(rect, point) }
    };
    things
        .around(Rect::from_points(point, point), REACH)
        .into_iter()
        .map(|i| (i, gap(i)))
        .filter(|(_, gap)| *gap <= REACH)
        .min_by(|a, b| a.1.total_cmp(&b.1).then_with(|| scene.nodes[a.0].area().total_cmp(&scene.nodes[b.0].area())))
        .map(|(i, _)| i)
}
