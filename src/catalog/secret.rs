//! What a literal text is, where a credential goes: a secret, or something that only stands in its place.

use super::{Catalog, schema::KeyEntry};
use crate::catalog::schema::CredentialKind;
use crate::source::base64::decoded;

/// The longest text that is looked at as a password.
const LONGEST_PASSWORD: usize = 200;
/// From this length on a key is not made up by hand.
const LONG: usize = 16;

/// What a literal is where a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing at all.
    Empty,
    /// A text that nobody takes for a secret: `your-key`, `changeme`.
    Placeholder,
    /// Something that may be published: a publishable key, a public key, an identifier.
    Public,
    /// No credential: a name, a path, prose, a template.
    Other,
    /// A secret; weak where only its place says so.
    Secret {
        /// Whether its form says so as well.
        is_strong: bool,
    },
}

/// The user information of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserInfo<'t> {
    /// The user.
    pub user: &'t str,
    /// The password.
    pub password: &'t str,
    /// The host, without its port.
    pub host: &'t str,
}

impl Catalog {
    /// What a literal is at a place where a credential of this kind goes.
    #[must_use]
    pub fn judge(&self, text: &str, kind: Option<CredentialKind>) -> Verdict {
        if let Some(pair) = basic_pair(text.trim()) {
            let password = pair.split_once(':').map_or("", |(_, password)| password);
            return if password.is_empty() {
                Verdict::Public
            } else {
                self.judge(password, Some(CredentialKind::Password))
            };
        }
        let text = without_scheme(text.trim());
        if text.is_empty() {
            return Verdict::Empty;
        }
        if text.contains("-----BEGIN") {
            return pem(text);
        }
        if let Some(url) = user_info(text) {
            return self.judge_url(&url);
        }
        if self.words().is_placeholder(text) || is_filler(text) {
            return Verdict::Placeholder;
        }
        if is_anon_token(text) || self.key_shape(text).is_some_and(|key| key.public) {
            return Verdict::Public;
        }
        if self.key_shape(text).is_some() {
            return Verdict::Secret { is_strong: true };
        }
        if self.is_other(text, kind) {
            return Verdict::Other;
        }
        Verdict::Secret { is_strong: is_strong(text) }
    }

    fn judge_url(&self, url: &UserInfo<'_>) -> Verdict {
        if url.password.is_empty() {
            return Verdict::Other;
        }
        if is_template(url.password) {
            return Verdict::Other;
        }
        let is_default = url.password == url.user || is_filler(url.password);
        if is_default
            || self.words().is_placeholder(url.password)
            || is_local(url.host)
            || self.words().is_placeholder(url.host)
        {
            return Verdict::Placeholder;
        }
        Verdict::Secret { is_strong: true }
    }

    /// Whether a text is a name, a path, prose or a template.
    fn is_other(&self, text: &str, kind: Option<CredentialKind>) -> bool {
        let is_password = matches!(kind, Some(CredentialKind::Password | CredentialKind::PrivateKey));
        if kind == Some(CredentialKind::ConnectionString) && !names_password(text) {
            return true;
        }
        let is_sentence = text.chars().any(char::is_whitespace);
        let shortest = if is_password { 4 } else { 6 };
        let is_name =
            self.words().classify(text).is_some() && !text.chars().any(|char| char.is_ascii_digit());
        let is_upper = |char: char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_';
        let is_variable = text.len() > 3
            && text.starts_with(|char: char| char.is_ascii_uppercase())
            && text.chars().all(is_upper)
            && (text.contains('_') || (!is_password && !text.chars().any(|char| char.is_ascii_digit())));
        // Words alone are a password and no key.
        let is_words =
            !is_password && !text.bytes().any(|byte| byte.is_ascii_digit()) && text.len() < LONG * 2;
        text.len() < shortest
            || (is_password && text.len() > LONGEST_PASSWORD)
            || is_sentence
            || is_name
            || is_words
            || is_variable
            || is_template(text)
            || text.starts_with("x-")
            || (text.starts_with('[') && text.ends_with(']'))
            || text.contains("://")
            || is_path(text)
            || (!is_password && text.contains('@') && text.contains('.'))
    }

