//! What the built-in catalogue recognises.

use std::sync::LazyLock;

use threatsheet::{
    catalog::{Catalog, Look, Meaning},
    model::{Basis, BoundaryType, ElementKind},
};

static BUILTIN: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);

const EXTERNAL: ElementKind = ElementKind::ExternalEntity;
const PROCESS: ElementKind = ElementKind::Process;
const STORE: ElementKind = ElementKind::DataStore;

/// The kind and the service of what is seen, as text; `-` where nothing tells.
fn seen(look: &Look<'_>) -> String {
    match BUILTIN.recognise(look).map(|r| r.meaning) {
        Some(Meaning::Element { kind, service }) => format!("{kind} {}", service.unwrap_or_default()).trim().to_owned(),
        Some(Meaning::Boundary(kind)) => format!("boundary {kind}"),
        Some(Meaning::Decoration) => "decoration".to_owned(),
        None => "-".to_owned(),
    }
}

fn labelled(label: &str) -> String {
    seen(&Look { label, ..Look::default() })
}

fn drawn(shape: &str, label: &str) -> String {
    seen(&Look { shapes: &[shape], label, ..Look::default() })
}

#[test]
fn icons_of_every_age_mean_their_service() {
    for (shape, means) in [
        ("mxgraph.aws4.lambda", "process lambda"),
        ("mxgraph.aws4.lambda_function", "process lambda"),
        ("mxgraph.aws3.lambda_function_2", "process lambda"),
        ("mxgraph.aws2.database.dynamodb_table", "data_store dynamodb"),
        ("mxgraph.aws3d.s3Bucket", "data_store s3"),
        ("mxgraph.aws4.elasticsearch_service", "data_store opensearch"),
        ("mxgraph.aws4.archive", "data_store s3-glacier"),
        ("mxgraph.aws4.user", "external_entity user"),
        ("mxgraph.aws4.group_vpc2", "boundary vpc"),
        ("mxgraph.aws3d.arrowNE", "decoration"),
        ("mxgraph.kubernetes.pod", "process generic-container"),
        ("img/lib/azure2/databases/Azure_Cosmos_DB.svg", "data_store generic-nosql"),
        ("mxgraph.networks.pc", "external_entity browser"),
    ] {
        assert_eq!(drawn(shape, ""), means, "{shape}");
    }
}

#[test]
fn the_glyph_counts_and_its_host_does_not() {
    let shapes = ["mxgraph.aws4.sqs", "mxgraph.aws4.resourceIcon"];
    assert_eq!(seen(&Look { shapes: &shapes, ..Look::default() }), "data_store sqs");
    let shapes = ["pod", "mxgraph.kubernetes.icon2"];
    assert_eq!(seen(&Look { shapes: &shapes, ..Look::default() }), "process generic-container");
}

#[test]
fn a_label_that_is_another_services_name_wins_over_the_icon() {
    assert_eq!(drawn("mxgraph.aws4.s3", "Amazon Bedrock"), "process bedrock");
    assert_eq!(drawn("mxgraph.aws4.ec2", "DynamoDB table 2"), "data_store dynamodb");
    for label in
        ["Lambda to S3 copier", "S3 copier", "Query Athena", "API", "users table", "Orders database", "Write to SQS"]
    {
        assert_eq!(drawn("mxgraph.aws4.lambda", label), "process lambda", "{label}");
    }
}

#[test]
fn a_label_narrows_an_icon_down() {
    for (shape, label, means) in [
        ("mxgraph.aws4.api_gateway", "", "process apigateway-rest"),
        ("mxgraph.aws4.api_gateway", "Orders HTTP API", "process apigateway-http"),
        ("mxgraph.aws4.api_gateway", "Chat (WebSocket)", "process apigateway-websocket"),
        ("mxgraph.aws4.elastic_load_balancing", "", "process elb-alb"),
        ("mxgraph.aws4.elastic_load_balancing", "Internal NLB", "process elb-nlb"),
        ("mxgraph.aws4.rds", "Aurora Serverless v2", "data_store aurora-serverless"),
        ("mxgraph.aws4.ecs", "Fargate service", "process fargate"),
        ("mxgraph.aws4.user", "Administrators", "external_entity internal-user"),
    ] {
        assert_eq!(drawn(shape, label), means, "{shape} {label}");
    }
}

