//! What files said at a commit, read from a git repository without checking anything out.
//!
//! The program `git` is started for it, and only because somebody asked for a comparison on the command line. It is told
//! to read objects and nothing else: no hooks, filters, monitors, external programs, locks or network, whatever the
//! repository's configuration says.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::disk;

/// A commit of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The root of the working tree, canonical.
    top: PathBuf,
    /// The object's name in hexadecimal digits.
    id: String,
}

impl Commit {
    /// The commit at which what is checked out in the repository of `dir` left `reference`: their merge base, or the commit
    /// of the reference itself where there is none.
    ///
    /// # Errors
    /// git cannot be started, `dir` lies in no repository, or the reference names no commit: what to do about it.
    pub fn base(dir: &Path, reference: &str) -> Result<Self, String> {
        let top = output(git(dir).args(["rev-parse", "--show-toplevel"]))?
            .map_err(|said| format!("git finds no repository here: {said}"))?;
        let top = disk::settled(Path::new(line(&top)?));
        let named = format!("{reference}^{{commit}}");
        let id = output(git(dir).args(["rev-parse", "--verify", "--quiet", "--end-of-options", &named]))?
            .map_err(|_| {
                format!("git knows no commit `{reference}`; correct the name, or fetch it (with its history) first")
            })?;
        let id = line(&id)?.to_owned();
        let base = output(git(dir).args(["merge-base", &id, "HEAD"]))?;
        let id = base.ok().and_then(|base| line(&base).map(str::to_owned).ok()).unwrap_or(id);
        Ok(Self { top, id })
    }

    /// What these files (canonical paths) said at the commit. Those that it does not have, or not as text, are left out.
    ///
    /// # Errors
    /// git failed.
    pub fn texts(&self, files: &[PathBuf]) -> Result<BTreeMap<PathBuf, String>, String> {
        let tree = output(git(&self.top).args(["ls-tree", "-r", "-z", "--full-tree", &self.id]))?
            .map_err(|said| format!("git cannot list the commit: {said}"))?;
        let blobs = blobs(&tree);
        let mut names: Vec<(&PathBuf, &str)> = Vec::new();
        for path in files {
            let below = path.strip_prefix(&self.top).ok().map(as_in_git);
            names.extend(below.and_then(|below| blobs.get(&*below)).map(|blob| (path, *blob)));
        }
        let asked: Vec<&str> = names.iter().map(|(_, blob)| *blob).collect();
        let texts = read_blobs(&self.top, &asked)?;
        let of_path = names.iter().zip(texts);
        Ok(of_path.filter_map(|((path, _), text)| Some(((*path).clone(), text?))).collect())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "somebody asked to compare with a commit; git reads objects and runs nothing"
)]
fn git(dir: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(dir)
        .args(["--no-pager", "--no-replace-objects"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"])
        // An object that is missing is not fetched: by no protocol, and so by no program that stands for one.
        .envs([("GIT_NO_LAZY_FETCH", "1"), ("GIT_ALLOW_PROTOCOL", "none"), ("GIT_TERMINAL_PROMPT", "0")])
        .envs([("GIT_OPTIONAL_LOCKS", "0"), ("LC_ALL", "C")])
        .stdin(Stdio::null());
    git
}

/// What git printed, or the first line of what it complained about.
fn output(git: &mut Command) -> Result<Result<Vec<u8>, String>, String> {
    let output = git.output().map_err(|error| not_started(&error))?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(Err(said.lines().next().unwrap_or("no reason given").to_owned()))
}

fn not_started(error: &io::Error) -> String {
    format!("the program `git` cannot be started ({error}); install it")
}

/// A line that git printed.
fn line(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "git gives a name that is not UTF-8".to_owned())?;
    Ok(text.trim_end_matches(['\n', '\r']))
}

/// The regular files of a listing: path, and the name of the object.
fn blobs(tree: &[u8]) -> HashMap<&[u8], &str> {
    tree.split(|byte| *byte == 0).filter_map(blob).collect()
}

/// Path and object of an entry `100644 blob <object>`, tab, `<path>`; nothing for what is no regular file.
fn blob(entry: &[u8]) -> Option<(&[u8], &str)> {
    let tab = entry.iter().position(|byte| *byte == b'\t')?;
    let mut words = std::str::from_utf8(&entry[..tab]).ok()?.split(' ');
    let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
    (mode.starts_with("100") && kind == "blob").then_some((&entry[tab + 1..], object))
}

#[cfg(unix)]
fn as_in_git(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().into()
}

#[cfg(not(unix))]
fn as_in_git(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    path.to_string_lossy().replace('\\', "/").into_bytes().into()
}

/// The texts of objects, in order; none for one that is missing or no UTF-8.
fn read_blobs(dir: &Path, names: &[&str]) -> Result<Vec<Option<String>>, String> {
    let mut git = git(dir);
    git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = git.spawn().map_err(|error| not_started(&error))?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let request: String = names.iter().flat_map(|name| [*name, "\n"]).collect();
    let mut answer = Vec::new();
    // Asked from beside: git answers while it is asked, and a pipe holds only so much.
    let read = thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(request.as_bytes())));
        stdout.map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut answer))
    });
    let status = child.wait();
    match (read, status) {
        (Ok(_), Ok(status)) if status.success() => Ok(answers(&answer, names.len())),
        _ => Err("git cannot read files of the commit; `git fsck` tells what is wrong".to_owned()),
    }
}

/// Takes apart what `cat-file --batch` answers: `<name> blob <size>`, the bytes and a line end, or `<name> missing`.
fn answers(mut bytes: &[u8], count: usize) -> Vec<Option<String>> {
    let mut texts = Vec::with_capacity(count);
    while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
        let head = String::from_utf8_lossy(&bytes[..end]);
        bytes = &bytes[end + 1..];
        let size = head.split_once(" blob ").and_then(|(_, size)| size.parse::<usize>().ok());
        let text = size.and_then(|size| bytes.get(..size));
        bytes = size.and_then(|size| bytes.get(size + 1..)).unwrap_or(bytes);
        texts.push(text.and_then(|text| String::from_utf8(text.to_vec()).ok()));
    }
    texts.resize(count, None);
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_names_regular_files() {
        let tree = b"100644 blob aa1\tsrc/a\n.rs\x00120000 blob bb2\tlink\x00160000 commit cc3\tmodule\x00100755 blob dd4\tb c\x00";
        let found = blobs(tree);
        assert_eq!(found.len(), 2);
        assert_eq!((found[&b"src/a\n.rs"[..]], found[&b"b c"[..]]), ("aa1", "dd4"));
    }

    #[test]
    fn answers_are_taken_apart_by_their_sizes() {
        let bytes = b"aa blob 6\none\ntw\nbb missing\ncc blob 0\n\ndd blob 1\n\xff\nee blob 2\nok\n";
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(answers(bytes, 6), [text("one\ntw"), None, text(""), None, text("ok"), None]);
    }
}
