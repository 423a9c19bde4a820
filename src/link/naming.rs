//! Names: what the name that something is given says of it.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    engine::Engine,
    sinks::Literal,
    value::{
        AccessPath, Credential, CredentialId, Mark, Origin, OriginId, Source, VARIABLE, Value, Wanted, What,
        marks_of,
    },
    world::DefId,
};
use crate::catalog::{
    NameClass, Says, Words,
    schema::{CredentialKind, Lifetime},
};
use crate::facts::{Name, PatKind};
use crate::source::Place;

/// What names say, looked up once for each.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: RefCell<FxHashMap<SmolStr, Says>>,
}

impl Names {
    /// What a name says.
    pub(super) fn says(&self, name: &str, words: &Words) -> Says {
        if let Some(known) = self.known.borrow().get(name) {
            return *known;
        }
        let says = words.says(name);
        self.known.borrow_mut().insert(SmolStr::new(name), says);
        says
    }
}

/// The credential that something from outside is, when its name says so.
pub(super) fn credential_by_name(
    engine: &mut Engine<'_>,
    origin: OriginId,
    name: &str,
) -> Option<CredentialId> {
    let class = engine.says(name).class?;
    Some(credential(engine, origin, class))
}

/// What a variable of the environment holds, by its name.
pub(super) fn variable(engine: &mut Engine<'_>, place: Place, name: &SmolStr) -> What {
    let origin = engine.tables.origins.intern(Origin { place, source: Source::Env, name: name.clone() });
    if let Some(named) = credential_by_name(engine, origin, name) {
        return What::Credential(named);
    }
    let Some(entry) = engine.inputs().catalog.env(name) else { return What::Input(origin) };
    let class = NameClass {
        kind: entry.kind,
        lifetime: entry.lifetime.unwrap_or(Lifetime::Rotatable),
        is_own_signing: false,
    };
    What::Credential(credential(engine, origin, class))
}

/// The credential that something from outside is, because of where it goes.
pub(super) fn credential_wanted(engine: &mut Engine<'_>, origin: OriginId, wanted: Wanted) -> CredentialId {
    let name = engine.tables.origins.get(origin.0).name.clone();
    let named = engine.says(&name).class;
    let class = NameClass {
        kind: wanted.kind.or(named.map(|it| it.kind)).unwrap_or(CredentialKind::ApiKey),
        lifetime: wanted.lifetime.or(named.map(|it| it.lifetime)).unwrap_or(Lifetime::Rotatable),
        is_own_signing: wanted.is_own_signing,
    };
    credential(engine, origin, class)
}

/// The credential of an origin with this class.
pub(super) fn credential(engine: &mut Engine<'_>, origin: OriginId, class: NameClass) -> CredentialId {
    let entry = engine.tables.origins.get(origin.0).clone();
    let known = if entry.source == Source::Env { engine.inputs().catalog.env(&entry.name) } else { None };
    // What a server gives on a login or in an answer ends by itself, whatever it is called.
    let is_given = entry.source == Source::Login || entry.source == Source::Response;
    // A name alone does not make what an operator wrote down end by itself: many keys are called access tokens.
    let is_written_down =
        matches!(entry.source, Source::Env | Source::Argument | Source::Literal | Source::CompileTime);
    let by_name = if is_written_down && class.lifetime == Lifetime::Expiring {
        Lifetime::Rotatable
    } else {
        class.lifetime
    };
    let lifetime =
        if is_given { Lifetime::Expiring } else { known.and_then(|it| it.lifetime).unwrap_or(by_name) };
    let value = Credential {
        origin,
        kind: match known.map_or(class.kind, |it| it.kind) {
            CredentialKind::ApiKey if is_given => CredentialKind::AccessToken,
            kind => kind,
        },
        lifetime,
        provider: known.map(|it| SmolStr::new(&it.provider)),
        is_own_signing: class.is_own_signing,
    };
    engine.tables.credentials.intern(value)
}

