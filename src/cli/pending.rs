//! Thin stand-ins for what floors 0, 1, 3 and 6 bring; goes when they are there.
//!
//! Enough works here for the command line to be tested: paths that name `.rs` files are loose files with empty facts,
//! a trailing `// authlint: allow(rule)` is read, findings are written one a line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::facts::{FileFacts, ItemId};
use crate::link::Program;
use crate::source::{FileId, Place};

pub(super) mod source {
    //! `crate::source`, with `Package::is_selected`, `Target::is_selected` and `Project::focus`.

    use std::path::{Path, PathBuf};

    pub(in crate::cli) use crate::source::{
        Allow, Files, MalformedAllow, Package, Problem, SourceFile, Span, Target,
    };
    use crate::source::{AllowScope, ProblemKind, Project};

    #[derive(Debug, Default, PartialEq, Eq)]
    pub(in crate::cli) struct Request {
        pub(in crate::cli) cwd: PathBuf,
        pub(in crate::cli) paths: Vec<PathBuf>,
        pub(in crate::cli) manifest_path: Option<PathBuf>,
        pub(in crate::cli) packages: Vec<String>,
        pub(in crate::cli) exclude: Vec<String>,
        pub(in crate::cli) workspace: bool,
        pub(in crate::cli) targets: TargetSelection,
    }

    #[derive(Debug, Default, PartialEq, Eq)]
    pub(in crate::cli) struct TargetSelection {
        pub(in crate::cli) all_targets: bool,
        pub(in crate::cli) lib: bool,
        pub(in crate::cli) bins: Pick,
        pub(in crate::cli) examples: Pick,
        pub(in crate::cli) tests: Pick,
        pub(in crate::cli) benches: Pick,
    }

    #[derive(Debug, Default, PartialEq, Eq)]
    pub(in crate::cli) struct Pick {
        pub(in crate::cli) is_all: bool,
        pub(in crate::cli) names: Vec<String>,
    }

    #[derive(Debug, Default)]
    pub(in crate::cli) struct Discovery {
        pub(in crate::cli) project: Project,
        pub(in crate::cli) problems: Vec<Problem>,
    }

    pub(in crate::cli) fn discover(request: &Request) -> Discovery {
        let mut found = Discovery::default();
        found.project.root.clone_from(&request.cwd);
        for path in &request.paths {
            let full = request.cwd.join(path);
            if full.is_file() {
                found.project.loose.push(full);
                continue;
            }
            if let Ok(entries) = std::fs::read_dir(&full) {
                let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
                found.project.loose.extend(paths.filter(|path| path.is_file()));
                continue;
            }
            let message = "no such file or directory: check the path".to_owned();
            let path = path.display().to_string();
            found.problems.push(Problem { kind: ProblemKind::Unreadable, path, place: None, message });
        }
        found
    }

    pub(in crate::cli) fn is_package_selected(_: &Package) -> bool {
        true
    }

    pub(in crate::cli) fn is_target_selected(_: &Target) -> bool {
        true
    }

    pub(in crate::cli) fn focus(_: &Project) -> &[PathBuf] {
        &[]
    }

    pub(in crate::cli) fn is_in_focus(project: &Project, file: &Path) -> bool {
        focus(project).is_empty() || file.ancestors().any(|it| focus(project).contains(&it.to_owned()))
    }

    pub(in crate::cli) fn other_roots(_: &Project) -> &[PathBuf] {
        &[]
    }

    #[derive(Debug)]
    pub(in crate::cli) struct Reader {
        shown_base: PathBuf,
        files: Files,
    }

    impl Reader {
        pub(in crate::cli) fn new(_root: PathBuf, shown_base: PathBuf) -> Self {
            Self { shown_base, files: Files::default() }
        }

        #[expect(clippy::unused_self, reason = "the stand-in reads everywhere")]
        pub(in crate::cli) fn allow(&mut self, _: &Path) {}

        pub(in crate::cli) fn files(&self) -> &Files {
            &self.files
        }

        pub(in crate::cli) fn into_files(self) -> Files {
            self.files
        }

        pub(super) fn read(&mut self, path: &Path) -> Option<crate::source::FileId> {
            let text = std::fs::read_to_string(path).ok()?;
            let shown = path.strip_prefix(&self.shown_base).unwrap_or(path).display().to_string();
            Some(self.files.add(SourceFile::new(path.to_owned(), shown, text)))
        }
    }

