//! Parameters replaced by what is passed for them.

use std::cell::OnceCell;
use std::rc::Rc;

use super::{
    engine::Engine,
    naming,
    value::{Build, Mark, Marks, Origin, Param, Source, Trace, TraceEvent, Value, What, joined, step},
    world::DefId,
};
use crate::source::Place;

/// A summary's value at a call: its parameters are the arguments.
pub(super) fn at_call(engine: &mut Engine<'_>, value: &Value, args: &[Value]) -> Value {
    if !has_params(value) {
        return value.clone();
    }
    let passed: Vec<Passed<'_>> = args.iter().map(Passed::new).collect();
    value.map_marks(&mut |mark, out| match &mark.what {
        What::Param(param) => {
            out.extend(project(passed.get(usize::from(param.index)), param, &mark.trace));
        }
        What::BuiltParam(param, build) => {
            let passed = project(passed.get(usize::from(param.index)), param, &mark.trace);
            let build = engine.tables.builds.get(build.0).clone();
            out.extend(passed.into_iter().map(|mark| built(engine, mark, &build)));
        }
        What::MixedParams => {}
        _ => out.push(mark.clone()),
    })
}

/// A value that leaves its function for a place that everybody sees: its parameters are what callers in sight pass, or
/// origins of their own where nobody calls.
pub(super) fn close(engine: &mut Engine<'_>, value: &Value, def: DefId) -> Value {
    let values: Vec<Option<Value>> =
        (0..=naming::last_param(value)).map(|at| engine.param(def, at, def)).collect();
    let passed: Vec<Option<Passed<'_>>> = values.iter().map(|it| it.as_ref().map(Passed::new)).collect();
    value.map_marks(&mut |mark, out| match &mark.what {
        What::Param(param) => out.extend(close_param(engine, def, param, &passed, mark)),
        What::BuiltParam(param, build) => {
            let build = engine.tables.builds.get(build.0).clone();
            let mut marks = close_param(engine, def, param, &passed, mark);
            // Callers in sight pass something that could not be followed, and it is a credential all the same.
            if marks.is_empty() && !is_placeholder(engine, values.get(usize::from(param.index))) {
                marks = unseen(engine, def, param, mark);
            }
            out.extend(marks.into_iter().map(|mark| built(engine, mark, &build)));
        }
        What::MixedParams => {}
        _ => out.push(mark.clone()),
    })
}

fn is_placeholder(engine: &Engine<'_>, passed: Option<&Option<Value>>) -> bool {
    let text = passed.and_then(|value| value.as_ref()?.text.as_ref());
    text.is_some_and(|text| engine.inputs().catalog.words().is_placeholder(&text.text))
}

fn close_param(
    engine: &mut Engine<'_>,
    def: DefId,
    param: &Param,
    passed: &[Option<Passed<'_>>],
    mark: &Mark,
) -> Vec<Mark> {
    match passed.get(usize::from(param.index)) {
        Some(Some(value)) => project(Some(value), param, &mark.trace),
        _ => unseen(engine, def, param, mark),
    }
}

/// A parameter that nobody in sight passes anything for.
fn unseen(engine: &mut Engine<'_>, def: DefId, param: &Param, mark: &Mark) -> Vec<Mark> {
    let Some((place, name)) = naming::param_name(engine, def, param) else { return Vec::new() };
    let origin =
        engine.tables.origins.intern(Origin { place, source: Source::Parameter, name: name.clone() });
    let what = match naming::credential_by_name(engine, origin, &name) {
        Some(credential) => What::Credential(credential),
        None => What::Input(origin),
    };
    let enters = step(&None, place, TraceEvent::Enters);
    vec![Mark { what, trace: joined(&enters, &mark.trace) }]
}

/// An argument, with all of its marks once somebody asked for them.
struct Passed<'v> {
    value: &'v Value,
    all: OnceCell<Marks>,
}

impl<'v> Passed<'v> {
    fn new(value: &'v Value) -> Self {
        Self { value, all: OnceCell::new() }
    }
}

fn project(arg: Option<&Passed<'_>>, param: &Param, trace: &Trace) -> Vec<Mark> {
    let Some(passed) = arg else { return Vec::new() };
    let fields = param.fields();
    let (mut value, mut left) = (passed.value, &*fields);
    while let Some((name, rest)) = left.split_first() {
        match value.field(name) {
            Some(field) => value = field,
            None => break,
        }
        left = rest;
    }
    let marks = if std::ptr::eq(value, passed.value) {
        Rc::clone(passed.all.get_or_init(|| value.all_marks()))
    } else {
        value.all_marks()
    };
    marks
        .iter()
        .filter_map(|mark| {
            let what = match &mark.what {
                What::Param(outer) if !left.is_empty() => What::Param(outer.deeper(left)),
                // Part of something of which only the whole is known.
                What::Hazard(_) | What::Credential(_) | What::Built(..) if !left.is_empty() => return None,
                other => other.clone(),
            };
            Some(Mark { what, trace: joined(&mark.trace, trace) })
        })
        .collect()
}

fn built(engine: &mut Engine<'_>, mark: Mark, build: &Build) -> Mark {
    let id = engine.tables.builds.intern(build.clone());
    let what = match mark.what {
        What::Credential(credential) => What::Built(credential, id),
        What::Param(param) => What::BuiltParam(param, id),
        What::Input(origin) => match naming::credential_anyway(engine, origin) {
            Some(credential) => What::Built(credential, id),
            None => What::Input(origin),
        },
        other => other,
    };
    Mark { what, trace: mark.trace }
}

fn has_params(value: &Value) -> bool {
    value.any(|what| matches!(what, What::Param(_) | What::BuiltParam(..) | What::MixedParams))
}

/// Marks the way of each mark with a step.
pub(super) fn with_step(value: &Value, place: Place, event: &TraceEvent) -> Value {
    let is_told = |what: &What| {
        matches!(what, What::Credential(_) | What::Built(..) | What::Param(_) | What::BuiltParam(..))
    };
    if !value.any(is_told) {
        return value.clone();
    }
    value.map_marks(&mut |mark, out| {
        let trace =
            if is_told(&mark.what) { step(&mark.trace, place, event.clone()) } else { mark.trace.clone() };
        out.push(Mark { what: mark.what.clone(), trace });
    })
}
