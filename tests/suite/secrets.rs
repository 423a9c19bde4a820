//! No secret is in any output: secrets are planted wherever people write them, and all that the program can be made to print
//! or write is searched for any part of them; so it is with the secrets of all pages, cases and fixtures.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use authlint::catalog::Catalog;
use serde_json::Value;

use crate::block::blocks;
use crate::directory::directory;
use crate::run::{files_below, root, run};

/// How many characters of a secret in a row must not be seen.
const WINDOW: usize = 8;

/// The formats by their names.
const FORMATS: [&str; 8] = ["human", "short", "json", "sarif", "github", "gitlab", "junit", "rdjson"];

/// Code with secrets: what stands between `«` and `»` is one, or a part of one.
const MAIN: &str = r##"
use clap::Parser;
#[derive(Parser)]
struct Args {
    #[arg(long, default_value = "«vk2-pine-needle-ee»")]
    token: String,
}
const PASSWORD: &str = r#"«mossy-lantern-2291»"#; // not «mossy-lantern-2291»
static SPARE_API_KEY: &str = "«q8f2kd93jfls0a7d»";
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----
«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj»
«MzEfYyjiWA4R4ypbHqGC0H0qQ7aQkQmXq1Y2x0m8mYw9Wc1tq0m7uW5Jv2v1xPq9»
-----END PRIVATE KEY-----";
struct Settings {
    password: String,
}
// authlint: allow(sk-proj-«aZ81kdjf93kfls02mfk4»)
pub fn all(client: &reqwest::Client, mut token: String) -> Settings {
    let args = Args::parse();
    let _ = client.get("https://kiwi.travel").bearer_auth(args.token);
    let _ = client.get("https://kiwi.travel").basic_auth("kiwi", Some(PASSWORD));
    let _ = sqlx::PgPool::connect("postgres://kiwi:«tr4ctor-green-77»@db.kiwi.travel/kiwi");
    let _ = jsonwebtoken::EncodingKey::from_secret(b"«c2d81b7705f34be59a07»");
    let _ = jsonwebtoken::EncodingKey::from_rsa_pem(PRIVATE_KEY.as_bytes());
    let _ = client.get("https://kiwi.travel").header("Authorization", "Bearer «zx91mv82nb73qw64»");
    let _ = client.get("https://kiwi.travel").bearer_auth("«p0o9i8u7y6t5»\
        «r4e3w2q1a0s9»");
    let _ = client.get("https://kiwi.travel").bearer_auth("«h7j6k5l4z3x2»\u{41}«c1v0b9n8m7q6»");
    let _ = client.get("https://kiwi.travel").bearer_auth(
        // once «d5f4g3h2j1k0l9»
        "«d5f4g3h2j1k0l9»",
    );
    let _ = client.post("https://kiwi.travel").form(&[("client_secret", "«w1e2r3t4y5u6i7»"), ("a", "b")]);
    let _ = client.post("https://kiwi.travel").json(&serde_json::json!({ "api_key": "«n2b3v4c5x6z7l8»" }));
    let other = "mysql://kiwi:«b6n5m4q3w2e1r0»@db.kiwi.travel/kiwi";
    token = "«g9h8j7k6l5z4x3»".to_owned();
    let key = std::env::var("KIWI_TOKEN").unwrap_or("«y7u6i5o4p3a2s1»".to_owned());
    let _ = client.get("https://kiwi.travel").bearer_auth(key).body(token);
    let _ = stripe::Client::new("sk_live_«51H8fkdjZ93kfls02mfk4»");
    Settings { password: "«k3l4z5x6c7v8b9»".to_owned() }
}
"##;

/// Objects of a cluster, on one line, so that what is reported of one shows the others.
const OBJECTS: &str = r#"
{apiVersion: v1, kind: Secret, metadata: {name: kiwi}, data: {a.bin: «a2l3aS1iaW4tMTIzNDU2Nzg5MA», b: «MHg5ZjhlN2Q2YzViNGEzOTI4MQ»}, stringData: {SESSION_API_KEY: «9f86d081884c7d659a2feaa0c55ad015», note: «plain-words-of-ours»}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: kiwi}, spec: {template: {spec: {containers: [{name: kiwi, image: kiwi, command: [kiwi], env: [{name: KIWI_PASSWORD, value: "«Kt7-Zq2-Mw9-Xc4-Vb6»"}]}]}}}}
"#;

const COMPOSE: &str = "\
services:
  kiwi:
    build: .
    command: kiwi
    environment: { KIWI_API_KEY: «0c1d2e3f4a5b6c7d8e9f0a1b», OTHER: x, DATABASE_URL: 'postgres://app:«kW9x2LmQp4zz»@db.shop.io/app' }
    env_file: [kiwi.env]
";

const VARIABLES: &str =
    "GITHUB_TOKEN=ghp_«aZ81kdjf93kfls02mfk4aZ81kdjf93kfls02mfk4»\nexport PASSWORD='«Jd8-Kw2-Pq5-Ls9»'\n";

