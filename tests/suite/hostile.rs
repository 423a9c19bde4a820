//! Hostile input: nothing kills a run, nothing leads it out of its directory, nothing is executed, and no byte of the input
//! commands a terminal.

use std::fs;
use std::path::Path;

use crate::directory::{GLOBAL_CLIENT, directory};
use crate::run::{Run, run_binary};

/// Whether a character moves a cursor, hides, or turns text around.
pub(crate) fn is_a_command(c: char) -> bool {
    let is_bidi =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    is_bidi
        || (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{200b}' | '\u{2028}' | '\u{feff}')
}

/// Runs the real binary. It ended by itself, not in a panic, and wrote nothing that commands a terminal.
fn check(dir: &Path, args: &[&str]) -> Run {
    let run = run_binary(dir, &[&["check"], args].concat());
    assert!(run.code <= 2, "{args:?} ended in {}\n{}", run.code, run.err);
    assert!(!run.err.contains("panicked") && !run.err.contains("has a defect"), "{args:?}\n{}", run.err);
    for text in [&run.out, &run.err] {
        let command = text.chars().find(|c| is_a_command(*c));
        assert!(command.is_none(), "{args:?} wrote {command:?}\n{}", text.escape_debug());
    }
    run
}

/// Such a run over all of a directory, which must end in this code, with findings in the format `short`.
fn check_all(dir: &Path, code: u8) -> Run {
    let run = check(dir, &["--message-format", "short", "."]);
    assert_eq!(run.code, code, "{}\n{}", run.out, run.err);
    run
}

/// That the finding of [`GLOBAL_CLIENT`] in `client.rs` was reported: the rest went on.
fn assert_rest_is_reported(run: &Run) {
    assert!(run.out.contains("client.rs:4:12: warning[authlint::global-auth-client]"), "{}", run.out);
}

#[test]
fn bytes_that_are_no_text() {
    let files: [(&str, &[u8]); 4] = [
        ("client.rs", GLOBAL_CLIENT.as_bytes()),
        ("zeros.rs", &[0; 4096]),
        ("utf16.rs", b"\xff\xfef\0n\0 \0a\0(\0)\0{\0}\0"),
        ("binary.rs", b"\x7fELF\x02\x01\x01\0\xc3\x28"),
    ];
    let run = check_all(directory(&files).path(), 2);
    for name in ["zeros.rs", "utf16.rs", "binary.rs"] {
        assert_eq!(run.err.matches(name).count(), 1, "one problem about {name}\n{}", run.err);
    }
    assert_rest_is_reported(&run);
}

#[test]
fn commands_to_a_terminal_in_strings_and_comments() {
    let hostile = "\0\u{1b}[31m\u{1b}]0;title\u{7}\u{202e}\u{2066}\u{200b}\u{9b}2J\r";
    let text = GLOBAL_CLIENT
        .replace("pub static", &format!("/* {hostile} */ pub static"))
        .replace("\"it is set\"", &format!("\"{}\"", hostile.trim_end()));
    let dir = directory(&[("a.rs", &text)]);
    for format in ["human", "short", "json"] {
        let run = check(dir.path(), &["--message-format", format, "."]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.out.contains("global-auth-client"), "{}", run.out);
    }
}

#[test]
fn what_json_says_is_harmless_when_it_is_decoded() {
    let text = GLOBAL_CLIENT.replace("\"it is set\"", "\"\u{1b}[2J\u{202e}\"");
    let run = check(directory(&[("a.rs", &text)]).path(), &["--message-format", "json", "."]);
    let line: serde_json::Value =
        serde_json::from_str(run.out.lines().next().expect("a line")).expect("json");
    let rendered = line["message"]["rendered"].as_str().expect("a text");
    assert!(
        rendered.contains("OPENAI") && !rendered.chars().any(is_a_command),
        "{}",
        rendered.escape_debug()
    );
    for span in line["message"]["spans"].as_array().expect("spans") {
        for shown in span["text"].as_array().expect("lines") {
            assert!(!shown["text"].as_str().expect("a text").chars().any(is_a_command), "{shown}");
        }
    }
}

#[test]
fn a_file_of_ten_megabytes() {
    let line = "pub fn nothing() {}\n";
    let files =
        [("large.rs", line.repeat((10 << 20) / line.len() + 1)), ("client.rs", GLOBAL_CLIENT.to_owned())];
    let run = check_all(directory(&files).path(), 2);
    assert!(run.err.contains("large.rs: is larger than 8 MiB"), "{}", run.err);
    assert_rest_is_reported(&run);
}

#[test]
fn modules_that_lead_in_circles() {
    let files = [
        (
            "Cargo.toml",
            "[package]\nname = \"circle\"\nedition = \"2024\"\n[dependencies]\nasync-openai = \"*\"\n",
        ),
        ("src/lib.rs", "mod a;\n#[path = \"lib.rs\"]\nmod own;\nmod client;\n"),
        ("src/a.rs", "#[path = \"b.rs\"]\nmod b;\n#[path = \"a.rs\"]\nmod a;\n"),
        ("src/b.rs", "#[path = \"a.rs\"]\nmod a;\n"),
        ("src/client.rs", GLOBAL_CLIENT),
    ];
    let run = check_all(directory(&files).path(), 1);
    assert_eq!(run.out.lines().count(), 1, "each file is read once\n{}", run.out);
    assert!(run.err.contains("in 4 files of 1 package"), "{}", run.err);
}

#[test]
fn modules_that_lead_out() {
    let outside = directory(&[("secret.rs", GLOBAL_CLIENT)]);
    let secret = outside.path().join("secret.rs");
    let text = format!(
        "#[path = \"{}\"]\nmod secret;\n#[path = \"../../../etc/passwd\"]\nmod up;\n",
        secret.display()
    );
    let run = check_all(directory(&[("a.rs", text.as_str()), ("client.rs", GLOBAL_CLIENT)]).path(), 2);
    assert!(run.err.contains("secret.rs: lies outside the directories of this run"), "{}", run.err);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
    assert_rest_is_reported(&run);
}

#[test]
fn manifests_that_lead_in_circles_or_nowhere() {
    let files = [
        ("a/Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nb = { path = \"../b\" }\n"),
        ("a/src/lib.rs", ""),
        (
            "b/Cargo.toml",
            "[package]\nname = \"b\"\n[dependencies]\na = { path = \"../a\" }\nb = { path = \".\" }\n",
        ),
        ("b/src/lib.rs", ""),
        (
            "c/Cargo.toml",
            "[workspace]\nmembers = [\".\", \"../c\", \"nowhere\", \"**\"]\n[package]\nname = \"c\"\nworkspace = \".\"\n",
        ),
        ("c/src/lib.rs", ""),
        ("d/Cargo.toml", "[package\nname = \u{1b}[31m"),
        ("client.rs", GLOBAL_CLIENT),
    ];
    let run = check_all(directory(&files).path(), 2);
    assert!(run.err.contains("d/Cargo.toml"), "{}", run.err);
    assert_rest_is_reported(&run);
}

/// A text that nests a pair this often around something.
fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    [&open.repeat(depth), inner, &close.repeat(depth)].concat()
}

