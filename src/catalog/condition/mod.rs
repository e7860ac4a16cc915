//! The condition language of rules: what must be drawn for a threat to be raised.
//!
//! A condition is read ([`parse`]), its words are resolved against a catalogue ([`check`]), and inference evaluates it.
//! The same tree carries both stages: [`Syntax`] holds the words as written, [`Condition`] what they stand for.

mod check;
mod parse;
mod print;

pub use check::{Check, Mistake, check};
pub use parse::{ParseError, parse};

use std::ops::Range;

use crate::model::{Fact, words};

/// Longest condition that is read, in bytes.
pub const MAX_LENGTH: usize = 4_000;

/// Deepest nesting of parentheses, `not` and quantifiers that is read.
pub const MAX_DEPTH: usize = 24;

/// A condition as written.
pub type Syntax = Tree<Written>;

/// A condition whose words are resolved.
pub type Condition = Tree<Check>;

/// Tests joined by `and`, `or`, `not` and by looking at other things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree<T> {
    /// All of these hold.
    All(Vec<Self>),
    /// At least one of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// `what` holds for as many of the things that play a role as the quantifier asks.
    Look {
        /// How many.
        quantifier: Quantifier,
        /// Which things.
        role: Role,
        /// What must hold for each.
        what: Box<Self>,
    },
    /// One test.
    Test(T),
}

/// How many of the things that play a role must satisfy a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// The one there is.
    Single,
    /// At least one.
    Some,
    /// None.
    No,
    /// All; holds where there are none.
    Every,
    /// At least so many.
    AtLeast(u8),
}

words! {
    /// What a condition can look at from where it stands.
    pub enum Role ("role") {
        /// Elements that send to this one.
        Caller = "caller",
        /// Elements that this one sends to.
        Callee = "callee",
        /// Like callers, through pass-through elements.
        Client = "client",
        /// Like callees, through pass-through elements.
        Backend = "backend",
        /// Elements from which a directed path leads here.
        Upstream = "upstream",
        /// Elements to which a directed path leads from here.
        Downstream = "downstream",
        /// Callers and callees.
        Neighbour = "neighbour",
        /// Flows that arrive.
        Inflow = "inflow",
        /// Flows that leave.
        Outflow = "outflow",
        /// Boundaries around an element, crossed by a flow, or drawn.
        Boundary = "boundary",
        /// The sending end of a flow.
        Source = "source",
        /// The receiving end of a flow.
        Target = "target",
        /// Elements inside a boundary.
        Member = "member",
        /// Boundaries inside a boundary.
        Inner = "inner",
        /// Boundaries around a boundary.
        Outer = "outer",
        /// Elements of the diagram.
        Element = "element",
        /// Flows of the diagram.
        Flow = "flow",
        /// The diagram.
        Diagram = "diagram",
    }
}

impl Role {
    /// Whether there is exactly one, so that it takes no quantifier.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(self, Self::Source | Self::Target | Self::Diagram)
    }

    /// What it looks at from `from`, or `None` where nothing plays it.
    #[must_use]
    pub const fn seen_from(self, from: Subject) -> Option<Subject> {
        match (self, from) {
            (Self::Diagram, _) => Some(Subject::Diagram),
            (
                Self::Caller
                | Self::Callee
                | Self::Client
                | Self::Backend
                | Self::Upstream
                | Self::Downstream
                | Self::Neighbour,
                Subject::Element | Subject::End,
            )
            | (Self::Member, Subject::Boundary | Subject::End)
            | (Self::Element, Subject::Diagram) => Some(Subject::Element),
            (Self::Inflow | Self::Outflow, Subject::Element | Subject::Boundary | Subject::End)
            | (Self::Flow, Subject::Diagram) => Some(Subject::Flow),
            (Self::Boundary, Subject::Element | Subject::Flow | Subject::Diagram | Subject::End)
            | (Self::Inner | Self::Outer, Subject::Boundary | Subject::End) => Some(Subject::Boundary),
            (Self::Source | Self::Target, Subject::Flow) => Some(Subject::End),
            _ => None,
        }
    }
}

