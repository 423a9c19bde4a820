//! What could not be read or understood: a value beside the results, never an abort.

use super::Place;

/// One thing that could not be done, told so that a person knows the next step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What kind it is; decides the exit code.
    pub kind: ProblemKind,
    /// The file or directory, as reports show it.
    pub path: String,
    /// Where in the file, when known.
    pub place: Option<Place>,
    /// What went wrong and what to do about it: lower case, no full stop.
    pub message: String,
}

/// How much a problem costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// A file or manifest could not be read at all (missing, unreadable, not UTF-8, too large, not regular).
    Unreadable,
    /// A file was read, but nothing in it was understood.
    Unparsable,
    /// A part of a file was not understood (an item, a macro); the rest was.
    PartlyParsed,
    /// A manifest says something that cannot be followed.
    Manifest,
}

impl ProblemKind {
    /// Whether the run counts as failed (exit code 2) because of this.
    #[must_use]
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::PartlyParsed)
    }
}
