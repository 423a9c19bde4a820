//! The rules as SARIF describes them: their pages as help, the weaknesses they name as a taxonomy.

use std::collections::BTreeMap;

use super::wire::{
    Configuration, Descriptor, Help, Properties, Reference, Relationship, Taxon, Taxonomy, Text,
};
use crate::finding::{ALLOW_LEVEL, ALLOW_RULES, Level};
use crate::report::cwe::cwes;
use crate::report::page::page;
use crate::rules::Rule;

/// How many characters of a description GitHub takes.
const LONGEST_DESCRIPTION: usize = 1024;

/// What is said of the rules about suppression comments, which have no page.
const ABOUT_COMMENTS: &str = "A comment `// authlint: allow(rule-id, reason = \"…\")` on the line, or above the \
    statement, item, field or arm, suppresses a finding; `allow-file` does so for a whole file.";

/// A rule, with or without a page.
pub(super) struct RuleText {
    /// Its id.
    pub(super) id: &'static str,
    summary: &'static str,
    level: Level,
    page: Option<&'static str>,
}

/// These rules and those about suppression comments, sorted by id.
pub(super) fn texts(rules: &[&'static Rule]) -> Vec<RuleText> {
    let own = rules.iter().map(|rule| RuleText {
        id: rule.id,
        summary: rule.summary,
        level: rule.level,
        page: Some(rule.page),
    });
    let about_comments =
        ALLOW_RULES.iter().map(|(id, summary)| RuleText { id, summary, level: ALLOW_LEVEL, page: None });
    let mut all: Vec<RuleText> = own.chain(about_comments).collect();
    all.sort_by_key(|rule| rule.id);
    all
}

/// The rules, in their order, and the weaknesses that they name.
pub(super) fn descriptors(rules: &[RuleText]) -> (Vec<Descriptor>, Taxonomy) {
    let named: BTreeMap<u32, &str> = rules
        .iter()
        .flat_map(|rule| cwes(rule.page.unwrap_or_default()))
        .map(|cwe| (cwe.number, cwe.name))
        .collect();
    let taxa = named.iter().map(|(number, name)| Taxon {
        id: format!("CWE-{number}"),
        help_uri: format!("https://cwe.mitre.org/data/definitions/{number}.html"),
        short_description: Text::of(*name),
    });
    let taxonomy = Taxonomy {
        name: "CWE",
        organization: "MITRE",
        information_uri: "https://cwe.mitre.org/",
        short_description: Text::of("the Common Weakness Enumeration"),
        taxa: taxa.collect(),
    };
    let numbers: Vec<u32> = named.into_keys().collect();
    (rules.iter().map(|rule| descriptor(rule, &numbers, &taxonomy)).collect(), taxonomy)
}

fn descriptor(rule: &RuleText, numbers: &[u32], taxonomy: &Taxonomy) -> Descriptor {
    let own = cwes(rule.page.unwrap_or_default());
    let relationship = |number: &u32| Relationship {
        target: Reference {
            id: format!("CWE-{number}"),
            index: numbers.partition_point(|it| it < number),
            tool_component: taxonomy.reference(),
        },
        kinds: ["relevant"],
    };
    Descriptor {
        id: rule.id,
        name: pascal(rule.id),
        short_description: Text::of(rule.summary),
        full_description: Text::of(description(rule)),
        help: help(rule),
        default_configuration: Configuration {
            level: level(rule.level),
            enabled: rule.level != Level::Allow,
        },
        relationships: own.iter().map(|cwe| relationship(&cwe.number)).collect(),
        properties: Properties {
            tags: tags(rule, own.iter().map(|cwe| cwe.number)),
            // The surest word is kept for what is proven; what has to be asked for is less sure.
            precision: if rule.level == Level::Allow { "medium" } else { "high" },
            security_severity: rule.page.map(|_| severity(rule.level)),
        },
    }
}

fn tags(rule: &RuleText, cwes: impl Iterator<Item = u32>) -> Vec<String> {
    if rule.page.is_none() {
        return vec!["maintainability".to_owned()];
    }
    // GitHub knows weaknesses by tags of this form, with at least three digits.
    let weaknesses = cwes.map(|number| format!("external/cwe/cwe-{number:03}"));
    ["security".to_owned(), "authentication".to_owned()].into_iter().chain(weaknesses).collect()
}

/// `global-auth-client` is `GlobalAuthClient`.
fn pascal(id: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    id.split('-').filter(|word| !word.is_empty()).map(capital).collect()
}

/// The summary and the first paragraph on why it matters, as far as GitHub takes it.
fn description(rule: &RuleText) -> String {
    let why = rule.page.and_then(|page| page.split_once("\n## Why it matters\n\n"));
    let paragraph = why.and_then(|(_, why)| why.split("\n\n").next()).unwrap_or(ABOUT_COMMENTS);
    let whole = format!("{}. {}", rule.summary, paragraph.trim().replace('\n', " "));
    match whole.char_indices().nth(LONGEST_DESCRIPTION - 1) {
        Some((cut, _)) => format!("{}…", &whole[..cut]),
        None => whole,
    }
}

fn help(rule: &RuleText) -> Help {
    let Some(text) = rule.page.filter(|text| !text.is_empty()) else {
        let about = format!("{}. {ABOUT_COMMENTS}", rule.summary);
        return Help { text: about.clone(), markdown: about };
    };
    Help { text: page(text, false), markdown: markdown(text) }
}

/// A page as others lay it out: fences are of plain Rust, and the title stands elsewhere.
fn markdown(page: &str) -> String {
    let lines = page.lines().skip_while(|line| line.starts_with("# ") || line.is_empty());
    let mut out = String::with_capacity(page.len());
    for line in lines {
        out.push_str(if line.starts_with("```rust,") { "```rust" } else { line });
        out.push('\n');
    }
    out
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn | Level::Allow => "warning",
        Level::Note => "note",
    }
}

/// GitHub's scale: high from 7, medium from 4, low below.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Deny => "7.5",
        Level::Warn => "5.5",
        Level::Note | Level::Allow => "3.0",
    }
}
