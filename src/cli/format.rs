//! What `--message-format` says: our formats, and the names cargo has for its own.

use crate::finding::nearest;
use crate::report::Format;

/// A format, and how it is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MessageFormat {
    /// The format.
    pub(super) format: Format,
    /// Whether the text that json carries for people is coloured (`json-diagnostic-rendered-ansi`).
    pub(super) is_rendered_coloured: bool,
}

/// Our formats by the names that are offered.
const OURS: [(&str, Format); 8] = [
    ("human", Format::Human),
    ("short", Format::Short),
    ("json", Format::Json),
    ("sarif", Format::Sarif),
    ("github", Format::Github),
    ("gitlab", Format::Gitlab),
    ("junit", Format::Junit),
    ("rdjson", Format::Rdjson),
];

/// What cargo calls kinds of its json, as editors pass them.
const CARGOS: [(&str, Format); 3] = [
    ("json-diagnostic-short", Format::Json),
    (RENDERED_COLOURED, Format::Json),
    ("json-render-diagnostics", Format::Json),
];

const RENDERED_COLOURED: &str = "json-diagnostic-rendered-ansi";

impl MessageFormat {
    /// Reads the flag's value. Cargo allows several, divided by commas: the last names the format.
    ///
    /// # Errors
    /// A name that no format has; the message names the nearest.
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        let mut chosen = Self { format: Format::Human, is_rendered_coloured: false };
        for name in value.split(',') {
            let known = OURS.iter().chain(&CARGOS).find(|(known, _)| known.eq_ignore_ascii_case(name));
            chosen.format = known.ok_or_else(|| unknown(name))?.1;
            chosen.is_rendered_coloured |= name.eq_ignore_ascii_case(RENDERED_COLOURED);
        }
        Ok(chosen)
    }

    /// Whether it is coloured, where colours `are_wanted`. They are for people; in json they are asked for by the name of
    /// the format.
    pub(super) fn is_coloured(self, are_wanted: bool) -> bool {
        match self.format {
            Format::Human | Format::Short => are_wanted,
            _ => self.is_rendered_coloured,
        }
    }
}

fn unknown(name: &str) -> String {
    let names = OURS.map(|(name, _)| name);
    match nearest(name, names) {
        Some(near) => format!("no format is called `{name}`; the nearest is `{near}`"),
        None => format!("no format is called `{name}`; there are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> (Format, bool) {
        let format = MessageFormat::parse(value).expect("a format");
        (format.format, format.is_rendered_coloured)
    }

    #[test]
    fn reads_names() {
        assert_eq!(read("short"), (Format::Short, false));
        assert_eq!(read("JSON"), (Format::Json, false));
        assert_eq!(read("json-render-diagnostics"), (Format::Json, false));
        assert_eq!(read("json-diagnostic-rendered-ansi"), (Format::Json, true));
        assert_eq!(read("json-diagnostic-rendered-ansi,json-diagnostic-short"), (Format::Json, true));
    }

    #[test]
    fn names_what_was_meant() {
        assert!(MessageFormat::parse("hunam").expect_err("unknown").contains("`human`"));
        assert!(MessageFormat::parse("").expect_err("unknown").contains("human, short"));
    }
}
