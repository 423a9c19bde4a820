//! Events: what a function does that matters to forks and phases, in call order.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{
    value::{CellId, ForkId, HazardId, OriginId, What},
    world::DefId,
};
use crate::catalog::schema::{ClosureRuns, ForkReturns};
use crate::source::{Place, Span};

/// A call that forks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fork {
    /// The call.
    pub place: Place,
    /// The function, as people know it.
    pub name: SmolStr,
    /// Who comes back from it.
    pub returns: ForkReturns,
    /// Patterns and values that mean the child.
    pub child: Vec<String>,
    /// Patterns and values that mean the parent.
    pub parent: Vec<String>,
}

/// Which process of a fork runs a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ForkSide {
    /// The fork.
    pub fork: ForkId,
    /// Whether it is the child; else the parent.
    pub is_child: bool,
}

impl ForkSide {
    /// The other process of the same fork.
    #[must_use]
    pub fn opposite(self) -> Self {
        Self { is_child: !self.is_child, ..self }
    }
}

/// Hazards and parameters that something touches.
pub type Touched = Rc<[What]>;

/// One event.
#[derive(Clone, Debug)]
pub enum Event {
    /// A hazard comes to be.
    Create(HazardId),
    /// Hazards are used.
    Use(Touched, Place),
    /// Work goes to the runtime that is current: `.await`, a spawned task.
    UseRuntime(Place),
    /// Hazards end.
    Drop(Touched, Place),
    /// A function of this run is called, with the hazards in its arguments.
    Call(DefId, Vec<Touched>, Place),
    /// The process forks.
    Fork(ForkId),
    /// The process becomes another program.
    Exec(Place),
    /// The process ends.
    Exit(Place),
    /// The function ends: `return`.
    Return,
    /// One of several ways is taken.
    Branch(Vec<EventArm>),
    /// Done any number of times.
    Loop(Vec<Event>),
    /// The loop around has no end.
    Endless(Place),
    /// A closure, where it is passed, and when it runs.
    Closure(ClosureRuns, Vec<Event>),
    /// A function that is handed to somebody who may call it some time: what it does.
    Handed(Vec<Event>),
    /// A variable of the environment is read.
    ReadEnv(OriginId),
    /// A cell's content is read, and made if it was not yet.
    Force(CellId, Place),
    /// The program begins to accept requests.
    Serve(Place),
    /// The program waits for a time.
    Sleep(Place),
    /// A credential is put to the test: by clients whose type starts with this path, of all where it is empty.
    Verify(SmolStr, Place),
}

/// A place where a runtime drives what it is given: `block_on`, a runtime's own `spawn`, an attribute around a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drive {
    /// The call, or the attribute.
    pub place: Place,
    /// What is driven: everything that stands in here.
    pub span: Span,
    /// The runtime.
    pub runtime: Driver,
    /// The parameter that is driven, where it is one.
    pub future: Option<u16>,
}

/// The runtime of a [`Drive`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Driver {
    /// One that is made in the function or in what it calls, and that nobody else holds.
    Made(HazardId),
    /// One that a cell holds.
    Cell(CellId),
    /// One that an attribute makes for a test.
    Test(Place),
}

/// One way of a branch.
#[derive(Clone, Debug, Default)]
pub struct EventArm {
    /// Which process takes it, where the branch asks what a fork gave back.
    pub side: Option<ForkSide>,
    /// What happens.
    pub events: Vec<Event>,
}
