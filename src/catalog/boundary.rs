//! What boxes are called and what they look like.

use serde::Deserialize;

use super::{
    Catalog, ServiceRole,
    lexicon::{Found, Strength},
    shapes::{self, Means},
};
use crate::model::BoundaryType;

/// One kind of box: the words of its label and the colours it is drawn in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BoundaryLook {
    /// Stable key of this entry.
    pub key: String,
    /// The type that it tells.
    #[serde(rename = "type")]
    pub kind: BoundaryType,
    /// Words that name it wherever they stand in a label.
    #[serde(default)]
    pub labels: Vec<BoundaryName>,
    /// Words that name it at the end of a label only, but for numbers and single letters.
    #[serde(default)]
    pub names: Vec<BoundaryName>,
    /// Colours that it is drawn in.
    #[serde(default)]
    pub looks: Vec<Colours>,
}

/// What a kind of box is called, prepared for looking it up in labels.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
pub struct BoundaryName {
    written: String,
    /// Its words in lower case, with a space around each.
    words: String,
    plural: String,
}

impl From<String> for BoundaryName {
    fn from(written: String) -> Self {
        let words = words(&written);
        let plural = format!(" {}s ", words.trim());
        Self { written, words, plural }
    }
}

impl BoundaryName {
    /// Whether `text`, as [`words`] gives it, holds the name as whole words, in the singular or the plural. Scripts
    /// without spaces have no whole words: there it may stand anywhere.
    fn is_in(&self, text: &str) -> bool {
        let bare = self.words.trim();
        if bare.chars().any(|c| c >= '\u{3000}') {
            return text.contains(bare);
        }
        text.contains(&self.words) || text.contains(&self.plural)
    }
}

/// Colours of a box; what is not given may be anything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Colours {
    /// The end of the key of the icon that the box bears. A box with an icon fits no entry without one.
    pub icon: Option<String>,
    /// Stroke as `#RRGGBB`, or `none`.
    pub stroke: Option<String>,
    /// Fill as `#RRGGBB`, or `none`.
    pub fill: Option<String>,
    /// Whether the outline is dashed.
    pub dashed: Option<bool>,
    /// It tells only where the box has no label: a name of its own says that the box is something else.
    pub unlabelled: bool,
}

impl Colours {
    fn fits(&self, icon: Option<&str>, stroke: Option<&str>, fill: Option<&str>, dashed: bool) -> bool {
        let same = |wanted: &Option<String>, has: Option<&str>| {
            wanted.as_deref().is_none_or(|w| w.eq_ignore_ascii_case(has.unwrap_or("none")))
        };
        let icon_fits = match (&self.icon, icon) {
            (Some(wanted), Some(has)) => has.rsplit('.').next() == Some(wanted.as_str()),
            (None, None) => true,
            _ => false,
        };
        icon_fits && same(&self.stroke, stroke) && same(&self.fill, fill) && self.dashed.is_none_or(|d| d == dashed)
    }
}

impl Catalog {
    /// The type of a box, from its label, then its colours, then its icon; and what told it.
    ///
    /// `icon` is the box's own shape key (draw.io: `grIcon`), `stroke` and `fill` are `#RRGGBB` in upper case. `None`
    /// where nothing tells: such a frame only groups.
    #[must_use]
    pub fn boundary_type(
        &self,
        label: &str,
        icon: Option<&str>,
        stroke: Option<&str>,
        fill: Option<&str>,
        dashed: bool,
    ) -> Option<(BoundaryType, String)> {
        let drawn = || self.by_colours(label, icon, stroke, fill, dashed).or_else(|| self.by_icon(icon));
        match self.named_after_a_service(label).or_else(|| self.by_words(label)) {
            Some((BoundaryType::Subnet, because)) => match drawn() {
                Some((kind @ (BoundaryType::PublicSubnet | BoundaryType::PrivateSubnet), colour)) => {
                    Some((kind, format!("{because}, {colour}")))
                }
                _ => Some((BoundaryType::Subnet, because)),
            },
            Some(told) => Some(told),
            None => drawn().or_else(|| place_code(label)).or_else(|| self.named_after_a_service(label)),
        }
    }