#[test]
fn plain_boxes_are_known_by_their_labels() {
    for (label, means) in [
        ("Orders DB (Aurora)", "data_store aurora"),
        ("Bedrock", "process bedrock"),
        ("API Gateway (REST)", "process apigateway-rest"),
        ("API Gateway (HTTP)", "process apigateway-http"),
        ("AWS Lambda", "process lambda"),
        ("Lambda to S3 copier", "process lambda"),
        ("Payment Lambda", "process lambda"),
        ("s3 bucket", "data_store s3"),
        ("OrdersQueue", "data_store generic-queue"),
        ("Postgres", "data_store generic-database"),
        ("Redis", "data_store generic-cache"),
        ("Kafka", "data_store generic-stream"),
        ("Stripe", "external_entity third-party"),
        ("Auth0", "external_entity external-idp"),
        ("GitHub Actions", "process generic-ci"),
        ("GitHub", "external_entity source-hosting"),
        ("GitHub API", "external_entity source-hosting"),
        ("GitHub repository", "data_store generic-source-repository"),
        ("Customer", "external_entity user"),
        ("User Untrusted client", "external_entity user"),
        ("Users API", "process generic-api"),
        ("User Database", "data_store generic-database"),
        ("Mobile App", "external_entity mobile-client"),
        ("Admin", "external_entity internal-user"),
        ("Browser", "external_entity browser"),
        ("ユーザー", "external_entity user"),
        ("商品データベース", "data_store generic-database"),
        ("Base de datos MySQL", "data_store generic-database"),
        ("Load balancer", "process generic-load-balancer"),
        ("Stripe API", "external_entity third-party"),
        ("8) MediaConvert", "process elemental-mediaconvert"),
        ("Base de données", "data_store generic-database"),
        ("Benutzer", "external_entity user"),
        ("Användare", "external_entity user"),
        ("Baza danych", "data_store generic-database"),
    ] {
        assert_eq!(labelled(label), means, "{label}");
    }
}

#[test]
fn words_inside_of_other_words_and_sentences_tell_nothing() {
    for label in [
        "Output Scanner",
        "gw",
        "go",
        "config",
        "Ses amis",
        "Upload file to S3",
        "Batch",
        "Step 1",
        "",
        "API Manager",
        "{user}/phone",
        "GET /users/1",
        "GlueJobRole",
        "Customer?",
        "Validate event & customer",
        "Enter Credentials",
        "Communication Hub",
        "Middleware Configuration",
        "→",
        "1",
    ] {
        let seen = labelled(label);
        assert!(seen == "-" || seen.starts_with("data_store generic-store"), "{label}: {seen}");
    }
}

#[test]
fn a_drawn_form_settles_the_kind_but_not_a_service_that_does_not_fit() {
    let form = |label, form| seen(&Look { label, form: Some(form), ..Look::default() });
    assert_eq!(form("Users", STORE), "data_store");
    assert_eq!(form("Browser", PROCESS), "process");
    assert_eq!(form("Redis", STORE), "data_store generic-cache");
    assert_eq!(form("Amazon Cognito", EXTERNAL), "external_entity cognito");
    assert_eq!(form("", EXTERNAL), "external_entity");
}

#[test]
fn what_the_file_states_wins() {
    let look = Look { stated_service: Some("Amazon SQS"), shapes: &["mxgraph.aws4.lambda"], ..Look::default() };
    assert_eq!(seen(&look), "data_store sqs");
    let look = Look { stated_kind: Some("External Entity"), label: "Orders DB", ..Look::default() };
    assert_eq!(seen(&look), "external_entity");
    let look = Look { stated_kind: Some("nonsense"), label: "Lambda", ..Look::default() };
    assert_eq!(seen(&look), "process lambda");
}

