//! Discovery over small trees on the disk.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::source::{DependencyKind, Pick, ProblemKind, TargetSelection};

/// A tree on the disk: files of the form `//- path`, each with the lines behind it.
struct Tree {
    dir: tempfile::TempDir,
    root: PathBuf,
}

impl Tree {
    fn new(text: &str) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = dir.path().canonicalize().expect("a canonical path");
        for file in text.split("//- ").skip(1) {
            let (name, body) = file.split_once('\n').unwrap_or((file, ""));
            let path = root.join(name.trim());
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, body).expect("a file");
        }
        Self { dir, root }
    }

    fn request(&self, cwd: &str, paths: &[&str]) -> Request {
        let paths = paths.iter().map(PathBuf::from).collect();
        Request { cwd: self.dir.path().join(cwd), paths, ..Request::default() }
    }

    fn find(&self, cwd: &str, paths: &[&str]) -> Seen {
        self.run(&self.request(cwd, paths))
    }

    fn run(&self, request: &Request) -> Seen {
        let Discovery { project, problems } = discover(request);
        Seen { root: self.root.clone(), project, problems }
    }
}

/// A discovery with paths as they stand below the tree.
struct Seen {
    root: PathBuf,
    project: Project,
    problems: Vec<Problem>,
}

impl Seen {
    fn selected(&self) -> Vec<&str> {
        self.names(|package| package.is_selected)
    }

    fn beside(&self) -> Vec<&str> {
        self.names(|package| !package.is_selected)
    }

    fn names(&self, is_wanted: impl Fn(&Package) -> bool) -> Vec<&str> {
        self.project.packages.iter().filter(|it| is_wanted(it)).map(|it| it.name.as_str()).collect()
    }

    fn package(&self, name: &str) -> &Package {
        self.project.packages.iter().find(|it| it.name == name).expect("the package")
    }

    fn short(&self, path: &Path) -> String {
        disk::shown(&self.root, path)
    }

    fn loose(&self) -> Vec<String> {
        self.project.loose.iter().map(|path| self.short(path)).collect()
    }

    fn focus(&self) -> Vec<String> {
        self.project.focus.iter().map(|path| self.short(path)).collect()
    }

    fn targets(&self, name: &str, is_wanted: impl Fn(&crate::source::Target) -> bool) -> Vec<String> {
        let package = self.package(name);
        let targets = package.targets.iter().filter(|it| is_wanted(it));
        targets.map(|it| format!("{:?} {} {}", it.kind, it.name, self.short(&it.root))).collect()
    }

    #[track_caller]
    fn has_no_problem(&self) {
        assert_eq!(self.problems, []);
    }

    #[track_caller]
    fn has_one_problem(&self, kind: ProblemKind, path: &str, message: &str) {
        let [problem] = self.problems.as_slice() else { panic!("{:#?}", self.problems) };
        assert_eq!((problem.kind, problem.path.as_str()), (kind, path), "{problem:?}");
        assert!(problem.message.contains(message), "{problem:?}");
    }
}

const WORKSPACE: &str = r#"
//- .git/HEAD
//- Cargo.toml
[workspace]
members = ["crates/*", "tool"]
exclude = ["crates/old"]
[workspace.package]
version = "1.2.3"
edition = "2024"
rust-version = "1.78.1"
[workspace.dependencies]
http = { package = "reqwest", version = "0.12", features = ["json"], default-features = false }
b = { path = "crates/b" }
//- crates/a/Cargo.toml
[package]
name = "a"
version.workspace = true
edition = { workspace = true }
rust-version.workspace = true
[dependencies]
http = { workspace = true, features = ["gzip"], optional = true }
b.workspace = true
tok-io = { package = "tokio", version = "1" }
[target.'cfg(unix)'.dev-dependencies]
nix = "0.29"
[build-dependencies]
cc = "1"
//- crates/a/src/lib.rs
//- crates/b/Cargo.toml
[package]
name = "b"
[dependencies]
hidden = { path = "../../shared/hidden" }
//- crates/b/src/lib.rs
//- crates/old/Cargo.toml
[package]
name = "old"
//- crates/old/src/lib.rs
//- shared/hidden/Cargo.toml
[package]
name = "hidden"
//- shared/hidden/src/lib.rs
//- tool/Cargo.toml
[package]
name = "tool"
//- tool/src/main.rs
//- README.md
"#;

