//! Floor 0, *source*: files, spans, manifests, suppression comments. The only floor that reads the disk.

mod allow;
mod file;
mod package;
mod problem;
mod span;

pub use allow::{Allow, AllowScope, MalformedAllow};
pub use file::{Files, LineColumn, SourceFile};
pub use package::{Dependency, DependencyKind, Package, Project, Target, TargetKind};
pub use problem::{Problem, ProblemKind};
pub use span::{FileId, Place, Span};
