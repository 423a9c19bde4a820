//! A rule's page, laid out for a terminal.

const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// The markdown of a rule's page as it is printed: headings (bold and without their marks when `is_coloured`), fences as
/// indented blocks with the marks of tests in words, all else as it is. Every line ends with `\n`.
#[must_use]
pub fn page(markdown: &str, is_coloured: bool) -> String {
    let mut out = String::with_capacity(markdown.len() + markdown.len() / 8);
    let (mut is_fenced, mut is_behind_code) = (false, false);
    for line in markdown.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            is_fenced = !is_fenced;
            let between = if is_fenced && is_behind_code { joined_by(kind) } else { "" };
            out.push_str(between);
            is_behind_code = !is_fenced;
            continue;
        }
        is_behind_code &= line.is_empty();
        out.push_str(&if is_fenced { indented(line) } else { prose(line, is_coloured) });
        out.push('\n');
    }
    out
}

/// What stands between two blocks, which would run into each other where only their fences part them.
fn joined_by(kind: &str) -> &'static str {
    match kind {
        "rust,fixed" => "With its fix:\n\n",
        _ if kind.starts_with("rust") => "Or:\n\n",
        _ => "",
    }
}

/// A line of a block. `//~` marks what is reported, and `//- /` starts a file.
fn indented(line: &str) -> String {
    let line = match line.strip_prefix("//- /") {
        Some(file) => format!("// {file}"),
        None => worded(line),
    };
    if line.is_empty() { line } else { format!("    {line}") }
}

fn worded(line: &str) -> String {
    match line.split_once("//~") {
        Some((code, mark)) if mark.starts_with('^') => format!("{code}// the line above is reported"),
        Some((code, _)) => format!("{code}// reported"),
        None => line.to_owned(),
    }
}

fn prose(line: &str, is_coloured: bool) -> String {
    let heading = line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'));
    match heading {
        Some(heading) if is_coloured => format!("{BOLD}{heading}{RESET}"),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    const PAGE: &str = "# a-rule\n\nOne line.\n\n## Bad\n\n```rust,bad\n//- /src/main.rs\n# not a heading\n\n\
        x(); //~ a-rule\n```\n";

    #[test]
    fn fences_become_indented_blocks_and_their_marks_words() {
        let plain = "# a-rule\n\nOne line.\n\n## Bad\n\n    // src/main.rs\n    # not a heading\n\n    \
            x(); // reported\n";
        assert_eq!(page(PAGE, false), plain);
    }

    #[test]
    fn blocks_do_not_run_into_each_other() {
        let markdown = "```rust,bad\na\n//~^ a-rule\n```\n\n```rust,fixed\nb\n```\n\n```rust,bad\nc\n```\n\n```text\nd\n```\n\n\
            And\n\n```rust,bad\ne\n```\n";
        let plain = "    a\n    // the line above is reported\n\nWith its fix:\n\n    b\n\nOr:\n\n    c\n\n    d\n\nAnd\n\n    e\n";
        assert_eq!(page(markdown, false), plain);
    }

    #[test]
    fn headings_are_bold_in_colour() {
        let coloured = page(PAGE, true);
        assert!(coloured.starts_with("\u{1b}[1ma-rule\u{1b}[0m\n\nOne line.\n\n\u{1b}[1mBad\u{1b}[0m\n"));
        assert!(coloured.contains("    # not a heading\n"));
    }
}
