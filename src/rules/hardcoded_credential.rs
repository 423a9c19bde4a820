//! `hardcoded-credential`: a literal secret reaches a client, a header or an authentication call.

use super::story::{article, kind_name};
use super::{
    Check, Rule,
    arrival::{Judged, called, kind_of, literals, taker, way_of_literal},
};
use crate::catalog::{
    schema::CredentialKind,
    secret::{Verdict, host_of, is_local, is_private_key, user_info},
};
use crate::finding::{Confidence, Finding, Findings, Level, Step};
use crate::link::{
    Program,
    deployments::PlainSecret,
    sinks::{Arrival, Literal, Sink, SinkKind, Target},
    value::Certainty,
};

pub(super) static RULE: Rule = Rule {
    id: "hardcoded-credential",
    summary: "a secret that is written in the source is sent",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/hardcoded-credential.md"),
    check: Check::Program { of: "texts that arrive where a credential goes, and none here does", check },
};

/// A literal at a sink.
struct Seen<'p> {
    literal: &'p Literal,
    arrival: &'p Arrival,
    sink: &'p Sink,
    confidence: Confidence,
}

fn check(program: &Program<'_>, findings: &mut Findings) {
    let judge = |sink, arrival, literal| judge(program, sink, arrival, literal);
    let rank = |it: &Seen<'_>| (it.confidence, it.sink.certainty, std::cmp::Reverse(it.sink.place));
    literals(RULE.id, program, findings, judge, rank, |it| finding(program, it));
    for secret in program.plain_secrets() {
        findings.push(in_manifest(&secret));
    }
}

/// A secret that a deployment manifest gives in plain text.
fn in_manifest(secret: &PlainSecret) -> Finding {
    let kind = kind_name(secret.kind);
    let how = if secret.is_encoded { "in Base64, which hides nothing," } else { "in plain text" };
    let message = format!("the {kind} `{}` is written {how} beside the code", secret.name);
    let label = "everybody who reads the repository has it".to_owned();
    // What has no vendor's shape may be made up for a trial.
    let confidence = if secret.is_key_shaped { Confidence::High } else { Confidence::Medium };
    let primary = Step { place: secret.place, label };
    let mut finding = Finding::new(RULE.id, Level::Deny, confidence, message, primary);
    finding.help = vec![
        format!("revoke the {kind}: whoever has the repository or its history has it"),
        "name a secret of the cluster or an untracked file there, and let the deployment fill the variable"
            .to_owned(),
    ];
    finding
}

fn judge<'p>(
    program: &'p Program<'_>,
    sink: &'p Sink,
    arrival: &'p Arrival,
    literal: &'p Literal,
) -> Option<Judged<Seen<'p>>> {
    let kind = kind_of(program, sink, &literal.name);
    let is_strong = match program.catalog().judge(&literal.text, kind) {
        Verdict::Secret { is_strong } => is_strong,
        Verdict::Empty => return None,
        Verdict::Placeholder => return Some(Err("it stands for a secret, and is none")),
        Verdict::Public => return Some(Err("its form is that of something public")),
        Verdict::Other => return Some(Err("it does not look like a secret")),
    };
    if let Some(reason) = harmless(program, sink, arrival, literal, kind) {
        return Some(Err(reason));
    }
    let confidence = confidence(program, sink, literal, kind, is_strong);
    Some(Ok(Seen { literal, arrival, sink, confidence }))
}

/// Why a text that looks like a secret is none that matters.
fn harmless(
    program: &Program<'_>,
    sink: &Sink,
    arrival: &Arrival,
    literal: &Literal,
    kind: Option<CredentialKind>,
) -> Option<&'static str> {
    if sink.kind == SinkKind::Configuration {
        Some("it is not seen to be sent")
    } else if is_named_otherwise(program, literal, arrival) {
        Some("a name on its way says that it is something else")
    } else if !is_evident(program, literal, arrival) {
        Some("it is kept where several are, and nothing says that it is the credential among them")
    } else if is_for_this_machine(sink, literal, kind) {
        Some("it is for a server of the developer's own machine")
    } else {
        None
    }
}

/// Whether a name on the way says that it is something else: an identifier, something public, a test's.
fn is_named_otherwise(program: &Program<'_>, literal: &Literal, arrival: &Arrival) -> bool {
    let words = program.catalog().words();
    let names = arrival.names.iter().chain([&literal.name]);
    let mut names = names.filter(|name| !name.is_empty());
    words.is_about_credentials(&literal.name) || names.any(|name| words.speaks_of_something_else(name))
}

/// Whether it is this literal that arrives: what goes through a field or cell is one of many there, unless it is called a
/// credential where it is put in.
fn is_evident(program: &Program<'_>, literal: &Literal, arrival: &Arrival) -> bool {
    let speaks = |name: &str| program.speaks_of_credential(name);
    let is_kept = arrival.hops.iter().any(|hop| !matches!(hop.into, Target::Parameter(_)));
    !is_kept || speaks(&literal.name) || arrival.names.last().is_some_and(|name| speaks(name))
}

/// Whether a password is for a server of the developer's own machine.
fn is_for_this_machine(sink: &Sink, literal: &Literal, kind: Option<CredentialKind>) -> bool {
    let is_local_address = sink.addresses.iter().filter_map(|text| host_of(text)).any(is_local);
    let is_password = matches!(kind, Some(CredentialKind::Password | CredentialKind::ConnectionString));
    user_info(&literal.text).is_none() && (is_local_address || (sink.is_local && is_password))
}

fn confidence(
    program: &Program<'_>,
    sink: &Sink,
    literal: &Literal,
    kind: Option<CredentialKind>,
    is_strong: bool,
) -> Confidence {
    let is_shaped = program.catalog().key_shape(&literal.text).is_some() || is_private_key(&literal.text);
    let is_password = kind == Some(CredentialKind::Password);
    match sink.certainty {
        _ if is_shaped => Confidence::High,
        Certainty::Known if is_strong || is_password => Confidence::High,
        Certainty::Known => Confidence::Medium,
        Certainty::Named if is_strong || is_password => Confidence::Medium,
        Certainty::Guessed if is_strong => Confidence::Medium,
        Certainty::Named | Certainty::Guessed => Confidence::Low,
    }
}

fn finding(program: &Program<'_>, seen: &Seen<'_>) -> Finding {
    let kind = called(kind_of(program, seen.sink, &seen.literal.name));
    let taker = taker(seen.sink);
    let message = match &seen.literal.fallback {
        Some(name) if !name.is_empty() => {
            let article = article(kind);
            format!(
                "where `{name}` is missing, {taker} is given {article} {kind} that is written in the source"
            )
        }
        _ => format!("the {kind} for {taker} is written in the source"),
    };
    let primary =
        Step { place: seen.literal.place, label: "whoever has the source or the binary has this".to_owned() };
    let mut finding = Finding::new(RULE.id, Level::Deny, seen.confidence, message, primary);
    finding.steps = way_of_literal(program, seen.literal, seen.arrival, seen.sink);
    finding.help = vec![
        format!(
            "read the {kind} from the environment or a secret store when the process starts, and stop where it is missing"
        ),
        format!("revoke this {kind}: it stays in the history of the repository"),
    ];
    finding
}