#[test]
fn nesting_that_compiles_is_followed() {
    let modules = nested("mod m {\n", GLOBAL_CLIENT, "}\n", 300);
    let parentheses = format!("pub fn f() -> u8 {{\n    {}\n}}\n", nested("(", "1", ")", 500));
    let files = [("modules.rs", modules), ("parentheses.rs", format!("{parentheses}{GLOBAL_CLIENT}"))];
    let run = check_all(directory(&files).path(), 1);
    assert!(run.out.contains("modules.rs:304:12: "), "{}", run.out);
    assert!(run.out.contains("parentheses.rs:7:12: "), "{}", run.out);
    assert_eq!(run.err.lines().count(), 1, "everything was understood\n{}", run.err);
}

#[test]
fn nesting_bombs() {
    let body = |text: &str| format!("pub fn f() -> u8 {{\n    {text}\n}}\n");
    let files = [
        ("parentheses.rs", body(&nested("(", "1", ")", 20_000))),
        ("brackets.rs", body(&nested("[", "1", "]", 20_000))),
        ("blocks.rs", body(&nested("{", "1", "}", 5_000))),
        ("closures.rs", body(&nested("(|| ", "1", ")()", 5_000))),
        ("generics.rs", format!("pub type T = {};\n", nested("V<", "u8", ">", 5_000))),
        ("not.rs", body(&format!("{}1", "!".repeat(20_000)))),
        ("sum.rs", body(&format!("1{}", " + 1".repeat(20_000)))),
        ("chain.rs", body(&format!("x{}", ".a()".repeat(20_000)))),
        ("else.rs", body(&format!("if a {{ 1 }} {} else {{ 2 }}", "else if b { 1 }".repeat(5_000)))),
        ("calls.rs", body(&nested("f(", "1", ")", 5_000))),
        ("macros.rs", body(&nested("vec![", "1", "]", 5_000))),
        ("patterns.rs", format!("pub fn f({}: u8) {{}}\n", nested("(", "a", ")", 5_000))),
        ("comment.rs", format!("{}\n", nested("/*", " ", "*/", 20_000))),
        ("use.rs", format!("use {};\n", nested("a::{", "b", "}", 5_000))),
        ("client.rs", GLOBAL_CLIENT.to_owned()),
    ];
    for file in files {
        let name = file.0;
        let run = check(
            directory(&[file, ("client.rs", GLOBAL_CLIENT.to_owned())]).path(),
            &["--message-format", "short", "."],
        );
        assert!(run.out.contains("client.rs:4:12: "), "{name}\n{}\n{}", run.out, run.err);
    }
}

