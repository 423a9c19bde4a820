//! What no child touches by name, asked when all walks are done: threads that stay behind, and the runtime of an `async fn`.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::{Inherited, Touch, call::told, visit, walk::Order};
use crate::link::{
    event::Event,
    value::{ForkId, HazardId, HazardKind},
    world::DefId,
};

impl Order<'_, '_> {
    /// Threads and workers are not touched by name: a child that does work of its own goes on without them.
    pub(super) fn ask_threads(&mut self, all: &[DefId]) {
        let called = self.called(all);
        for def in all.iter().filter(|def| !called.contains(def)) {
            let Some(walk) = self.walks.get(def).cloned() else { continue };
            for open in &walk.forks {
                let Some(place) = open.child_work else { continue };
                let left = open
                    .alive
                    .keys()
                    .filter(|hazard| self.is_left_behind(**hazard) && !open.told.contains(hazard));
                let found: Vec<Inherited> =
                    left.map(|hazard| told(open, Some(*hazard), Touch::Continues, place, *def)).collect();
                self.found.extend(found);
            }
        }
    }

    /// The functions that another function that may fork calls.
    pub(super) fn called(&self, all: &[DefId]) -> FxHashSet<DefId> {
        let mut called = FxHashSet::default();
        for def in all {
            let Some(summary) = self.engine.tables.summaries.get(def) else { continue };
            visit(&summary.events, &mut |event| {
                if let Event::Call(callee, ..) = event
                    && callee != def
                {
                    called.insert(*callee);
                }
            });
        }
        called
    }

    fn is_left_behind(&self, hazard: HazardId) -> bool {
        matches!(self.kind(hazard), HazardKind::Threads | HazardKind::Workers | HazardKind::Tasks)
    }

    /// An `async fn` that forks runs on a runtime that somebody made, in sight or not.
    pub(super) fn ask_async(&mut self, all: &[DefId]) {
        let known: BTreeSet<ForkId> =
            self.found.iter().filter(|it| self.is_runtime_pair(it)).map(|it| it.fork).collect();
        for &def in all {
            let is_async = self.engine.types.function(def).is_some_and(|item| item.is_async);
            let Some(walk) = self.walks.get(&def).filter(|_| is_async).cloned() else { continue };
            for open in walk.forks.iter().filter(|open| !known.contains(&open.fork)) {
                if open.child_here || open.child_runtime.is_some() {
                    let place = self.engine.tables.forks.get(open.fork.0).place;
                    self.found.insert(told(open, None, Touch::Continues, place, def));
                }
            }
        }
        self.keep_nearest_async();
    }

    fn is_runtime_pair(&self, it: &Inherited) -> bool {
        it.hazard.is_none_or(|hazard| self.kind(hazard) == HazardKind::Runtime)
    }

    /// Of several `async fn`s around one fork the nearest tells it.
    fn keep_nearest_async(&mut self) {
        let mut nearest: BTreeMap<ForkId, usize> = BTreeMap::new();
        for it in self.found.iter().filter(|it| it.hazard.is_none()) {
            let least = nearest.entry(it.fork).or_insert(it.calls.len());
            *least = (*least).min(it.calls.len());
        }
        self.found.retain(|it| it.hazard.is_some() || nearest.get(&it.fork) == Some(&it.calls.len()));
    }
}
