//! `compile-time-credential`: a macro reads a credential when the program is compiled, and every copy of the binary has it.

use super::{
    Check, Rule,
    arrival::{called, taker, way_of_sink},
};
use crate::catalog::schema::CredentialKind;
use crate::finding::{Confidence, Finding, Findings, Guard, Level, Step, Verdict};
use crate::link::{
    Program,
    sinks::{Arrival, Arriving, Sink, SinkKind},
    value::{Certainty, Origin, OriginId},
};

pub(super) static RULE: Rule = Rule {
    id: "compile-time-credential",
    summary: "a credential is compiled into the binary",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/compile-time-credential.md"),
    check: Check::Program { of: "what is read when the program is compiled, and nothing here is", check },
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    let compiled = program.compiled();
    // A device without a file system has its network's password compiled in.
    let is_device = compiled.iter().any(|(_, origin)| program.catalog().words().is_of_a_device(&origin.name));
    for (id, origin) in compiled {
        let subject = || Step { place: origin.place, label: format!("`{}`", origin.name) };
        findings.judged(RULE.id, subject, judge(program, id, origin, is_device));
    }
}

fn judge(program: &Program<'_>, id: OriginId, origin: &Origin, is_device: bool) -> Verdict {
    let words = program.catalog().words();
    if words.is_publishable(&origin.name) || words.speaks_of_something_else(stem(&origin.name)) {
        return Err(Guard::new("its name says that it is public, or no credential"));
    }
    let kind = named(program, id, origin);
    if is_device && kind.is_none_or(|kind| kind == CredentialKind::Password) {
        return Err(Guard::new("a device has the password of its network compiled in"));
    }
    let reached = where_to(program, id);
    let (confidence, kind) = match (kind, &reached) {
        (Some(kind), Some(_)) => (Confidence::High, Some(kind)),
        (Some(kind), None) => (Confidence::Medium, Some(kind)),
        (None, Some((sink, _))) if sink.certainty == Certainty::Known => (Confidence::High, sink.credential),
        (None, Some((sink, arrival))) => {
            let steps = way_of_sink(program, origin.place, called(None), arrival, sink);
            return Err(Guard::at(
                "nothing says for sure that a credential is taken where it arrives",
                steps,
            ));
        }
        (None, None) => return Err(Guard::new("nothing says that it is a credential")),
    };
    Ok(finding(origin, kind, confidence, reached, program))
}

/// What the name of a variable or file says that it is.
fn named(program: &Program<'_>, id: OriginId, origin: &Origin) -> Option<CredentialKind> {
    let words = program.catalog().words();
    if program.is_compiled_file(id) {
        return words.kind_of_file(&origin.name);
    }
    if origin.name.starts_with("CARGO_") && program.catalog().env(&origin.name).is_none() {
        return None;
    }
    let known = program.catalog().env(&origin.name).map(|entry| entry.kind);
    known.or_else(|| words.classify(&origin.name).map(|class| class.kind))
}

/// The name of a variable; of a file, what stands before its first dot.
fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split('.').next().unwrap_or(file)
}

/// The surest sink that it arrives at.
fn where_to<'p>(program: &'p Program<'_>, id: OriginId) -> Option<(&'p Sink, &'p Arrival)> {
    let is_it = |arrival: &&Arrival| match arrival.what {
        Arriving::Input(origin) => origin == id,
        Arriving::Credential(credential) => program.credential(credential).origin == id,
        Arriving::Literal(_) => false,
    };
    let is_told = |sink: &Sink| !matches!(sink.kind, SinkKind::Use | SinkKind::Configuration);
    let all = program.sinks().iter().filter(|reached| is_told(&reached.sink));
    let found = all.filter_map(|reached| Some((&reached.sink, reached.arrivals.iter().find(is_it)?)));
    found.max_by_key(|(sink, _)| (sink.certainty, std::cmp::Reverse(sink.place)))
}

fn finding(
    origin: &Origin,
    kind: Option<CredentialKind>,
    confidence: Confidence,
    reached: Option<(&Sink, &Arrival)>,
    program: &Program<'_>,
) -> Finding {
    let kind = called(kind);
    let name = &origin.name;
    let message = match &reached {
        Some((sink, _)) => format!("the {kind} `{name}` for {} is compiled into the binary", taker(sink)),
        None => format!("the {kind} `{name}` is compiled into the binary"),
    };
    let primary = Step { place: origin.place, label: "every copy of the binary has it".to_owned() };
    let mut finding = Finding::new(RULE.id, Level::Deny, confidence, message, primary);
    if let Some((sink, arrival)) = reached {
        finding.steps = way_of_sink(program, origin.place, kind, arrival, sink);
    }
    finding.help = vec![
        format!(
            "read the {kind} when the process starts, by `env::var` or from a file that is mounted: `strings` finds what is compiled in"
        ),
        "a program that is given to others can keep no secret: let a server of yours make the request"
            .to_owned(),
    ];
    finding
}