/// A text without the marks of secrets, and the secrets.
fn planted(text: &str) -> (String, Vec<String>) {
    let secrets = text.split('«').skip(1).filter_map(|rest| rest.split('»').next());
    (text.replace(['«', '»'], ""), secrets.map(str::to_owned).collect())
}

/// A report without the pages of the rules, which are the same in every report and have secrets of their own.
fn without_pages(report: &str) -> String {
    let Ok(mut report) = serde_json::from_str::<Value>(report) else { return report.to_owned() };
    report.pointer_mut("/runs/0/tool").map(Value::take);
    report.to_string()
}

/// What was printed, and by what.
struct Outputs {
    all: Vec<(String, String)>,
}

impl Outputs {
    /// Everything that can be made to print something about a directory.
    fn of(dir: &Path) -> Self {
        let mut outputs = Self { all: Vec::new() };
        for format in FORMATS {
            outputs.add(
                dir,
                &["check", "--message-format", format, "--min-confidence", "low", "--no-allow", "."],
            );
        }
        for args in [
            &["check", "-v", "--statistics", "--color", "always", "."][..],
            &["check", "--diff", "--unsafe-fixes", "."],
            &["check", "--dump", "facts", "."],
            &["check", "--dump", "program", "."],
            &["check", "--show-settings", "."],
            &["check", "--show-files", "."],
            &["baseline", "write", "--baseline", "written.json", "--min-confidence", "low", "."],
            &["check", "--baseline", "written.json", "-v", "."],
            &["check", "-D", "unverified-startup", "--output", "sarif=written.sarif", "."],
        ] {
            outputs.add(dir, args);
        }
        for name in ["written.json", "written.sarif"] {
            let text = without_pages(&fs::read_to_string(dir.join(name)).unwrap_or_default());
            outputs.all.push((name.to_owned(), text));
        }
        outputs
    }

    fn add(&mut self, dir: &Path, args: &[&str]) {
        let run = run(dir, args);
        let out = if args.contains(&"sarif") { without_pages(&run.out) } else { run.out };
        self.all.push((args.join(" "), out + &run.err));
    }

    /// How many bytes there are, none of which are a part of a secret.
    fn check(&self, secrets: &[String]) -> usize {
        for secret in secrets {
            let chars: Vec<char> = secret.chars().collect();
            let windows: Vec<String> =
                chars.windows(WINDOW.min(chars.len())).map(|it| it.iter().collect()).collect();
            for (by, text) in &self.all {
                let shown = windows.iter().find(|window| text.contains(window.as_str()));
                let line = |window: &String| text.lines().find(|line| line.contains(window.as_str()));
                let line: String = shown.and_then(line).unwrap_or_default().chars().take(400).collect();
                assert!(shown.is_none(), "`{by}` shows {secret}: {line}");
            }
        }
        self.all.iter().map(|(_, text)| text.len()).sum()
    }
}

#[test]
fn planted_secrets_are_in_no_output() {
    let mut secrets = Vec::new();
    let mut files: Vec<(String, String)> = vec![(
        "Cargo.toml".to_owned(),
        "[package]\nname = \"kiwi\"\nedition = \"2024\"\n[dependencies]\nclap = \"4\"\nreqwest = \"0.12\"\nsqlx = \"0.8\"\njsonwebtoken = \"9\"\nserde_json = \"1\"\nasync-stripe = \"0.41\"\n".to_owned(),
    )];
    for (path, text) in [
        ("src/main.rs", [MAIN, "fn main() {}\n"].concat().as_str()),
        ("deploy/objects.yaml", OBJECTS),
        ("compose.yaml", COMPOSE),
        ("kiwi.env", VARIABLES),
        ("broken.yaml", "kind: Secret\napiVersion: v1\ndata: {password: «L0z9x8c7v6b5n4», [\n"),
    ] {
        let (text, found) = planted(text);
        secrets.extend(found);
        files.push((path.to_owned(), text));
    }
    let dir = directory(&files);
    let mut outputs = Outputs::of(dir.path());
    for (at, _) in MAIN.lines().enumerate().filter(|(_, line)| line.contains('«')) {
        outputs.add(dir.path(), &["why", &format!("src/main.rs:{}", at + 1)]);
    }
    let found = outputs.all.iter().find(|(by, _)| by.contains("short")).expect("it ran").1.clone();
    assert!(found.matches("[authlint::hardcoded-credential]").count() >= 12, "{found}");
    assert!(found.contains("objects.yaml") && found.contains("kiwi.env"), "{found}");
    assert!(secrets.len() > 30 && outputs.check(&secrets) > 100_000);
}