    /// The key shape that a text has.
    #[must_use]
    pub fn key_shape(&self, text: &str) -> Option<&KeyEntry> {
        let has = |key: &&KeyEntry| {
            text.strip_prefix(key.prefix.as_str()).is_some_and(|rest| {
                rest.len() >= key.min
                    && (key.prefix.contains("://")
                        || key.prefix.starts_with("-----")
                        || rest.bytes().all(is_key_byte))
            })
        };
        self.keys_of(text).filter(has).max_by_key(|key| key.prefix.len())
    }
}

/// The user information of a URL, where it has a password.
#[must_use]
pub fn user_info(text: &str) -> Option<UserInfo<'_>> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = !scheme.is_empty()
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let authority = rest.split(['/', '?', '#', ' ']).next()?;
    let (info, host) = authority.rsplit_once('@')?;
    let (user, password) = info.split_once(':')?;
    let host = host.split(':').next().unwrap_or_default();
    is_scheme.then_some(UserInfo { user, password, host })
}

/// Whether a connection string of keys and values names a password.
fn names_password(text: &str) -> bool {
    ["password=", "pwd=", "AccountKey=", "SharedAccessKey="].iter().any(|key| text.contains(key))
}

/// The host of an address, without its port.
#[must_use]
pub fn host_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.split(']').next().map(|host| &host[1..]);
    }
    host.split(':').next().filter(|host| !host.is_empty())
}

/// Whether a host is this machine or a neighbour without a domain, as containers have.
#[must_use]
pub fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "::1" | "0.0.0.0" | "[" | "")
        || host.starts_with("127.")
        || host.starts_with("192.168.")
        || host.starts_with("10.")
        || !host.contains('.')
        || [".local", ".localhost", ".internal", ".test", ".example", ".invalid", ".svc"]
            .iter()
            .any(|end| host.ends_with(end))
        || host.contains("example.")
}

/// The text behind an authentication scheme.
fn without_scheme(text: &str) -> &str {
    const SCHEMES: [&str; 8] = ["bearer", "basic", "token", "bot", "apikey", "api-key", "key", "oauth"];
    match text.split_once(' ') {
        Some((scheme, rest)) if SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) => rest.trim(),
        None if SCHEMES.iter().any(|known| text.eq_ignore_ascii_case(known)) => "",
        _ => text,
    }
}

/// What the header of basic authentication says, where it is one.
fn basic_pair(text: &str) -> Option<String> {
    let encoded = text.strip_prefix("Basic ").or_else(|| text.strip_prefix("basic "))?;
    decoded(encoded).filter(|pair| pair.contains(':'))
}

/// Whether a text is a private key as files hold it.
#[must_use]
pub fn is_private_key(text: &str) -> bool {
    text.contains("PRIVATE KEY-----")
}

fn pem(text: &str) -> Verdict {
    let is_private = is_private_key(text);
    let body: usize = text.lines().filter(|line| !line.contains("-----")).map(str::len).sum();
    let is_cut = text.contains("...") || text.contains('<') || text.contains('{') || text.contains('…');
    match (is_private, is_cut || (body < 40 && text.len() < 120)) {
        (false, _) => Verdict::Public,
        (true, true) => Verdict::Placeholder,
        (true, false) => Verdict::Secret { is_strong: true },
    }
}

/// `0000`, `abcabc`, `12345678`, `aaaa-bbbb`: what fingers type.
fn is_filler(text: &str) -> bool {
    let bare: Vec<u8> =
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect();
    let mut kinds = bare.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let is_step = |pair: &[u8]| pair[1] == pair[0].wrapping_add(1) || pair[1] == pair[0] || pair == b"90";
    let steps = bare.windows(2).filter(|pair| is_step(pair)).count();
    kinds.len() <= 2 || (bare.len() >= 4 && steps * 4 >= (bare.len() - 1) * 3)
}

