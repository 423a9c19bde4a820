//! Gates over old code: baselines, lines that changed, comments that are written, and every exit code.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, GLOBAL_POOL, directory};
use crate::run::{Run, binary, program, run, run_binary, run_to_end};

const BASELINE: &str = "authlint-baseline.json";

fn read(dir: &TempDir, name: &str) -> String {
    fs::read_to_string(dir.path().join(name)).expect("it can be read")
}

fn put(dir: &TempDir, name: &str, text: &str) {
    fs::write(dir.path().join(name), text).expect("it can be written");
}

/// A run over a directory in the format `short`.
fn short(dir: &TempDir, args: &[&str]) -> Run {
    run(dir.path(), &[&["check", ".", "--message-format", "short"], args].concat())
}

fn baseline(dir: &TempDir, args: &[&str]) -> Run {
    run(dir.path(), &[&["baseline"], args, &["."]].concat())
}

fn two_findings() -> TempDir {
    directory(&[("client.rs", GLOBAL_CLIENT), ("daemon.rs", FORKED_RUNTIME), ("pool.rs", GLOBAL_POOL)])
}

#[test]
fn a_baseline_hides_what_it_names_and_nothing_else() {
    let dir = two_findings();
    let ran = baseline(&dir, &["write"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("2 findings written to authlint-baseline.json"), "{}", ran.err);
    let ran = short(&dir, &["--baseline", BASELINE]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("no findings in 3 files; 0 suppressed; 2 in the baseline"), "{}", ran.err);
    // Old code moves down, and something new comes.
    put(&dir, "client.rs", &format!("// more\n\nfn more() {{}}\n{GLOBAL_CLIENT}"));
    put(&dir, "new.rs", &GLOBAL_CLIENT.replace("OPENAI:", "ANOTHER:"));
    let ran = short(&dir, &["--baseline", BASELINE]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1), "{}{}", ran.out, ran.err);
    assert!(ran.out.starts_with("new.rs:4:12: warning[authlint::global-auth-client]"), "{}", ran.out);
}

#[test]
fn a_baseline_is_the_same_bytes_and_shows_no_code() {
    let secret = "pub fn call(client: &reqwest::Client) {\n    \
                  let _ = client.get(\"https://kiwi.travel\").basic_auth(\"kiwi\", Some(\"mossy-lantern-2291\"));\n}\n";
    let dir = directory(&[("client.rs", GLOBAL_CLIENT), ("secret.rs", secret)]);
    let written = |args: &[&str]| {
        assert_eq!(baseline(&dir, &[&["write"], args].concat()).code, 0);
        read(&dir, BASELINE)
    };
    let first = written(&[]);
    assert_eq!(written(&["--threads", "1"]), first);
    assert_eq!(first.matches("\"fingerprint\"").count(), 2, "{first}");
    assert!(!first.contains("lantern") && !first.contains("LazyLock"), "{first}");
    let entry = r#"    {"path":"client.rs","rule":"global-auth-client","item":"OPENAI","fingerprint":""#;
    assert!(first.lines().nth(3).is_some_and(|line| line.starts_with(entry)), "{first}");
    assert_eq!(written(&["-A", "all"]), "{\n  \"version\": \"authlint/v1\",\n  \"findings\": []\n}\n");
}

