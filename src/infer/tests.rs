//! What inference does on small diagrams, seen from outside.

use super::{
    Detail, InferOptions,
    evaluate::Evaluator,
    infer,
    scene::{Focus, Scene},
};
use crate::{
    catalog::{
        Catalog, Vocabulary,
        condition::{self, Subject},
        notation,
    },
    model::{Container, Document, Format, Source, Status, Stride, Target, Threat, Truth},
};

fn truth(diagram: &str, on: &str, text: &str) -> Truth {
    let catalog = Catalog::builtin();
    let diagram = notation::read(diagram, &catalog).expect("a diagram");
    let element = diagram.elements.iter().position(|e| e.id == on);
    let flow = diagram.flows.iter().position(|f| f.id == on);
    let (focus, subject) = match (element, flow) {
        (Some(e), _) => (Focus::Element(e), Subject::Element),
        (_, Some(f)) => (Focus::Flow(f, false), Subject::Flow),
        _ => (Focus::Diagram, Subject::Diagram),
    };
    let tree = condition::parse(text).expect("a condition");
    let checked = condition::check(&tree, subject, &Vocabulary::new(&catalog)).expect("known words");
    let scene = Scene::new(&diagram, &catalog);
    Evaluator::new(&scene).truth(&checked, focus)
}

fn threats_of(text: &str) -> Vec<Threat> {
    threats_in(text, Detail::Full)
}

fn threats_in(text: &str, detail: Detail) -> Vec<Threat> {
    let catalog = Catalog::builtin();
    let diagram = notation::read(text, &catalog).expect("a diagram");
    let source = Source { path: "-".into(), format: Format::Drawio, container: Container::Xml, sha256: String::new() };
    let document = Document { source, title: None, diagrams: vec![diagram], notices: Vec::new() };
    infer(vec![document], &catalog, &InferOptions { detail, checklists: false }).threats
}

#[test]
fn paths_look_through_elements_that_only_hand_on() {
    let d =
        "u[Customer]:::user --> lb:::elb-alb --> app:::ecs --> p:::rds-proxy --> db:::rds; db --> app2:::lambda --> db";
    for (on, condition, expected) in [
        ("app", "entry and exposed and some client is external", Truth::Yes),
        ("app", "some caller is external", Truth::No),
        ("app", "some backend is rds and no callee is rds", Truth::Yes),
        ("db", "entry", Truth::No),
        ("db", "distance = 1 and reachable", Truth::Yes),
        ("db", "cyclic and some upstream is external", Truth::Yes),
        ("app", "cyclic", Truth::No),
        ("u", "every downstream not is external", Truth::Yes),
        ("app2", "at least 2 neighbour is rds", Truth::No),
        ("p->db", "climbs and source some caller is ecs", Truth::Yes),
    ] {
        assert_eq!(truth(d, on, condition), expected, "{on}: {condition}");
    }
}

#[test]
fn what_a_diagram_does_not_say_is_unknown() {
    let d = "a:::lambda -->|https| b:::process; a --> c:::process; a -->|http| e:::process\n%% @a->c encrypted=no\n%% @a controls=waf,!mfa";
    for (on, condition, expected) in [
        ("a->b", "encrypted", Truth::Yes),
        ("a->c", "encrypted", Truth::No),
        ("a->e", "encrypted or denies encrypted", Truth::Yes),
        ("a->b", "authenticated", Truth::Unknown),
        ("a->b", "states authenticated", Truth::No),
        ("a", "control waf", Truth::Yes),
        ("a", "control mfa", Truth::No),
        ("a", "control kms and is lambda", Truth::Unknown),
        ("a", "control kms or is lambda", Truth::Yes),
        ("a->b", "protocol http", Truth::No),
    ] {
        assert_eq!(truth(d, on, condition), expected, "{on}: {condition}");
    }
}

