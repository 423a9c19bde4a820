//! Order: what is alive when the process forks, and what the process that goes on does with it.
//!
//! Each function is walked once, callees by their own walk: what forks in it, what was alive there, and what the child
//! did since. A pair of a hazard and a fork is told as soon as the child is seen to touch the hazard.

mod state;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use state::{Alive, OpenFork, State};

use super::{
    engine::Engine,
    event::{Event, EventArm, Touched},
    value::{ForkId, HazardId, HazardKind, What},
    world::DefId,
};
use crate::catalog::schema::{ClosureRuns, ForkReturns};
use crate::source::Place;

/// How many calls are kept on the way to a hazard.
const CALLS: usize = 8;

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

/// What a walk of a function tells its callers.
#[derive(Clone, Debug, Default)]
struct Walk {
    /// The forks in it or in its callees.
    forks: Vec<OpenFork>,
    /// What is alive when it returns that was not before.
    made: Alive,
    /// What it ends.
    dropped: BTreeSet<What>,
    /// What it touches, and where first.
    touched: BTreeMap<What, Place>,
    /// Where it first gives work to the runtime that is current.
    runtime_use: Option<Place>,
    /// Where it first does work of its own.
    work: Option<Place>,
    /// Whether it never returns.
    ends: bool,
    /// Whether it becomes another program.
    execs: bool,
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
    work: Option<Place>,
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
        work: None,
        dropped: BTreeSet::new(),
    };
    let mut all: Vec<DefId> = order.may_fork.iter().copied().collect();
    all.sort_unstable();
    for def in &all {
        order.walk(*def);
    }
    order.ask_threads(&all);
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
            Event::Loop(inner) | Event::Closure(_, inner) | Event::Handed(inner) => visit(inner, see),
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
        let outer_work = self.work.take();
        let outer_dropped = std::mem::take(&mut self.dropped);
        let mut state = State::default();
        self.events(&summary.events, &mut state);
        let walk = Rc::new(self.finish(def, state));
        self.def = outer_def;
        self.touched = outer_touched;
        self.runtime_use = outer_runtime;
        self.work = outer_work;
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
            work: self.work.take(),
            ends: state.ended,
            execs: state.is_exec,
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
                let place = self.engine.tables.hazards.get(hazard.0).place;
                self.work(place, state);
                state.alive.insert(*hazard, Rc::from([]));
            }
            Event::Use(touched, place) => self.touch(touched, *place, state),
            Event::UseRuntime(place) | Event::Serve(place) => self.use_runtime(*place, state),
            Event::Drop(touched, place) => self.drop(touched, *place, state),
            Event::Call(callee, args, place) => self.call(*callee, args, *place, state),
            Event::Fork(fork) => self.fork(*fork, state),
            Event::Exec(_) => state.exec(),
            Event::Exit(_) => state.end(),
            Event::Return => state.ended = true,
            Event::Branch(arms) => self.branch(arms, state),
            Event::Loop(inner) => {
                let arms = [EventArm { side: None, events: inner.clone() }, EventArm::default()];
                self.branch(&arms, state);
            }
            Event::Closure(runs, inner) => self.closure(*runs, inner, state),
            Event::Handed(inner) => self.closure(ClosureRuns::Later, inner, state),
            Event::Force(cell, place) => self.force(*cell, *place, state),
            Event::Sleep(place) => self.work(*place, state),
            Event::ReadEnv(_) | Event::Endless(_) => {}
        }
    }

    /// The process of this way does something of its own.
    fn work(&mut self, place: Place, state: &mut State) {
        self.work.get_or_insert(place);
        state.work(place);
    }

    fn touch(&mut self, touched: &Touched, place: Place, state: &mut State) {
        self.work(place, state);
        for what in touched.iter() {
            self.touched.entry(*what).or_insert(place);
            self.touch_one(what, place, Touch::Uses, state);
        }
    }

    fn touch_one(&mut self, what: &What, place: Place, how: Touch, state: &mut State) {
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
    fn use_runtime(&mut self, place: Place, state: &mut State) {
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

    fn drop(&mut self, touched: &Touched, place: Place, state: &mut State) {
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
            child_work: None,
            told: BTreeSet::new(),
        });
    }

    fn call(&mut self, callee: DefId, args: &[Touched], place: Place, state: &mut State) {
        let walk = self.summary(callee);
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

    /// The walk of a function that may fork; of any other, what it touches and makes.
    fn summary(&mut self, callee: DefId) -> Rc<Walk> {
        self.walk(callee)
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

    fn branch(&mut self, arms: &[EventArm], state: &mut State) {
        let before = state.clone();
        let mut ways: Vec<State> = Vec::with_capacity(arms.len());
        for arm in arms {
            let mut way = before.clone();
            way.restrict(arm.side);
            self.events(&arm.events, &mut way);
            ways.push(way);
        }
        *state = State::join(before, ways);
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
                let here: Vec<bool> = state.forks.iter().map(|fork| fork.child_here).collect();
                self.events(events, state);
                state.ended = ended;
                // Whatever ends in it ends some time, not here.
                for (fork, was_here) in state.forks.iter_mut().zip(here) {
                    fork.child_here = was_here;
                }
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
                state.alive.entry(hazard).or_insert_with(|| Rc::from([place]));
            }
        }
    }

    /// Threads and workers are not touched by name: a child that does work of its own goes on without them.
    fn ask_threads(&mut self, all: &[DefId]) {
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
    fn called(&self, all: &[DefId]) -> FxHashSet<DefId> {
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
    let made_by =
        hazard.and_then(|hazard| fork.alive.get(&hazard)).map(|calls| calls.to_vec()).unwrap_or_default();
    Inherited { hazard, fork: fork.fork, made_by, calls: fork.calls.clone(), how, place, def, used_before }
}

fn told_async(fork: &OpenFork, place: Place, def: DefId) -> Inherited {
    told(fork, None, Touch::Continues, place, def)
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
        What::Param(param) => args.get(usize::from(param.index)).map(|it| it.to_vec()).unwrap_or_default(),
        other => vec![*other],
    }
}
