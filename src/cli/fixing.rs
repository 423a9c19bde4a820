//! `--fix` and `--diff`: fixes are made in memory and looked at again, until nothing is left to fix, before anything is
//! written. A file in which a fix leads to what cannot be read or to a new finding is left as it was, and said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::args::FixFlags;
use super::check::{Job, Look};
use super::streams::Streams;
use super::summary::counted;
use super::{FAILED, FOUND, NOTHING_FOUND};
use crate::finding::{Applicability, Finding, Fix};
use crate::report::{self, Changed, Chosen};
use crate::source::{Change, FileId, replace};

/// How often files are looked at again. Fixes that are not done by then undo each other.
const PASSES: usize = 10;

/// New texts by the paths of their files.
pub(super) type Texts = BTreeMap<PathBuf, String>;

/// What fixing came to before anything is written.
struct Settled {
    first: Look,
    texts: Texts,
    count: usize,
    /// The files that a fix changes together with others.
    together: Vec<Spoiled>,
}

/// Files, as those in which fixes do harm.
type Spoiled = BTreeSet<PathBuf>;

/// Fixes what can be fixed, or prints what that would change. Gives the exit code as far as fixing decides on it.
///
/// # Errors
/// What kept the job from being done.
pub(super) fn fix(job: &Job<'_>, flags: FixFlags, streams: &mut Streams<'_>) -> Result<u8, String> {
    let mut spoiled = Spoiled::new();
    let settled = loop {
        match settle(job, flags, &spoiled, streams)? {
            Ok(settled) => break settled,
            Err(more) => spoiled.extend(more),
        }
    };
    for path in &spoiled {
        let name = settled.first.name_of(path);
        streams.fail(format_args!(
            "{name}: its fixes lead to code that cannot be read or to new findings, so it was left alone"
        ));
    }
    let done = if flags.diff { print(job, &settled, streams)? } else { write(&settled, streams) };
    // Where something is written, the report that follows says what could not be looked at.
    if flags.diff && job.tell_failures(&settled.first.input, streams) {
        return Ok(FAILED);
    }
    if settled.texts.is_empty() && !job.is_quiet() {
        tell_nothing_done(&settled.first, flags, streams);
    }
    Ok(if spoiled.is_empty() { done } else { FAILED })
}

/// Makes fixes until there are none left; the files where that does harm, if any.
fn settle(
    job: &Job<'_>,
    flags: FixFlags,
    spoiled: &Spoiled,
    streams: &mut Streams<'_>,
) -> Result<Result<Settled, Spoiled>, String> {
    let first = job.look(&Texts::new(), streams)?;
    let (mut texts, mut count, mut last): (Texts, usize, Option<Look>) = (Texts::new(), 0, None);
    let mut together: Vec<Spoiled> = Vec::new();
    for _ in 0..PASSES {
        let now = last.as_ref().unwrap_or(&first);
        let may_change = |file: FileId| {
            now.scope_files.contains(&file) && !spoiled.contains(&now.input.files.get(file).path)
        };
        let chosen = report::chosen(&now.fixable, &now.input.files, flags.least(), may_change);
        if chosen.texts.is_empty() {
            return Ok(Ok(Settled { first, texts, count, together }));
        }
        let path = |file: &FileId| now.input.files.get(*file).path.clone();
        texts.extend(chosen.texts.iter().map(|(file, text)| (path(file), text.clone())));
        together.extend(chosen.together.iter().map(|files| files.iter().map(path).collect()));
        count += chosen.count;
        let next = job.look(&texts, streams)?;
        let harmed = harmed(now, &next, &chosen);
        if !harmed.is_empty() {
            return Ok(Err(harmed));
        }
        last = Some(next);
    }
    Ok(Err(texts.into_keys().collect()))
}

/// The files whose fixes led to something new.
fn harmed(before: &Look, after: &Look, chosen: &Chosen) -> Spoiled {
    let (old, new) = (before.said(), after.said());
    let worse = new.iter().filter(|(said, count)| old.get(said).is_none_or(|known| known < count));
    let worse: BTreeSet<&str> = worse.map(|((file, ..), _)| file.as_str()).collect();
    if worse.is_empty() {
        return Spoiled::new();
    }
    let name = |file: &FileId| before.input.files.get(*file).shown.as_str();
    let own = chosen.together.iter().filter(|files| files.iter().any(|file| worse.contains(name(file))));
    let mut files: BTreeSet<FileId> = own.flatten().copied().collect();
    if files.is_empty() {
        // What is new stands where nothing was changed: anything may have led to it.
        files.extend(chosen.texts.keys());
    }
    files.iter().map(|file| before.input.files.get(*file).path.clone()).collect()
}

