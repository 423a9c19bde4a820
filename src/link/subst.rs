//! Parameters replaced by what is passed for them.

use std::cell::OnceCell;
use std::rc::Rc;

use smol_str::SmolStr;

use super::{
    engine::{Engine, is_untold},
    naming,
    value::{
        AccessPath, BuildId, FieldId, GIVEN, Mark, Marks, Origin, Root, Source, Text, Trace, TraceEvent,
        VARIABLE, Value, Wanted, What, joined, step, steps,
    },
    world::DefId,
};
use crate::source::Place;

/// A summary's value at a call: its parameters are the arguments.
pub(super) fn at_call(engine: &mut Engine<'_>, value: &Value, args: &[Value]) -> Value {
    if !value.any(is_replaced) {
        return value.clone();
    }
    let passed: Vec<Passed<'_>> = args.iter().map(Passed::new).collect();
    value.map_marks(&is_replaced, &mut |mark, out| {
        if mark.what == What::MixedParams {
            return;
        }
        let Some((path, place)) = open(&mark.what) else { return out.push(mark.clone()) };
        let marks = match path.root() {
            Root::Param(index) => project(engine, passed.get(usize::from(index)), path, &mark.trace),
            // Where sinks are looked for, everything is known.
            Root::Field(id) if engine.gather.is_some() => close_field(engine, id, path, mark),
            Root::Field(_) => return out.push(mark.clone()),
        };
        out.extend(marks.into_iter().filter_map(|mark| arrived(engine, mark, place)));
    })
}

/// Where an access path is.
#[derive(Clone, Copy)]
enum At {
    /// Anywhere.
    Plain,
    /// Where only a credential goes.
    Secret(Wanted),
    /// In a client.
    Built(BuildId),
    /// In a client, where only a credential goes.
    BuiltSecret(BuildId, Wanted),
}

/// The access path that a mark stands for, and where it is.
fn open(what: &What) -> Option<(AccessPath, At)> {
    match *what {
        What::Open(path) => Some((path, At::Plain)),
        What::Secret(path, wanted) => Some((path, At::Secret(wanted))),
        What::BuiltOpen(path, build) => Some((path, At::Built(build))),
        What::BuiltSecret(path, build, wanted) => Some((path, At::BuiltSecret(build, wanted))),
        _ => None,
    }
}

/// What a mark that is passed for a parameter is at the parameter's place.
fn arrived(engine: &mut Engine<'_>, mark: Mark, at: At) -> Option<Mark> {
    let what = match (at, mark.what) {
        (At::Secret(wanted), What::Open(path)) => What::Secret(path, wanted),
        (At::Secret(wanted), What::Input(origin)) => {
            What::Credential(naming::credential_wanted(engine, origin, wanted))
        }
        (At::Built(build), What::Open(path)) => What::BuiltOpen(path, build),
        (At::Built(build) | At::BuiltSecret(build, _), What::Credential(credential)) => {
            What::Built(credential, build)
        }
        // Only what says so itself is a credential here: an endpoint and a region are built in as well.
        (At::Built(_), What::Input(_))
        | (At::Built(_) | At::BuiltSecret(..), What::Literal(_) | What::Part(_)) => return None,
        (At::BuiltSecret(build, wanted), What::Open(path))
        | (At::BuiltSecret(build, _) | At::Built(build), What::Secret(path, wanted)) => {
            What::BuiltSecret(path, build, wanted)
        }
        (At::BuiltSecret(build, wanted), What::Input(origin)) => {
            What::Built(naming::credential_wanted(engine, origin, wanted), build)
        }
        (_, other) => other,
    };
    if let What::Built(credential, build) = what {
        engine.tables.built.insert((build, credential));
    }
    Some(Mark { what, trace: mark.trace })
}

/// A value that leaves its function for a place that everybody sees: its parameters are what callers in sight pass, or
/// origins of their own where nobody calls.
pub(super) fn close(engine: &mut Engine<'_>, value: &Value, def: DefId) -> Value {
    let values = naming::params_of(value).into_iter().map(|at| at.and_then(|at| engine.param(def, at)));
    let values: Vec<Option<Value>> = values.collect();
    let passed: Vec<Option<Passed<'_>>> = values.iter().map(|it| it.as_ref().map(Passed::new)).collect();
    value.map_marks(&What::is_passed, &mut |mark, out| {
        if mark.what == What::MixedParams {
            return;
        }
        let Some((path, place)) = open(&mark.what) else { return out.push(mark.clone()) };
        let index = match path.root() {
            Root::Param(index) => usize::from(index),
            Root::Field(_) => return out.push(mark.clone()),
        };
        let mut marks = close_param(engine, def, path, passed.get(index), mark);
        // Callers in sight pass something that could not be followed, and it is a credential all the same.
        let is_secret = matches!(place, At::Secret(_) | At::BuiltSecret(..));
        if marks.is_empty() && is_secret && !is_placeholder(engine, values.get(index)) {
            marks = unseen(engine, def, path, mark);
        }
        out.extend(marks.into_iter().filter_map(|mark| arrived(engine, mark, place)));
    })
}

fn is_placeholder(engine: &Engine<'_>, passed: Option<&Option<Value>>) -> bool {
    let text = passed.and_then(|value| value.as_ref()?.text.as_ref());
    text.is_some_and(|text| {
        !text.is_one_of_many && engine.inputs().catalog.words().is_placeholder(&text.text)
    })
}

