//! What forks do no harm to, and why not: for who asks about what is not reported.

use std::collections::{BTreeMap, BTreeSet};

use super::{visit, walk::Order};
use crate::link::{
    event::Event,
    value::{ForkId, HazardId, What},
    world::DefId,
};
use crate::source::Place;

/// A hazard that a fork in sight of it does no harm to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spared {
    /// The hazard.
    pub hazard: HazardId,
    /// The fork.
    pub fork: ForkId,
    /// Why.
    pub why: Spare,
}

/// Why a fork does no harm to a hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spare {
    /// The child goes on, and is not seen to touch it.
    Untouched,
    /// The child becomes another program, ends, or does nothing of its own.
    ChildGone,
    /// It ends before the fork, here.
    Dropped(Place),
    /// It is made after the fork, or on another way than that of the fork.
    NotThere,
}

impl Order<'_, '_> {
    /// What the forks of these functions spare, each pair once, in order.
    pub(super) fn spared(&self, all: &[DefId]) -> Vec<Spared> {
        let called = self.called(all);
        let mut spared: BTreeMap<(HazardId, ForkId), Spare> = BTreeMap::new();
        for def in all {
            let is_outermost = !called.contains(def);
            for (pair, why) in self.spared_in(*def, is_outermost) {
                spared.entry(pair).and_modify(|known| *known = why.min(*known)).or_insert(why);
            }
        }
        let told: BTreeSet<_> = self.found.iter().filter_map(|it| Some((it.hazard?, it.fork))).collect();
        let rest = spared.into_iter().filter(|(pair, _)| !told.contains(pair));
        rest.map(|((hazard, fork), why)| Spared { hazard, fork, why }).collect()
    }

    /// What is alive at the forks of a function, once nobody in sight goes on with it, and what never is.
    fn spared_in(&self, def: DefId, is_outermost: bool) -> Vec<((HazardId, ForkId), Spare)> {
        let Some(walk) = self.walks.get(&def) else { return Vec::new() };
        let mut spared = Vec::new();
        for open in walk.forks.iter().filter(|_| is_outermost) {
            let is_gone = open.child_work.is_none() && !open.child_here;
            let why = if is_gone { Spare::ChildGone } else { Spare::Untouched };
            spared.extend(open.alive.keys().map(|hazard| ((*hazard, open.fork), why)));
        }
        let Some(open) = walk.forks.first() else { return spared };
        let dropped = self.dropped_in(def);
        let made = self.created_in(def).into_iter().chain(walk.made.keys().copied());
        let is_alive = |hazard: &HazardId| walk.forks.iter().any(|open| open.alive.contains_key(hazard));
        let elsewhere = made.filter(|hazard| !is_alive(hazard)).map(|hazard| {
            let why = dropped.get(&hazard).map_or(Spare::NotThere, |place| Spare::Dropped(*place));
            ((hazard, open.fork), why)
        });
        spared.extend(elsewhere);
        spared
    }

    fn created_in(&self, def: DefId) -> Vec<HazardId> {
        let mut created = Vec::new();
        self.visit_events(def, &mut |event| {
            if let Event::Create(hazard) = event {
                created.push(*hazard);
            }
        });
        created
    }

    /// What ends in a function before it forks.
    fn dropped_in(&self, def: DefId) -> BTreeMap<HazardId, Place> {
        let mut dropped = BTreeMap::new();
        let mut is_forked = false;
        self.visit_events(def, &mut |event| match event {
            Event::Fork(_) => is_forked = true,
            Event::Call(callee, ..) => {
                is_forked |= self.walks.get(callee).is_some_and(|walk| !walk.forks.is_empty());
            }
            Event::Drop(touched, place) if !is_forked => {
                let hazards = touched.iter().filter_map(|what| match what {
                    What::Hazard(hazard) => Some(*hazard),
                    _ => None,
                });
                for hazard in hazards {
                    dropped.entry(hazard).or_insert(*place);
                }
            }
            _ => {}
        });
        dropped
    }

    fn visit_events(&self, def: DefId, see: &mut dyn FnMut(&Event)) {
        if let Some(summary) = self.engine.tables.summaries.get(&def) {
            visit(&summary.events, see);
        }
    }
}
