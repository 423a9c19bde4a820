//! What is said about a run beside its findings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::args::CheckArgs;
use super::calling;
use super::scope::targets;
use super::streams::Streams;
use super::summary::counted;
use crate::finding::Finding;
use crate::rules::Rule;
use crate::source::{Project, TargetKind};

/// The targets and loose files looked at, a line each. Names come from manifests, so they are escaped.
pub(super) fn looked_at(project: &Project, streams: &mut Streams<'_>) {
    for (package, target, _) in targets(project).filter(|(.., is_selected)| *is_selected) {
        let (package, kind, name) =
            (package.name.escape_debug(), kind(target.kind), target.name.escape_debug());
        streams.say(format_args!("looked at {package}: {kind} `{name}`"));
    }
    for path in &project.loose {
        streams.say(format_args!("looked at {}", path.display().to_string().escape_debug()));
    }
}

fn kind(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Lib => "library",
        TargetKind::Bin => "binary",
        TargetKind::Example => "example",
        TargetKind::Test => "test",
        TargetKind::Bench => "bench",
        TargetKind::BuildScript => "build script",
    }
}

/// The rules that were asked.
pub(super) fn rules_run(rules: &[&Rule], streams: &mut Streams<'_>) {
    let ids: Vec<_> = rules.iter().map(|rule| rule.id).collect();
    streams.say(format_args!("{} run: {}", counted(ids.len(), "rule"), ids.join(", ")));
}

/// How many findings there are of each rule that has some, the most first.
pub(super) fn statistics(findings: &[Finding], streams: &mut Streams<'_>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule).or_default() += 1;
    }
    let mut counts: Vec<(usize, &str)> = counts.into_iter().map(|(rule, count)| (count, rule)).collect();
    counts.sort_by_key(|(count, rule)| (Reverse(*count), *rule));
    let width = counts.first().map_or(0, |(count, _)| count.to_string().len());
    for (count, rule) in counts {
        streams.say(format_args!("{count:width$} {rule}"));
    }
}

/// That some parts of files were not understood.
pub(super) fn parts_passed_over(count: usize, streams: &mut Streams<'_>) {
    let what = counted(count, "part");
    streams.say(format_args!("{what} of files not understood and passed over; -v lists them"));
}

/// That nothing was there to look at, and what to do, unless a problem (`is_explained`) has said so.
pub(super) fn nothing_to_look_at(
    args: &CheckArgs,
    is_explained: bool,
    excluded: usize,
    streams: &mut Streams<'_>,
) {
    if excluded > 0 {
        streams.fail("the settings exclude every file; `--show-files` tells by which pattern");
    } else if !is_explained {
        streams.fail(
            "no Rust file to look at; run this in a package or workspace, name a path that holds one, or select \
             other packages and targets",
        );
    }
    let command = args.paths.iter().find(|path| calling::is_command(path.as_os_str()));
    if let Some(command) = command {
        let command = command.display();
        streams.fail(format_args!("`{command}` is read as a path here: a subcommand comes first"));
    } else if let Some(near) = args.paths.first().and_then(|path| calling::nearest_command(path.as_os_str()))
    {
        streams.fail(format_args!("the nearest subcommand is `{near}`"));
    }
}
