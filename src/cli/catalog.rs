//! `threatsheet catalog`: the rules listed, explained and checked.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use super::{
    Outcome,
    args::{CatalogArguments, CatalogCommand, CatalogListArguments},
    console::count,
    load, outputs, to_stdout,
};
use crate::{
    catalog::{Catalog, LambdaVector, Rule, Seed, did_you_mean, seeds},
    export::{self, Listing},
    infer,
    model::Effect,
};

/// Does what the arguments ask of the catalogue.
pub(super) fn run(arguments: &CatalogArguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        CatalogCommand::List(arguments) => list(arguments),
        CatalogCommand::Explain { id, catalogs } => explain(id, &load::catalog(catalogs)?),
        CatalogCommand::Check { folders } => check(&load::catalog(folders)?),
    }
}

fn list(arguments: &CatalogListArguments) -> anyhow::Result<Outcome> {
    let catalog = load::catalog(&arguments.catalogs)?;
    let listing = if arguments.lambda {
        lambda_vectors(&catalog)
    } else if arguments.seeds {
        named_threats(&catalog)
    } else {
        rules(&catalog)
    };
    let Some(path) = &arguments.output else { return to_stdout(export::listing_text(&listing).as_bytes()) };
    let format = outputs::format_of(path)
        .with_context(|| format!("{}: give a file name that ends in .xlsx or .csv", path.display()))?;
    let mut table = Vec::new();
    export::write_listing(&listing, format, &mut table)?;
    outputs::write_whole(path, &table).map(|()| Outcome::Done)
}

/// The rules, a row each.
fn rules(catalog: &Catalog) -> Listing {
    let row =
        |rule: &Rule| vec![rule.id.clone(), rule.stride.title().to_owned(), rule.tier.to_string(), rule.title.clone()];
    Listing {
        title: "Rules".to_owned(),
        heads: vec!["ID".into(), "STRIDE".into(), "Tier".into(), "Threat".into()],
        rows: catalog.rules().rules().iter().map(row).collect(),
    }
}

/// The threats that the founding documents name, with the rules that find them.
fn named_threats(catalog: &Catalog) -> Listing {
    let row = |seed: Seed| {
        let found_by: Vec<&str> = catalog
            .rules()
            .rules()
            .iter()
            .filter(|rule| rule.seeds.contains(&seed.id))
            .map(|rule| rule.id.as_str())
            .collect();
        let filed = seed.filed_as.map_or("", crate::model::Stride::title);
        vec![seed.id, seed.title, filed.to_owned(), seed.stride.title().to_owned(), found_by.join(", ")]
    };
    Listing {
        title: "Serverless threats".to_owned(),
        heads: vec!["ID".into(), "Threat".into(), "As in the article".into(), "STRIDE".into(), "Found by".into()],
        rows: seeds().into_iter().map(row).collect(),
    }
}

/// The threat vectors against Lambda with their countermeasures.
fn lambda_vectors(catalog: &Catalog) -> Listing {
    let measures = |ids: &[String]| {
        let found = ids.iter().filter_map(|id| catalog.rules().countermeasure(id));
        found.map(|c| format!("{}: {}", c.title, c.how)).collect::<Vec<_>>().join("\n")
    };
    let row = |v: &LambdaVector| {
        vec![
            v.id.clone(),
            v.stride.title().to_owned(),
            v.severity.title().to_owned(),
            v.vector.clone(),
            v.entry_point.clone(),
            v.how.clone(),
            measures(&v.countermeasures),
            v.owasp_serverless.join(", "),
            v.csa.join(", "),
            v.references.join(", "),
            v.rules.join(", "),
        ]
    };
    let heads = [
        "ID",
        "STRIDE",
        "Severity",
        "Threat vector",
        "Entry point",
        "How it works",
        "Countermeasures",
        "OWASP Serverless Top 10",
        "CSA",
        "References",
        "Rules",
    ];
    Listing {
        title: "Lambda threat vectors".to_owned(),
        heads: heads.map(str::to_owned).to_vec(),
        rows: catalog.lambda_vectors().iter().map(row).collect(),
    }
}

