//! From everything that holds to what is worth a row: fallbacks, groups, roll-up, detail.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Detail,
    candidate::Candidate,
    scene::{Focus, Scene},
};
use crate::model::{Status, Stride, Tier};

/// Leaves out what the asked detail does not show, what has no standing, fallbacks where something specific holds, and
/// all but the most specific of a group. What is not shown silences nothing.
pub(super) fn specific<'r>(scene: &Scene<'_>, mut all: Vec<Candidate<'r>>, detail: Detail) -> Vec<Candidate<'r>> {
    all.retain(|c| match detail {
        Detail::Focus => c.rule.tier == Tier::Topology,
        Detail::Standard => c.rule.tier != Tier::Hygiene,
        Detail::Full => true,
    });
    if !scene.is_detailed() {
        all.retain(|c| !c.rule.standing);
    }
    let told: HashSet<(usize, Stride)> = all
        .iter()
        .filter(|c| !c.rule.fallback && matches!(c.focus, Focus::Element(_) | Focus::Flow(..)))
        .flat_map(|c| c.elements.first().map(|e| (*e, c.rule.stride)))
        .collect();
    all.retain(|c| {
        let target = c.elements.first();
        let hands_on = target.is_some_and(|e| scene.is_passthrough(*e) || scene.in_set(*e, &scene.known.edge));
        !c.rule.fallback || !hands_on && target.is_none_or(|e| !told.contains(&(*e, c.rule.stride)))
    });
    grouped(all)
}

/// Of rules of one group on one element, the most specific one stays; the others are named with it.
fn grouped(all: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    // (tier, score, order): lower is more specific.
    let key = |c: &Candidate<'_>| {
        let score = u16::from(c.score.inherent) * u16::from(c.score.impact);
        (c.rule.tier, std::cmp::Reverse(score), c.order)
    };
    let mut best: HashMap<(usize, &str), (Tier, std::cmp::Reverse<u16>, usize)> = HashMap::new();
    for c in &all {
        if let (Some(group), Some(e), true) = (c.rule.group.as_deref(), c.elements.first(), is_on_one(c)) {
            let key = key(c);
            best.entry((*e, group)).and_modify(|b| *b = key.min(*b)).or_insert(key);
        }
    }
    // What a control has answered says nothing about the other rules of its group on the diagram as a whole.
    let mut whole: BTreeMap<&str, (Tier, std::cmp::Reverse<u16>, usize)> = BTreeMap::new();
    for c in all.iter().filter(|c| tells_whole(c)) {
        if let Some(group) = c.rule.group.as_deref() {
            whole.entry(group).and_modify(|b| *b = key(c).min(*b)).or_insert_with(|| key(c));
        }
    }
    let mut kept: Vec<Candidate<'_>> = Vec::new();
    let mut others: Vec<(usize, Option<usize>, &str)> = Vec::new();
    let tiers: BTreeMap<&str, Tier> = best.iter().fold(BTreeMap::new(), |mut tiers, ((_, group), (tier, ..))| {
        tiers.entry(*group).and_modify(|t: &mut Tier| *t = (*tier).min(*t)).or_insert(*tier);
        tiers
    });
    for c in all {
        let group = c.rule.group.as_deref();
        let winner = match (group, c.elements.first(), is_on_one(&c)) {
            (Some(group), Some(e), true) => best.get(&(*e, group)).map(|(_, _, order)| (*order, Some(*e))),
            // A row about the whole diagram yields to a more specific one about an element.
            (Some(group), _, false) => tiers
                .get(group)
                .filter(|t| **t < c.rule.tier)
                // The first in the diagram: a hash map has no order to rely on.
                .and_then(|t| {
                    best.iter().filter(|((_, g), (tier, ..))| *g == group && tier == t).min_by_key(|((e, _), _)| *e)
                })
                .map(|((e, _), (_, _, order))| (*order, Some(*e)))
                .or_else(|| whole.get(group).filter(|_| tells_whole(&c)).map(|(.., order)| (*order, None))),
            _ => None,
        };
        match winner {
            Some((order, e)) if order != c.order => others.push((order, e, c.rule.id.as_str())),
            _ => kept.push(c),
        }
    }
    let mut places: HashMap<(usize, Option<usize>), usize> = HashMap::new();
    for (i, k) in kept.iter().enumerate() {
        // A row about the whole diagram is found by its rule, whatever elements it names.
        let element = k.elements.first().copied().filter(|_| k.focus != Focus::Diagram);
        places.entry((k.order, element)).or_insert(i);
    }
    for (order, e, id) in others {
        let place = places.get(&(order, e)).and_then(|i| kept.get_mut(*i));
        if let Some(place) = place.filter(|p| !p.related.contains(&id)) {
            place.related.push(id);
        }
    }
    kept
}

fn tells_whole(c: &Candidate<'_>) -> bool {
    c.focus == Focus::Diagram && c.is_open()
}

fn is_on_one(c: &Candidate<'_>) -> bool {
    matches!(c.focus, Focus::Element(_) | Focus::Flow(..))
}

/// A rule tells in one row of all its targets, or in a row of each, as it says itself: a row's id, on which decisions
/// hang, must not depend on how many there are.
pub(super) fn rows(all: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let mut by_rule: BTreeMap<usize, Vec<Candidate<'_>>> = BTreeMap::new();
    for c in all {
        by_rule.entry(c.order).or_default().push(c);
    }
    by_rule.into_values().flat_map(roll_up).collect()
}

fn roll_up(group: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let (out, inside): (Vec<_>, Vec<_>) = group.into_iter().partition(|c| c.status == Status::NotApplicable);
    let rolls = inside.first().is_some_and(|c| c.rule.roll_up && c.focus != Focus::Diagram);
    if !rolls {
        return inside.into_iter().chain(out).collect();
    }
    let open = inside.iter().any(Candidate::is_open);
    let mut told: Option<Candidate<'_>> = None;
    let mut named: HashSet<usize> = HashSet::new();
    let mut answered: Vec<usize> = Vec::new();
    for c in inside {
        if c.is_open() != open {
            answered.extend(c.elements);
            continue;
        }
        match &mut told {
            None => {
                named.extend(&c.elements);
                told = Some(Candidate { rolled: vec![c.focus], ..c });
            }
            Some(row) => {
                let worse = c.score.likelihood.saturating_mul(c.score.impact)
                    > row.score.likelihood.saturating_mul(row.score.impact);
                if worse {
                    row.score = c.score;
                }
                row.truth = row.truth.max(c.truth);
                row.rolled.push(c.focus);
                row.elements.extend(c.elements.into_iter().filter(|e| named.insert(*e)));
                let more: Vec<_> = c.credits.into_iter().filter(|n| !row.credits.contains(n)).collect();
                row.credits.extend(more);
                let related: Vec<&str> = c.related.into_iter().filter(|r| !row.related.contains(r)).collect();
                row.related.extend(related);
            }
        }
    }
    if let Some(row) = &mut told {
        answered.retain(|e| named.insert(*e));
        row.answered = answered;
    }
    told.into_iter().chain(out).collect()
}
