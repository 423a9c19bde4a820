//! The format `short`: one line a finding, `path:line:column: level[authlint::rule]: message`.

use std::io;

use super::shown::Shown;
use super::story::Story;

/// Writes a line for each story.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for story in stories {
        let place = story.primary().place;
        let file = shown.file(place.file);
        let at = file.line_column(place.span.start);
        let level = story.level_word();
        writeln!(out, "{}:{}:{}: {level}[{}]: {}", file.name, at.line, at.column, story.code, story.message)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::report::{Format, sample};

    #[test]
    fn a_finding_is_one_line_with_its_column_in_characters() {
        let (files, id) = sample::one_file("src/a.rs", "\n\té漢 two\r\n");
        let mut finding = sample::finding(sample::place(&files, id, "two"));
        finding.message = "a\nb".into();
        let text = sample::written(Format::Short, &sample::report(&files, &[finding]));
        assert_eq!(text, "src/a.rs:2:5: error[authlint::a-rule]: a?b\n");
    }
}
