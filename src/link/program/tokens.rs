//! What rules ask of tokens that are kept: who uses them, and what is known of their end.

use std::collections::BTreeSet;

use super::Program;
use crate::catalog::Words;
use crate::facts::{ExprKind, FileFacts, ItemKind, Name, PatKind, expr::Literal, path::Path};
use crate::link::{
    outlived::{Kept, Outlived},
    ty::Ty,
    value::{CredentialId, Mark, What},
    world::DefId,
};
use crate::source::{FileId, Place};

/// How deep types are asked.
const NEST: u32 = 4;

impl Program<'_> {
    /// The tokens that are older than a loop without an end in which they are used.
    pub fn outlived(&self) -> impl Iterator<Item = &Outlived> {
        self.learned.tables.outlived.values()
    }

    /// Whether a token is obtained again in the loop in which another is used.
    #[must_use]
    pub fn is_renewed_in_loop(&self, it: &Outlived) -> bool {
        self.learned.tables.renewed.contains(&it.endless)
    }

    /// The fields of structs that tokens are kept in.
    pub fn kept(&self) -> impl Iterator<Item = (DefId, &str, &Kept)> {
        self.learned.tables.kept.iter().map(|((def, name), kept)| (*def, name.as_str(), kept))
    }

    /// The functions that fill a field with something that may be a token, in order.
    pub fn fillers(&self, def: DefId, name: &str) -> impl Iterator<Item = DefId> + '_ {
        self.learned.tables.fillers.get(&(def, Name::new(name))).into_iter().flatten().copied()
    }

    /// Whether a field is filled again and again, in a loop.
    #[must_use]
    pub fn is_refilled(&self, def: DefId, name: &str) -> bool {
        self.learned.tables.refilled.contains(&(def, Name::new(name)))
    }

    /// The functions that send a credential in the raw, with the places where they do, in order.
    #[must_use]
    pub fn senders(&self, credential: CredentialId) -> Vec<(Place, DefId)> {
        let is = |mark: &Mark| matches!(mark.what, What::Credential(it) if it == credential);
        let sinks = self.learned.tables.sinks.iter().filter(|(_, marks)| marks.iter().any(is));
        sinks.filter_map(|(place, _)| Some((*place, *self.learned.tables.senders.get(place)?))).collect()
    }

    /// The place of an item with all that stands in it.
    #[must_use]
    pub fn whole_place(&self, def: DefId) -> Place {
        let at = self.world.def(def);
        Place { file: at.file, span: self.facts[at.file.0 as usize].item(at.item).span }
    }

    /// Where a field is declared.
    #[must_use]
    pub fn field_place(&self, def: DefId, name: &str) -> Option<Place> {
        let at = self.world.def(def);
        let ItemKind::Struct(fields) = &self.facts[at.file.0 as usize].item(at.item).kind else {
            return None;
        };
        let field = fields.iter().find(|field| field.name == name)?;
        Some(Place { file: at.file, span: field.span })
    }

    /// Whether a struct is what an answer is read into.
    #[must_use]
    pub fn is_answer(&self, def: DefId) -> bool {
        let at = self.world.def(def);
        let mut derived = self.facts[at.file.0 as usize].item(at.item).derives();
        derived.any(|name| self.catalog.words().is_read_from_answers(name))
    }

    /// Whether somebody looks after the end of what a type holds: it keeps when that is, it has a method that renews, or an
    /// answer in it says when and is asked.
    #[must_use]
    pub fn looks_after_age(&self, ty: &Ty) -> bool {
        self.looks_after(ty, 0)
    }

    /// The same of a struct.
    #[must_use]
    pub fn struct_looks_after_age(&self, def: DefId) -> bool {
        self.looks_after(&Ty::Def(def, None), 0)
    }

    fn looks_after(&self, ty: &Ty, depth: u32) -> bool {
        if depth > NEST {
            return false;
        }
        match ty {
            Ty::Def(def, _) if self.is_answer(*def) => self.learned.tables.asked_age.contains(def),
            Ty::Def(def, _) => {
                let parts = self.learned.parts.get(def).map_or(&[][..], Vec::as_slice);
                self.def_knows_age(*def) || parts.iter().any(|inner| self.looks_after(inner, depth + 1))
            }
            Ty::External(_, list) | Ty::Tuple(list) | Ty::Slice(list) => {
                self.knows_its_age(ty)
                    || list
                        .iter()
                        .flat_map(|list| list.iter())
                        .any(|inner| self.looks_after(inner, depth + 1))
            }
            Ty::Trait(_) | Ty::Unknown => false,
        }
    }

    /// The files in which somebody asks whether a credential was refused.
    #[must_use]
    pub fn files_that_ask_for_refusals(&self) -> BTreeSet<FileId> {
        let numbered = self.facts.iter().enumerate();
        let words = self.catalog.words();
        let asking = numbered.filter(|(_, file)| asks_for_refusals(file, words));
        asking.map(|(at, _)| FileId(crate::link::world::index(at))).collect()
    }
}

fn asks_for_refusals(file: &FileFacts, words: &Words) -> bool {
    let is_refusal = |path: &Path| words.is_unauthorized(path.last_name());
    let in_code = file.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Path(path) => is_refusal(path),
        ExprKind::Literal(Literal::Int(digits)) => words.is_unauthorized(digits),
        _ => false,
    });
    in_code
        || file.pats.iter().any(|pat| match &pat.kind {
            PatKind::Path(path) | PatKind::TupleStruct(path, _) | PatKind::Struct(path, _) => {
                is_refusal(path)
            }
            _ => false,
        })
}
