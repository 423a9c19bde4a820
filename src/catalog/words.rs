//! The vocabulary of names, from `rules/vocabulary.toml`: which names speak of a credential.

mod form;

use form::{Arguments, File, Functions, Headers, Outside, Placeholders, Plain, Refusals, SecretFile, Tests};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::{
    CatalogError,
    schema::{CredentialKind, Lifetime},
};

/// The vocabulary.
#[derive(Clone, Debug, Default)]
pub struct Words {
    credential: Vec<(Vec<String>, NameClass)>,
    not_last: FxHashSet<String>,
    not_any: FxHashSet<String>,
    not_secret_any: FxHashSet<String>,
    not_secret_last: FxHashSet<String>,
    secret_file: SecretFile,
    publishable: Vec<Vec<String>>,
    device: Vec<Vec<String>>,
    own_signing: Vec<Vec<String>>,
    expiry_fields: Vec<Vec<String>>,
    expiry_methods: Vec<Vec<String>>,
    headers: Headers,
    placeholders: Placeholders,
    clients: FxHashSet<String>,
    never_clients: FxHashSet<String>,
    tests: Tests,
    outside: Outside,
    plain: Plain,
    refusals: Refusals,
    arguments: Arguments,
    functions: Functions,
}

/// What a name says of the value it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameClass {
    /// What the credential is.
    pub kind: CredentialKind,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Whether this process signs or checks its own tokens by it.
    pub is_own_signing: bool,
}

/// All that a name says which is asked for again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Says {
    /// What credential it is about.
    pub class: Option<NameClass>,
    /// Whether a field or variable of this name says when something ends or was renewed.
    pub is_expiry: bool,
    /// Whether a method of this name checks or renews something.
    pub renews: bool,
    /// Whether a type of this name, of which nothing else is known, is taken for a client.
    pub is_client: bool,
}

impl Words {
    /// The vocabulary that comes with authlint.
    ///
    /// # Errors
    /// The file does not parse; a test keeps this from ever happening.
    pub fn shipped() -> Result<Self, CatalogError> {
        let text = include_str!("../../rules/vocabulary.toml");
        let file: File =
            toml::from_str(text).map_err(|error| CatalogError::of("vocabulary.toml", text, &error))?;
        Ok(Self::from_file(file))
    }

    fn from_file(file: File) -> Self {
        let own_signing = runs(&file.own_signing.words);
        let mut credential = Vec::new();
        for entry in &file.credential {
            for run in runs(&entry.words) {
                let is_own_signing = own_signing.contains(&run);
                credential
                    .push((run, NameClass { kind: entry.kind, lifetime: entry.lifetime, is_own_signing }));
            }
        }
        // The longest run decides: `jwt secret` before `secret`.
        credential.sort_by_key(|(run, _)| std::cmp::Reverse(run.len()));
        Self {
            credential,
            not_last: file.not_a_credential.last.into_iter().collect(),
            not_any: file.not_a_credential.any.into_iter().collect(),
            not_secret_any: file.not_secret.any.into_iter().collect(),
            not_secret_last: file.not_secret.last.into_iter().collect(),
            secret_file: file.holding,
            publishable: runs(&file.publishable.words),
            device: runs(&file.device.words),
            own_signing,
            expiry_fields: runs(&file.expiry.fields),
            expiry_methods: runs(&file.expiry.methods),
            headers: file.headers,
            placeholders: file.placeholders,
            clients: file.clients.last.into_iter().collect(),
            never_clients: file.clients.never.into_iter().collect(),
            tests: file.tests,
            outside: file.outside,
            plain: file.plain,
            refusals: file.refusals,
            arguments: file.arguments,
            functions: file.functions,
        }
    }

    /// What the name of a variable, field, function or environment variable says of its value; `None` when it does not
    /// speak of a credential.
    #[must_use]
    pub fn classify(&self, name: &str) -> Option<NameClass> {
        self.classify_words(&split(name))
    }

