//! A finding in words that may be shown: labels merged and numbered, the same for every format.

use std::collections::BTreeMap;

use super::fingerprint::Fingerprints;
use super::fix::ShownFix;
use super::shown::Shown;
use crate::finding::{Confidence, Finding, Level, Step};
use crate::source::{FileId, Place};

/// A finding, ready to be laid out. All text in it is safe and on one line.
pub(super) struct Story {
    /// The rule's id.
    pub(super) rule: &'static str,
    /// `authlint::<rule>`.
    pub(super) code: String,
    /// Its name that stays when lines move; empty where the run has none for it.
    pub(super) fingerprint: String,
    /// How sure.
    pub(super) confidence: Confidence,
    /// How loud.
    pub(super) level: Level,
    /// What is wrong.
    pub(super) message: String,
    /// The labelled places, each once and fitted to its file; the primary one is the first.
    pub(super) labels: Vec<Label>,
    /// The places as the story tells them, from where it starts to the primary one; only that where there is no more.
    pub(super) way: Vec<Label>,
    /// What to write instead.
    pub(super) help: Vec<String>,
    /// What would set it right.
    pub(super) fixes: Vec<ShownFix>,
}

/// A labelled place.
pub(super) struct Label {
    /// Where.
    pub(super) place: Place,
    /// What happens there.
    pub(super) text: String,
}

impl Story {
    /// The story of a finding.
    pub(super) fn new(finding: &Finding, shown: &Shown<'_>, fingerprints: &Fingerprints) -> Self {
        Self {
            rule: finding.rule,
            fingerprint: fingerprints.of(finding).to_owned(),
            confidence: finding.confidence,
            code: format!("authlint::{}", finding.rule),
            level: finding.level,
            message: shown.message(&finding.message),
            labels: labels(finding, shown),
            way: way(finding, shown),
            help: finding.help.iter().map(|help| shown.message(help)).collect(),
            fixes: finding.fixes.iter().map(|fix| ShownFix::new(fix, shown)).collect(),
        }
    }

    /// The place to look at first.
    pub(super) fn primary(&self) -> &Label {
        &self.labels[0]
    }

    /// The level in rustc's words.
    pub(super) fn level_word(&self) -> &'static str {
        match self.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            Level::Note | Level::Allow => "note",
        }
    }
}

/// The primary label and those of the steps. Steps are numbered when the page shows them in another order than the story
/// tells them; several at one place become one label, in the order told.
fn labels(finding: &Finding, shown: &Shown<'_>) -> Vec<Label> {
    let is_numbered = !is_told_in_reading_order(finding);
    let mut labels = Vec::with_capacity(finding.steps.len() + 1);
    add(&mut labels, finding.primary.place, shown.message(&finding.primary.label), shown);
    for (at, step) in finding.steps.iter().enumerate() {
        let text = shown.message(&step.label);
        let text = if is_numbered { format!("{}: {text}", at + 1) } else { text };
        add(&mut labels, step.place, text, shown);
    }
    labels
}

fn way(finding: &Finding, shown: &Shown<'_>) -> Vec<Label> {
    let steps = finding.steps.iter().chain(std::iter::once(&finding.primary));
    let label = |step: &Step| Label { place: fitted(step.place, shown), text: shown.message(&step.label) };
    steps.map(label).collect()
}

fn fitted(place: Place, shown: &Shown<'_>) -> Place {
    Place { file: place.file, span: shown.file(place.file).fit(place.span) }
}

fn add(labels: &mut Vec<Label>, place: Place, text: String, shown: &Shown<'_>) {
    let place = fitted(place, shown);
    match labels.iter_mut().find(|label| label.place == place) {
        None => labels.push(Label { place, text }),
        Some(label) if label.text == text || text.is_empty() => {}
        Some(label) if label.text.is_empty() => label.text = text,
        Some(label) => {
            label.text.push_str("; ");
            label.text.push_str(&text);
        }
    }
}

/// Whether the steps, read file by file (in the order in which they first appear) and downwards, follow the story.
fn is_told_in_reading_order(finding: &Finding) -> bool {
    let mut ranks: BTreeMap<FileId, usize> = BTreeMap::from([(finding.primary.place.file, 0)]);
    let positions = finding.steps.iter().map(|step| {
        let next = ranks.len();
        (*ranks.entry(step.place.file).or_insert(next), step.place.span.start)
    });
    positions.is_sorted()
}

#[cfg(test)]
mod tests {
    use crate::finding::{Finding, Step};
    use crate::report::Fingerprints;
    use crate::report::sample;
    use crate::report::shown::Shown;
    use crate::report::story::Story;
    use crate::source::Files;

    fn label_texts(files: &Files, steps: &[(&str, &str)]) -> Vec<String> {
        let id = files.iter().next().expect("one file").0;
        let mut finding = sample::finding(sample::place(files, id, "two"));
        let step =
            |(at, label): &(&str, &str)| Step { place: sample::place(files, id, at), label: (*label).into() };
        finding.steps = steps.iter().map(step).collect();
        texts_of(&finding, files)
    }

    fn texts_of(finding: &Finding, files: &Files) -> Vec<String> {
        let findings = [finding.clone()];
        let shown = Shown::new(&sample::report(files, &findings));
        Story::new(finding, &shown, &Fingerprints::none())
            .labels
            .into_iter()
            .map(|label| label.text)
            .collect()
    }

    #[test]
    fn steps_are_numbered_only_when_told_out_of_reading_order() {
        let (files, _) = sample::one_file("a.rs", "one two three");
        assert_eq!(label_texts(&files, &[("one", "a"), ("three", "b")]), ["primary label", "a", "b"]);
        assert_eq!(label_texts(&files, &[("three", "a"), ("one", "b")]), ["primary label", "1: a", "2: b"]);
    }

    #[test]
    fn steps_at_one_place_become_one_label_in_order() {
        let (files, _) = sample::one_file("a.rs", "one two three");
        let steps = [("three", "b"), ("two", "p"), ("three", "c"), ("three", "c")];
        assert_eq!(label_texts(&files, &steps), ["primary label; 2: p", "1: b; 3: c; 4: c"]);
        assert_eq!(label_texts(&files, &[("three", "b"), ("three", "b")]), ["primary label", "b"]);
    }
}
