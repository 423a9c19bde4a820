//! Whose a credential is: the process's own, or that of whoever asks it for something.

use super::Program;
use crate::facts::{ItemKind, Name, item::Receiver};
use crate::link::{
    cells::{Cell, CellKey},
    phases::Phase,
    ty::Ty,
    value::{Credential, CredentialId, Source},
    world::DefId,
};
use crate::source::{Place, TargetKind};

/// Whose credential is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Of a request: each may bring another.
    Request,
    /// Of the users of a library: the last one wins.
    User,
}

impl Program<'_> {
    /// Whose a credential is that does not belong to the process: a request's, or that of a user of this library.
    #[must_use]
    pub fn caller(&self, id: CredentialId) -> Option<Caller> {
        let Credential { origin, .. } = *self.credential(id);
        let origin = self.origin(origin);
        match origin.source {
            Source::Request => Some(Caller::Request),
            Source::Parameter => self.caller_of(self.function_around(origin.place)?),
            // What tests pass stands for what users pass.
            Source::Env | Source::Literal => {
                self.function_around(origin.place).filter(|def| self.is_example(*def)).map(|_| Caller::User)
            }
            _ => None,
        }
    }

    /// The credentials that users of a library set by a method of what a public cell holds, with the method.
    #[must_use]
    pub fn set_by_users(&self, cell: &Cell) -> Vec<(DefId, CredentialId)> {
        let (CellKey::Static(own), Ty::Def(of, _)) = (&cell.key, cell.ty.innermost(self.catalog)) else {
            return Vec::new();
        };
        if !self.is_of_api(*own) {
            return Vec::new();
        }
        let from = self.learned.tables.filled.range((of, Name::default())..);
        let fields = from.take_while(|((def, _), _)| *def == of);
        let mut found = Vec::new();
        for ((_, name), ids) in fields {
            let setter = self.fillers(of, name).find(|it| self.is_of_api(*it) && self.is_setter(*it));
            let theirs = ids.iter().find(|id| self.caller(**id).is_some());
            found.extend(setter.zip(theirs.copied()));
        }
        found
    }

    /// Whether an item is there for the users of a library.
    #[must_use]
    pub fn is_of_api(&self, def: DefId) -> bool {
        let at = self.world.def(def);
        let is_pub = self.facts[at.file.0 as usize].item(at.item).is_pub;
        is_pub && !self.is_example(def) && self.world.krate(self.world.crate_of(def)).kind == TargetKind::Lib
    }

    /// Whether a method changes what it is called on.
    fn is_setter(&self, def: DefId) -> bool {
        let at = self.world.def(def);
        let ItemKind::Fn(item) = &self.facts[at.file.0 as usize].item(at.item).kind else { return false };
        item.receiver == Some(Receiver::RefMut)
    }

    fn caller_of(&self, def: DefId) -> Option<Caller> {
        if self.is_example(def) {
            return None;
        }
        if self.learned.phases.reach(def, Phase::Request).is_some() {
            return Some(Caller::Request);
        }
        let is_started = self.learned.phases.reach(def, Phase::Startup).is_some();
        (self.is_of_api(def) && !is_started).then_some(Caller::User)
    }

    /// The function in whose signature or body a place stands.
    fn function_around(&self, place: Place) -> Option<DefId> {
        let is_around = |def: &DefId| {
            let at = self.world.def(*def);
            let item = self.facts[at.file.0 as usize].item(at.item);
            at.file == place.file && matches!(item.kind, ItemKind::Fn(_)) && item.span.contains(place.span)
        };
        // Of functions in each other the inner one comes last.
        self.world.def_ids().filter(is_around).last()
    }
}
