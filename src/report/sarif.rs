//! The format `sarif`: SARIF 2.1.0, as GitHub's code scanning takes it.
//!
//! One run. The tool names all rules, in the same order whatever was found; a result has one location, the others as
//! related locations that its message links, and the way from where its story starts as a code flow. Names of files are
//! relative to the root of the repository. What could not be read is a notification of the tool.

mod rule;
mod wire;

use std::io;

use self::rule::{RuleText, descriptors, texts};
use self::wire::{
    ArtifactChange, ArtifactLocation, CodeFlow, Driver, Fingerprint, Fix, Invocation, Location, Log,
    Notification, PhysicalLocation, Region, Replacement, Run, RunResult, Text, ThreadFlow,
    ThreadFlowLocation, Tool, UriBase, UriBases,
};
use super::fix::{ShownEdit, ShownFix};
use super::rooted::{rooted, uri};
use super::shown::Shown;
use super::story::{Label, Story};
use super::{Report, text};
use crate::finding::{Confidence, Level};
use crate::source::{Place, Problem, ProblemKind};

/// How many results GitHub keeps of a file; it takes none of one that has five times as many.
const MOST_RESULTS: usize = 5_000;

/// Writes all stories as one log. Of more than GitHub keeps, the loudest are written, and a notification tells of the
/// rest.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    report: &Report<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let rules = texts(report.rules);
    let stories: Vec<Story> = stories.collect();
    let left_out = stories.len().saturating_sub(MOST_RESULTS);
    let kept = loudest(stories);
    let results = kept.iter().map(|story| result(story, shown, &rules)).collect();
    let (descriptors, taxonomy) = descriptors(&rules);
    let driver = Driver {
        name: "authlint",
        semantic_version: env!("CARGO_PKG_VERSION"),
        information_uri: Some(env!("CARGO_PKG_REPOSITORY")).filter(|uri| !uri.is_empty()),
        rules: descriptors,
        supported_taxonomies: vec![taxonomy.reference()],
    };
    let run = Run {
        tool: Tool { driver },
        invocations: [invocation(report, shown, left_out)],
        original_uri_base_ids: UriBases {
            root: UriBase { description: Text::of("the root of the repository") },
        },
        column_kind: "unicodeCodePoints",
        taxonomies: [taxonomy],
        results,
    };
    let log = Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    serde_json::to_writer(&mut *out, &log)?;
    out.write_all(b"\n")
}

/// As many as GitHub keeps, the loudest, in their order.
fn loudest(mut stories: Vec<Story>) -> Vec<Story> {
    if stories.len() <= MOST_RESULTS {
        return stories;
    }
    let mut levels: Vec<Level> = stories.iter().map(|story| story.level).collect();
    levels.sort_unstable_by(|a, b| b.cmp(a));
    let quietest = levels[MOST_RESULTS - 1];
    let mut room = levels[..MOST_RESULTS].iter().filter(|level| **level == quietest).count();
    stories.retain(|story| {
        let is_kept = story.level > quietest || (story.level == quietest && room > 0);
        room -= usize::from(is_kept && story.level == quietest);
        is_kept
    });
    stories
}

fn result(story: &Story, shown: &Shown<'_>, rules: &[RuleText]) -> RunResult {
    let related: Vec<Location> =
        story.labels.iter().skip(1).zip(1..).map(|(label, id)| location(label, Some(id), shown)).collect();
    RunResult {
        rule_id: story.rule,
        rule_index: rules.iter().position(|rule| rule.id == story.rule),
        level: level_word(story.level),
        rank: rank(story.confidence),
        message: Text::of(message(story, related.len())),
        locations: [location(story.primary(), None, shown)],
        code_flows: code_flow(story, shown).into_iter().collect(),
        related_locations: related,
        partial_fingerprints: Some(Fingerprint { own: story.fingerprint.clone() })
            .filter(|fingerprint| !fingerprint.own.is_empty()),
        fixes: story.fixes.iter().filter(|it| it.can_be_made()).map(|it| fix(it, shown)).collect(),
    }
}

