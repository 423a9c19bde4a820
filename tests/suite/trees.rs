//! Hostile trees, in processes of their own: what includes, links and patterns lead to, what cannot be entered, manifests
//! that are huge, deep or grow when they are read. The run ends by itself and the rest of the tree is reported.

use std::fmt::Write as _;
use std::path::Path;

use crate::directory::{GLOBAL_CLIENT, directory};
use crate::run::{Run, run_binary};

/// A package that owns `src/lib.rs`.
const PACKAGE: &str =
    "[package]\nname = \"kiwi\"\nedition = \"2024\"\n[dependencies]\nasync-openai = \"*\"\n";
/// The most memory that a run of this suite may have at once, in KiB.
const MEMORY: u64 = 1 << 20;

/// Runs the real binary over a tree with [`GLOBAL_CLIENT`] in `client.rs`: it ends with this code, and reports that file.
#[track_caller]
fn check(dir: &Path, code: u8) -> Run {
    let run = run_binary(dir, &["check", "--message-format", "short", "."]);
    assert_eq!(run.code, code, "{}\n{}", run.out, run.err);
    assert!(!run.err.contains("panicked") && !run.err.contains("has a defect"), "{}", run.err);
    assert!(run.peak_kib < MEMORY, "{} MiB", run.peak_kib >> 10);
    assert!(run.out.contains("client.rs:4:12: warning[authlint::global-auth-client]"), "{}", run.out);
    run
}

/// Such a run over files beside `client.rs`.
#[track_caller]
fn check_files(files: &[(&str, String)], code: u8) -> Run {
    let client = [("client.rs", GLOBAL_CLIENT.to_owned())];
    check(directory(&[files, &client].concat()).path(), code)
}

#[test]
fn includes_are_not_followed() {
    let outside = directory(&[("other.rs", GLOBAL_CLIENT)]);
    let other = outside.path().join("other.rs");
    let text = format!(
        "include!(\"{}\");\ninclude!(\"../../../../etc/passwd\");\ninclude!(\"/dev/zero\");\n\
         pub const A: &str = include_str!(\"/dev/zero\");\npub const B: &[u8] = include_bytes!(\"../../../../dev/random\");\n\
         include!(\"a.rs\");\n#[doc = include_str!(\"/dev/zero\")]\npub fn f() {{}}\n",
        other.display()
    );
    let run = check_files(&[("a.rs", text)], 1);
    assert_eq!(run.out.lines().count(), 1, "{}", run.out);
}

#[test]
fn a_manifest_of_twenty_megabytes_is_one_problem() {
    let line = "# nothing to be seen here\n";
    let manifest = format!("{PACKAGE}{}", line.repeat((20 << 20) / line.len()));
    let files = [("big/Cargo.toml", manifest), ("big/src/lib.rs", String::new())];
    let run = check_files(&files, 2);
    assert_eq!(run.err.matches("big/Cargo.toml: is larger than 8 MiB").count(), 1, "{}", run.err);
}

#[test]
fn a_deployment_manifest_above_its_limit_is_one_note() {
    let secret =
        "services:\n  kiwi:\n    build: .\n    environment:\n      PAYMENTS_API_KEY: q8Zk2LmX9vTr4WpB7nYd\n";
    let large = format!("{secret}{}", "# nothing\n".repeat((1 << 20) / 10));
    let package = [("Cargo.toml", PACKAGE.to_owned()), ("src/lib.rs", "mod client;\n".to_owned())];
    let package = [&package[..], &[("src/client.rs", GLOBAL_CLIENT.to_owned())]].concat();
    let tree = |files: &[(&str, &String)]| {
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, (*text).clone())).collect();
        let dir = directory(&[&package[..], &files].concat());
        run_binary(dir.path(), &["check", "-v", "--message-format", "short", "."])
    };
    let names = ["compose.yaml", "prod.env", ".github/workflows/ci.yml", "Dockerfile", "kiwi.service"];
    for name in names {
        let run = tree(&[(name, &large)]);
        assert_eq!(run.code, 1, "{name}\n{}", run.err);
        assert_eq!(run.err.matches(&format!("{name}: is larger than 1 MiB")).count(), 1, "{}", run.err);
        assert_eq!(run.out.lines().count(), 1, "{name}\n{}", run.out);
    }
    // Large data is no manifest, and what is small is read.
    let run = tree(&[("data.yaml", &large), ("compose.yaml", &secret.to_owned())]);
    assert!(!run.err.contains("larger than"), "{}", run.err);
    assert!(run.out.contains("compose.yaml:5:") && run.out.lines().count() == 2, "{}", run.out);
}