#[test]
fn nesting_beyond_the_bound_is_one_problem() {
    let deep = nested("(", "1", ")", 150_000);
    let files = [("deep.rs", format!("const A: u8 = {deep};\n")), ("client.rs", GLOBAL_CLIENT.to_owned())];
    let run = check_all(directory(&files).path(), 2);
    assert_eq!(run.err.lines().filter(|line| line.contains("deep.rs")).count(), 1, "{}", run.err);
    assert_rest_is_reported(&run);
}

#[test]
fn code_that_never_ends_in_itself() {
    let text = "\
pub fn a(token: String) -> String { b(token) }
pub fn b(token: String) -> String { a(token) }
pub type T = U;
pub type U = T;
pub use self::x as y;
pub use self::y as x;
pub use crate::*;
pub struct S { inner: Box<S>, token: String }
impl std::ops::Deref for S { type Target = S; fn deref(&self) -> &S { self } }
pub static S: std::sync::LazyLock<S> = std::sync::LazyLock::new(|| S { inner: S.inner.inner, token: a(S.token.clone()) });
pub trait Tr { type A: Tr<A = Self::A>; fn go(self) -> Self::A where Self: Sized { self.go().go() } }
";
    let run = check(
        directory(&[("a.rs", text), ("client.rs", GLOBAL_CLIENT)]).path(),
        &["--message-format", "short", "."],
    );
    assert_rest_is_reported(&run);
}

#[test]
fn closures_that_call_their_own_name() {
    // Each closure means the function of its name; taken for itself, every call would be two.
    let text = "\
pub fn header(n: u8) -> u8 { n }
pub fn body(n: u8) -> u8 { n }
pub fn parse(n: u8) -> u8 {
    let header = |n| header(n) + header(n) + body(n);
    let body = |n| header(n) + body(n) + body(n);
    let both = |f: &dyn Fn(u8) -> u8| f(f(n)) + header(n) + body(n);
    both(&header) + both(&body)
}
";
    let run = check(
        directory(&[("a.rs", text), ("client.rs", GLOBAL_CLIENT)]).path(),
        &["--message-format", "short", "."],
    );
    assert_rest_is_reported(&run);
}

#[test]
fn parts_that_are_no_rust_are_passed_over() {
    let text = format!("fn broken( {{ }} }}\n{GLOBAL_CLIENT}");
    let unbalanced = check(directory(&[("a.rs", text.as_str())]).path(), &["."]);
    assert_eq!(unbalanced.code, 2, "nothing of it is understood\n{}", unbalanced.err);
    let text = format!("gen fn numbers() {{ yield 1; }}\nfn () -> {{}}\n{GLOBAL_CLIENT}");
    let run = check_all(directory(&[("a.rs", text.as_str())]).path(), 1);
    assert!(run.out.starts_with("a.rs:6:12: "), "{}", run.out);
}

#[cfg(unix)]
mod unix {
    //! What only Unix has: links, FIFOs, devices, names of any bytes, files that can be executed.

    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::run::{program, run_to_end};

    #[test]
    fn links_that_lead_in_circles_or_out() {
        let outside = directory(&[("other.rs", GLOBAL_CLIENT)]);
        let dir = directory(&[("a/client.rs", GLOBAL_CLIENT)]);
        let root = dir.path();
        for (target, link) in [
            (root, "a/loop"),
            (Path::new("self.rs"), "self.rs"),
            (Path::new("gone"), "gone.rs"),
            (outside.path(), "out"),
            (Path::new("/"), "a/top"),
        ] {
            symlink(target, root.join(link)).expect("it can be linked");
        }
        let run = check(root, &["--message-format", "short", "."]);
        assert_eq!(run.out.lines().count(), 1, "{}\n{}", run.out, run.err);
        assert_rest_is_reported(&run);
        for (path, said) in [("self.rs", "self.rs: "), ("gone.rs", "gone.rs: does not exist")] {
            let run = check(root, &[path]);
            assert_eq!(run.code, 2, "{path}");
            assert!(run.err.contains(said), "{}", run.err);
        }
    }

    #[test]
    fn a_module_that_is_a_device() {
        let text = format!("#[path = \"/dev/zero\"]\nmod zero;\n{GLOBAL_CLIENT}");
        let run = check_all(directory(&[("a.rs", &text)]).path(), 2);
        assert!(run.err.contains("zero: lies outside the directories of this run"), "{}", run.err);
        assert!(run.out.starts_with("a.rs:6:12: "), "{}", run.out);
        let named = check(directory(&[("a.rs", &text)]).path(), &["/dev/zero"]);
        assert_eq!(named.code, 2);
    }

