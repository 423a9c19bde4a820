//! Places where a credential arrives, noted while sinks are looked for; before that, only which functions have one.

mod described;
mod named;

use smol_str::SmolStr;

use super::{Frame, apply::shown};
use crate::catalog::{
    schema::CredentialKind,
    secret::{is_private_key, user_info},
};
use crate::facts::Name;
use crate::link::{
    naming,
    sinks::{Literal, Sink, SinkKind},
    ty::Ty,
    value::{AccessPath, Certainty, LiteralId, Mark, Source, Value, What, marks_of},
    world::DefId,
};
use crate::source::Place;

/// Methods and fields by which a client is pointed at another service of the same kind.
const BASE_ADDRESS: [&str; 16] = [
    "with_api_base",
    "api_base",
    "base_url",
    "with_base_url",
    "set_base_url",
    "with_endpoint",
    "endpoint",
    "set_endpoint",
    "endpoint_url",
    "base_uri",
    "with_host",
    "api_url",
    "with_url",
    "api_endpoint",
    "base_path",
    "service_url",
];
/// Methods whose argument is compared or looked for, not given to anybody.
const ASKING: [&str; 17] = [
    "contains",
    "starts_with",
    "ends_with",
    "strip_prefix",
    "strip_suffix",
    "eq",
    "ne",
    "cmp",
    "find",
    "replace",
    "split",
    "is_match",
    "matches",
    "get",
    "contains_key",
    "trim_start_matches",
    "eq_ignore_ascii_case",
];

/// What a function says of its sinks as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Around {
    /// Whether a client is pointed at an address of its own.
    has_base_address: bool,
    /// Whether this machine is named.
    is_local: bool,
}

/// What is known of a sink before its value is.
pub(super) struct Seen {
    pub place: Place,
    pub name: SmolStr,
    pub kind: SinkKind,
    pub credential: Option<CredentialKind>,
    pub provider: Option<SmolStr>,
    pub certainty: Certainty,
    /// Whether the first of its neighbours is what the method is called on.
    pub has_receiver: bool,
}

impl Frame<'_, '_> {
    pub(super) fn is_gathering(&self) -> bool {
        self.e.gather.is_some()
    }

    /// Notes that a value arrives where a credential goes.
    pub(super) fn arrive(&mut self, value: &Value, on: &[&Value], seen: Seen) {
        if !self.is_gathering() {
            self.e.seeds.insert(self.def);
            return;
        }
        let addresses = on.iter().flat_map(|value| self.addresses(value)).collect();
        let is_open = |what: &What| {
            matches!(what, What::Input(_) | What::Open(_) | What::Part(_) | What::Cell(_) | What::Copied(_))
        };
        let receiver = on.first().filter(|_| seen.has_receiver);
        let has_open_address = receiver.is_some_and(|on| on.marks.iter().any(|mark| is_open(&mark.what)));
        let sink = Sink {
            place: seen.place,
            def: self.def,
            name: seen.name,
            kind: seen.kind,
            credential: seen.credential,
            provider: seen.provider,
            certainty: seen.certainty,
            addresses,
            has_open_address,
            has_base_address: false,
            is_local: false,
            value: Value { ty: Ty::Unknown, callable: None, ..value.clone() },
        };
        if let Some(gather) = &mut self.e.gather {
            gather.sinks.push(sink);
        }
    }

    /// The texts of addresses in a value.
    fn addresses(&self, value: &Value) -> Vec<SmolStr> {
        let texts = value.marks.iter().filter_map(|mark| match mark.what {
            What::Literal(id) => Some(self.literal(id)?.text.clone()),
            _ => None,
        });
        texts.filter(|text| text.contains("://")).collect()
    }

    pub(super) fn literal(&self, id: LiteralId) -> Option<&Literal> {
        Some(self.e.gather.as_ref()?.literals.get(id.0))
    }

    /// Marks a value as the literal that it is.
    pub(super) fn note_literal(&mut self, value: &mut Value, text: &str, place: Place) {
        let is_shaped = self.is_shaped(text);
        let Some(gather) = &mut self.e.gather else {
            if is_shaped {
                self.e.seeds.insert(self.def);
            }
            return;
        };
        self.around.is_local |= text.contains("localhost") || text.contains("127.0.0.1");
        let literal = Literal {
            place,
            text: text.into(),
            name: Name::default(),
            fallback: None,
            is_for_operators: false,
        };
        let id = gather.literals.intern(literal);
        value.add_mark(What::Literal(id), None);
    }

    /// Whether the form of a text alone says that it is a secret.
    pub(super) fn is_shaped(&self, text: &str) -> bool {
        self.catalog().key_shape(text).is_some_and(|key| !key.public)
            || user_info(text).is_some_and(|info| !info.password.is_empty())
    }

    /// What stands in for something that may be absent.
    pub(super) fn fallen_back(&mut self, on: &Value, other: Value) -> Value {
        if !self.is_gathering() {
            return other;
        }
        let Some(name) = self.absent(on) else { return other };
        let is_for_operators = self.is_given_by_operators(on);
        other.map_marks(&is_literal, &mut |mark, out| {
            let what = match mark.what {
                What::Literal(id) => What::Literal(self.renamed(id, |literal| {
                    if literal.fallback.is_none() {
                        literal.fallback = Some(name.clone());
                        literal.is_for_operators = is_for_operators;
                    }
                })),
                other => other,
            };
            out.push(Mark { what, trace: mark.trace.clone() });
        })
    }

    /// A value without the literals that a macro was given: what it makes of them is not known.
    pub(super) fn without_literals(&self, value: Value) -> Value {
        if !self.is_gathering() {
            return value;
        }
        value.without(is_literal)
    }

