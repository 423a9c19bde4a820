//! Sinks: the places where a credential arrives at whoever is to accept it, and what arrives there.
//!
//! The fixed point knows what a value may hold, but no literals: most texts are none of anybody's business. Once it is done,
//! the functions with a sink are read once more with literals as marks of their own (`eval::sink`), and what is open at a
//! sink — a parameter, a field, a cell — is looked up where it is filled (`follow`). Only functions on such a way are read.

mod answer;
mod follow;

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{
    engine::{Engine, Summary, Table},
    eval::Frame,
    value::{CellId, Certainty, CredentialId, LiteralId, OriginId, PartId, Trace, Value, What},
    world::DefId,
};
use crate::catalog::{schema::CredentialKind, secret::user_info};
use crate::facts::Name;
use crate::source::Place;

pub(super) use answer::Sinks;

/// How deep functions are read for what they give back.
const NEST: u32 = 24;
/// How many fields deep a part of a field is told apart.
const DEEP: usize = 3;
/// How many values that flow into one place are kept.
const FLOWS: usize = 48;

/// A literal text on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Literal {
    /// Where it stands; for an empty value that no literal gives, the call that does.
    pub place: Place,
    /// The text, unescaped.
    pub text: SmolStr,
    /// What it was called first, or the first name that speaks of a credential.
    pub name: Name,
    /// What it stands in for: the name of the variable, field or parameter that may be absent.
    pub fallback: Option<SmolStr>,
    /// Whether that is a variable of the environment, or something else that an operator gives.
    pub is_for_operators: bool,
}

/// A place where a credential arrives.
#[derive(Clone, Debug)]
pub struct Sink {
    /// The call, or the field of a struct literal.
    pub place: Place,
    /// Whose body it stands in.
    pub def: DefId,
    /// What takes it, as people know it: `reqwest::RequestBuilder::basic_auth`, `authorization`, `api_key`.
    pub name: SmolStr,
    /// What kind of place.
    pub kind: SinkKind,
    /// What the credential is, where the place says so.
    pub credential: Option<CredentialKind>,
    /// Whose client it is, where its type says so.
    pub provider: Option<SmolStr>,
    /// How well it is known that only a credential goes here.
    pub certainty: Certainty,
    /// The texts of addresses that the receiver or a neighbouring argument was given.
    pub addresses: Vec<SmolStr>,
    /// Whether the address is not written in sight, or can be another one than is.
    pub has_open_address: bool,
    /// Whether the function around it names a base address, as clients of compatible services are given one.
    pub has_base_address: bool,
    /// Whether the function around it names this machine.
    pub is_local: bool,
    pub(super) value: Value,
}

/// Kinds of sinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SinkKind {
    /// An argument of a constructor, a builder or an authentication call.
    Argument,
    /// The value of a header.
    Header,
    /// The value of a setting with a string for a name.
    Setting,
    /// A field of another package's struct.
    Field,
    /// A configuration that a client is made from.
    Configuration,
    /// Any use of a text that is a key by its form.
    Use,
}

/// Something that arrives at a sink.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// What.
    pub what: Arriving,
    /// The places on its way from where it enters, nearest to the origin first.
    pub hops: Vec<Hop>,
    /// Its way within the last function.
    pub trace: Trace,
    /// The names of the parameters and fields that it passed.
    pub names: Vec<Name>,
}

/// What arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arriving {
    /// A literal.
    Literal(LiteralId),
    /// A credential.
    Credential(CredentialId),
    /// Something from outside without a name that says so.
    Input(OriginId),
}

/// A place on the way from one function to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Where.
    pub place: Place,
    /// What it goes into there.
    pub into: Target,
}

/// What a value goes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A parameter of this function.
    Parameter(Name),
    /// A field of this name.
    Field(Name),
    /// A process-wide cell of this name.
    Cell(Name),
}

impl Target {
    /// Whether it is a field or cell of this name, which code anywhere may read.
    fn is_shared_as(&self, name: &Name) -> bool {
        matches!(self, Self::Field(known) | Self::Cell(known) if known == name)
    }
}

/// A sink with all that arrives there.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The sink.
    pub sink: Sink,
    /// What arrives.
    pub arrivals: Vec<Arrival>,
}

/// A value that flows into a parameter, field or cell.
#[derive(Clone, Debug)]
struct Flow {
    value: Value,
    by: DefId,
    place: Place,
}

/// What is read of a field: the field itself, or what stands deeper in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Part {
    /// The struct or enum.
    pub of: DefId,
    /// Its field.
    pub field: Name,
    /// The way from there, field by field.
    pub deeper: Rc<[Name]>,
}

impl Part {
    /// What it is called: the last name.
    pub(super) fn name(&self) -> &Name {
        self.deeper.last().unwrap_or(&self.field)
    }
}