#[test]
fn the_root_of_a_virtual_workspace_means_all_members() {
    let tree = Tree::new(WORKSPACE);
    let seen = tree.find("", &[]);
    seen.has_no_problem();
    assert_eq!(seen.selected(), ["a", "b", "hidden", "tool"]);
    assert_eq!(seen.beside(), [""; 0]);
    assert_eq!(seen.project.root, tree.root);
    assert_eq!(seen.package("a").workspace_root, tree.root);
}

#[test]
fn inside_a_member_it_alone_is_meant_and_the_rest_is_beside() {
    let seen = Tree::new(WORKSPACE).find("crates/a/src", &[]);
    seen.has_no_problem();
    assert_eq!(seen.selected(), ["a"]);
    assert_eq!(seen.beside(), ["b", "hidden", "tool"]);
    assert_eq!(seen.focus(), [""; 0]);
}

#[test]
fn an_excluded_member_stands_alone() {
    let tree = Tree::new(WORKSPACE);
    let seen = tree.find("crates/old", &[]);
    assert_eq!((seen.selected(), seen.beside()), (vec!["old"], vec![]));
    assert_eq!(seen.package("old").workspace_root, tree.root.join("crates/old"));
}

#[test]
fn flags_select_packages_as_in_cargo() {
    let tree = Tree::new(WORKSPACE);
    let select = |packages: &[&str], exclude: &[&str], workspace: bool| {
        let texts = |from: &[&str]| from.iter().map(|it| (*it).to_owned()).collect();
        let request = tree.request("crates/a", &[]);
        tree.run(&Request { packages: texts(packages), exclude: texts(exclude), workspace, ..request })
    };
    assert_eq!(select(&[], &["b", "h*"], true).selected(), ["a", "tool"]);
    assert_eq!(select(&["b", "t?ol"], &[], false).selected(), ["b", "tool"]);
    assert_eq!(select(&["a@1.2"], &[], false).selected(), ["a"]);
    let id = format!("path+file://{}#a@1.2.3", tree.root.join("crates/a").display());
    assert_eq!(select(&[&id], &[], false).selected(), ["a"]);
    let seen = select(&["nope"], &[], false);
    assert_eq!(seen.selected(), [""; 0]);
    seen.has_one_problem(
        ProblemKind::Manifest,
        "../..",
        "no package is called `nope`; name one of: a, b, hidden",
    );
}

#[test]
fn a_manifest_path_stands_for_its_directory() {
    let tree = Tree::new(WORKSPACE);
    let with = |path: &str| {
        let request = tree.request("shared", &[]);
        tree.run(&Request { manifest_path: Some(PathBuf::from(path)), ..request })
    };
    assert_eq!(with("../tool/Cargo.toml").selected(), ["tool"]);
    assert_eq!(with("../Cargo.toml").selected().len(), 4);
    with("Cargo.toml").has_one_problem(ProblemKind::Unreadable, "Cargo.toml", "--manifest-path");
}

