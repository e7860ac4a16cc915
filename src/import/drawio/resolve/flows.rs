//! Connectors into flows: which way the arrow points, what it leads from and to, and which boundaries it crosses.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    captions::{Captions, Names},
    ends::{Attached, Ends},
    form::is_mark,
    scene::Scene,
};
use crate::{
    import::drawio::style::Style,
    model::{Direction, Notice, NoticeLevel},
};

/// A flow between two cells of the scene.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// The connector.
    pub(super) edge: usize,
    /// Its id; the connector's own, unless one connector stands for several flows.
    pub(super) id: String,
    /// Where it starts, following the arrowhead.
    pub(super) source: usize,
    /// Where it ends.
    pub(super) target: usize,
    /// Which way data runs.
    pub(super) direction: Direction,
    /// Whether an end was attached by position.
    pub(super) snapped: bool,
    /// Whether the arrowhead is at the end that the file calls the source.
    pub(super) reversed: bool,
    /// Its words.
    pub(super) label: String,
}

/// A connector with its ends in the order of its arrow.
#[derive(Clone, Debug)]
struct Arrow {
    edge: usize,
    ends: [Attached; 2],
    direction: Direction,
    snapped: bool,
    reversed: bool,
}

/// Markers at the end of a line that are no arrowheads.
const NO_HEAD: [&str; 12] = [
    "none",
    "oval",
    "diamond",
    "diamondThin",
    "box",
    "circle",
    "circlePlus",
    "halfCircle",
    "cross",
    "dash",
    "baseDash",
    "manyOptional",
];

/// So many flows run through one meeting point at most.
const THROUGH_ONE: usize = 10_000;

/// Reads every connector that is not in `curves`. What could not be read goes to `notices`.
pub(super) fn flows(
    scene: &Scene<'_>,
    captions: &Captions,
    ends: &Ends<'_>,
    curves: &[usize],
    notices: &mut Vec<Notice>,
) -> Vec<Flow> {
    let mut arrows: BTreeMap<usize, Arrow> = BTreeMap::new();
    for edge in scene.edges().filter(|e| curves.binary_search(e).is_err()) {
        arrows.insert(edge, arrow(scene, ends, edge));
    }
    follow_branches(&mut arrows);
    let mut flows = Vec::new();
    let mut meetings: Vec<Arrow> = Vec::new();
    for arrow in arrows.into_values() {
        match arrow.ends {
            [Attached::Cell(source), Attached::Cell(target)] => {
                let accident = source == target && (arrow.snapped || ends.is_zone(source));
                flows.extend(plain(scene, captions, &arrow, (source, target), accident, notices));
            }
            [Attached::Hidden, _] | [_, Attached::Hidden] => {}
            [Attached::Junction(_), Attached::Cell(_) | Attached::Junction(_)]
            | [Attached::Cell(_), Attached::Junction(_)] => {
                meetings.push(arrow);
            }
            _ => unattached(scene, &arrow, notices),
        }
    }
    flows.extend(through_junctions(scene, captions, &meetings, notices));
    flows.sort_by_key(|f| f.edge);
    flows
}

fn arrow(scene: &Scene<'_>, ends: &Ends<'_>, edge: usize) -> Arrow {
    let (direction, reversed) = direction(&scene.nodes[edge].cell.style);
    let pointed = direction != Direction::Undirected;
    let (first, second) = (ends.attached(edge, !reversed, pointed), ends.attached(edge, reversed, pointed));
    Arrow { edge, ends: [first.to, second.to], direction, snapped: first.snapped || second.snapped, reversed }
}

/// Which way a connector points, and whether that is against the order in which the file names its ends.
fn direction(style: &Style) -> (Direction, bool) {
    let start = is_head(style.get("startArrow").unwrap_or("none"));
    let end = is_head(style.get("endArrow").unwrap_or("classic"));
    let dotted = |key, default| style.get(key).unwrap_or(default) == "oval";
    match (start, end) {
        (false, true) => (Direction::Forward, false),
        (true, false) => (Direction::Forward, true),
        (true, true) => (Direction::Bidirectional, false),
        // A dot at one end marks who starts the exchange.
        (false, false) => match (dotted("startArrow", "none"), dotted("endArrow", "classic")) {
            (true, false) => (Direction::Forward, false),
            (false, true) => (Direction::Forward, true),
            _ => (Direction::Undirected, false),
        },
    }
}

