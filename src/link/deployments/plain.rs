//! Secrets that are written out in manifests.

use smol_str::SmolStr;

use crate::catalog::{Catalog, schema::CredentialKind, secret::is_private_key};
use crate::source::{
    Place,
    deployment::{Deployments, Literal},
};

/// A credential that a manifest gives in plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainSecret {
    /// The variable or key that it is given by.
    pub name: SmolStr,
    /// What it is.
    pub kind: CredentialKind,
    /// Whose it is, where its shape or name says so.
    pub provider: Option<SmolStr>,
    /// Where it is written.
    pub place: Place,
    /// Whether it has the shape of a real key, and not only a name that speaks of one.
    pub is_key_shaped: bool,
    /// Whether it is written in Base64.
    pub is_encoded: bool,
}

/// The least number of characters of a value that may be a secret.
const SHORTEST: usize = 8;

/// The credentials that manifests give in plain text, in order of their places.
#[must_use]
pub fn plain_secrets(deployments: &Deployments, catalog: &Catalog) -> Vec<PlainSecret> {
    let mut found: Vec<PlainSecret> =
        deployments.literals.iter().filter_map(|it| secret(it, catalog)).collect();
    found.sort_by_key(|it| it.place);
    found.dedup_by_key(|it| it.place);
    found
}

/// The values under names that speak of credentials, whatever they look like: nobody has to see them.
pub(in crate::link) fn plain_values(deployments: &Deployments, catalog: &Catalog) -> Vec<Place> {
    let is_named =
        |literal: &&Literal| kind_of(&literal.name, catalog).is_some() && !is_reference(&literal.text);
    deployments.literals.iter().filter(is_named).map(|literal| literal.place).collect()
}

fn secret(literal: &Literal, catalog: &Catalog) -> Option<PlainSecret> {
    let text = literal.text.trim();
    if is_reference(text) || catalog.words().is_placeholder(text) || text.chars().count() < SHORTEST {
        return None;
    }
    let shape = catalog
        .keys()
        .iter()
        .filter(|key| is_shaped(text, &key.prefix, key.min))
        .max_by_key(|key| key.prefix.len());
    if shape.is_some_and(|key| key.public) {
        return None;
    }
    let kind = kind_of(&literal.name, catalog);
    // An id tells whose the secret is, even where it looks like a key.
    if literal.name.to_ascii_lowercase().ends_with("_id") {
        return None;
    }
    let is_secret = match kind {
        _ if shape.is_some() => true,
        _ if !literal.is_deployed => false,
        Some(CredentialKind::ConnectionString) => has_real_password(text, catalog),
        Some(CredentialKind::PrivateKey) if is_private_key(text) => true,
        Some(_) => is_random(text),
        None => false,
    };
    let named = catalog.env(&literal.name).map(|entry| &entry.provider);
    is_secret.then(|| PlainSecret {
        name: SmolStr::new(&literal.name),
        kind: kind.unwrap_or(CredentialKind::ApiKey),
        provider: shape.map(|key| &key.provider).or(named).map(SmolStr::new),
        place: literal.place,
        is_key_shaped: shape.is_some(),
        is_encoded: literal.is_encoded,
    })
}

fn kind_of(name: &str, catalog: &Catalog) -> Option<CredentialKind> {
    let known = catalog.env(name).map(|entry| entry.kind);
    known.or_else(|| catalog.words().classify(name).map(|class| class.kind))
}

/// Whether a value only says where the real one comes from: `${X}`, `$X`, `<…>`, `{{ x }}`, a path, a vault's address.
fn is_reference(text: &str) -> bool {
    let starts = ["/", "./", "vault:", "op://", "ref+", "file:", "arn:", "<", "!"];
    text.contains('$')
        || text.contains("{{")
        || text.contains("%(")
        || starts.iter().any(|start| text.starts_with(start))
}

fn is_shaped(text: &str, prefix: &str, min: usize) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else { return false };
    let is_key =
        |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '+' | '/' | '=');
    rest.len() >= min && rest.chars().all(is_key) && is_random(rest)
}