#[test]
fn members_inherit_from_their_workspace() {
    let tree = Tree::new(WORKSPACE);
    let seen = tree.find("", &[]);
    let package = seen.package("a");
    assert_eq!((package.version.as_str(), package.edition.as_str()), ("1.2.3", "2024"));
    assert_eq!(seen.package("b").edition, "2015");
    assert_eq!((package.rust_version, seen.package("b").rust_version), (Some((1, 78)), None));
    let shown: Vec<_> = package
        .dependencies
        .iter()
        .map(|it| (it.name.as_str(), it.package.as_str(), it.version.as_str(), it.kind, it.optional))
        .collect();
    assert_eq!(
        shown,
        [
            ("b", "b", "*", DependencyKind::Normal, false),
            ("cc", "cc", "1", DependencyKind::Build, false),
            ("http", "reqwest", "0.12", DependencyKind::Normal, true),
            ("nix", "nix", "0.29", DependencyKind::Dev, false),
            ("tok_io", "tokio", "1", DependencyKind::Normal, false),
        ]
    );
    assert_eq!(package.dependencies[0].path, Some(tree.root.join("crates/b")));
    assert_eq!(package.dependencies[2].features, ["gzip", "json"]);
}

#[test]
fn a_directory_means_every_package_at_or_below_it_and_the_loose_files() {
    let tree = Tree::new(
        "//- Cargo.toml\n[package]\nname = 'outer'\n//- src/lib.rs\n//- target/debug/gen.rs\n\
         //- nested/Cargo.toml\n[package]\nname = 'nested'\n//- nested/src/main.rs\n//- nested/CACHE/x.rs\n\
         //- nested/CACHE/CACHEDIR.TAG\n//- virtual/Cargo.toml\n[workspace]\nmembers = []\n//- virtual/script.rs\n\
         //- node_modules/x/a.rs\n//- .hidden/a.rs\n//- vendor/serde/Cargo.toml\n[package]\nname = 'serde'\n\
         //- vendor/serde/.cargo-checksum.json\n//- vendor/serde/src/lib.rs\n\
         //- broken/Cargo.toml\n[package\nname = 1\n//- broken/src/lib.rs\n",
    );
    let seen = tree.find("", &["."]);
    assert_eq!(seen.selected(), ["outer", "nested"]);
    assert_eq!(seen.loose(), ["virtual/script.rs"]);
    assert_eq!(seen.focus(), [""; 0]);
    seen.has_one_problem(ProblemKind::Manifest, "broken/Cargo.toml", "is not valid TOML at line 1, column 9");
}

#[test]
fn ignored_files_are_read_only_when_named() {
    let tree = Tree::new(
        "//- .git/HEAD\n//- .gitignore\n/out\n*.gen.rs\n//- out/a.rs\n//- out/sub/b.rs\n//- src/c.gen.rs\n\
         //- src/d.rs\n//- src/.gitignore\n!keep.gen.rs\n/e\n//- src/keep.gen.rs\n//- src/e/f.rs\n//- e/g.rs\n",
    );
    assert_eq!(tree.find("", &["."]).loose(), ["e/g.rs", "src/d.rs", "src/keep.gen.rs"]);
    assert_eq!(tree.find("src", &["."]).loose(), ["src/d.rs", "src/keep.gen.rs"]);
    assert_eq!(tree.find("", &["out/a.rs"]).loose(), ["out/a.rs"]);
    assert_eq!(tree.find("", &["out"]).loose(), ["out/a.rs", "out/sub/b.rs"]);
    assert_eq!(tree.find("", &["out/sub"]).loose(), ["out/sub/b.rs"]);
}

#[test]
fn a_file_brings_its_package_and_the_focus() {
    let tree = Tree::new(WORKSPACE);
    let seen = tree.find("", &["crates/a/src/lib.rs"]);
    seen.has_no_problem();
    assert_eq!(seen.selected(), ["a"]);
    assert_eq!(seen.beside(), ["b", "hidden", "tool"]);
    assert_eq!(seen.focus(), ["crates/a/src/lib.rs"]);
    assert!(seen.project.is_in_focus(&tree.root.join("crates/a/src/lib.rs")));
    assert!(!seen.project.is_in_focus(&tree.root.join("crates/a/src/other.rs")));
    let both = tree.find("", &["crates/a/src/lib.rs", "tool"]);
    assert_eq!(both.focus(), ["crates/a/src/lib.rs", "tool"]);
    assert!(both.project.is_in_focus(&tree.root.join("tool/src/main.rs")));
}

