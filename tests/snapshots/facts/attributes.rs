#![cfg(not(windows))]
#![allow(dead_code, unused)]

/// Docs are left out.
#[cfg(any(test, feature = "a", all(unix, not(target_os = "macos"))))]
#[cfg_attr(unix, path = "unix.rs")]
#[path = "x.rs"]
mod m;

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", crate = "other", default)]
struct S {
    #[arg(long, env = "TOKEN", default_value_t = 5, value_parser = parse(1, 2))]
    #[serde(rename(serialize = "a", deserialize = "b"), type = "c")]
    field: u8,
}

#[tokio::main(flavor = "current_thread", worker_threads = 2)]
async fn main() {}

#[unsafe(no_mangle)]
#[deprecated = "since"]
#[doc = "left out"]
#[cached(time = 60, key = "String", convert = r#"{ format!("{a}") }"#)]
#[odd(a b c, d)]
#[odd(x, => y)]
#[test]
fn f() {}
