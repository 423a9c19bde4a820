//! Baselines of a run: written, used, and cleared of what is gone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::CheckArgs;
use super::scope::Scope;
use super::summary::counted;
use crate::finding::{ALLOW_LEVEL, ALLOW_RULES, Confidence, Finding, STALE_BASELINE, Step};
use crate::report::{Baseline, BaselineEntry, Fingerprints, rooted, safe};
use crate::source::configuration::{NamedText, name_of, read_named};
use crate::source::{FileId, Files, Place, SourceFile, Span, exists_in_repository, write_output};

/// The file that is meant where none is named.
const USUAL: &str = "authlint-baseline.json";

/// What is to be done with a baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BaselineTask {
    /// Hide what it names, where one is named.
    #[default]
    Use,
    /// Write the findings of the run.
    Write,
    /// Take out the entries whose findings are gone.
    Prune,
}

impl BaselineTask {
    /// Whether the other arguments let it be done.
    ///
    /// # Errors
    /// One of them contradicts it: which, and what to do.
    pub(super) fn fits(self, args: &CheckArgs) -> Result<(), String> {
        let (gate, command) = match self {
            Self::Use => return Ok(()),
            Self::Write => (&args.gate, "baseline write"),
            Self::Prune => (&args.gate, "baseline prune"),
        };
        if gate.no_baseline {
            return Err(format!(
                "`--no-baseline` sets the baseline aside that `{command}` is about; leave it out, or name another file \
                 with `--baseline`"
            ));
        }
        if gate.since.is_some() || gate.add_allow.is_some() {
            return Err("a baseline is of all findings; leave `--since` and `--add-allow` out".to_owned());
        }
        if args.fixing.is_any() {
            return Err(format!(
                "a baseline is of the code as it is; fix first, and run `{command}` by itself afterwards"
            ));
        }
        Ok(())
    }
}

/// A baseline that was read, and the run that it is held against.
pub(super) struct Held<'a> {
    /// The path that was named.
    path: PathBuf,
    shown: String,
    text: String,
    baseline: Baseline,
    /// The run.
    pub(super) run: RunSeen<'a>,
}

/// What a run can tell of a baseline's entries.
pub(super) struct RunSeen<'a> {
    /// Where it started.
    pub(super) cwd: &'a Path,
    /// The way there from the root of the repository.
    pub(super) prefix: &'a str,
    /// What it reported on.
    pub(super) scope: &'a Scope<'a>,
    /// The ids of the rules that were asked.
    pub(super) asked: Vec<&'static str>,
    /// The ids of all rules there are.
    pub(super) known: Vec<&'static str>,
    /// Whether comments were heeded.
    pub(super) heeds_comments: bool,
}

impl<'a> Held<'a> {
    /// Reads the baseline at `path`.
    ///
    /// # Errors
    /// It cannot be read or is none: the file and what to do.
    pub(super) fn read(path: Option<&Path>, run: RunSeen<'a>) -> Result<Self, String> {
        let path = path.unwrap_or(Path::new(USUAL));
        let (file, baseline) = read_baseline(path, run.cwd)?;
        Ok(Self { path: path.to_owned(), shown: file.shown, text: file.text, baseline, run })
    }

    /// Takes out the findings that the baseline names; gives how many.
    pub(super) fn hide(&self, findings: &mut Vec<Finding>, prints: &Fingerprints) -> usize {
        let (named, before) = (self.baseline.fingerprints(), findings.len());
        findings.retain(|finding| !named.contains(prints.of(finding)));
        before - findings.len()
    }

    /// The entries whose findings are gone, as findings in the baseline itself, which becomes a file of the run.
    pub(super) fn stale_findings(&self, prints: &Fingerprints, files: &mut Files) -> Vec<Finding> {
        let stale = self.stale(prints, files);
        if stale.is_empty() {
            return Vec::new();
        }
        let file = files.add(as_file(&self.path, self.run.cwd, &self.shown, &self.text));
        let mut from = 0;
        let mut place = |entry: &BaselineEntry| {
            let span = span_of(&entry.fingerprint, &self.text, from);
            from = span.start as usize;
            Place { file, span }
        };
        stale.into_iter().map(|entry| stale_finding(entry, place(entry))).collect()
    }

    /// Writes the baseline without the entries whose findings are gone. Says what was done.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn prune(&self, prints: &Fingerprints, files: &Files) -> Result<String, String> {
        let stale: BTreeSet<&BaselineEntry> = self.stale(prints, files).into_iter().collect();
        let kept = Baseline::new(self.baseline.iter().filter(|entry| !stale.contains(entry)).cloned());
        let text = kept.to_text();
        if text != self.text {
            write(self.run.cwd, &self.path, &text)?;
        }
        let entries =
            |count: usize| if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
        let (shown, went, stayed) = (safe(&self.shown), entries(stale.len()), entries(kept.iter().count()));
        Ok(format!("{went} taken out of {shown}, {stayed} left"))
    }

    /// The entries that the run could have found, and did not, in order.
    fn stale(&self, prints: &Fingerprints, files: &Files) -> Vec<&BaselineEntry> {
        let seen: BTreeSet<&str> = prints.iter().collect();
        let looked_at: BTreeSet<String> = self.run.looked_at(files);
        let is_gone = |entry: &&BaselineEntry| {
            !seen.contains(entry.fingerprint.as_str())
                && self.run.asks(&entry.rule)
                && (looked_at.contains(&entry.path) || !exists_in_repository(self.run.cwd, &entry.path))
        };
        self.baseline.iter().filter(is_gone).collect()
    }
}

