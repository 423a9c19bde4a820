//! Parts of values that matter by themselves: what a fork does not copy, what carries a credential, what texts are made of.

use std::rc::Rc;

use crate::link::{
    event::Touched,
    value::{Mark, Marks, Value, What, marks_of},
};

/// The hazards and parameters in a value.
pub(super) fn touched(value: &Value) -> Touched {
    let is_touched = |what: &What| match what {
        What::Hazard(_) => true,
        What::Open(path) => path.param().is_some(),
        _ => false,
    };
    if !value.any(is_touched) {
        return nothing_touched();
    }
    value.all_marks().iter().map(|mark| mark.what).filter(is_touched).collect()
}

/// Nothing touched: what most values come to.
pub(super) fn nothing_touched() -> Touched {
    thread_local! {
        static NONE: Touched = Rc::from([]);
    }
    NONE.with(Rc::clone)
}

/// What the arguments of a call touch, each; empty where none touches anything.
pub(super) fn touched_by(args: &[Value]) -> Vec<Touched> {
    let all: Vec<Touched> = args.iter().map(touched).collect();
    if all.iter().all(|it| it.is_empty()) { Vec::new() } else { all }
}

/// What of a value is in a text that is made of it: not the place it was read from.
pub(super) fn made_of(value: &Value) -> Marks {
    let is_place = |mark: &&Mark| !matches!(mark.what, What::Cell(_) | What::Copied(_) | What::Hazard(_));
    marks_of(value.marks.iter().filter(is_place).cloned().collect())
}

/// The places that a value was read from, as places of a copy.
pub(super) fn copied(value: &Value) -> Marks {
    let copy = |mark: &Mark| match mark.what {
        What::Cell(id) | What::Copied(id) => Some(Mark { what: What::Copied(id), trace: mark.trace.clone() }),
        _ => None,
    };
    marks_of(value.marks.iter().filter_map(copy).collect())
}

/// Marks that carry a credential or stand for one.
pub(super) fn carried(value: &Value) -> Marks {
    let is_carried = |what: &What| {
        matches!(
            what,
            What::Credential(_)
                | What::Built(..)
                | What::Open(_)
                | What::Secret(..)
                | What::BuiltOpen(..)
                | What::BuiltSecret(..)
                | What::Refreshing
        )
    };
    let all = value.all_marks();
    marks_of(all.iter().filter(|mark| is_carried(&mark.what)).cloned().collect())
}