/// Whether the connector has an arrowhead, or another mark of its direction.
pub(super) fn is_pointed(scene: &Scene<'_>, edge: usize) -> bool {
    direction(&scene.nodes[edge].cell.style).0 != Direction::Undirected
}

fn is_head(marker: &str) -> bool {
    !NO_HEAD.contains(&marker) && !marker.starts_with("ER")
}

/// An end on another connector means that one's own end: a branch starts where the other starts, and joins where it
/// ends. Chains of branches are followed as far as there are connectors.
fn follow_branches(arrows: &mut BTreeMap<usize, Arrow>) {
    let branching: Vec<(usize, usize)> = arrows
        .iter()
        .flat_map(|(edge, a)| (0..2).filter(|s| matches!(a.ends[*s], Attached::Edge(_))).map(|s| (*edge, s)))
        .collect();
    for (edge, side) in branching {
        let mut at = edge;
        let mut found = Attached::Nothing;
        for _ in 0..32 {
            match arrows.get(&at).map(|a| a.ends[side]) {
                Some(Attached::Edge(next)) if next != edge => at = next,
                Some(Attached::Edge(_)) | None => break,
                Some(end) => {
                    found = end;
                    break;
                }
            }
        }
        if let Some(arrow) = arrows.get_mut(&edge) {
            arrow.ends[side] = found;
            arrow.snapped = true;
        }
    }
}

/// The flow of a connector between two cells, unless it is a drawing accident.
fn plain(
    scene: &Scene<'_>,
    captions: &Captions,
    arrow: &Arrow,
    (source, target): (usize, usize),
    accident: bool,
    notices: &mut Vec<Notice>,
) -> Option<Flow> {
    let node = &scene.nodes[arrow.edge];
    if accident {
        let message = "it starts and ends on the same shape; it is left out";
        notices.push(Notice::cell(NoticeLevel::Info, "flow-loop", &node.id, message));
        return None;
    }
    if arrow.snapped {
        let ends = format!("`{}` and `{}`", scene.nodes[source].id, scene.nodes[target].id);
        let message = format!("an end is attached to nothing; by its position it connects {ends}");
        notices.push(Notice::cell(NoticeLevel::Info, "end-snapped", &node.id, message));
    }
    Some(Flow {
        edge: arrow.edge,
        id: node.id.clone(),
        source,
        target,
        direction: arrow.direction,
        snapped: arrow.snapped,
        reversed: arrow.reversed,
        label: label(scene, captions, arrow.edge),
    })
}

/// Says that a connector could not be read, unless it is a mere line.
fn unattached(scene: &Scene<'_>, arrow: &Arrow, notices: &mut Vec<Notice>) {
    let node = &scene.nodes[arrow.edge];
    let aside = arrow.ends.contains(&Attached::Aside);
    let (level, code, message) = if aside {
        (NoticeLevel::Info, "flow-to-note", "it leads to a note; it is no data flow")
    } else if arrow.direction == Direction::Undirected && arrow.ends == [Attached::Nothing; 2] {
        (
            NoticeLevel::Info,
            "line-ignored",
            "a line without arrowheads that touches nothing; it is taken for an ornament",
        )
    } else {
        (
            NoticeLevel::Warning,
            "flow-unattached",
            "an end of this connector touches nothing; attach it to a shape in draw.io",
        )
    };
    notices.push(Notice::cell(level, code, &node.id, message));
}

