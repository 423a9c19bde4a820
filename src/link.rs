//! Floor 3, *link*: names, types, value flow and call order over all files, behind the façade [`Program`].
//!
//! Pure: no syntax trees, no disk. Everything that flows is found by one fixed point over functions (`engine`); every
//! function is read by `eval` into a summary of what it gives back and the events in call order; `order` walks those
//! events for forks.

mod access_path;
pub mod cells;
pub mod deployments;
mod engine;
mod eval;
pub mod event;
mod field_values;
mod flows;
mod holds;
pub mod hosts;
mod marks;
mod naming;
pub mod order;
pub mod outlived;
pub mod phases;
mod program;
mod provenance;
pub mod reads;
mod renew;
mod resolve;
pub mod runtimes;
mod signature;
pub mod sinks;
mod subst;
mod test_support;
mod trace;
mod ty;
pub mod value;
mod world;

pub use program::{Caller, FirstUse, Names, Program, link};
pub use world::DefId;
pub(crate) use world::body::children;
