//! A payroll system from end to end: what must be said of it, what must not, and what drawn controls change.

use std::collections::BTreeSet;

use threatsheet::{
    catalog::{Catalog, notation},
    infer::{Detail, InferOptions, infer},
    model::{Container, Document, Format, Source, Status, Threat},
};

const PLAIN: &str = "
    customer[Customer]:::user --> cdn[CloudFront]:::cloudfront --> site[Web site]:::s3
    customer --> api[REST API]:::apigateway-rest --> pay[Payslip API]:::lambda --> slips[Payslips]:::dynamodb
    clerk[HR employee]:::internal-user --> api --> pool[Cognito]:::cognito
    pay --> queue[Outbound mail]:::sqs --> mailer[Mailer]:::lambda --> ses[SES]:::ses --> inbox[Mailbox]:::external
    customer -->|presigned upload| docs[Signed documents]:::s3 --> upload[Process upload]:::lambda --> slips
    subgraph vpc [VPC]
        subgraph inner [Private subnet]
            legacy[Legacy HR]:::rds
        end
    end
    class vpc vpc
    class inner private-subnet
";

const DIRECT: &str = "pay --> legacy";

const HARDENED: &str = "
    pay --> proxy[RDS Proxy]:::rds-proxy --> legacy
    pay --> secrets[Secrets Manager]:::secretsmanager
    waf[AWS WAF]:::waf --> api
    trail[CloudTrail]:::cloudtrail
";

fn threats(diagram: &str, detail: Detail) -> Vec<Threat> {
    let catalog = Catalog::builtin();
    let diagram = notation::read(diagram, &catalog).expect("the diagram is in the notation");
    let source =
        Source { path: "payroll".to_owned(), format: Format::Drawio, container: Container::Xml, sha256: String::new() };
    let document = Document { source, title: None, diagrams: vec![diagram], notices: Vec::new() };
    infer(vec![document], &catalog, &InferOptions { detail, checklists: false }).threats
}

fn plain(detail: Detail) -> Vec<Threat> {
    threats(&format!("{PLAIN}\n{DIRECT}"), detail)
}

fn hardened(detail: Detail) -> Vec<Threat> {
    threats(&format!("{PLAIN}\n{HARDENED}"), detail)
}

fn rules(threats: &[Threat], status: Status) -> BTreeSet<&str> {
    threats.iter().filter(|t| t.status == status).map(|t| t.rule.as_str()).collect()
}

#[test]
fn focus_tells_what_a_reviewer_fears_and_nothing_else() {
    let found = plain(Detail::Focus);
    let expected: BTreeSet<&str> = [
        "APIGW-002",
        "APIGW-003",
        "APIGW-005",
        "APIGW-006",
        "CDN-001",
        "LAMBDA-001",
        "LAMBDA-005",
        "LAMBDA-006",
        "LAMBDA-014",
        "LAMBDA-019",
        "MSG-001",
        "S3-002",
        "S3-004",
        "S3-005",
        "S3-010",
        "DB-001",
        "DB-002",
        "DB-003",
        "IDN-002",
        "LOG-001",
        "LOG-005",
        "LOG-007",
        "BACKUP-001",
    ]
    .into();
    assert_eq!(rules(&found, Status::Open), expected);
    assert_eq!(rules(&found, Status::Mitigated), BTreeSet::from(["APIGW-001"]), "Cognito is credited");
    let related = found.iter().find(|t| t.rule == "LOG-001").map(|t| t.related.clone()).unwrap_or_default();
    assert!(related.iter().any(|r| r == "LOG-002"), "no trail at all says more than a trail in the wrong place");
}

#[test]
fn even_in_full_some_things_are_not_said() {
    for threat in plain(Detail::Full) {
        let rule = threat.rule.as_str();
        let never = ["FLOW-001", "LAMBDA-004", "LAMBDA-007", "LAMBDA-010", "DB-004", "S3-001", "IDN-001"];
        assert!(!never.contains(&rule) && !rule.starts_with("GEN-"), "{}", threat.title);
        let encryption = matches!(rule, "DB-005" | "S3-014");
        assert!(!encryption || !threat.title.contains("Payslips"), "DynamoDB is always encrypted: {}", threat.title);
    }
}

#[test]
fn controls_drawn_answer_their_threats_and_no_others() {
    let (before, after) = (plain(Detail::Focus), hardened(Detail::Focus));
    let mitigated = rules(&after, Status::Mitigated);
    for rule in ["APIGW-001", "DB-003", "LAMBDA-005", "LOG-001"] {
        assert!(mitigated.contains(rule), "{rule} is answered by what is drawn");
    }
    let mut open = rules(&before, Status::Open);
    open.retain(|rule| !mitigated.contains(rule));
    open.insert("LOG-002");
    assert_eq!(rules(&after, Status::Open), open, "the trail lies in the workload's account; nothing else is new");
    let likelihood =
        |threats: &[Threat]| threats.iter().find(|t| t.rule == "APIGW-005").map(|t| t.likelihood).unwrap_or_default();
    assert!(likelihood(&after) < likelihood(&before), "the firewall makes a flood less likely");
}
