//! What a rule answers about one subject: a finding, or the guard that keeps it silent.

use super::{Finding, Step};

/// The answer: report this, or say nothing because of that.
pub type Verdict = Result<Finding, Guard>;

/// Why a rule has nothing to report about a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The reason: lower case, no full stop, one line, without a literal's text.
    pub reason: String,
    /// Where that is seen.
    pub steps: Vec<Step>,
}

impl Guard {
    /// A guard that has no place of its own.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), steps: Vec::new() }
    }

    /// A guard that is seen at these places.
    pub fn at(reason: impl Into<String>, steps: Vec<Step>) -> Self {
        Self { reason: reason.into(), steps }
    }
}

/// A subject about which a rule has nothing to report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The rule's id.
    pub rule: &'static str,
    /// What was asked about, and where it is.
    pub subject: Step,
    /// Why nothing is reported.
    pub guard: Guard,
}