/// Whether a text looks as if a machine made it, and no person for a development set-up: letters and digits mixed over more
/// characters than people type, and many different ones.
fn is_random(text: &str) -> bool {
    let distinct: std::collections::BTreeSet<char> = text.chars().collect();
    let has = |is: fn(&char) -> bool| text.chars().any(|char| is(&char));
    let is_token = text.chars().all(|char| char.is_ascii_graphic());
    is_token
        && text.len() >= 16
        && distinct.len() >= 9
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
        && is_mixed(text)
        && !has_word(text)
}

/// Whether a text has a word in it, as what people type does: letters of one case in a row. Digits of base 16 may have any.
fn has_word(text: &str) -> bool {
    const LONGEST: usize = 6;
    let is_hex = text.chars().all(|char| char.is_ascii_hexdigit() || char == '-');
    let has_run =
        |is: fn(&u8) -> bool| text.as_bytes().split(|byte| !is(byte)).any(|run| run.len() >= LONGEST);
    !is_hex && (has_run(u8::is_ascii_lowercase) || has_run(u8::is_ascii_uppercase))
}

/// Whether letters and digits change places often: `0f3a9` does, `my-secret-key-123` does not.
fn is_mixed(text: &str) -> bool {
    let chars: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let changes = chars.windows(2).filter(|pair| {
        let class =
            |char: char| (char.is_ascii_digit(), char.is_ascii_uppercase(), char.is_ascii_lowercase());
        class(pair[0]) != class(pair[1])
    });
    changes.count() * 4 >= chars.len()
}

/// Whether a connection string for another machine has a password that a machine made.
fn has_real_password(text: &str, catalog: &Catalog) -> bool {
    let Some((user, host)) = text.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')) else {
        return false;
    };
    let password = user.split_once(':').map_or("", |(_, password)| password);
    let name = host.split(['/', ':', '?']).next().unwrap_or(host);
    // A host without a dot is a service of the same network, as development set-ups have it.
    let is_far = name.contains('.') && !name.starts_with("127.") && name.rsplit('.').next() != Some("local");
    is_far && password.len() >= SHORTEST && !catalog.words().is_placeholder(password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn found(name: &str, text: &str) -> Option<PlainSecret> {
        let catalog = Catalog::shipped().expect("the shipped catalog parses");
        let place = Place { file: FileId(0), span: Span::new(0, 1) };
        let (name, text) = (name.to_owned(), text.to_owned());
        let literal = Literal { name, text, place, is_deployed: true, is_encoded: false };
        let deployments = Deployments { literals: vec![literal], ..Deployments::default() };
        plain_secrets(&deployments, &catalog).into_iter().next()
    }

    #[test]
    fn real_values_are_secrets() {
        let key = ["sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"].concat();
        let by_shape = found("ANYTHING", &key);
        let by_name = found("SESSION_API_KEY", "9f86d081884c7d659a2feaa0c55ad015").expect("a secret");
        assert!(by_shape.is_some_and(|it| it.is_key_shaped) && !by_name.is_key_shaped);
        assert!(found("DATABASE_URL", "postgres://app:kW9x2LmQp4@db.shop.io:5432/app").is_some());
        assert_eq!(
            found("STRIPE_API_KEY", "9f86d081884c7d659a2feaa0c55ad015").and_then(|it| it.provider).as_deref(),
            Some("stripe")
        );
    }

    #[test]
    fn what_people_type_for_development_is_none() {
        for (name, text) in [
            ("DB_PASSWORD", "postgres"),
            ("DB_PASSWORD", "my-secret-password-123"),
            ("API_KEY", "${API_KEY}"),
            ("API_KEY", "changeme-changeme-1234"),
            ("API_KEY", "<your key 0a1b2c3d4e5f6a7b>"),
            ("API_KEY", "/run/secrets/0a1b2c3d4e5f6a7b8c"),
            ("DATABASE_URL", "postgres://app:kW9x2LmQp4@db:5432/app"),
            ("DATABASE_URL", "postgres://app:kW9x2LmQp4@127.0.0.1/app"),
            ("PGPASSWORD", "SummerHoliday2031!x9"),
            ("AWS_ACCESS_KEY_ID", "AKIA0B1C2D3E4F5G6H7J"),
            ("IMAGE_DIGEST", "9f86d081884c7d659a2feaa0c55ad015"),
        ] {
            assert_eq!(found(name, text), None, "{name}={text}");
        }
    }
}
