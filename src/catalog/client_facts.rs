//! What the shipped catalog must say of clients and credentials, and that its paths fit together.

use std::collections::BTreeMap;

use super::{
    Catalog,
    schema::{Action, FnEntry, Lifetime, Starts, TypeEntry, TypeRole},
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
    let without_entry = ["http::HeaderName", "http::HeaderValue", "tokio::fs::File"];
    let gives = catalog.functions().filter_map(|(path, entry)| Some((path, entry.gives.as_ref()?)));
    let builds = catalog.types().filter_map(|(path, entry)| Some((path, entry.builds.as_ref()?)));
    let mut wrong: Vec<String> = gives
        .chain(builds)
        .filter(|(_, target)| {
            let is_known = catalog.ty(target).is_some()
                || target.starts_with("std::")
                || without_entry.contains(&target.as_str());
            !is_known || catalog.canonical(target) != target.as_str()
        })
        .map(|(path, target)| format!("{path} -> {target}"))
        .collect();
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
            takes && entry.gives.is_none() && entry.does.is_none() && catalog.ty(owner).is_none()
        })
        .map(|(path, _)| path.as_str())
        .collect();
    lost.sort_unstable();
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn credentials_are_taken_where_the_table_says() {
    let catalog = shipped();
    let table = [
        ("teloxide::prelude::Bot::new", 0, "teloxide::Bot"),
        ("teloxide_core::Bot::new", 0, "teloxide::Bot"),
        ("serenity::http::client::Http::new", 0, "serenity::http::Http"),
        ("poise::serenity_prelude::ClientBuilder::new", 0, "serenity::Client"),
        ("async_stripe::Client::new", 0, "async_stripe::Client"),
        ("stripe_rust::Client::from_url", 1, "stripe_rust::Client"),
        ("aws_credential_types::Credentials::from_keys", 1, "aws_credential_types::Credentials"),
        ("aws_sdk_dynamodb::config::Credentials::new", 1, "aws_credential_types::Credentials"),
        ("rust_s3::creds::Credentials::new", 1, "aws_creds::Credentials"),
        ("async_openai::config::OpenAIConfig::with_api_key", 0, "async_openai::config::OpenAIConfig"),
        ("twilio::Client::new", 1, "twilio::Client"),
        ("elasticsearch::auth::Credentials::Basic", 1, "elasticsearch::auth::Credentials"),
        ("meilisearch_sdk::Client::new", 1, "meilisearch_sdk::client::Client"),
        ("sendgrid::v3::Sender::new", 0, "sendgrid::v3::Sender"),
        ("twilight_http::client::Client::new", 0, "twilight_http::Client"),
    ];
    for (path, credential, gives) in table {
        let entry = function(&catalog, path);
        assert_eq!(entry.credential, [credential], "{path}");
        assert_eq!(entry.gives.as_deref(), Some(gives), "{path}");
    }
}

#[test]
fn a_bare_client_takes_none() {
    let catalog = shipped();
    for path in [
        "reqwest::Client::new",
        "reqwest::blocking::Client::default",
        "ureq::agent",
        "isahc::HttpClient::new",
        "octocrab::Octocrab::default",
        "slack_morphism::prelude::SlackClient::new",
        "genai::Client::new",
        "rust_s3::Bucket::new_public",
    ] {
        let entry = function(&catalog, path);
        let takes = !entry.credential.is_empty() || !entry.carries.is_empty() || !entry.reads_env.is_empty();
        assert!(!takes && !entry.refreshes, "{path}");
        assert!(entry.gives.is_some(), "{path}");
    }
}

#[test]
fn what_is_set_for_one_request_is_not_kept() {
    let catalog = shipped();
    for path in [
        "reqwest::RequestBuilder::bearer_auth",
        "reqwest::blocking::RequestBuilder::basic_auth",
        "reqwest::RequestBuilder::header",
        "reqwest_middleware::RequestBuilder::bearer_auth",
        "ureq::Request::set",
        "awc::ClientRequest::bearer_auth",
        "postgrest::Builder::auth",
    ] {
        assert!(function(&catalog, path).per_request, "{path}");
    }
    // The same names on a client's builder are for all requests.
    for path in ["awc::ClientBuilder::bearer_auth", "reqwest::ClientBuilder::default_headers"] {
        assert!(!function(&catalog, path).per_request, "{path}");
    }
}

#[test]
fn providers_renew_and_given_credentials_do_not() {
    let catalog = shipped();
    for path in [
        "azure_identity::DefaultAzureCredential",
        "gcp_auth::TokenProvider",
        "aws_config::sts::AssumeRoleProvider",
        "google_cloud_auth::credentials::Credentials",
        "firestore::FirestoreDb",
    ] {
        assert!(ty(&catalog, path).refreshes, "{path}");
    }
    for path in [
        "aws_config::load_defaults",
        "kube::Config::infer",
        "kube_client::Client::try_default",
        "octocrab::OctocrabBuilder::app",
        "rspotify::ClientCredsSpotify::new",
        "yup_oauth2::ServiceAccountAuthenticator::builder",
    ] {
        assert!(function(&catalog, path).refreshes, "{path}");
    }
    for path in [
        "aws_credential_types::Credentials::new",
        "octocrab::OctocrabBuilder::personal_token",
        "rspotify::ClientCredsSpotify::from_token",
        "yup_oauth2::AccessTokenAuthenticator::builder",
        // A loader may have been given keys that stay as they are.
        "aws_config::defaults",
    ] {
        assert!(!function(&catalog, path).refreshes, "{path}");
    }
}