fn close_param(
    engine: &mut Engine<'_>,
    def: DefId,
    path: AccessPath,
    passed: Option<&Option<Passed<'_>>>,
    mark: &Mark,
) -> Vec<Mark> {
    match passed {
        Some(Some(value)) => project(engine, Some(value), path, &mark.trace),
        _ => unseen(engine, def, path, mark),
    }
}

/// What is in a field, as far as it is a credential or may be one: all else its readers were told.
fn close_field(engine: &mut Engine<'_>, id: FieldId, path: AccessPath, mark: &Mark) -> Vec<Mark> {
    let field = engine.fields.get(id);
    if path.is_whole() {
        let with_way = |inner: &Mark| Mark { what: inner.what, trace: joined(&inner.trace, &mark.trace) };
        return field.untold.iter().map(with_way).collect();
    }
    if field.untold.is_empty() {
        return Vec::new();
    }
    let content = field.content.clone();
    let mut marks = project(engine, Some(&Passed::new(&content)), path, &mark.trace);
    marks.retain(|mark| is_untold(&mark.what));
    marks
}

/// What a field means in which nothing is seen so far, at a place where only a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// Nothing yet.
    Waits,
    /// A credential that nobody sees.
    Counts,
}

/// A value with what fields hold in place of their names.
pub(super) fn close_fields(engine: &mut Engine<'_>, value: &Value, unseen: Unseen) -> Value {
    value.map_marks(&What::is_held, &mut |mark, out| {
        if mark.what == What::MixedFields {
            return;
        }
        let held = open(&mark.what).and_then(|(path, place)| match path.root() {
            Root::Field(id) => Some((id, path, place)),
            Root::Param(_) => None,
        });
        let Some((id, path, place)) = held else { return out.push(mark.clone()) };
        let mut marks = close_field(engine, id, path, mark);
        if marks.is_empty() && unseen == Unseen::Counts {
            marks.extend(unseen_in_field(engine, place, &mark.trace));
        }
        out.extend(marks.into_iter().filter_map(|mark| arrived(engine, mark, place)));
    })
}

/// A credential that is in a field of which nobody sees what is put there.
fn unseen_in_field(engine: &mut Engine<'_>, place: At, trace: &Trace) -> Option<Mark> {
    let (At::Secret(wanted) | At::BuiltSecret(_, wanted)) = place else { return None };
    let origin = wanted.unseen?;
    let enters = step(&None, engine.tables.origins.get(origin.0).place, TraceEvent::Enters);
    Some(Mark { what: What::Input(origin), trace: joined(&enters, trace) })
}

/// A parameter that nobody in sight passes anything for.
fn unseen(engine: &mut Engine<'_>, def: DefId, path: AccessPath, mark: &Mark) -> Vec<Mark> {
    if path.fields().iter().any(|field| field == VARIABLE) {
        return variable(engine, None, &mark.trace).into_iter().collect();
    }
    let Some((place, name)) = naming::param_name(engine, def, path) else { return Vec::new() };
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

/// The variable of the environment that a text names, or one that nobody can name.
fn variable(engine: &mut Engine<'_>, text: Option<&Text>, trace: &Trace) -> Option<Mark> {
    let read = steps(trace).first().map(|step| step.place);
    let known = text.filter(|text| !text.is_one_of_many);
    let (place, name) = match known {
        Some(text) => (text.place, text.text.clone()),
        None => (read?, SmolStr::default()),
    };
    Some(Mark { what: naming::variable(engine, place, &name), trace: trace.clone() })
}

fn project(engine: &mut Engine<'_>, arg: Option<&Passed<'_>>, path: AccessPath, trace: &Trace) -> Vec<Mark> {
    let Some(passed) = arg else { return Vec::new() };
    let fields = path.fields();
    let (mut value, mut left) = (passed.value, &*fields);
    while let Some((name, rest)) = left.split_first() {
        match value.field(name) {
            Some(field) => value = field,
            None => break,
        }
        left = rest;
    }
    if left.first().is_some_and(|name| name == VARIABLE) && !value.any(|what| open(what).is_some()) {
        return variable(engine, value.text.as_ref(), trace).into_iter().collect();
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
                What::Open(outer) if !left.is_empty() => What::Open(outer.deeper(left)),
                // Part of something of which only the whole is known.
                What::Hazard(_)
                | What::Credential(_)
                | What::Built(..)
                | What::Literal(_)
                | What::Part(_)
                    if !left.is_empty() =>
                {
                    return None;
                }
                What::Input(origin) if !left.is_empty() && engine.tables.is_one_thing(*origin) => {
                    return None;
                }
                What::Input(_) | What::Cell(_) | What::Copied(_) if is_other(left) => return None,
                other => *other,
            };
            Some(Mark { what, trace: joined(&mark.trace, trace) })
        })
        .collect()
}

/// Whether what is asked for is not part of a value, but what it stands for.
fn is_other(fields: &[crate::facts::Name]) -> bool {
    fields.first().is_some_and(|name| name == VARIABLE || name == GIVEN)
}

/// Whether something else may stand in its place at a call.
fn is_replaced(what: &What) -> bool {
    open(what).is_some() || *what == What::MixedParams
}

/// Marks the way of each mark with a step.
pub(super) fn with_step(value: &Value, place: Place, event: &TraceEvent) -> Value {
    let is_told = |what: &What| matches!(what, What::Credential(_) | What::Built(..)) || open(what).is_some();
    value.map_marks(&is_told, &mut |mark, out| {
        let trace =
            if is_told(&mark.what) { step(&mark.trace, place, event.clone()) } else { mark.trace.clone() };
        out.push(Mark { what: mark.what, trace });
    })
}