#[test]
fn an_entry_point_without_a_drawn_outsider_is_presumed() {
    assert_eq!(truth("api:::apigateway-rest --> fn:::lambda", "api", "exposed"), Truth::Unknown);
    assert_eq!(truth("api:::apigateway-rest --> fn:::lambda", "fn", "exposed"), Truth::No);
    assert_eq!(truth("u:::user; api:::apigateway-rest --> fn:::lambda", "api", "exposed"), Truth::Unknown);
    assert_eq!(truth("u:::user --> x:::lambda; api:::apigateway-rest --> fn:::lambda", "api", "exposed"), Truth::No);
}

#[test]
fn a_path_control_covers_what_every_way_passes() {
    let one = "u:::user --> w:::waf --> api:::apigateway-rest --> fn:::lambda";
    let two = "u:::user --> w:::waf --> api:::apigateway-rest --> fn:::lambda; u --> fn";
    assert_eq!(truth(one, "fn", "control waf"), Truth::Yes);
    assert_eq!(truth(two, "fn", "control waf"), Truth::Unknown, "there is a way around");
    assert_eq!(
        truth("u:::user --> api:::apigateway-rest; w:::waf", "api", "control waf"),
        Truth::Unknown,
        "not attached"
    );
}

#[test]
fn a_program_named_after_a_control_is_none() {
    for (d, expected) in [
        ("f[CloudTrail inspector]:::lambda --> q:::sqs", Truth::Unknown),
        ("f[CloudTrail logs]:::s3 --> q:::sqs", Truth::Yes),
        ("f[Malware scan]:::lambda --> q:::sqs", Truth::Unknown),
    ] {
        assert_eq!(truth(d, "q", "diagram control audit-log"), expected, "{d}");
    }
    assert_eq!(truth("f[Malware scan]:::lambda --> q:::sqs", "q", "control malware-scan"), Truth::Yes);
}

#[test]
fn a_private_subnet_gives_no_credit_to_what_does_not_live_there() {
    let d = "subgraph n [Net]; b:::s3; db:::rds; end; class n private-subnet";
    assert_eq!(truth(d, "db", "control private-subnet"), Truth::Yes);
    assert_eq!(truth(d, "b", "control private-subnet"), Truth::Unknown);
    assert_eq!(truth(d, "b", "misplaced"), Truth::Yes);
}

#[test]
fn out_of_scope_is_not_applicable_and_still_a_source() {
    let found =
        threats_of("u[Customer]:::user --> api[API]:::apigateway-rest --> fn[Orders]:::lambda\n%% @api scope=out");
    let on = |id: &str| found.iter().filter(|t| t.id.ends_with(&format!("@{id}"))).collect::<Vec<_>>();
    assert!(!on("api").is_empty() && on("api").iter().all(|t| t.status == Status::NotApplicable));
    assert!(found.iter().any(|t| t.status == Status::Open && t.target != Target::Diagram), "the function is in scope");
}

#[test]
fn a_diagram_of_no_cloud_has_threats_and_not_six_a_box() {
    let d = "subgraph lan [Our network]; app[Booking]:::process --> db[(Bookings)]; end; class lan trust-boundary
             visitor[Visitor]:::external --> app; app --> mail[Mail provider]:::external";
    let found = threats_of(d);
    assert!((2..=16).contains(&found.len()), "{}: {:?}", found.len(), found.iter().map(|t| &t.id).collect::<Vec<_>>());
    assert!(found.iter().any(|t| t.stride == Stride::Spoofing || t.stride == Stride::Tampering));
}

#[test]
fn every_row_explains_itself() {
    for t in
        threats_of("u[Customer]:::user --> api[API]:::apigateway-rest --> fn[Orders]:::lambda --> db[(Orders)]:::rds")
    {
        assert!(!t.evidence.is_empty() && !t.scoring.is_empty() && !t.title.is_empty(), "{}", t.id);
        assert!(!t.title.contains('{') && !t.description.contains("{element}"), "{}: {}", t.id, t.title);
        assert!((1..=5).contains(&t.likelihood) && (1..=5).contains(&t.impact));
    }
}