    #[test]
    fn fifos_are_not_opened() {
        let dir = directory(&[("a.rs", "mod pipe;\n"), ("client.rs", GLOBAL_CLIENT), ("sub/b.rs", "")]);
        let mut mkfifo = program("mkfifo");
        let made =
            run_to_end(mkfifo.current_dir(dir.path()).args(["pipe.rs", "sub/Cargo.toml", "sub/.gitignore"]));
        assert_eq!(made.code, 0, "{}", made.err);
        let run = check_all(dir.path(), 2);
        assert!(run.err.contains("pipe.rs: is a FIFO and no regular file"), "{}", run.err);
        assert!(run.err.contains("sub/Cargo.toml: is a FIFO"), "{}", run.err);
        assert_rest_is_reported(&run);
        assert_eq!(check(dir.path(), &["pipe.rs"]).code, 2);
    }

    #[test]
    fn names_of_any_bytes() {
        let dir = directory(&[("client.rs", GLOBAL_CLIENT)]);
        let names: [&[u8]; 5] = [
            b"a\n::error::b.rs",
            b"\x1b[31mred.rs",
            b"\xff\xfe.rs",
            "\u{202e}sr.txt.rs".as_bytes(),
            b"%0A$(touch x)`touch y`.rs",
        ];
        for name in names {
            fs::write(dir.path().join(OsStr::from_bytes(name)), GLOBAL_CLIENT).expect("it can be written");
        }
        let run = check_all(dir.path(), 1);
        assert_eq!(run.out.lines().count(), 6, "a line each\n{}", run.out);
        assert_rest_is_reported(&run);
        for format in ["human", "json"] {
            let run = check(dir.path(), &["--message-format", format, "-v", "."]);
            assert!(!run.out.lines().any(|line| line.starts_with("::error")), "{}", run.out);
        }
    }

    /// Writes a program that leaves a mark when it runs.
    fn canary(path: &Path, mark: &Path) {
        fs::create_dir_all(path.parent().expect("a directory")).expect("it can be made");
        fs::write(path, format!("#!/bin/sh\n: > '{}'\nexit 0\n", mark.display())).expect("it can be written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
    }

    #[test]
    fn no_code_of_the_project_is_run() {
        let elsewhere = directory::<&str, &str>(&[]);
        let mark = elsewhere.path().join("mark");
        let build =
            format!("fn main() {{ std::fs::write({:?}, \"\").unwrap(); }}\n", mark.display().to_string());
        let dir = directory(&[
            (
                "Cargo.toml",
                "[package]\nname = \"trap\"\nedition = \"2024\"\nbuild = \"build.rs\"\n[dependencies]\nasync-openai = \"*\"\n",
            ),
            ("build.rs", build.as_str()),
            ("src/lib.rs", GLOBAL_CLIENT),
            (
                ".cargo/config.toml",
                "[build]\nrustc = \"./canary\"\nrustc-wrapper = \"./canary\"\n[alias]\nauthlint = \"!./canary\"\n[target.'cfg(all())']\nrunner = \"./canary\"\n",
            ),
            ("rust-toolchain.toml", "[toolchain]\npath = \"./toolchain\"\n"),
            (
                ".git/config",
                "[core]\nfsmonitor = ./canary\nhooksPath = .git/hooks\n[filter \"x\"]\nsmudge = ./canary\n",
            ),
            (".gitattributes", "* filter=x\n"),
            (
                ".pre-commit-config.yaml",
                "repos: [{ repo: local, hooks: [{ id: x, name: x, entry: ./canary, language: system }] }]\n",
            ),
        ]);
        let root = dir.path();
        let canaries = [
            "canary",
            "toolchain/bin/cargo",
            "toolchain/bin/rustc",
            ".git/hooks/post-index-change",
            ".git/hooks/pre-commit",
            "rustc",
            "git",
            "cargo",
        ];
        for path in canaries {
            canary(&root.join(path), &mark);
        }
        for args in [
            &["."][..],
            &[],
            &["--all-targets", "--workspace", "-v"],
            &["build.rs"],
            &["--message-format", "json", "."],
            &["--diff", "--unsafe-fixes", "."],
            &["--fix", "--unsafe-fixes", "--add-allow", "a test", "--exit-zero", "."],
        ] {
            let run = check(root, args);
            let is_quiet = *args == ["build.rs"] || args.contains(&"--diff") || args.contains(&"--exit-zero");
            assert!(run.code == 1 || is_quiet, "{args:?}\n{}", run.err);
            assert!(!mark.exists(), "{args:?} ran code of the project");
        }
        run_to_end(&mut program(&root.join("canary").to_string_lossy()));
        assert!(mark.exists(), "the canary sings when it is run");
    }
}
