//! The catalog files that come with authlint.

/// Name and text of each file.
pub(super) static FILES: &[(&str, &str)] = &[];