#[test]
fn a_manifest_with_thousands_of_members_and_dependencies_is_read() {
    let numbers = || 0..10_000;
    let dependencies: Vec<String> =
        numbers().map(|at| format!("d{at} = {{ path = \"../d{at}\", version = \"1\" }}")).collect();
    let dependencies = dependencies.join("\n");
    let members: Vec<String> = numbers().map(|at| format!("\"d{at}/*\"")).collect();
    let manifest = format!("[workspace]\nmembers = [{}]\n{PACKAGE}{dependencies}", members.join(", "));
    check_files(&[("big/Cargo.toml", manifest), ("big/src/lib.rs", String::new())], 1);
}

#[test]
fn patterns_of_members_go_through_a_tree_once() {
    let deep = format!("w/{}", "d/".repeat(400));
    let files = |pattern: &str| {
        [
            ("w/Cargo.toml".to_owned(), format!("[workspace]\nmembers = [\"{pattern}\"]\n")),
            (format!("{deep}Cargo.toml"), PACKAGE.to_owned()),
            (format!("{deep}src/lib.rs"), GLOBAL_CLIENT.to_owned()),
            ("client.rs".to_owned(), GLOBAL_CLIENT.to_owned()),
        ]
    };
    for pattern in ["**", "../**", &"**/".repeat(60), &"**/../".repeat(60), "../../../../../**", "/**"] {
        let run = check(directory(&files(pattern)).path(), 1);
        assert_eq!(run.out.lines().count(), 2, "{pattern}\n{}", run.out);
    }
}

#[test]
fn aliases_that_multiply_do_not() {
    let mut bomb = "x-a0: &a0 { PAYMENTS_API_KEY: q8Zk2LmX9vTr4WpB7nYd }\n".to_owned();
    let mut list = "b0: &b0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..60 {
        let (merged, named) = (format!("*a{}, ", at - 1).repeat(9), format!("*b{}, ", at - 1).repeat(9));
        let _ = writeln!(bomb, "x-a{at}: &a{at} {{ <<: [{merged}], k{at}: *a{} }}", at - 1);
        let _ = writeln!(list, "b{at}: &b{at} [{named}]");
    }
    let compose = format!(
        "{bomb}services:\n  kiwi:\n    build: .\n    command: kiwi\n    environment: *a59\n  other: *a59\n"
    );
    let objects = format!(
        "{list}apiVersion: v1\nkind: List\nitems: *b59\n---\n{list}apiVersion: v1\nkind: Deployment\nmetadata: {{ name: *b59 }}\n\
         spec: {{ template: {{ spec: {{ containers: *b59 }} }} }}\n"
    );
    let workflow = format!("on: push\n{list}jobs: *b59\n");
    let itself = "services: &s\n  kiwi: *s\n  <<: *s\n".to_owned();
    let files = [
        ("compose.yaml", compose),
        ("objects.yaml", objects),
        ("kustomization.yaml", format!("{list}resources: *b59\npatches: *b59\n")),
        (".github/workflows/ci.yml", workflow),
        ("docker-compose.yml", itself),
    ];
    check_files(&files, 1);
}

#[test]
fn manifests_that_nest_without_end_are_problems() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    for (open, close) in
        [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[", ""), ("!!a ", ""), ("&a ", "")]
    {
        let text = format!("services:\n  kiwi: {}\n", deep(open, close));
        let objects = format!("kind: Secret\napiVersion: v1\ndata: {}\n", deep(open, close));
        check_files(&[("compose.yaml", text), ("objects.yaml", objects)], 1);
    }
    for (head, open, close) in [
        ("a = ", "[", "]"),
        ("a = ", "{ b = ", "}"),
        ("", "a.", "a = 1"),
        ("a = ", "[", ""),
        ("[", "a.", "a]"),
    ] {
        let close = if close.len() == 1 { close.repeat(100_000) } else { close.to_owned() };
        let text = format!("{head}{}{close}\n", open.repeat(100_000));
        let files =
            [("deep/Cargo.toml", format!("{PACKAGE}[package.metadata]\n{text}")), ("fly.toml", text.clone())];
        let client = [("client.rs", GLOBAL_CLIENT.to_owned())];
        let dir = directory(&[&files[..], &client].concat());
        let run = run_binary(dir.path(), &["check", "--message-format", "short", "."]);
        assert!(run.code <= 2 && run.out.contains("client.rs:4:12: "), "{head}{open}: {}", run.err);
        let dir = directory(&[("authlint.toml", text), client[0].clone()]);
        let run = run_binary(dir.path(), &["check", "."]);
        assert_eq!(run.code, 2, "{head}{open}: {}", run.err);
        assert!(run.err.starts_with("error: authlint.toml"), "{head}{open}: {}", run.err);
    }
}

#[test]
fn a_baseline_that_nests_without_end_is_refused() {
    for text in [
        "[".repeat(100_000),
        "{\"a\":".repeat(100_000),
        format!("{{\"version\": 1, \"findings\": {}", "[".repeat(100_000)),
    ] {
        let dir = directory(&[("base.json", text.as_str()), ("client.rs", GLOBAL_CLIENT)]);
        let run = run_binary(dir.path(), &["check", "--baseline", "base.json", "."]);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("base.json"), "{}", run.err);
    }
}