    fn classify_words(&self, words: &[SmolStr]) -> Option<NameClass> {
        let last = words.last()?;
        if self.not_last.contains(last.as_str()) && !self.is_url_credential(words) {
            return None;
        }
        if words.iter().any(|word| self.not_any.contains(word.as_str())) {
            return None;
        }
        let mut class =
            self.credential.iter().find(|(run, _)| contains_run(words, run)).map(|(_, class)| *class)?;
        class.is_own_signing |= self.own_signing.iter().any(|run| contains_run(words, run));
        Some(class)
    }

    /// All that a name says which is asked for again and again.
    #[must_use]
    pub fn says(&self, name: &str) -> Says {
        let words = split(name);
        let has = |list: &[Vec<String>]| list.iter().any(|run| contains_run(&words, run));
        Says {
            class: self.classify_words(&words),
            is_expiry: has(&self.expiry_fields),
            renews: has(&self.expiry_methods),
            is_client: self.is_client_words(&words),
        }
    }

    /// Whether a name says that what it names is no secret: that it is public, an identifier, or made for tests.
    #[must_use]
    pub fn speaks_of_something_else(&self, name: &str) -> bool {
        let words = split(name);
        let is_about = words.last().is_some_and(|last| self.not_secret_last.contains(last.as_str()));
        (is_about && !self.is_url_credential(&words))
            || words.iter().any(|word| self.not_secret_any.contains(word.as_str()))
    }

    /// Whether a name is that of something about credentials, such as their place, prefix or life.
    #[must_use]
    pub fn is_about_credentials(&self, name: &str) -> bool {
        let words = split(name);
        words.last().is_some_and(|last| self.not_last.contains(last.as_str()))
            && !self.is_url_credential(&words)
    }