#[test]
fn a_directory_inside_a_package_is_a_part_of_it() {
    let tree = Tree::new(
        "//- Cargo.toml\n[package]\nname = 'a'\nedition = '2021'\n//- src/main.rs\n//- src/b.rs\n//- examples/show.rs\n\
         //- examples/nested/Cargo.toml\n[package]\nname = 'n'\n//- examples/nested/src/main.rs\n//- tests/t.rs\n",
    );
    let seen = tree.find("", &["src"]);
    assert_eq!((seen.selected(), seen.focus()), (vec!["a"], vec!["src/b.rs".into(), "src/main.rs".into()]));
    let seen = tree.find("", &["examples"]);
    assert_eq!(seen.selected(), ["a", "n"]);
    assert_eq!(seen.focus(), ["examples/nested", "examples/show.rs"]);
    let meant = seen.targets("a", |it| it.is_selected && it.kind == TargetKind::Example);
    assert_eq!(meant, ["Example show examples/show.rs"]);
    assert!(!seen.package("n").is_example);
    let whole = tree.find("", &["."]);
    assert!(whole.package("n").is_example && !whole.package("a").is_example);
    assert_eq!(whole.targets("a", |it| it.is_selected), ["Bin a src/main.rs"]);
    assert_eq!(tree.find("", &[".", "examples"]).problems, []);
}

#[test]
fn without_a_path_examples_are_told_by_their_place_in_the_workspace() {
    let tree = Tree::new(
        "//- Cargo.toml\n[workspace]\nmembers = ['demos/*', 'core']\n//- demos/d/Cargo.toml\n[package]\nname = 'd'\n\
         //- demos/d/src/main.rs\n//- core/Cargo.toml\n[package]\nname = 'core'\n//- core/src/lib.rs\n",
    );
    let seen = tree.find("", &[]);
    assert!(seen.package("d").is_example && !seen.package("core").is_example);
    assert!(!tree.find("", &["demos/d"]).package("d").is_example);
}

#[test]
fn targets_are_found_as_cargo_finds_them() {
    let tree = Tree::new(
        "//- Cargo.toml\n[package]\nname = 'my-app'\nedition = '2021'\nautobenches = false\n[lib]\ncrate_type = ['cdylib']\n\
         [[bin]]\nname = 'extra'\npath = 'tools/extra.rs'\n[[bin]]\nname = 'worker'\n\
         //- src/lib.rs\n//- src/main.rs\n//- src/bin/worker.rs\n//- src/bin/multi/main.rs\n//- src/bin/multi/part.rs\n\
         //- src/bin/none/part.rs\n//- tools/extra.rs\n//- examples/ex.rs\n//- tests/t/main.rs\n//- tests/u.rs\n\
         //- benches/b.rs\n//- build.rs\n",
    );
    let seen = tree.find("", &[]);
    seen.has_no_problem();
    let default = [
        "Lib my_app src/lib.rs",
        "Bin extra tools/extra.rs",
        "Bin multi src/bin/multi/main.rs",
        "Bin my-app src/main.rs",
        "Bin worker src/bin/worker.rs",
    ];
    assert_eq!(seen.targets("my-app", |it| it.is_selected), default);
    let others = ["Example ex examples/ex.rs", "Test t tests/t/main.rs", "Test u tests/u.rs"];
    let rest = seen.targets("my-app", |it| !it.is_selected);
    assert_eq!(rest[..3], others);
    assert_eq!(rest[3..], ["BuildScript build-script build.rs"]);
    assert_eq!(seen.package("my-app").targets[0].crate_types, ["cdylib"]);
    let targets = TargetSelection { all_targets: true, ..TargetSelection::default() };
    let all = tree.run(&Request { targets, ..tree.request("", &[]) });
    assert_eq!(all.targets("my-app", |it| !it.is_selected), [""; 0]);
}

