//! Places are exact bytes of the file as it is on disk, whatever stands before and between.

use std::path::PathBuf;

use authlint::facts::{ExprKind, FileFacts, ItemKind, expr::Stmt, gather};
use authlint::source::SourceFile;

fn read(text: &str) -> (SourceFile, FileFacts) {
    let file = SourceFile::new(PathBuf::from("a.rs"), "a.rs".to_owned(), text.to_owned());
    let facts = gather(&[&file], 1).remove(0);
    (file, facts)
}

/// The text of the one method call in a file, and of its name.
#[track_caller]
fn check(prefix: &str, line_end: &str) {
    let body = "fn f() {\n    // é\n    let s = \"日本語\"; /* ü */ s.wörd(\"é\");\n}\n";
    let (file, facts) = read(&format!("{prefix}{}", body.replace('\n', line_end)));
    assert_eq!(facts.problems, [], "{prefix:?}");
    let call = facts.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::MethodCall { method_span, .. } => Some((expr.span, *method_span)),
        _ => None,
    });
    let (call, method) = call.expect("the call");
    assert_eq!(file.slice(call), "s.wörd(\"é\")");
    assert_eq!(file.slice(method), "wörd");
    let item = facts.item(facts.top[0]);
    assert_eq!(file.slice(item.name_span), "f");
    assert!(file.slice(item.span).starts_with("fn f() {") && file.slice(item.span).ends_with('}'));
}

#[test]
fn places_are_those_of_the_file() {
    for prefix in [
        "",
        "\u{feff}",
        "#!/usr/bin/env run-cargo-script é\n",
        "\u{feff}#!/usr/bin/env x\r\n",
        "---cargo\n[dependencies]\né = 1\n---\n",
        "#!/x\n---\n---\n",
        "/* 🙂 */ // é\n",
        "//! é\n\n",
        "\u{feff}//! é\r\n",
    ] {
        check(prefix, "\n");
        check(prefix, "\r\n");
    }
}

#[test]
fn the_place_of_an_item_starts_with_its_docs_and_attributes() {
    let (file, facts) =
        read("//! é\n\nuse a;\n// no\n/// é\n// between\n/** ü */\n#[b] fn c() { #![d] }\nstruct E;");
    let shown: Vec<&str> = facts.top.iter().map(|id| file.slice(facts.item(*id).span)).collect();
    assert_eq!(shown, ["use a;", "/// é\n// between\n/** ü */\n#[b] fn c() { #![d] }", "struct E;"]);
}

#[test]
fn the_place_of_a_part_lies_in_that_of_the_whole() {
    let (file, facts) = read("fn f() { ((a)).b().c + (d); let (e) = (f)(); }");
    let ExprKind::Block(block) = &facts.exprs.last().expect("the body").kind else { panic!("no block") };
    let Stmt::Expr(sum) = &block.stmts[0] else { panic!("no sum") };
    let ExprKind::Binary(_, left, right) = facts.expr(*sum).kind else { panic!("no sum") };
    assert_eq!(file.slice(facts.expr(*sum).span), "((a)).b().c + (d)");
    assert_eq!(file.slice(facts.expr(left).span), "((a)).b().c");
    assert_eq!(file.slice(facts.expr(right).span), "(d)");
    let Stmt::Let { init: Some(init), span, .. } = &block.stmts[1] else { panic!("no let") };
    assert_eq!(file.slice(facts.expr(*init).span), "(f)()");
    assert_eq!(file.slice(*span), "let (e) = (f)();");
}

#[test]
fn hostile_characters_in_strings_and_comments_pass() {
    let text = "fn f() { \"\u{0}\u{1b}[31m\u{202e}\"; /* \u{0}\u{202e} */ '\u{0}'; r\"\u{7}\"; } // \u{1b}";
    let (file, facts) = read(text);
    assert_eq!(facts.problems, []);
    let ItemKind::Fn(_) = facts.item(facts.top[0]).kind else { panic!("no function") };
    assert_eq!(file.slice(facts.exprs[0].span), "\"\u{0}\u{1b}[31m\u{202e}\"");
}
