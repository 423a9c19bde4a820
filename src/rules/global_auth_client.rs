//! `global-auth-client`: a process-wide cell holds a client that was authenticated once.

use smol_str::SmolStr;

use super::{
    Check, Rule, guard, renewing,
    story::{article, is_constant, kind_name, shared, way},
};
use crate::catalog::schema::{CredentialKind, Lifetime};
use crate::finding::{Confidence, Finding, Guard, Level, Step, Verdict};
use crate::link::{
    Program,
    cells::Cell,
    value::{Certainty, Credential, CredentialId, Mark, OriginId, What},
};

pub(super) static RULE: Rule = Rule {
    id: "global-auth-client",
    summary: "a process-wide cell holds a client with a credential built in once",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/global-auth-client.md"),
    check: Check::Cells(judge),
};

fn judge(program: &Program<'_>, cell: &Cell) -> Verdict {
    guard::not_example(cell)?;
    guard::not_renewed(program, cell)?;
    let (mark, id, client) = worst(program, cell).ok_or_else(|| nothing_built_in(program, cell))?;
    let credential = program.credential(id);
    let label = "every caller in the process shares this client".to_owned();
    let primary = Step { place: cell.place, label };
    let message = message(program, cell, credential, &client.name);
    let mut finding =
        Finding::new(RULE.id, level(credential), confidence(credential, client.certainty), message, primary);
    finding.steps = way(program, id, &mark.trace);
    finding.steps.extend(shared(program, cell));
    finding.help = help(credential);
    finding.help.extend(renewing_help(program, credential, &client.name));
    Ok(finding)
}

/// Why what a cell holds is no client with a credential built in for good.
fn nothing_built_in(program: &Program<'_>, cell: &Cell) -> Guard {
    let built: Vec<_> = built(program, cell).into_iter().map(|(mark, id, _)| (mark, id)).collect();
    let raw = program.raw_credentials(cell);
    if built.is_empty() && !raw.is_empty() {
        let reason = "the credential is kept by itself, and is not built into a client";
        return Guard::at(reason, guard::seen(program, &raw));
    }
    guard::without_credential(program, cell, &built)
}

/// A client as far as a rule asks: its type and how well that is known.
struct Client {
    name: SmolStr,
    certainty: Certainty,
}

/// Of the credentials built into what a cell holds, the one that matters most.
fn worst(program: &Program<'_>, cell: &Cell) -> Option<(Mark, CredentialId, Client)> {
    let counts = |id: CredentialId| {
        !program.is_own_signing(id) && program.credential(id).lifetime != Lifetime::Refreshing
    };
    let counted = built(program, cell).into_iter().filter(|(_, id, _)| counts(*id));
    let all = counted.filter(|(mark, ..)| !program.is_copied(cell, &mark.what));
    all.min_by_key(|(_, id, client)| {
        let entry = program.credential(*id);
        (std::cmp::Reverse(client.certainty), entry.lifetime, program.origin(entry.origin).place)
    })
}

/// Where the credentials come from that are built into what a cell holds and do not renew themselves.
pub(super) fn origins(program: &Program<'_>, cell: &Cell) -> Vec<OriginId> {
    let counts = |id: &CredentialId| program.credential(*id).lifetime != Lifetime::Refreshing;
    let ids = built(program, cell).into_iter().map(|(_, id, _)| id).filter(counts);
    ids.map(|id| program.credential(id).origin).collect()
}

/// The credentials built into what a cell holds, each with its way and the client.
fn built(program: &Program<'_>, cell: &Cell) -> Vec<(Mark, CredentialId, Client)> {
    let all = cell.content.all_marks();
    let built = all.iter().filter_map(|mark| match mark.what {
        What::Built(credential, build) => {
            let build = program.build(build);
            let client = Client { name: build.client.clone(), certainty: build.certainty };
            Some((mark.clone(), credential, client))
        }
        _ => None,
    });
    built.chain(configured(program, cell)).chain(guessed(program, cell)).collect()
}

/// A configuration from which clients are made is as good as they are.
fn configured(program: &Program<'_>, cell: &Cell) -> Vec<(Mark, CredentialId, Client)> {
    let Some(name) = program.configuration_of_clients(cell) else { return Vec::new() };
    let with_client = |(mark, id)| (mark, id, Client { name: name.clone(), certainty: Certainty::Known });
    program.raw_credentials(cell).into_iter().map(with_client).collect()
}

/// A type of another package that nobody described and that was given a credential is most likely a client.
fn guessed(program: &Program<'_>, cell: &Cell) -> Vec<(Mark, CredentialId, Client)> {
    let Some(name) = program.guessed_client(cell) else { return Vec::new() };
    let with_client = |(mark, id)| (mark, id, Client { name: name.clone(), certainty: Certainty::Guessed });
    program.raw_credentials(cell).into_iter().map(with_client).collect()
}

fn level(credential: &Credential) -> Level {
    if credential.lifetime == Lifetime::Expiring { Level::Deny } else { Level::Warn }
}

/// A connection string says where to connect before it says who connects: a pool for it is what everybody has.
fn confidence(credential: &Credential, certainty: Certainty) -> Confidence {
    match certainty {
        _ if credential.kind == CredentialKind::ConnectionString => Confidence::Low,
        Certainty::Known => Confidence::High,
        Certainty::Named => Confidence::Medium,
        Certainty::Guessed => Confidence::Low,
    }
}

fn message(program: &Program<'_>, cell: &Cell, credential: &Credential, client: &str) -> String {
    let (name, kind) = (&cell.name, kind_name(credential.kind));
    let article = article(client);
    if credential.lifetime == Lifetime::Expiring {
        return format!(
            "`{name}` keeps {article} `{client}` whose {kind} ends by itself and is never renewed"
        );
    }
    if is_constant(program, credential) {
        return format!("`{name}` keeps {article} `{client}` with the {kind} the process started with");
    }
    format!("`{name}` keeps {article} `{client}` with the {kind} it was first built with")
}

fn help(credential: &Credential) -> Vec<String> {
    let kind = kind_name(credential.kind);
    let attach = format!(
        "keep the transport shared, and attach the {kind} to each request from a place that can change while the program runs"
    );
    let otherwise = if credential.lifetime == Lifetime::Expiring {
        format!("or keep a provider that renews the {kind} before it ends, in place of the {kind}")
    } else {
        format!(
            "or build the client anew when the {kind} changes: until then every worker is answered 401 after a rotation, and only a restart helps"
        )
    };
    vec![attach, otherwise]
}

/// What the client's own crate has that renews such a credential.
fn renewing_help(program: &Program<'_>, credential: &Credential, client: &str) -> Option<String> {
    use CredentialKind::{AccessToken, ApiKey, BotToken};
    let is_renewed = matches!(credential.kind, AccessToken | ApiKey | BotToken);
    if !is_renewed {
        return None;
    }
    let function = renewing::function(program.catalog(), client)?;
    Some(format!("or use `{function}`, with which the client renews what it sends by itself"))
}