    pub(in crate::cli) fn allows(file: &SourceFile, _nodes: &[Span]) -> (Vec<Allow>, Vec<MalformedAllow>) {
        let mut allows = Vec::new();
        for (at, _) in file.text.match_indices("// authlint: allow(") {
            let start = u32::try_from(at).unwrap_or(u32::MAX);
            let inside = file.text[at + 19..].split(')').next().unwrap_or_default().to_owned();
            let line = u32::try_from(file.line_index(start)).unwrap_or(u32::MAX);
            let span = Span::new(start, start + 19);
            let scope = AllowScope::Lines(line, line);
            allows.push(Allow { rules: vec![(inside, span)], reason: None, until: None, scope, span });
        }
        (allows, Vec::new())
    }
}

pub(super) mod facts {
    //! `crate::facts`.

    use super::{BTreeMap, FileFacts, FileId, ItemId, PathBuf, source};

    #[derive(Debug, Default)]
    pub(in crate::cli) struct Loaded {
        pub(in crate::cli) facts: Vec<FileFacts>,
        pub(in crate::cli) submodules: BTreeMap<(FileId, ItemId), FileId>,
        pub(in crate::cli) roots: BTreeMap<PathBuf, FileId>,
        pub(in crate::cli) problems: Vec<crate::source::Problem>,
    }

    pub(in crate::cli) fn load(reader: &mut source::Reader, roots: &[PathBuf], _threads: usize) -> Loaded {
        let mut loaded = Loaded::default();
        for root in roots {
            if let Some(file) = reader.read(root) {
                loaded.facts.push(FileFacts::default());
                loaded.roots.insert(root.clone(), file);
            }
        }
        loaded
    }

    pub(in crate::cli) fn nodes(_: &FileFacts) -> Vec<crate::source::Span> {
        Vec::new()
    }

    /// The facts as text for people who work on authlint. Has to mask literals that are secrets.
    pub(in crate::cli) fn dump(loaded: &Loaded, files: &crate::source::Files) -> String {
        let shown = |(id, file): (FileId, &source::SourceFile)| {
            format!("{} {:#?}", file.shown, loaded.facts[id.0 as usize])
        };
        files.iter().map(shown).collect::<Vec<_>>().join("\n")
    }
}

/// The places of literals that are secrets: `Program::secrets`.
pub(super) fn secrets(_: &Program<'_>) -> Vec<Place> {
    Vec::new()
}

/// The places of items that are test code: `Program::test_places`, every definition with `is_test`.
pub(super) fn test_places(_: &Program<'_>) -> Vec<Place> {
    Vec::new()
}

pub(super) mod report {
    //! `crate::report`.

    use std::io::{self, Write};

    use super::{BTreeMap, FileId, Place};
    use crate::finding::Finding;
    use crate::source::{Files, Package, Problem, Target};

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::cli) enum Format {
        Human,
        Short,
        Json,
    }

    #[derive(Debug)]
    pub(in crate::cli) struct Report<'a> {
        pub(in crate::cli) findings: &'a [Finding],
        pub(in crate::cli) files: &'a Files,
        #[expect(dead_code, reason = "the stand-in masks nothing")]
        pub(in crate::cli) secrets: &'a [Place],
        #[expect(dead_code, reason = "the stand-in masks nothing")]
        pub(in crate::cli) key_shapes: &'a [KeyShape<'a>],
        #[expect(dead_code, reason = "the stand-in writes no package")]
        pub(in crate::cli) owners: &'a BTreeMap<FileId, Owner>,
        pub(in crate::cli) is_coloured: bool,
        pub(in crate::cli) success: bool,
    }

    #[derive(Debug)]
    pub(in crate::cli) struct KeyShape<'a> {
        #[expect(dead_code, reason = "the stand-in masks nothing")]
        pub(in crate::cli) prefix: &'a str,
        #[expect(dead_code, reason = "the stand-in masks nothing")]
        pub(in crate::cli) min: usize,
    }

    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(in crate::cli) struct Owner(String);

    impl Owner {
        pub(in crate::cli) fn new(package: &Package, target: &Target) -> Self {
            Self(format!("{} {}", package.name, target.name))
        }
    }

    pub(in crate::cli) fn write(format: Format, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let colour = if report.is_coloured { "\x1b[1m" } else { "" };
        for finding in report.findings {
            let file = report.files.get(finding.primary.place.file);
            let line = file.line_column(finding.primary.place.span.start).line;
            let (level, rule) = (finding.level, finding.rule);
            writeln!(out, "{colour}{}:{line}: {level:?} {rule}: {}", file.shown, finding.message)?;
        }
        if format == Format::Json {
            writeln!(out, "{{\"reason\":\"build-finished\",\"success\":{}}}", report.success)?;
        }
        Ok(())
    }

    pub(in crate::cli) fn problem_line(problem: &Problem, _: &Files) -> String {
        format!("error: {}: {}", problem.path, problem.message)
    }

    pub(in crate::cli) fn page(markdown: &str, is_coloured: bool) -> String {
        if is_coloured { format!("\x1b[1m{markdown}") } else { markdown.to_owned() }
    }
}
