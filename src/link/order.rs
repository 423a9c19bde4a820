//! Order: what is alive when the process forks, and what the process that goes on does with it.
//!
//! Each function is walked once, callees by their own walk: what forks in it, what was alive there, and what the child
//! did since. A pair of a hazard and a fork is told as soon as the child is seen to touch the hazard.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    engine::Engine,
    event::{Event, EventArm, ForkSide, Touched},
    value::{ForkId, HazardId, HazardKind, What},
    world::DefId,
};
use crate::catalog::schema::{ClosureRuns, ForkReturns};
use crate::source::Place;

/// A hazard that a forked child goes on with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inherited {
    /// The hazard; `None` for the runtime that an `async fn` runs on, made out of sight.
    pub hazard: Option<HazardId>,
    /// The fork.
    pub fork: ForkId,
    /// The calls from the function that makes the hazard down to the fork.
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

/// What a walk of a function tells its callers.
#[derive(Clone, Debug, Default)]
struct Walk {
    /// The forks in it or in its callees.
    forks: Vec<OpenFork>,
    /// What is alive when it returns that was not before.
    made: BTreeSet<HazardId>,
    /// What it ends.
    dropped: BTreeSet<What>,
    /// What it touches, and where first.
    touched: BTreeMap<What, Place>,
    /// Where it first gives work to the runtime that is current.
    runtime_use: Option<Place>,
    /// Whether it never returns.
    ends: bool,
}

/// A fork on the way, as seen so far.
#[derive(Clone, Debug)]
struct OpenFork {
    fork: ForkId,
    calls: Vec<Place>,
    /// What was alive when it happened.
    alive: BTreeSet<HazardId>,
    /// What of it had been used before.
    used: BTreeSet<HazardId>,
    /// Whether the child is where the walk is.
    child_here: bool,
    /// Parameters that the child touched.
    child_touched: BTreeMap<What, Place>,
    /// Where the child gave work to a runtime.
    child_runtime: Option<Place>,
    /// Hazards already told.
    told: BTreeSet<HazardId>,
}

/// Where a walk is.
#[derive(Clone, Debug, Default)]
struct State {
    alive: BTreeSet<HazardId>,
    used: BTreeSet<HazardId>,
    forks: Vec<OpenFork>,
    ended: bool,
}

/// Walks every function that may fork.
pub(super) struct Order<'e, 'a> {
    engine: &'e Engine<'a>,
    may_fork: FxHashSet<DefId>,
    walks: FxHashMap<DefId, Rc<Walk>>,
    open: FxHashSet<DefId>,
    found: BTreeSet<Inherited>,
    def: DefId,
    touched: BTreeMap<What, Place>,
    runtime_use: Option<Place>,
    dropped: BTreeSet<What>,
}

/// Every hazard that a child goes on with, in order.
pub(super) fn inherited(engine: &Engine<'_>) -> Vec<Inherited> {
    let may_fork = forking(engine);
    let mut order = Order {
        engine,
        may_fork,
        walks: FxHashMap::default(),
        open: FxHashSet::default(),
        found: BTreeSet::new(),
        def: DefId(0),
        touched: BTreeMap::new(),
        runtime_use: None,
        dropped: BTreeSet::new(),
    };
    let mut all: Vec<DefId> = order.may_fork.iter().copied().collect();
    all.sort_unstable();
    for def in &all {
        order.walk(*def);
    }
    order.ask_async(&all);
    order.found.into_iter().collect()
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
            Event::Loop(inner) | Event::Closure(_, inner) => visit(inner, see),
            _ => {}
        }
    }
}