#[test]
fn what_is_stale_is_reported_and_pruned() {
    let dir = two_findings();
    assert_eq!(baseline(&dir, &["write"]).code, 0);
    put(&dir, "daemon.rs", "fn main() {}\n");
    let ran = short(&dir, &["--baseline", BASELINE]);
    let place = format!("{BASELINE}:5:");
    assert!(
        ran.out.starts_with(&place) && ran.out.contains("warning[authlint::stale-baseline]"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("`runtime-before-fork` reports nothing any more"), "{}", ran.out);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1), "{}", ran.err);
    assert_eq!(short(&dir, &["--baseline", BASELINE, "-A", "stale-baseline"]).code, 0);
    // What was not looked at is not known to be gone.
    for args in [&["client.rs"][..], &[".", "-A", "runtime-before-fork"], &[".", "--min-confidence", "high"]]
    {
        let ran = run(dir.path(), &[&["check", "--baseline", BASELINE], args].concat());
        assert_eq!(ran.code, u8::from(args.contains(&"high")), "{args:?} {}{}", ran.out, ran.err);
    }
    fs::remove_file(dir.path().join("daemon.rs")).expect("it goes");
    assert_eq!(short(&dir, &["--baseline", BASELINE]).code, 1, "its file is gone as well");
    let ran = baseline(&dir, &["prune"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("1 entry taken out of authlint-baseline.json, 1 entry left"), "{}", ran.err);
    assert_eq!(short(&dir, &["--baseline", BASELINE]).code, 0);
    let before = read(&dir, BASELINE);
    assert_eq!(baseline(&dir, &["prune"]).code, 0);
    assert_eq!(read(&dir, BASELINE), before);
}

#[test]
fn a_stale_entry_stands_in_every_format() {
    let dir = two_findings();
    assert_eq!(baseline(&dir, &["write"]).code, 0);
    put(&dir, "daemon.rs", "fn main() {}\n");
    for format in ["human", "json", "sarif", "github", "gitlab", "junit", "rdjson"] {
        let ran = run(dir.path(), &["check", ".", "--baseline", BASELINE, "--message-format", format]);
        assert!(ran.out.contains("stale-baseline") && ran.out.contains(BASELINE), "{format}: {}", ran.out);
    }
}

