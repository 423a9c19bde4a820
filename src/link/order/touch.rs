//! What the process of a way touches, works at and ends.

use super::{Touch, call::told, state::State, walk::Order};
use crate::link::{
    event::Touched,
    value::{HazardId, HazardKind, What},
};
use crate::source::Place;

impl Order<'_, '_> {
    /// The process of this way does something of its own.
    pub(super) fn work(&mut self, place: Place, state: &mut State) {
        self.work.get_or_insert(place);
        state.work(place);
    }

    pub(super) fn touch(&mut self, touched: &Touched, place: Place, state: &mut State) {
        self.work(place, state);
        for what in touched.iter() {
            self.touched.entry(*what).or_insert(place);
            self.touch_one(what, place, Touch::Uses, state);
        }
    }

    pub(super) fn touch_one(&mut self, what: &What, place: Place, how: Touch, state: &mut State) {
        let def = self.def;
        let What::Hazard(hazard) = what else {
            for fork in state.forks.iter_mut().filter(|fork| fork.child_here) {
                fork.child_touched.entry(*what).or_insert(place);
            }
            return;
        };
        let mut found = Vec::new();
        for fork in state.forks.iter_mut().filter(|fork| fork.child_here && fork.alive.contains_key(hazard)) {
            if fork.told.insert(*hazard) {
                found.push(told(fork, Some(*hazard), how, place, def));
            }
        }
        self.found.extend(found);
        state.used.insert(*hazard);
    }

    /// Work for the runtime that is current goes to the one that was alive at the fork.
    pub(super) fn use_runtime(&mut self, place: Place, state: &mut State) {
        self.runtime_use.get_or_insert(place);
        self.work(place, state);
        let def = self.def;
        let mut found = Vec::new();
        for fork in state.forks.iter_mut().filter(|fork| fork.child_here) {
            fork.child_runtime.get_or_insert(place);
            // A runtime made since is the one that is current.
            let is_new = |hazard: &HazardId| {
                !fork.alive.contains_key(hazard) && self.kind(*hazard) == HazardKind::Runtime
            };
            if state.alive.keys().any(is_new) {
                continue;
            }
            let runtimes: Vec<HazardId> =
                fork.alive.keys().copied().filter(|hazard| self.is_ambient(*hazard)).collect();
            for hazard in runtimes {
                if fork.told.insert(hazard) {
                    found.push(told(fork, Some(hazard), Touch::Continues, place, def));
                }
            }
        }
        self.found.extend(found);
    }

    pub(super) fn drop(&mut self, touched: &Touched, place: Place, state: &mut State) {
        for what in touched.iter() {
            let What::Hazard(hazard) = what else {
                self.dropped.insert(*what);
                continue;
            };
            self.dropped.insert(*what);
            if self.kind(*hazard) == HazardKind::Runtime {
                self.touch_one(what, place, Touch::Drops, state);
            }
            state.alive.remove(hazard);
        }
    }

    pub(super) fn kind(&self, hazard: HazardId) -> HazardKind {
        self.engine.tables.hazards.get(hazard.0).kind
    }

    /// Whether work goes to a runtime without its being named: one that an attribute builds around a body.
    pub(super) fn is_ambient(&self, hazard: HazardId) -> bool {
        let hazard = self.engine.tables.hazards.get(hazard.0);
        hazard.kind == HazardKind::Runtime && hazard.name.starts_with("#[")
    }
}