#[test]
fn tokens_end_and_keys_do_not() {
    let catalog = shipped();
    for path in [
        "octocrab::OctocrabBuilder::user_access_token",
        "azure_storage::prelude::StorageCredentials::bearer_token",
        "gitlab::Gitlab::with_oauth2",
        "graph_rs_sdk::Graph::new",
        "object_store::aws::AmazonS3Builder::with_token",
    ] {
        assert_eq!(function(&catalog, path).lifetime, Some(Lifetime::Expiring), "{path}");
    }
    for path in ["octocrab::OctocrabBuilder::personal_token", "teloxide::Bot::new", "sendgrid::SGClient::new"]
    {
        assert_ne!(function(&catalog, path).lifetime, Some(Lifetime::Expiring), "{path}");
    }
}

#[test]
fn what_looks_like_a_client_and_is_none_is_plain() {
    let catalog = shipped();
    for path in [
        "oauth2::basic::BasicClient",
        "openidconnect::core::CoreClient",
        "jsonwebtoken::EncodingKey",
        "jsonwebtoken::DecodingKey",
        "fcm::Client",
    ] {
        assert_eq!(ty(&catalog, path).is, TypeRole::Plain, "{path}");
    }
}

#[test]
fn token_endpoints_and_globals() {
    let catalog = shipped();
    let table = [
        ("oauth2::ClientCredentialsTokenRequest::request_async", Action::Login),
        ("oauth2::RefreshTokenRequest::request_async", Action::Refresh),
        ("azure_core::auth::TokenCredential::get_token", Action::Login),
        ("gcp_auth::TokenProvider::token", Action::Login),
        ("aws_sdk_sts::Client::assume_role", Action::Login),
        ("aws_sdk_secretsmanager::Client::get_secret_value", Action::ReadSecret),
        ("vaultrs::auth::approle::login", Action::Login),
        ("octocrab::initialise", Action::CellSet),
        ("octocrab::instance", Action::CellGet),
        ("reqwest::Response::json", Action::ReadResponse),
        ("hyper::HeaderMap::get", Action::ReadRequest),
    ];
    for (path, does) in table {
        assert_eq!(function(&catalog, path).does, Some(does), "{path}");
    }
}

#[test]
fn what_a_construction_starts() {
    let catalog = shipped();
    let table = [
        ("reqwest::Client", TypeRole::Client, Starts::Nothing),
        ("reqwest::blocking::Client", TypeRole::Client, Starts::Threads),
        ("r2d2::Pool", TypeRole::Pool, Starts::Threads),
        ("diesel::r2d2::Pool", TypeRole::Pool, Starts::Threads),
        ("sqlx::PgPool", TypeRole::Pool, Starts::Tasks),
        ("bb8_postgres::bb8::Pool", TypeRole::Pool, Starts::Tasks),
        ("kube::client::Client", TypeRole::Client, Starts::Tasks),
        ("octocrab::Octocrab", TypeRole::Client, Starts::Tasks),
        ("redis::Client", TypeRole::Client, Starts::Nothing),
        ("redis::aio::ConnectionManager", TypeRole::Connection, Starts::Tasks),
        ("rdkafka::producer::FutureProducer", TypeRole::Client, Starts::Threads),
        ("mongodb::sync::Client", TypeRole::Client, Starts::Threads),
    ];
    for (path, is, starts) in table {
        assert_eq!((ty(&catalog, path).is, ty(&catalog, path).starts), (is, starts), "{path}");
    }
}

#[test]
fn a_key_of_azure_takes_the_place_of_what_the_environment_gave() {
    let catalog = shipped();
    let new = function(&catalog, "async_openai::config::AzureConfig::new");
    assert_eq!(new.reads_env, ["OPENAI_API_KEY"]);
    let with = function(&catalog, "async_openai::config::AzureConfig::with_api_key");
    assert!(!with.passes_self);
    // What a `config` holds is in what its methods give; of a `plain` type nothing is.
    assert_eq!(ty(&catalog, "async_openai::config::AzureConfig").is, TypeRole::Plain);
}

#[test]
fn variables_hosts_and_shapes_name_their_provider() {
    let catalog = shipped();
    for (name, provider) in [
        ("OPENAI_API_KEY", "openai"),
        ("AZURE_OPENAI_API_KEY", "azure-openai"),
        ("ANTHROPIC_API_KEY", "anthropic"),
        ("GITHUB_TOKEN", "github"),
        ("AWS_SECRET_ACCESS_KEY", "aws"),
        ("DATABASE_URL", "sql"),
    ] {
        assert_eq!(catalog.env(name).map(|entry| entry.provider.as_str()), Some(provider), "{name}");
    }
    let mut hosts = BTreeMap::new();
    for host in catalog.hosts() {
        assert_eq!(hosts.insert(&host.name, &host.provider), None, "{} is there twice", host.name);
    }
    let mut keys = BTreeMap::new();
    for key in catalog.keys() {
        assert_eq!(keys.insert(&key.prefix, key.public), None, "{} is there twice", key.prefix);
    }
    assert_eq!(keys.get(&"pk_live_".to_owned()), Some(&true));
    assert_eq!(keys.get(&"sk_live_".to_owned()), Some(&false));
}
