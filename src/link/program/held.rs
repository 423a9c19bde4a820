//! What a cell holds: whether it is the text of a credential, its own, and kept for sending.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{NEST, Program};
use crate::catalog::schema::{Lifetime, TypeRole};
use crate::link::{
    cells::Cell,
    renew::FIELDS,
    ty::Ty,
    value::{CredentialId, Marks, Value, What},
    world::DefId,
};

/// Types that hold no text at all.
const NUMBERS: [&str; 4] =
    ["std::primitive::int", "std::primitive::float", "std::primitive::bool", "std::primitive::char"];
/// Last words of the names of types that texts and bytes are kept in.
const TEXTS: [&str; 7] = ["String", "Str", "Text", "Bytes", "Value", "Buf", "Zeroizing"];

impl Program<'_> {
    /// Whether a type is text, something that hides one, or a small struct of this run around one.
    pub(super) fn is_text_of_credential(&self, ty: &Ty, depth: u32) -> bool {
        if depth > NEST {
            return false;
        }
        let ty = ty.innermost(self.catalog);
        match &ty {
            Ty::Unknown | Ty::Slice(None) => true,
            Ty::Def(def, _) => {
                let parts = self.learned.parts.get(def).filter(|parts| parts.len() <= FIELDS);
                parts
                    .is_some_and(|parts| parts.iter().any(|part| self.is_text_of_credential(part, depth + 1)))
            }
            Ty::External(..) => match ty.role(self.catalog) {
                None => self.is_named_for_text(&ty),
                role => matches!(role, Some(TypeRole::Token | TypeRole::Secret | TypeRole::Credentials)),
            },
            Ty::Tuple(_) | Ty::Slice(Some(_)) | Ty::Trait(_) => false,
        }
    }

    /// What a field holds: a newtype around a text holds what the text does.
    pub(super) fn marks_of_field(&self, field: &Value) -> Marks {
        let is_newtype = match field.ty.innermost(self.catalog) {
            Ty::Def(def, _) => self.learned.parts.get(&def).is_some_and(|parts| parts.len() == 1),
            _ => false,
        };
        if is_newtype { field.all_marks() } else { Rc::clone(&field.marks) }
    }

    /// Whether a type that nobody described may hold a credential in the raw: std's and the run's own may, others where
    /// their name says so. What parses, hashes, signs or is called is none.
    pub(super) fn is_named_for_text(&self, ty: &Ty) -> bool {
        let path = match ty {
            Ty::External(path, _) => path,
            Ty::Tuple(Some(parts)) => return parts.iter().any(|part| self.is_named_for_text(part)),
            _ => return true,
        };
        if NUMBERS.contains(&path.as_str()) {
            return false;
        }
        let name = path.rsplit("::").next().unwrap_or_default();
        if path.starts_with("std::") {
            return !path.starts_with("std::ops::Fn");
        }
        let class = self.catalog.words().classify(name);
        TEXTS.iter().any(|text| name.ends_with(text)) || class.is_some_and(|class| !class.is_own_signing)
    }

    /// The client that a cell is taken to hold when its type is one of another package that nobody described: its name,
    /// as people know it. What parses, hashes, signs or is set up by a credential is none, by its name.
    #[must_use]
    pub fn guessed_client(&self, cell: &Cell) -> Option<SmolStr> {
        let ty = cell.ty.innermost(self.catalog);
        let name = ty.path()?.rsplit("::").next()?;
        let is_known = ty.entry(self.catalog).is_some() || self.is_named_for_text(&ty);
        let is_guessed = !is_known && !self.catalog.words().is_never_client(name);
        is_guessed.then(|| self.shown_type(&ty))
    }

    /// Whether a credential is only compared with what callers bring, and sent to nobody: the process's own.
    #[must_use]
    pub fn is_only_compared(&self, id: CredentialId) -> bool {
        let entry = self.credential(id);
        entry.lifetime != Lifetime::Expiring
            && self.learned.tables.compared.contains(&entry.origin)
            && !self.is_sent(id)
    }

    /// Whether everybody who reads a cell compares what it holds with what they are passed, and so goes on with their own.
    #[must_use]
    pub fn is_held_against(&self, cell: &Cell) -> bool {
        let Some(id) = self.learned.cell_ids.get(&cell.key) else { return false };
        let compares = |def: &DefId| self.learned.tables.held_against.contains(&(*id, *def));
        !cell.reads.is_empty() && cell.reads.values().all(compares)
    }

    /// Whether what a cell holds is there because it is in another cell that nobody renews: that one is reported.
    #[must_use]
    pub fn is_copied(&self, cell: &Cell, what: &What) -> bool {
        let id = self.learned.cell_ids.get(&cell.key);
        let Some((id, sources)) = id.and_then(|id| Some((id, self.learned.tables.copies.get(id)?))) else {
            return false;
        };
        sources.iter().any(|source| {
            let is_around = self.learned.tables.copies.get(source).is_some_and(|of| of.contains(id));
            let held = &self.learned.tables.cells[source.0 as usize];
            !is_around && held.renewals.is_empty() && held.content.any(|known| known == what)
        })
    }
}
