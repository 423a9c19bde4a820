//! What the fixed point learns, as plain tables.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Name;
use crate::link::{
    cells::Cell,
    event::{Drive, Event, Fork},
    outlived::{Kept, Outlived},
    value::{
        Build, BuildId, CellId, Credential, CredentialId, ForkId, Hazard, HazardId, Marks, Origin, OriginId,
        Source, Value, Wanted, no_marks,
    },
    world::{DefId, index},
};
use crate::source::{FileId, Place};

/// A table of values, each known by its position.
#[derive(Debug)]
pub(in crate::link) struct Table<T, Id> {
    list: Vec<T>,
    ids: FxHashMap<T, Id>,
}

impl<T, Id> Default for Table<T, Id> {
    fn default() -> Self {
        Self { list: Vec::new(), ids: FxHashMap::default() }
    }
}

impl<T: Clone + Eq + Hash, Id: Copy + From<u32>> Table<T, Id> {
    pub(in crate::link) fn intern(&mut self, value: T) -> Id {
        if let Some(id) = self.ids.get(&value) {
            return *id;
        }
        let id = Id::from(index(self.list.len()));
        self.list.push(value.clone());
        self.ids.insert(value, id);
        id
    }

    pub(in crate::link) fn get(&self, at: u32) -> &T {
        &self.list[at as usize]
    }

    /// Every value, in the order they came.
    pub(in crate::link) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.list.iter()
    }
}

/// What calling a function does, as far as its callers need to know.
#[derive(Debug, Default)]
pub(in crate::link) struct Summary {
    /// What it gives back, in terms of its parameters.
    pub ret: Value,
    /// What flows into its parameters from inside, by parameter.
    pub absorbs: BTreeMap<u16, Marks>,
    /// What it calls its parameters with, by parameter.
    pub called_with: BTreeMap<u16, Value>,
    /// Its events.
    pub events: Vec<Event>,
    /// Where it lets a runtime drive something.
    pub drives: Vec<Drive>,
    /// The variables of the environment that it reads under a name its callers give, by parameter.
    pub reads_env: Vec<(u16, OriginId)>,
}

/// Everything learned.
#[derive(Debug, Default)]
pub(in crate::link) struct Tables {
    /// Where things enter.
    pub origins: Table<Origin, OriginId>,
    /// Credentials.
    pub credentials: Table<Credential, CredentialId>,
    /// Ways of credentials into clients.
    pub builds: Table<Build, BuildId>,
    /// The functions that build a credential into a client which connects only when it is used.
    pub builders: BTreeMap<BuildId, DefId>,
    /// The credentials that are built into clients, by the build.
    pub built: BTreeSet<(BuildId, CredentialId)>,
    /// What forks do not copy.
    pub hazards: Table<Hazard, HazardId>,
    /// Forks.
    pub forks: Table<Fork, ForkId>,
    /// Cells.
    pub cells: Vec<Cell>,
    /// Functions and initialisers.
    pub summaries: FxHashMap<DefId, Rc<Summary>>,
    /// Places where a credential in the raw is sent: a header, a typed constructor, a request.
    pub sinks: BTreeMap<Place, Marks>,
    /// What this process signs or checks its own tokens by.
    pub signing: BTreeSet<OriginId>,
    /// What macros read when the program is compiled: who does, and whether it is a file.
    pub compiled: BTreeMap<OriginId, (DefId, bool)>,
    /// What callers bring is compared with: the process's own, which it sends to nobody.
    pub compared: BTreeSet<OriginId>,
    /// Cells whose content is given to where only a credential goes, and what that place takes.
    pub sent_cells: BTreeMap<CellId, Wanted>,
    /// Functions that are called where a server refused a credential.
    pub on_refusal: BTreeSet<DefId>,
    /// Cells that are emptied, and by whom.
    pub forgotten: BTreeSet<(CellId, DefId)>,
    /// Functions that look at a time that is kept in a static, by the file of that static.
    pub time_readers: BTreeSet<(FileId, DefId)>,
    /// The cells that a cell is filled from.
    pub copies: BTreeMap<CellId, BTreeSet<CellId>>,
    /// What is registered to run in a child after a fork, and who registers it.
    pub at_fork: BTreeSet<DefId>,
    /// Tokens that are older than a loop without an end that uses them, by token and loop.
    pub outlived: BTreeMap<(CredentialId, Place), Outlived>,
    /// Loops without an end in which a new token is obtained.
    pub renewed: BTreeSet<Place>,
    /// The tokens that fields are filled with.
    pub kept: BTreeMap<(DefId, Name), Kept>,
    /// Fields of structs that are filled again and again, in a loop.
    pub refilled: FxHashSet<(DefId, Name)>,
    /// The credentials that fields of structs are filled with.
    pub filled: BTreeMap<(DefId, Name), BTreeSet<CredentialId>>,
    /// The functions that fill them.
    pub fillers: BTreeMap<(DefId, Name), BTreeSet<DefId>>,
    /// The functions that send a credential in the raw, by the place where they do.
    pub senders: BTreeMap<Place, DefId>,
    /// The structs that somebody asks when their content ends.
    pub asked_age: BTreeSet<DefId>,
    /// Functions that compare what a cell holds with what they are passed.
    pub held_against: FxHashSet<(CellId, DefId)>,
    /// Functions that wait for a time; at the end also those that call one, at whatever distance.
    pub sleeping: FxHashSet<DefId>,
    /// Functions that ask for the process id; at the end also those that call one, at whatever distance.
    pub asking_pid: FxHashSet<DefId>,
    /// What the program ends without, and where it says so.
    pub demanded: BTreeMap<OriginId, Place>,
}

impl Tables {
    /// Whether what enters is one thing: a file or an answer has parts, a variable of the environment has none.
    pub(in crate::link) fn is_one_thing(&self, origin: OriginId) -> bool {
        let entry = self.origins.get(origin.0);
        matches!(entry.source, Source::Env | Source::Field | Source::CompileTime)
            || (entry.source == Source::Parameter && !entry.name.is_empty())
    }
}

/// Whether nothing that callers see of `new` is missing in `old`.
pub(super) fn is_covered(old: &Summary, new: &Summary) -> bool {
    old.reads_env == new.reads_env
        && old.ret.covers(&new.ret)
        && new
            .called_with
            .iter()
            .all(|(at, args)| old.called_with.get(at).is_some_and(|old| old.covers(args)))
        && new.absorbs.iter().all(|(at, marks)| {
            let known = old.absorbs.get(at).cloned().unwrap_or_else(no_marks);
            Value { marks: known, ..Value::default() }
                .covers(&Value { marks: Rc::clone(marks), ..Value::default() })
        })
}
