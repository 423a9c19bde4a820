//! `why`: what is known of a place, and what each rule says of it.

mod answer;
mod place;

use std::path::Path;

use self::answer::Judge;
use self::place::Asked;
use super::args::WhyArgs;
use super::baseline::Named;
use super::comments::allows;
use super::input::{Input, key_shapes, read};
use super::levels::Levels;
use super::linking::{Afterwards, Answer, Wanted, answer};
use super::scope::Scope;
use super::settings::Settings;
use super::streams::Streams;
use super::{Environment, NOTHING_FOUND};
use crate::finding::{Seen, Suppression};
use crate::report::{self, Fingerprints, Why};
use crate::rules::Rule;
use crate::source::{FileId, Place, Request, TargetSelection, discover, prefix_in_repository};

/// How many subjects are named where there is none at the place.
const NEAREST: usize = 3;

/// Tells what is known of a place. Gives the exit code.
///
/// # Errors
/// There is no such place, or its file could not be read or understood.
pub(super) fn why(
    args: &WhyArgs,
    cwd: &Path,
    environment: &Environment,
    rules: &[&'static Rule],
    streams: &mut Streams<'_>,
) -> Result<u8, String> {
    let asked = Asked::parse(&args.place)?;
    let found = discover(&request(args, &asked, cwd));
    let settings = Settings::of(&found.project, cwd, &args.config, rules)?;
    let levels = Levels::new(&args.levels, &settings, rules)?;
    let catalog = settings.catalog(cwd)?;
    let mut input = read(found, cwd, args.threads);
    let of_settings = settings.baseline.as_deref().filter(|_| !args.no_baseline);
    let baseline = args.baseline.as_deref().or(of_settings);
    let baseline = baseline.map(|path| Named::read(path, cwd, &mut input.files)).transpose()?;
    let at = asked.in_file(&input)?;
    let (read, wanted) = ((&input.loaded, &input.files), Wanted::Reasons(at.file));
    let answer = answer(&input.project, read, &catalog, rules, wanted, Afterwards::Ends)?;
    let scope = Scope::new(&input.project, &input.loaded, &input.files);
    let seen: Vec<&Seen> = at.narrowed(&answer.reasons.seen);
    let tests = (!args.all_targets).then_some(answer.tests.as_slice());
    let in_scope = answer.findings.iter().filter(|finding| scope.has(finding.primary.place));
    let prefix = prefix_in_repository(cwd);
    let prints = Fingerprints::new(in_scope, &input.files, &input.loaded.facts, &answer.secrets, &prefix);
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id).collect();
    let judge = Judge {
        args,
        settings: &settings,
        levels: &levels,
        files: &input.files,
        baseline: baseline.as_ref(),
        prints: &prints,
        suppression: &Suppression {
            files: &input.files,
            allows: &allows(&input.files, &input.loaded.facts, &scope, tests),
            known_rules: &ids,
            rules_that_ran: &ids,
            today: environment.today,
        },
    };
    let told = Why {
        file: at.file,
        line: at.index,
        notes: notes(args, &settings, &input, &scope, &answer, &at),
        nearest: if seen.is_empty() { nearest(&answer.reasons.seen, &at) } else { Vec::new() },
        answers: judge.answers(rules, &answer, &seen, &at),
        seen,
        files: &input.files,
        secrets: &answer.secrets,
        key_shapes: &key_shapes(&catalog),
    };
    streams.print(|out| report::why(&told, out))?;
    Ok(NOTHING_FOUND)
}

fn request(args: &WhyArgs, asked: &Asked, cwd: &Path) -> Request {
    Request {
        cwd: cwd.to_owned(),
        paths: vec![asked.file.clone()],
        targets: TargetSelection { all_targets: args.all_targets, ..TargetSelection::default() },
        ..Request::default()
    }
}

/// What keeps rules from looking at the place at all, or at parts of it.
fn notes(
    args: &WhyArgs,
    settings: &Settings,
    input: &Input,
    scope: &Scope<'_>,
    answer: &Answer,
    at: &place::Line<'_>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(pattern) = settings.exclude.meaning(&input.files.get(at.file).path) {
        notes.push(format!("the settings exclude this file (`{pattern}`), so nothing is reported here"));
    }
    if !scope.owners.contains_key(&at.file) {
        notes.push("no target of a package leads to this file, so it is read by itself".to_owned());
    }
    let is_passed_over =
        scope.is_example(at.file) || answer.tests.iter().any(|place| place.file == at.file && at.has(*place));
    if is_passed_over && !args.all_targets {
        notes.push(
            "this is code of a test, example or bench: rules look there with `--all-targets` only".to_owned(),
        );
    }
    for problem in &input.problems {
        if problem.place.is_some_and(|place| at.has(place)) {
            notes.push(format!("a part was not understood and is passed over: {}", problem.message));
        }
    }
    notes
}

/// What stands nearest to a line in its file, in the order of the file.
fn nearest<'s>(seen: &'s [Seen], at: &place::Line<'_>) -> Vec<&'s Seen> {
    let here = |place: &Place| place.file == at.file;
    let mut near: Vec<&Seen> = seen.iter().filter(|it| here(&it.subject.place)).collect();
    near.sort_by_key(|it| at.distance(it.subject.place));
    near.truncate(NEAREST);
    near.sort_by_key(|it| it.subject.place);
    near
}

/// The file that was asked for, once it was read: in a package or by itself.
fn file_of(input: &Input, asked: &Asked) -> Option<FileId> {
    let paths = input.project.focus.iter().chain(&input.project.loose);
    let mut named = paths.filter(|path| path.file_name() == asked.file.file_name());
    named.find_map(|path| input.files.by_path(path))
}