impl RunSeen<'_> {
    fn looked_at(&self, files: &Files) -> BTreeSet<String> {
        let all = self.scope.files.iter().chain(&self.scope.manifests);
        all.map(|file: &FileId| rooted(self.prefix, &files.get(*file).shown)).collect()
    }

    /// Whether the run would report what a rule finds. What comments say of rules that were not asked is not known, and a
    /// rule that there is no more finds nothing.
    fn asks(&self, rule: &str) -> bool {
        if ALLOW_RULES.iter().any(|(id, _)| *id == rule) {
            return self.heeds_comments && self.known.iter().all(|known| self.asked.contains(known));
        }
        self.asked.contains(&rule) || !self.known.contains(&rule)
    }
}

/// What a baseline names, for a run that tells where.
pub(super) struct Named {
    /// The baseline, as a file of the run.
    file: FileId,
    text: String,
    fingerprints: BTreeSet<String>,
}

impl Named {
    /// Reads the baseline at a path, which becomes a file of the run.
    ///
    /// # Errors
    /// It cannot be read or is none: the file and what to do.
    pub(super) fn read(path: &Path, cwd: &Path, files: &mut Files) -> Result<Self, String> {
        let (read, baseline) = read_baseline(path, cwd)?;
        let file = files.add(as_file(path, cwd, &read.shown, &read.text));
        let fingerprints = baseline.iter().map(|entry| entry.fingerprint.clone()).collect();
        Ok(Self { file, text: read.text, fingerprints })
    }

    /// Where it names the finding of a fingerprint, if it does.
    pub(super) fn place_of(&self, fingerprint: &str) -> Option<Place> {
        let is_named = self.fingerprints.contains(fingerprint);
        is_named.then(|| Place { file: self.file, span: span_of(fingerprint, &self.text, 0) })
    }
}

fn as_file(path: &Path, cwd: &Path, shown: &str, text: &str) -> SourceFile {
    SourceFile::new(cwd.join(path), shown.to_owned(), text.to_owned())
}

/// Where a fingerprint stands in the text of a baseline, at an offset or behind it if it can be.
fn span_of(fingerprint: &str, text: &str, from: usize) -> Span {
    let start = text[from..].find(fingerprint).map(|at| from + at);
    // A file that is not sorted as it was written is searched from its start again.
    let start = start.or_else(|| text.find(fingerprint)).unwrap_or_default();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(start + fingerprint.len()))
}

/// The baseline at a path, with its text.
///
/// # Errors
/// It cannot be read or is none: the file and what to do.
pub(super) fn read_baseline(path: &Path, cwd: &Path) -> Result<(NamedText, Baseline), String> {
    let file = read_named(path, cwd).map_err(|problem| {
        let (path, message) = (safe(&problem.path), problem.message);
        format!("{path}: {message} (`cargo authlint baseline write` makes a baseline)")
    })?;
    let baseline =
        Baseline::parse(&file.text).map_err(|message| safe(&format!("{}: {message}", file.shown)))?;
    Ok((file, baseline))
}

fn stale_finding(entry: &BaselineEntry, place: Place) -> Finding {
    let BaselineEntry { path, rule, item, .. } = entry;
    let within = if item.is_empty() { String::new() } else { format!(", `{item}`") };
    let message =
        format!("`{rule}` reports nothing any more where this entry was written for: {path}{within}");
    let primary = Step { place, label: "hides nothing".to_owned() };
    let mut finding = Finding::new(STALE_BASELINE, ALLOW_LEVEL, Confidence::High, message, primary);
    finding.help.push("`cargo authlint baseline prune` takes it out".to_owned());
    finding
}

/// Writes these findings as a baseline, masked by `fit`. Says what was done, and where the settings do not name it yet
/// (`is_kept`) how it is used.
///
/// # Errors
/// It cannot be written.
pub(super) fn write_baseline<'a>(
    path: Option<&Path>,
    cwd: &Path,
    is_kept: bool,
    findings: impl Iterator<Item = &'a Finding>,
    prints: &Fingerprints,
    fit: impl Fn(&str) -> String,
) -> Result<String, String> {
    let path = path.unwrap_or(Path::new(USUAL));
    let entry =
        |entry: BaselineEntry| BaselineEntry { path: fit(&entry.path), item: fit(&entry.item), ..entry };
    let baseline = Baseline::new(findings.filter_map(|finding| prints.entry(finding)).map(entry));
    write(cwd, path, &baseline.to_text())?;
    let (count, shown) = (counted(baseline.iter().count(), "finding"), safe(&name_of(path, cwd)));
    let written = format!("{count} written to {shown}");
    Ok(if is_kept {
        written
    } else {
        format!(
            "{written}; `--baseline {shown}`, or `baseline` in the configuration, reports only what is new"
        )
    })
}

fn write(cwd: &Path, path: &Path, text: &str) -> Result<(), String> {
    write_output(cwd, path, text.as_bytes())
        .map_err(|message| format!("{}: {message}", safe(&path.display().to_string())))
}
