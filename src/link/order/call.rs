//! Calls: what a callee's walk means in its caller.

use std::rc::Rc;

use super::{
    Inherited, Touch,
    state::{OpenFork, State},
    walk::Order,
};
use crate::link::{
    event::Touched,
    value::{HazardId, What},
    world::DefId,
};
use crate::source::Place;

/// How many calls are kept on the way to a hazard.
const CALLS: usize = 8;

impl Order<'_, '_> {
    pub(super) fn call(&mut self, callee: DefId, args: &[Touched], place: Place, state: &mut State) {
        let walk = self.walk(callee);
        for what in walk.touched.keys() {
            for passed in passed(what, args) {
                self.touched.entry(passed).or_insert(place);
                self.touch_one(&passed, place, Touch::Uses, state);
            }
        }
        if walk.runtime_use.is_some() {
            self.use_runtime(place, state);
        }
        if walk.work.is_some() {
            self.work(place, state);
        }
        for open in &walk.forks {
            self.take_over(open, args, place, state);
        }
        for what in &walk.dropped {
            for passed in passed(what, args) {
                if let What::Hazard(hazard) = passed {
                    state.alive.remove(&hazard);
                }
            }
        }
        for (hazard, calls) in &walk.made {
            state.alive.entry(*hazard).or_insert_with(|| below(place, calls));
        }
        if walk.execs && walk.forks.is_empty() {
            state.exec();
            return;
        }
        if walk.ends && !walk.forks.iter().any(|fork| fork.child_here) {
            state.ended = true;
        }
    }

    /// A callee's fork goes on in its caller: what was alive there is alive here, and what its child did counts.
    fn take_over(&mut self, open: &OpenFork, args: &[Touched], place: Place, state: &mut State) {
        let mut fork = open.clone();
        fork.calls.insert(0, place);
        fork.alive = fork.alive.into_iter().map(|(hazard, calls)| (hazard, below(place, &calls))).collect();
        for (hazard, calls) in &state.alive {
            fork.alive.entry(*hazard).or_insert_with(|| Rc::clone(calls));
        }
        fork.used.extend(&state.used);
        let def = self.def;
        let mut found = Vec::new();
        for (what, at) in &open.child_touched {
            for passed in passed(what, args) {
                let What::Hazard(hazard) = passed else {
                    fork.child_touched.entry(passed).or_insert(*at);
                    continue;
                };
                if fork.alive.contains_key(&hazard) && fork.told.insert(hazard) {
                    found.push(told(&fork, Some(hazard), Touch::Uses, *at, def));
                }
            }
        }
        if let Some(at) = open.child_runtime {
            let runtimes: Vec<HazardId> =
                state.alive.keys().copied().filter(|hazard| self.is_ambient(*hazard)).collect();
            for hazard in runtimes {
                if fork.told.insert(hazard) {
                    found.push(told(&fork, Some(hazard), Touch::Continues, at, def));
                }
            }
        }
        self.found.extend(found);
        state.forks.push(fork);
    }
}

pub(super) fn told(
    fork: &OpenFork,
    hazard: Option<HazardId>,
    how: Touch,
    place: Place,
    def: DefId,
) -> Inherited {
    let used_before = hazard.is_some_and(|hazard| fork.used.contains(&hazard));
    let made_by =
        hazard.and_then(|hazard| fork.alive.get(&hazard)).map(|calls| calls.to_vec()).unwrap_or_default();
    Inherited { hazard, fork: fork.fork, made_by, calls: fork.calls.clone(), how, place, def, used_before }
}

/// The calls below one more.
fn below(place: Place, calls: &Rc<[Place]>) -> Rc<[Place]> {
    if calls.len() >= CALLS {
        return Rc::clone(calls);
    }
    std::iter::once(place).chain(calls.iter().copied()).collect()
}

/// What a callee touches, in its caller's terms.
fn passed(what: &What, args: &[Touched]) -> Vec<What> {
    match what {
        What::Open(path) => {
            let touched = path.param().and_then(|index| args.get(usize::from(index)));
            touched.map(|it| it.to_vec()).unwrap_or_default()
        }
        other => vec![*other],
    }
}
