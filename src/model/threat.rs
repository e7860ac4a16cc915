//! Threats, and what a person decides about them.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::{BoundaryIndex, Diagram, ElementIndex, FlowIndex, words::words};

words! {
    /// The six STRIDE categories.
    pub enum Stride ("STRIDE category") {
        /// Pretending to be somebody else.
        Spoofing = "spoofing",
        /// Changing data or code.
        Tampering = "tampering",
        /// Denying an action that cannot be proved.
        Repudiation = "repudiation",
        /// Showing data to those who should not see it.
        InformationDisclosure = "information-disclosure",
        /// Making a service unavailable or unaffordable.
        DenialOfService = "denial-of-service",
        /// Doing what one is not allowed to.
        ElevationOfPrivilege = "elevation-of-privilege",
    }
}

impl Stride {
    /// The category's name as Threat Dragon spells it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Spoofing => "Spoofing",
            Self::Tampering => "Tampering",
            Self::Repudiation => "Repudiation",
            Self::InformationDisclosure => "Information disclosure",
            Self::DenialOfService => "Denial of service",
            Self::ElevationOfPrivilege => "Elevation of privilege",
        }
    }

    /// The category's letter.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Spoofing => 'S',
            Self::Tampering => 'T',
            Self::Repudiation => 'R',
            Self::InformationDisclosure => 'I',
            Self::DenialOfService => 'D',
            Self::ElevationOfPrivilege => 'E',
        }
    }
}

words! {
    /// How much a threat matters, from likelihood x impact.
    pub enum Severity ("severity") {
        /// Score 1 or 2.
        Info = "info",
        /// Score 3 to 5.
        Low = "low",
        /// Score 6 to 11.
        Medium = "medium",
        /// Score 12 to 19.
        High = "high",
        /// Score 20 to 25.
        Critical = "critical",
    }
}

/// The lowest score of each severity, highest first. People may set their own in the workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds(pub [(u8, Severity); 5]);

impl Default for Thresholds {
    /// The one place where the tool's own thresholds stand.
    fn default() -> Self {
        use Severity::{Critical, High, Info, Low, Medium};
        Self([(20, Critical), (12, High), (6, Medium), (3, Low), (0, Info)])
    }
}

impl Thresholds {
    /// The severity of a score, which is likelihood (1 to 5) times impact (1 to 5).
    #[must_use]
    pub fn severity(&self, score: u8) -> Severity {
        self.0.iter().find(|(least, _)| score >= *least).map_or(Severity::Info, |(_, severity)| *severity)
    }
}

impl Severity {
    /// The severity of a score by the tool's own thresholds.
    #[must_use]
    pub fn of_score(score: u8) -> Self {
        Thresholds::default().severity(score)
    }

    /// The severity's name as people read it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Info => "Info",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }
}

words! {
    /// How sure the tool is that what the rule looks for is there.
    pub enum Confidence ("confidence") {
        /// The rule hangs on something that the diagram does not say.
        Presumed = "presumed",
        /// Everything that the rule asks stands in the diagram.
        Stated = "stated",
    }
}

words! {
    /// How specific a rule is.
    pub enum Tier ("tier") {
        /// Proved by the graph: a neighbour, a path, a crossing, or something missing.
        Topology = "topology",
        /// The element's service is enough.
        Service = "service",
        /// Hygiene, or rare.
        Hygiene = "hygiene",
    }
}

words! {
    /// Where a threat stands.
    pub enum Status ("status") {
        /// Nobody has dealt with it.
        Open = "open",
        /// Somebody is dealing with it.
        InProgress = "in-progress",
        /// Dealt with; set by the tool where a control drawn in the diagram answers it, to be verified.
        Mitigated = "mitigated",
        /// The risk is taken.
        Accepted = "accepted",
        /// Somebody else carries the risk.
        Transferred = "transferred",
        /// What was at risk has been removed.
        Avoided = "avoided",
        /// It does not apply here.
        NotApplicable = "not-applicable",
        /// The tool was wrong.
        FalsePositive = "false-positive",
    }
}

impl Status {
    /// The status as people read it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::InProgress => "In progress",
            Self::Mitigated => "Mitigated",
            Self::Accepted => "Accepted",
            Self::Transferred => "Transferred",
            Self::Avoided => "Avoided",
            Self::NotApplicable => "Not applicable",
            Self::FalsePositive => "False positive",
        }
    }

    /// Whether somebody still has to act.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::InProgress)
    }
}

words! {
    /// Who raised a threat.
    pub enum Origin ("origin") {
        /// A rule of the catalogue.
        Rule = "rule",
        /// The diagram's author, in the file.
        Recorded = "recorded",
    }
}

/// What a threat is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// The diagram as a whole.
    Diagram,
    /// One element.
    Element(ElementIndex),
    /// One flow, and the element at its receiving end where there is one.
    Flow(FlowIndex),
    /// One boundary.
    Boundary(BoundaryIndex),
}

