//! Files of variables: `NAME=value` a line.

use crate::source::Span;

/// One line of a file of variables.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    pub(super) name: &'t str,
    pub(super) value: &'t str,
    /// Where the name stands.
    pub(super) name_span: Span,
    /// Where the value stands, without quotes.
    pub(super) value_span: Span,
}

/// The entries of a file of variables.
pub(super) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut at = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        found.extend(entry(line, at));
        at += line.len();
    }
    found
}

fn entry(line: &str, at: usize) -> Option<Entry<'_>> {
    let body = line.trim_start();
    let body = body.strip_prefix("export ").unwrap_or(body);
    let (name, value) = body.split_once('=')?;
    let name = name.trim();
    if !is_name(name) {
        return None;
    }
    let value = value.trim();
    let value = value.trim_matches(['"', '\'']);
    let place = |part: &str| {
        let start = at + (part.as_ptr() as usize - line.as_ptr() as usize);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(start), offset(start + part.len()))
    };
    Some(Entry { name, value, name_span: place(name), value_span: place(value) })
}

/// Whether a text is the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    let is_first = |char: char| char.is_ascii_alphabetic() || char == '_';
    text.starts_with(is_first) && text.chars().all(|char| is_first(char) || char.is_ascii_digit())
}

/// The words of a text that look like names of variables.
pub(super) fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|char: char| !(char.is_ascii_alphanumeric() || char == '_'));
    words
        .filter(|word| word.len() > 2 && is_name(word) && word.bytes().all(|byte| !byte.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_places() {
        let text = "# x=1\nexport A=\"b c\"\n B = d\r\nnothing\n9=x\n";
        let found = entries(text);
        let pairs: Vec<_> = found.iter().map(|it| (it.name, it.value)).collect();
        assert_eq!(pairs, [("A", "b c"), ("B", "d")]);
        assert_eq!(&text[found[0].value_span.range()], "b c");
        assert_eq!(&text[found[1].name_span.range()], "B");
    }

    #[test]
    fn names_are_found_in_any_text() {
        let found: Vec<_> = names_in("docker run -e API_KEY=$API_KEY x-SECRET_1 No").collect();
        assert_eq!(found, ["API_KEY", "API_KEY", "SECRET_1"]);
    }
}