#[test]
fn pasted_pictures_are_known_by_the_names_they_carry() {
    let pasted = |image| seen(&Look { image: Some(image), ..Look::default() });
    for (image, means) in [
        ("Icon-Architecture/64/Arch_AWS-Lambda_64", "process lambda"),
        ("Icon-Resource/Storage/Res_48_Light/Res_Amazon-Simple-Storage-Service_Bucket_48_Light", "data_store s3"),
        ("https://example.org/icons/Arch_Amazon-API-Gateway_48.svg", "process apigateway-rest"),
        ("Amazon-DynamoDB.png", "data_store dynamodb"),
        ("img/lib/azure2/identity/Users.svg", "external_entity user"),
        ("holiday.png", "-"),
    ] {
        assert_eq!(pasted(image), means, "{image}");
    }
}

#[test]
fn keys_that_do_not_exist_are_known_by_what_they_resemble() {
    let catalog = &*BUILTIN;
    for (shape, service) in [
        ("mxgraph.aws4.cloud_hsm", "cloudhsm"),
        ("mxgraph.aws4.vpc_peering", "vpc-peering"),
        ("mxgraph.aws4.kubernetes_service", "generic-container"),
        ("mxgraph.aws4.lambda_3", "lambda"),
        ("mxgraph.aws4.amazon_bedrock", "bedrock"),
        ("mxgraph.aws5.dynamodb", "dynamodb"),
    ] {
        let known = catalog.recognise(&Look { shapes: &[shape], ..Look::default() }).expect(shape);
        assert_eq!(known.provenance.basis, Basis::Resemblance, "{shape}");
        assert!(
            matches!(&known.meaning, Meaning::Element { service: Some(s), .. } if s == service),
            "{shape}: {known:?}"
        );
    }
    assert_eq!(drawn("mxgraph.aws4.zzz", ""), "-");
    assert_eq!(drawn("ellipse", ""), "-");
}

#[test]
fn boxes_are_typed_by_label_then_colour_then_icon() {
    let catalog = &*BUILTIN;
    let typed = |label: &str, icon: Option<&str>, stroke: Option<&str>, fill: Option<&str>, dashed| {
        catalog.boundary_type(label, icon, stroke, fill, dashed).map(|(kind, _)| kind)
    };
    let subnet = Some("mxgraph.aws4.group_security_group");
    for (label, icon, stroke, fill, dashed, kind) in [
        ("VPC 10.0.0.0/16", None, None, None, false, BoundaryType::Vpc),
        ("Private subnet A", subnet, Some("#7AA116"), None, false, BoundaryType::PrivateSubnet),
        ("App subnet", subnet, Some("#00A4A6"), None, false, BoundaryType::PrivateSubnet),
        ("", subnet, Some("#7AA116"), Some("#F2F6E8"), false, BoundaryType::PublicSubnet),
        ("", subnet, Some("#123456"), None, false, BoundaryType::Subnet),
        ("", subnet, Some("#DD3522"), None, false, BoundaryType::SecurityGroup),
        ("", None, Some("#DD3522"), Some("none"), false, BoundaryType::SecurityGroup),
        ("", None, Some("#147EBA"), Some("none"), true, BoundaryType::AvailabilityZone),
        ("us-east-1a", None, None, None, true, BoundaryType::AvailabilityZone),
        ("Frankfurt (eu-central-1)", None, None, None, true, BoundaryType::Region),
        ("ap-southeast-2", None, None, None, true, BoundaryType::Region),
        ("AZ 1", None, None, None, true, BoundaryType::AvailabilityZone),
        ("AWS Account: payments", None, None, None, false, BoundaryType::AwsAccount),
        ("Production account", None, None, None, false, BoundaryType::AwsAccount),
        ("Workload", Some("mxgraph.aws4.group_account"), None, None, false, BoundaryType::AwsAccount),
        ("AWS Cloud", None, None, None, false, BoundaryType::AwsCloud),
        ("Amazon ECS cluster", None, None, None, false, BoundaryType::Service),
        ("EKS", None, None, None, false, BoundaryType::Service),
        ("Corporate data center", None, None, None, false, BoundaryType::OnPremises),
        ("Users' LAN", None, None, None, false, BoundaryType::OnPremises),
        ("Client Trust Boundary", None, None, None, true, BoundaryType::TrustBoundary),
        ("Internet", None, None, None, true, BoundaryType::Internet),
        ("Partner", None, None, None, true, BoundaryType::ThirdParty),
        ("Auto Scaling group", None, None, None, true, BoundaryType::AutoScalingGroup),
    ] {
        assert_eq!(typed(label, icon, stroke, fill, dashed), Some(kind), "{label} {icon:?} {stroke:?}");
    }
    assert_eq!(typed("MicroApps", None, Some("#147EBA"), Some("none"), true), None);
    for label in ["Account Service", "Step 1", "Frontend", "Partner API", "", "Data Ingestion Pipeline"] {
        assert_eq!(typed(label, None, Some("#999999"), None, false), None, "{label}");
    }
}

