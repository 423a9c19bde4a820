//! Access paths: a place whose content is known only later, and the fields taken of it; small enough to be copied everywhere.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::facts::Name;

/// How many fields below a root are told apart.
const DEPTH: usize = 3;

/// Tells the fields of structs from parameters in the packed root.
const FIELD: u32 = 1 << 31;

/// The number of a field of a struct, in the order of first use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u32);

/// What an access path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A parameter of the function being read; the receiver of a method is 0.
    Param(u16),
    /// Whatever the program puts in a field of a struct.
    Field(FieldId),
}

/// A root and the fields taken of it. Two are equal when both are; their order is that of first use, which is the same
/// in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessPath {
    root: u32,
    fields: u32,
}

/// Every path of fields that was ever taken on this thread, the empty one first.
struct Paths {
    list: Vec<Rc<[Name]>>,
    /// The path that a field leads to, by the path it is taken of.
    below: FxHashMap<u32, FxHashMap<Name, u32>>,
}

thread_local! {
    // A program is linked on one thread, and its access paths never leave it.
    static PATHS: RefCell<Paths> = RefCell::new(Paths { list: vec![Rc::from([])], below: FxHashMap::default() });
}

impl AccessPath {
    /// A parameter itself.
    #[must_use]
    pub fn of_param(index: u16) -> Self {
        Self { root: u32::from(index), fields: 0 }
    }

    /// A field of a struct itself.
    pub(super) fn of_field(field: FieldId) -> Self {
        Self { root: FIELD | field.0, fields: 0 }
    }

    /// What it starts from.
    #[must_use]
    pub fn root(self) -> Root {
        match u16::try_from(self.root) {
            Ok(index) => Root::Param(index),
            Err(_) => Root::Field(FieldId(self.root & !FIELD)),
        }
    }

    /// The parameter that it starts from.
    #[must_use]
    pub fn param(self) -> Option<u16> {
        u16::try_from(self.root).ok()
    }

    /// The parameter that it is, whole.
    #[must_use]
    pub fn whole_param(self) -> Option<u16> {
        self.param().filter(|_| self.is_whole())
    }

    /// Whether it is the root itself.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.fields == 0
    }

    /// The fields, outermost first.
    #[must_use]
    pub fn fields(self) -> Rc<[Name]> {
        PATHS.with_borrow(|paths| Rc::clone(&paths.list[self.fields as usize]))
    }

    /// A part of it; beyond a few levels it stays the same.
    pub(super) fn deeper(self, fields: &[Name]) -> Self {
        PATHS.with_borrow_mut(|paths| {
            let left = DEPTH.saturating_sub(paths.list[self.fields as usize].len());
            let taken = fields.iter().take(left);
            Self { root: self.root, fields: taken.fold(self.fields, |path, name| paths.below(path, name)) }
        })
    }
}

impl Paths {
    fn below(&mut self, path: u32, name: &Name) -> u32 {
        let below = self.below.entry(path).or_default();
        if let Some(id) = below.get(name) {
            return *id;
        }
        let id = super::world::index(self.list.len());
        below.insert(name.clone(), id);
        self.list.push(self.list[path as usize].iter().chain([name]).cloned().collect());
        id
    }
}
