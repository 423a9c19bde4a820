//! `Dockerfile`s: which program an image runs, and which variables it sets.

use std::collections::BTreeSet;

use super::{
    Image,
    command::{self, Command, Runs},
    gathered::{Gathered, Sheet},
};

/// Reads one.
pub(super) fn read(gathered: &mut Gathered, at: Sheet<'_>) {
    let mut image = Image {
        path: at.path.to_owned(),
        stages: Vec::new(),
        runs: None,
        copies: Vec::new(),
        is_sealed: true,
        variables: BTreeSet::new(),
    };
    let (mut entry, mut cmd) = (None, None);
    for line in instructions(at.text) {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        match name.to_ascii_uppercase().as_str() {
            "FROM" => {
                image.stages.extend(stage(rest));
                (entry, cmd) = (None, None);
                image.is_sealed = true;
            }
            "ENV" => image.variables.extend(variables(rest)),
            "ARG" => image
                .variables
                .extend(rest.split_whitespace().map(|it| it.split('=').next().unwrap_or(it).to_owned())),
            "COPY" | "ADD" => {
                image.copies.extend(copies(rest));
                image.is_sealed &= takes_single_files(rest);
            }
            "RUN" => image.copies.extend(copies(rest)),
            "ENTRYPOINT" => entry = Some(words(rest)),
            "CMD" => cmd = Some(words(rest)),
            _ => {}
        }
    }
    let all: Vec<String> = [entry, cmd].into_iter().flatten().flatten().collect();
    image.runs = Command::of_words(&all).map(|command| {
        image.variables.extend(command.sets);
        command.runs
    });
    image.runs = image.runs.take().map(|runs| renamed(runs, &image.copies));
    gathered.found.images.push(image);
}

/// The instructions, continued lines joined, comments left out.
fn instructions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some(part) = line.strip_suffix('\\') {
            open.extend([part, " "]);
        } else {
            open.push_str(line);
            found.push(std::mem::take(&mut open));
        }
    }
    found.push(open);
    found
}

/// `image AS name`
fn stage(rest: &str) -> Option<String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("as"))?;
    words.get(at + 1).map(|name| (*name).to_owned())
}

/// `A=1 B=2`, or the old form `A 1`.
fn variables(rest: &str) -> Vec<String> {
    if !rest.contains('=') {
        return rest.split_whitespace().take(1).map(str::to_owned).collect();
    }
    let words = command::words(rest);
    words.iter().filter_map(|word| word.split_once('=')).map(|(name, _)| name.to_owned()).collect()
}

/// `["a", "b"]`, or a line of shell.
fn words(rest: &str) -> Vec<String> {
    let rest = rest.trim();
    match serde_json::from_str::<Vec<String>>(rest) {
        Ok(words) => words,
        Err(_) => vec!["sh".to_owned(), "-c".to_owned(), rest.to_owned()],
    }
}

/// Programs that are copied out of a `target` directory, each with the name it gets.
fn copies(rest: &str) -> Vec<(String, String)> {
    let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let words = command::words(rest);
    let words: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is_program = ["/release/", "/debug/", "/bin/"].iter().any(|part| word.contains(part));
        let Some(to) = words.get(at + 1).filter(|_| is_program) else { continue };
        let (from, to) = (last(word), if to.ends_with('/') || **to == "." { last(word) } else { last(to) });
        found.push((from, to));
    }
    found
}

/// Whether what is copied are files that are named one by one.
fn takes_single_files(rest: &str) -> bool {
    let words = command::words(rest);
    let words: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let sources = words.split_last().map_or(&[][..], |(_, sources)| sources);
    let is_single = |source: &&&String| {
        let name = source.rsplit('/').next().unwrap_or_default();
        !name.is_empty()
            && !name.starts_with('.')
            && !name.contains(['*', '$', '[', '{'])
            && !name.contains("env")
    };
    !sources.is_empty() && sources.iter().all(|source| is_single(&source)) && !is_directory(&words)
}

/// Whether a place that is copied to, with one source of the same name or none, may be a directory of them.
fn is_directory(words: &[&String]) -> bool {
    const DIRECTORIES: [&str; 8] = ["app", "src", "build", "dist", "config", "release", "workspace", "code"];
    let sources = words.split_last().map_or(&[][..], |(_, sources)| sources);
    sources.iter().any(|source| DIRECTORIES.contains(&source.rsplit('/').next().unwrap_or_default()))
}

/// The program under the name that it was built by.
fn renamed(runs: Runs, copies: &[(String, String)]) -> Runs {
    match runs {
        Runs::Program(name, args) => {
            let built = copies.iter().find(|(_, to)| *to == name).map(|(from, _)| from.clone());
            Runs::Program(built.unwrap_or(name), args)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::FileId;

    fn image(text: &str) -> Image {
        let mut gathered = Gathered::default();
        read(&mut gathered, Sheet { file: FileId(0), path: Path::new("/w/Dockerfile"), text });
        gathered.found.images.remove(0)
    }

    #[test]
    fn the_entry_point_leads_to_the_program_that_was_built() {
        let image = image(
            "FROM rust AS build\nENV A=1\nRUN cargo build --release\nFROM debian\nARG VERSION=1\nENV B=x \\\n    C=\"y z\"\n\
             COPY --from=build /src/target/release/shop-api /usr/local/bin/app\nENTRYPOINT [\"/usr/local/bin/app\"]\nCMD [\"--serve\"]\n",
        );
        assert_eq!(image.runs, Some(Runs::Program("shop-api".into(), vec!["--serve".into()])));
        assert_eq!(
            image.variables.iter().map(String::as_str).collect::<Vec<_>>(),
            ["A", "B", "C", "VERSION"]
        );
    }

    #[test]
    fn a_line_of_shell_and_a_script() {
        assert_eq!(image("FROM x\nCMD ./api\n").runs, Some(Runs::Program("api".into(), Vec::new())));
        assert!(matches!(
            image("FROM x\nENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"api\"]\n").runs,
            Some(Runs::Unknown(_))
        ));
        assert_eq!(image("FROM x\nCMD a\nFROM y\n").runs, None);
    }
}
