//! What leaves functions: arguments for parameters, and values for the places that everybody sees.
//!
//! What is made of a function's parameters is kept as it stands and closed between the readings: when callers turn out to
//! pass something new, no function is read again for it. A parameter is followed only once something that leaves its
//! function is made of it.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{
    engine::Engine,
    outlived::Stale,
    value::{CellId, Value, What},
    world::DefId,
};
use crate::facts::Name;
use crate::source::Place;

/// How deep the fields of what is passed are followed.
const PASSED: u32 = 2;

/// How many functions may pass something for a parameter that is followed. What everybody calls is a convention of the
/// program, and what one of many passes there says nothing about the others.
const CALLERS: usize = 24;

/// How often what is passed for a parameter is joined anew at most. This bounds what hostile input costs.
const ROUNDS: u8 = 12;

/// A place that everybody sees.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// A field of a struct.
    Field(DefId, Name),
    /// A cell.
    Cell(CellId),
    /// Where a credential is sent.
    Sink(Place),
    /// A loop without an end in which it is used.
    Endless(Stale),
    /// Where this process signs by it.
    Signing,
}

/// A parameter of a function.
type ParamKey = (DefId, u16);

/// Why something is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Because {
    /// It was not yet.
    New,
    /// Something new is passed for the parameter.
    Passed(u16),
}

/// What leaves functions.
#[derive(Debug, Default)]
pub(super) struct Flows {
    /// What is passed for a parameter, by caller, in terms of the caller's own.
    passed: FxHashMap<ParamKey, BTreeMap<DefId, Value>>,
    /// What is passed for the parameters that matter, in terms of nothing.
    known: FxHashMap<ParamKey, Value>,
    /// How often each was joined.
    rounds: FxHashMap<ParamKey, u8>,
    /// The parameters that a function passes something for that is made of its own.
    forwards: FxHashMap<DefId, BTreeSet<ParamKey>>,
    /// What else leaves a function and is made of its parameters.
    leaving: FxHashMap<DefId, Vec<(Target, Value)>>,
    /// Parameters that matter, and a caller of whom something new is known.
    wanted: BTreeSet<(ParamKey, DefId)>,
    /// Functions of which something leaves that has to be closed, because of this parameter.
    stale: BTreeSet<(DefId, Because)>,
}

impl Flows {
    /// Forgets what left a function: it is read again.
    pub(super) fn forget(&mut self, def: DefId) {
        if let Some(list) = self.leaving.get_mut(&def) {
            list.clear();
        }
    }
}

impl Engine<'_> {
    /// Lets what matters of an argument flow into a parameter.
    pub(super) fn fill_param(&mut self, def: DefId, at: u16, value: &Value, caller: DefId) {
        if let Some(gather) = &mut self.gather {
            return gather.passed(def, at, value, caller);
        }
        let key = (def, at);
        let callers = self.flows.passed.entry(key).or_default();
        let known = callers.entry(caller).or_default();
        if known.covers(value) {
            return;
        }
        *known = known.join(value).cut(PASSED);
        let is_followed = callers.len() <= CALLERS;
        if value.any(What::is_open) {
            self.flows.forwards.entry(caller).or_default().insert(key);
        }
        if is_followed && self.flows.known.contains_key(&key) {
            self.flows.wanted.insert((key, caller));
        }
    }

    /// What callers in sight pass for a parameter; `None` when nobody does.
    pub(super) fn param(&mut self, def: DefId, at: u16) -> Option<Value> {
        let key = (def, at);
        if let Some(known) = self.flows.known.get(&key) {
            return Some(known.clone());
        }
        let callers = self.flows.passed.get(&key)?;
        if callers.len() <= CALLERS {
            self.flows.wanted.extend(callers.keys().map(|caller| (key, *caller)));
        }
        self.flows.known.insert(key, Value::default());
        Some(Value::default())
    }

    /// Lets a value flow to a place that everybody sees, later where it is made of parameters.
    pub(super) fn leave(&mut self, target: Target, value: &Value, reader: DefId) {
        if let Some(gather) = &mut self.gather {
            return match target {
                Target::Field(def, name) => gather.stored(def, &name, value, reader),
                Target::Cell(id) => gather.kept(id, value, reader),
                Target::Sink(_) | Target::Endless(_) | Target::Signing => {}
            };
        }
        if value.any(What::is_open) {
            self.flows.leaving.entry(reader).or_default().push((target, value.clone()));
            self.flows.stale.insert((reader, Because::New));
            return;
        }
        self.pour(&target, value.clone());
    }

    /// Closes what left functions, until nothing new is passed.
    pub(super) fn close_flows(&mut self) {
        loop {
            if let Some((key, caller)) = self.flows.wanted.pop_first() {
                self.close_passed(key, caller);
            } else if let Some((def, because)) = self.flows.stale.pop_first() {
                self.close_leaving(def, because);
            } else {
                return;
            }
        }
    }

    /// Joins what a caller passes for a parameter to what is known of it.
    fn close_passed(&mut self, key: ParamKey, caller: DefId) {
        let Some(value) = self.flows.passed.get(&key).and_then(|callers| callers.get(&caller)).cloned()
        else {
            return;
        };
        self.steps += 1;
        let value = self.closed(&value, caller).cut(PASSED);
        let value = self.without_unnamed(value);
        let known = self.flows.known.entry(key).or_default();
        if known.covers(&value) {
            return;
        }
        let joined = known.join(&value).cut(PASSED);
        let rounds = self.flows.rounds.entry(key).or_default();
        if *rounds >= ROUNDS || known.covers(&joined) {
            return;
        }
        *rounds += 1;
        *known = joined;
        self.flows.stale.insert((key.0, Because::Passed(key.1)));
    }

    /// Closes what leaves a function anew, as far as there is a reason.
    fn close_leaving(&mut self, def: DefId, because: Because) {
        let leaving = self.flows.leaving.remove(&def).unwrap_or_default();
        for (target, value) in leaving.iter().filter(|(_, value)| is_made_of(value, because)) {
            self.steps += 1;
            let value = self.closed(value, def);
            self.pour(target, value);
        }
        self.flows.leaving.insert(def, leaving);
        if because != Because::New {
            self.flows.forward(def, because);
        }
    }
}

impl Flows {
    /// What is passed on of a parameter that something new is passed for.
    fn forward(&mut self, def: DefId, because: Because) {
        for key in self.forwards.get(&def).into_iter().flatten() {
            let is_known = self.known.contains_key(key);
            let passed = self.passed.get(key).and_then(|callers| callers.get(&def));
            if is_known && passed.is_some_and(|value| is_made_of(value, because)) {
                self.wanted.insert((*key, def));
            }
        }
    }
}

fn is_made_of(value: &Value, because: Because) -> bool {
    match because {
        Because::New => true,
        Because::Passed(at) => value.any(|what| what.param().is_some_and(|param| param.index == at)),
    }
}
