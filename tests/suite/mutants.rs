//! Mutants: code and manifests that people write, changed at random, some ten thousand in every run of the suite. Whatever they
//! are, nothing panics, and what must hold holds (`fuzz/targets.rs`). The same mutants each time; `AUTHLINT_MUTANTS=1000000`
//! makes that many, and a failure names the batch and the texts.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::block::{Block, blocks};
use crate::run::{files_below, root};
use crate::targets::{self, MANIFESTS, Room, STACK};

/// How many mutants there are unless more are asked for.
const MUTANTS: usize = 10_000;
/// How many Rust files are looked at together.
const TOGETHER: usize = 24;
/// The longest text that is mutated, in bytes.
const LONGEST: usize = 6_000;

/// What a mutation may put in: what opens, closes, separates, names and hides.
const WORDS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "\"",
    "'",
    "`",
    "#",
    "!",
    "?",
    ".",
    "..",
    "::",
    ";",
    ",",
    "=>",
    "->",
    "|",
    "||",
    "&",
    "*",
    "r#\"",
    "b'",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{feff}",
    "é",
    "🦀",
    "\\",
    "\\u{",
    "$",
    "self",
    "fn ",
    "impl ",
    "static ",
    "async ",
    "await",
    "let ",
    "match ",
    "move ",
    "return ",
    "unsafe ",
    "pub ",
    "use ",
    "mod ",
    "r#type",
    "#[tokio::main]",
    "lazy_static! {",
    "// authlint: allow(",
    "sk-proj-0123456789abcdefghij",
    ": ",
    "- ",
    "<<: *a",
];

/// Configurations with every key.
const SETTINGS: [&str; 2] = [
    "catalog = [\"none/*.toml\"]\nexclude = [\"src/generated\", \"**/*_pb.rs\"]\nmin-confidence = \"high\"\nfail-on = \"error\"\nbaseline = \"base.json\"\nlevels = { all = \"warn\", cached-token = \"deny\" }\n[[per-path]]\npaths = [\"tests\"]\nlevels = { hardcoded-credential = \"allow\" }\nmin-confidence = \"low\"\n",
    "[package]\nname = \"a\"\n[workspace.metadata.authlint]\nexclude = [\"src/a\"]\nlevels = { all = \"deny\" }\n[[workspace.metadata.authlint.per-path]]\npaths = [\"src\"]\n",
];

/// Numbers that look random and are the same each time (xorshift64*).
struct Dice(u64);