#[test]
fn a_long_chain_and_a_star_end() {
    let chain: String = (0..400).map(|i| format!("n{i}:::process --> n{}:::process\n", i + 1)).collect();
    let star: String = (0..400).map(|i| format!("n{i}:::lambda --> hub:::dynamodb\n")).collect();
    assert!(threats_of(&chain).len() < 400);
    assert!(threats_of(&star).len() < 400);
}

#[test]
fn pages_are_loaded_by_a_browser_that_then_calls() {
    let d = "u[Customer]:::user --> cdn:::cloudfront --> b[Site]:::s3 --> api:::apigateway-rest --> fn:::lambda --> db:::s3 --> q:::sqs";
    for (on, condition, expected) in [
        ("api", "exposed and some client is user", Truth::Yes),
        ("fn", "distance = 1", Truth::Yes),
        ("q", "reachable and not exposed", Truth::Yes),
    ] {
        assert_eq!(truth(d, on, condition), expected, "{on}: {condition}");
    }
    assert_eq!(truth("b:::s3 --> api:::apigateway-rest; u:::user", "api", "exposed"), Truth::No, "nobody loads it");
}

#[test]
fn an_arrow_at_a_box_means_what_can_take_it_or_send_it() {
    let d = "u[Customer]:::user --> n; subgraph n [Net]; lb:::elb-alb --> app:::ec2 --> db:::rds; job:::lambda; \
             log:::cloudwatch; end; class n vpc; n --> far:::dynamodb; subgraph c [Channels]; web:::browser; \
             phone:::mobile-client; end; c --> cdn:::cloudfront";
    for (on, condition, expected) in [
        ("lb", "exposed", Truth::Yes),
        ("app", "exposed", Truth::Yes),
        ("db", "exposed", Truth::No),
        ("job", "reachable", Truth::No),
        ("far", "some caller is lambda", Truth::Yes),
        ("far", "some caller is elb-alb", Truth::No),
        ("cdn", "exposed and some caller is mobile-client", Truth::Yes),
    ] {
        assert_eq!(truth(d, on, condition), expected, "{on}: {condition}");
    }
}

#[test]
fn behind_private_access_there_are_users_but_no_internet() {
    let d = "u[Anyone]:::user --> vpn:::client-vpn --> eni:::eni --> api:::apigateway-rest --> fn:::lambda";
    for (on, condition, expected) in
        [("vpn", "exposed", Truth::Yes), ("api", "entry", Truth::Yes), ("api", "exposed", Truth::No)]
    {
        assert_eq!(truth(d, on, condition), expected, "{on}: {condition}");
    }
    let likelihood = |text: &str| {
        let found = threats_of(text);
        found.iter().find(|t| t.rule == "APIGW-001").map(|t| t.likelihood)
    };
    assert!(likelihood(d) < likelihood("u[Anyone]:::user --> api:::apigateway-rest --> fn:::lambda"));
}

#[test]
fn what_a_control_answers_elsewhere_is_said_on_the_open_row() {
    let found = threats_of(
        "u[Customer]:::user --> api[Orders API]:::apigateway-rest --> fn:::lambda; u --> slow[Stock API]:::apigateway-rest --> fn
         %% @slow controls=throttling",
    );
    let row = found.iter().find(|t| t.rule == "APIGW-005").expect("no rate limit is drawn on one of the two");
    assert_eq!((row.status, row.elements.len()), (Status::Open, 1));
    assert!(row.evidence.iter().any(|e| e.contains("Left out") && e.contains("Stock API")), "{:?}", row.evidence);
}

#[test]
fn what_is_not_shown_silences_nothing() {
    let rules = |detail| {
        let found = threats_in("b[Shop browser]:::browser --> api[B2B API]:::generic-api --> s[(Orders)]", detail);
        found.iter().filter(|t| t.stride == Stride::Tampering).map(|t| t.rule.clone()).collect::<Vec<_>>()
    };
    assert!(rules(Detail::Focus).contains(&"GEN-T1".to_owned()), "{:?}", rules(Detail::Focus));
    assert!(!rules(Detail::Standard).contains(&"GEN-T1".to_owned()), "a rule about APIs says it better");
}