/// The value with everything from outside that has no name yet taken for what this name says.
pub(super) fn named(engine: &mut Engine<'_>, value: Value, name: &str) -> Value {
    let value = if engine.gather.is_some() { named_literals(engine, value, name) } else { value };
    let is_unnamed = |what: &What| match what {
        What::Input(_) => true,
        What::Open(path) => !path.is_whole() || path.param().is_none(),
        _ => false,
    };
    if !value.marks.iter().any(|mark| is_unnamed(&mark.what)) {
        return value;
    }
    let Some(class) = engine.says(name).class else { return value };
    // What is one of many kinds of things is no credential: the tokens of a language.
    if engine.types.is_one_of_many(&value.ty) {
        return value;
    }
    let fields = value.fields.clone();
    let marks = Value { fields: None, ..value }.map_marks(&is_unnamed, &mut |mark, out| {
        let what = match mark.what {
            What::Input(origin) => What::Credential(credential(engine, origin, class)),
            // What is in a field, or a variable whose name the caller gives: what it is called here says what it holds.
            What::Open(path)
                if path.param().is_none() || path.fields().iter().any(|field| field == VARIABLE) =>
            {
                let (kind, lifetime) = (Some(class.kind), Some(class.lifetime));
                What::Secret(
                    path,
                    Wanted { kind, lifetime, is_own_signing: class.is_own_signing, unseen: None },
                )
            }
            other => other,
        };
        out.push(Mark { what, trace: mark.trace.clone() });
    });
    Value { fields, ..marks }
}

/// The value with its literals known by this name, where they have none that speaks of a credential.
fn named_literals(engine: &mut Engine<'_>, value: Value, name: &str) -> Value {
    if !value.marks.iter().any(|mark| matches!(mark.what, What::Literal(_))) {
        return value;
    }
    let catalog = engine.inputs().catalog;
    let is_speaking = |name: &str| catalog.words().classify(name).is_some();
    let Some(gather) = &mut engine.gather else { return value };
    let marks = value.marks.iter().map(|mark| {
        let What::Literal(id) = mark.what else { return mark.clone() };
        let known = gather.literals.get(id.0);
        // A name that says what it is not stays with it.
        let words = catalog.words();
        let is_settled = is_speaking(&known.name)
            || words.is_about_credentials(&known.name)
            || words.speaks_of_something_else(&known.name);
        if !known.name.is_empty() && (is_settled || !is_speaking(name)) {
            return mark.clone();
        }
        let known = Literal { name: name.into(), ..known.clone() };
        Mark { what: What::Literal(gather.literals.intern(known)), trace: mark.trace.clone() }
    });
    Value { marks: marks_of(marks.collect()), ..value }
}

/// The parameters that a value speaks of, each at its own index.
pub(super) fn params_of(value: &Value) -> Vec<Option<u16>> {
    let mut found: Vec<Option<u16>> = Vec::new();
    let _ = value.any(|what| {
        if let Some(index) = what.param() {
            let at = usize::from(index);
            found.resize(found.len().max(at + 1), None);
            found[at] = Some(index);
        }
        false
    });
    found
}

/// Where a parameter of a function stands, and the name of the part that is meant.
pub(super) fn param_name(engine: &Engine<'_>, def: DefId, path: AccessPath) -> Option<(Place, SmolStr)> {
    let at = engine.types.world.def(def);
    let item = engine.types.function(def)?;
    let skipped = usize::from(item.receiver.is_some());
    let file = engine.inputs().file(at.file);
    let index = usize::from(path.param()?).checked_sub(skipped)?;
    let pat = file.pat(item.params.get(index)?.pat);
    let own = match &pat.kind {
        PatKind::Ident(name, _) => name.clone(),
        _ => Name::default(),
    };
    let name = path.fields().last().cloned().unwrap_or(own);
    Some((Place { file: at.file, span: pat.span }, name))
}
