//! Floor 5, *rules*: one question each, asked of a [`Program`](crate::link::Program).

use crate::finding::{Findings, Level};
use crate::link::Program;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id, which is also the name of its page: `global-auth-client`.
    pub id: &'static str,
    /// The first line of its page.
    pub summary: &'static str,
    /// How loud it is when nobody says otherwise; a finding may be quieter, never louder.
    pub level: Level,
    /// The version that brought it.
    pub since: &'static str,
    /// Its page.
    pub page: &'static str,
    /// Asks the question.
    pub(crate) check: fn(&Program<'_>, &mut Findings),
}

/// Every rule, sorted by id.
pub static RULES: &[&Rule] = &[];
