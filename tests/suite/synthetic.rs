//! Made-up programs of any size: what the benchmarks time and the suite counts the steps of.

use std::fmt::Write as _;

/// A shape of programs that can be made larger.
pub(crate) struct Shape {
    /// What grows with the number.
    pub(crate) name: &'static str,
    /// The program of this size.
    pub(crate) text: fn(usize) -> String,
}

/// Every shape.
pub(crate) const SHAPES: &[Shape] = &[
    Shape { name: "functions", text: functions },
    Shape { name: "call depth", text: call_depth },
    Shape { name: "chain length", text: chain_length },
    Shape { name: "ring of calls", text: ring },
    Shape { name: "callers of one", text: callers },
    Shape { name: "readers and writers of a field", text: readers },
    Shape { name: "impls of a trait", text: impls },
    Shape { name: "modules with globs", text: globs },
    Shape { name: "statics", text: statics },
    Shape { name: "statements", text: statements },
];

/// Calls `line` for each number below `n`, and joins what it writes.
fn repeat(n: usize, mut line: impl FnMut(usize) -> String) -> String {
    (0..n).fold(String::new(), |mut text, at| {
        text += &line(at);
        text.push('\n');
        text
    })
}

const CLIENT: &str =
    "async_openai::Client::with_config(async_openai::config::OpenAIConfig::new().with_api_key(key))";
const KEY: &str = "std::env::var(\"OPENAI_API_KEY\").unwrap()";
const TYPE: &str = "async_openai::Client<async_openai::config::OpenAIConfig>";

fn functions(n: usize) -> String {
    repeat(n, |at| {
        format!("pub fn f{at}(name: &str) -> {TYPE} {{ let key = {KEY}; println!(\"{{name}}\"); {CLIENT} }}")
    })
}

fn call_depth(n: usize) -> String {
    let mut text = repeat(n, |at| {
        format!("fn f{at}(key: String) -> {TYPE} {{ let client = f{}(key); client }}", at + 1)
    });
    let _ = writeln!(text, "fn f{n}(key: String) -> {TYPE} {{ {CLIENT} }}");
    text + &format!(
        "static ONE: std::sync::LazyLock<{TYPE}> = std::sync::LazyLock::new(|| f0({KEY}));\nfn main() {{ ONE.chat(); }}\n"
    )
}

fn chain_length(n: usize) -> String {
    let calls = repeat(n, |at| format!("        .header(\"x-{at}\", value)"));
    format!(
        "pub fn send(client: &reqwest::Client, value: &str) {{\n    let key = {KEY};\n    client.get(\"https://api.test\").bearer_auth(key)\n{calls}        .send();\n}}\n"
    )
}

fn ring(n: usize) -> String {
    repeat(n, |at| {
        format!(
            "pub fn f{at}(key: String, left: u32) -> String {{ if left == 0 {{ key }} else {{ f{}(key, left - 1) }} }}",
            (at + 1) % n
        )
    }) + &format!("fn main() {{ let key = f0({KEY}, 9); let client = {CLIENT}; }}\n")
}

fn callers(n: usize) -> String {
    let callers = repeat(n, |at| format!("pub fn f{at}() {{ let key = {KEY}; keep(key, {at}); }}"));
    format!(
        "pub struct Kept {{ key: String, at: u32 }}\nfn keep(key: String, at: u32) -> Kept {{ Kept {{ key, at }} }}\n{callers}"
    )
}

fn readers(n: usize) -> String {
    let methods = repeat(n, |at| {
        format!(
            "    pub fn set{at}(&mut self, key: String) {{ self.key = key; }}\n    pub fn get{at}(&self) -> String {{ self.key.clone() }}"
        )
    });
    format!(
        "pub struct Kept {{ key: String }}\nimpl Kept {{\n{methods}}}\nfn main() {{ let mut kept = Kept {{ key: {KEY} }}; kept.set0({KEY}); }}\n"
    )
}

fn impls(n: usize) -> String {
    let impls = repeat(n, |at| {
        format!(
            "pub struct S{at};\nimpl Gives for S{at} {{ fn give(&self, key: &str) -> String {{ key.to_owned() }} }}\npub fn f{at}(from: &dyn Gives) -> String {{ from.give(\"x{at}\") }}"
        )
    });
    format!("pub trait Gives {{ fn give(&self, key: &str) -> String; }}\n{impls}")
}

fn globs(n: usize) -> String {
    let modules = repeat(n, |at| {
        let next = if at + 1 < n { format!("pub use super::m{}::*;", at + 1) } else { String::new() };
        format!("mod m{at} {{ {next} pub fn f{at}() -> String {{ {KEY} }} }}")
    });
    format!("{modules}use m0::*;\nfn main() {{ let key = f{}(); let client = {CLIENT}; }}\n", n - 1)
}

fn statics(n: usize) -> String {
    repeat(n, |at| {
        format!(
            "static S{at}: std::sync::LazyLock<{TYPE}> = std::sync::LazyLock::new(|| {{ let key = {KEY}; {CLIENT} }});\npub fn f{at}() {{ S{at}.chat(); }}"
        )
    })
}

fn statements(n: usize) -> String {
    let lines =
        repeat(n, |at| format!("    let key{at} = key.clone();\n    if key{at}.is_empty() {{ return; }}"));
    format!("fn main() {{\n    let key = {KEY};\n{lines}    let client = {CLIENT};\n}}\n")
}
