//! What is let pass of what was found: what a baseline names, what touches no changed line, what gets a comment.

use std::path::Path;

use super::allowing::add_allows;
use super::args::CheckArgs;
use super::baseline::{BaselineTask, Held, RunSeen, write_baseline};
use super::levels::Levels;
use super::scope::Scope;
use super::since::keep_changed;
use super::streams::Streams;
use super::summary::{Summary, counted};
use super::{FAILED, NOTHING_FOUND};
use crate::facts::FileFacts;
use crate::finding::{Finding, Level};
use crate::report::{Fingerprints, KeyShape, masked};
use crate::rules::Rule;
use crate::source::{Files, Place};

/// A run, as far as it has come when its findings are to be shown.
pub(super) struct Gate<'a> {
    pub(super) args: &'a CheckArgs,
    pub(super) cwd: &'a Path,
    /// The way to `cwd` from the root of the repository.
    pub(super) prefix: &'a str,
    pub(super) scope: &'a Scope<'a>,
    pub(super) levels: &'a Levels<'a>,
    /// The rules there are.
    pub(super) rules: &'a [&'static Rule],
    /// Those that were asked.
    pub(super) active: &'a [&'static Rule],
    pub(super) facts: &'a [FileFacts],
    pub(super) secrets: &'a [Place],
    pub(super) key_shapes: &'a [KeyShape<'a>],
    /// The baseline, where a flag or the settings name one.
    pub(super) baseline: Option<&'a Path>,
}

impl Gate<'_> {
    /// Writes or clears the baseline, where that is what was asked for: the exit code then.
    ///
    /// # Errors
    /// The baseline cannot be read or written.
    pub(super) fn keep(
        &self,
        findings: &[Finding],
        summary: &Summary,
        prints: &Fingerprints,
        files: &Files,
        streams: &mut Streams<'_>,
    ) -> Result<Option<u8>, String> {
        let gate = &self.args.gate;
        if gate.task == BaselineTask::Use {
            return Ok(None);
        }
        if summary.failures > 0 {
            streams.fail("the baseline is as it was, since not everything could be looked at");
            return Ok(Some(FAILED));
        }
        let path = self.baseline;
        let done = if gate.task == BaselineTask::Write {
            let fit = |text: &str| masked(text, files, self.secrets, self.key_shapes);
            let is_kept = gate.baseline.is_none() && path.is_some();
            write_baseline(path, self.cwd, is_kept, findings.iter(), prints, fit)?
        } else {
            Held::read(path, self.run())?.prune(prints, files)?
        };
        if !self.args.quiet {
            streams.say(done);
        }
        Ok(Some(NOTHING_FOUND))
    }

    /// Takes out what is let pass, and adds what is stale in the baseline.
    ///
    /// # Errors
    /// The baseline cannot be read, or git cannot compare.
    pub(super) fn let_pass(
        &self,
        findings: &mut Vec<Finding>,
        summary: &mut Summary,
        prints: &Fingerprints,
        files: &mut Files,
        streams: &mut Streams<'_>,
    ) -> Result<(), String> {
        let gate = &self.args.gate;
        if self.baseline.is_some() {
            let held = Held::read(self.baseline, self.run())?;
            summary.in_baseline = held.hide(findings, prints);
            for mut stale in held.stale_findings(prints, files) {
                stale.level = self.levels.of(&stale, &files.get(stale.primary.place.file).path);
                findings.extend((stale.level > Level::Allow).then_some(stale));
            }
        }
        if let Some(reference) = &gate.since {
            summary.unchanged = keep_changed(findings, files, self.cwd, reference)?;
        }
        if let Some(reason) = &gate.add_allow {
            self.add_comments(reason, findings, summary, files, streams);
        }
        summary.count(findings);
        Ok(())
    }

    fn add_comments(
        &self,
        reason: &str,
        findings: &mut Vec<Finding>,
        summary: &mut Summary,
        files: &Files,
        streams: &mut Streams<'_>,
    ) {
        let allowed = add_allows(findings, reason, files, self.facts, self.scope);
        for refusal in &allowed.refusals {
            streams.fail(refusal);
        }
        summary.failures += allowed.refusals.len();
        summary.suppressed += allowed.findings;
        if !self.args.quiet {
            let (comments, found) =
                (counted(allowed.comments, "comment"), counted(allowed.findings, "finding"));
            streams.say(format_args!("{comments} written, over {found}"));
        }
    }

    fn run(&self) -> RunSeen<'_> {
        RunSeen {
            cwd: self.cwd,
            prefix: self.prefix,
            scope: self.scope,
            asked: self.active.iter().map(|rule| rule.id).collect(),
            known: self.rules.iter().map(|rule| rule.id).collect(),
            heeds_comments: !self.args.no_allow,
        }
    }
}