    /// What a file holds by its name, where that is a credential.
    #[must_use]
    pub fn kind_of_file(&self, path: &str) -> Option<CredentialKind> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let ends_so = self.secret_file.ends.iter().any(|end| name.ends_with(end.as_str()));
        if ends_so {
            return Some(CredentialKind::PrivateKey);
        }
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        let last = extension.rsplit('.').next().unwrap_or(extension);
        if !extension.is_empty() && !self.secret_file.texts.iter().any(|text| text == last) {
            return None;
        }
        if extension.split('.').any(|part| self.secret_file.shapes.iter().any(|shape| shape == part)) {
            return None;
        }
        let words = split(stem);
        let is_named = self.secret_file.names.iter().any(|run| {
            let run: Vec<String> = run.split(' ').map(str::to_owned).collect();
            contains_run(&words, &run)
        });
        if is_named {
            return Some(CredentialKind::PrivateKey);
        }
        self.classify(stem).map(|class| class.kind)
    }

    /// Whether a name is that of a key that may be published with a program.
    #[must_use]
    pub fn is_publishable(&self, name: &str) -> bool {
        let words = split(name);
        self.publishable.iter().any(|run| contains_run(&words, run))
    }

    /// Whether a name is that of a device's network.
    #[must_use]
    pub fn is_of_a_device(&self, name: &str) -> bool {
        let words = split(name);
        self.device.iter().any(|run| contains_run(&words, run))
    }

    /// `DATABASE_URL` ends in a word that is about a credential, and is one all the same.
    fn is_url_credential(&self, words: &[SmolStr]) -> bool {
        let is_url = |class: &NameClass| class.kind == CredentialKind::ConnectionString;
        self.credential.iter().any(|(run, class)| is_url(class) && ends_in(words, run))
    }

    /// Whether a field or variable of this name says when something ends or was renewed.
    #[must_use]
    pub fn is_expiry_field(&self, name: &str) -> bool {
        let words = split(name);
        self.expiry_fields.iter().any(|run| contains_run(&words, run))
    }

    /// Whether a method of this name checks or renews something.
    #[must_use]
    pub fn is_renewing_method(&self, name: &str) -> bool {
        let words = split(name);
        self.expiry_methods.iter().any(|run| contains_run(&words, run))
    }

    /// Whether a header of this name carries a credential.
    #[must_use]
    pub fn is_auth_header(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.headers.names.contains(&name)
            || self.headers.parts.iter().any(|part| name.contains(part.as_str()))
    }

    /// Whether a constant of this name stands for such a header.
    #[must_use]
    pub fn is_auth_header_constant(&self, name: &str) -> bool {
        self.headers.constants.iter().any(|known| known == name)
    }

    /// Whether a type of this name, of which nothing else is known, is taken for a client.
    #[must_use]
    pub fn is_client_type(&self, name: &str) -> bool {
        self.is_client_words(&split(name))
    }

    fn is_client_words(&self, words: &[SmolStr]) -> bool {
        words.last().is_some_and(|last| self.clients.contains(last.as_str()))
    }

    /// Whether a literal is what people give to a server that wants no key.
    #[must_use]
    pub fn is_keyless(&self, value: &str) -> bool {
        self.placeholders.keyless.contains(&value.to_ascii_lowercase())
    }

    /// Whether a type of this name, of which nothing else is known, is surely no client.
    #[must_use]
    pub fn is_never_client(&self, name: &str) -> bool {
        split(name).iter().any(|word| self.never_clients.contains(word.as_str()))
    }

    /// Whether an attribute whose path ends in this name keeps its item for tests.
    #[must_use]
    pub fn is_test_attribute(&self, name: &str) -> bool {
        self.tests.attributes.contains(name)
    }

    /// Whether only tests switch a feature of this name on.
    #[must_use]
    pub fn is_test_feature(&self, name: &str) -> bool {
        self.tests.features.contains(name)
    }

    /// Whether a module of this name is there for tests.
    #[must_use]
    pub fn is_test_module(&self, name: &str) -> bool {
        self.tests.modules.contains(name)
    }

    /// Whether a derive of this name reads a struct from an answer or a file.
    #[must_use]
    pub fn is_read_from_answers(&self, derive: &str) -> bool {
        self.outside.answers.contains(derive)
    }

    /// Whether a name or number in code is the answer to a credential that is no good.
    #[must_use]
    pub fn is_unauthorized(&self, name: &str) -> bool {
        self.refusals.unauthorized.iter().any(|known| known == name)
    }

    /// Whether a name or number in code is an answer that refuses what a credential asked for.
    #[must_use]
    pub fn is_refusal(&self, name: &str) -> bool {
        self.is_unauthorized(name) || self.refusals.other.iter().any(|known| known == name)
    }

    /// Whether a text speaks of such an answer.
    #[must_use]
    pub fn speaks_of_refusal(&self, text: &str) -> bool {
        let mut all = self.refusals.unauthorized.iter().chain(&self.refusals.other);
        all.any(|known| text.contains(known.as_str()))
    }

    /// Whether a function is called like one that puts credentials to the test.
    #[must_use]
    pub fn is_check(&self, name: &str) -> bool {
        name.split('_').any(|word| self.functions.checks.contains(word))
    }

    /// Whether a function is called like one that runs at startup.
    #[must_use]
    pub fn is_setup(&self, name: &str) -> bool {
        let begins = |start: &String| {
            name.strip_prefix(start.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        self.functions.setup.iter().any(begins)
    }

    /// Whether a derive of this name fills a struct from the command line.
    #[must_use]
    pub fn is_argument_derive(&self, derive: &str) -> bool {
        self.arguments.derives.contains(derive)
    }

    /// Whether an attribute of this name says how the command line fills a field.
    #[must_use]
    pub fn is_argument_attribute(&self, name: &str) -> bool {
        self.arguments.attributes.contains(name)
    }

    /// Whether a function of this name fills the struct that it belongs to from the command line.
    #[must_use]
    pub fn is_argument_function(&self, name: &str) -> bool {
        self.arguments.functions.contains(name)
    }

    /// Whether the types of a library of this name hold numbers, times and ids, and nothing that flows.
    #[must_use]
    pub fn is_plain_crate(&self, library: &str) -> bool {
        self.plain.crates.contains(library)
    }

    /// Whether the types of a library of this name are texts.
    #[must_use]
    pub fn is_text_crate(&self, library: &str) -> bool {
        self.plain.texts.contains(library)
    }

    /// Whether a derive of this name fills a struct from a file, the environment, arguments or an answer.
    #[must_use]
    pub fn is_read_from_outside(&self, derive: &str) -> bool {
        self.outside.derives.contains(derive)
    }

    /// Whether a literal is one that nobody takes for a secret.
    #[must_use]
    pub fn is_placeholder(&self, value: &str) -> bool {
        let value = value.to_ascii_lowercase();
        self.placeholders.values.contains(&value)
            || self.placeholders.parts.iter().any(|part| value.contains(part.as_str()))
    }
}

fn runs(list: &[String]) -> Vec<Vec<String>> {
    list.iter().map(|words| words.split(' ').map(str::to_owned).collect()).collect()
}

fn contains_run(words: &[SmolStr], run: &[String]) -> bool {
    words.windows(run.len()).any(|window| window == run)
}

fn ends_in(words: &[SmolStr], run: &[String]) -> bool {
    words.len() >= run.len() && words[words.len() - run.len()..] == *run
}

/// The words of a name in lower case: split at everything that is no letter or digit, and before a capital that follows a
/// small letter or stands before one (`GHToken`, `apiKey`).
fn split(name: &str) -> Vec<SmolStr> {
    let mut words = Vec::new();
    for part in name.split(|char: char| !char.is_alphanumeric()) {
        let mut start = 0;
        let mut before: Option<char> = None;
        let mut chars = part.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            if starts_word(before, char, chars.peek().map(|(_, next)| *next)) {
                words.push(lower_case(&part[start..at]));
                start = at;
            }
            before = Some(char);
        }
        if start < part.len() {
            words.push(lower_case(&part[start..]));
        }
    }
    words
}

