//! What free text names: an icon above it, the box around it, or the connector beside it.

use kurbo::{Point, Rect};

use super::{
    form::{Form, is_mark},
    ink, route,
    scene::Scene,
    space::{Space, distance},
};

/// What a text on the page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// It is the name of an icon, a picture or a small shape that has none of its own.
    Thing(usize),
    /// It is the title of a box that has none of its own.
    Box(usize),
    /// It is a word on a connector that has none of its own.
    Edge(usize),
    /// It stands beside a thing that has a name already, and says more about it.
    Beside(usize),
}

/// Texts and what they name, in both directions.
#[derive(Debug)]
pub(super) struct Captions {
    /// What each cell names, where it is a text that names something.
    pub(super) names: Vec<Option<Names>>,
    /// The text that names each cell, where one does.
    pub(super) by: Vec<Option<usize>>,
}

/// One text that might name one thing.
struct Candidate {
    cost: f64,
    text: usize,
    names: Names,
}

/// How far a caption may be from what it names, in pixels.
const REACH: f64 = 40.0;
/// How far a word may be from the connector that it is about, in pixels.
const EDGE_REACH: f64 = 25.0;
/// Unnamed shapes up to this size are named by the text under them, as icons are; larger ones by a title inside.
const SMALL: f64 = 200.0;
/// A text with more letters than these is rather a remark than a name.
const LONG: usize = 60;
/// Height of the band along a box's top or bottom in which its title stands, in pixels.
const TITLE_BAND: f64 = 45.0;
/// How far above a box its title may stand, in pixels.
const ABOVE: f64 = 28.0;
/// So many things a text may name at most; the likeliest are kept.
const CHOICES: usize = 16;

/// Finds what every text names. The nearest and likeliest pair comes first; a thing has one name, a text names one thing.
pub(super) fn find(scene: &Scene<'_>, forms: &[Form], routes: &[Vec<Point>]) -> Captions {
    let mut candidates = Vec::new();
    let things = things(scene, forms);
    let boxes = boxes(scene, forms);
    let lines = Space::new(scene.edges().filter_map(|e| Some((e, route::bounds(&routes[e])?))));
    for text in scene.vertices().filter(|i| may_name(scene, forms, *i)) {
        let ink = ink::inside(&scene.nodes[text]);
        let mut own = Vec::new();
        own.extend(things.around(ink, REACH).into_iter().filter_map(|t| beside(scene, text, ink, t)));
        own.extend(boxes.around(ink, ABOVE).into_iter().filter_map(|b| title(scene, text, ink, b)));
        own.extend(lines.around(ink, EDGE_REACH).into_iter().filter_map(|e| word(scene, text, ink, e, &routes[e])));
        own.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        own.truncate(CHOICES);
        candidates.append(&mut own);
    }
    settle(scene, candidates)
}

/// How likely `text`, whose letters are at `ink`, is a word on the connector `edge`, which draws `line`.
fn word(scene: &Scene<'_>, text: usize, ink: Rect, edge: usize, line: &[Point]) -> Option<Candidate> {
    let gap = route::distance_to_box(line, ink);
    if gap > EDGE_REACH || has_words(scene, edge) {
        return None;
    }
    let off = route::distance_to_point(line, ink.center()).min(60.0);
    Some(Candidate { cost: 12.0 + 0.5 * gap + 0.2 * off, text, names: Names::Edge(edge) })
}

fn settle(scene: &Scene<'_>, mut candidates: Vec<Candidate>) -> Captions {
    candidates.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.text.cmp(&b.text)));
    let mut captions = Captions { names: vec![None; scene.nodes.len()], by: vec![None; scene.nodes.len()] };
    for Candidate { text, names, .. } in candidates {
        if captions.names[text].is_some() {
            continue;
        }
        match names {
            Names::Thing(target) | Names::Box(target) | Names::Edge(target) => {
                if captions.by[target].is_none() {
                    captions.names[text] = Some(names);
                    captions.by[target] = Some(text);
                }
            }
            Names::Beside(_) => captions.names[text] = Some(names),
        }
    }
    captions
}

/// Whether a cell is free text that could be a name.
fn may_name(scene: &Scene<'_>, forms: &[Form], index: usize) -> bool {
    let label = &scene.nodes[index].label;
    matches!(forms[index], Form::Text) && !label.is_empty() && label.length() <= 120 && !is_mark(&label.text())
}

/// Icons, pictures and small shapes without a name, with the room that they take.
fn things(scene: &Scene<'_>, forms: &[Form]) -> Space {
    Space::new(scene.vertices().filter_map(|i| {
        let node = &scene.nodes[i];
        let thing = match forms[i] {
            Form::Icon | Form::Picture => true,
            Form::Shape(_) => node.label.is_empty() && node.rect.width().max(node.rect.height()) <= SMALL,
            _ => false,
        };
        (thing && node.area() > 0.0).then_some((i, node.rect))
    }))
}

