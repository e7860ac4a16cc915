//! Pointers into public registries: what scheme an id belongs to, and where it can be read.

use crate::model::Reference;

/// Reads an id as rules write it, such as `CWE-306` or `SAS-02`, or `Scheme:id` of a scheme that has no form of its own.
/// `None` where it is neither.
#[must_use]
pub(super) fn read(id: &str) -> Option<Reference> {
    let id = id.trim();
    let known = SCHEMES.iter().find_map(|scheme| {
        let rest = id.strip_prefix(scheme.prefix)?;
        (scheme.fits)(rest).then(|| Reference {
            scheme: scheme.name.to_owned(),
            id: id.strip_prefix(scheme.cut).unwrap_or(id).to_owned(),
            url: (scheme.url)(rest),
        })
    });
    known.or_else(|| {
        let (scheme, rest) = id.split_once(':').filter(|(s, r)| s.len() > 1 && !r.trim().is_empty())?;
        Some(Reference { scheme: scheme.trim().to_owned(), id: rest.trim().to_owned(), url: None })
    })
}

struct Scheme {
    prefix: &'static str,
    /// What is left out of the id as shown.
    cut: &'static str,
    name: &'static str,
    fits: fn(&str) -> bool,
    url: fn(&str) -> Option<String>,
}

const fn scheme(
    prefix: &'static str,
    name: &'static str,
    fits: fn(&str) -> bool,
    url: fn(&str) -> Option<String>,
) -> Scheme {
    Scheme { prefix, cut: "\0", name, fits, url }
}

fn digits(rest: &str) -> bool {
    !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
}

fn technique(rest: &str) -> bool {
    rest.get(..4).is_some_and(digits)
        && rest.get(4..).is_some_and(|sub| sub.is_empty() || sub.strip_prefix('.').is_some_and(digits))
}

/// `1:2023`: a place in a list, and its year.
fn placed(rest: &str) -> bool {
    rest.split_once(':').is_some_and(|(place, year)| digits(place) && digits(year))
}

fn some_text(rest: &str) -> bool {
    !rest.is_empty()
}

/// `IAM.4`, `APIGateway.8`: a service's name and a number.
fn hub(rest: &str) -> bool {
    rest.split_once('.').is_some_and(|(service, number)| {
        digits(number)
            && service.starts_with(|c: char| c.is_ascii_uppercase())
            && service.chars().all(char::is_alphanumeric)
    })
}

/// `AC-3`, `SC-7(5)`: a family of two letters and a number.
fn nist(rest: &str) -> bool {
    let number = |n: &str| digits(n.split('(').next().unwrap_or_default());
    rest.split_once('-')
        .is_some_and(|(family, n)| family.len() == 2 && family.chars().all(|c| c.is_ascii_uppercase()) && number(n))
}

fn no_url(_: &str) -> Option<String> {
    None
}

fn page(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Schemes in the order in which they are tried: those with a prefix of their own first.
const SCHEMES: [Scheme; 18] = [
    scheme("CWE-", "CWE", digits, |n| page(&format!("https://cwe.mitre.org/data/definitions/{n}.html"))),
    scheme("CAPEC-", "CAPEC", digits, |n| page(&format!("https://capec.mitre.org/data/definitions/{n}.html"))),
    scheme("T", "MITRE ATT&CK", technique, |n| {
        page(&format!("https://attack.mitre.org/techniques/T{}/", n.replace('.', "/")))
    }),
    scheme("SAS-", "CSA Serverless", digits, |_| {
        page("https://cloudsecurityalliance.org/artifacts/the-12-most-critical-risks-for-serverless-applications")
    }),
    scheme("S3.T", "TrustOnCloud S3", some_text, |_| page("https://github.com/trustoncloud/threatmodel-for-aws-s3")),
    scheme("S", "OWASP Serverless Top 10", placed, |_| page("https://owasp.org/www-project-serverless-top-10/")),
    scheme("API", "OWASP API Top 10", placed, |_| page("https://owasp.org/API-Security/editions/2023/en/0x11-t10/")),
    scheme("LLM", "OWASP LLM Top 10", placed, |_| page("https://genai.owasp.org/llm-top-10/")),
    Scheme {
        cut: "CIS ",
        ..scheme("CIS ", "CIS AWS Foundations 5.0.0", some_text, |_| {
            page("https://www.cisecurity.org/benchmark/amazon_web_services")
        })
    },
    scheme("CCC.", "FINOS CCC", some_text, |_| page("https://github.com/finos/common-cloud-controls")),
    Scheme {
        cut: "ServerlessLens:",
        ..scheme("ServerlessLens:", "AWS Serverless Lens", some_text, |_| {
            page("https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/welcome.html")
        })
    },
    scheme("SEC", "AWS Well-Architected", practice, |_| {
        page("https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/welcome.html")
    }),
    scheme("REL", "AWS Well-Architected", practice, |_| {
        page("https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/welcome.html")
    }),
    scheme("COST", "AWS Well-Architected", practice, |_| {
        page("https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/welcome.html")
    }),
    scheme("OPS", "AWS Well-Architected", practice, |_| {
        page("https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/welcome.html")
    }),
    scheme("PERF", "AWS Well-Architected", practice, |_| {
        page("https://docs.aws.amazon.com/wellarchitected/latest/performance-efficiency-pillar/welcome.html")
    }),
    scheme("", "AWS Security Hub", hub, |_| {
        page("https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html")
    }),
    scheme("", "NIST SP 800-53", nist, no_url),
];

/// `03-BP01`: a question and its best practice.
fn practice(rest: &str) -> bool {
    rest.split_once("-BP").is_some_and(|(question, number)| digits(question) && digits(number))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn every_scheme_is_told_by_its_id() {
        for (id, scheme, shown) in [
            ("CWE-306", "CWE", "CWE-306"),
            ("CAPEC-115", "CAPEC", "CAPEC-115"),
            ("T1190", "MITRE ATT&CK", "T1190"),
            ("T1552.001", "MITRE ATT&CK", "T1552.001"),
            ("S2:2017", "OWASP Serverless Top 10", "S2:2017"),
            ("S3.T12", "TrustOnCloud S3", "S3.T12"),
            ("S3.8", "AWS Security Hub", "S3.8"),
            ("SAS-02", "CSA Serverless", "SAS-02"),
            ("API2:2023", "OWASP API Top 10", "API2:2023"),
            ("APIGateway.8", "AWS Security Hub", "APIGateway.8"),
            ("CIS 2.1.4", "CIS AWS Foundations 5.0.0", "2.1.4"),
            ("AC-3", "NIST SP 800-53", "AC-3"),
            ("SEC03-BP01", "AWS Well-Architected", "SEC03-BP01"),
            ("ServerlessLens:SEC1", "AWS Serverless Lens", "SEC1"),
            ("CCC.Core.TH01", "FINOS CCC", "CCC.Core.TH01"),
            ("LLM01:2025", "OWASP LLM Top 10", "LLM01:2025"),
        ] {
            let found = read(id).unwrap_or_else(|| panic!("{id} is not read"));
            assert_eq!((found.scheme.as_str(), found.id.as_str()), (scheme, shown), "{id}");
        }
        assert_eq!(read("CWE 306"), None);
        let url = read("T1552.001").and_then(|r| r.url);
        assert_eq!(url.as_deref(), Some("https://attack.mitre.org/techniques/T1552/001/"));
    }
}
