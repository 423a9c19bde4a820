//! `empty-credential`: a credential that is missing is replaced by an empty or made-up one, which is sent.

use super::{
    Check, Rule,
    arrival::{Judged, called, kind_of, literals, taker, way_of_literal},
};
use crate::catalog::{
    schema::CredentialKind,
    secret::{Verdict, host_of, is_local, user_info},
};
use crate::finding::{Confidence, Finding, Findings, Level, Step};
use crate::link::{
    Program,
    sinks::{Arrival, Literal, Sink, SinkKind},
    value::Certainty,
};

pub(super) static RULE: Rule = Rule {
    id: "empty-credential",
    summary: "a credential that is missing is replaced by an empty one and sent",
    level: Level::Warn,
    since: "0.1.0",
    page: include_str!("../../rules/empty-credential.md"),
    check: Check::Program {
        of: "what stands in for a missing credential and is sent, and nothing here does",
        check,
    },
};

/// A fallback at a sink.
struct Seen<'p> {
    literal: &'p Literal,
    missing: &'p str,
    arrival: &'p Arrival,
    sink: &'p Sink,
    is_empty: bool,
    confidence: Confidence,
}

fn check(program: &Program<'_>, findings: &mut Findings) {
    let judge = |sink, arrival, literal| judge(program, sink, arrival, literal);
    literals(RULE.id, program, findings, judge, |it| it.confidence, |it| finding(program, it));
}

/// What stands in for something that may be absent, and is empty or made up.
fn judge<'p>(
    program: &'p Program<'_>,
    sink: &'p Sink,
    arrival: &'p Arrival,
    literal: &'p Literal,
) -> Option<Judged<Seen<'p>>> {
    let missing = literal.fallback.as_deref()?;
    let kind = kind_of(program, sink, &literal.name);
    let is_empty = match program.catalog().judge(&literal.text, kind) {
        Verdict::Empty => true,
        Verdict::Placeholder => false,
        _ => return None,
    };
    if let Some(reason) = handled(program, sink, arrival, literal) {
        return Some(Err(reason));
    }
    let confidence = confidence(program, sink, kind, literal, arrival);
    Some(Ok(Seen { literal, missing, arrival, sink, is_empty, confidence }))
}

/// Why what stands in does no harm.
fn handled(program: &Program<'_>, sink: &Sink, arrival: &Arrival, literal: &Literal) -> Option<&'static str> {
    if matches!(sink.kind, SinkKind::Configuration | SinkKind::Use) {
        Some("it is not seen to be sent")
    } else if program.is_asked_for_emptiness(literal, arrival, sink) {
        Some("the code asks whether it is empty")
    } else if is_keyless(program, sink, literal) {
        Some("the server may be one that asks for no key")
    } else {
        None
    }
}

/// Whether the server may be one that asks for no key: one of this machine, or whatever an address of the user's names.
fn is_keyless(program: &Program<'_>, sink: &Sink, literal: &Literal) -> bool {
    let is_local_address = sink.addresses.iter().filter_map(|text| host_of(text)).any(is_local);
    is_local_address
        || sink.is_local
        || sink.has_base_address
        || user_info(&literal.text).is_some()
        || program.catalog().words().is_keyless(&literal.text)
}

/// A database without a password is what many have at home; a key that is sent to a vendor is not.
fn confidence(
    program: &Program<'_>,
    sink: &Sink,
    kind: Option<CredentialKind>,
    literal: &Literal,
    arrival: &Arrival,
) -> Confidence {
    let missing = literal.fallback.as_deref().unwrap_or_default();
    let is_optional = matches!(kind, Some(CredentialKind::Password | CredentialKind::ConnectionString));
    let is_vendors = program.catalog().env(missing).is_some();
    // What goes through a field is one of many there, unless it is called a credential where it is put in.
    let speaks = |name: &str| program.speaks_of_credential(name);
    let is_evident = arrival.hops.is_empty()
        || speaks(missing)
        || speaks(&literal.name)
        || arrival.names.last().is_some_and(|name| speaks(name));
    let is_user_address = sink.has_open_address && sink.kind != SinkKind::Field;
    match sink.certainty {
        _ if is_optional || !is_evident || is_user_address || !literal.is_for_operators => Confidence::Low,
        Certainty::Guessed => Confidence::Low,
        Certainty::Known if is_vendors || sink.provider.is_some() => Confidence::High,
        Certainty::Known | Certainty::Named => Confidence::Medium,
    }
}

fn finding(program: &Program<'_>, seen: &Seen<'_>) -> Finding {
    let kind = called(kind_of(program, seen.sink, seen.missing));
    let taker = taker(seen.sink);
    let what = if seen.is_empty { "an empty" } else { "a made-up" };
    let missing = if seen.missing.is_empty() { "the variable" } else { seen.missing };
    let message = format!("where `{missing}` is missing, {taker} is given {what} {kind}");
    let label = format!("this stands in for `{missing}`");
    let primary = Step { place: seen.literal.place, label };
    let mut finding = Finding::new(RULE.id, Level::Warn, seen.confidence, message, primary);
    finding.steps = way_of_literal(program, seen.literal, seen.arrival, seen.sink);
    finding.help = vec![
        format!(
            "stop with a message that names `{missing}` where it is missing: a worker without it fails at its first request, far from the cause"
        ),
        "or keep an `Option`, and leave out what needs it".to_owned(),
    ];
    finding
}