/// A folder of one's own with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    dir
}

#[test]
fn a_folder_of_ones_own_adds_replaces_and_disables() {
    let dir = folder(&[(
        "team/own.toml",
        r#"
disable = ["textract", "mxgraph.aws4.lambda"]

[[service]]
key = "ledger"
name = "Ledger"
kind = "data_store"
rank = 8
placement = "on-prem"
labels = ["Ledger", "Hauptbuch"]

[[service]]
key = "polly"
name = "Parrot"
kind = "process"
rank = 5
placement = "regional"
labels = ["Parrot"]

[[shape]]
key = "mxgraph.own.ledger"
means = "service:ledger"

[groups]
books = ["ledger"]
"#,
    )]);
    let catalog = Catalog::load(&[dir.path().to_owned()]).expect("the folder is right");
    let service = |look: &Look<'_>| match catalog.recognise(look).map(|r| r.meaning) {
        Some(Meaning::Element { service, .. }) => service,
        _ => None,
    };
    let label = |label| service(&Look { label, ..Look::default() });
    let shape = |key: &str| service(&Look { shapes: &[key], ..Look::default() });
    assert_eq!(label("Hauptbuch").as_deref(), Some("ledger"));
    assert_eq!(shape("mxgraph.own.ledger").as_deref(), Some("ledger"));
    assert_eq!(label("Parrot").as_deref(), Some("polly"));
    assert_eq!(label("Polly"), None);
    assert_eq!(label("Textract"), None);
    assert_eq!(shape("mxgraph.aws4.textract"), None);
    assert_eq!(shape("mxgraph.aws4.s3").as_deref(), Some("s3"));
    assert!(catalog.is_a("ledger", "books"));
}

#[test]
fn mistakes_in_a_folder_of_ones_own_are_shown_with_their_place() {
    let dir = folder(&[
        ("a.toml", "[groups]\nmine = [\"lambda\", \"lamda\"]\n"),
        ("b.toml", "[[shape]]\nkey = \"x.y\"\nmeans = \"servce:lambda\"\n"),
        ("c.toml", "[[service]]\nkey = \"x\"\nnmae = \"X\"\n"),
        ("d.toml", "disable = [\"APIGW-999x\"]\n"),
        ("not-toml.txt", "[[[["),
    ]);
    let mistakes = Catalog::load(&[dir.path().to_owned()]).expect_err("four files are wrong").problems;
    let told: Vec<_> = mistakes.iter().map(|p| (p.line, p.column, p.message.as_str())).collect();
    assert_eq!(told.len(), 4, "{told:?}");
    for mistake in [(2, 20, "`lamda` is no service"), (3, 10, "`servce:lambda` is no meaning of a shape")] {
        assert!(told.contains(&mistake), "{mistake:?} in {told:?}");
    }
    let text = mistakes.iter().map(ToString::to_string).collect::<String>();
    assert!(text.contains("did you mean `lambda`?") && text.contains("did you mean `name`?"), "{text}");
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let missing = std::path::PathBuf::from("no/such/folder");
    let error = Catalog::load(&[missing]).expect_err("it is not there").to_string();
    assert!(error.contains("cannot be read"), "{error}");
}
