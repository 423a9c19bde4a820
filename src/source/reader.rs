//! Reads the source files of a run: each once, regular files below the root only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{FileId, Files, Problem, ProblemKind, SourceFile, disk};

/// Reads files and numbers them. A file is the same file under every name that leads to it.
#[derive(Debug)]
pub struct Reader {
    /// The directories whose files may be read, and single files; canonical.
    allowed: FxHashSet<PathBuf>,
    shown_base: PathBuf,
    files: Files,
    /// Texts that stand for those on the disk, by canonical path.
    texts: BTreeMap<PathBuf, String>,
    /// The names under which files were asked for.
    asked: FxHashMap<PathBuf, FileId>,
}

impl Reader {
    /// A reader that reads below `root` and names files relative to `shown_base`.
    #[must_use]
    pub fn new(root: impl AsRef<Path>, shown_base: impl AsRef<Path>) -> Self {
        let allowed = std::iter::once(disk::settled(root.as_ref())).collect();
        let shown_base = disk::settled(shown_base.as_ref());
        Self {
            allowed,
            shown_base,
            files: Files::default(),
            texts: BTreeMap::new(),
            asked: FxHashMap::default(),
        }
    }

    /// Takes these texts for what stands in the files of these canonical paths.
    #[must_use]
    pub fn with_texts(mut self, texts: BTreeMap<PathBuf, String>) -> Self {
        self.texts = texts;
        self
    }

    /// Also reads this file, or what stands below this directory.
    pub fn allow(&mut self, path: &Path) {
        self.allowed.insert(disk::settled(path));
    }

    /// Reads a file, unless it was read before.
    ///
    /// # Errors
    /// The file is missing, unreadable, no regular file, outside the root, too large or not UTF-8.
    pub fn read(&mut self, path: &Path) -> Result<FileId, Problem> {
        if let Some(id) = self.asked.get(path) {
            return Ok(*id);
        }
        let target = self.locate(path)?;
        let id = match self.files.by_path(&target) {
            Some(id) => id,
            None => self.files.add(self.load(target)?),
        };
        self.asked.insert(path.to_owned(), id);
        Ok(id)
    }

    /// Reads files in parallel. Answers and numbers are those of [`Reader::read`] on each in the given order.
    pub fn read_all(&mut self, paths: &[PathBuf]) -> Vec<Result<FileId, Problem>> {
        let targets: Vec<_> = paths.par_iter().map(|path| self.locate(path)).collect();
        let mut seen = FxHashSet::default();
        let mut wanted: Vec<&PathBuf> = targets.iter().filter_map(|it| it.as_ref().ok()).collect();
        wanted.retain(|target| self.files.by_path(target).is_none() && seen.insert(*target));
        let loaded: Vec<_> = wanted.par_iter().map(|target| self.load((*target).clone())).collect();
        let mut failed = FxHashMap::default();
        for (target, file) in wanted.into_iter().zip(loaded) {
            match file {
                Ok(file) => _ = self.files.add(file),
                Err(problem) => _ = failed.insert(target.clone(), problem),
            }
        }
        let answer = |target: Result<PathBuf, Problem>| {
            let target = target?;
            let known = self.files.by_path(&target);
            known.ok_or_else(|| failed.get(&target).cloned().unwrap_or_else(|| self.missing(&target)))
        };
        let answers: Vec<_> = targets.into_iter().map(answer).collect();
        let read =
            paths.iter().zip(&answers).filter_map(|(path, it)| Some((path.clone(), *it.as_ref().ok()?)));
        self.asked.extend(read);
        answers
    }

    /// Whether something other than a directory stands there. Whether it may be read, [`Reader::read`] says.
    #[must_use]
    pub fn exists(&self, path: &Path) -> bool {
        if self.asked.contains_key(path) {
            return true;
        }
        match fs::metadata(path) {
            Ok(metadata) => !metadata.is_dir(),
            // A link that leads nowhere is there, and reading it says what is wrong with it.
            Err(_) => fs::symlink_metadata(path).is_ok(),
        }
    }

    /// The files read so far.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The files read.
    #[must_use]
    pub fn into_files(self) -> Files {
        self.files
    }

    /// The file that a path leads to, if it may be read.
    fn locate(&self, path: &Path) -> Result<PathBuf, Problem> {
        let target =
            fs::canonicalize(path).map_err(|error| self.problem(path, disk::why_unreadable(&error)))?;
        if target.ancestors().any(|above| self.allowed.contains(above)) {
            return Ok(target);
        }
        let message = "lies outside the directories of this run, so it was not read; \
                       name it as a path to have it checked";
        Err(self.problem(path, message.to_owned()))
    }

    fn load(&self, target: PathBuf) -> Result<SourceFile, Problem> {
        let text = match self.texts.get(&target) {
            Some(text) => text.clone(),
            None => disk::read_text(&target).map_err(|message| self.problem(&target, message))?,
        };
        let shown = disk::shown(&self.shown_base, &target);
        Ok(SourceFile::new(target, shown, text))
    }

    fn missing(&self, target: &Path) -> Problem {
        self.problem(target, "could not be read; try again".to_owned())
    }

