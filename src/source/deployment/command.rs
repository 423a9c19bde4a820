//! Commands: which program a list of words or a line of shell runs.

/// What a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runs {
    /// A program, by the last segment of its path, with its arguments.
    Program(String, Vec<String>),
    /// `cargo run`, with the binary and package that it names.
    Cargo {
        /// Behind `--bin`.
        bin: Option<String>,
        /// Behind `-p`.
        package: Option<String>,
        /// Behind `--`.
        args: Vec<String>,
    },
    /// Something that may change the environment before: why, in words.
    Unknown(String),
}

/// A command with the variables that it sets itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) runs: Runs,
    pub(super) sets: Vec<String>,
}

/// Programs that run another one and leave its environment alone.
const TRANSPARENT: [&str; 10] =
    ["exec", "tini", "dumb-init", "su-exec", "gosu", "nice", "catatonit", "setpriv", "ionice", "stdbuf"];
/// Programs that run another one as a user, whose name comes first.
const WITH_USER: [&str; 2] = ["su-exec", "gosu"];
/// Shells.
const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "zsh", "fish"];
/// Programs that run another one with variables from elsewhere.
const INJECTORS: [&str; 24] = [
    "doppler",
    "sops",
    "op",
    "infisical",
    "chamber",
    "aws-vault",
    "vault",
    "summon",
    "teller",
    "berglas",
    "envdir",
    "dotenv",
    "dotenvx",
    "env",
    "direnv",
    "secrethub",
    "envconsul",
    "consul-template",
    "with-contenv",
    "vals",
    "akeyless",
    "phase",
    "systemd-run",
    "s6-envdir",
];

impl Command {
    /// What a list of words runs; `None` where there is none.
    pub(super) fn of_words(words: &[String]) -> Option<Self> {
        let sets: Vec<String> = words.iter().map_while(|word| assignment(word)).map(str::to_owned).collect();
        let words = &words[sets.len()..];
        let first = words.first()?;
        let name = program(first);
        if SHELLS.contains(&name) {
            return Some(Self { sets, ..Self::of_shell_call(&words[1..]) });
        }
        if TRANSPARENT.contains(&name) {
            let skipped = 1 + usize::from(WITH_USER.contains(&name));
            let rest: Vec<String> =
                words.iter().skip(skipped).skip_while(|word| word.starts_with('-')).cloned().collect();
            let inner = Self::of_words(&rest)?;
            return Some(Self { runs: inner.runs, sets: [sets, inner.sets].concat() });
        }
        Some(Self { runs: runs(name, first, &words[1..]), sets })
    }

    /// What a line of shell runs; `None` where it is empty.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let line = line.trim();
        if line.contains([';', '|', '&', '(', ')', '`', '<', '>', '\n', '{', '}']) {
            let why = "a script runs before it or around it".to_owned();
            return Some(Self { runs: Runs::Unknown(why), sets: Vec::new() });
        }
        Self::of_words(&words(line))
    }

    fn of_shell_call(words: &[String]) -> Self {
        let is_inline = words.first().is_some_and(|word| word.starts_with('-') && word.ends_with('c'));
        let inner =
            words.get(1).filter(|_| is_inline && words.len() == 2).and_then(|line| Self::of_line(line));
        inner.unwrap_or_else(|| Self {
            runs: Runs::Unknown("a shell script starts it".to_owned()),
            sets: Vec::new(),
        })
    }
}

fn runs(name: &str, first: &str, args: &[String]) -> Runs {
    if first.contains('$') {
        return Runs::Unknown(format!("its command `{first}` is not written out"));
    }
    if INJECTORS.contains(&name) {
        return Runs::Unknown(format!("`{name}` starts it"));
    }
    let is_script = [".sh", ".bash", ".py", ".js"].iter().any(|end| name.ends_with(end))
        || name.contains("entrypoint")
        || name == "source"
        || name == ".";
    if is_script {
        return Runs::Unknown(format!("the script `{name}` starts it"));
    }
    if name == "cargo" { cargo(args) } else { Runs::Program(name.to_owned(), args.to_vec()) }
}