words! {
    /// What a condition is tried on.
    pub enum Subject ("subject") {
        /// An element.
        Element = "element",
        /// A flow.
        Flow = "flow",
        /// A boundary.
        Boundary = "boundary",
        /// The diagram.
        Diagram = "diagram",
        /// The end of a flow: an element, or a box as a whole.
        End = "end",
    }
}

/// A word in a list of names, as written.
#[derive(Clone, Debug)]
pub struct Name {
    /// The word without quotes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
    /// Where it stands in the condition, in bytes.
    pub span: Range<usize>,
}

/// Where a name stands does not make it another name.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.quoted == other.quoted
    }
}

impl Eq for Name {}

/// A test as written, and where.
#[derive(Clone, Debug)]
pub struct Written {
    /// The test.
    pub test: Test,
    /// Where it stands in the condition, in bytes.
    pub span: Range<usize>,
}

/// Where a test stands does not make it another test.
impl PartialEq for Written {
    fn eq(&self, other: &Self) -> bool {
        self.test == other.test
    }
}

impl Eq for Written {}

/// One test, its names as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// A test of names.
    Named(Naming, Vec<Name>),
    /// A number compared.
    Compare(Measure, Comparison, u8),
    /// A flow crosses a boundary of one of these types.
    Crosses(Vec<Name>, Way),
    /// A flow leads to a rank that is higher by at least so much.
    Climbs(u8),
    /// A flow leads to a rank that is lower by at least so much.
    Descends(u8),
    /// A test without an argument.
    Plain(Plain),
    /// A property that a diagram can state.
    Fact(Fact),
    /// A property that the diagram states to hold (`true`) or not to hold; certain either way, never left open.
    Stated(Fact, bool),
}

words! {
    /// Tests that take names.
    pub enum Naming ("test") {
        /// Kind, service or group; type of a boundary.
        Is = "is",
        /// Trait.
        Has = "has",
        /// Type of a boundary around it.
        In = "in",
        /// Words of its label.
        Mentions = "mentions",
        /// Controls.
        Control = "control",
        /// Protocol.
        Protocol = "protocol",
    }
}

words! {
    /// Tests that compare a number.
    pub enum Measure ("measure") {
        /// Trust rank.
        Rank = "rank",
        /// Decision points between the nearest outsider and here.
        Distance = "distance",
    }
}

words! {
    /// How two numbers compare.
    pub enum Comparison ("comparison") {
        /// Less.
        Less = "<",
        /// Less or equal.
        AtMost = "<=",
        /// Equal.
        Equal = "=",
        /// Greater or equal.
        AtLeast = ">=",
        /// Greater.
        Greater = ">",
    }
}

impl Comparison {
    /// Whether `left` compares to `right` in this way.
    #[must_use]
    pub const fn holds(self, left: u32, right: u32) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Equal => left == right,
            Self::AtLeast => left >= right,
            Self::Greater => left > right,
        }
    }
}

words! {
    /// Which way a boundary is crossed.
    pub enum Way ("way") {
        /// Either way.
        Any = "any",
        /// Into the boundary.
        Inward = "inward",
        /// Out of the boundary.
        Outward = "outward",
    }
}

words! {
    /// Tests without an argument.
    pub enum Plain ("test") {
        /// An outsider's flow arrives, directly or through pass-through elements.
        Entry = "entry",
        /// The same from the Internet.
        Exposed = "exposed",
        /// A path leads here from an outsider.
        Reachable = "reachable",
        /// Lies on a cycle without an external entity.
        Cyclic = "cyclic",
        /// No flow touches it.
        Isolated = "isolated",
        /// Lies in no boundary.
        Unplaced = "unplaced",
        /// Said to hold personal, health, payment or credential data.
        Sensitive = "sensitive",
        /// Said to be public, test or demonstration data.
        PublicData = "public-data",
        /// One end decouples: a queue, topic, stream, bus or store event.
        Async = "async",
        /// Drawn with a head at both ends or at none: either end may be the one that asks.
        TwoWay = "two-way",
        /// The diagram draws enough supporting services that a missing one means something.
        Detailed = "detailed",
        /// The diagram has at least one AWS element.
        Cloud = "cloud",
        /// Drawn in a network that its service does not live in.
        Misplaced = "misplaced",
    }
}
