//! What leaves functions: arguments for parameters, and values for the places that everybody sees.
//!
//! What is made of a function's parameters is kept as it stands and closed between the readings: when callers turn out to
//! pass something new, no function is read again for it. What is made of fields stays so until all else is known (see
//! `engine/fields`). A parameter is followed only once something that leaves its
//! function is made of it.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{
    engine::Engine,
    outlived::Stale,
    value::{AccessPath, CellId, Root, Value, What},
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
    /// A loop without an end that has a new one, if this is a token from inside.
    Renewed(Place),
    /// Where this process signs by it.
    Signing,
    /// Where what callers bring is compared with it.
    Compared,
    /// Where the program ends without it.
    Demanded(Place),
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
    passed: FxHashMap<ParamKey, Callers>,
    /// What is passed for the parameters that matter, in terms of nothing.
    known: FxHashMap<ParamKey, Value>,
    /// How often each was joined.
    rounds: FxHashMap<ParamKey, u8>,
    /// The parameters that a function passes something for that is made of its own.
    forwards: FxHashMap<DefId, BTreeSet<ParamKey>>,
    /// What else leaves a function and is made of its parameters.
    leaving: FxHashMap<DefId, Vec<(Target, Value)>>,
    /// What arrives where nothing goes on from, in terms of fields.
    pub(super) pending: Vec<(Target, Value)>,
    /// Parameters that matter, and a caller of whom something new is known.
    wanted: BTreeSet<(ParamKey, DefId)>,
    /// Functions of which something leaves that has to be closed, and why.
    stale: BTreeSet<(DefId, Because)>,
    /// Functions that may pass something on that has to be closed, and why.
    news: BTreeSet<(DefId, Because)>,
}

/// What callers pass for a parameter, in the order in which they came: most have one or two.
#[derive(Debug, Default)]
struct Callers {
    /// Each with what it passes.
    list: Vec<(DefId, Value)>,
    /// Whether there are more than are followed, and so none is.
    are_too_many: bool,
}

impl Callers {
    fn get(&self, caller: DefId) -> Option<&Value> {
        self.list.iter().find(|(known, _)| *known == caller).map(|(_, value)| value)
    }

    /// Adds what a caller passes; whether that is new.
    fn add(&mut self, caller: DefId, value: &Value) -> bool {
        let at = self.list.iter().position(|(known, _)| *known == caller);
        let Some(at) = at.or_else(|| self.make_room(caller)) else { return false };
        let known = &mut self.list[at].1;
        let is_new = !known.covers(value);
        if is_new {
            *known = known.join(value).cut(PASSED);
        }
        is_new
    }

    /// The place of a new caller, if another is still followed.
    fn make_room(&mut self, caller: DefId) -> Option<usize> {
        self.are_too_many |= self.list.len() >= CALLERS;
        if self.are_too_many {
            return None;
        }
        self.list.push((caller, Value::default()));
        Some(self.list.len() - 1)
    }
}

impl Flows {
    /// Forgets what left a function: it is read again.
    pub(super) fn forget(&mut self, def: DefId) {
        if let Some(list) = self.leaving.get_mut(&def) {
            list.clear();
        }
    }

    /// Notes a reason to close what leaves a function, and what it passes on.
    fn note(&mut self, reason: (DefId, Because)) {
        self.stale.insert(reason);
        self.news.insert(reason);
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
        if !callers.add(caller, value) {
            return;
        }
        let is_followed = !callers.are_too_many;
        if value.any(What::is_passed) {
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
        if !callers.are_too_many {
            self.flows.wanted.extend(callers.list.iter().map(|(caller, _)| (key, *caller)));
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
                _ => {}
            };
        }
        if value.any(What::is_passed) {
            self.flows.leaving.entry(reader).or_default().push((target, value.clone()));
            self.flows.stale.insert((reader, Because::New));
            return;
        }
        self.pour(&target, value.clone());
    }

    /// Closes what left functions, until nothing new is passed or kept. What is passed is followed to its end first, so
    /// that what leaves a function is closed once for all that is new.
    pub(super) fn close_flows(&mut self) {
        loop {
            self.close_all_passed();
            let stale = std::mem::take(&mut self.flows.stale);
            if stale.is_empty() {
                return;
            }
            for (def, because) in by_function(stale) {
                self.close_leaving(def, &because);
            }
        }
    }

    fn close_all_passed(&mut self) {
        loop {
            let news = std::mem::take(&mut self.flows.news);
            for (def, because) in by_function(news) {
                self.flows.forward(def, &because);
            }
            let wanted = std::mem::take(&mut self.flows.wanted);
            if wanted.is_empty() {
                return;
            }
            for (key, caller) in wanted {
                self.close_passed(key, caller);
            }
        }
    }

    /// Joins what a caller passes for a parameter to what is known of it.
    fn close_passed(&mut self, key: ParamKey, caller: DefId) {
        let Some(value) = self.flows.passed.get(&key).and_then(|callers| callers.get(caller)).cloned() else {
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
        self.flows.note((key.0, Because::Passed(key.1)));
    }

    /// Closes what leaves a function anew, as far as there is a reason.
    fn close_leaving(&mut self, def: DefId, because: &[Because]) {
        let leaving = self.flows.leaving.remove(&def).unwrap_or_default();
        for (target, value) in leaving.iter().filter(|(_, value)| is_made_of(value, because)) {
            self.steps += 1;
            let value = self.closed(value, def);
            self.pour(target, value);
        }
        self.flows.leaving.insert(def, leaving);
    }
}

impl Flows {
    /// What is passed on of what something new is known of.
    fn forward(&mut self, def: DefId, because: &[Because]) {
        for key in self.forwards.get(&def).into_iter().flatten() {
            let is_known = self.known.contains_key(key);
            let passed = self.passed.get(key).and_then(|callers| callers.get(def));
            if is_known && passed.is_some_and(|value| is_made_of(value, because)) {
                self.wanted.insert((*key, def));
            }
        }
    }
}

/// The reasons that each function's flows are closed for.
fn by_function(stale: BTreeSet<(DefId, Because)>) -> Vec<(DefId, Vec<Because>)> {
    let mut list: Vec<(DefId, Vec<Because>)> = Vec::new();
    for (def, because) in stale {
        match list.last_mut() {
            Some((known, all)) if *known == def => all.push(because),
            _ => list.push((def, vec![because])),
        }
    }
    list
}

fn is_made_of(value: &Value, because: &[Because]) -> bool {
    because.first() == Some(&Because::New)
        || value.any(|what| {
            let reason = match what.access_path().map(AccessPath::root) {
                Some(Root::Param(at)) => Because::Passed(at),
                _ => return false,
            };
            because.binary_search(&reason).is_ok()
        })
}
