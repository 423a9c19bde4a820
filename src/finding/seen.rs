//! What is known of a place whether a rule cares for it or not: what `why` tells first.

use super::Step;

/// Something that the program has: a cell, a credential, a fork, what a fork does not copy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// Where it is declared, enters or is made, and what it is. [`Silence`](super::Silence)s about it have the same place.
    pub subject: Step,
    /// What it holds: lower case, no full stop, one line each, without a literal's text.
    pub holds: Vec<String>,
    /// The places that matter to it, in the order in which they are told.
    pub steps: Vec<Step>,
}
