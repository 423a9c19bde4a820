//! Floor 4, *finding*: what a rule reports, as plain data that knows no output format.

mod allow;
mod date;
mod fix;
mod nearest;
mod seen;
mod verdict;

use crate::source::Place;
pub use allow::{ALLOW_LEVEL, ALLOW_RULES, AllowsByFile, STALE_BASELINE, Suppressed, Suppression, suppress};
pub use date::Date;
pub use fix::{Applicability, Edit, Fix, edited};
pub use nearest::nearest;
pub use seen::Seen;
pub use verdict::{Guard, Silence, Verdict};

/// How many steps a way is followed over with confidence. Of the places that people marked in real code none has more.
const FAR: usize = 14;

/// How loud a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown, and by default no reason to fail.
    Note,
    /// Shown as a warning.
    Warn,
    /// Shown as an error.
    Deny,
}

/// How sure a rule is that a person who knows the code would agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess; hidden by default.
    Low,
    /// Likely.
    Medium,
    /// As good as proven.
    High,
}

impl Confidence {
    /// The word people write.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One labelled place of the story that a finding tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// What happens there: lower case, no full stop.
    pub label: String,
}

/// One report of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, `global-auth-client`.
    pub rule: &'static str,
    /// How loud.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// What is wrong: lower case, no full stop, one line.
    pub message: String,
    /// The place to look at first.
    pub primary: Step,
    /// The other places, in the order the story is told.
    pub steps: Vec<Step>,
    /// What to write instead, a sentence each: lower case, no full stop.
    pub help: Vec<String>,
    /// What would set it right, the best first. At most one of them is machine-applicable.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// A finding of `rule` at `primary`, with no steps and no help yet.
    #[must_use]
    pub fn new(
        rule: &'static str,
        level: Level,
        confidence: Confidence,
        message: String,
        primary: Step,
    ) -> Self {
        Self {
            rule,
            level,
            confidence,
            message,
            primary,
            steps: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }
}

/// The findings of a run, as rules add them; with the silences, where somebody wants to know.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    silences: Option<Vec<Silence>>,
}

impl Findings {
    /// An empty list that keeps silences as well.
    #[must_use]
    pub fn with_silences() -> Self {
        Self { list: Vec::new(), silences: Some(Vec::new()) }
    }

    /// Whether silences are kept, so that it is worth asking about what is never reported.
    #[must_use]
    pub fn keeps_silences(&self) -> bool {
        self.silences.is_some()
    }

    /// Adds what `rule` answers about a subject.
    pub fn judged(&mut self, rule: &'static str, subject: impl FnOnce() -> Step, verdict: Verdict) {
        match verdict {
            Ok(finding) => self.push(finding),
            Err(guard) => {
                if let Some(silences) = &mut self.silences {
                    silences.push(Silence { rule, subject: subject(), guard });
                }
            }
        }
    }

    /// Takes out the silences: by rule and place of the subject, each once.
    #[must_use]
    pub fn take_silences(&mut self) -> Vec<Silence> {
        let mut silences = self.silences.take().unwrap_or_default();
        silences.sort_by(|a, b| {
            (a.rule, &a.subject, &a.guard.reason, &a.guard.steps).cmp(&(
                b.rule,
                &b.subject,
                &b.guard.reason,
                &b.guard.steps,
            ))
        });
        silences.dedup();
        silences
    }

    /// Adds one. What was followed over very many steps is a guess, however sure its rule is.
    pub fn push(&mut self, mut finding: Finding) {
        if finding.steps.len() > FAR {
            finding.confidence = finding.confidence.min(Confidence::Low);
        }
        self.list.push(finding);
    }

    /// How many there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether none was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them in the order of reports: by primary place, then rule, then message, each once.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.list.sort_by(|a, b| {
            (a.primary.place, a.rule, &a.message, &a.steps).cmp(&(
                b.primary.place,
                b.rule,
                &b.message,
                &b.steps,
            ))
        });
        // A file that two targets share is one place for a person.
        self.list
            .dedup_by(|later, first| (later.rule, later.primary.place) == (first.rule, first.primary.place));
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Place, Span};

    #[test]
    fn a_long_way_is_a_guess() {
        let step = || Step { place: Place { file: FileId(0), span: Span::default() }, label: String::new() };
        let found = |steps: usize| {
            let mut finding = Finding::new("rule", Level::Deny, Confidence::High, String::new(), step());
            finding.steps = (0..steps).map(|_| step()).collect();
            let mut findings = Findings::default();
            findings.push(finding);
            findings.into_sorted()[0].confidence
        };
        assert_eq!(found(FAR), Confidence::High);
        assert_eq!(found(FAR + 1), Confidence::Low);
    }
}
