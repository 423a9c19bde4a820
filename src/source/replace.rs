//! Files get new texts: each all of its text or none, whatever happens in between, and those that belong together all of them
//! or none as far as that can be told beforehand.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::disk::{read_text, why_unreadable};

/// What is to stand in a file.
#[derive(Clone, Copy, Debug)]
pub struct Change<'t> {
    /// The file.
    pub path: &'t Path,
    /// What it holds until then.
    pub old: &'t str,
    /// What it is to hold.
    pub new: &'t str,
}

/// Puts new texts in the place of old ones: for each file a temporary one beside it, synced, and once there are all of them,
/// renamed over it with the same mode. A link that leads to a file stays a link.
///
/// # Errors
/// Which of the changes cannot be made, by position, and why, and what to do: the file holds something other than the old
/// text, is read-only, or the disk refuses. All files are as they were.
pub fn replace(changes: &[Change<'_>]) -> Result<(), (usize, String)> {
    let mut ready = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        ready.push(Ready::new(change).map_err(|message| (at, message))?);
    }
    for (at, it) in ready.into_iter().enumerate() {
        if let Err(message) = it.persist() {
            // What was there a moment ago is put back; where that is refused as well, nothing more can be done.
            for done in &changes[..at] {
                let back = Change { old: done.new, new: done.old, ..*done };
                let _ = Ready::new(&back).and_then(Ready::persist);
            }
            return Err((at, message));
        }
    }
    Ok(())
}

/// A new text beside the file that it is for.
struct Ready {
    file: NamedTempFile,
    path: PathBuf,
}

impl Ready {
    fn new(change: &Change<'_>) -> Result<Self, String> {
        if read_text(change.path)? != change.old {
            return Err("changed while it was looked at, and was left alone; run again".to_owned());
        }
        let path = fs::canonicalize(change.path).map_err(|error| why_unreadable(&error))?;
        let permissions = fs::metadata(&path).map_err(|error| why_unreadable(&error))?.permissions();
        if permissions.readonly() {
            return Err("is read-only, and was left alone; make it writable".to_owned());
        }
        let Some(directory) = path.parent() else { return Err("has no directory".to_owned()) };
        let mut file =
            tempfile::Builder::new().prefix(".authlint-").tempfile_in(directory).map_err(refused)?;
        file.write_all(change.new.as_bytes()).map_err(refused)?;
        file.as_file().set_permissions(permissions).map_err(refused)?;
        file.as_file().sync_all().map_err(refused)?;
        Ok(Self { file, path })
    }

    fn persist(self) -> Result<(), String> {
        self.file.persist(&self.path).map_err(|error| refused(error.error))?;
        // The text is whole by now; whether the name is on the disk yet as well is no failure of this file.
        if let Some(directory) = self.path.parent().and_then(|it| File::open(it).ok()) {
            let _ = directory.sync_all();
        }
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn refused(error: std::io::Error) -> String {
    format!("could not be written: {error}; it was left alone, check the disk and its permissions")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &Path, old: &str, new: &str) -> Result<(), String> {
        replace(&[Change { path, old, new }]).map_err(|(_, message)| message)
    }

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
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
        assert_eq!(one(&path, "old", "new"), Ok(()));
        assert_eq!(fs::read_to_string(&path).expect("text"), "new");
        assert_eq!(names(dir.path()), 1);
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let (dir, path) = file("newer");
        assert!(one(&path, "old", "new").expect_err("changed").contains("run again"));
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
        assert_eq!(one(&link, "old", "new"), Ok(()));
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o750);
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read_to_string(&path).expect("text"), "new");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).expect("a mode");
        assert!(one(&path, "new", "newer").expect_err("read-only").contains("read-only"));
        assert_eq!(fs::read_to_string(&path).expect("text"), "new");
    }

    #[cfg(unix)]
    #[test]
    fn files_that_belong_together_are_replaced_all_or_none() {
        use std::os::unix::fs::PermissionsExt as _;
        let ((a_dir, a), (_b_dir, b)) = (file("old"), file("old"));
        fs::set_permissions(&b, fs::Permissions::from_mode(0o440)).expect("a mode");
        let changes = [&a, &b].map(|path| Change { path, old: "old", new: "new" });
        let (at, message) = replace(&changes).expect_err("the second is read-only");
        assert!(at == 1 && message.contains("read-only"), "{message}");
        assert_eq!((fs::read_to_string(&a).expect("text").as_str(), names(a_dir.path())), ("old", 1));
        fs::set_permissions(&b, fs::Permissions::from_mode(0o640)).expect("a mode");
        assert_eq!(replace(&changes), Ok(()));
        assert!([&a, &b].iter().all(|it| fs::read_to_string(it).expect("text") == "new"));
    }
}
