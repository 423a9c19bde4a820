//! `SECURITY.md` promises nothing without a test that holds it.

use std::fs;

use crate::run::root;

#[test]
fn every_promise_names_tests_that_exist() {
    let page = fs::read_to_string(root().join("SECURITY.md")).expect("it can be read");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && line.contains("::")).collect();
    assert!(rows.len() > 10, "{} promises", rows.len());
    for row in rows {
        let tests = row.rsplit(" | ").next().unwrap_or_default();
        for name in tests.split('`').skip(1).step_by(2) {
            let (module, function) = name.split_once("::").expect("a module and a function");
            let path = root().join(format!("tests/suite/{module}.rs"));
            let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
            let is_test = ["", "    "]
                .iter()
                .any(|indent| text.contains(&format!("{indent}#[test]\n{indent}fn {function}()")));
            assert!(is_test, "{name} is no test");
        }
    }
}
