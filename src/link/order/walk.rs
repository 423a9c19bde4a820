//! The walk of one function: its events in call order, each way of a branch by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Inherited,
    state::{Alive, OpenFork, State},
};
use crate::catalog::schema::{ClosureRuns, ForkReturns};
use crate::link::{
    engine::Engine,
    event::{Event, EventArm},
    value::{CellId, ForkId, What},
    world::DefId,
};
use crate::source::Place;

/// What a walk of a function tells its callers.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    /// The forks in it or in its callees.
    pub(super) forks: Vec<OpenFork>,
    /// What is alive when it returns that was not before.
    pub(super) made: Alive,
    /// What it ends.
    pub(super) dropped: BTreeSet<What>,
    /// What it touches, and where first.
    pub(super) touched: BTreeMap<What, Place>,
    /// Where it first gives work to the runtime that is current.
    pub(super) runtime_use: Option<Place>,
    /// Where it first does work of its own.
    pub(super) work: Option<Place>,
    /// Whether it never returns.
    pub(super) ends: bool,
    /// Whether it becomes another program.
    pub(super) execs: bool,
}

/// Walks every function that may fork.
pub(super) struct Order<'e, 'a> {
    pub(super) engine: &'e Engine<'a>,
    pub(super) walks: FxHashMap<DefId, Rc<Walk>>,
    pub(super) open: FxHashSet<DefId>,
    pub(super) found: BTreeSet<Inherited>,
    pub(super) def: DefId,
    pub(super) touched: BTreeMap<What, Place>,
    pub(super) runtime_use: Option<Place>,
    pub(super) work: Option<Place>,
    pub(super) dropped: BTreeSet<What>,
}

impl<'e, 'a> Order<'e, 'a> {
    pub(super) fn new(engine: &'e Engine<'a>) -> Self {
        Self {
            engine,
            walks: FxHashMap::default(),
            open: FxHashSet::default(),
            found: BTreeSet::new(),
            def: DefId(0),
            touched: BTreeMap::new(),
            runtime_use: None,
            work: None,
            dropped: BTreeSet::new(),
        }
    }
}

impl Order<'_, '_> {
    /// What a function does to forks and hazards; nothing while it is being walked.
    pub(super) fn walk(&mut self, def: DefId) -> Rc<Walk> {
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
        let walk = Rc::new(self.finish(state));
        self.def = outer_def;
        self.touched = outer_touched;
        self.runtime_use = outer_runtime;
        self.work = outer_work;
        self.dropped = outer_dropped;
        self.open.remove(&def);
        self.walks.insert(def, Rc::clone(&walk));
        walk
    }

    fn finish(&mut self, mut state: State) -> Walk {
        for fork in &mut state.forks {
            fork.child_here |= std::mem::take(&mut fork.child_returned);
        }
        let mut made = state.returned;
        made.extend(state.alive);
        Walk {
            forks: state.forks,
            made,
            dropped: std::mem::take(&mut self.dropped),
            touched: std::mem::take(&mut self.touched),
            runtime_use: self.runtime_use.take(),
            work: self.work.take(),
            // A way that returns ends for its function alone.
            ends: state.ended && !state.has_returned,
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
            Event::Return => state.give_back(),
            Event::Branch(arms) => self.branch(arms, state),
            Event::Loop(inner) => {
                let arms = [EventArm { side: None, events: inner.clone() }, EventArm::default()];
                self.branch(&arms, state);
            }
            Event::Closure(runs, inner) => self.closure(*runs, inner, state),
            Event::Force(cell, place) => self.force(*cell, *place, state),
            Event::Handed(inner) => self.closure(ClosureRuns::Later, inner, state),
            Event::Sleep(place) => self.work(*place, state),
            Event::ReadEnv(_) | Event::Endless(_) | Event::Verify(..) => {}
        }
    }

    fn fork(&mut self, id: ForkId, state: &mut State) {
        let fork = self.engine.tables.forks.get(id.0);
        state.forks.push(OpenFork {
            fork: id,
            calls: Vec::new(),
            alive: state.alive.clone(),
            used: state.used.clone(),
            child_here: fork.returns != ForkReturns::Parent,
            child_returned: false,
            child_touched: BTreeMap::new(),
            child_runtime: None,
            child_work: None,
            told: BTreeSet::new(),
        });
        for events in std::mem::take(&mut state.pending) {
            self.child_closure(&events, state);
        }
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
            // What runs when a request comes in starts nothing here.
            ClosureRuns::Request => self.events(events, &mut state.clone()),
            ClosureRuns::Now | ClosureRuns::Later | ClosureRuns::Thread | ClosureRuns::Task => {
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
        let Some(last) = way.forks.last_mut() else {
            state.pending.push(events.into());
            return;
        };
        last.child_here = true;
        self.events(events, &mut way);
        for (own, seen) in state.forks.iter_mut().zip(&way.forks) {
            own.told.clone_from(&seen.told);
        }
    }

    /// A lazy cell's content comes to be where it is read first.
    fn force(&mut self, cell: CellId, place: Place, state: &mut State) {
        let content = &self.engine.tables.cells[cell.0 as usize].content;
        for mark in content.all_marks().iter() {
            if let What::Hazard(hazard) = mark.what {
                state.alive.entry(hazard).or_insert_with(|| Rc::from([place]));
            }
        }
    }
}
