//! What the shipped catalog must say of clients and credentials, and that its paths fit together.

use super::{
    Catalog,
    schema::{FnEntry, Starts, TypeEntry, TypeRole},
};

fn shipped() -> Catalog {
    Catalog::shipped().expect("the shipped catalog parses")
}

/// The entry of a function, by a path as code has it.
fn function<'c>(catalog: &'c Catalog, path: &str) -> &'c FnEntry {
    let canonical = catalog.canonical(path);
    catalog.function(&canonical).unwrap_or_else(|| panic!("no function {path} ({canonical})"))
}

/// The entry of a type, by a path as code has it.
fn ty<'c>(catalog: &'c Catalog, path: &str) -> &'c TypeEntry {
    let canonical = catalog.canonical(path);
    catalog.ty(&canonical).unwrap_or_else(|| panic!("no type {path} ({canonical})"))
}

#[test]
fn every_path_that_an_entry_names_is_canonical_and_known() {
    let catalog = shipped();
    // Values that std's own methods work on: nothing is to be said of them.
    let without_entry = ["http::HeaderName", "http::HeaderValue"];
    let mut wrong = Vec::new();
    let gives = catalog.functions().filter_map(|(path, entry)| Some((path, entry.gives.as_ref()?)));
    let builds = catalog.types().filter_map(|(path, entry)| Some((path, entry.builds.as_ref()?)));
    for (path, target) in gives.chain(builds) {
        let is_known = catalog.ty(target).is_some() || without_entry.contains(&target.as_str());
        if catalog.canonical(target) != target.as_str() || !is_known && !target.starts_with("std::") {
            wrong.push(format!("{path} -> {target}"));
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_entry_hides_behind_an_alias() {
    let catalog = shipped();
    let paths = catalog.types().map(|(path, _)| path).chain(catalog.functions().map(|(path, _)| path));
    let mut hidden: Vec<String> = paths
        .filter(|path| catalog.canonical(path) != **path)
        .map(|path| format!("{path} is read as {}", catalog.canonical(path)))
        .collect();
    hidden.sort();
    assert!(hidden.is_empty(), "{}", hidden.join("\n"));
}

#[test]
fn every_argument_that_carries_a_credential_ends_somewhere() {
    let catalog = shipped();
    let mut lost: Vec<&str> = catalog
        .functions()
        .filter(|(path, entry)| {
            let takes = !entry.credential.is_empty() || !entry.carries.is_empty();
            let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
            let has_receiver = catalog.ty(owner).is_some();
            takes && entry.gives.is_none() && entry.does.is_none() && !has_receiver
        })
        .map(|(path, _)| path.as_str())
        .collect();
    lost.sort_unstable();
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn clients_take_their_credential_where_the_table_says() {
    let catalog = shipped();
    let table = [
        ("teloxide::prelude::Bot::new", vec![0], "teloxide::Bot"),
        ("teloxide_core::Bot::new", vec![0], "teloxide::Bot"),
        ("serenity::http::Http::new", vec![0], "serenity::http::Http"),
        ("async_stripe::Client::new", vec![0], "async_stripe::Client"),
        ("stripe_rust::Client::from_url", vec![1], "stripe_rust::Client"),
        ("aws_credential_types::Credentials::from_keys", vec![1], "aws_credential_types::Credentials"),
        ("aws_sdk_dynamodb::config::Credentials::new", vec![1], "aws_credential_types::Credentials"),
        ("rust_s3::creds::Credentials::new", vec![1], "aws_creds::Credentials"),
        (
            "lettre::transport::smtp::authentication::Credentials::new",
            vec![1],
            "lettre::transport::smtp::authentication::Credentials",
        ),
        ("async_openai::config::OpenAIConfig::with_api_key", vec![0], "async_openai::config::OpenAIConfig"),
    ];
    for (path, credential, gives) in table {
        let entry = function(&catalog, path);
        assert_eq!(entry.credential, credential, "{path}");
        assert_eq!(entry.gives.as_deref(), Some(gives), "{path}");
    }
}
