//! Tokens that end before what uses them does.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    engine::{Engine, Tables},
    naming,
    ty::Ty,
    value::{CredentialId, Mark, Source, Trace, Value, What},
    world::DefId,
};
use crate::catalog::schema::Lifetime;
use crate::facts::Name;
use crate::source::Place;

/// A token that is older than a loop without an end, and used in it.
#[derive(Clone, Debug)]
pub struct Outlived {
    /// The token.
    pub credential: CredentialId,
    /// The loop.
    pub endless: Place,
    /// Where it is used in the loop.
    pub used: Place,
    /// The function that loops.
    pub def: DefId,
    /// The type of what is used.
    pub ty: Ty,
    /// How the token came there.
    pub trace: Trace,
}

/// The tokens that a field of a struct is filled with.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Each with its way.
    pub tokens: BTreeMap<CredentialId, Trace>,
    /// The functions that fill it.
    pub fillers: BTreeSet<DefId>,
}

impl Tables {
    /// The credential of a mark that a server gave, and that ends by itself.
    pub(super) fn given_token(&self, mark: &Mark) -> Option<CredentialId> {
        let (What::Credential(id) | What::Built(id, _)) = mark.what else { return None };
        let entry = self.credentials.get(id.0);
        let source = self.origins.get(entry.origin.0).source;
        let is_given = matches!(source, Source::Login | Source::Response);
        (entry.lifetime == Lifetime::Expiring && is_given).then_some(id)
    }
}

impl Engine<'_> {
    /// Notes the tokens that flow into a field.
    pub(super) fn note_kept(&mut self, def: DefId, name: &Name, value: &Value, filler: DefId) {
        let may_be = |what: &What| matches!(what, What::Credential(_) | What::Built(..) | What::Input(_));
        if !value.any(may_be) {
            return;
        }
        let value = naming::named(self, value.clone(), name);
        for mark in value.all_marks().iter() {
            if let What::Credential(id) = mark.what {
                self.tables.filled.entry(def).or_default().insert((name.clone(), filler, id));
            }
            if let Some(id) = self.tables.given_token(mark) {
                let kept = self.tables.kept.entry((def, name.clone())).or_default();
                kept.tokens.entry(id).or_insert_with(|| mark.trace.clone());
                kept.fillers.insert(filler);
            }
        }
    }
}