    /// An empty text that no literal gives.
    pub(super) fn note_nothing(&mut self, value: &mut Value, place: Place) {
        if self.is_gathering() {
            self.note_literal(value, "", place);
        }
    }

    fn renamed(&mut self, id: LiteralId, change: impl FnOnce(&mut Literal)) -> LiteralId {
        let Some(gather) = &mut self.e.gather else { return id };
        let mut literal = gather.literals.get(id.0).clone();
        change(&mut literal);
        gather.literals.intern(literal)
    }

    /// The name of what may be absent, where it is a credential or comes from the environment.
    fn absent(&self, on: &Value) -> Option<SmolStr> {
        let words = self.catalog().words();
        let is_optional = on.ty.path().is_some_and(|path| path.ends_with("::Option"));
        on.all_marks().iter().find_map(|mark| match mark.what {
            What::Credential(id) => {
                let origin = self.e.tables.credentials.get(id.0).origin;
                let origin = self.e.tables.origins.get(origin.0);
                let is_given = matches!(
                    origin.source,
                    Source::Env | Source::SecretStore | Source::File | Source::Argument
                );
                (is_given || (is_optional && origin.source == Source::Field)).then(|| origin.name.clone())
            }
            What::Input(id) => {
                let origin = self.e.tables.origins.get(id.0);
                let counts = origin.source == Source::Env || words.classify(&origin.name).is_some();
                counts.then(|| origin.name.clone())
            }
            What::Open(param) | What::Secret(param, _) if is_optional => {
                self.param_name(param).filter(|name| words.classify(name).is_some())
            }
            What::Part(id) if is_optional => {
                let name = self.e.gather.as_ref()?.parts.get(id.0).name().clone();
                words.classify(&name).map(|_| name)
            }
            _ => None,
        })
    }

    fn is_given_by_operators(&self, on: &Value) -> bool {
        let is_given = |id: crate::link::value::OriginId| {
            matches!(self.e.tables.origins.get(id.0).source, Source::Env | Source::SecretStore | Source::File)
        };
        on.any(|what| match what {
            What::Credential(id) => is_given(self.e.tables.credentials.get(id.0).origin),
            What::Input(id) => is_given(*id),
            _ => false,
        })
    }

    fn param_name(&self, param: AccessPath) -> Option<SmolStr> {
        naming::param_name(self.e, self.def, param).map(|(_, name)| name)
    }

    /// What of a value a name speaks of as a credential.
    fn speaking(&self, value: &Value) -> Value {
        let words = self.catalog().words();
        let speaks = |what: &What| match *what {
            What::Credential(_) => true,
            What::Literal(id) => self.literal(id).is_some_and(|it| words.classify(&it.name).is_some()),
            What::Open(param) => self.param_name(param).is_some_and(|name| words.classify(&name).is_some()),
            What::Part(id) => {
                let name = self.e.gather.as_ref().map(|gather| gather.parts.get(id.0).name().clone());
                name.is_some_and(|name| words.classify(&name).is_some())
            }
            _ => false,
        };
        let marks = value.marks.iter().filter(|mark| speaks(&mark.what)).cloned().collect();
        Value { marks: marks_of(marks), ..Value::default() }
    }

    /// Texts whose form alone says that they are secrets, given to somebody else's function.
    pub(super) fn note_shapes(&mut self, name: &str, values: &[Value], place: Place) {
        if !self.is_gathering() || ASKING.contains(&name) {
            return;
        }
        for value in values {
            self.note_shape(name, value, place);
        }
    }

    fn note_shape(&mut self, name: &str, value: &Value, place: Place) {
        let is_shape = |mark: &&Mark| match mark.what {
            What::Literal(id) => self.literal(id).is_some_and(|it| self.is_shaped(&it.text)),
            _ => false,
        };
        let marks: Vec<Mark> = value.marks.iter().filter(is_shape).cloned().collect();
        if marks.is_empty() {
            return;
        }
        let seen = Seen {
            place,
            name: SmolStr::new(name),
            kind: SinkKind::Use,
            credential: None,
            provider: None,
            certainty: Certainty::Guessed,
            has_receiver: false,
        };
        self.arrive(&Value { marks: marks_of(marks), ..Value::default() }, &[], seen);
    }

    /// The same, given to a function of this run, where the parameter's name speaks of a credential or the text can be
    /// nothing else.
    pub(super) fn note_shapes_passed(&mut self, def: DefId, values: &[Value], place: Place) {
        if !self.is_gathering() {
            return;
        }
        for (at, value) in values.iter().enumerate() {
            let param = AccessPath::of_param(u16::try_from(at).unwrap_or(u16::MAX));
            let name = naming::param_name(self.e, def, param).map(|(_, name)| name).unwrap_or_default();
            let is_key = value.text.as_ref().is_some_and(|it| is_private_key(&it.text));
            if is_key || self.catalog().words().classify(&name).is_some() {
                let function = self.name_of(def);
                self.note_shape(&function, value, place);
            }
        }
    }

    /// Ends a reading: what the function says of its sinks as a whole.
    pub(super) fn finish_sinks(&mut self, from: usize) {
        let (has_base_address, is_local) = (self.around.has_base_address, self.around.is_local);
        if let Some(gather) = &mut self.e.gather {
            for sink in gather.sinks.iter_mut().skip(from).filter(|sink| sink.def == self.def) {
                sink.has_base_address |= has_base_address;
                sink.is_local |= is_local;
            }
        }
    }

    /// Notes a method or field by whose name a client is pointed somewhere else.
    pub(super) fn note_base_address(&mut self, name: &str) {
        self.around.has_base_address |= BASE_ADDRESS.contains(&name);
    }
}

fn is_literal(what: &What) -> bool {
    matches!(what, What::Literal(_))
}
