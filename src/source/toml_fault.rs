//! What is wrong with a TOML text that somebody wrote for authlint, as a value: line, key, and what would be known.

use toml::de::Error;

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlFault {
    /// The 1-based line; none where the text as a whole is meant.
    pub line: Option<usize>,
    /// What is wrong there, with the key: lower case, no full stop.
    pub message: String,
    /// The key or word that is not known, where that is what is wrong.
    pub unknown: Option<UnknownWord>,
}

/// A key or word that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// As it is written.
    pub word: String,
    /// What could stand in its place.
    pub known: Vec<String>,
}

impl TomlFault {
    /// A fault at an offset of a text, in bytes.
    #[must_use]
    pub fn at(text: &str, offset: usize, message: String) -> Self {
        Self { line: Some(line_at(text, offset)), message, unknown: None }
    }

    /// What a reader of TOML said of a text.
    #[must_use]
    pub fn of(text: &str, error: &Error) -> Self {
        let offset = error.span().map(|span| span.start);
        let key = offset.and_then(|offset| key_at(text, offset));
        let said = error.message().replace('\n', ", ");
        let (message, unknown) = match (Said::read(&said), key) {
            (Some(Said::UnknownKey(unknown)), _) => {
                (format!("the key `{}` is not known", unknown.word), Some(unknown))
            }
            (Some(Said::UnknownWord(unknown)), Some(key)) => {
                (format!("`{key}` does not know the word `{}`", unknown.word), Some(unknown))
            }
            (Some(Said::UnknownWord(unknown)), None) => {
                (format!("the word `{}` is not known", unknown.word), Some(unknown))
            }
            (Some(Said::Missing(key)), _) => (format!("the key `{key}` is missing"), None),
            (None, Some(key)) => (format!("`{key}`: {said}"), None),
            (None, None) => (said, None),
        };
        Self { line: offset.map(|offset| line_at(text, offset)), message, unknown }
    }
}

/// The 1-based line of an offset in bytes.
fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The key that is set in the line of an offset, if one is.
fn key_at(text: &str, offset: usize) -> Option<&str> {
    let line = text.lines().nth(line_at(text, offset) - 1)?;
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let is_bare = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '"');
    (!key.is_empty() && key.chars().all(is_bare)).then_some(key)
}

/// What serde says in its own words; those are its interface for people and have not changed since its first version.
enum Said {
    UnknownKey(UnknownWord),
    UnknownWord(UnknownWord),
    Missing(String),
}

impl Said {
    fn read(message: &str) -> Option<Self> {
        let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
        let word = quoted.next()?;
        if message.starts_with("missing field") {
            return Some(Self::Missing(word));
        }
        let unknown = UnknownWord { word, known: quoted.collect() };
        if message.starts_with("unknown field") {
            Some(Self::UnknownKey(unknown))
        } else if message.starts_with("unknown variant") {
            Some(Self::UnknownWord(unknown))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        #[expect(dead_code, reason = "only read from text")]
        numbers: Vec<usize>,
        #[expect(dead_code, reason = "only read from text")]
        word: Word,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Word {
        Yes,
        No,
    }

    fn fault(text: &str) -> TomlFault {
        TomlFault::of(text, &toml::from_str::<Form>(text).expect_err("it is refused"))
    }

    #[test]
    fn names_line_key_and_what_is_known() {
        let unknown = fault("numbers = []\nnumber = 1\n");
        assert_eq!((unknown.line, unknown.message.as_str()), (Some(2), "the key `number` is not known"));
        assert_eq!(unknown.unknown.map(|it| it.known), Some(vec!["numbers".to_owned(), "word".to_owned()]));
        let word = fault("numbers = []\n\nword = \"yess\"\n");
        assert_eq!((word.line, word.message.as_str()), (Some(3), "`word` does not know the word `yess`"));
        assert_eq!(word.unknown.map(|it| it.known), Some(vec!["yes".to_owned(), "no".to_owned()]));
        assert_eq!(fault("word = \"yes\"\n").message, "the key `numbers` is missing");
        let kind = fault("word = \"yes\"\nnumbers = 1\n");
        assert_eq!(kind.line, Some(2));
        assert!(kind.message.starts_with("`numbers`: invalid type"), "{kind:?}");
        assert_eq!(fault("word = \"yes\"\nnumbers = [\n").line, Some(2));
    }
}