words! {
    /// What a control drawn in the diagram does to a threat.
    pub enum Effect ("effect") {
        /// It is mentioned, and changes nothing.
        Note = "note",
        /// It lowers the likelihood by one.
        Lowers = "lowers",
        /// It answers the threat: the status becomes mitigated.
        Closes = "closes",
    }
}

/// A control that was found in the diagram and counted for a threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The control's key, such as `waf`.
    pub control: String,
    /// The control's name, such as "Web application firewall".
    pub name: String,
    /// What it did to the threat.
    pub effect: Effect,
    /// Where it was seen, as a sentence.
    pub evidence: String,
}

/// One thing to do about a threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countermeasure {
    /// Stable key, such as `apigw-authorizer`.
    pub id: String,
    /// What to do, in a line.
    pub title: String,
    /// What to set, and where.
    pub how: String,
    /// How to see that it is set.
    pub verify: String,
}

/// A pointer into a public registry or guide.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Which registry, such as `CWE` or `OWASP Serverless Top 10`.
    pub scheme: String,
    /// The id as the registry writes it.
    pub id: String,
    /// Where to read it, where the id gives an address.
    pub url: Option<String>,
}

/// What people decide about a threat. Only people fill it in; it is carried from table to table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Triage {
    /// The number that the threat bears in tables (`TM-0007` is 7), kept from table to table.
    pub number: Option<u32>,
    /// Status set by a person, in place of the tool's own.
    pub status: Option<Status>,
    /// Likelihood as assessed by a person, 1 to 5, in place of the tool's own.
    pub likelihood: Option<u8>,
    /// Impact as assessed by a person, 1 to 5, in place of the tool's own.
    pub impact: Option<u8>,
    /// Severity by thresholds that people set, where those are not the tool's own.
    pub severity: Option<Severity>,
    /// Mitigate, accept, transfer or avoid.
    pub treatment: String,
    /// Why.
    pub justification: String,
    /// Who answers for it.
    pub owner: String,
    /// When it is due, `yyyy-mm-dd`.
    pub due: String,
    /// Ticket or evidence.
    pub ticket: String,
    /// Likelihood after treatment, 1 to 5.
    pub residual_likelihood: Option<u8>,
    /// Impact after treatment, 1 to 5.
    pub residual_impact: Option<u8>,
    /// Who reviewed it.
    pub reviewer: String,
    /// When it was reviewed, `yyyy-mm-dd`.
    pub reviewed: String,
    /// Columns that people added themselves: name and content, in their order.
    pub extra: Vec<(String, String)>,
}

/// What changed since the table that decisions were carried over from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// There was no earlier table.
    #[default]
    None,
    /// It was there already, and is the same.
    Same,
    /// It was not in the earlier table.
    New,
    /// It was there with another severity, named here.
    Severity(Severity),
    /// It was there for other elements: those named here are new.
    Elements(Vec<String>),
    /// The tool gave it another status, named here.
    Status(Status),
    /// It had been retired on the day named here, and is back with its decisions.
    Returned(String),
    /// Its elements have other ids than before: it was recognised by its rule and their names.
    Redrawn,
    /// More than one of these at once.
    Several(Vec<Change>),
}

impl Change {
    /// The change as a few words for a table; empty where nothing changed.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::None | Self::Same => String::new(),
            Self::New => "New".to_owned(),
            Self::Severity(before) => format!("Severity was {}", before.title()),
            Self::Elements(added) if added.is_empty() => "Concerns fewer elements than before".to_owned(),
            Self::Elements(added) => format!("Now also concerns {}", added.join(", ")),
            Self::Status(before) => format!("Status found was {}", before.title()),
            Self::Returned(day) if day.is_empty() => "Back after it was retired".to_owned(),
            Self::Returned(day) => format!("Back after it was retired on {day}"),
            Self::Redrawn => "Drawn anew: recognised by rule and names".to_owned(),
            Self::Several(all) => all.iter().map(Self::describe).collect::<Vec<_>>().join("; "),
        }
    }

    /// The change as a word for scripts.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Same => "same",
            Self::New => "new",
            Self::Severity(_) => "severity",
            Self::Elements(_) => "elements",
            Self::Status(_) => "status",
            Self::Returned(_) => "returned",
            Self::Redrawn => "redrawn",
            Self::Several(_) => "several",
        }
    }
}

