//! Likelihood and impact of a threat: the rule's bases, and what the diagram adds or takes away.

use super::scene::{Focus, Scene};
use crate::{
    catalog::{On, Rule},
    model::{Effect, ElementKind, Severity, Stride},
};

/// Most that controls take off the likelihood.
const MOST_PREVENTION: i16 = 2;

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
#[derive(Clone, Debug, Default)]
pub(super) struct Score {
    pub(super) likelihood: u8,
    pub(super) impact: u8,
    pub(super) inherent: u8,
    pub(super) terms: Vec<String>,
}

impl Score {
    /// Scores `rule` on `focus`, whose main element is `element`.
    pub(super) fn of(scene: &Scene<'_>, rule: &Rule, element: Option<usize>, credits: &[Credit]) -> Self {
        let mut terms = vec![format!("likelihood {} and impact {} by the rule", rule.likelihood, rule.impact)];
        let mut likelihood = i16::from(rule.likelihood);
        if let Some(e) = element.filter(|_| !rule.insider && rule.on != On::Diagram) {
            let (exposure, why) = exposure(scene, e);
            add(&mut likelihood, exposure, &why, &mut terms);
            let (actor, why) = actor(scene, e);
            add(&mut likelihood, actor, &why, &mut terms);
        }
        let inherent = clamp(likelihood);
        likelihood = i16::from(inherent) - prevention(scene, credits, &mut terms);
        let mut impact = i16::from(rule.impact);
        if let Some(e) = element {
            let (by, why) = sensitivity(scene, e);
            add(&mut impact, by, &why, &mut terms);
            let (by, why) = blast_radius(scene, e);
            add(&mut impact, by, &why, &mut terms);
        }
        Self { likelihood: clamp(likelihood), impact: clamp(impact), inherent, terms }
    }

    /// The severity of likelihood times impact.
    pub(super) fn severity(&self) -> Severity {
        Severity::of_score(self.likelihood.saturating_mul(self.impact))
    }
}

fn add(value: &mut i16, by: i16, why: &str, terms: &mut Vec<String>) {
    if by != 0 {
        *value += by;
        terms.push(format!("{by:+} {why}"));
    }
}

fn clamp(value: i16) -> u8 {
    u8::try_from(value.clamp(1, 5)).unwrap_or(1)
}

fn exposure(scene: &Scene<'_>, e: usize) -> (i16, String) {
    let t = &scene.topology;
    if t.outsiders.is_empty() || scene.ranks.get(e).is_some_and(|r| *r <= 1) {
        return (0, String::new());
    }
    match t.distance.get(e).copied().flatten() {
        Some(0) => (1, "likelihood: reached from outside without anything deciding in between".to_owned()),
        Some(1 | 2) => (0, String::new()),
        Some(n) => (-1, format!("likelihood: {n} decision points away from outside")),
        None => (-1, "likelihood: no path from outside is drawn".to_owned()),
    }
}

fn actor(scene: &Scene<'_>, e: usize) -> (i16, String) {
    let t = &scene.topology;
    let callers = t.previous.get(e).map(Vec::as_slice).unwrap_or_default();
    let anonymous = !callers.is_empty() && callers.iter().all(|c| scene.ranks.get(*c) == Some(&0));
    let authenticated =
        control(scene, "authn").is_some_and(|c| scene.controls.status(scene, c, Focus::Element(e)).is_yes());
    if anonymous && !authenticated && scene.element(e).is_some_and(|x| x.kind == ElementKind::Process) {
        return (1, "likelihood: only anonymous callers, and nothing drawn that authenticates them".to_owned());
    }
    let private = !callers.is_empty() && callers.iter().all(|c| scene.in_set(*c, &scene.known.private_access));
    if private { (-1, "likelihood: reached by private access only".to_owned()) } else { (0, String::new()) }
}

fn prevention(scene: &Scene<'_>, credits: &[Credit], terms: &mut Vec<String>) -> i16 {
    let lowering = credits.iter().filter(|c| c.effect == Effect::Lowers);
    let detection = control(scene, "threat-detection");
    let (mut prevented, mut detected) = (0, 0);
    for credit in lowering {
        let name = scene.catalog.controls().get(credit.control).map_or("", |c| c.name.as_str());
        if Some(credit.control) == detection {
            detected = 1;
        } else if prevented < MOST_PREVENTION {
            prevented += 1;
        } else {
            continue;
        }
        terms.push(format!("-1 likelihood: {name}"));
    }
    prevented + detected
}

fn sensitivity(scene: &Scene<'_>, e: usize) -> (i16, String) {
    if let Some(word) = scene.sensitive(e) {
        return (1, format!("impact: sensitive data (“{word}”)"));
    }
    if scene.is_public_data(e) { (-1, "impact: public or test data".to_owned()) } else { (0, String::new()) }
}

fn blast_radius(scene: &Scene<'_>, e: usize) -> (i16, String) {
    let next = scene.topology.next.get(e).map(Vec::as_slice).unwrap_or_default();
    let rank = |i: &usize| scene.ranks.get(*i).copied().unwrap_or_default();
    let store = |i: &&usize| scene.element(**i).is_some_and(|x| x.kind == ElementKind::DataStore);
    let valuable = next.iter().filter(store).filter(|i| rank(i) >= VALUABLE).count();
    let supreme = next.iter().any(|i| rank(i) >= 8 && !scene.in_set(*i, &scene.known.supporting));
    if valuable >= 3 || supreme {
        (1, "impact: reaches much that is worth protecting".to_owned())
    } else {
        (0, String::new())
    }
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
