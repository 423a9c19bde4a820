//! The façade for who asks why nothing is reported: what there is, whether a rule cares for it or not.

use super::Program;
use crate::link::{
    cells::Cell,
    ty::Ty,
    value::{HazardId, What},
};

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
}
