//! Floor 5, *rules*: one question each, asked of a [`Program`](crate::link::Program).

mod cached_token;
mod client_before_fork;
mod forking_host_global;
mod global_auth_client;
mod inherited;
mod lazy_credential_env;
mod runtime_before_fork;
mod shared_mutable_auth;
mod story;
mod token_outlives_expiry;

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
pub static RULES: &[&Rule] = &[
    &cached_token::RULE,
    &client_before_fork::RULE,
    &forking_host_global::RULE,
    &global_auth_client::RULE,
    &lazy_credential_env::RULE,
    &runtime_before_fork::RULE,
    &shared_mutable_auth::RULE,
    &token_outlives_expiry::RULE,
];

/// Asks every rule's question.
pub fn check(program: &Program<'_>, findings: &mut Findings) {
    for rule in RULES {
        (rule.check)(program, findings);
    }
}

/// The rule of an id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
