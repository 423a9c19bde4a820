//! Files that a run writes: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::disk;

/// Writes a file that a person named, relative to `base`: beside it first, then in its place, so that a reader never sees
/// half of it. A link is followed, and what is no regular file (a pipe, a device) is written into.
///
/// # Errors
/// It cannot be written: why, and what to do, in words that follow the path.
pub fn write_output(base: &Path, path: &Path, bytes: &[u8]) -> Result<(), String> {
    let path = fs::canonicalize(base.join(path)).unwrap_or_else(|_| base.join(path));
    let written = match fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => return Err("is a directory; name a file".to_owned()),
        Ok(metadata) if !metadata.is_file() => {
            OpenOptions::new().write(true).open(&path).and_then(|mut file| file.write_all(bytes))
        }
        _ => replace(&path, bytes),
    };
    written.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            "cannot be written: its directory does not exist; create it first".to_owned()
        }
        _ => format!("cannot be written: {error}"),
    })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (beside, file) = beside(path)?;
    let written = fill(file, bytes).and_then(|()| {
        if let Ok(metadata) = fs::metadata(path) {
            fs::set_permissions(&beside, metadata.permissions())?;
        }
        fs::rename(&beside, path)
    });
    if written.is_err() {
        // What cannot be taken away either is hidden and small; the first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new file in the directory of another.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let mut tried = 0;
    loop {
        let beside = path.with_file_name(format!(".{name}.{}.{tried}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && tried < 100 => tried += 1,
            opened => return opened.map(|file| (beside, file)),
        }
    }
}

/// The way from the root of the repository that a directory lies in to that directory: empty, or with `/` at its end. Empty
/// where there is no repository.
#[must_use]
pub fn prefix_in_repository(dir: &Path) -> String {
    let dir = disk::settled(dir);
    let root = dir.ancestors().find(|above| above.join(".git").exists());
    let below = root.map(|root| disk::shown(root, &dir)).filter(|below| below != ".");
    below.map(|below| below + "/").unwrap_or_default()
}

/// Whether a file stands at a path seen from the root of the repository that a directory lies in, or from the directory
/// itself where there is no repository.
#[must_use]
pub fn exists_in_repository(dir: &Path, name: &str) -> bool {
    let dir = disk::settled(dir);
    let root = dir.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&dir);
    fs::symlink_metadata(root.join(name)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().expect("a directory");
        for text in ["one", "two"] {
            write_output(dir.path(), Path::new("a.json"), text.as_bytes()).expect("it can be written");
            assert_eq!(fs::read_to_string(dir.path().join("a.json")).expect("it is there"), text);
        }
        assert_eq!(fs::read_dir(dir.path()).expect("it is there").count(), 1, "nothing else is left");
    }

    #[test]
    fn what_cannot_be_written_says_what_to_do() {
        let dir = tempfile::tempdir().expect("a directory");
        let refusal = |name: &str| write_output(dir.path(), Path::new(name), b"").expect_err("refused");
        assert!(refusal("none/a.json").contains("create it first"));
        assert!(refusal(".").contains("is a directory"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("real"), "old").expect("a file");
        std::os::unix::fs::symlink("real", dir.path().join("link")).expect("a link");
        write_output(dir.path(), Path::new("link"), b"new").expect("it can be written");
        assert!(fs::symlink_metadata(dir.path().join("link")).expect("it is there").is_symlink());
        assert_eq!(fs::read_to_string(dir.path().join("real")).expect("it is there"), "new");
        write_output(dir.path(), Path::new("/dev/null"), b"new").expect("it can be written");
    }

    #[test]
    fn a_directory_knows_its_way_from_the_root() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(dir.path().join("a/b")).expect("a directory");
        fs::create_dir(dir.path().join(".git")).expect("a directory");
        assert_eq!(prefix_in_repository(&dir.path().join("a/b")), "a/b/");
        assert_eq!(prefix_in_repository(dir.path()), "");
    }
}
