//! Sinks that nobody described, by the names of methods, settings, types and fields.

use smol_str::SmolStr;

use super::{Frame, Seen, shown};
use crate::catalog::schema::CredentialKind;
use crate::facts::Name;
use crate::link::{
    sinks::SinkKind,
    ty::Ty,
    value::{Certainty, Value},
};
use crate::source::Place;

/// Methods that set something by its name.
const SETTING: [&str; 9] = [
    "insert",
    "set",
    "set_default",
    "set_override",
    "append",
    "append_pair",
    "set_var",
    "env",
    "query_param",
];

impl Frame<'_, '_> {
    /// A method that the catalog does not describe, of a type that is not of this run.
    pub(in crate::link::eval) fn note_method(
        &mut self,
        method: &str,
        on: &Value,
        values: &[Value],
        place: Place,
    ) {
        let words = self.catalog().words();
        let is_external =
            matches!(on.ty.innermost(self.catalog()), Ty::External(..)) && !on.ty.is_textual(self.catalog());
        let certainty = if is_external { Certainty::Named } else { Certainty::Guessed };
        let seen = |kind, credential| Seen {
            place,
            name: SmolStr::new(method),
            kind,
            credential,
            provider: None,
            certainty,
            has_receiver: true,
        };
        let key =
            values.first().and_then(|it| it.text.as_ref()).map(|it| it.text.clone()).unwrap_or_default();
        let all: Vec<&Value> = std::iter::once(on).chain(values).collect();
        match (method, values) {
            ("basic_auth", [_, password]) => {
                let seen = Seen {
                    certainty: Certainty::Named,
                    ..seen(SinkKind::Argument, Some(CredentialKind::Password))
                };
                self.arrive(password, &all, seen);
            }
            ("bearer_auth", [token]) => {
                let seen = Seen { certainty: Certainty::Named, ..seen(SinkKind::Argument, None) };
                self.arrive(token, &all, seen);
            }
            (_, [_, value])
                if method.ends_with("header")
                    && !key.is_empty()
                    && (words.is_auth_header(&key) || words.is_auth_header_constant(&key)) =>
            {
                let seen = Seen {
                    name: key.to_ascii_lowercase().into(),
                    certainty: Certainty::Named,
                    ..seen(SinkKind::Header, None)
                };
                self.arrive(value, &all, seen);
            }
            (_, [_, value]) if SETTING.contains(&method) => self.note_setting(&key, value, place),
            (_, [value]) if is_external || !on.marks.is_empty() => {
                let Some(class) = self.e.says(method).class else { return };
                self.arrive(value, &all, seen(SinkKind::Argument, Some(class.kind)));
            }
            _ => {}
        }
    }

    /// Something that is set by a name which speaks of a credential.
    pub(in crate::link::eval) fn note_setting(&mut self, key: &str, value: &Value, place: Place) {
        let words = self.catalog().words();
        let is_auth = key.eq_ignore_ascii_case("authorization") || words.is_auth_header_constant(key);
        let class = self.e.says(key).class;
        if class.is_none() && !is_auth {
            return;
        }
        let seen = Seen {
            place,
            name: SmolStr::new(key),
            kind: SinkKind::Setting,
            credential: class.map(|it| it.kind),
            provider: None,
            certainty: if is_auth { Certainty::Named } else { Certainty::Guessed },
            has_receiver: false,
        };
        self.arrive(value, &[], seen);
    }

    /// The arguments of a constructor that nobody described, as far as their names speak of credentials.
    pub(in crate::link::eval) fn note_constructor(&mut self, ty: &Ty, args: &[Value], place: Place) {
        let Some(path) = ty.path().filter(|_| self.certainty(ty).is_some()) else { return };
        let name = shown(path);
        for arg in args {
            let value = if self.is_gathering() { self.speaking(arg) } else { arg.clone() };
            if self.is_gathering() && value.marks.is_empty() {
                continue;
            }
            let seen = Seen {
                place,
                name: name.clone(),
                kind: SinkKind::Argument,
                credential: None,
                provider: None,
                certainty: Certainty::Named,
                has_receiver: false,
            };
            let on: Vec<&Value> = args.iter().collect();
            self.arrive(&value, &on, seen);
        }
    }

    /// A field of another package's struct.
    pub(in crate::link::eval) fn note_field(&mut self, ty: &Ty, name: &Name, value: &Value, place: Place) {
        let Ty::External(path, _) = ty else { return };
        let entry = self.catalog().ty(path);
        let is_known =
            entry.is_some_and(|it| it.credential_fields.iter().any(|known| known == name.as_str()));
        let class = self.e.says(name).class;
        if !is_known && class.is_none() {
            return;
        }
        let seen = Seen {
            place,
            name: SmolStr::from(format!("{}::{name}", shown(path))),
            kind: SinkKind::Field,
            credential: entry.and_then(|it| it.kind).or(class.map(|it| it.kind)),
            provider: entry.and_then(|it| it.provider.clone()).map(SmolStr::from),
            certainty: if is_known { Certainty::Known } else { Certainty::Named },
            has_receiver: false,
        };
        self.arrive(value, &[], seen);
    }
}
