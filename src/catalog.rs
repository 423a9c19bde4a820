//! Floor 2, *catalog*: what the ecosystem looks like, read from `rules/catalog/*.toml` into types.

pub mod schema;
