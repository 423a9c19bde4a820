//! Floor 2, *catalog*: what the ecosystem looks like, read from `rules/catalog/*.toml` into types.
//!
//! Canonical paths start with the package's name, `-` as `_`, whatever a project calls the library: `rust_s3::Bucket`,
//! `async_stripe::Client`. `std`, `core` and `alloc` are one crate, `std`.

#[cfg(test)]
mod client_facts;
mod index;
#[cfg(test)]
mod process_tests;
pub mod schema;
pub mod secret;
mod shipped;
mod words;

pub use index::{Binding, Catalog, CatalogError};
pub use words::{NameClass, Words};
