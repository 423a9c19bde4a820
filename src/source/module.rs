//! Where rustc looks for the file of `mod name;`.

use std::path::{Path, PathBuf};

/// The files that may hold the module `name`, in the order in which rustc looks; at most one of them should exist.
///
/// `file` is the file that says `mod name;`. `is_mod_rs` holds for the root file of a target, for a `mod.rs`, and for a
/// file that was itself loaded through `#[path]`: such a file owns the directory it stands in, any other owns the
/// directory that has its name. `inline` are the names of the `mod … { }` around the declaration, outermost first.
/// `path_attribute` is the value of `#[path = "…"]`: relative to the directory of the file, or, inside inline modules,
/// to the directory of those.
#[must_use]
pub fn module_candidates(
    file: &Path,
    is_mod_rs: bool,
    inline: &[String],
    name: &str,
    path_attribute: Option<&str>,
) -> Vec<PathBuf> {
    let parent = file.parent().unwrap_or(Path::new(""));
    if let (Some(path), true) = (path_attribute, inline.is_empty()) {
        return vec![parent.join(path)];
    }
    let mut dir = if is_mod_rs { parent.to_owned() } else { file.with_extension("") };
    dir.extend(inline.iter().map(|module| plain(module)));
    if let Some(path) = path_attribute {
        return vec![dir.join(path)];
    }
    let name = plain(name);
    vec![dir.join(format!("{name}.rs")), dir.join(name).join("mod.rs")]
}

/// The name of a file for an identifier: `r#type` stands in `type.rs`.
fn plain(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, is_mod_rs: bool, inline: &[&str], path: Option<&str>, want: &[&str]) {
        let inline: Vec<String> = inline.iter().map(|it| (*it).to_owned()).collect();
        let found = module_candidates(Path::new(file), is_mod_rs, &inline, "m", path);
        assert_eq!(found, want.iter().map(PathBuf::from).collect::<Vec<_>>());
    }

    #[test]
    fn as_the_reference_says() {
        check("src/lib.rs", true, &[], None, &["src/m.rs", "src/m/mod.rs"]);
        check("src/a/mod.rs", true, &[], None, &["src/a/m.rs", "src/a/m/mod.rs"]);
        check("src/a.rs", false, &[], None, &["src/a/m.rs", "src/a/m/mod.rs"]);
        check("src/lib.rs", true, &["x", "y"], None, &["src/x/y/m.rs", "src/x/y/m/mod.rs"]);
        check("src/a.rs", false, &["x"], None, &["src/a/x/m.rs", "src/a/x/m/mod.rs"]);
    }

    #[test]
    fn path_attributes() {
        check("src/a/b.rs", false, &[], Some("foo.rs"), &["src/a/foo.rs"]);
        check("src/a/mod.rs", true, &[], Some("../foo.rs"), &["src/a/../foo.rs"]);
        check("src/a/b.rs", false, &["inline"], Some("other.rs"), &["src/a/b/inline/other.rs"]);
        check("src/a/mod.rs", true, &["inline"], Some("other.rs"), &["src/a/inline/other.rs"]);
        check("src/lib.rs", true, &[], Some("/dev/zero"), &["/dev/zero"]);
    }

    #[test]
    fn raw_identifiers_name_plain_files() {
        let found = module_candidates(Path::new("src/lib.rs"), true, &["r#async".to_owned()], "r#type", None);
        assert_eq!(found[0], Path::new("src/async/type.rs"));
    }
}
