//! A rule's page, laid out for a terminal.

const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// The markdown of a rule's page as it is printed: headings (bold and without their marks when `is_coloured`), fences as
/// indented blocks, all else as it is. Every line ends with `\n`.
#[must_use]
pub fn page(markdown: &str, is_coloured: bool) -> String {
    let mut out = String::with_capacity(markdown.len() + markdown.len() / 8);
    let mut is_fenced = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
            continue;
        }
        out.push_str(&if is_fenced { indented(line) } else { prose(line, is_coloured) });
        out.push('\n');
    }
    out
}

fn indented(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("    {line}") }
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
    fn fences_become_indented_blocks_and_keep_their_marks() {
        let plain = "# a-rule\n\nOne line.\n\n## Bad\n\n    //- /src/main.rs\n    # not a heading\n\n    \
            x(); //~ a-rule\n";
        assert_eq!(page(PAGE, false), plain);
    }

    #[test]
    fn headings_are_bold_in_colour() {
        let coloured = page(PAGE, true);
        assert!(coloured.starts_with("\u{1b}[1ma-rule\u{1b}[0m\n\nOne line.\n\n\u{1b}[1mBad\u{1b}[0m\n"));
        assert!(coloured.contains("    # not a heading\n"));
    }
}
