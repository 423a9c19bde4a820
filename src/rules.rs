//! Floor 5, *rules*: one question each, asked of a [`Program`].
//!
//! A rule judges subjects one by one. `check` of its [`Rule`] says which: [`Check::Cells`] and [`Check::Inherited`] take
//! a function from the program and one subject to a [`Verdict`](crate::finding::Verdict), which is `Ok(finding)` or
//! `Err(guard)`: the reason for silence, which `cargo authlint why` tells. So a guard is one line that ends in `?` or
//! `return Err(Guard::new("…"))`, and what is reported and what is told of it come from the same code. Guards that
//! several rules have stand in `guard`. [`Check::Program`] takes a plain `fn(&Program, &mut Findings)` for a rule with
//! subjects of another kind; it loops itself, and hands each verdict to `Findings::judged`.

mod arrival;
mod cached_token;
mod client_across_runtimes;
mod client_before_fork;
mod compile_time_credential;
mod empty_credential;
mod fix;
mod forking_host_global;
mod global_auth_client;
mod guard;
mod hardcoded_credential;
mod inherited;
mod lazy_credential_env;
mod missing_deploy_env;
mod renewing;
mod runtime_before_fork;
mod seen;
mod shared_mutable_auth;
mod spared;
mod story;
mod subject;
mod token_outlives_expiry;
mod unverified_startup;
mod wrong_provider_credential;

use crate::finding::{Findings, Level, Verdict};
use crate::link::{Program, cells::Cell, order::Inherited, value::HazardKind};

pub use fix::{edits, suggest};
pub use seen::seen;

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
    /// The question.
    pub(crate) check: Check,
}

/// What a rule's question is asked of.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// Of each cell.
    Cells(fn(&Program<'_>, &Cell) -> Verdict),
    /// Of everything that a forked child goes on with, as far as it is of these kinds; `None` is a runtime out of sight.
    Inherited {
        /// Whether a kind is asked about.
        of: fn(Option<HazardKind>) -> bool,
        /// The question.
        judge: fn(&Program<'_>, &Inherited) -> Verdict,
    },
    /// Of other things, which it looks for itself.
    Program {
        /// What they are, and that none is there, in words that go on from "it asks about".
        of: &'static str,
        /// The question.
        check: fn(&Program<'_>, &mut Findings),
    },
}

impl Check {
    /// What the question is asked of, in words that go on from "it asks about".
    pub(crate) fn subjects(self) -> &'static str {
        match self {
            Self::Cells(_) => "process-wide cells, and none is here or holds what is here",
            Self::Inherited { .. } => "what a forked child goes on with, and nothing like that is made here",
            Self::Program { of, .. } => of,
        }
    }
}

impl Rule {
    /// Asks the question, and adds the answers to `findings`.
    pub(crate) fn ask(&self, program: &Program<'_>, findings: &mut Findings) {
        match self.check {
            Check::Cells(judge) => subject::cells(self.id, judge, program, findings),
            Check::Inherited { of, judge } => subject::inherited(self.id, of, judge, program, findings),
            Check::Program { check, .. } => check(program, findings),
        }
    }
}

/// Every rule, sorted by id.
pub static RULES: &[&Rule] = &[
    &cached_token::RULE,
    &client_across_runtimes::RULE,
    &client_before_fork::RULE,
    &compile_time_credential::RULE,
    &empty_credential::RULE,
    &forking_host_global::RULE,
    &global_auth_client::RULE,
    &hardcoded_credential::RULE,
    &lazy_credential_env::RULE,
    &missing_deploy_env::RULE,
    &runtime_before_fork::RULE,
    &shared_mutable_auth::RULE,
    &token_outlives_expiry::RULE,
    &unverified_startup::RULE,
    &wrong_provider_credential::RULE,
];

/// Asks every rule's question.
pub fn check(program: &Program<'_>, findings: &mut Findings) {
    for rule in RULES {
        rule.ask(program, findings);
    }
}

/// The rule of an id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}
