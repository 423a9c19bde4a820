//! What keeps an item out of a normal build on Unix: tests, and other systems.

use crate::catalog::Words;
use crate::facts::item::{Attribute, MetaArg};

/// Whether an attribute keeps its item for tests: `#[test]`, `#[cfg(test)]`, and attributes that
/// the vocabulary knows, such as `#[tokio::test]`.
pub(super) fn is_test_gate(attribute: &Attribute, words: &Words) -> bool {
    let last = attribute.path.rsplit("::").next().unwrap_or_default();
    match last {
        "cfg" => attribute.args.iter().any(|arg| needs_test(arg, words)),
        other => words.is_test_attribute(other),
    }
}

/// Whether an attribute keeps its item for systems that do not fork: `#[cfg(windows)]`, `#[cfg(not(unix))]`.
pub(super) fn is_off_gate(attribute: &Attribute) -> bool {
    attribute.path == "cfg" && attribute.args.iter().any(is_off)
}

fn is_off(arg: &MetaArg) -> bool {
    match arg.name.as_str() {
        "windows" => true,
        "target_os" => arg.value.as_deref().is_some_and(|it| matches!(it, "windows" | "wasi" | "unknown")),
        "target_family" => arg.value.as_deref().is_some_and(|it| it != "unix"),
        "target_arch" => arg.value.as_deref().is_some_and(|it| it.starts_with("wasm")),
        "all" => arg.args.iter().any(is_off),
        "any" => !arg.args.is_empty() && arg.args.iter().all(is_off),
        "not" => arg.args.iter().any(|inner| inner.name == "unix" || inner.name == "linux"),
        _ => false,
    }
}

fn needs_test(arg: &MetaArg, words: &Words) -> bool {
    match arg.name.as_str() {
        "test" | "bench" | "doctest" => true,
        "all" => arg.args.iter().any(|inner| needs_test(inner, words)),
        "any" => !arg.args.is_empty() && arg.args.iter().all(|inner| needs_test(inner, words)),
        "feature" => arg.value.as_deref().is_some_and(|name| words.is_test_feature(name)),
        _ => false,
    }
}
