//! Ways: how a mark came to where it is, step by step.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::facts::Name;
use crate::source::Place;

/// How many steps of a way are kept.
const STEPS: u32 = 24;

/// The way a mark came, from here back to the origin.
pub type Trace = Option<Rc<Way>>;

/// A way: put together, never copied.
#[derive(Debug)]
pub struct Way {
    last: Last,
    before: Trace,
    /// How many steps it has.
    length: u32,
}

/// The end of a way.
#[derive(Debug)]
enum Last {
    Step(TraceStep),
    /// A way inside a function that was called.
    Inner(Rc<Way>),
}

/// A step of a way.
#[derive(Debug)]
pub struct TraceStep {
    /// Where.
    pub place: Place,
    /// What happens there.
    pub event: TraceEvent,
}

/// What happens at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceEvent {
    /// It enters.
    Enters,
    /// It is given back by a function of this name.
    Returned(Name),
    /// It is passed to a function of this name.
    Passed(SmolStr),
    /// It is built into a client of this type.
    Built(SmolStr),
    /// It is put in a header of this name.
    Header(SmolStr),
    /// It is stored in a field of this name.
    Stored(Name),
    /// It is taken of an answer, from a field of this name.
    Taken(Name),
}

/// A way with one more step.
pub(super) fn step(before: &Trace, place: Place, event: TraceEvent) -> Trace {
    extended(before, Last::Step(TraceStep { place, event }), 1)
}

/// The way of an argument, then the way inside the function.
pub(super) fn joined(outer: &Trace, inner: &Trace) -> Trace {
    match (outer, inner) {
        (None, _) => inner.clone(),
        (_, None) => outer.clone(),
        (_, Some(way)) => extended(outer, Last::Inner(Rc::clone(way)), way.length),
    }
}

fn extended(before: &Trace, last: Last, by: u32) -> Trace {
    let length = before.as_ref().map_or(0, |it| it.length) + by;
    if length > STEPS && before.is_some() {
        return before.clone();
    }
    Some(Rc::new(Way { last, before: before.clone(), length }))
}

/// The steps of a way, from the origin on.
pub(super) fn steps(trace: &Trace) -> Vec<&TraceStep> {
    let mut list = Vec::new();
    let mut open: Vec<&Way> = trace.as_deref().into_iter().collect();
    while let Some(way) = open.pop() {
        open.extend(way.before.as_deref());
        match &way.last {
            Last::Step(step) => list.push(step),
            Last::Inner(inner) => open.push(inner),
        }
    }
    list.reverse();
    list
}
