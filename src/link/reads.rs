//! Reads of the environment that a program cannot go on without: from its `main` along the calls, as far as what fails there
//! ends the program.

mod body;
mod demand;
mod parser;

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{engine::Engine, world::DefId};
use crate::facts::ItemKind;
use crate::source::Place;
use body::{Body, Use};
use demand::Demand;

/// How many needs of one function are kept.
const NEEDS: usize = 400;

/// A variable that a program cannot go on without.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequiredRead {
    /// The variable; of several that stand for each other, the first.
    pub name: SmolStr,
    /// Others that would do as well.
    pub others: Vec<SmolStr>,
    /// Where its name is written.
    pub place: Place,
    /// Whether it is only read on some ways through the program.
    pub is_conditional: bool,
    /// Whether an argument of the command line would do as well.
    pub is_argument: bool,
}

/// What a program needs of its environment.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// The variables, in order of their places.
    pub(super) reads: Vec<RequiredRead>,
    /// The variables that the program sets itself; an empty one stands for those that are not known.
    pub(super) sets: BTreeSet<SmolStr>,
}

/// What a function needs, in terms of its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Need {
    what: Names,
    place: Place,
    demand: Demand,
    is_conditional: bool,
    is_argument: bool,
}

/// The names of the variable that is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Names {
    /// Any of these.
    Known(Rc<[SmolStr]>),
    /// Whatever the caller passes for this parameter (the receiver is not counted).
    Param(u16),
}

/// Walks functions, each once.
pub(super) struct Reads<'e, 'a> {
    engine: &'e Engine<'a>,
    known: FxHashMap<DefId, Rc<[Need]>>,
    open: FxHashSet<DefId>,
    sets: FxHashMap<DefId, BTreeSet<SmolStr>>,
    calls: FxHashMap<DefId, Vec<DefId>>,
}

impl<'e, 'a> Reads<'e, 'a> {
    pub(super) fn new(engine: &'e Engine<'a>) -> Self {
        Self {
            engine,
            known: FxHashMap::default(),
            open: FxHashSet::default(),
            sets: FxHashMap::default(),
            calls: FxHashMap::default(),
        }
    }

    /// What a program that starts in this function needs.
    pub(super) fn of_program(&mut self, main: DefId) -> Needs {
        let needs = self.of(main);
        let mut reads: Vec<RequiredRead> = needs.iter().filter_map(required).collect();
        // The same place may be reached on several ways: what counts is the one that is always taken.
        reads.sort_by(|a, b| (a.place, &a.name, a.is_conditional).cmp(&(b.place, &b.name, b.is_conditional)));
        reads.dedup_by(|later, first| (later.place, &later.name) == (first.place, &first.name));
        Needs { reads, sets: self.set_below(main) }
    }

    /// What the functions below one set.
    fn set_below(&self, main: DefId) -> BTreeSet<SmolStr> {
        let mut seen = FxHashSet::default();
        let mut open = vec![main];
        let mut found = BTreeSet::new();
        while let Some(def) = open.pop() {
            if seen.insert(def) {
                open.extend(self.calls.get(&def).into_iter().flatten());
                found.extend(self.sets.get(&def).into_iter().flatten().cloned());
            }
        }
        found
    }

    fn of(&mut self, def: DefId) -> Rc<[Need]> {
        if let Some(known) = self.known.get(&def) {
            return Rc::clone(known);
        }
        if !self.open.insert(def) || self.engine.types.world.is_example(def) {
            return Rc::from([]);
        }
        let body = Body::read(self.engine, def);
        self.sets.insert(def, body.sets);
        let mut needs: Vec<Need> = Vec::new();
        let mut calls = Vec::new();
        for used in &body.uses {
            if let Use::Call { def, .. } = used {
                calls.push(*def);
            }
            needs.extend(self.of_use(used));
        }
        self.calls.insert(def, calls);
        let mut seen = FxHashSet::default();
        needs.retain(|need| seen.insert(need.clone()));
        needs.truncate(NEEDS);
        let needs: Rc<[Need]> = needs.into();
        self.open.remove(&def);
        self.known.insert(def, Rc::clone(&needs));
        needs
    }

    fn of_use(&mut self, used: &Use) -> Vec<Need> {
        match used {
            Use::Need(need) => vec![need.clone()],
            Use::Call { def, args, place, demand, is_conditional } => {
                let inner = self.of(*def);
                let passed = |need: &Need| {
                    let demand = if need.demand == Demand::Ends { Demand::Ends } else { *demand };
                    let (what, place) = match &need.what {
                        Names::Known(_) => (need.what.clone(), need.place),
                        Names::Param(at) => (args.get(usize::from(*at))?.clone()?, *place),
                    };
                    let is_conditional = need.is_conditional || *is_conditional;
                    (demand != Demand::None).then_some(Need {
                        what,
                        place,
                        demand,
                        is_conditional,
                        ..need.clone()
                    })
                };
                inner.iter().filter_map(passed).collect()
            }
        }
    }
}

fn required(need: &Need) -> Option<RequiredRead> {
    let Names::Known(names) = &need.what else { return None };
    let (first, others) = names.split_first()?;
    Some(RequiredRead {
        name: first.clone(),
        others: others.to_vec(),
        place: need.place,
        is_conditional: need.is_conditional,
        is_argument: need.is_argument,
    })
}

/// The function that a program starts in.
pub(super) fn main_of(engine: &Engine<'_>, krate: &super::world::Crate) -> Option<DefId> {
    let defs = engine.types.world.module(krate.root).names.get("main")?;
    let is_fn = |def: &&DefId| {
        let at = engine.types.world.def(**def);
        matches!(engine.inputs().item(at.file, at.item).kind, ItemKind::Fn(_))
    };
    defs.iter().filter(is_fn).min_by_key(|def| engine.types.world.def(**def).distance).copied()
}