#[test]
fn a_baseline_that_is_none_says_what_to_do() {
    let dir = two_findings();
    let refused = |args: &[&str], said: &str| {
        let ran = run(dir.path(), &[args, &["."]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?} {}", ran.err);
        assert!(ran.err.contains(said), "{args:?} {}", ran.err);
    };
    let missing =
        "none.json: does not exist; check the path (`cargo authlint baseline write` makes a baseline)";
    refused(&["check", "--baseline", "none.json"], missing);
    refused(&["baseline", "prune", "--baseline", "none.json"], missing);
    put(&dir, "bad.json", "{\"version\": \"authlint/v1\"}");
    refused(&["check", "--baseline", "bad.json"], "bad.json: is no baseline: missing field `findings`");
    refused(&["baseline", "write", "--since", "HEAD"], "leave `--since` and `--add-allow` out");
    refused(&["baseline", "write", "--no-baseline"], "that `baseline write` is about; leave it out");
    refused(&["baseline", "prune", "--no-baseline"], "that `baseline prune` is about; leave it out");
    refused(&["baseline", "write", "--diff"], "fix first, and run `baseline write` by itself");
    put(&dir, "latin.rs", "fn main() {}\n");
    fs::write(dir.path().join("latin.rs"), b"// caf\xe9\n").expect("it can be written");
    refused(&["baseline", "write"], "the baseline is as it was");
    assert!(!dir.path().join(BASELINE).exists());
}

#[test]
fn the_configuration_names_a_baseline() {
    let dir = two_findings();
    put(&dir, "authlint.toml", "baseline = \"old.json\"\n");
    let ran = short(&dir, &[]);
    assert!(ran.code == 2 && ran.err.contains("old.json: does not exist"), "{}", ran.err);
    let ran = baseline(&dir, &["write"]);
    assert!(ran.code == 0 && ran.err.ends_with("2 findings written to old.json\n"), "{}", ran.err);
    assert_eq!(short(&dir, &[]).code, 0);
    assert_eq!(short(&dir, &["--no-baseline"]).out.lines().count(), 2);
    assert!(short(&dir, &["--show-settings"]).out.contains("baseline = \"old.json\"  # authlint.toml\n"));
    let ran = short(&dir, &["--baseline", "none.json"]);
    assert!(ran.code == 2 && ran.err.contains("none.json: does not exist"), "the flag wins: {}", ran.err);
    put(&dir, "authlint.toml", "\nbaseline = \"../old.json\"\n");
    let ran = short(&dir, &[]);
    assert!(
        ran.code == 2 && ran.err.contains("authlint.toml:2: `baseline`: `../old.json` leads out"),
        "{}",
        ran.err
    );
}

#[test]
fn what_the_baseline_names_is_not_fixed() {
    let old = "pub fn ask(client: &reqwest::Client) {\n    \
               let _ = client.get(\"https://kiwi.travel\").bearer_auth(env!(\"KIWI_TOKEN\"));\n}\n";
    let dir = directory(&[("old.rs", old), ("authlint.toml", "baseline = \"old.json\"\n")]);
    assert_eq!(baseline(&dir, &["write"]).code, 0);
    put(&dir, "new.rs", old);
    let ran = short(&dir, &["--unsafe-fixes"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("1 fix made in 1 file"), "{}", ran.err);
    assert_eq!(read(&dir, "old.rs"), old);
    assert_ne!(read(&dir, "new.rs"), old);
    assert_eq!(short(&dir, &["--unsafe-fixes", "--no-baseline"]).code, 0);
    assert_ne!(read(&dir, "old.rs"), old);
}

#[test]
fn what_touches_no_changed_line_is_not_fixed() {
    let ask = |name: &str| {
        format!(
            "pub fn {name}(client: &reqwest::Client) {{\n    \
             let _ = client.get(\"https://kiwi.travel\").bearer_auth(env!(\"KIWI_TOKEN\"));\n}}\n\n"
        )
    };
    let old = ask("old");
    let dir = repository(&[("a.rs", &old), ("b.rs", &old)]);
    put(&dir, "a.rs", &format!("{old}{}", ask("new")));
    let ran = short(&dir, &["--unsafe-fixes", "--diff", "--since", "HEAD"]);
    assert!(ran.code == 1 && ran.out.matches("@@ ").count() == 1, "{}{}", ran.out, ran.err);
    let ran = short(&dir, &["--unsafe-fixes", "--since", "HEAD"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("1 fix made in 1 file"), "{}", ran.err);
    let fixed = read(&dir, "a.rs");
    assert!(fixed.starts_with(&old) && fixed.matches("env!").count() == 1, "{fixed}");
    assert_eq!(read(&dir, "b.rs"), old);
    let ran = short(&dir, &["--unsafe-fixes", "--since", "none"]);
    assert!(ran.code == 2 && ran.err.contains("git knows no commit `none`"), "{}", ran.err);
    assert_eq!(read(&dir, "a.rs"), fixed);
}

/// git, with nobody's configuration but that of the repository.
fn git(dir: &Path, args: &[&str]) -> Run {
    let mut git = program("git");
    git.current_dir(dir).args([
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.c",
        "-c",
        "init.defaultBranch=main",
    ]);
    git.args(args).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        git.env_remove(name);
    }
    let ran = run_to_end(&mut git);
    assert_eq!(ran.code, 0, "{args:?} {}", ran.err);
    ran
}

/// A repository with one commit that has these files.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let dir = directory(files);
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-q", "-m", "first"]);
    dir
}

#[test]
fn since_a_commit_only_changed_lines_count() {
    let dir = repository(&[
        ("client.rs", GLOBAL_CLIENT),
        ("daemon.rs", FORKED_RUNTIME),
        ("sub/a.rs", "fn a() {}\n"),
    ]);
    let since = |reference: &str| short(&dir, &["--since", reference]);
    let ran = since("HEAD");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("2 on lines that did not change"), "{}", ran.err);
    // Lines that move are no lines that change.
    put(&dir, "client.rs", &format!("// more\n{}", GLOBAL_CLIENT.replace('\n', "\r\n")));
    assert_eq!(since("HEAD").out, "");
    // A step of the way counts: here where the key is read.
    put(&dir, "client.rs", &GLOBAL_CLIENT.replace("it is set", "it has to be set"));
    let ran = since("HEAD");
    assert!(ran.code == 1 && ran.out.starts_with("client.rs:4:12: "), "{}{}", ran.out, ran.err);
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    git(dir.path(), &["commit", "-q", "-a", "-m", "second"]);
    assert_eq!((since("HEAD").code, since("HEAD~1").code), (0, 1));
    // A file that the commit does not have is new as a whole, tracked or not.
    put(&dir, "sub/new.rs", &GLOBAL_CLIENT.replace("OPENAI:", "OTHER:"));
    let ran = run(&dir.path().join("sub"), &["check", ".", "--message-format", "short", "--since", "main"]);
    assert!(ran.code == 1 && ran.out.starts_with("new.rs:4:12: "), "{}{}", ran.out, ran.err);
}

