//! The same code in other forms: line ends, a BOM, a shebang, another working directory, a link on the way. The findings are the
//! same ones at the same places.

use std::fs;

use crate::block::blocks;
use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, directory};
use crate::run::{Found, files_below, found, root, run_binary};

/// A way to write the same file: its name, what it makes of a text, and how many lines it puts before the code.
type Form = (&'static str, fn(&str) -> String, usize);

const FORMS: [Form; 3] = [
    ("CRLF", |text| text.replace('\n', "\r\n"), 0),
    ("BOM and CRLF", |text| format!("\u{feff}{}", text.replace('\n', "\r\n")), 0),
    ("BOM and shebang", |text| format!("\u{feff}#!/usr/bin/env -S cargo\n{text}"), 1),
];

#[test]
fn blocks_of_pages_are_reported_the_same_in_every_form() {
    let mut count = 0;
    for page in files_below(&root().join("rules"), ".md") {
        let dir = tempfile::tempdir().expect("a directory can be made");
        let page = blocks(&fs::read_to_string(&page).expect("a page"));
        for (at, block) in page.iter().enumerate().filter(|(_, block)| block.kind.starts_with("rust")) {
            block.write(&dir.path().join(format!("block{at}")));
        }
        let sources = files_below(dir.path(), ".rs");
        if sources.is_empty() {
            continue;
        }
        let texts: Vec<String> = sources.iter().map(|path| fs::read_to_string(path).expect("text")).collect();
        let plain = found(dir.path(), &["."]);
        count += plain.len();
        for (name, form, lines) in FORMS {
            for (path, text) in sources.iter().zip(&texts) {
                fs::write(path, form(text)).expect("it can be written");
            }
            let moved: Vec<Found> =
                plain.iter().map(|(file, line, rule)| (file.clone(), line + lines, rule.clone())).collect();
            assert_eq!(found(dir.path(), &["."]), moved, "{name}");
        }
    }
    assert!(count > 15, "{count} findings: this test is blind");
}

#[cfg(unix)]
#[test]
fn a_link_on_the_way_and_another_directory_change_no_byte() {
    let dir = directory(&[
        ("inside/a.rs", GLOBAL_CLIENT),
        ("inside/sub/b.rs", FORKED_RUNTIME),
        ("other/c.txt", ""),
    ]);
    let top = dir.path();
    std::os::unix::fs::symlink("inside", top.join("link")).expect("it can be linked");
    let reports = |cwd: &str, path: &str, format: &str| {
        run_binary(&top.join(cwd), &["check", "--message-format", format, path]).out
    };
    for format in ["human", "short", "json", "sarif", "github", "gitlab", "junit", "rdjson"] {
        let here = reports("inside", ".", format);
        assert!(here.contains("global-auth-client"), "{here}");
        assert!(here == reports("link", ".", format), "{format}: through a link");
    }
    // Names start where the run does; all else stays.
    let there = reports("other", "../inside", "short").replace("../inside/", "");
    assert_eq!(reports("inside", ".", "short"), there);
}