/// Boxes without a name of their own.
fn boxes(scene: &Scene<'_>, forms: &[Form]) -> Space {
    Space::new(scene.vertices().filter_map(|i| {
        let node = &scene.nodes[i];
        let closed = matches!(forms[i], Form::Shape(_) | Form::Frame | Form::Swimlane);
        (closed && node.label.is_empty() && node.area() > 0.0).then_some((i, node.rect))
    }))
}

/// Whether a connector has words of its own.
fn has_words(scene: &Scene<'_>, edge: usize) -> bool {
    let node = &scene.nodes[edge];
    !node.label.is_empty() || node.children.iter().any(|c| !scene.nodes[*c].label.is_empty())
}

/// How likely `text`, whose letters are at `ink`, names the icon or small shape `thing`.
fn beside(scene: &Scene<'_>, text: usize, ink: Rect, thing: usize) -> Option<Candidate> {
    let node = &scene.nodes[thing];
    let (rect, centre) = (node.rect, ink.center());
    let aside = (centre.x - rect.center().x).abs();
    let (below, above) = (ink.y0 - rect.y1, rect.y0 - ink.y1);
    let in_column = aside <= (rect.width() / 2.0).max(30.0);
    let in_row = (centre.y - rect.center().y).abs() <= (rect.height() / 2.0).max(12.0);
    let sunk = -0.4 * rect.height().min(ink.height() * 2.0);
    let mut cost = if in_column && below >= sunk && below <= REACH {
        below.abs() + 0.4 * aside
    } else if in_column && above >= sunk && above <= REACH {
        14.0 + above.abs() + 0.4 * aside
    } else if rect.contains(centre) {
        6.0
    } else if in_row {
        16.0 + distance(rect, centre).min((ink.x0 - rect.x1).max(rect.x0 - ink.x1).abs())
    } else {
        return None;
    };
    if cost > REACH + 20.0 {
        return None;
    }
    let together = node.parent.is_some() && node.parent == scene.nodes[text].parent && is_pair(scene, thing);
    if together {
        cost -= 15.0;
    }
    cost += remark(scene, text);
    let unnamed = node.label.is_empty();
    let names = if unnamed { Names::Thing(thing) } else { Names::Beside(thing) };
    Some(Candidate { cost: if unnamed { cost } else { cost + 25.0 }, text, names })
}

/// How much less likely a long text is a name.
fn remark(scene: &Scene<'_>, text: usize) -> f64 {
    if scene.nodes[text].label.length() > LONG { 15.0 } else { 0.0 }
}

/// Whether a thing shares its parent with hardly anything but its text, as the members of a small group do.
fn is_pair(scene: &Scene<'_>, thing: usize) -> bool {
    let parent = scene.nodes[thing].parent.map(|p| &scene.nodes[p]);
    parent.is_some_and(|p| p.children.len() <= 4 && p.area() > 0.0)
}

/// How likely `text`, whose letters are at `ink`, is the title of the box `index`.
fn title(scene: &Scene<'_>, text: usize, ink: Rect, index: usize) -> Option<Candidate> {
    let rect = scene.nodes[index].rect;
    if rect.width() < ink.width() * 0.8 || rect.area() < 2.0 * ink.area() {
        return None;
    }
    let centre = ink.center();
    let within = rect.x0 - 5.0 <= centre.x && centre.x <= rect.x1 + 5.0;
    let (top, bottom) = ((ink.y0 - rect.y0).abs(), (rect.y1 - ink.y1).abs());
    let above = rect.y0 - ink.y1;
    let aligned = (ink.x0 - rect.x0).abs() <= 70.0 || (centre.x - rect.center().x).abs() <= 0.15 * rect.width();
    let cost = if !within {
        return None;
    } else if rect.contains(centre) && top <= TITLE_BAND {
        if aligned { 8.0 + 0.5 * top } else { 28.0 + 0.5 * top }
    } else if rect.contains(centre) && bottom <= TITLE_BAND {
        14.0 + 0.5 * bottom
    } else if (0.0..=ABOVE).contains(&above) && (ink.x0 - rect.x0).abs() < 30.0 {
        10.0 + 0.7 * above
    } else if rect.contains(centre) && rect.width().max(rect.height()) <= 2.0 * SMALL {
        30.0
    } else {
        return None;
    };
    Some(Candidate { cost: cost + remark(scene, text), text, names: Names::Box(index) })
}