/// Flows between the cells around each point where connectors meet: what comes in goes out on every other side.
fn through_junctions(scene: &Scene<'_>, captions: &Captions, arrows: &[Arrow], notices: &mut Vec<Notice>) -> Vec<Flow> {
    let groups = meeting_points(arrows);
    let mut flows = Vec::new();
    for group in groups.values() {
        let (mut ins, mut outs) = (Vec::new(), Vec::new());
        for arrow in group {
            match arrow.ends {
                [Attached::Cell(cell), _] => ins.push((*arrow, cell)),
                [_, Attached::Cell(cell)] if arrow.direction == Direction::Undirected => ins.push((*arrow, cell)),
                [_, Attached::Cell(cell)] => outs.push((*arrow, cell)),
                _ => {}
            }
        }
        if outs.is_empty() && ins.len() > 1 {
            outs = ins.split_off(1);
        }
        if ins.is_empty() || outs.is_empty() {
            let message = "it leads to a mark from which nothing leads on; it is no data flow";
            let alone = group.iter().map(|arrow| &scene.nodes[arrow.edge].id);
            notices.extend(alone.map(|id| Notice::cell(NoticeLevel::Info, "flow-to-note", id, message)));
            continue;
        }
        let single = ins.len() == 1 || outs.len() == 1;
        let via = words_at(scene, group);
        for (from, source) in &ins {
            let most = THROUGH_ONE / ins.len();
            for (to, target) in outs.iter().filter(|(_, target)| target != source).take(most) {
                let leading = if ins.len() == 1 { to } else { from };
                let (first, second) = (label(scene, captions, from.edge), label(scene, captions, to.edge));
                let id = &scene.nodes[leading.edge].id;
                flows.push(Flow {
                    edge: leading.edge,
                    id: if single { id.clone() } else { format!("{id}+{}", scene.nodes[to.edge].id) },
                    source: *source,
                    target: *target,
                    direction: leading.direction,
                    snapped: from.snapped || to.snapped,
                    reversed: leading.reversed,
                    label: [first, via.clone(), second]
                        .into_iter()
                        .filter(|l| !l.is_empty())
                        .collect::<Vec<_>>()
                        .join(" "),
                });
            }
        }
    }
    flows
}

/// What the meeting points of `arrows` say, such as the protocol; numbers say nothing.
fn words_at(scene: &Scene<'_>, arrows: &[&Arrow]) -> String {
    let junctions: BTreeSet<usize> = arrows
        .iter()
        .flat_map(|arrow| arrow.ends)
        .filter_map(|end| if let Attached::Junction(j) = end { Some(j) } else { None })
        .collect();
    let words = junctions.into_iter().map(|j| scene.nodes[j].label.text());
    words.filter(|text| !text.is_empty() && !is_mark(text)).collect::<Vec<_>>().join(" ")
}

/// The arrows at each set of junctions that are linked among themselves, by the lowest junction.
fn meeting_points(arrows: &[Arrow]) -> BTreeMap<usize, Vec<&Arrow>> {
    let mut leader: BTreeMap<usize, usize> = BTreeMap::new();
    let find = |leader: &BTreeMap<usize, usize>, mut at: usize| {
        while let Some(next) = leader.get(&at).filter(|n| **n != at) {
            at = *next;
        }
        at
    };
    for arrow in arrows {
        if let [Attached::Junction(a), Attached::Junction(b)] = arrow.ends {
            let (a, b) = (find(&leader, a), find(&leader, b));
            leader.insert(a.max(b), a.min(b));
        }
    }
    let mut groups: BTreeMap<usize, Vec<&Arrow>> = BTreeMap::new();
    for arrow in arrows {
        if let [Attached::Junction(j), _] | [_, Attached::Junction(j)] = arrow.ends {
            groups.entry(find(&leader, j)).or_default().push(arrow);
        }
    }
    groups
}

/// The words on a connector: its own, those that ride on it from its start to its end, else those drawn beside it.
fn label(scene: &Scene<'_>, captions: &Captions, edge: usize) -> String {
    let node = &scene.nodes[edge];
    let mut words: Vec<(f64, String)> = vec![(node.geometry().map_or(0.0, |g| g.x), node.label.text())];
    for child in &node.children {
        let rider = &scene.nodes[*child];
        words.push((rider.geometry().map_or(0.0, |g| g.x), rider.label.text()));
    }
    words.retain(|(_, text)| !text.is_empty());
    words.sort_by(|a, b| a.0.total_cmp(&b.0));
    if words.is_empty()
        && let Some(text) = captions.by[edge]
        && captions.names[text] == Some(Names::Edge(edge))
    {
        return scene.nodes[text].label.text();
    }
    words.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
}
