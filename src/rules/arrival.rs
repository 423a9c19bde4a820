//! The steps of a credential's way to a sink, and how a sink is named.

use std::collections::BTreeMap;

use super::story::{enters, kind_name, passes, push};
use crate::catalog::schema::CredentialKind;
use crate::finding::{Finding, Findings, Guard, Step};
use crate::link::{
    Program,
    sinks::{Arrival, Arriving, Literal, Reached, Sink, SinkKind, Target},
    value::CredentialId,
};
use crate::source::Place;

/// What a rule makes of a literal at one sink: what it would tell, or why it tells nothing.
pub(super) type Judged<T> = Result<T, &'static str>;

/// Asks about each literal that arrives at sinks, in the order of their places: the best of what a rule makes of it there,
/// else the first reason for silence. `judge` gives `None` for what is no subject of the rule.
pub(super) fn literals<'p, T, R: Ord>(
    rule: &'static str,
    program: &'p Program<'_>,
    findings: &mut Findings,
    judge: impl Fn(&'p Sink, &'p Arrival, &'p Literal) -> Option<Judged<T>>,
    rank: impl Fn(&T) -> R,
    tell: impl Fn(&T) -> Finding,
) {
    let mut best: BTreeMap<Place, Result<T, Refused<'p>>> = BTreeMap::new();
    for Reached { sink, arrivals } in program.sinks() {
        for arrival in arrivals {
            let Arriving::Literal(id) = arrival.what else { continue };
            let literal = program.literal(id);
            let Some(judged) = judge(sink, arrival, literal) else { continue };
            let is_better = match (best.get(&literal.place), &judged) {
                (None, _) | (Some(Err(_)), Ok(_)) => true,
                (Some(_), Err(_)) => false,
                (Some(Ok(known)), Ok(seen)) => rank(seen) > rank(known),
            };
            if is_better {
                let refused = |reason| Refused { reason, literal, arrival, sink };
                best.insert(literal.place, judged.map_err(refused));
            }
        }
    }
    for (place, judged) in best {
        let subject = || Step { place, label: "this text".to_owned() };
        match judged {
            Ok(seen) => findings.judged(rule, subject, Ok(tell(&seen))),
            Err(refused) if findings.keeps_silences() => {
                findings.judged(rule, subject, Err(refused.guard(program)));
            }
            Err(_) => {}
        }
    }
}

/// A literal of which a rule tells nothing.
struct Refused<'p> {
    reason: &'static str,
    literal: &'p Literal,
    arrival: &'p Arrival,
    sink: &'p Sink,
}

impl Refused<'_> {
    fn guard(&self, program: &Program<'_>) -> Guard {
        Guard::at(self.reason, way_of_literal(program, self.literal, self.arrival, self.sink))
    }
}

/// What the credential is that arrives at a sink: what the sink says, else what the literal's name says.
pub(super) fn kind_of(program: &Program<'_>, sink: &Sink, name: &str) -> Option<CredentialKind> {
    sink.credential.or_else(|| program.catalog().words().classify(name).map(|class| class.kind))
}

/// What people call it.
pub(super) fn called(kind: Option<CredentialKind>) -> &'static str {
    kind.map_or("credential", kind_name)
}

/// Where it arrives, as a message has it.
pub(super) fn taker(sink: &Sink) -> String {
    match sink.kind {
        SinkKind::Header => format!("the header `{}`", sink.name),
        SinkKind::Setting => format!("the setting `{}`", sink.name),
        SinkKind::Field => format!("the field `{}`", sink.name),
        SinkKind::Argument | SinkKind::Configuration | SinkKind::Use => format!("`{}`", sink.name),
    }
}

/// The last step.
pub(super) fn end(sink: &Sink) -> Step {
    let label = match sink.kind {
        SinkKind::Header => format!("it is sent in the header `{}` here", sink.name),
        SinkKind::Setting => format!("it is set as `{}` here", sink.name),
        SinkKind::Field => format!("it is set in the field `{}` here", sink.name),
        SinkKind::Argument | SinkKind::Configuration | SinkKind::Use => {
            format!("`{}` takes it here", sink.name)
        }
    };
    Step { place: sink.place, label }
}

/// The way of a literal, from behind it to the sink.
pub(super) fn way_of_literal(
    program: &Program<'_>,
    literal: &Literal,
    arrival: &Arrival,
    sink: &Sink,
) -> Vec<Step> {
    let kind = called(kind_of(program, sink, &literal.name));
    way_of_sink(program, literal.place, kind, arrival, sink)
}

/// The way from behind a place to the sink.
pub(super) fn way_of_sink(
    program: &Program<'_>,
    from: Place,
    kind: &str,
    arrival: &Arrival,
    sink: &Sink,
) -> Vec<Step> {
    let mut steps = Vec::new();
    hops(program, arrival, kind, &mut steps);
    push(&mut steps, end(sink));
    steps.retain(|step| step.place != from);
    steps
}

/// The way of a credential from where it enters to the sink.
pub(super) fn way_of_credential(
    program: &Program<'_>,
    id: CredentialId,
    arrival: &Arrival,
    sink: &Sink,
) -> Vec<Step> {
    let credential = program.credential(id);
    let origin = program.origin(credential.origin);
    let label = enters(credential, origin.source, &origin.name);
    let mut steps = vec![Step { place: origin.place, label }];
    hops(program, arrival, kind_name(credential.kind), &mut steps);
    push(&mut steps, end(sink));
    steps
}

fn hops(program: &Program<'_>, arrival: &Arrival, kind: &str, steps: &mut Vec<Step>) {
    for step in program.way(&arrival.trace) {
        if let Some(label) = passes(step, kind) {
            push(steps, Step { place: step.place, label });
        }
    }
    for hop in &arrival.hops {
        let label = match &hop.into {
            Target::Parameter(name) if name.is_empty() => continue,
            Target::Parameter(name) => format!("it is passed to `{name}` here"),
            Target::Field(name) => format!("it is kept in the field `{name}` here"),
            Target::Cell(name) => format!("it is kept in `{name}` here"),
        };
        push(steps, Step { place: hop.place, label });
    }
}
