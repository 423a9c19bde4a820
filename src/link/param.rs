//! Parameters of the function being read, and the fields taken of them, small enough to be copied everywhere.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::facts::Name;

/// How many fields below a parameter are told apart.
const DEPTH: usize = 3;

/// A parameter and the fields taken of it. Two are equal when both are; their order is that of first use, which is the
/// same in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param {
    /// Which one; the receiver of a method is 0.
    pub index: u16,
    depth: u8,
    path: u32,
}

/// Every path of fields that was ever taken on this thread, the empty one first.
struct Paths {
    list: Vec<Rc<[Name]>>,
    ids: FxHashMap<Rc<[Name]>, u32>,
}

thread_local! {
    // A program is linked on one thread, and its parameters never leave it.
    static PATHS: RefCell<Paths> = RefCell::new(Paths { list: vec![Rc::from([])], ids: FxHashMap::default() });
}

impl Param {
    /// The parameter itself.
    #[must_use]
    pub fn whole(index: u16) -> Self {
        Self { index, depth: 0, path: 0 }
    }

    /// Whether it is the parameter itself.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.depth == 0
    }

    /// The fields, outermost first.
    #[must_use]
    pub fn fields(self) -> Rc<[Name]> {
        PATHS.with_borrow(|paths| Rc::clone(&paths.list[self.path as usize]))
    }

    /// A part of it; beyond a few levels it stays the same.
    pub(super) fn deeper(self, fields: &[Name]) -> Self {
        let left = DEPTH.saturating_sub(usize::from(self.depth));
        let taken = &fields[..fields.len().min(left)];
        if taken.is_empty() {
            return self;
        }
        PATHS.with_borrow_mut(|paths| {
            let own = &paths.list[self.path as usize];
            let path: Rc<[Name]> = own.iter().chain(taken).cloned().collect();
            let depth = u8::try_from(path.len()).unwrap_or(u8::MAX);
            Self { index: self.index, depth, path: paths.id(path) }
        })
    }
}

impl Paths {
    fn id(&mut self, path: Rc<[Name]>) -> u32 {
        if let Some(id) = self.ids.get(&path) {
            return *id;
        }
        let id = super::world::index(self.list.len());
        self.list.push(Rc::clone(&path));
        self.ids.insert(path, id);
        id
    }
}
