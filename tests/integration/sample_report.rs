//! Reports built by hand, for tests of what is written and read back.

use std::collections::BTreeMap;

use threatsheet::model::{
    Basis, BoundaryIndex, BoundaryType, Change, Confidence, Container, Countermeasure, Coverage, Credit, DataFlow,
    Diagram, Direction, Document, Effect, Element, ElementIndex, ElementKind, End, FlowIndex, Format, Notice,
    NoticeLevel, Origin, Outline, Page, Provenance, Rect, Reference, SeenControl, Severity, Source, Stated, Status,
    Stride, Target, Threat, ThreatReport, Tier, Triage, TrustBoundary,
};

/// An element; every text that a diagram's author chooses is `label` or made from it.
pub(crate) fn element(
    id: &str,
    label: &str,
    kind: ElementKind,
    service: Option<(&str, &str)>,
    boundaries: &[usize],
) -> Element {
    Element {
        id: id.to_owned(),
        label: label.to_owned(),
        kind,
        service: service.map(|(key, _)| key.to_owned()),
        service_name: service.map(|(_, name)| name.to_owned()),
        shape: Some("mxgraph.aws4.resourceIcon".to_owned()),
        boundaries: boundaries.iter().copied().map(BoundaryIndex).collect(),
        tags: vec![label.to_owned()],
        properties: BTreeMap::from([("note".to_owned(), label.to_owned())]),
        stated: Stated { description: Some(label.to_owned()), protocol: Some(label.to_owned()), ..Stated::default() },
        provenance: Provenance { basis: Basis::Shape, detail: label.to_owned() },
        place: Some(Rect { x: 0.0, y: 0.0, width: 78.0, height: 78.0 }),
    }
}

fn flow(id: &str, label: &str, source: usize, target: usize, crosses: &[usize]) -> DataFlow {
    DataFlow {
        id: id.to_owned(),
        label: label.to_owned(),
        source: End::Element(ElementIndex(source)),
        target: End::Element(ElementIndex(target)),
        direction: Direction::Forward,
        crosses: crosses.iter().copied().map(BoundaryIndex).collect(),
        snapped: false,
        tags: Vec::new(),
        properties: BTreeMap::new(),
        stated: Stated::default(),
        path: Vec::new(),
    }
}

fn boundary(id: &str, label: &str, kind: BoundaryType, parent: Option<usize>) -> TrustBoundary {
    TrustBoundary {
        id: id.to_owned(),
        label: label.to_owned(),
        kind,
        parent: parent.map(BoundaryIndex),
        tags: Vec::new(),
        properties: BTreeMap::new(),
        stated: Stated::default(),
        because: "label".to_owned(),
        place: Some(Outline::Box(Rect { x: 0.0, y: 0.0, width: 400.0, height: 300.0 })),
    }
}

/// A page with a customer, an API, a function and a table; `name` gives every label.
pub(crate) fn diagram(index: usize, name: &dyn Fn(&str) -> String) -> Diagram {
    use ElementKind::{DataStore, ExternalEntity, Process};
    Diagram {
        page: Page { index, id: format!("page-{index}"), name: name(&format!("Page {}", index + 1)) },
        elements: vec![
            element("user", &name("Customer"), ExternalEntity, None, &[]),
            element("api", &name("Orders API"), Process, Some(("apigateway-rest", "Amazon API Gateway")), &[0]),
            element("fn", &name("Place order"), Process, Some(("lambda", "AWS Lambda")), &[0, 1]),
            element("db", &name("Orders"), DataStore, Some(("dynamodb", "Amazon DynamoDB")), &[0]),
        ],
        flows: vec![
            flow("e1", &name("HTTPS"), 0, 1, &[0]),
            flow("e2", &name("invoke"), 1, 2, &[1]),
            flow("e3", &name("put item"), 2, 3, &[1]),
        ],
        boundaries: vec![
            boundary("aws", &name("AWS account"), BoundaryType::AwsAccount, None),
            boundary("vpc", &name("Production VPC"), BoundaryType::Vpc, Some(0)),
        ],
        recorded: Vec::new(),
        notices: vec![Notice::cell(NoticeLevel::Warning, "flow-unattached", "e9", name("An arrow ends nowhere."))],
        notes: vec![name("Orders, version 2")],
        coverage: Coverage { cells: 10, understood: 9 },
    }
}