/// What is seen while sinks are looked for.
#[derive(Debug, Default)]
pub(super) struct Gather {
    pub literals: Table<Literal, LiteralId>,
    pub parts: Table<Part, PartId>,
    pub sinks: Vec<Sink>,
    /// Credentials that a constructor takes from the environment by itself.
    pub implicit: FxHashSet<OriginId>,
    /// Functions that give back a text that is a key by its form.
    pub shapely: Vec<DefId>,
    /// The call that is being evaluated.
    pub at: Option<Place>,
    passed: FxHashMap<(DefId, u16), Vec<Flow>>,
    stored: FxHashMap<(DefId, Name), Vec<Flow>>,
    kept: FxHashMap<CellId, Vec<Flow>>,
    summaries: FxHashMap<DefId, Rc<Summary>>,
    open: FxHashSet<DefId>,
}

impl Gather {
    /// A part of a part.
    pub(super) fn deeper(&mut self, id: PartId, names: &[Name]) -> PartId {
        let known = self.parts.get(id.0);
        if known.deeper.len() + names.len() > DEEP {
            return id;
        }
        let deeper = known.deeper.iter().chain(names).cloned().collect();
        let part = Part { deeper, ..known.clone() };
        self.parts.intern(part)
    }

    /// Notes an argument.
    pub(super) fn passed(&mut self, def: DefId, at: u16, value: &Value, by: DefId) {
        let Some(place) = self.at else { return };
        push(self.passed.entry((def, at)).or_default(), value, by, place);
    }

    /// Notes the content of a field.
    pub(super) fn stored(&mut self, def: DefId, name: &Name, value: &Value, by: DefId) {
        let Some(place) = self.at else { return };
        push(self.stored.entry((def, name.clone())).or_default(), value, by, place);
    }

    /// Notes the content of a cell.
    pub(super) fn kept(&mut self, id: CellId, value: &Value, by: DefId) {
        let Some(place) = self.at else { return };
        push(self.kept.entry(id).or_default(), value, by, place);
    }
}

fn push(flows: &mut Vec<Flow>, value: &Value, by: DefId, place: Place) {
    if flows.len() < FLOWS && value.any(is_followed) {
        flows.push(Flow {
            value: Value { fields: value.fields.clone(), marks: Rc::clone(&value.marks), ..Value::default() },
            by,
            place,
        });
    }
}

/// Whether a mark can lead to where a literal or credential enters.
fn is_followed(what: &What) -> bool {
    matches!(
        what,
        What::Literal(_)
            | What::Part(_)
            | What::Credential(_)
            | What::Input(_)
            | What::Open(_)
            | What::Secret(..)
            | What::Cell(_)
            | What::Copied(_)
    )
}

/// What a function gives back, literals among it; as the fixed point left it where literals cannot matter.
pub(super) fn summary(engine: &mut Engine<'_>, def: DefId) -> Rc<Summary> {
    let frozen = engine.tables.summaries.get(&def).cloned().unwrap_or_default();
    let Some(gather) = &engine.gather else { return frozen };
    if let Some(known) = gather.summaries.get(&def) {
        return Rc::clone(known);
    }
    if engine.nest > NEST * 40 || !may_give_text(engine, def, &frozen) {
        return frozen;
    }
    read(engine, def)
}

/// Reads a function with its literals, once.
fn read(engine: &mut Engine<'_>, def: DefId) -> Rc<Summary> {
    let frozen = engine.tables.summaries.get(&def).cloned().unwrap_or_default();
    let Some(gather) = &mut engine.gather else { return frozen };
    if let Some(known) = gather.summaries.get(&def) {
        return Rc::clone(known);
    }
    if !gather.open.insert(def) {
        return frozen;
    }
    let at = gather.at;
    let summary = Rc::new(Frame::read(engine, def));
    let is_shapely = gives_shape(engine, &summary.ret);
    if let Some(gather) = &mut engine.gather {
        gather.at = at;
        if is_shapely {
            gather.shapely.push(def);
        }
        gather.open.remove(&def);
        gather.summaries.insert(def, Rc::clone(&summary));
    }
    summary
}

/// Whether a value holds a text whose form alone says that it is a secret.
fn gives_shape(engine: &Engine<'_>, value: &Value) -> bool {
    let Some(gather) = &engine.gather else { return false };
    let catalog = engine.inputs().catalog;
    value.any(|what| match what {
        What::Literal(id) => {
            let text = &gather.literals.get(id.0).text;
            catalog.key_shape(text).is_some_and(|key| !key.public) || user_info(text).is_some()
        }
        _ => false,
    })
}

/// Whether what a function gives may be a text that stands in it.
fn may_give_text(engine: &mut Engine<'_>, def: DefId, frozen: &Summary) -> bool {
    let is_source =
        |what: &What| matches!(what, What::Credential(_) | What::Input(_)) || what.field().is_some();
    has_text(&frozen.ret)
        || frozen.ret.any(is_source)
        || engine.signature(def).output.innermost(engine.inputs().catalog).is_textual(engine.inputs().catalog)
}

fn has_text(value: &Value) -> bool {
    value.text.is_some() || value.fields.as_ref().is_some_and(|fields| fields.values().any(has_text))
}
