//! The disk, read with care: regular files only, up to a size, as UTF-8; and paths as reports show them.

use std::fs::{self, File, FileType};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

/// The largest file that is read, in bytes. A syntax tree takes up to 309 times its source.
pub(super) const SIZE_CAP: u64 = 8 << 20;

/// The text of a regular file, or why it cannot be had and what to do.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| why_unreadable(&error))?;
    if !metadata.is_file() {
        let kind = kind_of(metadata.file_type());
        return Err(format!("is {kind} and no regular file, so it was not read; name a source file"));
    }
    if metadata.len() > SIZE_CAP {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
    let file = File::open(path).map_err(|error| why_unreadable(&error))?;
    // What the metadata said may be stale or, below `/proc`, untrue.
    file.take(SIZE_CAP + 1).read_to_end(&mut bytes).map_err(|error| why_unreadable(&error))?;
    if bytes.len() as u64 > SIZE_CAP {
        return Err(too_large());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("is not UTF-8 at byte offset {at}; convert the file to UTF-8")
    })
}

fn too_large() -> String {
    let megabytes = SIZE_CAP >> 20;
    format!("is larger than {megabytes} MiB, so it was not read; split the file or leave it out")
}

/// An error of the disk in the words of a report.
pub(super) fn why_unreadable(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "does not exist; check the path".to_owned(),
        ErrorKind::PermissionDenied => "may not be read; check its permissions".to_owned(),
        _ => format!("cannot be read: {error}; check what stands at this path"),
    }
}

#[cfg(unix)]
fn kind_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;
    match kind {
        _ if kind.is_dir() => "a directory",
        _ if kind.is_fifo() => "a FIFO",
        _ if kind.is_socket() => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn kind_of(kind: FileType) -> &'static str {
    if kind.is_dir() { "a directory" } else { "a device" }
}

/// The path without `.` and `..`, by its text alone.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::ParentDir if out.has_root() => {}
            other => out.push(other),
        }
    }
    out
}

/// The canonical path where there is one, else the path made normal.
pub(super) fn settled(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| normal(path))
}

/// The path as reports show it: relative to `base`, `/` separated, without `./`. Both are absolute.
pub(super) fn shown(base: &Path, path: &Path) -> String {
    let shared = base.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return path.to_string_lossy().into_owned();
    }
    let up = base.components().skip(shared).map(|_| "..".into());
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_relative_to_the_base() {
        let check = |path: &str, want: &str| assert_eq!(shown(Path::new("/a/b"), Path::new(path)), want);
        check("/a/b/c/d.rs", "c/d.rs");
        check("/a/x.rs", "../x.rs");
        check("/y/z.rs", "../../y/z.rs");
        check("/a/b", ".");
    }

    #[test]
    fn normal_paths_keep_only_what_names_a_place() {
        let check = |path: &str, want: &str| assert_eq!(normal(Path::new(path)), Path::new(want));
        check("/a/./b/../c", "/a/c");
        check("/../a", "/a");
        check("../a/..", "..");
    }
}
