//! Likelihood and impact of a threat: the rule's bases, and what the diagram adds or takes away.

use super::scene::{Focus, Scene};
use crate::{
    catalog::{On, Rule},
    model::{Effect, ElementKind, Severity, Stride},
};

/// Most that controls take off the likelihood.
const MOST_PREVENTION: usize = 2;

/// Stores of this rank and up count for the blast radius.
const VALUABLE: u8 = 7;

/// What a control does to one threat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Credit {
    /// Position in the catalogue.
    pub(super) control: usize,
    pub(super) effect: Effect,
}

/// Likelihood and impact, and how they came about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Score {
    pub(super) likelihood: u8,
    pub(super) impact: u8,
    pub(super) inherent: u8,
    /// The element that it was worked out for.
    pub(super) element: Option<usize>,
}

impl Score {
    /// Scores `rule` on `focus`, whose main element is `element`.
    pub(super) fn of(scene: &Scene<'_>, rule: &Rule, element: Option<usize>, credits: &[Credit]) -> Self {
        Self::tell(scene, rule, element, credits, &mut |_| {})
    }

    /// How it came about, a term each.
    pub(super) fn terms(&self, scene: &Scene<'_>, rule: &Rule, credits: &[Credit]) -> Vec<String> {
        let mut terms = vec![format!("likelihood {} and impact {} by the rule", rule.likelihood, rule.impact)];
        Self::tell(scene, rule, self.element, credits, &mut |(by, why)| terms.push(format!("{by:+} {why}")));
        terms
    }

    fn tell(
        scene: &Scene<'_>,
        rule: &Rule,
        element: Option<usize>,
        credits: &[Credit],
        say: &mut dyn FnMut((i16, &str)),
    ) -> Self {
        let mut add = |value: &mut i16, (by, why): (i16, &str)| {
            if by != 0 {
                *value += by;
                say((by, why));
            }
        };
        let mut likelihood = i16::from(rule.likelihood);
        if let Some(e) = element.filter(|_| !rule.insider && rule.on != On::Diagram) {
            add(&mut likelihood, exposure(scene, e));
            add(&mut likelihood, actor(scene, e));
        }
        let inherent = clamp(likelihood);
        likelihood = i16::from(inherent);
        for control in prevention(scene, credits) {
            add(&mut likelihood, (-1, control));
        }
        let mut impact = i16::from(rule.impact);
        if let Some(e) = element {
            add(&mut impact, sensitivity(scene, e));
            add(&mut impact, blast_radius(scene, e));
        }
        Self { likelihood: clamp(likelihood), impact: clamp(impact), inherent, element }
    }

    /// The severity of likelihood times impact.
    pub(super) fn severity(&self) -> Severity {
        Severity::of_score(self.likelihood.saturating_mul(self.impact))
    }
}

fn clamp(value: i16) -> u8 {
    u8::try_from(value.clamp(1, 5)).unwrap_or(1)
}

fn exposure(scene: &Scene<'_>, e: usize) -> (i16, &'static str) {
    let t = &scene.topology;
    if t.outsiders.is_empty() || scene.ranks.get(e).is_some_and(|r| *r <= 1) {
        return (0, "");
    }
    let private = t.private.get(e).is_some_and(|p| *p);
    match t.distance.get(e).copied().flatten() {
        Some(0) if private => (0, ""),
        Some(0) => (1, "likelihood: reached from outside without anything deciding in between"),
        Some(1 | 2) => (0, ""),
        Some(_) => (-1, "likelihood: three or more decision points away from outside"),
        None => (-1, "likelihood: no path from outside is drawn"),
    }
}

fn actor(scene: &Scene<'_>, e: usize) -> (i16, &'static str) {
    let t = &scene.topology;
    let callers = t.previous.get(e).map(Vec::as_slice).unwrap_or_default();
    let anonymous = !callers.is_empty() && callers.iter().all(|c| scene.ranks.get(*c) == Some(&0));
    let process = scene.element(e).is_some_and(|x| x.kind == ElementKind::Process);
    let authenticated =
        || control(scene, "authn").is_some_and(|c| scene.controls.status(scene, c, Focus::Element(e)).is_yes());
    if anonymous && process && !authenticated() {
        return (1, "likelihood: only anonymous callers, and nothing drawn that authenticates them");
    }
    if t.private.get(e).is_some_and(|p| *p) { (-1, "likelihood: reached by private access only") } else { (0, "") }
}

/// The controls that take one off the likelihood each: so many that prevent, and one that detects.
fn prevention<'a>(scene: &Scene<'a>, credits: &[Credit]) -> Vec<&'a str> {
    let mut lowering: Vec<(bool, &str)> = credits
        .iter()
        .filter(|c| c.effect == Effect::Lowers)
        .filter_map(|c| scene.catalog.controls().get(c.control))
        .map(|c| (c.key == "threat-detection", c.name.as_str()))
        .collect();
    let mut prevented = 0;
    lowering.retain(|(detects, _)| {
        prevented += usize::from(!detects);
        *detects || prevented <= MOST_PREVENTION
    });
    lowering.into_iter().map(|(_, name)| name).collect()
}

fn sensitivity(scene: &Scene<'_>, e: usize) -> (i16, &'static str) {
    if scene.sensitive(e).is_some() {
        return (1, "impact: data said to be sensitive");
    }
    if scene.is_public_data(e) { (-1, "impact: public or test data") } else { (0, "") }
}

fn blast_radius(scene: &Scene<'_>, e: usize) -> (i16, &'static str) {
    let next = scene.topology.next.get(e).map(Vec::as_slice).unwrap_or_default();
    let rank = |i: &usize| scene.ranks.get(*i).copied().unwrap_or_default();
    let store = |i: &&usize| scene.element(**i).is_some_and(|x| x.kind == ElementKind::DataStore);
    let valuable = next.iter().filter(store).filter(|i| rank(i) >= VALUABLE).count();
    let supreme = next.iter().any(|i| rank(i) >= 8 && !scene.in_set(*i, &scene.known.supporting));
    if valuable >= 3 || supreme { (1, "impact: reaches much that is worth protecting") } else { (0, "") }
}

fn control(scene: &Scene<'_>, key: &str) -> Option<usize> {
    scene.catalog.controls().iter().position(|c| c.key == key)
}

/// The controls that are there for `focus`, and what each does to `rule`.
pub(super) fn credits(scene: &Scene<'_>, rule: &Rule, focus: Focus) -> Vec<Credit> {
    let there = rule.mitigated_by.iter().filter(|(c, _)| scene.controls.status(scene, *c, focus).is_yes());
    there
        .map(|(control, effect)| {
            let key = scene.catalog.controls().get(*control).map(|c| c.key.as_str()).unwrap_or_default();
            let proves_identity = matches!(key, "authn" | "authn-managed" | "mfa");
            let authorisation = rule.stride == Stride::ElevationOfPrivilege || rule.group.as_deref() == Some("authz");
            // Knowing who calls does not decide what they may do.
            let effect =
                if proves_identity && authorisation && *effect == Effect::Closes { Effect::Lowers } else { *effect };
            Credit { control: *control, effect }
        })
        .collect()
}
