//! `cached-token`: a cell or memoised function keeps a token string that nothing renews.

use super::{
    Check, Rule, guard,
    story::{is_constant, kind_name, shared, way},
};
use crate::catalog::schema::{CredentialKind, Lifetime};
use crate::finding::{Confidence, Finding, Guard, Level, Step, Verdict};
use crate::link::{
    Program,
    cells::{Cell, CellKey},
    value::{Credential, CredentialId, Mark, Source},
};

pub(super) static RULE: Rule = Rule {
    id: "cached-token",
    summary: "a process-wide cell keeps a token that nothing renews",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/cached-token.md"),
    check: Check::Cells(judge),
};

fn judge(program: &Program<'_>, cell: &Cell) -> Verdict {
    guard::not_example(cell)?;
    guard::not_renewed(program, cell)?;
    if !program.may_hold_token(cell) {
        let ty = program.shown_type(&cell.ty);
        return Err(Guard::new(format!("no token is kept in `{ty}`")));
    }
    let (mark, id) = worst(program, cell).ok_or_else(|| nothing_kept(program, cell))?;
    let credential = program.credential(id);
    let label = match cell.key {
        CellKey::Memo(_) => "what it gave first is given for ever",
        _ => "every caller in the process gets this one",
    };
    let primary = Step { place: cell.place, label: label.to_owned() };
    let message = message(program, cell, credential);
    let confidence = confidence(program, cell, id);
    let mut finding = Finding::new(RULE.id, level(program, credential), confidence, message, primary);
    finding.steps = way(program, id, &mark.trace);
    finding.steps.extend(shared(program, cell));
    finding.help = help(program, credential);
    Ok(finding)
}

/// Why what a cell holds is no token in the raw that may stop working.
fn nothing_kept(program: &Program<'_>, cell: &Cell) -> Guard {
    if program.is_keyed_store(cell) {
        return Guard::new("a collection that is asked by a key keeps the tokens of others");
    }
    if program.is_whole_configuration(cell) {
        return Guard::new("it is a whole configuration, and what is made of that is asked about by itself");
    }
    let raw = program.raw_credentials(cell);
    let is_sent_to_others = |id: &CredentialId| {
        !program.is_own_signing(*id) && program.credential(*id).lifetime != Lifetime::Refreshing
    };
    match raw.iter().find(|(_, id)| is_sent_to_others(id)) {
        Some((_, id)) => {
            let kind = kind_name(program.credential(*id).kind);
            Guard::at(format!("a {kind} is not a token that ends or is replaced"), guard::seen(program, &raw))
        }
        None => guard::without_credential(program, cell, &raw),
    }
}

/// Of the credentials in the raw that a cell holds, the one that matters most.
fn worst(program: &Program<'_>, cell: &Cell) -> Option<(Mark, CredentialId)> {
    let all = program.raw_credentials(cell);
    let tokens =
        all.into_iter().filter(|(_, id)| !program.is_own_signing(*id) && is_token(program.credential(*id)));
    tokens.min_by_key(|(_, id)| {
        let entry = program.credential(*id);
        (entry.lifetime, program.origin(entry.origin).place)
    })
}

/// Whether a credential is one that is sent to somebody else and may stop working.
fn is_token(credential: &Credential) -> bool {
    let is_sent_kind = matches!(
        credential.kind,
        CredentialKind::ApiKey
            | CredentialKind::AccessToken
            | CredentialKind::BotToken
            | CredentialKind::Session
    );
    is_sent_kind && credential.lifetime != Lifetime::Refreshing
}

fn level(program: &Program<'_>, credential: &Credential) -> Level {
    match credential.lifetime {
        Lifetime::Expiring => Level::Deny,
        _ if is_constant(program, credential) => Level::Note,
        _ => Level::Warn,
    }
}

/// Sure where it is seen to be sent; likely where a name that nobody gives to anything else says so.
fn confidence(program: &Program<'_>, cell: &Cell, id: CredentialId) -> Confidence {
    match program.origin(program.credential(id).origin).source {
        _ if program.is_sent(id) => Confidence::High,
        Source::Env | Source::SecretStore | Source::Login | Source::Field => Confidence::Medium,
        Source::Unknown | Source::Literal => Confidence::Low,
        _ if program.speaks_of_credential(&cell.name) => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn message(program: &Program<'_>, cell: &Cell, credential: &Credential) -> String {
    let (name, kind) = (&cell.name, kind_name(credential.kind));
    if credential.lifetime == Lifetime::Expiring {
        return format!(
            "`{name}` keeps the {kind} it got first, which ends by itself, and nothing renews it"
        );
    }
    if is_constant(program, credential) {
        return format!("`{name}` keeps the {kind} the process started with");
    }
    format!("`{name}` keeps the {kind} it got first, and nothing renews it")
}

fn help(program: &Program<'_>, credential: &Credential) -> Vec<String> {
    let kind = kind_name(credential.kind);
    if credential.lifetime == Lifetime::Expiring {
        return vec![
            format!("keep the {kind} together with the time it ends, and fetch a new one before that"),
            "or keep a provider that renews it, and ask that for each request".to_owned(),
        ];
    }
    if is_constant(program, credential) {
        return vec![format!(
            "a rotated {kind} is seen only after a restart: read and check it in `main`, and hand it to what needs it"
        )];
    }
    vec![format!(
        "read the {kind} again when it is rejected, or after a time, instead of keeping it for the life of the process"
    )]
}