impl Order<'_, '_> {
    fn walk(&mut self, def: DefId) -> Rc<Walk> {
        if let Some(walk) = self.walks.get(&def) {
            return Rc::clone(walk);
        }
        if !self.open.insert(def) {
            return Rc::default();
        }
        let Some(summary) = self.engine.tables.summaries.get(&def).cloned() else { return Rc::default() };
        let outer_def = std::mem::replace(&mut self.def, def);
        let outer_touched = std::mem::take(&mut self.touched);
        let outer_runtime = self.runtime_use.take();
        let outer_dropped = std::mem::take(&mut self.dropped);
        let mut state = State::default();
        self.events(&summary.events, &mut state);
        let walk = Rc::new(self.finish(def, state));
        self.def = outer_def;
        self.touched = outer_touched;
        self.runtime_use = outer_runtime;
        self.dropped = outer_dropped;
        self.open.remove(&def);
        self.walks.insert(def, Rc::clone(&walk));
        walk
    }

    fn finish(&mut self, _def: DefId, state: State) -> Walk {
        Walk {
            forks: state.forks,
            made: state.alive,
            dropped: std::mem::take(&mut self.dropped),
            touched: std::mem::take(&mut self.touched),
            runtime_use: self.runtime_use.take(),
            ends: state.ended,
        }
    }

    fn events(&mut self, events: &[Event], state: &mut State) {
        for event in events {
            if state.ended {
                return;
            }
            self.event(event, state);
        }
    }

    fn event(&mut self, event: &Event, state: &mut State) {
        match event {
            Event::Create(hazard) => {
                state.alive.insert(*hazard);
            }
            Event::Use(touched, place) => self.touch(touched, *place, state),
            Event::UseRuntime(place) => self.use_runtime(*place, state),
            Event::Drop(touched, place) => self.drop(touched, *place, state),
            Event::Call(callee, args, place) => self.call(*callee, args, *place, state),
            Event::Fork(fork) => self.fork(*fork, state),
            Event::Exec(_) | Event::Exit(_) => end(state),
            Event::Return => state.ended = true,
            Event::Branch(arms) => self.branch(arms, state),
            Event::Loop(inner) => {
                let arms = [EventArm { side: None, events: inner.clone() }, EventArm::default()];
                self.branch(&arms, state);
            }
            Event::Closure(runs, inner) => self.closure(*runs, inner, state),
            Event::Force(cell, place) => self.force(*cell, *place, state),
            Event::Serve(place) => self.use_runtime(*place, state),
            Event::Sleep(_) => {}
        }
    }

    fn touch(&mut self, touched: &Touched, place: Place, state: &mut State) {
        for what in touched.iter() {
            self.touched.entry(what.clone()).or_insert(place);
            self.touch_one(what, place, Touch::Uses, state);
        }
    }

    fn touch_one(&mut self, what: &What, place: Place, how: Touch, state: &mut State) {
        let def = self.def;
        let What::Hazard(hazard) = what else {
            for fork in state.forks.iter_mut().filter(|fork| fork.child_here) {
                fork.child_touched.entry(what.clone()).or_insert(place);
            }
            return;
        };
        let mut found = Vec::new();
        for fork in state.forks.iter_mut().filter(|fork| fork.child_here && fork.alive.contains(hazard)) {
            if fork.told.insert(*hazard) {
                found.push(told(fork, Some(*hazard), how, place, def));
            }
        }
        self.found.extend(found);
        state.used.insert(*hazard);
    }

    /// Work for the runtime that is current goes to the one that was alive at the fork.
    fn use_runtime(&mut self, place: Place, state: &mut State) {
        self.runtime_use.get_or_insert(place);
        let def = self.def;
        let mut found = Vec::new();
        for fork in state.forks.iter_mut().filter(|fork| fork.child_here) {
            fork.child_runtime.get_or_insert(place);
            // A runtime made since is the one that is current.
            let is_new =
                |hazard: &HazardId| !fork.alive.contains(hazard) && self.kind(*hazard) == HazardKind::Runtime;
            if state.alive.iter().any(is_new) {
                continue;
            }
            let runtimes: Vec<HazardId> =
                fork.alive.iter().copied().filter(|hazard| self.is_ambient(*hazard)).collect();
            for hazard in runtimes {
                if fork.told.insert(hazard) {
                    found.push(told(fork, Some(hazard), Touch::Continues, place, def));
                }
            }
        }
        self.found.extend(found);
    }

