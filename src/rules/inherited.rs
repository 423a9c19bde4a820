//! What both fork rules ask: what a child goes on with that a fork does not copy.

use std::collections::BTreeMap;

use crate::catalog::schema::{ForkReturns, Starts};
use crate::finding::{Guard, Step};
use crate::link::{
    Program,
    order::{Inherited, Touch},
    value::{Hazard, HazardKind},
};
use crate::source::Place;

/// Refuses what only tests, examples and benches do.
pub(super) fn not_example(program: &Program<'_>, it: &Inherited) -> Result<(), Guard> {
    if program.is_example(it.def) {
        return Err(Guard::at(
            "only a test, example or bench forks here; `--all-targets` looks at those too",
            steps(program, it),
        ));
    }
    Ok(())
}

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

/// Why a hazard is of no use behind a fork, for people.
pub(super) fn why(hazard: &Hazard) -> &'static str {
    match (hazard.kind, hazard.starts) {
        (HazardKind::Runtime, _) => "its worker threads and its reactor do not come along",
        (HazardKind::Threads, _) => "the thread does not come along",
        (HazardKind::Tasks, _) => "the runtime that drives it does not come along",
        (HazardKind::Workers, _) => "its worker threads do not come along",
        (_, Starts::Threads) => "the thread that drives it does not come along",
        (_, Starts::Tasks) => "the task that drives it does not come along",
        _ => "both processes share its connections otherwise",
    }
}

/// Of everything that children go on with, what was made at each place once: with the shortest way to the fork.
pub(super) fn nearest<'p>(program: &'p Program<'_>) -> Vec<&'p Inherited> {
    let mut nearest: BTreeMap<_, &Inherited> = BTreeMap::new();
    for it in program.inherited() {
        let kind = it.hazard.map(|id| program.hazard(id).kind);
        // Tasks that one call starts are one story.
        let group = if kind == Some(HazardKind::Tasks) { it.made_by.first().copied() } else { None };
        let place = group.unwrap_or_else(|| {
            it.hazard.map_or_else(|| program.name_place(it.def), |id| program.hazard(id).place)
        });
        let length = |it: &Inherited| (program.is_example(it.def), it.how, it.made_by.len() + it.calls.len());
        nearest
            .entry((place, kind))
            .and_modify(|known| {
                if length(it) < length(known) {
                    *known = it;
                }
            })
            .or_insert(it);
    }
    nearest.into_values().collect()
}
