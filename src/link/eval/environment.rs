//! Variables of the environment: read by a call, or by a function that is given their name; and what the program ends
//! without.

use smol_str::SmolStr;

use super::Frame;
use crate::facts::Name;
use crate::link::{
    event::Event,
    flows::Target,
    naming,
    ty::{self, Ty},
    value::{Callable, Mark, OriginId, Source, TraceEvent, VARIABLE, Value, What, marks_of, step},
};
use crate::source::Place;

/// How many variables a function may read under names that its callers give.
const READS: usize = 8;

impl Frame<'_, '_> {
    /// A variable, or nothing; one whose name the caller gives is told apart at the call.
    pub(super) fn read_env(&mut self, mut value: Value, args: &[Value], place: Place) -> Value {
        let text = args.first().and_then(|arg| arg.text.clone()).filter(|text| !text.is_one_of_many);
        let enters = step(&None, place, TraceEvent::Enters);
        if value.ty.is_unknown() {
            value.ty = perhaps(Ty::external("std::string::String"));
        }
        let given = args.first().filter(|_| text.is_none()).map(named_by_caller).unwrap_or_default();
        let name = text.map(|it| it.text.clone()).unwrap_or_default();
        let origin = self.origin(place, Source::Env, &name);
        self.note_read(origin);
        if given.is_empty() {
            value.add_mark(naming::variable(self.e, place, &name), enters);
            return value;
        }
        if let Some(at) = args.first().and_then(named_by) {
            self.note_named_by_caller(at, origin);
        }
        let marks = given.into_iter().map(|what| Mark { what, trace: enters.clone() });
        value.add(&marks_of(marks.collect()));
        value
    }

    pub(super) fn note_read(&mut self, origin: OriginId) {
        self.events.push(Event::ReadEnv(origin));
    }

    fn note_named_by_caller(&mut self, at: u16, origin: OriginId) {
        if self.reads_env.len() < READS && !self.reads_env.contains(&(at, origin)) {
            self.reads_env.push((at, origin));
        }
    }

    /// What a function of this run reads under the names that it is passed.
    pub(super) fn read_named(&mut self, reads: &[(u16, OriginId)], args: &[Value], place: Place) {
        for &(at, inner) in reads {
            let Some(arg) = args.get(usize::from(at)) else { continue };
            if let Some(text) = arg.text.clone().filter(|text| !text.is_one_of_many) {
                let origin = self.origin(text.place, Source::Env, &text.text);
                self.note_read(origin);
                if self.alternatives == 0 && self.e.tables.demanded.contains_key(&inner) {
                    self.e.tables.demanded.entry(origin).or_insert(place);
                }
            } else if let Some(outer) = named_by(arg) {
                self.note_named_by_caller(outer, inner);
            }
        }
    }

    /// The program ends where a value is not there.
    pub(super) fn note_demand(&mut self, on: &Value, place: Place) {
        // What stands in for something else is not the only way.
        if self.alternatives > 0 || !is_perhaps(&on.ty) {
            return;
        }
        let held = on.marks.iter().filter(|mark| mark.what.field().is_some()).cloned().collect();
        self.e.leave(Target::Demanded(place), &Value { marks: marks_of(held), ..Value::default() }, self.def);
        for mark in on.marks.iter() {
            if let Some(origin) = self.origin_of(&mark.what)
                && self.e.tables.origins.get(origin.0).source == Source::Env
            {
                self.e.tables.demanded.entry(origin).or_insert(place);
            }
        }
    }

    fn origin_of(&self, what: &What) -> Option<OriginId> {
        match what {
            What::Input(origin) => Some(*origin),
            What::Credential(id) => Some(self.e.tables.credentials.get(id.0).origin),
            What::Open(path) if path.fields().iter().any(|field| field == VARIABLE) => {
                self.reads_env.iter().find(|(at, _)| Some(*at) == path.param()).map(|(_, origin)| *origin)
            }
            _ => None,
        }
    }

    /// Runs what stands in for a value that is not there; where that ends the program, the value is demanded.
    pub(super) fn fall_back(&mut self, on: &Value, values: &[Value], place: Place) -> Value {
        let before = self.ends;
        self.alternatives += 1;
        let other = self.first_result(values, &[], place);
        self.alternatives -= 1;
        if self.ends > before && values.iter().any(|it| matches!(it.callable, Some(Callable::Closure(..)))) {
            self.note_demand(on, place);
        }
        other
    }
}

/// A value that may not be there.
fn perhaps(ty: Ty) -> Ty {
    Ty::External(SmolStr::new_static("std::result::Result"), ty::args(vec![ty]))
}

fn is_perhaps(ty: &Ty) -> bool {
    ty.path().is_some_and(|path| path.ends_with("::Result") || path.ends_with("::Option"))
}

/// The parameter that a name is, whole.
fn named_by(arg: &Value) -> Option<u16> {
    arg.marks.iter().find_map(|mark| mark.what.whole_param())
}

/// The variables of the environment that a caller names.
fn named_by_caller(name: &Value) -> Vec<What> {
    let named = name.marks.iter().filter_map(|mark| match mark.what {
        What::Open(path) if path.param().is_some() => {
            Some((path, path.deeper(&[Name::new_static(VARIABLE)])))
        }
        _ => None,
    });
    named.filter(|(path, variable)| path != variable).map(|(_, variable)| What::Open(variable)).collect()
}