#[test]
fn settings_and_catalogs_that_hold_a_key_are_told_of_without_it() {
    let key = ["sk-proj-", "aZ81kdjf93kfls02mfk4qq"].concat();
    let mut outputs = Outputs { all: Vec::new() };
    for settings in [
        format!("fail-on = \"{key}\"\n"),
        format!("\"{key}\" = 1\n"),
        format!("exclude = \"{key}\"\n"),
        format!("levels = {{ \"{key}\" = \"deny\" }}\n"),
        format!("levels = {{ cached-token = \"{key}\" }}\n"),
        format!("catalog = [\"{key}/../../*\", \"{key}\"]\n"),
        "catalog = [\"catalog.toml\"]\n".to_owned(),
    ] {
        let catalog =
            format!("schema = 1\npackage = \"{key}\"\nread = \"{key}\"\n[[type]]\npath = \"{key}\"\n");
        let dir = directory(&[
            ("authlint.toml", settings.as_str()),
            ("catalog.toml", &catalog),
            ("a.rs", &format!("// authlint: allow({key}, reason = \"{key}\")\nfn a() {{}}\n")),
            ("base.json", &format!("{{\"version\": 1, \"{key}\": 1}}")),
        ]);
        outputs.add(dir.path(), &["check", "."]);
        outputs.add(dir.path(), &["check", "--show-settings", "."]);
        outputs.add(dir.path(), &["check", "--config", "fail-on='error'", "--baseline", "base.json", "a.rs"]);
    }
    assert!(outputs.check(&[key["sk-proj-".len()..].to_owned()]) > 1_000);
}

/// The secrets that findings of a run point at, taken out of the files: what stands between their quotes, in parts where the
/// literal breaks it; and what has the shape of a key, wherever it stands.
fn secrets_found(dir: &Path, catalog: &Catalog) -> BTreeSet<String> {
    let out = run(dir, &["check", "--message-format", "json", "--min-confidence", "low", "."]).out;
    let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of json"));
    let mut found = BTreeSet::new();
    for message in lines.map(|line| line["message"].clone()) {
        if message["code"]["code"] != "authlint::hardcoded-credential" {
            continue;
        }
        for span in message["spans"].as_array().expect("spans").iter().filter(|it| it["is_primary"] == true) {
            let text =
                fs::read_to_string(dir.join(span["file_name"].as_str().expect("a name"))).expect("text");
            let at = |key: &str| usize::try_from(span[key].as_u64().expect("a number")).expect("it fits");
            found.extend(parts(&text[at("byte_start")..at("byte_end")], catalog));
        }
    }
    for text in files_below(dir, "").iter().filter_map(|path| fs::read_to_string(path).ok()) {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
        let is_key = |word: &&str| catalog.key_shape(word).is_some_and(|key| !key.public);
        found.extend(words.filter(is_key).flat_map(|word| parts(word, catalog)));
    }
    found
}

/// The parts of a literal that may be secret.
fn parts(literal: &str, catalog: &Catalog) -> Vec<String> {
    let content =
        literal.split_once('"').map_or(literal, |(_, rest)| rest.rsplit('"').next_back().unwrap_or(rest));
    let prefix = catalog.keys().iter().map(|key| key.prefix.as_str()).filter(|it| content.starts_with(it));
    let secret = &content[prefix.map(str::len).max().unwrap_or(0)..];
    let words = secret.split(|c: char| c.is_whitespace() || matches!(c, '\\' | '/' | '@' | ':' | '"'));
    let is_secret = |word: &&str| word.len() >= WINDOW && word.bytes().any(|byte| byte.is_ascii_digit());
    words.filter(is_secret).map(str::to_owned).collect()
}

#[test]
fn secrets_of_pages_cases_and_fixtures_are_in_no_output() {
    let mut pages = files_below(&root().join("rules"), ".md");
    pages.extend(files_below(&root().join("tests/cases"), ".md"));
    let catalog = Catalog::shipped().expect("it parses");
    let (mut bytes, mut count) = (0, 0);
    let mut look = |dir: &Path| {
        let secrets: Vec<String> = secrets_found(dir, &catalog).into_iter().collect();
        if !secrets.is_empty() {
            count += secrets.len();
            bytes += Outputs::of(dir).check(&secrets);
        }
    };
    for page in pages {
        let dir = tempfile::tempdir().expect("a directory can be made");
        for (at, block) in blocks(&fs::read_to_string(&page).expect("a page")).iter().enumerate() {
            if block.kind.starts_with("rust") {
                block.write(&dir.path().join(format!("block{at}")));
            }
        }
        look(dir.path());
    }
    // A copy: what is written beside the projects is not theirs.
    let dir = tempfile::tempdir().expect("a directory can be made");
    let fixtures = root().join("fixtures");
    for file in files_below(&fixtures, "").into_iter().filter(|path| path.is_file()) {
        let copy = dir.path().join(file.strip_prefix(&fixtures).expect("below it"));
        fs::create_dir_all(copy.parent().expect("a directory")).expect("it can be made");
        fs::copy(&file, &copy).expect("it can be copied");
    }
    look(dir.path());
    assert!(count > 15 && bytes > 400_000, "{count} secrets, {bytes} bytes: this test is blind");
}