    fn problem(&self, path: &Path, message: String) -> Problem {
        Problem { kind: ProblemKind::Unreadable, path: self.shown(path), place: None, message }
    }

    /// A path as reports show it.
    pub(super) fn shown(&self, path: &Path) -> String {
        disk::shown(&self.shown_base, &disk::normal(&self.shown_base.join(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, text).expect("a file");
        }
        dir
    }

    fn message(reader: &mut Reader, path: &Path) -> String {
        reader.read(path).expect_err("a problem").message
    }

    #[test]
    fn a_file_is_read_once_under_all_its_names() {
        let dir = tree(&[("a/x.rs", b"fn x() {}\n"), ("b/y.rs", b"")]);
        let mut reader = Reader::new(dir.path(), dir.path().join("b"));
        let first = reader.read(&dir.path().join("a/x.rs")).expect("readable");
        let second = reader.read(&dir.path().join("b/../a/x.rs")).expect("readable");
        assert_eq!((first, reader.files().len()), (second, 1));
        let file = reader.files().get(first);
        assert_eq!((file.shown.as_str(), file.text.as_str()), ("../a/x.rs", "fn x() {}\n"));
        assert_eq!(reader.files().by_path(&file.path), Some(first));
    }

    #[test]
    fn what_is_no_utf8_is_named_by_its_offset() {
        let dir = tree(&[("bad.rs", b"ab\xffc"), ("nul.rs", b"// \0\n")]);
        let mut reader = Reader::new(dir.path(), dir.path());
        assert!(message(&mut reader, &dir.path().join("bad.rs")).contains("byte offset 2"));
        assert!(reader.read(&dir.path().join("nul.rs")).is_ok());
    }

    #[test]
    fn large_files_and_directories_are_refused() {
        let dir = tree(&[("d/x.rs", b"")]);
        let large = fs::File::create(dir.path().join("large.rs")).expect("a file");
        large.set_len(disk::SIZE_CAP + 1).expect("a size");
        let mut reader = Reader::new(dir.path(), dir.path());
        assert!(message(&mut reader, &dir.path().join("large.rs")).contains("8 MiB"));
        assert!(message(&mut reader, &dir.path().join("d")).contains("a directory"));
        assert!(message(&mut reader, &dir.path().join("none.rs")).contains("does not exist"));
        assert!(!reader.exists(&dir.path().join("d")) && !reader.exists(&dir.path().join("none.rs")));
        assert!(reader.exists(&dir.path().join("large.rs")));
    }

    #[test]
    fn nothing_outside_the_root_is_read_unless_allowed() {
        let dir = tree(&[("in/x.rs", b""), ("out.rs", b"")]);
        let mut reader = Reader::new(dir.path().join("in"), dir.path());
        let candidates =
            crate::source::module_candidates(&dir.path().join("in/x.rs"), true, &[], "m", Some("../out.rs"));
        assert!(message(&mut reader, &candidates[0]).contains("outside"));
        reader.allow(&dir.path().join("out.rs"));
        assert!(reader.read(&candidates[0]).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_judged_by_where_they_lead() {
        use std::os::unix::fs::symlink;
        let dir = tree(&[("in/x.rs", b""), ("out.rs", b"")]);
        let inside = dir.path().join("in");
        symlink("../out.rs", inside.join("out.rs")).expect("a link");
        symlink("loop.rs", inside.join("loop.rs")).expect("a link");
        symlink("x.rs", inside.join("same.rs")).expect("a link");
        let mut reader = Reader::new(&inside, &inside);
        assert!(message(&mut reader, &inside.join("out.rs")).contains("outside"));
        assert!(reader.exists(&inside.join("loop.rs")));
        assert!(message(&mut reader, &inside.join("loop.rs")).contains("cannot be read"));
        let same = reader.read(&inside.join("same.rs"));
        assert_eq!(same, reader.read(&inside.join("x.rs")));
    }

    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a FIFO has to be made by someone")]
    fn a_fifo_is_not_opened() {
        let dir = tree(&[]);
        let fifo = dir.path().join("pipe.rs");
        if !std::process::Command::new("mkfifo").arg(&fifo).status().is_ok_and(|status| status.success()) {
            return;
        }
        let mut reader = Reader::new(dir.path(), dir.path());
        assert!(message(&mut reader, &fifo).contains("a FIFO"));
    }

    #[test]
    fn a_batch_is_numbered_in_its_order() {
        let dir = tree(&[("a.rs", b"a"), ("b.rs", b"b"), ("bad.rs", b"\xff")]);
        let paths = ["b.rs", "bad.rs", "none.rs", "a.rs", "b.rs"].map(|name| dir.path().join(name));
        let mut reader = Reader::new(dir.path(), dir.path());
        let answers = reader.read_all(&paths);
        let ids: Vec<_> = answers.iter().map(|it| it.as_ref().ok().copied()).collect();
        assert_eq!(ids, [Some(FileId(0)), None, None, Some(FileId(1)), Some(FileId(0))]);
        assert_eq!(answers[1].as_ref().expect_err("a problem").path, "bad.rs");
        assert_eq!(reader.read(&paths[3]), Ok(FileId(1)));
    }
}
