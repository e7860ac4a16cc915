//! Threat Dragon's flags as facts, and the author's own fields as properties.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    cell::Shape,
    field::{flag, long_text, scalar, text},
};
use crate::model::{ElementKind, Fact, Scope, Stated, Truth};

/// Threat Dragon's flags for each kind of cell.
const PROCESS: &[(&str, Fact)] = &[
    ("isWebApplication", Fact::WebApplication),
    ("handlesCardPayment", Fact::HandlesCardPayment),
    ("handlesGoodsOrServices", Fact::HandlesGoods),
];
const STORE: &[(&str, Fact)] = &[
    ("isALog", Fact::IsLog),
    ("storesCredentials", Fact::StoresCredentials),
    ("isEncrypted", Fact::Encrypted),
    ("isSigned", Fact::IsSigned),
    ("storesInventory", Fact::StoresInventory),
];
const ACTOR: &[(&str, Fact)] = &[("providesAuthentication", Fact::ProvidesAuthentication)];
const FLOW: &[(&str, Fact)] = &[("isEncrypted", Fact::Encrypted), ("isPublicNetwork", Fact::PublicNetwork)];

/// Fields that Threat Dragon writes itself; any other is its author's.
const OWN: &[&str] = &[
    "type",
    "name",
    "description",
    "isTrustBoundary",
    "hasOpenThreats",
    "outOfScope",
    "reasonOutOfScope",
    "threats",
    "threatFrequency",
    "providesAuthentication",
    "handlesCardPayment",
    "handlesGoodsOrServices",
    "isWebApplication",
    "privilegeLevel",
    "isALog",
    "isEncrypted",
    "isSigned",
    "storesCredentials",
    "storesInventory",
    "isBidirectional",
    "isPublicNetwork",
    "protocol",
    "trustBoundaryIds",
    "crossingFlows",
    "containedElements",
    "id",
    "z",
    "angle",
    "smooth",
    "$$hashKey",
];

/// Words of a privilege level that say it is high.
const HIGH_PRIVILEGE: [&str; 6] = ["admin", "root", "high", "system", "privileged", "elevated"];

/// What `data` states about a cell, and the author's own properties in it.
pub(super) fn of(data: &Value, shape: &Shape) -> (Stated, BTreeMap<String, String>) {
    let own: BTreeMap<String, String> = data
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !OWN.contains(&key.as_str()))
        .filter_map(|(key, value)| Some((key.clone(), scalar(Some(value))?)))
        .collect();
    let mut stated = Stated::of_properties(&own);
    stated.protocol = text(data, "/protocol").or(stated.protocol);
    stated.privilege_level = text(data, "/privilegeLevel").or(stated.privilege_level);
    stated.description = long_text(data, "/description").or(stated.description);
    if flag(data, "outOfScope") {
        stated.scope = Scope::Out { reason: text(data, "/reasonOutOfScope") };
    }
    flags(data, shape, &mut stated);
    if let Some(level) = stated.privilege_level.as_deref().map(str::to_lowercase)
        && HIGH_PRIVILEGE.iter().any(|word| level.contains(word))
        && !level.contains("non-")
    {
        stated.facts.set(Fact::Privileged, Truth::Yes);
    }
    (stated, own)
}

/// Every new cell comes with all flags off, so an unset one says nothing by itself. Where its author has filled in the
/// form (ticked another flag, or named the protocol), it was left off on purpose.
fn flags(data: &Value, shape: &Shape, stated: &mut Stated) {
    let known = match shape {
        Shape::Node(ElementKind::Process, _) => PROCESS,
        Shape::Node(ElementKind::DataStore, _) => STORE,
        Shape::Node(ElementKind::ExternalEntity, _) => ACTOR,
        Shape::Flow => FLOW,
        _ => return,
    };
    let filled_in = known.iter().any(|(key, _)| flag(data, key)) || text(data, "/protocol").is_some();
    for (key, fact) in known {
        if flag(data, key) {
            stated.facts.set(*fact, Truth::Yes);
        } else if filled_in && stated.facts.get(*fact) == Truth::Unknown {
            stated.facts.set(*fact, Truth::No);
        }
    }
}