/// One threat to one element, flow or boundary, or to several at once.
#[derive(Clone, Debug)]
pub struct Threat {
    /// `RULE@element[@flow]` from the file's own ids; stable when the diagram is moved about or relabelled.
    pub id: String,
    /// The rule that raised it, or `RECORDED` where only the diagram's author did.
    pub rule: String,
    /// One line that names the element.
    pub title: String,
    /// Its STRIDE category.
    pub stride: Stride,
    /// Who can do what, and what it leads to.
    pub description: String,
    /// Index of the document in the report.
    pub document: usize,
    /// Index of the diagram in the document.
    pub page: usize,
    /// What it is about.
    pub target: Target,
    /// Every element that it names, first the one most concerned.
    pub elements: Vec<ElementIndex>,
    /// The elements on the path that it was raised for, from the entry on; empty where no path matters.
    pub path: Vec<ElementIndex>,
    /// Boundaries crossed on the way.
    pub crosses: Vec<BoundaryIndex>,
    /// How specific the rule is.
    pub tier: Tier,
    /// Likelihood, 1 to 5, with exposure and controls counted.
    pub likelihood: u8,
    /// Impact, 1 to 5, with sensitivity and blast radius counted.
    pub impact: u8,
    /// Likelihood had no control been drawn.
    pub inherent_likelihood: u8,
    /// From likelihood x impact.
    pub severity: Severity,
    /// How sure the tool is.
    pub confidence: Confidence,
    /// Where it stands, as far as the tool can tell.
    pub status: Status,
    /// Who raised it.
    pub origins: Vec<Origin>,
    /// What in the diagram raised it, a sentence each.
    pub evidence: Vec<String>,
    /// What was assumed because the diagram does not say; empty where nothing was.
    pub assumption: String,
    /// What would have to be drawn or stated differently for another result.
    pub remedy_in_diagram: String,
    /// How likelihood and impact came about, a term each, such as "+1 directly reachable from the Internet".
    pub scoring: Vec<String>,
    /// Controls that were counted.
    pub credits: Vec<Credit>,
    /// Ids of countermeasures in the report's table, most important first.
    pub countermeasures: Vec<String>,
    /// Pointers into public registries.
    pub references: Vec<Reference>,
    /// Rules that would have said much the same of the same element.
    pub related: Vec<String>,
    /// What people decided.
    pub triage: Triage,
    /// What changed since the last table.
    pub change: Change,
}

/// The longest key that is written as it is; a longer one is cut and told apart by a hash.
const LONGEST_KEY: usize = 400;

impl Threat {
    /// The id as it stands in tables, where decisions hang on it: without control characters and surrounding
    /// spaces, and short enough for every format.
    #[must_use]
    pub fn key(&self) -> String {
        let plain: String = self
            .id
            .trim()
            .chars()
            .map(|c| if c.is_control() || c == '\u{FFFE}' || c == '\u{FFFF}' { '\u{FFFD}' } else { c })
            .collect();
        if plain.len() <= LONGEST_KEY {
            return plain;
        }
        let hash: String = Sha256::digest(plain.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let head: String = plain.chars().take(LONGEST_KEY / 8).collect();
        format!("{head}~{hash}")
    }

    /// What the threat is about, by the names in its diagram; empty where it is about the diagram as a whole.
    #[must_use]
    pub fn subject<'d>(&self, diagram: &'d Diagram) -> Cow<'d, str> {
        if let Target::Boundary(index) = self.target
            && let Some(boundary) = diagram.boundaries.get(index.0)
        {
            return Cow::Borrowed(&boundary.label);
        }
        let mut labels = self.elements.iter().map(|i| diagram.elements.get(i.0).map_or("", |e| e.label.as_str()));
        let first = labels.next().unwrap_or_default();
        labels.fold(Cow::Borrowed(first), |all, label| Cow::Owned(format!("{all}, {label}")))
    }

    /// Likelihood times impact, 1 to 25.
    #[must_use]
    pub fn score(&self) -> u8 {
        self.likelihood * self.impact
    }

    /// The likelihood that counts: a person's assessment, else the tool's.
    #[must_use]
    pub fn effective_likelihood(&self) -> u8 {
        self.triage.likelihood.unwrap_or(self.likelihood)
    }

    /// The impact that counts: a person's assessment, else the tool's.
    #[must_use]
    pub fn effective_impact(&self) -> u8 {
        self.triage.impact.unwrap_or(self.impact)
    }

    /// The score that counts: a person's assessment, else the tool's; 1 to 25.
    #[must_use]
    pub fn effective_score(&self) -> u8 {
        self.effective_likelihood().saturating_mul(self.effective_impact())
    }

    /// The severity that counts: from a person's assessment or thresholds where there are some, else the tool's.
    #[must_use]
    pub fn effective_severity(&self) -> Severity {
        if let Some(severity) = self.triage.severity {
            severity
        } else if self.triage.likelihood.is_none() && self.triage.impact.is_none() {
            self.severity
        } else {
            Severity::of_score(self.effective_score())
        }
    }

    /// The status that counts: a person's decision, else the tool's.
    #[must_use]
    pub fn effective_status(&self) -> Status {
        self.triage.status.unwrap_or(self.status)
    }
}

/// A threat that the diagram's author recorded in the file, in Threat Dragon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedThreat {
    /// Its own id in the file, or one made from the cell's id and its position.
    pub id: String,
    /// The cell that it is recorded on.
    pub target: Target,
    /// Its title as written.
    pub title: String,
    /// Its category as written.
    pub category: String,
    /// Its STRIDE category, where the written one is one in any language.
    pub stride: Option<Stride>,
    /// Its status as written, read as ours.
    pub status: Status,
    /// Its severity as written, where it is one of ours.
    pub severity: Option<Severity>,
    /// Its description as written.
    pub description: String,
    /// Its mitigation as written.
    pub mitigation: String,
}
