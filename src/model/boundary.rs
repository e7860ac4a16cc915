//! Trust boundaries and the other boxes that group elements.

use std::collections::BTreeMap;

use super::{Point, Rect, Stated, words::words};

words! {
    /// What a box or curve stands for.
    pub enum BoundaryType ("boundary type") {
        /// The AWS Cloud as a whole.
        AwsCloud = "aws-cloud",
        /// One AWS account: the strongest isolation a customer has.
        AwsAccount = "aws-account",
        /// A Region.
        Region = "region",
        /// An Availability Zone: a fault domain.
        AvailabilityZone = "availability-zone",
        /// A VPC, or another cloud's virtual network.
        Vpc = "vpc",
        /// A subnet with a route to the Internet.
        PublicSubnet = "public-subnet",
        /// A subnet without an inbound route from the Internet.
        PrivateSubnet = "private-subnet",
        /// A subnet of unknown routing.
        Subnet = "subnet",
        /// A security group.
        SecurityGroup = "security-group",
        /// An Auto Scaling group.
        AutoScalingGroup = "auto-scaling-group",
        /// An own data centre or office.
        OnPremises = "on-premises",
        /// The Internet drawn as a box.
        Internet = "internet",
        /// A partner's or a supplier's system.
        ThirdParty = "third-party",
        /// Drawn and named as a trust boundary, or a curve.
        TrustBoundary = "trust-boundary",
        /// A box that stands for one service and holds its parts.
        Service = "service",
        /// Any other frame that groups.
        Logical = "logical",
    }
}

impl BoundaryType {
    /// Whether crossing a boundary of this type means that somebody else is trusted on the other side.
    ///
    /// Regions, Availability Zones and Auto Scaling groups are fault or residency domains, service boxes and logical
    /// frames only group, and a security group is a filter inside a network.
    #[must_use]
    pub const fn separates_trust(self) -> bool {
        matches!(
            self,
            Self::AwsCloud
                | Self::AwsAccount
                | Self::Vpc
                | Self::PublicSubnet
                | Self::PrivateSubnet
                | Self::Subnet
                | Self::OnPremises
                | Self::Internet
                | Self::ThirdParty
                | Self::TrustBoundary
        )
    }

    /// Whether it is a boundary of a network: what lies outside reaches what lies inside only by a route.
    #[must_use]
    pub const fn is_network(self) -> bool {
        matches!(self, Self::Vpc | Self::PublicSubnet | Self::PrivateSubnet | Self::Subnet | Self::OnPremises)
    }

    /// The type's name as people read it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::AwsCloud => "AWS Cloud",
            Self::AwsAccount => "AWS account",
            Self::Region => "Region",
            Self::AvailabilityZone => "Availability Zone",
            Self::Vpc => "VPC",
            Self::PublicSubnet => "Public subnet",
            Self::PrivateSubnet => "Private subnet",
            Self::Subnet => "Subnet",
            Self::SecurityGroup => "Security group",
            Self::AutoScalingGroup => "Auto Scaling group",
            Self::OnPremises => "On-premises",
            Self::Internet => "Internet",
            Self::ThirdParty => "Third party",
            Self::TrustBoundary => "Trust boundary",
            Self::Service => "Service",
            Self::Logical => "Group",
        }
    }
}

/// Where a boundary is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Outline {
    /// A closed box.
    Box(Rect),
    /// A closed curve.
    Polygon(Vec<Point>),
    /// An open line or curve: nothing lies inside, flows cross it.
    Line(Vec<Point>),
}

/// One box or curve that separates or groups elements.
#[derive(Clone, Debug)]
pub struct TrustBoundary {
    /// The cell's own id in the file, unique on its page.
    pub id: String,
    /// Its name as plain text on one line, never empty.
    pub label: String,
    /// What it stands for.
    pub kind: BoundaryType,
    /// The smallest boundary that holds it.
    pub parent: Option<super::BoundaryIndex>,
    /// Tags as written.
    pub tags: Vec<String>,
    /// The author's own properties, as written.
    pub properties: BTreeMap<String, String>,
    /// What the file states about it.
    pub stated: Stated,
    /// What told the type: label, colour, icon or shape.
    pub because: String,
    /// Where it is drawn.
    pub place: Option<Outline>,
}

impl TrustBoundary {
    /// Whether it is an open line or curve, which contains nothing.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.place, Some(Outline::Line(_)))
    }
}
