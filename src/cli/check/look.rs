//! A look at the files that fixes are chosen by, with texts that stand for those on the disk.

use std::collections::BTreeSet;

use super::{Job, following};
use crate::cli::baseline::read_baseline;
use crate::cli::fixing::Texts;
use crate::cli::input::{Input, read_with};
use crate::cli::linking::{Afterwards, Answer, Wanted, answer};
use crate::cli::progress::Stages;
use crate::cli::scope::Scope;
use crate::cli::since::keep_changed;
use crate::cli::streams::Streams;
use crate::finding::Finding;
use crate::report::Fingerprints;
use crate::source::{FileId, Place, discover, prefix_in_repository};

/// What a look at the files came to.
pub(in crate::cli) struct Look {
    pub(in crate::cli) input: Input,
    /// The files reported on.
    pub(in crate::cli) scope_files: BTreeSet<FileId>,
    /// What would be shown.
    pub(in crate::cli) findings: Vec<Finding>,
    /// Of these, what may be fixed: old code is left alone, as it is not reported.
    pub(in crate::cli) fixable: Vec<Finding>,
    /// The literals that are secrets.
    pub(in crate::cli) secrets: Vec<Place>,
}

impl Job<'_> {
    /// Looks at the files, with texts that stand for those on the disk.
    ///
    /// # Errors
    /// What kept the job from being done.
    pub(in crate::cli) fn look(&self, texts: &Texts, streams: &mut Streams<'_>) -> Result<Look, String> {
        self.progress.during(streams, |stages| self.looked(texts, stages))
    }

    /// Says what could not be looked at. Gives whether that kept the job from being done.
    pub(in crate::cli) fn tell_failures(&self, input: &Input, streams: &mut Streams<'_>) -> bool {
        let mut scope = Scope::new(&input.project, &input.loaded, &input.files);
        let excluded = scope.exclude(&self.settings.exclude, &input.files).len();
        self.tell_problems(input, &scope, excluded, streams);
        let has_failed = input.problems.iter().any(|problem| problem.kind.is_failure());
        has_failed || self.is_nothing_left(&scope, excluded)
    }

    fn looked(&self, texts: &Texts, stages: &Stages) -> Result<Look, String> {
        stages.at("reading files");
        let found = discover(&self.args.request(self.cwd));
        let input = read_with(found, self.cwd, self.args.threads, texts);
        stages.at(following(&input.files));
        let mut scope = Scope::new(&input.project, &input.loaded, &input.files);
        let excluded = scope.exclude(&self.settings.exclude, &input.files).len();
        let loaded = (&input.loaded, &input.files);
        let answer = answer(
            &input.project,
            loaded,
            &self.catalog,
            &self.active,
            Wanted::Findings,
            Afterwards::GoesOn,
        )?;
        let left = self.suppressed(&input, &scope, &answer);
        let findings = self.outcome(&input, &scope, excluded, left).findings;
        let fixable = self.fixable(&findings, &input, &answer)?;
        let scope_files = scope.files.clone();
        Ok(Look { scope_files, findings, fixable, secrets: answer.secrets, input })
    }

    /// The findings that are reported: those that the baseline does not name, and that touch a changed line with `--since`.
    /// Lines that fixes changed count as changed, as they will once they are written.
    fn fixable(&self, findings: &[Finding], input: &Input, answer: &Answer) -> Result<Vec<Finding>, String> {
        let mut fixable = findings.to_vec();
        if let Some(path) = self.baseline() {
            let (_, baseline) = read_baseline(path, self.cwd)?;
            let prefix = prefix_in_repository(self.cwd);
            let all = answer.findings.iter().chain(findings);
            let prints = Fingerprints::new(all, &input.files, &input.loaded.facts, &answer.secrets, &prefix);
            let named = baseline.fingerprints();
            fixable.retain(|finding| !named.contains(prints.of(finding)));
        }
        if let Some(reference) = &self.args.gate.since {
            keep_changed(&mut fixable, &input.files, self.cwd, reference)?;
        }
        Ok(fixable)
    }
}