#[cfg(unix)]
mod unix {
    //! What only Unix has: links, devices, modes, paths longer than the system takes.

    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::run::{program, run_to_end};

    #[test]
    fn devices_under_the_names_of_sources_and_manifests_are_not_read() {
        for device in ["/dev/zero", "/dev/random", "/proc/self/mem"] {
            let dir =
                directory(&[("client.rs", GLOBAL_CLIENT), ("a.rs", "mod x;\nmod y;\n"), ("y/z.txt", "")]);
            for name in [
                "x.rs",
                "y/mod.rs",
                "y/Cargo.toml",
                ".gitignore",
                "compose.yaml",
                "Dockerfile",
                ".env",
                "kustomization.yaml",
                "fly.toml",
                "x.service",
            ] {
                symlink(device, dir.path().join(name)).expect("it can be linked");
            }
            let run = check(dir.path(), 2);
            assert_eq!(run.out.lines().count(), 1, "{}", run.out);
            symlink(device, dir.path().join("authlint.toml")).expect("it can be linked");
            let run = run_binary(dir.path(), &["check", "client.rs"]);
            assert_eq!(run.code, 2, "{}", run.err);
            assert!(
                run.err.contains("authlint.toml: is a device")
                    || run.err.contains("authlint.toml: cannot be read")
                    || run.err.contains("authlint.toml: is not"),
                "{}",
                run.err
            );
        }
    }

    #[test]
    fn links_that_multiply_are_gone_through_once() {
        let dir = directory(&[("client.rs", GLOBAL_CLIENT), ("w/src/lib.rs", ""), ("w/d/e/f.txt", "")]);
        for name in ["w/a", "w/b", "w/c", "w/d/a", "w/d/e/a", "w/d/e/b"] {
            symlink(dir.path().join("w"), dir.path().join(name)).expect("it can be linked");
        }
        let members = [&"*/".repeat(60), &"*/**/".repeat(30), &"[a-c]/../".repeat(40)];
        let members = members.map(|pattern| format!("\"{pattern}\"")).join(", ");
        let manifest = format!("[workspace]\nmembers = [{members}]\n{PACKAGE}");
        fs::write(dir.path().join("w/Cargo.toml"), manifest).expect("it can be written");
        check(dir.path(), 1);
    }

    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    #[test]
    fn directories_that_may_not_be_entered_are_told() {
        let dir =
            directory(&[("client.rs", GLOBAL_CLIENT), ("shut/a.rs", ""), ("shut/b/Cargo.toml", PACKAGE)]);
        let shut = dir.path().join("shut");
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o0)).expect("a mode");
        if fs::read_dir(&shut).is_ok() {
            eprintln!("skipped: who runs this test may enter every directory");
        } else {
            let run = check(dir.path(), 2);
            assert!(run.err.contains("shut: may not be read; check its permissions"), "{}", run.err);
        }
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    #[test]
    fn a_path_longer_than_the_system_takes_is_told() {
        let dir = directory(&[("client.rs", GLOBAL_CLIENT)]);
        let script = "n=$(printf '%0200d' 0); i=0; while [ $i -lt 30 ]; do mkdir $n && cd -P $n || exit 1; i=$((i+1)); done; : > deep.rs";
        let mut sh = program("sh");
        let made = run_to_end(sh.current_dir(dir.path()).args(["-c", script]));
        if made.code != 0 {
            eprintln!("skipped: this shell makes no such path: {}", made.err);
            return;
        }
        let run = check(dir.path(), 2);
        assert!(run.err.contains("cannot be read"), "{}", run.err);
    }
}