impl Dice {
    fn new(seed: usize) -> Self {
        Self((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below a bound; 0 where there is none.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap_or_default();
        number.checked_rem(bound).unwrap_or_default()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// A place between two characters.
    fn border(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// A stretch, short more often than not.
    fn stretch(&mut self, text: &str) -> std::ops::Range<usize> {
        let start = self.border(text);
        let longest = *self.one(&[1, 4, 16, 64, 400]);
        let mut end = (start + self.below(longest) + 1).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    /// A text with a few changes.
    fn mutant(&mut self, seeds: &[String]) -> String {
        let mut text = self.one(seeds).clone();
        for _ in 0..=self.below(4) {
            self.change(&mut text, seeds);
        }
        let mut end = text.len().min(LONGEST * 2);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text
    }

    /// A text with a few bytes of it changed, which may be no text any more.
    fn bytes(&mut self, seeds: &[String]) -> Vec<u8> {
        let mut bytes = self.mutant(seeds).into_bytes();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let byte = u8::try_from(self.below(256)).unwrap_or_default();
            if let Some(here) = bytes.get_mut(at) {
                *here = byte;
            }
        }
        bytes
    }

    fn change(&mut self, text: &mut String, seeds: &[String]) {
        let (range, at, word) = (self.stretch(text), self.border(text), *self.one(WORDS));
        match self.below(10) {
            0 | 1 => text.insert_str(at, word),
            2 | 3 => text.replace_range(range, ""),
            4 => text.replace_range(range, word),
            5 => {
                let copy = text[range].to_owned();
                text.insert_str(at, &copy);
            }
            6 => {
                let other = self.one(seeds).clone();
                let piece = &other[self.stretch(&other)];
                text.insert_str(at, piece);
            }
            7 => text.truncate(at),
            8 => text.insert_str(at, &word.repeat(self.below(40))),
            _ => {
                // A word of the text in the place of another: names that mean each other.
                let words: Vec<&str> = text
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .filter(|it| it.len() > 2)
                    .collect();
                if words.len() > 1 {
                    let (a, b) = (self.one(&words).to_string(), self.one(&words).to_string());
                    *text = text.replacen(&a, &b, self.below(3) + 1);
                }
            }
        }
    }
}

/// What mutants are made of.
struct Seeds {
    rust: Vec<String>,
    manifests: Vec<String>,
    cargo: Vec<String>,
    catalogs: Vec<String>,
    baselines: Vec<String>,
    settings: Vec<String>,
}

impl Seeds {
    fn gather() -> Self {
        let read = |path: &std::path::PathBuf| fs::read_to_string(path).expect("text");
        let below = |dir: &str, ending: &str| files_below(&root().join(dir), ending);
        let mut rust: Vec<String> = below("fixtures", ".rs").iter().map(read).collect();
        let mut manifests = Vec::new();
        let mut cargo: Vec<String> = below("fixtures", "Cargo.toml").iter().map(read).collect();
        for page in [below("rules", ".md"), below("tests/cases", ".md")].concat() {
            let blocks = blocks(&read(&page));
            for (path, text) in blocks.iter().filter(|it| it.kind.starts_with("rust")).flat_map(Block::files)
            {
                match path.rsplit('.').next() {
                    Some("rs") => rust.push(text),
                    Some("toml") => cargo.push(text),
                    _ => manifests.push(text),
                }
            }
        }
        for name in ["Dockerfile", ".yaml", ".yml", ".env", ".service"] {
            manifests.extend(below("fixtures", name).iter().map(read));
        }
        let catalogs = below("rules/catalog", ".toml").iter().map(read).collect();
        let baselines = vec![
            "{\n  \"version\": 1,\n  \"findings\": [\n    { \"path\": \"src/a.rs\", \"rule\": \"cached-token\", \"item\": \"TOKEN\", \"fingerprint\": \"0123456789abcdef0123456789abcdef\" }\n  ]\n}\n".to_owned(),
        ];
        let settings = SETTINGS.map(str::to_owned).to_vec();
        let mut seeds = Self { rust, manifests, cargo, catalogs, baselines, settings };
        for list in [&mut seeds.rust, &mut seeds.manifests, &mut seeds.cargo] {
            list.retain(|text| text.len() < LONGEST);
            list.sort();
            list.dedup();
        }
        seeds
    }
}

/// The texts of a batch: Rust files of a room, then its manifests.
fn texts<'r>(seed: usize, seeds: &Seeds, sources: &'r [String]) -> Vec<(&'r str, String)> {
    let mut dice = Dice::new(seed);
    let mut texts: Vec<(&str, String)> =
        sources.iter().map(|name| (name.as_str(), dice.mutant(&seeds.rust))).collect();
    texts.extend(MANIFESTS.iter().map(|name| (*name, dice.mutant(&seeds.manifests))));
    texts
}

/// How many mutants a batch has: those of the room, and one each of the other kinds.
const BATCH: usize = TOGETHER + MANIFESTS.len() + 5;

/// Looks at one batch. How many findings and fixed files there were.
fn batch(seed: usize, seeds: &Seeds, room: &mut Room, dir: &std::path::Path) -> (usize, usize) {
    let sources = room.sources.clone();
    let texts = texts(seed, seeds, &sources);
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let look =
        |room: &mut Room, texts: &[(&str, &str)]| catch_unwind(AssertUnwindSafe(|| room.look(texts))).ok();
    let Some(came_to) = look(room, &texts) else {
        let alone = texts.iter().filter(|text| look(room, &[**text]).is_none());
        let alone: Vec<String> = alone.map(|(name, text)| format!("--- {name}\n{text}")).collect();
        panic!("batch {seed}: {} of its files fail alone\n{}", alone.len(), alone.join("\n"));
    };
    let mut dice = Dice::new(seed);
    let (cargo, catalog) = (dice.mutant(&seeds.cargo), dice.mutant(&seeds.catalogs));
    let (baseline, settings) = (dice.mutant(&seeds.baselines), dice.mutant(&seeds.settings));
    let bytes = dice.bytes(&seeds.rust);
    let rest = || {
        targets::manifest_of_cargo(dir, &cargo);
        targets::catalog(&catalog);
        targets::baseline(&baseline);
        targets::bytes(dir, &bytes);
        targets::settings(dir, &settings);
    };
    let done = catch_unwind(AssertUnwindSafe(rest));
    assert!(
        done.is_ok(),
        "batch {seed}\n--- Cargo.toml\n{cargo}\n--- catalog\n{catalog}\n--- baseline\n{baseline}\n--- settings\n{settings}\n--- bytes\n{bytes:?}"
    );
    (came_to.findings, came_to.fixed)
}

#[expect(clippy::print_stderr, reason = "a long run on request tells where it is")]
#[test]
fn mutants_break_nothing() {
    let asked: Option<usize> = std::env::var("AUTHLINT_MUTANTS").ok().and_then(|it| it.parse().ok());
    let wanted = asked.unwrap_or(MUTANTS);
    let seeds = Seeds::gather();
    let batches = wanted.div_ceil(BATCH);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (next, found, fixed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let dir = tempfile::tempdir().expect("a directory can be made");
        let mut room = Room::new(TOGETHER);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= batches {
                return;
            }
            // Whoever runs out of stack ends without a word.
            if asked.is_some() {
                eprintln!("batch {seed}");
            }
            let (findings, files) = batch(seed, &seeds, &mut room, dir.path());
            found.fetch_add(findings, Ordering::Relaxed);
            fixed.fetch_add(files, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            thread.expect("a thread with room for deep code");
        }
    });
    let (found, fixed) = (found.into_inner(), fixed.into_inner());
    assert!(
        found > wanted / 50 && fixed > wanted / 500,
        "{found} findings, {fixed} files fixed: mutants are no code"
    );
}

/// What long runs found: another package's constant that goes where a credential does, a value of a secret that is not
/// written, parameters that bound themselves or each other, a fix beside what is not understood.
const FOUND: [(&str, &str); 5] = [
    (
        "src/bin/b0.rs",
        "use reqwest::header::{HeaderMap, HeaderName, USER_AGENT};\npub fn add(map: &mut HeaderMap) {\n    map.append(HeaderName::from_static(\"x-api-key\"), USER_AGENT);\n}\n",
    ),
    (
        "compose.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  MAP_API_KEY:\n  CACHE_TOKEN: q8Zk\n",
    ),
    (
        "src/bin/b0.rs",
        "pub fn f<T: T>(key: T) -> T { key }\npub fn g<A: B + B, B: A + A>(key: A) -> B { key }\n",
    ),
    (
        "src/bin/b0.rs",
        "pub trait Pair<A, B> {}\npub fn f<A: Pair<B, B> + Pair<B, A>, B: Pair<A, A> + Pair<A, B>>(key: A) -> B { f(key) }\n",
    ),
    (
        "src/bin/b0.rs",
        "#[tokio::main]\nasync fn main() -> std::io::Resu\nlt<()> {\n    daemonize::Daemonize::new().start().unwrap();\n    work().await\n}\n",
    ),
];

#[test]
fn what_mutants_found_holds() {
    let look = || {
        let mut room = Room::new(1);
        for text in FOUND {
            room.look(&[text]);
        }
    };
    thread::scope(|scope| {
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, look).expect("it starts");
    });
}