fn lower_case(word: &str) -> SmolStr {
    word.chars().flat_map(char::to_lowercase).collect()
}

fn starts_word(before: Option<char>, char: char, next: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let is_after_small = before.is_lowercase() || before.is_numeric();
    let is_before_small = next.is_some_and(char::is_lowercase);
    char.is_uppercase() && (is_after_small || (before.is_uppercase() && is_before_small))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str) -> Option<CredentialKind> {
        Words::shipped().expect("the shipped vocabulary parses").classify(name).map(|class| class.kind)
    }

    #[test]
    fn names_of_credentials() {
        for name in [
            "OPENAI_API_KEY",
            "apiKey",
            "GITHUB_TOKEN",
            "GHToken",
            "smtp_password",
            "clientSecret",
            "DATABASE_URL",
        ] {
            assert!(kind(name).is_some(), "{name}");
        }
        assert_eq!(kind("access_token"), Some(CredentialKind::AccessToken));
        assert_eq!(kind("JWT_SECRET"), Some(CredentialKind::PrivateKey));
    }

    #[test]
    fn names_about_credentials() {
        for name in [
            "TOKEN_URL",
            "token_path",
            "MAX_TOKENS",
            "CancellationToken",
            "password_hash",
            "public_key",
            "csrf_token",
            "API_KEY_HEADER",
            "client_id",
        ] {
            assert_eq!(kind(name), None, "{name}");
        }
    }

    #[test]
    fn names_of_tests_and_of_what_comes_from_outside() {
        let words = Words::shipped().expect("the shipped vocabulary parses");
        assert!(words.is_test_attribute("rstest") && !words.is_test_attribute("main"));
        assert!(words.is_test_feature("test-utils") && !words.is_test_feature("tls"));
        assert!(words.is_read_from_outside("Deserialize") && !words.is_read_from_outside("Debug"));
        assert!(words.is_read_from_answers("Deserialize") && !words.is_read_from_answers("Parser"));
        assert!(words.is_argument_derive("Parser") && !words.is_argument_derive("Deserialize"));
        assert!(words.is_check("api_healthcheck") && !words.is_check("checkout"));
        assert!(words.is_setup("init_db") && words.is_setup("main") && !words.is_setup("newest"));
        assert!(words.is_argument_attribute("arg") && words.is_argument_function("try_parse"));
        assert!(words.is_unauthorized("401") && !words.is_unauthorized("403") && words.is_refusal("403"));
        assert!(words.speaks_of_refusal("got a 401 back") && !words.speaks_of_refusal("got a 404 back"));
        assert!(words.is_plain_crate("chrono") && !words.is_plain_crate("reqwest"));
        assert!(words.is_text_crate("ustr") && !words.is_text_crate("chrono"));
    }
}