/// What is said about a file: its name, the rule or nothing for a problem, and the message.
pub(super) type Said = (String, &'static str, String);

impl Look {
    /// Everything that is said, and how often.
    fn said(&self) -> BTreeMap<Said, usize> {
        let files = &self.input.files;
        let of_finding =
            |it: &Finding| (files.get(it.primary.place.file).shown.clone(), it.rule, it.message.clone());
        let of_problems = self.input.problems.iter().map(|it| (it.path.clone(), "", it.message.clone()));
        let mut said = BTreeMap::new();
        for it in self.findings.iter().map(of_finding).chain(of_problems) {
            *said.entry(it).or_default() += 1;
        }
        said
    }

    /// The name of a file in reports, fit to be printed.
    fn name_of(&self, path: &Path) -> String {
        let file = self.input.files.by_path(path).map(|id| self.input.files.get(id));
        report::safe(file.map_or("", |file| &file.shown))
    }
}

fn print(job: &Job<'_>, settled: &Settled, streams: &mut Streams<'_>) -> Result<u8, String> {
    let files = &settled.first.input.files;
    let changed =
        |(path, text): (&PathBuf, &String)| Some(Changed { file: files.by_path(path)?, text: text.clone() });
    let mut changed: Vec<Changed> = settled.texts.iter().filter_map(changed).collect();
    changed.retain(|it| files.get(it.file).text != it.text);
    changed.sort_by(|a, b| files.get(a.file).shown.cmp(&files.get(b.file).shown));
    let hidden = (settled.first.secrets.as_slice(), job.key_shapes());
    streams.print(|out| report::diff(&changed, files, (hidden.0, &hidden.1), out))?;
    Ok(if changed.is_empty() { NOTHING_FOUND } else { FOUND })
}

fn write(settled: &Settled, streams: &mut Streams<'_>) -> u8 {
    let files = &settled.first.input.files;
    let (mut written, mut code) = (0, NOTHING_FOUND);
    for paths in groups(&settled.texts, &settled.together) {
        let change = |path| {
            let file = files.by_path(path)?;
            Some(Change { path, old: &files.get(file).text, new: &settled.texts[path] })
        };
        let changes: Vec<Change<'_>> = paths.into_iter().filter_map(change).collect();
        let Err((at, message)) = replace(&changes) else {
            written += changes.len();
            continue;
        };
        code = FAILED;
        let failed = settled.first.name_of(changes[at].path);
        streams.fail(format_args!("{failed}: {message}"));
        for other in changes.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, it)| it) {
            let name = settled.first.name_of(other.path);
            streams
                .fail(format_args!("{name}: is changed together with {failed}, and was left alone as well"));
        }
    }
    if written > 0 {
        let made = counted_fixes(settled.count);
        streams.say(format_args!("{made} made in {}", counted(written, "file")));
    }
    code
}

/// The changed files, those together that a fix changes together, directly or by way of others.
fn groups<'t>(texts: &'t Texts, together: &[Spoiled]) -> Vec<Vec<&'t Path>> {
    let mut group: BTreeMap<&Path, usize> = texts.keys().map(PathBuf::as_path).zip(0..).collect();
    for files in together {
        let own: BTreeSet<usize> = files.iter().filter_map(|it| group.get(it.as_path()).copied()).collect();
        let Some(first) = own.first().copied().filter(|_| own.len() > 1) else { continue };
        group.values_mut().filter(|it| own.contains(it)).for_each(|it| *it = first);
    }
    let mut all: BTreeMap<usize, Vec<&Path>> = BTreeMap::new();
    for (path, at) in group {
        all.entry(at).or_default().push(path);
    }
    all.into_values().collect()
}

/// Says that there was nothing to fix, or only what somebody has to judge. What `--fix` finds right needs no word.
fn tell_nothing_done(first: &Look, flags: FixFlags, streams: &mut Streams<'_>) {
    let is_to_judge = |fix: &Fix| fix.grade == Applicability::MaybeIncorrect;
    let has_more = first.fixable.iter().flat_map(|finding| &finding.fixes).any(is_to_judge);
    if has_more && !flags.unsafe_fixes {
        streams.say("there is nothing to fix without `--unsafe-fixes`");
    } else if flags.diff {
        streams.say("there is nothing to fix");
    }
}

fn counted_fixes(count: usize) -> String {
    if count == 1 { "1 fix".to_owned() } else { format!("{count} fixes") }
}
