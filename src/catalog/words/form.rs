//! The form of `rules/vocabulary.toml`.

use rustc_hash::FxHashSet;
use serde::Deserialize;

use crate::catalog::schema::{CredentialKind, Lifetime};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) credential: Vec<CredentialWords>,
    pub(super) not_a_credential: NotACredential,
    pub(super) not_secret: NotACredential,
    #[serde(rename = "secret-file")]
    pub(super) holding: SecretFile,
    pub(super) publishable: WordList,
    pub(super) device: WordList,
    pub(super) own_signing: WordList,
    pub(super) expiry: Expiry,
    pub(super) headers: Headers,
    pub(super) placeholders: Placeholders,
    pub(super) clients: Clients,
    pub(super) tests: Tests,
    pub(super) outside: Outside,
    pub(super) plain: Plain,
    pub(super) refusals: Refusals,
    pub(super) arguments: Arguments,
    pub(super) functions: Functions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clients {
    pub(super) last: Vec<String>,
    pub(super) never: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialWords {
    pub(super) kind: CredentialKind,
    pub(super) lifetime: Lifetime,
    pub(super) words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotACredential {
    pub(super) last: Vec<String>,
    pub(super) any: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretFile {
    pub(super) shapes: Vec<String>,
    pub(super) ends: Vec<String>,
    pub(super) texts: Vec<String>,
    pub(super) names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WordList {
    pub(super) words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expiry {
    pub(super) fields: Vec<String>,
    pub(super) methods: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Headers {
    pub(super) names: Vec<String>,
    pub(super) parts: Vec<String>,
    pub(super) constants: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Placeholders {
    pub(super) values: Vec<String>,
    pub(super) parts: Vec<String>,
    pub(super) keyless: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tests {
    pub(super) attributes: FxHashSet<String>,
    pub(super) features: FxHashSet<String>,
    pub(super) modules: FxHashSet<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plain {
    pub(super) crates: FxHashSet<String>,
    pub(super) texts: FxHashSet<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outside {
    pub(super) answers: FxHashSet<String>,
    pub(super) derives: FxHashSet<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusals {
    pub(super) unauthorized: Vec<String>,
    pub(super) other: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Functions {
    pub(super) checks: FxHashSet<String>,
    pub(super) setup: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    pub(super) derives: FxHashSet<String>,
    pub(super) attributes: FxHashSet<String>,
    pub(super) functions: FxHashSet<String>,
}