/// A threat of rule `rule` to the element at `element`.
pub(crate) fn threat(
    rule: &str,
    diagram: &Diagram,
    page: usize,
    element: usize,
    name: &dyn Fn(&str) -> String,
) -> Threat {
    let (likelihood, impact) = (1 + (rule.len() + element) as u8 % 5, 1 + (element as u8 * 2 + rule.as_bytes()[0]) % 5);
    let id = &diagram.elements[element].id;
    Threat {
        id: if page == 0 { format!("{rule}@{id}") } else { format!("{rule}@page-{page}/{id}") },
        rule: rule.to_owned(),
        title: name(&format!("Unauthenticated callers reach {}", diagram.elements[element].label)),
        stride: Stride::ALL[(element + rule.len()) % 6],
        description: name("Anybody who knows the address calls the operation, because nothing asks who they are."),
        document: 0,
        page,
        target: Target::Element(ElementIndex(element)),
        elements: vec![ElementIndex(element)],
        path: vec![ElementIndex(0), ElementIndex(element)],
        crosses: vec![BoundaryIndex(0)],
        tier: Tier::Topology,
        likelihood,
        impact,
        inherent_likelihood: likelihood,
        severity: Severity::of_score(likelihood * impact),
        confidence: Confidence::Presumed,
        status: if rule.ends_with('9') { Status::Mitigated } else { Status::Open },
        origins: vec![Origin::Rule],
        evidence: vec![name("A flow from a customer reaches it."), name("No authoriser is drawn.")],
        assumption: name("The API is reachable from the Internet."),
        remedy_in_diagram: name("Draw Amazon Cognito, and the threat closes."),
        scoring: vec!["base 3".to_owned(), name("+1 directly reachable from the Internet")],
        credits: vec![Credit {
            control: "waf".to_owned(),
            name: name("Web application firewall"),
            effect: Effect::Lowers,
            evidence: name("AWS WAF stands before it."),
        }],
        countermeasures: vec!["apigw-authorizer".to_owned(), "apigw-throttling".to_owned()],
        references: vec![
            Reference { scheme: "CWE".to_owned(), id: "CWE-306".to_owned(), url: None },
            Reference { scheme: "CAPEC".to_owned(), id: "115".to_owned(), url: None },
        ],
        related: Vec::new(),
        triage: Triage::default(),
        change: Change::None,
    }
}

/// A report on one file of `pages` pages, with `rules` threats to every element; `name` gives every text.
pub(crate) fn report(pages: usize, rules: usize, name: &dyn Fn(&str) -> String) -> ThreatReport {
    let diagrams: Vec<Diagram> = (0..pages).map(|page| diagram(page, name)).collect();
    let mut threats = Vec::new();
    for (page, diagram) in diagrams.iter().enumerate() {
        for rule in 0..rules {
            for element in 0..diagram.elements.len() {
                threats.push(threat(&format!("APIGW-{rule:03}"), diagram, page, element, name));
            }
        }
        let mut about_flow = threat("NET-001", diagram, page, 1, name);
        about_flow.target = Target::Flow(FlowIndex(0));
        about_flow.id.push_str("@e1");
        threats.push(about_flow);
        let mut rolled_up = threat("OPS-001", diagram, page, 1, name);
        rolled_up.target = Target::Diagram;
        rolled_up.id = format!("OPS-001@page-{page}");
        rolled_up.elements = vec![ElementIndex(1), ElementIndex(2)];
        threats.push(rolled_up);
    }
    ThreatReport {
        title: name("Orders"),
        classification: name("Internal"),
        tool_version: "0.1.0".to_owned(),
        catalog_version: "1f2e3d4c".to_owned(),
        date: "2030-01-31".to_owned(),
        documents: vec![Document {
            source: Source {
                path: "orders.drawio".to_owned(),
                format: Format::Drawio,
                container: Container::Xml,
                sha256: "9".repeat(64),
            },
            title: None,
            diagrams,
            notices: Vec::new(),
        }],
        threats,
        countermeasures: ["apigw-authorizer", "apigw-throttling"]
            .map(|id| Countermeasure {
                id: id.to_owned(),
                title: name("Attach an authoriser to every route"),
                how: name("API Gateway, Authorizers."),
                verify: name("aws apigateway get-authorizers"),
            })
            .into(),
        controls: vec![SeenControl {
            document: 0,
            page: 0,
            control: "waf".to_owned(),
            name: name("Web application firewall"),
            evidence: name("AWS WAF stands before the API."),
            protects: vec![ElementIndex(1)],
        }],
        ..ThreatReport::default()
    }
}

/// [`report`] with plain texts.
pub(crate) fn plain(pages: usize, rules: usize) -> ThreatReport {
    report(pages, rules, &|text| text.to_owned())
}
