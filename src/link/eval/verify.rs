//! Where credentials are put to the test: calls of a client, constructors that connect, checks by their names.

use smol_str::SmolStr;

use super::{Frame, shown};
use crate::catalog::{MethodRole, schema::TypeRole};
use crate::facts::Name;
use crate::link::{
    event::Event,
    ty::Ty,
    value::{BuildId, Value, What},
};
use crate::source::Place;

/// Methods of texts by which a program looks at the form of a key.
const FORMS: [&str; 4] = ["starts_with", "strip_prefix", "is_match", "ends_with"];

impl Frame<'_, '_> {
    /// A method of a client that does more than set it up, or a check of whatever it is called on.
    pub(super) fn note_asked(&mut self, on: &Value, method: &str, place: Place) {
        if let Some(client) = self.client_of(&on.ty) {
            if !self.sets_up(&on.ty, method) {
                self.note_verified(client, place);
            }
            return;
        }
        let is_credential = |what: &What| matches!(what, What::Credential(_) | What::Secret(..));
        if self.catalog().words().is_check(method) || (FORMS.contains(&method) && on.any(is_credential)) {
            self.note_verified(SmolStr::default(), place);
        }
    }

    /// Whether a method leaves a client as it is, or gives it with another setting.
    fn sets_up(&self, ty: &Ty, method: &str) -> bool {
        let ty = ty.innermost(self.catalog());
        let entry = ty.path().and_then(|path| self.catalog().method(path, method));
        entry.is_some_and(|entry| entry.passes_self)
            || method.starts_with("with_")
            || method.starts_with("set_")
            || self.catalog().roles_of_method(method).has(MethodRole::Passes)
    }

    /// A constructor of a client that is awaited, and so most often connects: whoever has the client knows.
    pub(super) fn note_connected(&mut self, value: &Value, made: Place) {
        let build = value.marks.iter().find_map(|mark| match mark.what {
            What::Built(_, id) | What::BuiltOpen(_, id) | What::BuiltSecret(_, id, _) => {
                let build = self.e.tables.builds.get(id.0);
                (build.place == made).then(|| (id, build.client.clone()))
            }
            _ => None,
        });
        if let Some((id, client)) = build {
            self.e.tables.builders.remove(&id);
            self.note_verified(client, made);
        }
    }

    /// A function of another package that is given a client, and neither wraps it nor is made of it.
    pub(super) fn note_handed_client(&mut self, path: &str, args: &[Value], place: Place) {
        let name = path.rsplit("::").next().unwrap_or_default();
        if self.catalog().words().is_check(name) {
            return self.note_verified(SmolStr::default(), place);
        }
        let is_type = name.starts_with(char::is_uppercase);
        if path.starts_with("std::") || is_type || matches!(name, "new" | "from" | "clone" | "drop") {
            return;
        }
        for client in args.iter().filter_map(|arg| self.client_of(&arg.ty)).collect::<Vec<_>>() {
            self.note_verified(client, place);
        }
    }

    /// A client of the crate that serves is asked by that: a bot that cannot log in does not run.
    pub(super) fn note_serving(&mut self, path: &str, place: Place) {
        let krate = path.split("::").next().unwrap_or_default();
        self.note_verified(Name::new(krate), place);
    }

    /// A credential is built into a client: who does, where the client connects only when it is used.
    pub(super) fn note_builder(&mut self, build: BuildId, value: &Value, ty: &Ty) {
        let is_client = matches!(ty.role(self.catalog()), None | Some(TypeRole::Client));
        if !is_client || value.any(|what| *what == What::Refreshing) || self.is_gathering() {
            return;
        }
        self.e.tables.builders.insert(build, self.def);
        for mark in value.marks.iter() {
            if let What::Credential(credential) = mark.what {
                self.e.tables.built.insert((build, credential));
            }
        }
    }

    /// The client that a type is, under whatever wrappers, as people know it.
    fn client_of(&self, ty: &Ty) -> Option<SmolStr> {
        let ty = ty.innermost(self.catalog());
        self.certainty(&ty)?;
        ty.path().map(|path| shown(path))
    }

    fn note_verified(&mut self, of: SmolStr, place: Place) {
        self.events.push(Event::Verify(of, place));
    }
}
