//! What each rule says of a place: what it reports and whether that is shown, or why it is silent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::place::Line;
use super::{Answer, Levels, Seen, Settings, Suppression, WhyArgs};
use crate::cli::baseline::Named;
use crate::finding::{Confidence, Finding, Level, Silence, Step};
use crate::report::{Fingerprints, Told};
use crate::rules::Rule;
use crate::source::{Files, Place};

/// What decides on whether a finding is shown.
pub(super) struct Judge<'a> {
    pub(super) args: &'a WhyArgs,
    pub(super) settings: &'a Settings,
    pub(super) levels: &'a Levels<'a>,
    pub(super) files: &'a Files,
    pub(super) baseline: Option<&'a Named>,
    pub(super) prints: &'a Fingerprints,
    pub(super) suppression: &'a Suppression<'a>,
}

impl Judge<'_> {
    /// The answers of all rules about what is seen at a line; those that ask about nothing of it at the end.
    pub(super) fn answers(
        &self,
        rules: &[&'static Rule],
        answer: &Answer,
        seen: &[&Seen],
        at: &Line<'_>,
    ) -> Vec<Told> {
        let subjects: BTreeSet<Place> = seen.iter().map(|it| it.subject.place).collect();
        let is_meant = |place: Place, steps: &[Step]| {
            subjects.contains(&place) || at.has(place) || steps.iter().any(|step| at.has(step.place))
        };
        let mut answers = Vec::new();
        let mut left: BTreeMap<&str, Vec<&'static str>> = BTreeMap::new();
        for rule in rules {
            let before = answers.len();
            let found = answer.findings.iter().filter(|it| it.rule == rule.id);
            let found = found.filter(|it| is_meant(it.primary.place, &it.steps));
            answers.extend(found.map(|finding| self.of_finding(finding)));
            let silent = answer.reasons.silences.iter().filter(|it| it.rule == rule.id);
            let silent = silent.filter(|it| is_meant(it.subject.place, &it.guard.steps));
            answers.extend(silent.map(of_silence));
            if answers.len() == before {
                left.entry(rule.check.subjects()).or_default().push(rule.id);
            }
        }
        let told = |(subjects, rules): (&str, Vec<_>)| {
            let asks = if rules.len() == 1 { "asks" } else { "ask" };
            Told { rules, text: format!("{asks} about {subjects}"), steps: Vec::new() }
        };
        answers.extend(left.into_iter().map(told));
        answers
    }

    fn of_finding(&self, finding: &Finding) -> Told {
        let mut steps = vec![finding.primary.clone()];
        let (fate, place) = self.fate(finding);
        steps.extend(place);
        steps.extend(finding.steps.iter().cloned());
        Told { rules: vec![finding.rule], text: format!("{fate}: {}", finding.message), steps }
    }

    /// What becomes of a finding, and the place that makes it so where there is one; asked in the order of a run.
    fn fate(&self, finding: &Finding) -> (String, Option<Step>) {
        if let Some(place) = self.suppression.comment_for(finding) {
            let step = Step { place, label: "this comment suppresses it".to_owned() };
            return ("found, and suppressed by a comment".to_owned(), Some(step));
        }
        let path = &self.files.get(finding.primary.place.file).path;
        let level = self.levels.of(finding, path);
        if level == Level::Allow {
            let (rule, origin) = (finding.rule, self.levels.origin(finding.rule, path));
            return (format!("found, and not shown at this level ({origin}); `-W {rule}` shows it"), None);
        }
        if let Some(hidden) = self.too_unsure(finding.confidence, path) {
            return (hidden, None);
        }
        if let Some(place) = self.baseline.and_then(|it| it.place_of(self.prints.of(finding))) {
            let step = Step { place, label: "this entry of the baseline names it".to_owned() };
            let fate = "found, and hidden since the baseline names it; `--no-baseline` shows it";
            return (fate.to_owned(), Some(step));
        }
        let level = match level {
            Level::Deny => "an error",
            Level::Warn => "a warning",
            Level::Note | Level::Allow => "a note",
        };
        (format!("reported as {level} of {} confidence", finding.confidence.word()), None)
    }

    fn too_unsure(&self, confidence: Confidence, path: &Path) -> Option<String> {
        let least = self.args.min_confidence.or_else(|| self.settings.min_confidence_in(path));
        let least = least.unwrap_or_default();
        let origin = match self.args.min_confidence {
            Some(_) => "a flag".to_owned(),
            None => self.settings.min_confidence_origin(path),
        };
        let (word, asked) = (confidence.word(), least.word());
        (confidence < least.confidence()).then(|| {
            format!(
                "found, and hidden as too unsure ({origin} asks for {asked}); `--min-confidence {word}` shows it"
            )
        })
    }
}

fn of_silence(silence: &Silence) -> Told {
    let text = format!("silent about {}: {}", silence.subject.label, silence.guard.reason);
    Told { rules: vec![silence.rule], text, steps: silence.guard.steps.clone() }
}