/// Prints one rule as a page.
fn explain(id: &str, catalog: &Catalog) -> anyhow::Result<Outcome> {
    let Some(rule) = catalog.rules().rule(id) else {
        let ids = catalog.rules().rules().iter().map(|rule| rule.id.as_str());
        let near = did_you_mean(&id.to_ascii_uppercase(), ids).map(|near| format!("; {near}")).unwrap_or_default();
        bail!("there is no rule `{id}`{near}; threatsheet catalog list shows them all");
    };
    to_stdout(page(rule, catalog).as_bytes())
}

fn page(rule: &Rule, catalog: &Catalog) -> String {
    let mut page = String::new();
    let mut section = |title: &str, text: &str| {
        if !text.is_empty() {
            let _ = write!(page, "{title}\n  {}\n\n", text.trim().replace('\n', "\n  "));
        }
    };
    section(
        &format!("{}  {}", rule.id, rule.title),
        &format!(
            "{} · tier {} · likelihood {}, impact {} · on {}",
            rule.stride.title(),
            rule.tier,
            rule.likelihood,
            rule.impact,
            rule.on
        ),
    );
    section("What happens", &rule.description);
    section("Raised when", &rule.when_text);
    section("Why these bases", &rule.rationale);
    section("Assumes", &rule.assumes);
    section("What would change it", &rule.change);
    let controls: Vec<String> = rule
        .mitigated_by
        .iter()
        .filter_map(|(control, effect)| Some((catalog.controls().get(*control)?, effect)))
        .map(|(control, effect)| format!("{} ({}) {}", control.name, control.key, effect_words(*effect)))
        .collect();
    section("Controls that count", &controls.join("\n"));
    let measures: Vec<String> = rule
        .countermeasures
        .iter()
        .filter_map(|id| catalog.rules().countermeasure(id))
        .map(|c| format!("{}\n  {}\n  Verify: {}", c.title, c.how, c.verify))
        .collect();
    section("Countermeasures", &measures.join("\n"));
    let references: Vec<String> = rule
        .references
        .iter()
        .map(|r| r.url.as_ref().map_or_else(|| r.id.clone(), |url| format!("{}  {url}", r.id)))
        .collect();
    section("References", &references.join("\n"));
    section("Answers", &rule.seeds.join(", "));
    for example in &rule.examples {
        section(&format!("Example: {}", example.expect), &example.diagram);
    }
    section("Written in", &format!("{}, line {}", rule.file, rule.line));
    page
}

fn effect_words(effect: Effect) -> &'static str {
    match effect {
        Effect::Note => "is noted and changes nothing",
        Effect::Lowers => "lowers the likelihood by one",
        Effect::Closes => "closes the threat, to be verified",
    }
}

/// Runs every example of every rule.
fn check(catalog: &Catalog) -> anyhow::Result<Outcome> {
    let failures = infer::check_examples(catalog);
    let book = catalog.rules();
    let examples = book.rules().iter().map(|rule| rule.examples.len()).sum();
    let mut text = String::new();
    for failure in &failures {
        let _ = writeln!(text, "{failure}");
    }
    let _ = writeln!(
        text,
        "{}, {}, {}, {}, {}: {}",
        count(book.rules().len(), "rule", "rules"),
        count(examples, "example", "examples"),
        count(book.countermeasures().len(), "countermeasure", "countermeasures"),
        count(catalog.services().len(), "service", "services"),
        count(catalog.controls().len(), "control", "controls"),
        if failures.is_empty() {
            "all as expected".to_owned()
        } else {
            count(failures.len(), "example is not as expected", "examples are not as expected")
        }
    );
    to_stdout(text.as_bytes())?;
    Ok(if failures.is_empty() { Outcome::Done } else { Outcome::Failed })
}
