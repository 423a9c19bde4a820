//! Names: what the name that something is given says of it.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    engine::Engine,
    value::{Credential, CredentialId, Mark, OriginId, Param, Source, Value, Wanted, What},
    world::DefId,
};
use crate::catalog::{
    NameClass, Words,
    schema::{CredentialKind, Lifetime},
};
use crate::facts::{Name, PatKind};
use crate::source::Place;

/// What names say, looked up once for each.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: FxHashMap<SmolStr, Says>,
}

/// What a name says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Says {
    /// What credential it is about.
    pub class: Option<NameClass>,
    /// Whether it says when something ends.
    pub is_expiry: bool,
}

impl Names {
    /// What a name says.
    pub(super) fn says(&mut self, name: &str, words: &Words) -> Says {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let says = Says { class: words.classify(name), is_expiry: words.is_expiry_field(name) };
        self.known.insert(SmolStr::new(name), says);
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

/// The credential that something from outside is, because of where it goes.
pub(super) fn credential_wanted(engine: &mut Engine<'_>, origin: OriginId, wanted: Wanted) -> CredentialId {
    let name = engine.tables.origins.get(origin.0).name.clone();
    let named = engine.says(&name).class;
    let class = NameClass {
        kind: wanted.kind.or(named.map(|it| it.kind)).unwrap_or(CredentialKind::ApiKey),
        lifetime: wanted.lifetime.or(named.map(|it| it.lifetime)).unwrap_or(Lifetime::Rotatable),
        is_own_signing: false,
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
    if !value.marks.iter().any(|mark| matches!(mark.what, What::Input(_))) {
        return value;
    }
    let Some(class) = engine.says(name).class else { return value };
    let fields = value.fields.clone();
    let marks = Value { fields: None, ..value.clone() }.map_marks(&mut |mark, out| {
        let what = match mark.what {
            What::Input(origin) => What::Credential(credential(engine, origin, class)),
            ref other => *other,
        };
        out.push(Mark { what, trace: mark.trace.clone() });
    });
    Value { fields, ..marks }
}

/// The parameters that a value speaks of, each at its own index.
pub(super) fn params_of(value: &Value) -> Vec<Option<u16>> {
    let mut found: Vec<Option<u16>> = Vec::new();
    let _ = value.any(|what| {
        if let Some(param) = what.param() {
            let at = usize::from(param.index);
            found.resize(found.len().max(at + 1), None);
            found[at] = Some(param.index);
        }
        false
    });
    found
}

/// Where a parameter of a function stands, and the name of the part that is meant.
pub(super) fn param_name(engine: &Engine<'_>, def: DefId, param: Param) -> Option<(Place, SmolStr)> {
    let at = engine.types.world.def(def);
    let item = engine.types.function(def)?;
    let skipped = usize::from(item.receiver.is_some());
    let file = engine.inputs().file(at.file);
    let index = usize::from(param.index).checked_sub(skipped)?;
    let pat = file.pat(item.params.get(index)?.pat);
    let own = match &pat.kind {
        PatKind::Ident(name, _) => name.clone(),
        _ => Name::default(),
    };
    let name = param.fields().last().cloned().unwrap_or(own);
    Some((Place { file: at.file, span: pat.span }, name))
}
