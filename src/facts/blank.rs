//! What stands before the code: BOM, shebang and frontmatter are blanked, so that offsets stay those of the file.

use std::borrow::Cow;

const BOM: &str = "\u{feff}";

/// The text with BOM, shebang and frontmatter replaced by spaces of the same number of bytes; line ends stay.
pub(super) fn blank(text: &str) -> Cow<'_, str> {
    let prefix = prefix(text);
    if prefix == 0 {
        return Cow::Borrowed(text);
    }
    let spaces =
        text[..prefix].bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' });
    Cow::Owned(spaces.collect::<String>() + &text[prefix..])
}

/// How many bytes stand before the code.
fn prefix(text: &str) -> usize {
    let mut at = if text.starts_with(BOM) { BOM.len() } else { 0 };
    at += shebang(&text[at..]);
    at + frontmatter(&text[at..])
}

/// A first line `#!…` that is not the start of an inner attribute.
fn shebang(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("#!") else { return 0 };
    if rest.trim_start().starts_with('[') {
        return 0;
    }
    text.find('\n').unwrap_or(text.len())
}

/// `---` at the start of a line, up to the closing fence.
fn frontmatter(text: &str) -> usize {
    let trimmed = text.trim_start_matches([' ', '\t', '\r', '\n']);
    let dashes = trimmed.len() - trimmed.trim_start_matches('-').len();
    if dashes < 3 {
        return 0;
    }
    let fence = &trimmed[..dashes];
    let mut at = text.len() - trimmed.len();
    for (number, line) in trimmed.split_inclusive('\n').enumerate() {
        at += line.len();
        if number > 0 && line.trim_end() == fence {
            return at;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_lines_stay() {
        for text in [
            "\u{feff}fn a() {}",
            "#!/usr/bin/env cargo\nfn a() {}",
            "#!/x\r\n---\n[dependencies]\n---\nfn a() {}",
            "---\nx = 1\n---\nfn a() {}",
        ] {
            let blanked = blank(text);
            assert_eq!(blanked.len(), text.len());
            assert_eq!(blanked.matches('\n').count(), text.matches('\n').count());
            assert_eq!(blanked.trim(), "fn a() {}");
        }
    }

    #[test]
    fn attributes_are_no_shebang() {
        assert!(matches!(blank("#![allow(dead_code)]\nfn a() {}"), Cow::Borrowed(_)));
    }
}
