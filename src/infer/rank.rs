//! How far each element is trusted, and how much it is worth: 0 (not in our control) to 9 (evidence and governance).

use crate::{
    catalog::{Known, Text},
    model::{BoundaryType, Diagram, Element, ElementKind, TrustBoundary},
};

/// What lies in a boundary of this type is trusted at most so far.
fn cap(kind: BoundaryType) -> Option<u8> {
    match kind {
        BoundaryType::Internet => Some(0),
        BoundaryType::ThirdParty => Some(1),
        BoundaryType::PublicSubnet => Some(3),
        BoundaryType::OnPremises => Some(5),
        _ => None,
    }
}

/// The rank of what a boundary holds: stated, else by its type.
pub(super) fn of_boundary(boundary: &TrustBoundary) -> u8 {
    boundary.stated.trust.unwrap_or(match boundary.kind {
        BoundaryType::Internet => 0,
        BoundaryType::ThirdParty => 1,
        BoundaryType::AwsCloud | BoundaryType::PublicSubnet => 3,
        BoundaryType::OnPremises => 5,
        BoundaryType::PrivateSubnet => 6,
        _ => 4,
    })
}

/// The rank of an element: stated on it or on the innermost boundary that states one; else its service's or its
/// kind's, bounded by where it is drawn.
///
/// `service` is the rank of its service and its position in the catalogue.
pub(super) fn of_element(
    diagram: &Diagram,
    element: &Element,
    text: &Text,
    service: Option<(u8, usize)>,
    known: &Known,
) -> u8 {
    let around = || element.boundaries.iter().rev().map(|b| diagram.boundary(*b));
    if let Some(stated) = element.stated.trust.or_else(|| around().find_map(|b| b.stated.trust)) {
        return stated;
    }
    let default = service.map_or(
        match element.kind {
            ElementKind::ExternalEntity => 0,
            ElementKind::Process => 4,
            ElementKind::DataStore => 7,
        },
        |(rank, _)| rank,
    );
    let place = around().find_map(|b| cap(b.kind).map(|rank| (b.kind, rank)));
    match element.kind {
        ElementKind::ExternalEntity => {
            let enrolled = u8::from(text.first_of(&known.internal_actor).is_some());
            let floor = match place {
                Some((BoundaryType::OnPremises | BoundaryType::ThirdParty, _)) => 1,
                _ => u8::from(around().any(|b| b.kind.is_network())),
            };
            default.max(enrolled).max(floor)
        }
        ElementKind::Process => place.map_or(default, |(_, rank)| default.min(rank)),
        ElementKind::DataStore => match place {
            Some((BoundaryType::Internet | BoundaryType::ThirdParty, rank)) => default.min(rank.max(1)),
            _ => default,
        },
    }
}
