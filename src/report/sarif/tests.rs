//! What a log of SARIF says, and that GitHub takes it.

use serde_json::{Value, json};

use crate::finding::{Applicability, Confidence, Edit, Finding, Fix, Level};
use crate::report::sample::{add, finding, one_file, place, report, step, written};
use crate::report::{FINGERPRINT_VERSION, Fingerprints, Format, Report};
use crate::rules::RULES;
use crate::source::{Place, Problem, ProblemKind};

fn run(report: &Report<'_>) -> Value {
    let log: Value = serde_json::from_str(&written(Format::Sarif, report)).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
    log["runs"][0].clone()
}

fn region(numbers: [u32; 4]) -> Value {
    let [start_line, start_column, end_line, end_column] = numbers;
    json!({ "startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column })
}

fn artifact(uri: &str) -> Value {
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}

fn physical(uri: &str, numbers: [u32; 4]) -> Value {
    json!({ "artifactLocation": artifact(uri), "region": region(numbers) })
}

#[test]
fn a_finding_is_a_result_with_its_story() {
    let (mut files, id) = one_file("src/a b.rs", "let é = \tkey;\n");
    let other = add(&mut files, "../c.rs", "from\nthere");
    let mut finding = finding(place(&files, id, "key"));
    finding.rule = "cached-token";
    finding.level = Level::Warn;
    finding.confidence = Confidence::Medium;
    finding.message = "keeps [a](1)".into();
    finding.steps = vec![step(place(&files, other, "from\nthere"), "from there")];
    finding.help = vec!["do this".into()];
    let edit = |file, place, text: &str| Edit { place: Place { file, ..place }, replacement: text.into() };
    let edits =
        || vec![edit(id, finding.primary.place, "other"), edit(other, place(&files, other, "there"), "here")];
    let fix = |grade| Fix::new("do it".into(), grade, edits()).expect("edits");
    finding.fixes = vec![fix(Applicability::MaybeIncorrect), fix(Applicability::HasPlaceholders)];
    let findings = [finding];
    let fingerprints = Fingerprints::new(&findings, &files, &[], &[], "app/");
    let report =
        Report { rules: RULES, prefix: "app/", fingerprints: &fingerprints, ..report(&files, &findings) };
    let run = run(&report);
    let primary = physical("app/src/a%20b.rs", [1, 10, 1, 13]);
    let there = physical("c.rs", [1, 1, 2, 6]);
    let expected = json!({
        "ruleId": "cached-token", "ruleIndex": 0, "level": "warning", "rank": 60.0,
        "message": { "text": "keeps \\[a\\](1) (see [1](1))\ndo this" },
        "locations": [{ "physicalLocation": primary, "message": { "text": "primary label" } }],
        "relatedLocations": [{ "id": 1, "physicalLocation": there, "message": { "text": "from there" } }],
        "codeFlows": [{ "threadFlows": [{ "locations": [
            { "location": { "physicalLocation": there, "message": { "text": "from there" } } },
            { "location": { "physicalLocation": primary, "message": { "text": "primary label" } } }
        ] }] }],
        "partialFingerprints": { FINGERPRINT_VERSION: fingerprints.of(&findings[0]) },
        "fixes": [{ "description": { "text": "do it" }, "artifactChanges": [
            { "artifactLocation": artifact("app/src/a%20b.rs"), "replacements": [{
                "deletedRegion": region([1, 10, 1, 13]), "insertedContent": { "text": "other" } }] },
            { "artifactLocation": artifact("c.rs"), "replacements": [{
                "deletedRegion": region([2, 1, 2, 6]), "insertedContent": { "text": "here" } }] }
        ] }]
    });
    assert_eq!(run["results"], json!([expected]));
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn every_rule_is_described_as_github_wants_it() {
    let (files, _) = one_file("a.rs", "");
    let run = run(&Report { rules: RULES, ..report(&files, &[]) });
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let ids: Vec<String> = rules.iter().map(|rule| text(&rule["id"])).collect();
    assert!(ids.is_sorted() && ids.len() == RULES.len() + 5, "{ids:?}");
    for rule in &rules {
        let id = text(&rule["id"]);
        assert!(!text(&rule["shortDescription"]["text"]).is_empty(), "{id}");
        let description = text(&rule["fullDescription"]["text"]);
        assert!(description.len() > 40 && description.chars().count() <= 1024, "{id}: {description}");
        let (help, markdown) = (text(&rule["help"]["text"]), text(&rule["help"]["markdown"]));
        assert!(!help.is_empty() && !markdown.is_empty() && !markdown.contains("```rust,"), "{id}");
        assert!(
            ["error", "warning", "note"].contains(&&*text(&rule["defaultConfiguration"]["level"])),
            "{id}"
        );
        assert!(
            rule["properties"]["tags"].as_array().is_some_and(|tags| (1..=20).contains(&tags.len())),
            "{id}"
        );
    }
    let hardcoded = rules.iter().find(|rule| rule["id"] == "hardcoded-credential").expect("it is there");
    assert_eq!(hardcoded["name"], "HardcodedCredential");
    assert_eq!(hardcoded["properties"]["security-severity"], "7.5");
    let tags = hardcoded["properties"]["tags"].as_array().expect("tags");
    assert!(tags.contains(&json!("security")) && tags.contains(&json!("external/cwe/cwe-798")), "{tags:?}");
    for relationship in rules.iter().filter_map(|rule| rule["relationships"].as_array()).flatten() {
        let target = &relationship["target"];
        let taxon = &run["taxonomies"][0]["taxa"]
            [usize::try_from(target["index"].as_u64().expect("one")).expect("small")];
        assert_eq!(taxon["id"], target["id"]);
    }
}

#[test]
fn what_could_not_be_read_is_a_notification() {
    let (files, id) = one_file("a.rs", "one two");
    let place = Some(place(&files, id, "two"));
    let problem = |kind, path: &str, place| Problem { kind, path: path.into(), place, message: "why".into() };
    let problems = [
        problem(ProblemKind::PartlyParsed, "a.rs", place),
        problem(ProblemKind::Unreadable, "b\u{1b}.rs", None),
    ];
    let run = run(&Report { problems: &problems, ..report(&files, &[]) });
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = &invocation["toolExecutionNotifications"];
    assert_eq!(told[0]["level"], "warning");
    assert_eq!(told[0]["locations"][0]["physicalLocation"], physical("a.rs", [1, 5, 1, 8]));
    assert_eq!(told[1]["level"], "error");
    assert_eq!(told[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "b%3F.rs");
}

#[test]
fn of_too_many_the_loudest_are_kept() {
    let (files, id) = one_file("a.rs", &"key ".repeat(6_000));
    let of = |at: u32| -> Finding {
        let mut finding = finding(place(&files, id, "key"));
        finding.primary.place.span.start += at * 4;
        finding.primary.place.span.end += at * 4;
        finding.level = if at < 3_000 { Level::Warn } else { Level::Deny };
        finding
    };
    let findings: Vec<Finding> = (0..6_000).map(of).collect();
    let run = run(&report(&files, &findings));
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 5_000);
    assert_eq!(results.iter().filter(|result| result["level"] == "error").count(), 3_000);
    let told = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(told.is_some_and(|told| told.starts_with("1000 more results are left out")), "{told:?}");
}
