//! A file gets a new text: all of it or none, whatever happens in between.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use super::disk::{read_text, why_unreadable};

/// Puts `new` in the place of `old` in a file: a temporary file beside it, synced, then renamed over it with the same mode.
/// A link that leads to it stays a link.
///
/// # Errors
/// Why the file is as it was, and what to do: it holds something other than `old`, is read-only, or the disk refuses.
pub fn replace(path: &Path, old: &str, new: &str) -> Result<(), String> {
    if read_text(path)? != old {
        return Err("changed while it was looked at, and was left alone; run again".to_owned());
    }
    let path = fs::canonicalize(path).map_err(|error| why_unreadable(&error))?;
    let permissions = fs::metadata(&path).map_err(|error| why_unreadable(&error))?.permissions();
    if permissions.readonly() {
        return Err("is read-only, and was left alone; make it writable".to_owned());
    }
    let Some(directory) = path.parent() else { return Err("has no directory".to_owned()) };
    let refused = |error: std::io::Error| {
        format!("could not be written: {error}; it was left alone, check the disk and its permissions")
    };
    let mut file = tempfile::Builder::new().prefix(".authlint-").tempfile_in(directory).map_err(refused)?;
    file.write_all(new.as_bytes()).map_err(refused)?;
    file.as_file().set_permissions(permissions).map_err(refused)?;
    file.as_file().sync_all().map_err(refused)?;
    file.persist(&path).map_err(|error| refused(error.error))?;
    // The text is whole by now; whether the name is on the disk yet as well is no failure of this file.
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a.rs");
        fs::write(&path, text).expect("a file");
        (dir, path)
    }

    fn names(dir: &Path) -> usize {
        fs::read_dir(dir).expect("a directory").count()
    }

    #[test]
    fn a_file_gets_its_new_text_and_nothing_is_left_beside_it() {
        let (dir, path) = file("old");
        assert_eq!(replace(&path, "old", "new"), Ok(()));
        assert_eq!(fs::read_to_string(&path).expect("text"), "new");
        assert_eq!(names(dir.path()), 1);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let (dir, path) = file("newer");
        assert!(replace(&path, "old", "new").expect_err("changed").contains("run again"));
        assert_eq!((fs::read_to_string(&path).expect("text").as_str(), names(dir.path())), ("newer", 1));
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_and_a_link_stay_and_what_is_read_only_is_left_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let (dir, path) = file("old");
        let link = dir.path().join("link.rs");
        std::os::unix::fs::symlink("a.rs", &link).expect("a link");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).expect("a mode");
        assert_eq!(replace(&link, "old", "new"), Ok(()));
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o750);
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("text"), "new");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).expect("a mode");
        assert!(replace(&path, "new", "newer").expect_err("read-only").contains("read-only"));
        assert_eq!(fs::read_to_string(&path).expect("text"), "new");
    }
}