#[test]
fn what_the_other_branch_changed_does_not_count() {
    let dir = repository(&[("client.rs", GLOBAL_CLIENT)]);
    git(dir.path(), &["checkout", "-q", "-b", "topic"]);
    git(dir.path(), &["checkout", "-q", "main"]);
    put(&dir, "client.rs", &GLOBAL_CLIENT.replace("it is set", "changed on main"));
    git(dir.path(), &["commit", "-q", "-a", "-m", "on main"]);
    git(dir.path(), &["checkout", "-q", "topic"]);
    assert_eq!(short(&dir, &["--since", "main"]).code, 0);
}

#[test]
fn a_name_that_is_no_commit_is_2_and_no_option() {
    let dir = repository(&[("client.rs", "fn a() {}\n")]);
    for name in [
        "none",
        "-h",
        "--help",
        "--output=stolen",
        "--upload-pack=touch stolen",
        "HEAD:client.rs",
        "",
        "a\nb",
    ] {
        let ran = short(&dir, &[&format!("--since={name}")]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{name} {}", ran.err);
        assert!(ran.err.contains("`--since`: git knows no commit `"), "{name} {}", ran.err);
    }
    assert!(!dir.path().join("stolen").exists());
    let bare = directory(&[("client.rs", "fn a() {}\n")]);
    let ran = short(&bare, &["--since", "HEAD"]);
    assert!(ran.code == 2 && ran.err.contains("git finds no repository here"), "{}", ran.err);
    let ran = run_to_end(binary(dir.path()).args(["check", ".", "--since", "HEAD"]).env("PATH", ""));
    assert!(ran.code == 2 && ran.err.contains("the program `git` cannot be started"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_comparison_runs_nothing_that_the_repository_names() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = repository(&[("client.rs", GLOBAL_CLIENT), (".gitattributes", "*.rs filter=evil diff=evil\n")]);
    let canary = dir.path().join("canary");
    let script = dir.path().join("evil.sh");
    fs::write(&script, format!("#!/bin/sh\ntouch '{}'\ncat\n", canary.display())).expect("a script");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
    let script = script.to_str().expect("UTF-8");
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.sshCommand",
    ] {
        git(dir.path(), &["config", key, script]);
    }
    let hooks = dir.path().join(".git/hooks");
    for hook in ["post-index-change", "post-checkout", "reference-transaction"] {
        fs::create_dir_all(&hooks).expect("a directory");
        fs::copy(script, hooks.join(hook)).expect("a hook");
    }
    put(&dir, "client.rs", &GLOBAL_CLIENT.replace("it is set", "it has to be set"));
    let before = fs::read(dir.path().join(".git/index")).expect("an index");
    let ran = run_binary(dir.path(), &["check", ".", "--since", "HEAD"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(!canary.exists(), "a program of the repository ran");
    assert_eq!(fs::read(dir.path().join(".git/index")).expect("an index"), before);
}

#[test]
fn comments_are_written_above_findings() {
    let inner =
        "mod inner {\n    // authlint: allow(cached-token, reason = \"old\")\n    pub fn nothing() {}\n}\n";
    let text = format!("{GLOBAL_CLIENT}{inner}");
    let dir =
        directory(&[("client.rs", text.as_str()), ("daemon.rs", &FORKED_RUNTIME.replace('\n', "\r\n"))]);
    let ran = short(&dir, &["--add-allow", "a \"test\" of \\ it"]);
    assert_eq!(ran.code, 1, "the unused one stays: {}{}", ran.out, ran.err);
    assert!(ran.err.contains("2 comments written, over 2 findings"), "{}", ran.err);
    let comment = r#"// authlint: allow(global-auth-client, reason = "a \"test\" of \\ it")"#;
    let expected = text.replace("pub static OPENAI", &format!("{comment}\npub static OPENAI"));
    assert_eq!(read(&dir, "client.rs"), expected);
    let daemon = read(&dir, "daemon.rs");
    assert_eq!(daemon.matches("// authlint: allow(runtime-before-fork, ").count(), 1, "{daemon}");
    assert_eq!(daemon.matches('\n').count(), daemon.matches("\r\n").count());
    let ran = short(&dir, &[]);
    assert!(ran.out.lines().all(|line| line.contains("unused-allow")), "{}", ran.out);
    assert!(ran.err.contains("2 suppressed"), "{}", ran.err);
    let before = read(&dir, "client.rs");
    assert!(short(&dir, &["--add-allow", "again"]).err.contains("0 comments written"));
    assert_eq!(read(&dir, "client.rs"), before);
    assert_eq!(short(&dir, &["--no-allow"]).out.lines().count(), 2);
}

#[test]
fn a_reason_is_one_line_that_says_something() {
    let dir = directory(&[("client.rs", GLOBAL_CLIENT)]);
    for (args, said) in [
        (&["--add-allow", "  "][..], "say why"),
        (&["--add-allow", "a\nb"], "a reason is one line"),
        (&["--add-allow", "a", "--no-allow"], "cannot be used with"),
    ] {
        let ran = short(&dir, args);
        assert!(ran.code == 2 && ran.err.contains(said), "{args:?} {}", ran.err);
    }
    assert_eq!(read(&dir, "client.rs"), GLOBAL_CLIENT);
}

/// What a row shows, its files, more arguments, and the exit code.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str], u8);

#[test]
fn every_exit_code() {
    let with_allow = "// authlint: allow(no-such-rule)\npub fn a() {}\n";
    let rows: [Row<'_>; 14] = [
        ("nothing found", &[("a.rs", "fn a() {}\n")], &[], 0),
        ("warnings only", &[("a.rs", GLOBAL_CLIENT)], &[], 1),
        ("warnings only, and errors fail", &[("a.rs", GLOBAL_CLIENT)], &["--fail-on", "error"], 0),
        ("errors", &[("a.rs", FORKED_RUNTIME)], &["--fail-on", "error"], 1),
        ("errors, and nothing fails", &[("a.rs", FORKED_RUNTIME)], &["--fail-on", "never"], 0),
        ("findings under `--exit-zero`", &[("a.rs", FORKED_RUNTIME)], &["--exit-zero"], 0),
        ("nothing to scan", &[("a.txt", "")], &["--exit-zero"], 2),
        ("unparsable file", &[("a.rs", "} not Rust {\n"), ("b.rs", "fn b() {}\n")], &["--exit-zero"], 2),
        ("unparsable file beside findings", &[("a.rs", "} not Rust {\n"), ("b.rs", GLOBAL_CLIENT)], &[], 2),
        ("unknown rule in an allow", &[("a.rs", with_allow)], &[], 1),
        ("unknown rule in an allow, let be", &[("a.rs", with_allow)], &["-A", "unknown-rule-in-allow"], 0),
        (
            "bad configuration",
            &[("a.rs", "fn a() {}\n"), ("authlint.toml", "exlude = []\n")],
            &["--exit-zero"],
            2,
        ),
        ("bad flag", &[("a.rs", "fn a() {}\n")], &["--exit-zero", "--failon"], 2),
        ("no such baseline", &[("a.rs", "fn a() {}\n")], &["--exit-zero", "--baseline", "none.json"], 2),
    ];
    for (what, files, args, code) in rows {
        let dir = directory(files);
        let ran = run_binary(dir.path(), &[&["check", "."], args].concat());
        assert_eq!(ran.code, code, "{what}: {}{}", ran.out, ran.err);
    }
}
