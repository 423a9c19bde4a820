//! Names of files relative to the root of the repository, as servers that show code know them.

/// The name of a file that reports show, seen from the root of the repository. `prefix` is the way from that root to
/// where the run started: empty, or with `/` at its end.
pub(super) fn rooted(prefix: &str, shown: &str) -> String {
    let whole = if shown.starts_with('/') { shown.to_owned() } else { format!("{prefix}{shown}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| *last != ".." && !last.is_empty()) => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// A name as a relative reference of a URI: all but unreserved characters and `/` is percent-encoded, as UTF-8.
pub(super) fn uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_seen_from_the_root() {
        assert_eq!(rooted("", "src/a.rs"), "src/a.rs");
        assert_eq!(rooted("crates/b/", "src/a.rs"), "crates/b/src/a.rs");
        assert_eq!(rooted("crates/b/", "../c/a.rs"), "crates/c/a.rs");
        assert_eq!(rooted("b/", "../../a.rs"), "../a.rs");
        assert_eq!(rooted("b/", "/a.rs"), "/a.rs");
    }

    #[test]
    fn what_a_uri_reserves_is_encoded() {
        assert_eq!(uri("a b/c:d%é.rs"), "a%20b/c%3Ad%25%C3%A9.rs");
    }
}
