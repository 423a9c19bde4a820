//! Hyperlinks for terminals that know them (OSC 8): files by their paths, rules by their pages.

use std::path::Path;

use super::rooted::uri;

/// A text that leads to a URI. Every character of the URI has to be one that URIs may have.
pub(super) fn linked(text: &str, uri: &str) -> String {
    format!("\u{1b}]8;;{uri}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
}

/// The URI of a file by its absolute path; nothing where the path is no text.
pub(super) fn file_uri(path: &Path) -> Option<String> {
    let path = path.to_str()?;
    let name = path.strip_prefix(r"\\?\").unwrap_or(path).replace('\\', "/");
    let (drive, rest) = match name.split_once(":/") {
        Some((drive, rest)) if drive.len() == 1 => (format!("/{drive}:/"), rest),
        _ if name.starts_with('/') => (String::new(), name.as_str()),
        _ => return None,
    };
    Some(format!("file://{drive}{}", uri(rest)))
}

/// Where the page of a rule is read, in the repository of this version; nothing where no repository is named.
pub(super) fn page_uri(repository: &str, rule: &str) -> Option<String> {
    let version = env!("CARGO_PKG_VERSION");
    let base = repository.trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}/blob/v{version}/rules/{}.md", uri(rule)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_uri_without_a_character_that_commands_a_terminal() {
        let of = |path: &str| file_uri(Path::new(path));
        assert_eq!(of("/code/src/a.rs").as_deref(), Some("file:///code/src/a.rs"));
        assert_eq!(
            of("/a b/\u{1b}]8;;\u{7}é#%.rs").as_deref(),
            Some("file:///a%20b/%1B%5D8%3B%3B%07%C3%A9%23%25.rs")
        );
        assert_eq!(of(r"\\?\C:\work\a.rs").as_deref(), Some("file:///C:/work/a.rs"));
        assert_eq!(of("src/a.rs"), None, "relative to what is not known");
    }

    #[test]
    fn a_page_is_that_of_the_version_where_there_is_a_repository() {
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!("https://git.example/authlint/blob/v{version}/rules/cached-token.md");
        assert_eq!(page_uri("https://git.example/authlint/", "cached-token"), Some(expected));
        assert_eq!(page_uri("", "cached-token"), None);
    }
}
