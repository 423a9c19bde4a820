//! Sets of marks: what a value may hold, bounded so that the cost of a value is.

use std::cmp::Ordering;
use std::rc::Rc;

use super::{trace::Trace, value::What};

/// How many parts of parameters a value may be made of. What is made of more is no credential's way.
const PARAMS: usize = 12;

/// How many parts of fields a value may be made of.
const FIELDS: usize = 16;

/// How many things from outside without a name a value may be made of.
const INPUTS: usize = 4;

/// How many literals a value may be made of. What is made of more is a table.
const LITERALS: usize = 6;

/// How many marks a value may have.
const MARKS: usize = 48;

/// A set of marks, sorted by what they say.
pub type Marks = Rc<[Mark]>;

/// One thing that a value may hold, with the way it came.
#[derive(Clone, Debug)]
pub struct Mark {
    /// What.
    pub what: What,
    /// How it came here.
    pub trace: Trace,
}

/// No marks.
pub(super) fn no_marks() -> Marks {
    thread_local! {
        static NONE: Marks = Rc::from(Vec::new());
    }
    NONE.with(Rc::clone)
}

/// A set of marks from a list.
pub(super) fn marks_of(mut list: Vec<Mark>) -> Marks {
    if list.is_empty() {
        return no_marks();
    }
    list.sort_by_key(|a| a.what);
    list.dedup_by(|later, first| later.what == first.what);
    if list.len() > 1 {
        bound(&mut list);
        list.truncate(MARKS);
    }
    list.into()
}

/// What a value is known by that is made of too many parts of one kind, and how many it may be made of.
const MIXTURES: [(What, usize); 4] = [
    (What::MixedParams, PARAMS),
    (What::MixedFields, FIELDS),
    (What::MixedInputs, INPUTS),
    (What::MixedLiterals, LITERALS),
];

/// Keeps the cost of a value bounded: what is made of too many parts of one kind is known as a mixture of them.
fn bound(list: &mut Vec<Mark>) {
    let mut parts = [0; MIXTURES.len()];
    let mut mixed = [false; MIXTURES.len()];
    for mark in list.iter() {
        match part_of(&mark.what) {
            Some(at) => parts[at] += 1,
            None => {
                if let Some(at) = MIXTURES.iter().position(|(mixture, _)| *mixture == mark.what) {
                    mixed[at] = true;
                }
            }
        }
    }
    for (at, (mixture, most)) in MIXTURES.into_iter().enumerate() {
        if parts[at] > most || (parts[at] > 0 && mixed[at]) {
            mix(list, at, mixture);
        }
    }
}

/// The mixture that it would be part of.
fn part_of(what: &What) -> Option<usize> {
    match what {
        // What says that it is a credential is told apart from all others.
        What::Open(path) | What::BuiltOpen(path, _) => Some(usize::from(path.param().is_none())),
        What::Input(_) => Some(2),
        What::Literal(_) => Some(3),
        _ => None,
    }
}

fn mix(list: &mut Vec<Mark>, at: usize, mixture: What) {
    list.retain(|mark| part_of(&mark.what) != Some(at));
    if let Err(at) = list.binary_search_by(|known| known.what.cmp(&mixture)) {
        list.insert(at, Mark { what: mixture, trace: None });
    }
}

/// The first's marks and as many of the second's as there is room for: what was once in stays in.
fn filled_up(a: &Marks, b: &Marks) -> Vec<Mark> {
    let has = |what: &What| a.binary_search_by(|known| known.what.cmp(what)).is_ok();
    let more = b.iter().filter(|mark| !has(&mark.what)).take(MARKS.saturating_sub(a.len()));
    let mut list: Vec<Mark> = a.iter().chain(more).cloned().collect();
    list.sort_by_key(|mark| mark.what);
    list
}

/// The union; where both have a mark, the first's trace stays.
pub(super) fn union(a: &Marks, b: &Marks) -> Marks {
    if b.is_empty() || Rc::ptr_eq(a, b) {
        return Rc::clone(a);
    }
    if a.is_empty() {
        return Rc::clone(b);
    }
    let mut merged: Vec<Mark> = Vec::with_capacity(a.len() + b.len());
    let (mut left, mut right) = (&a[..], &b[..]);
    while let (Some(one), Some(other)) = (left.first(), right.first()) {
        let order = one.what.cmp(&other.what);
        merged.push(if order == Ordering::Greater { other.clone() } else { one.clone() });
        left = &left[usize::from(order != Ordering::Greater)..];
        right = &right[usize::from(order != Ordering::Less)..];
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    if merged.len() == a.len() {
        return Rc::clone(a);
    }
    bound(&mut merged);
    if merged.len() > MARKS {
        merged = filled_up(a, b);
    }
    if merged.len() == a.len() && merged.iter().zip(a.iter()).all(|(one, other)| one.what == other.what) {
        return Rc::clone(a);
    }
    merged.into()
}
