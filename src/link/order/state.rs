//! Where a walk is: what is alive, which forks are open, and which process the way is of.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::{
    event::{Event, ForkSide},
    value::{ForkId, HazardId, What},
};
use crate::source::Place;

/// Hazards that are alive, each with the calls from the function of the walk down to where it was made.
pub(super) type Alive = BTreeMap<HazardId, Rc<[Place]>>;

/// A fork on the way, as seen so far.
#[derive(Clone, Debug)]
pub(super) struct OpenFork {
    pub fork: ForkId,
    pub calls: Vec<Place>,
    /// What was alive when it happened.
    pub alive: Alive,
    /// What of it had been used before.
    pub used: BTreeSet<HazardId>,
    /// Whether the child is where the walk is.
    pub child_here: bool,
    /// Whether the child has returned from the function of the walk.
    pub child_returned: bool,
    /// Parameters that the child touched.
    pub child_touched: BTreeMap<What, Place>,
    /// Where the child gave work to a runtime.
    pub child_runtime: Option<Place>,
    /// Where the child first did work of its own, unless it became another program.
    pub child_work: Option<Place>,
    /// Hazards already told.
    pub told: BTreeSet<HazardId>,
}

/// Where a walk is.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub alive: Alive,
    pub used: BTreeSet<HazardId>,
    pub forks: Vec<OpenFork>,
    pub ended: bool,
    /// Whether a way so far returned to the caller.
    pub has_returned: bool,
    /// What was alive on the ways that returned.
    pub returned: Alive,
    /// Whether it ended in another program.
    pub is_exec: bool,
    /// What the child of the next fork runs first.
    pub pending: Vec<Rc<[Event]>>,
}

impl State {
    /// The process of this way is gone: so is the child of every fork, where the way is the child's.
    pub(super) fn end(&mut self) {
        self.ended = true;
        for fork in &mut self.forks {
            fork.child_here = false;
        }
    }

    /// The function of this way returns: its child goes on where it was called.
    pub(super) fn give_back(&mut self) {
        self.ended = true;
        self.has_returned = true;
        self.returned.extend(std::mem::take(&mut self.alive));
        for fork in &mut self.forks {
            fork.child_returned |= std::mem::take(&mut fork.child_here);
        }
    }

    /// The process of this way becomes another program: what its child has done so far was only to get there.
    pub(super) fn exec(&mut self) {
        for fork in self.forks.iter_mut().filter(|fork| fork.child_here) {
            fork.child_work = None;
        }
        self.is_exec = true;
        self.end();
    }

    /// The child of every open fork, where the way is its, does work of its own.
    pub(super) fn work(&mut self, place: Place) {
        for fork in self.forks.iter_mut().filter(|fork| fork.child_here) {
            fork.child_work.get_or_insert(place);
        }
    }

    /// On a way of one process the other is not there.
    pub(super) fn restrict(&mut self, side: Option<ForkSide>) {
        let Some(side) = side else { return };
        for fork in self.forks.iter_mut().filter(|fork| fork.fork == side.fork) {
            fork.child_here &= side.is_child;
        }
    }

    /// What may be after one of several ways.
    pub(super) fn join(before: Self, ways: Vec<Self>) -> Self {
        let known = before.forks.len();
        let (has_returned, returned) = (before.has_returned, before.returned);
        let mut joined = Self { forks: before.forks, ended: true, has_returned, returned, ..Self::default() };
        for fork in &mut joined.forks {
            fork.child_here = false;
            fork.child_work = None;
        }
        for way in ways {
            // What is alive on a way that ended is not alive here.
            if !way.ended {
                joined.ended = false;
                joined.alive.extend(way.alive);
            }
            joined.has_returned |= way.has_returned;
            joined.returned.extend(way.returned);
            joined.is_exec |= way.is_exec;
            if joined.pending.is_empty() {
                joined.pending = way.pending;
            }
            joined.used.extend(&way.used);
            for (at, fork) in way.forks.into_iter().enumerate() {
                if at < known {
                    joined.forks[at].merge(&fork);
                } else {
                    joined.forks.push(fork);
                }
            }
        }
        joined
    }
}

impl OpenFork {
    fn merge(&mut self, from: &Self) {
        self.child_here |= from.child_here;
        self.child_returned |= from.child_returned;
        self.told.extend(&from.told);
        for (what, place) in &from.child_touched {
            self.child_touched.entry(*what).or_insert(*place);
        }
        self.child_runtime = self.child_runtime.or(from.child_runtime);
        self.child_work = self.child_work.or(from.child_work);
    }
}