#[test]
fn flags_switch_discovery_off() {
    let tree = Tree::new(
        "//- Cargo.toml\n[package]\nname = 'a'\nautobins = false\nautolib = false\nbuild = 'tools/b.rs'\n[[bin]]\nname = 'a'\n\
         //- src/main.rs\n//- src/lib.rs\n//- src/bin/other.rs\n//- build.rs\n//- tools/b.rs\n",
    );
    let seen = tree.find("", &[]);
    let targets = ["Bin a src/main.rs", "BuildScript build-script tools/b.rs"];
    assert_eq!(seen.targets("a", |_| true), targets);
}

#[test]
fn edition_2015_does_not_mix_named_and_found_targets() {
    let manifest = |edition: &str| {
        format!(
            "//- Cargo.toml\n[package]\nname = 'a'\nedition = '{edition}'\n[[bin]]\nname = 'a'\npath = 'src/main.rs'\n\
             [lib]\nproc-macro = true\n//- src/main.rs\n//- src/bin/other.rs\n//- src/lib.rs\n"
        )
    };
    let bins =
        |edition| Tree::new(&manifest(edition)).find("", &[]).targets("a", |it| it.kind == TargetKind::Bin);
    assert_eq!(bins("2015"), ["Bin a src/main.rs"]);
    assert_eq!(bins("2018"), ["Bin a src/main.rs", "Bin other src/bin/other.rs"]);
}

#[test]
fn targets_that_are_not_there_are_named() {
    let tree = Tree::new(
        "//- Cargo.toml\n[package]\nname = 'a'\n[[bin]]\nname = 'gone'\n[[test]]\nname = 'unasked'\n//- src/lib.rs\n",
    );
    let seen = tree.find("", &[]);
    seen.has_one_problem(ProblemKind::Manifest, "Cargo.toml", "binary `gone` has no file `src/bin/gone.rs`");
    let bins = Pick { is_all: false, names: vec!["nope".to_owned()] };
    let targets = TargetSelection { bins, ..TargetSelection::default() };
    let seen = tree.run(&Request { targets, ..tree.request("", &[]) });
    seen.has_one_problem(ProblemKind::Manifest, ".", "no binary is called `nope`; name one of: gone");
}

#[test]
fn each_request_that_finds_nothing_says_so() {
    let tree = Tree::new(
        "//- .git/HEAD\n//- empty/README.md\n//- noname/Cargo.toml\n[package]\nversion = '1.0.0'\n//- bare/Cargo.toml\n\
         [package]\nname = 'bare'\n",
    );
    let check = |path: &str, kind, message: &str| tree.find("", &[path]).has_one_problem(kind, path, message);
    check("nowhere", ProblemKind::Unreadable, "does not exist");
    check("empty", ProblemKind::Unreadable, "holds no Rust package");
    check("empty/README.md", ProblemKind::Unreadable, "is no Rust file");
    check("noname/Cargo.toml", ProblemKind::Manifest, "`package.name` is missing");
    check("bare/Cargo.toml", ProblemKind::Manifest, "has no targets");
}

#[test]
fn a_member_without_manifest_and_one_outside_the_repository_are_named() {
    let tree = Tree::new(
        "//- repo/.git/HEAD\n//- repo/Cargo.toml\n[workspace]\nmembers = ['gone', 'none/*', 'a', '../out']\n\
         //- repo/a/Cargo.toml\n[package]\nname = 'a'\n[dependencies]\nfar = { path = '../../far' }\n//- repo/a/src/lib.rs\n\
         //- out/Cargo.toml\n[package]\nname = 'out'\n//- out/src/lib.rs\n\
         //- far/Cargo.toml\n[package]\nname = 'far'\n//- far/src/lib.rs\n",
    );
    let seen = tree.find("repo", &[]);
    assert_eq!((seen.selected(), seen.beside()), (vec!["a"], vec![]));
    let shown: Vec<_> = seen.problems.iter().map(|it| (it.path.as_str(), it.message.as_str())).collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown[0].0 == "../out/Cargo.toml" && shown[0].1.contains("outside"));
    assert!(shown[1].0 == "Cargo.toml" && shown[1].1.contains("member `gone`"));
}

