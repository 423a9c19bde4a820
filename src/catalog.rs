//! Floor 2, *catalog*: what the ecosystem looks like, read from `rules/catalog/*.toml`, and from files of
//! the same form that a project has, into types.
//!
//! Canonical paths start with the package's name, `-` as `_`, whatever a project calls the library: `rust_s3::Bucket`,
//! `async_stripe::Client`. `std`, `core` and `alloc` are one crate, `std`.

#[cfg(test)]
mod client_facts;
mod error;
mod index;
#[cfg(test)]
mod process_tests;
mod project;
mod receiver;
pub mod schema;
pub mod secret;
mod shipped;
mod words;

pub use error::CatalogError;
pub use index::{Binding, Catalog};
pub use receiver::{MethodRole, MethodRoles};
pub use words::{NameClass, Says, Words};
