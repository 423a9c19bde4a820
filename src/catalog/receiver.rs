//! What the name of a method says by itself, whatever the method is called on.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::schema::AnyReceiver;

/// What the name of a method may say, as [`AnyReceiver`] tells of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a list of `AnyReceiver`, which describes it")]
pub enum MethodRole {
    Passes,
    Absorbs,
    Either,
    Maps,
    FallsBack,
    Inspects,
    Stores,
    Compares,
    Inits,
    Waits,
    Demands,
}

/// All that the name of one method says, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MethodRoles(u16);

impl MethodRoles {
    /// Whether it says this.
    #[must_use]
    pub fn has(self, role: MethodRole) -> bool {
        self.0 & (1 << role as u16) != 0
    }

    /// What is said, by the name.
    pub(super) fn by_name(lists: &AnyReceiver) -> FxHashMap<SmolStr, Self> {
        let lists = [
            (MethodRole::Passes, &lists.passes),
            (MethodRole::Absorbs, &lists.absorbs),
            (MethodRole::Either, &lists.either),
            (MethodRole::Maps, &lists.maps),
            (MethodRole::FallsBack, &lists.falls_back),
            (MethodRole::Inspects, &lists.inspects),
            (MethodRole::Stores, &lists.stores),
            (MethodRole::Compares, &lists.compares),
            (MethodRole::Inits, &lists.inits),
            (MethodRole::Waits, &lists.waits),
            (MethodRole::Demands, &lists.demands),
        ];
        let mut found: FxHashMap<SmolStr, Self> = FxHashMap::default();
        for (role, names) in lists {
            for name in names {
                found.entry(SmolStr::new(name)).or_default().0 |= 1 << role as u16;
            }
        }
        found
    }
}
