//! `wrong-provider-credential`: one provider's variable or key is given to another provider's client or address.

use super::{
    Check, Rule,
    arrival::{taker, way_of_credential, way_of_literal},
};
use crate::catalog::secret::host_of;
use crate::finding::{Confidence, Finding, Findings, Guard, Level, Step, Verdict};
use crate::link::{
    Program,
    sinks::{Arrival, Arriving, Reached, Sink, SinkKind},
};

pub(super) static RULE: Rule = Rule {
    id: "wrong-provider-credential",
    summary: "one provider's credential is given to another provider",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/wrong-provider-credential.md"),
    check: Check::Program { of: "places that take a credential, and none is here", check },
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for reached in program.sinks() {
        let sink = &reached.sink;
        let subject = || Step { place: sink.place, label: format!("`{}`", sink.name) };
        findings.judged(RULE.id, subject, judge(program, reached));
    }
}

fn judge(program: &Program<'_>, reached: &Reached) -> Verdict {
    let sink = &reached.sink;
    if matches!(sink.kind, SinkKind::Use | SinkKind::Setting) {
        return Err(Guard::new("nothing says whose service takes it"));
    }
    let given: Vec<(&Arrival, &str)> =
        reached.arrivals.iter().filter_map(|arrival| Some((arrival, provider(program, arrival)?))).collect();
    let (arrival, own) =
        given.first().copied().ok_or_else(|| Guard::new("nothing says whose credential arrives here"))?;
    let is_implicit = is_implicit(program, arrival);
    let other = taken_by(program, sink, is_implicit)
        .ok_or_else(|| Guard::new("whose service takes it depends on an address that is not known"))?;
    if !program.catalog().is_foreign(own, other) {
        return Err(Guard::new(format!("{other} takes what opens {own}")));
    }
    // Where several come together, the code tells them apart in a way that cannot be followed.
    let is_certain = given.iter().all(|(_, provider)| *provider == own)
        && reached.arrivals.iter().all(|arrival| !is_unknown(program, arrival));
    if !is_certain {
        return Err(Guard::new("several credentials arrive here, and the code chooses between them"));
    }
    Ok(finding(program, sink, arrival, own, other, is_implicit))
}

/// Whose credential it is.
fn provider<'p>(program: &'p Program<'_>, arrival: &Arrival) -> Option<&'p str> {
    match arrival.what {
        Arriving::Credential(id) => program.credential(id).provider.as_deref(),
        Arriving::Literal(id) => {
            program.catalog().key_shape(&program.literal(id).text).map(|key| key.provider.as_str())
        }
        Arriving::Input(_) => None,
    }
}

/// Whether it is a credential of which nobody knows whose it is.
fn is_unknown(program: &Program<'_>, arrival: &Arrival) -> bool {
    match arrival.what {
        Arriving::Credential(_) | Arriving::Input(_) => provider(program, arrival).is_none(),
        Arriving::Literal(_) => false,
    }
}

fn is_implicit(program: &Program<'_>, arrival: &Arrival) -> bool {
    match arrival.what {
        Arriving::Credential(id) => program.is_implicit(program.credential(id).origin),
        _ => false,
    }
}

/// Whose the client or address is. An address says more than a type, and one that is not known says that the type does not
/// count.
pub(super) fn taken_by<'p>(program: &'p Program<'_>, sink: &'p Sink, is_implicit: bool) -> Option<&'p str> {
    if !sink.addresses.is_empty() {
        let mut known = sink.addresses.iter().map(|text| program.catalog().provider_of_host(host_of(text)?));
        let first = known.next()??;
        return known.all(|other| other == Some(first)).then_some(first);
    }
    if sink.has_base_address && !is_implicit {
        return None;
    }
    sink.provider.as_deref()
}

fn finding(
    program: &Program<'_>,
    sink: &Sink,
    arrival: &Arrival,
    own: &str,
    other: &str,
    is_implicit: bool,
) -> Finding {
    let what = match arrival.what {
        Arriving::Credential(id) => {
            let origin = program.origin(program.credential(id).origin);
            format!("`{}`", origin.name)
        }
        _ => format!("a key of {own}"),
    };
    let message = if is_implicit {
        format!("{what} is read by default, and sent to {other}")
    } else {
        format!("{what} is a credential of {own}, and {} is {other}'s", taker(sink))
    };
    let (steps, place) = match arrival.what {
        Arriving::Credential(id) => {
            let origin = program.origin(program.credential(id).origin);
            (
                way_of_credential(program, id, arrival, sink),
                if is_implicit { origin.place } else { sink.place },
            )
        }
        Arriving::Literal(id) => (way_of_literal(program, program.literal(id), arrival, sink), sink.place),
        Arriving::Input(_) => (Vec::new(), sink.place),
    };
    let label = format!("{other} is given what opens {own}");
    let mut finding = Finding::new(RULE.id, Level::Deny, Confidence::High, message, Step { place, label });
    finding.steps = steps.into_iter().filter(|step| step.place != place).collect();
    finding.help = vec![
        if is_implicit {
            format!("give the key of {other} by name, so that nothing is read by default")
        } else {
            format!(
                "read the variable of {other}: this request is refused, and {other} has now seen a key of {own}"
            )
        },
        "where the service is a compatible one, set its address beside the key".to_owned(),
    ];
    finding
}
