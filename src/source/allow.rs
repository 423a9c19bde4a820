//! Suppression comments: `// authlint: allow(rule, reason = "…")` and `allow-file(…)`.

use super::Span;

/// One suppression comment of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The rules named, in order, with the bytes of each name.
    pub rules: Vec<(String, Span)>,
    /// The reason given.
    pub reason: Option<String>,
    /// The date behind `until`, as written.
    pub until: Option<String>,
    /// What it covers.
    pub scope: AllowScope,
    /// The comment.
    pub span: Span,
}

/// What a suppression comment covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowScope {
    /// The whole file.
    File,
    /// Primary places that start on these lines (0-based, inclusive): its own line when code stands before it, else the
    /// lines of the statement, item, field or arm that follows.
    Lines(u32, u32),
}

/// A comment that looks like a suppression and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedAllow {
    /// The comment.
    pub span: Span,
    /// What is wrong with it, and the right form.
    pub message: String,
}