/// `cargo run …`, `cargo watch -x "run …"`.
fn cargo(args: &[String]) -> Runs {
    let args: Vec<String> = args.iter().skip_while(|arg| arg.starts_with('+')).cloned().collect();
    match args.first().map(String::as_str) {
        Some("run" | "r") => {
            let own: Vec<&String> = args.iter().take_while(|arg| *arg != "--").collect();
            let behind = args.iter().skip(own.len() + 1).cloned().collect();
            Runs::Cargo {
                bin: option(&own, &["--bin"]),
                package: option(&own, &["-p", "--package"]),
                args: behind,
            }
        }
        Some("watch") => {
            let inner = args.iter().skip_while(|arg| !matches!(arg.as_str(), "-x" | "--exec")).nth(1);
            inner.map_or_else(
                || Runs::Unknown("`cargo watch` starts it".to_owned()),
                |line| cargo(&words(line)),
            )
        }
        _ => Runs::Program("cargo".to_owned(), args),
    }
}

fn option(args: &[&String], names: &[&str]) -> Option<String> {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if names.contains(&arg.as_str()) {
            return args.next().map(|it| (*it).clone());
        }
        if let Some((name, value)) = arg.split_once('=')
            && names.contains(&name)
        {
            return Some(value.to_owned());
        }
    }
    None
}

/// The name of `NAME=value`.
fn assignment(word: &str) -> Option<&str> {
    let (name, _) = word.split_once('=')?;
    super::dotenv::is_name(name).then_some(name)
}

/// The last segment of a program's path.
fn program(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The words of a line, quotes taken off.
pub(super) fn words(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let (mut quote, mut is_open) = (None, false);
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (Some(open), _) if char == open => quote = None,
            (None, '"' | '\'') => (quote, is_open) = (Some(char), true),
            (None | Some('"'), '\\') => word.extend(chars.next()),
            (None, _) if char.is_whitespace() => {
                if is_open || !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            _ => word.push(char),
        }
    }
    if is_open || !word.is_empty() {
        found.push(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Runs {
        Command::of_line(text).expect("a command").runs
    }

    fn program_of(text: &str) -> String {
        match line(text) {
            Runs::Program(name, _) => name,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_program_is_found_behind_what_leaves_the_environment_alone() {
        for text in [
            "/usr/local/bin/api --port 1",
            "exec api",
            "tini -- /app/api",
            "gosu app ./api",
            "sh -c 'exec /app/api'",
            "RUST_LOG=info api",
        ] {
            assert_eq!(program_of(text), "api", "{text}");
        }
        assert_eq!(Command::of_line("A=1 B=2 api").expect("a command").sets, ["A", "B"]);
        assert_eq!(Command::of_line("  "), None);
    }

    #[test]
    fn what_may_change_the_environment_is_unknown() {
        for text in [
            "doppler run -- api",
            "sh -c 'source /vault/env && api'",
            "./entrypoint.sh api",
            "bash start",
            "$BIN",
            "env $(cat .env) api",
        ] {
            assert!(matches!(line(text), Runs::Unknown(_)), "{text}");
        }
    }

    #[test]
    fn cargo_names_the_binary() {
        let check = |text: &str, want: (Option<&str>, Option<&str>, &[&str])| {
            let Runs::Cargo { bin, package, args } = line(text) else { panic!("{text}") };
            assert_eq!((bin.as_deref(), package.as_deref()), (want.0, want.1), "{text}");
            assert_eq!(args, want.2, "{text}");
        };
        check("cargo run --release --bin worker -- --once", (Some("worker"), None, &["--once"]));
        check("cargo run -p api", (None, Some("api"), &[]));
        check("cargo watch -w src -x 'run --bin=api'", (Some("api"), None, &[]));
    }
}
