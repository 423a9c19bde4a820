//! The façade for who asks why nothing is reported: what there is, whether a rule cares for it or not.

use super::Program;
use crate::link::{
    cells::Cell,
    event::Fork,
    order::Spared,
    ty::Ty,
    value::{Credential, CredentialId, ForkId, Hazard, HazardId, What},
    world::index,
};
use crate::source::Place;

impl Program<'_> {
    /// Whether a cell is a collection that is asked by a key: a store of the tokens of many.
    #[must_use]
    pub fn is_keyed_store(&self, cell: &Cell) -> bool {
        self.is_keyed(&cell.ty, 0)
    }

    /// Whether a cell holds a struct with many fields, as configurations are.
    #[must_use]
    pub fn is_whole_configuration(&self, cell: &Cell) -> bool {
        self.is_configuration(&cell.ty)
    }

    /// Everything in a cell that a fork does not copy, whatever its type lets it hold.
    #[must_use]
    pub fn hazards_in(&self, cell: &Cell) -> Vec<HazardId> {
        let marks = cell.content.all_marks();
        let hazard = |what: &What| match what {
            What::Hazard(id) => Some(*id),
            _ => None,
        };
        marks.iter().filter_map(|mark| hazard(&mark.what)).collect()
    }

    /// Whether the catalog has an entry for the innermost type.
    #[must_use]
    pub fn is_known_type(&self, ty: &Ty) -> bool {
        ty.innermost(self.catalog).entry(self.catalog).is_some()
    }

    /// Whether the innermost type is one of another package.
    #[must_use]
    pub fn is_external(&self, ty: &Ty) -> bool {
        matches!(ty.innermost(self.catalog), Ty::External(..))
    }

    /// Every credential.
    pub fn credentials(&self) -> impl Iterator<Item = (CredentialId, &Credential)> {
        self.learned.tables.credentials.iter().enumerate().map(|(at, it)| (CredentialId(index(at)), it))
    }

    /// Every place where a credential in the raw is sent, in order, with the credential.
    pub fn sent_credentials(&self) -> impl Iterator<Item = (Place, CredentialId)> {
        super::sent(&self.learned.tables)
    }

    /// Everything that a fork does not copy.
    pub fn hazards(&self) -> impl Iterator<Item = (HazardId, &Hazard)> {
        self.learned.tables.hazards.iter().enumerate().map(|(at, it)| (HazardId(index(at)), it))
    }

    /// What forks in sight of it do no harm to.
    #[must_use]
    pub fn spared(&self) -> &[Spared] {
        &self.learned.spared
    }

    /// Every call that forks.
    pub fn forks(&self) -> impl Iterator<Item = (ForkId, &Fork)> {
        self.learned.tables.forks.iter().enumerate().map(|(at, it)| (ForkId(index(at)), it))
    }
}