/// A fix, its edits by file.
fn fix(fix: &ShownFix, shown: &Shown<'_>) -> Fix {
    let replacement = |edit: &ShownEdit| Replacement {
        deleted_region: region(edit.place, shown),
        inserted_content: Text::of(&edit.replacement),
    };
    let change = |edits: &[ShownEdit]| ArtifactChange {
        artifact_location: ArtifactLocation::of(&shown.file(edits[0].place.file).rooted),
        replacements: edits.iter().map(replacement).collect(),
    };
    let by_file = fix.edits.chunk_by(|a, b| a.place.file == b.place.file);
    Fix { description: Text::of(&fix.title), artifact_changes: by_file.map(change).collect() }
}

/// The message, with links to the related locations by their numbers.
fn message(story: &Story, related: usize) -> String {
    // A message that has the form of a link by chance would be taken for one.
    let own = if story.message.contains("](") {
        story.message.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        story.message.clone()
    };
    let links: Vec<String> = (1..=related).map(|id| format!("[{id}]({id})")).collect();
    let first = if links.is_empty() { own } else { format!("{own} (see {})", links.join(", ")) };
    let told: Vec<&str> =
        std::iter::once(first.as_str()).chain(story.help.iter().map(String::as_str)).collect();
    told.join("\n")
}

/// The way from where the story starts to its place; none where that is the whole story.
fn code_flow(story: &Story, shown: &Shown<'_>) -> Option<CodeFlow> {
    if story.way.len() < 2 {
        return None;
    }
    let step = |label: &Label| ThreadFlowLocation { location: location(label, None, shown) };
    Some(CodeFlow { thread_flows: [ThreadFlow { locations: story.way.iter().map(step).collect() }] })
}

fn location(label: &Label, id: Option<usize>, shown: &Shown<'_>) -> Location {
    let file = shown.file(label.place.file);
    Location {
        id,
        physical: PhysicalLocation {
            artifact_location: ArtifactLocation::of(&file.rooted),
            region: Some(region(label.place, shown)),
        },
        message: Some(Text::of(&label.text)).filter(|_| !label.text.is_empty()),
    }
}

fn region(place: Place, shown: &Shown<'_>) -> Region {
    let file = shown.file(place.file);
    let (start, end) = (file.line_column(place.span.start), file.line_column(place.span.end));
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note | Level::Allow => "note",
    }
}

/// How sure, from 0 to 100.
fn rank(confidence: Confidence) -> f32 {
    match confidence {
        Confidence::High => 90.0,
        Confidence::Medium => 60.0,
        Confidence::Low => 30.0,
    }
}

fn invocation(report: &Report<'_>, shown: &Shown<'_>, left_out: usize) -> Invocation {
    let mut notifications: Vec<Notification> =
        report.problems.iter().map(|problem| notification(problem, report, shown)).collect();
    if left_out > 0 {
        let message =
            format!("{left_out} more results are left out, the quietest: GitHub keeps {MOST_RESULTS}");
        notifications.push(Notification {
            level: "warning",
            message: Text::of(message),
            locations: Vec::new(),
        });
    }
    let is_complete = report.problems.iter().all(|problem| !problem.kind.is_failure());
    Invocation { execution_successful: is_complete, tool_execution_notifications: notifications }
}

fn notification(problem: &Problem, report: &Report<'_>, shown: &Shown<'_>) -> Notification {
    let name = shown.name(&rooted(report.prefix, &problem.path));
    let region = problem.place.map(|place| {
        let file = report.files.get(place.file);
        let (start, end) = (file.line_column(place.span.start), file.line_column(place.span.end));
        Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    });
    let location = Location {
        id: None,
        physical: PhysicalLocation { artifact_location: ArtifactLocation::of(&name), region },
        message: None,
    };
    Notification {
        level: if problem.kind == ProblemKind::PartlyParsed { "warning" } else { "error" },
        message: Text::of(text::safe(&shown.message(&problem.message))),
        locations: if problem.path.is_empty() { Vec::new() } else { vec![location] },
    }
}

impl ArtifactLocation {
    /// A file by its name as seen from the root of the repository. A name that leads elsewhere has no base.
    fn of(name: &str) -> Self {
        let is_below = !name.starts_with('/') && !name.starts_with("../");
        Self { uri: uri(name), uri_base_id: is_below.then_some("%SRCROOT%") }
    }
}

#[cfg(test)]
mod tests;
