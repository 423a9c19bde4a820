//! Fixes: for a finding, the edits that set it right, where the code allows them.
//!
//! A rule judges, and knows neither syntax nor text. What it found is a place, and here the code at that place is looked
//! at again: as the facts have it (`code`), and as text where something is moved or set in (`text`). New code is built
//! with `quote` (`write`) and laid out by `facts`; what is moved keeps its own text. Each rule that edits has a file of its
//! own and a line in [`FIXERS`].
//!
//! A fix is machine-applicable where the code behaves rightly without anybody's judgement: what is done is done in another
//! order. Where the program begins to need what it did not need before, such as a variable where it runs, somebody has
//! to judge, and it is maybe-incorrect. Where a name has to be made up it has placeholders.

mod aged;
mod attached;
mod baked;
mod behind_fork;
mod cached_token;
mod code;
mod compile_time_credential;
mod constant;
mod global_auth_client;
mod hardcoded_credential;
mod import;
mod kept_in;
mod lazy_credential_env;
mod local;
mod missing_deploy_env;
mod per_process;
mod repeated;
mod run_time;
mod runtime_before_fork;
mod set_and_read;
mod shared_mutable_auth;
mod stand_in;
mod statement;
mod text;
mod token_outlives_expiry;
mod uses;
mod write;
mod wrong_provider_credential;

use crate::finding::{Finding, Fix};
use crate::link::Program;
use crate::source::Files;
use code::Code;

/// Looks for the fix of a finding.
type Fixer = fn(&Code<'_>, &Finding) -> Option<Fix>;

/// The rules that edit, sorted by id.
static FIXERS: &[(&str, Fixer)] = &[
    ("cached-token", cached_token::fix),
    ("client-before-fork", behind_fork::fix),
    ("compile-time-credential", compile_time_credential::fix),
    ("empty-credential", stand_in::fix),
    ("forking-host-global", per_process::fix),
    ("global-auth-client", global_auth_client::fix),
    ("hardcoded-credential", hardcoded_credential::fix),
    ("lazy-credential-env", lazy_credential_env::fix),
    ("missing-deploy-env", missing_deploy_env::fix),
    ("runtime-before-fork", runtime_before_fork::fix),
    ("shared-mutable-auth", shared_mutable_auth::fix),
    ("token-outlives-expiry", token_outlives_expiry::fix),
    ("wrong-provider-credential", wrong_provider_credential::fix),
];

/// Adds fixes to findings of a program, whose files these are.
pub fn suggest(program: &Program<'_>, files: &Files, findings: &mut [Finding]) {
    let code = Code::new(program, files, findings);
    for finding in findings {
        let fixer = FIXERS.iter().find(|(rule, _)| *rule == finding.rule);
        let fix = fixer.and_then(|(_, fixer)| fixer(&code, finding));
        // What was not understood may be torn apart by an edit beside it.
        let is_safe = |fix: &Fix| fix.edits.iter().all(|edit| program.is_understood(edit.place));
        finding.fixes.extend(fix.filter(is_safe));
    }
}

/// Whether fixes are known for a rule.
#[must_use]
pub fn edits(rule: &str) -> bool {
    FIXERS.iter().any(|(id, _)| *id == rule)
}

#[cfg(test)]
mod tests {
    use super::FIXERS;
    use crate::rules::by_id;

    #[test]
    fn every_fixer_is_of_a_rule() {
        assert!(FIXERS.is_sorted_by_key(|(rule, _)| *rule));
        assert!(FIXERS.iter().all(|(rule, _)| by_id(rule).is_some()));
    }
}