    fn drop(&mut self, touched: &Touched, place: Place, state: &mut State) {
        for what in touched.iter() {
            let What::Hazard(hazard) = what else {
                self.dropped.insert(what.clone());
                continue;
            };
            self.dropped.insert(what.clone());
            if self.kind(*hazard) == HazardKind::Runtime {
                self.touch_one(what, place, Touch::Drops, state);
            }
            state.alive.remove(hazard);
        }
    }

    fn kind(&self, hazard: HazardId) -> HazardKind {
        self.engine.tables.hazards.get(hazard.0).kind
    }

    /// Whether work goes to a runtime without its being named: one that an attribute builds around a body.
    fn is_ambient(&self, hazard: HazardId) -> bool {
        let hazard = self.engine.tables.hazards.get(hazard.0);
        hazard.kind == HazardKind::Runtime && hazard.name.starts_with("#[")
    }

    fn fork(&mut self, id: ForkId, state: &mut State) {
        let fork = self.engine.tables.forks.get(id.0);
        state.forks.push(OpenFork {
            fork: id,
            calls: Vec::new(),
            alive: state.alive.clone(),
            used: state.used.clone(),
            child_here: fork.returns != ForkReturns::Parent,
            child_touched: BTreeMap::new(),
            child_runtime: None,
            told: BTreeSet::new(),
        });
    }

