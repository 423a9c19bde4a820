//! What both fork rules ask: what a child goes on with that a fork does not copy.

use crate::catalog::schema::{ForkReturns, Starts};
use crate::finding::Step;
use crate::link::{
    Program,
    order::{Inherited, Touch},
    value::{Hazard, HazardKind},
};
use crate::source::Place;

/// The steps from the creation over the calls to the fork and to what the child does.
pub(super) fn steps(program: &Program<'_>, it: &Inherited) -> Vec<Step> {
    let fork = program.fork(it.fork);
    let step = |place: &Place, label: &str| Step { place: *place, label: label.to_owned() };
    let mut steps: Vec<Step> =
        it.made_by.iter().map(|place| step(place, "this call leads to where it starts")).collect();
    let calls = it.calls.iter().filter(|place| **place != fork.place && !it.made_by.contains(place));
    steps.extend(calls.map(|place| step(place, "this call leads to the fork")));
    let who = match fork.returns {
        ForkReturns::Child => "the process forks here, and only the child goes on",
        ForkReturns::Both => "the process forks here",
        ForkReturns::Parent => "the process forks here, and the child runs what it was given",
    };
    steps.push(Step { place: fork.place, label: format!("{who} (`{}`)", fork.name) });
    let done = match it.how {
        Touch::Uses => "the child uses it here",
        Touch::Drops => "the child drops it here, and waits for threads that it does not have",
        Touch::Continues => "the child goes on with it here",
    };
    if !steps.iter().any(|step| step.place == it.place) {
        steps.push(Step { place: it.place, label: done.to_owned() });
    }
    steps
}

/// What of a hazard a fork leaves behind, for people.
pub(super) fn left_behind(hazard: &Hazard) -> &'static str {
    match (hazard.kind, hazard.starts) {
        (HazardKind::Runtime, _) => "its worker threads and its reactor",
        (HazardKind::Threads, _) => "the thread",
        (HazardKind::Tasks, _) => "the runtime that drives it",
        (HazardKind::Workers, _) => "its worker threads",
        (_, Starts::Threads) => "the thread that drives it",
        (_, Starts::Tasks) => "the task that drives it",
        _ => "its connections, which both processes then share,",
    }
}