#[test]
fn roots_are_those_of_the_repositories_asked_for() {
    let tree = Tree::new(
        "//- one/.git/HEAD\n//- one/x/a.rs\n//- two/.git/HEAD\n//- two/b.rs\n//- plain/ws/Cargo.toml\n[workspace]\n\
         members = ['m']\n//- plain/ws/m/Cargo.toml\n[package]\nname = 'm'\n//- plain/ws/m/src/lib.rs\n",
    );
    let seen = tree.find("", &["one/x", "two/b.rs"]);
    assert_eq!(seen.project.root, tree.root.join("one"));
    assert_eq!(seen.project.other_roots, [tree.root.join("two")]);
    let seen = tree.find("plain/ws/m", &["src/lib.rs"]);
    assert_eq!((seen.project.root, seen.project.other_roots), (tree.root.join("plain/ws"), vec![]));
}

#[test]
fn a_package_that_its_workspace_does_not_know_still_inherits() {
    let tree = Tree::new(
        "//- Cargo.toml\n[workspace]\nmembers = []\n[workspace.package]\nedition = '2021'\n\
         //- x/Cargo.toml\n[package]\nname = 'x'\nedition.workspace = true\n//- x/src/lib.rs\n",
    );
    let seen = tree.find("x", &[]);
    let package = seen.package("x");
    assert_eq!((package.edition.as_str(), &package.workspace_root), ("2021", &tree.root.join("x")));
}

#[test]
fn package_workspace_points_to_a_root_elsewhere() {
    let tree = Tree::new(
        "//- .git/HEAD\n//- ws/Cargo.toml\n[workspace]\nmembers = ['../m']\n[workspace.package]\nversion = '2.0.0'\n\
         //- m/Cargo.toml\n[package]\nname = 'm'\nworkspace = '../ws'\nversion.workspace = true\n//- m/src/lib.rs\n",
    );
    let seen = tree.find("m", &[]);
    seen.has_no_problem();
    assert_eq!(seen.package("m").version, "2.0.0");
    assert_eq!(seen.package("m").workspace_root, tree.root.join("ws"));
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "a FIFO has to be made by someone")]
fn links_and_fifos_do_not_hold_the_walk() {
    let tree = Tree::new("//- a.rs\n//- sub/b.rs\n");
    std::os::unix::fs::symlink("..", tree.root.join("sub/up")).expect("a link");
    std::os::unix::fs::symlink("a.rs", tree.root.join("same.rs")).expect("a link");
    let fifo = tree.root.join("sub/Cargo.toml");
    let has_fifo = std::process::Command::new("mkfifo").arg(fifo).status().is_ok_and(|it| it.success());
    let seen = tree.find("", &["."]);
    if has_fifo {
        assert_eq!(seen.loose(), ["a.rs"]);
        seen.has_one_problem(ProblemKind::Manifest, "sub/Cargo.toml", "a FIFO");
    }
}

#[test]
fn many_packages_that_name_each_other_end() {
    let tree = Tree::new(
        "//- a/Cargo.toml\n[package]\nname = 'a'\n[dependencies]\nb = { path = '../b' }\n//- a/src/lib.rs\n\
         //- b/Cargo.toml\n[package]\nname = 'b'\n[dev-dependencies]\na = { path = '../a' }\n//- b/src/lib.rs\n",
    );
    let seen = tree.find("", &["."]);
    assert_eq!(seen.selected(), ["a", "b"]);
}