    fn by_words(&self, label: &str) -> Option<(BoundaryType, String)> {
        let all = words(label);
        let head = words(label.split(['(', ',', ':', '/', '|']).next().unwrap_or(label));
        let bare = head.trim_end_matches(|c: char| c.is_numeric() || c == ' ');
        let bare = match bare.char_indices().nth_back(1) {
            Some((at, ' ')) => bare.get(..at).unwrap_or(bare),
            _ => bare,
        };
        let end = format!("{} ", bare.trim_end());
        self.boundaries().iter().find_map(|look| {
            let ends = |name: &&BoundaryName| end.ends_with(&name.words) || end.trim() == name.written;
            let hit = look.labels.iter().find(|n| n.is_in(&all)).or_else(|| look.names.iter().find(ends))?;
            Some((look.kind, format!("label \"{}\"", hit.written)))
        })
    }

    fn by_colours(
        &self,
        label: &str,
        icon: Option<&str>,
        stroke: Option<&str>,
        fill: Option<&str>,
        dashed: bool,
    ) -> Option<(BoundaryType, String)> {
        let icon = icon.filter(|i| i.starts_with("mxgraph."));
        let labelled = !label.trim().is_empty();
        let look = self
            .boundaries()
            .iter()
            .find(|b| b.looks.iter().any(|l| l.fits(icon, stroke, fill, dashed) && !(l.unlabelled && labelled)))?;
        Some((look.kind, format!("colour {}", stroke.unwrap_or("none"))))
    }

    fn by_icon(&self, icon: Option<&str>) -> Option<(BoundaryType, String)> {
        let icon = icon?;
        let (means, _) = self.shape(&shapes::normal_key(icon, None))?;
        let kind = match shapes::means(&means)? {
            Means::Other(super::Meaning::Boundary(kind)) => kind,
            Means::Service("vpc") => BoundaryType::Vpc,
            Means::Service("organizations") => BoundaryType::AwsAccount,
            Means::Service("autoscaling") => BoundaryType::AutoScalingGroup,
            Means::Service("on-prem-server") => BoundaryType::OnPremises,
            Means::Service(_) => BoundaryType::Service,
            Means::Other(_) => return None,
        };
        Some((kind, format!("icon {icon}")))
    }

    /// A box named only after a service stands for that service and holds its parts.
    fn named_after_a_service(&self, label: &str) -> Option<(BoundaryType, String)> {
        let found = self.lexicon().find(label);
        let is_box = |f: &Found| self.services().get(f.service).is_some_and(|s| s.role != ServiceRole::Boundary);
        let name = found.iter().find(|f| f.strength == Strength::Name && f.part == 0 && f.is_whole() && is_box(f))?;
        Some((BoundaryType::Service, format!("label \"{}\"", name.text)))
    }
}

/// The words of a text in lower case, with a space around each.
fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for c in text.chars().take(2_000) {
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// A Region's or an Availability Zone's code in a label, such as `eu-west-1` or `eu-west-1a`.
fn place_code(label: &str) -> Option<(BoundaryType, String)> {
    let codes = label.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    codes.into_iter().find_map(|code| {
        let code = code.to_ascii_lowercase();
        let mut parts = code.split('-');
        let (area, side, number) = (parts.next()?, parts.next()?, parts.next_back()?);
        let sides = ["east", "west", "north", "south", "central", "northeast", "northwest", "southeast", "southwest"];
        let known = area.len() == 2 && (sides.iter().any(|s| side.starts_with(s)) || side == "gov" || side == "iso");
        let digits = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let zone = number.strip_prefix(digits)?;
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
        if !known || !is_number || zone.len() > 1 {
            return None;
        }
        let kind = if zone.is_empty() { BoundaryType::Region } else { BoundaryType::AvailabilityZone };
        Some((kind, format!("label \"{code}\"")))
    })
}
