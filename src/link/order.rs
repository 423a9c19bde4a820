//! Order: what is alive when the process forks, and what the process that goes on does with it.
//!
//! Each function is walked once, callees by their own walk (`walk`): what forks in it, what was alive there, and what the
//! child did since (`touch`). A callee's forks go on in its caller (`call`). A pair of a hazard and a fork is told as soon
//! as the child is seen to touch the hazard; what nobody touches by name is asked for at the end (`ask`).

mod ask;
mod call;
mod spared;
mod state;
mod touch;
mod walk;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    engine::Engine,
    event::Event,
    value::{ForkId, HazardId},
    world::DefId,
};
use crate::source::Place;
pub use spared::{Spare, Spared};

/// A hazard that a forked child goes on with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inherited {
    /// The hazard; `None` for the runtime that an `async fn` runs on, made out of sight.
    pub hazard: Option<HazardId>,
    /// The fork.
    pub fork: ForkId,
    /// The calls from the function in which both are seen down to where the hazard is made.
    pub made_by: Vec<Place>,
    /// The calls from that function down to the fork.
    pub calls: Vec<Place>,
    /// How the child goes on with it.
    pub how: Touch,
    /// Where.
    pub place: Place,
    /// The function in which both are seen.
    pub def: DefId,
    /// Whether the hazard was used before the fork as well.
    pub used_before: bool,
}

/// How a child goes on with what it inherited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touch {
    /// It uses it.
    Uses,
    /// It ends it: the threads it would wait for are not there.
    Drops,
    /// It goes on inside it.
    Continues,
}

/// Every hazard that a child goes on with, and every one that forks in sight spare, in order.
pub(super) fn inherited(engine: &Engine<'_>) -> (Vec<Inherited>, Vec<Spared>) {
    let may_fork = forking(engine);
    let mut all: Vec<DefId> = may_fork.into_iter().collect();
    all.sort_unstable();
    let mut order = walk::Order::new(engine);
    for def in &all {
        order.walk(*def);
    }
    order.ask_threads(&all);
    order.ask_async(&all);
    let spared = order.spared(&all);
    (order.found.into_iter().collect(), spared)
}

/// The functions that fork, or call one that does.
fn forking(engine: &Engine<'_>) -> FxHashSet<DefId> {
    let mut callers: FxHashMap<DefId, Vec<DefId>> = FxHashMap::default();
    let mut open = Vec::new();
    for (def, summary) in &engine.tables.summaries {
        visit(&summary.events, &mut |event| match event {
            Event::Call(callee, ..) => callers.entry(*callee).or_default().push(*def),
            Event::Fork(_) => open.push(*def),
            _ => {}
        });
    }
    let mut found = FxHashSet::default();
    while let Some(def) = open.pop() {
        if found.insert(def) {
            open.extend(callers.get(&def).into_iter().flatten());
        }
    }
    found
}

/// Visits every event, however deep.
pub(super) fn visit(events: &[Event], see: &mut dyn FnMut(&Event)) {
    for event in events {
        see(event);
        match event {
            Event::Branch(arms) => arms.iter().for_each(|arm| visit(&arm.events, see)),
            Event::Loop(inner) | Event::Closure(_, inner) | Event::Handed(inner) => visit(inner, see),
            _ => {}
        }
    }
}