fn is_template(text: &str) -> bool {
    text.contains(['{', '}', '%']) || text.contains("$(") || text.starts_with('$') || text.contains('<')
}

/// How the names of files end.
const ENDS: [&str; 12] =
    [".json", ".pem", ".key", ".toml", ".yaml", ".yml", ".txt", ".crt", ".env", ".rs", ".html", ".db"];

fn is_path(text: &str) -> bool {
    let is_relative = text.starts_with("./") || text.starts_with("../") || text.starts_with('~');
    let is_absolute = text.starts_with('/') && text[1..].contains('/');
    is_relative || is_absolute || ENDS.iter().any(|end| text.ends_with(end))
}

/// Whether the form of a text says that it is a secret: long, and neither words nor a number.
fn is_strong(text: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    text.len() >= LONG && has_digit && has_letter
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~')
}

/// Whether a text is a token for everybody, as Supabase's anonymous one is.
fn is_anon_token(text: &str) -> bool {
    let Some(payload) = text.strip_prefix("eyJ").and_then(|_| text.split('.').nth(1)) else { return false };
    // `"role":"anon"` at each of the three places where base64 may cut it.
    ["InJvbGUiOiJhbm9uI", "Jyb2xlIjoiYW5vbi", "icm9sZSI6ImFub24i"].iter().any(|form| payload.contains(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str) -> Verdict {
        Catalog::shipped().expect("the shipped catalog parses").judge(text, Some(CredentialKind::Password))
    }

    #[test]
    fn secrets() {
        for text in [
            "hunter2!",
            "Bearer 9f3kd83jfk39dkf93kd",
            "Basic a2l3aTp0cjRjdG9yLWdyZWVu",
            "postgres://app:s3cr3tpw9@db.acme.io:5432/app",
            "gsk_4fJ8sKd92LmQx7VbN3cZ1tYwR5uHg6Ae0PiOq8SjDk2FlMnBvCx",
        ] {
            assert!(matches!(judge(text), Verdict::Secret { .. }), "{text}: {:?}", judge(text));
        }
    }

    #[test]
    fn no_secrets() {
        for (text, verdict) in [
            ("", Verdict::Empty),
            ("Bearer ", Verdict::Empty),
            // A user without a password.
            ("Basic a2l3aS13ZWI6", Verdict::Public),
            ("[Filtered]", Verdict::Other),
            ("x-amz-content-sha256", Verdict::Other),
            ("changeme", Verdict::Placeholder),
            ("relay_secret_change_in_production", Verdict::Placeholder),
            ("xxxxxxxx", Verdict::Placeholder),
            ("12345678", Verdict::Placeholder),
            ("your-api-key", Verdict::Placeholder),
            ("postgres://app:s3cr3tpw9@localhost/app", Verdict::Placeholder),
            ("postgres://app:s3cr3tpw9@db:5432/app", Verdict::Placeholder),
            ("postgres://postgres:postgres@db.acme.io/app", Verdict::Placeholder),
            ("OPENAI_API_KEY", Verdict::Other),
            ("api_key", Verdict::Other),
            ("the password of the user", Verdict::Other),
            ("https://api.acme.io/v1", Verdict::Other),
            ("/etc/acme/token", Verdict::Other),
            ("${PASSWORD}", Verdict::Other),
            ("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0B\n-----END PUBLIC KEY-----", Verdict::Public),
        ] {
            assert_eq!(judge(text), verdict, "{text}");
        }
    }

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(host_of("https://user:pw@api.acme.io:8443/v1"), Some("api.acme.io"));
        assert_eq!(host_of("http://[::1]:80/"), Some("::1"));
        assert_eq!(host_of("no address"), None);
        assert!(is_local("db") && is_local("127.0.0.1") && !is_local("api.acme.io"));
    }
}
