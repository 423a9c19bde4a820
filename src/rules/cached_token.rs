//! `cached-token`: a cell or memoised function keeps a token string that nothing renews.

use super::{
    Rule,
    story::{is_constant, kind_name, shared, way},
};
use crate::catalog::schema::{CredentialKind, Lifetime};
use crate::finding::{Confidence, Finding, Findings, Level, Step};
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
    check,
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for cell in program.cells() {
        if let Some(finding) = ask(program, cell) {
            findings.push(finding);
        }
    }
}

fn ask(program: &Program<'_>, cell: &Cell) -> Option<Finding> {
    let is_renewed = !cell.renewals.is_empty() || program.is_refreshing(&cell.content);
    if cell.is_example || is_renewed || !program.may_hold_token(cell) || program.knows_its_age(&cell.ty) {
        return None;
    }
    let (mark, id) = worst(program, cell)?;
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
    Some(finding)
}

/// Of the credentials in the raw that a cell holds, the one that matters most.
fn worst(program: &Program<'_>, cell: &Cell) -> Option<(Mark, CredentialId)> {
    let all = program.raw_credentials(cell);
    let tokens = all.into_iter().filter(|(mark, id)| {
        let is_own = program.is_own_signing(*id) || program.is_only_compared(*id);
        !is_own && is_token(program.credential(*id)) && !program.is_copied(cell, &mark.what)
    });
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