    fn call(&mut self, callee: DefId, args: &[Touched], place: Place, state: &mut State) {
        let walk = self.summary(callee);
        for (what, _) in &walk.touched {
            for passed in passed(what, args) {
                self.touched.entry(passed.clone()).or_insert(place);
                self.touch_one(&passed, place, Touch::Uses, state);
            }
        }
        if walk.runtime_use.is_some() {
            self.use_runtime(place, state);
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
        state.alive.extend(&walk.made);
        if walk.ends && !walk.forks.iter().any(|fork| fork.child_here) {
            state.ended = true;
        }
    }

    /// The walk of a function that may fork; of any other, what it touches and makes.
    fn summary(&mut self, callee: DefId) -> Rc<Walk> {
        self.walk(callee)
    }

    /// A callee's fork goes on in its caller: what was alive there is alive here, and what its child did counts.
    fn take_over(&mut self, open: &OpenFork, args: &[Touched], place: Place, state: &mut State) {
        let mut fork = open.clone();
        fork.calls.insert(0, place);
        fork.alive.extend(&state.alive);
        fork.used.extend(&state.used);
        let def = self.def;
        let mut found = Vec::new();
        for (what, at) in &open.child_touched {
            for passed in passed(what, args) {
                let What::Hazard(hazard) = passed else {
                    fork.child_touched.entry(passed).or_insert(*at);
                    continue;
                };
                if fork.alive.contains(&hazard) && fork.told.insert(hazard) {
                    found.push(told(&fork, Some(hazard), Touch::Uses, *at, def));
                }
            }
        }
        if let Some(at) = open.child_runtime {
            let runtimes: Vec<HazardId> =
                state.alive.iter().copied().filter(|hazard| self.is_ambient(*hazard)).collect();
            for hazard in runtimes {
                if fork.told.insert(hazard) {
                    found.push(told(&fork, Some(hazard), Touch::Continues, at, def));
                }
            }
        }
        self.found.extend(found);
        state.forks.push(fork);
    }

    fn branch(&mut self, arms: &[EventArm], state: &mut State) {
        let before = state.clone();
        let mut ways: Vec<State> = Vec::with_capacity(arms.len());
        for arm in arms {
            let mut way = before.clone();
            restrict(&mut way, arm.side);
            self.events(&arm.events, &mut way);
            ways.push(way);
        }
        *state = join(before, ways);
    }

    fn closure(&mut self, runs: ClosureRuns, events: &[Event], state: &mut State) {
        match runs {
            ClosureRuns::Child => self.child_closure(events, state),
            ClosureRuns::ChildBeforeExec | ClosureRuns::Parent | ClosureRuns::Lazily => {}
            ClosureRuns::Now
            | ClosureRuns::Later
            | ClosureRuns::Thread
            | ClosureRuns::Task
            | ClosureRuns::Request => {
                let ended = state.ended;
                self.events(events, state);
                state.ended = ended;
            }
        }
    }

    /// A closure that an API runs in the child: behind the fork that was just noted, or one that is still to come.
    fn child_closure(&mut self, events: &[Event], state: &mut State) {
        let mut way = state.clone();
        let Some(last) = way.forks.last_mut() else { return };
        last.child_here = true;
        self.events(events, &mut way);
        for (own, seen) in state.forks.iter_mut().zip(&way.forks) {
            own.told.clone_from(&seen.told);
        }
    }

    /// A lazy cell's content comes to be where it is read first.
    fn force(&mut self, cell: super::value::CellId, place: Place, state: &mut State) {
        let content = &self.engine.tables.cells[cell.0 as usize].content;
        for mark in content.all_marks().iter() {
            if let What::Hazard(hazard) = mark.what {
                state.alive.insert(hazard);
            }
        }
        let _ = place;
    }

    /// An `async fn` that forks runs on a runtime that somebody made, in sight or not.
    fn ask_async(&mut self, all: &[DefId]) {
        let told: BTreeSet<ForkId> =
            self.found.iter().filter(|it| self.is_runtime_pair(it)).map(|it| it.fork).collect();
        for &def in all {
            let is_async = self.engine.types.function(def).is_some_and(|item| item.is_async);
            let Some(walk) = self.walks.get(&def).filter(|_| is_async).cloned() else { continue };
            for open in walk.forks.iter().filter(|open| !told.contains(&open.fork)) {
                if open.child_here || open.child_runtime.is_some() {
                    let place = self.engine.tables.forks.get(open.fork.0).place;
                    self.found.insert(told_async(open, place, def));
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

fn told(fork: &OpenFork, hazard: Option<HazardId>, how: Touch, place: Place, def: DefId) -> Inherited {
    let used_before = hazard.is_some_and(|hazard| fork.used.contains(&hazard));
    Inherited { hazard, fork: fork.fork, calls: fork.calls.clone(), how, place, def, used_before }
}

fn told_async(fork: &OpenFork, place: Place, def: DefId) -> Inherited {
    told(fork, None, Touch::Continues, place, def)
}

/// The process of this way is gone: so is the child of every fork, where the way is the child's.
fn end(state: &mut State) {
    state.ended = true;
    for fork in &mut state.forks {
        fork.child_here = false;
    }
}

/// On a way of one process the other is not there.
fn restrict(state: &mut State, side: Option<ForkSide>) {
    let Some(side) = side else { return };
    for fork in state.forks.iter_mut().filter(|fork| fork.fork == side.fork) {
        fork.child_here &= side.is_child;
    }
}

/// What may be after one of several ways.
fn join(before: State, ways: Vec<State>) -> State {
    let known = before.forks.len();
    let mut joined =
        State { alive: BTreeSet::new(), used: BTreeSet::new(), forks: before.forks, ended: true };
    for fork in &mut joined.forks {
        fork.child_here = false;
    }
    for way in ways {
        // A way that ended in `return` hands its child on to the caller; what is alive there is not alive here.
        if !way.ended {
            joined.ended = false;
            joined.alive.extend(&way.alive);
        }
        joined.used.extend(&way.used);
        for (at, fork) in way.forks.into_iter().enumerate() {
            if at < known {
                merge(&mut joined.forks[at], &fork);
            } else {
                joined.forks.push(fork);
            }
        }
    }
    joined
}

fn merge(into: &mut OpenFork, from: &OpenFork) {
    into.child_here |= from.child_here;
    into.told.extend(&from.told);
    for (what, place) in &from.child_touched {
        into.child_touched.entry(what.clone()).or_insert(*place);
    }
    into.child_runtime = into.child_runtime.or(from.child_runtime);
}

/// What a callee touches, in its caller's terms.
fn passed(what: &What, args: &[Touched]) -> Vec<What> {
    match what {
        What::Param(param) => args.get(usize::from(param.index)).map(|it| it.to_vec()).unwrap_or_default(),
        other => vec![other.clone()],
    }
}
