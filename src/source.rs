//! Floor 0, *source*: files, spans, manifests, configuration, suppression comments. The only floor that reads the disk.
//!
//! [`discover`] turns a [`Request`] into a [`Project`]; a [`Reader`] reads its files into [`Files`];
//! [`configuration`] reads what a project configures authlint with;
//! [`deployment::read`] reads what its manifests give to the programs of a project; [`module_candidates`] says where the file of a module may stand; [`allows`] finds suppression comments.

mod allow;
mod asked;
pub mod base64;
mod changed;
mod comment;
pub mod configuration;
mod dependency;
pub mod deployment;
mod directive;
mod discover;
mod disk;
mod file;
mod git;
mod manifest;
mod module;
mod output;
mod package;
mod problem;
mod reader;
mod replace;
mod request;
mod select;
mod span;
mod target;
mod toml_fault;
mod walk;
mod wildcard;
mod workspace;

pub use allow::{Allow, AllowScope, MalformedAllow, allows};
pub use changed::ChangedLines;
pub use discover::{Discovery, discover};
pub use file::{Files, LineColumn, SourceFile};
pub use git::Commit;
pub use module::module_candidates;
pub use output::{exists_in_repository, prefix_in_repository, write_output};
pub use package::{Dependency, DependencyKind, Package, Project, Target, TargetKind};
pub use problem::{Problem, ProblemKind};
pub use reader::Reader;
pub use replace::{Change, replace};
pub use request::{Pick, Request, TargetSelection};
pub use span::{FileId, Place, Span};
pub use toml_fault::{TomlFault, UnknownWord};
