//! What the parser refuses costs one item, and is named.

use std::path::PathBuf;

use authlint::facts::{FileFacts, ItemKind, dump, gather, path::Path};
use authlint::source::SourceFile;

fn read(text: &str) -> FileFacts {
    let file = SourceFile::new(PathBuf::from("a.rs"), "a.rs".to_owned(), text.to_owned());
    gather(&[&file], 1).remove(0)
}

/// The names of all functions and statics that were read, in order of their places, and the texts that were not.
fn outcome(text: &str) -> (Vec<String>, Vec<&str>) {
    let facts = read(text);
    let mut items: Vec<_> = facts
        .items
        .iter()
        .filter(|item| matches!(item.kind, ItemKind::Fn(_) | ItemKind::Static(_) | ItemKind::Struct(_)))
        .collect();
    items.sort_by_key(|item| item.span.start);
    let names = items.iter().map(|item| item.name.to_string()).collect();
    (names, facts.problems.iter().map(|problem| &text[problem.span.range()]).collect())
}

#[track_caller]
fn check(text: &str, names: &[&str], lost: &[&str]) {
    let (got, problems) = outcome(text);
    assert_eq!(got, names, "{}", dump(&read(text), text));
    assert_eq!(problems, lost);
}

#[test]
fn unknown_syntax_costs_its_item() {
    for broken in [
        "struct X { unsafe y: u8 }",
        "static X: u8 = { super let y = 1; y };",
        "const X: [u8; 1] = [super let];",
        "impl x for { }",
        "enum X { A = }",
        "use a::{b c};",
    ] {
        let text = format!("fn a() {{}}\n{broken}\nfn b() {{}}");
        let (names, problems) = outcome(&text);
        assert_eq!(names, ["a", "b"], "{broken}");
        assert_eq!(problems.len(), 1, "{broken}");
        assert!(problems[0].len() <= broken.len() && !problems[0].is_empty(), "{broken}: {problems:?}");
    }
}

#[test]
fn a_function_keeps_what_is_understood_of_it() {
    for (text, lost) in [
        ("fn x() { super let y = 1; }", "{ super let y = 1; }"),
        ("#[a] pub async fn x<T: Fn(u8)>(t: T) -> u8 { gen { yield 1; } }", "{ gen { yield 1; } }"),
        ("impl A { const fn x(&self) { match y { ! } } }", "{ match y { ! } }"),
        ("trait A { fn x(&self) -> u8 { super let } }", "{ super let }"),
        ("fn x(a: u8, b: x y, c: V<u8, u8>) { s }", "(a: u8, b: x y, c: V<u8, u8>)"),
        ("fn x(a: u8) -> x y { s }", "(a: u8) -> x y"),
        ("fn x(a: u8) where T: Trait<method(..): Send> { s }", "(a: u8) where T: Trait<method(..): Send>"),
    ] {
        check(&format!("fn a() {{}} {text} fn b() {{}}"), &["a", "x", "b"], &[lost]);
    }
    let (params, has_body) = signature("fn x<F: Fn(u8) -> u8>(a: u8, b: x y, c: V<u8, u8>, s: S<T) { s }");
    assert_eq!(params, 4);
    assert!(has_body);
    assert_eq!(signature("fn x(a: u8) { super let }"), (1, false));
}

/// The number of parameters of the only function, and whether its body was read.
fn signature(text: &str) -> (usize, bool) {
    let facts = read(text);
    let ItemKind::Fn(function) = &facts.item(facts.top[0]).kind else { panic!("no function") };
    (function.params.len(), function.body.is_some())
}

#[test]
fn a_function_whose_attribute_gives_it_a_body_is_one() {
    check("impl A { #[c] pub(crate) fn a(b: &u8) -> &Self; fn b(); }", &["a", "b"], &[]);
    check("#[c] pub async fn a(b: u8) -> u8; fn b() {}", &["a", "b"], &[]);
    check("trait A { pub fn a(&self) {} pub fn b(&self); }", &["a", "b"], &[]);
    assert_eq!(signature("#[c] fn a(b: u8) -> u8;"), (1, false));
}

#[test]
fn edition_2015_is_understood() {
    for text in [
        "struct x { f: Box<Fn(u8, &str) -> Result<(), ()> + Send + 'static> }",
        "struct x<'a>(&'a Fn(), &'a mut FnMut(u8), *const Fn());",
        "fn x(a: &mut ::std::ops::FnMut(u8) -> u8, b: Option<&Rc<Fn(String) -> Result<(), String>>>) {}",
        "fn x<F: Fn(u8)>(f: F, g: V<u8, for<'a> Fn(&'a u8)>) -> Box<FnOnce() -> u8> where F: Fn(u8) {}",
        "fn x() { let f: Box<Fn()> = y as Box<Fn()>; }",
        "impl<'a> A for Fn(u8) -> u8 + 'a { fn x() {} }",
        "impl A for &'static Fn() { fn x(self) {} }",
        "trait T { fn x(u8); }",
        "trait T { fn x<A: Fn(u8)>(&self, &str, HashMap<u8, u8>, ::std::Vec<u8>, x: u8) -> u8; }",
        "trait T { fn x(self: Box<Self>, _: u8, &mut u8, [u8; 2], (u8, u8)) {} }",
        "fn x() { try!(f()); a.try(); let try = 1; dyn::f(); a.async(); a.dyn; f(async, dyn, await) }",
        "mod dyn { fn x() {} }",
        "mod async; fn x() {}",
        "struct x { async: u8, await: u8, dyn: u8 }",
        "fn x(async: u8, f: &Fn()) { async.await(f) }",
        "fn x() { use dyn::async::{try, a}; }",
    ] {
        check(&format!("fn a() {{}} {text} fn b() {{}}"), &["a", "x", "b"], &[]);
    }
    check("trait T { fn try(); fn async(u8); } impl dyn { fn await() {} }", &["try", "async", "await"], &[]);
    check("fn dyn(a: &Fn()) {} fn b() {}", &["dyn", "b"], &[]);
    let text = "type F = Box<Fn(u8) -> u8>; trait T { fn f(u8, F); }";
    assert!(dump(&read(text), text).contains("Box<dyn Fn<"), "{}", dump(&read(text), text));
}

#[test]
fn an_unknown_qualifier_costs_the_qualifier() {
    check("fn a() {} pub gen fn b() { yield 1; } fn c() {}", &["a", "b", "c"], &["pub gen"]);
    check("impl A { final fn b(&self) {} fn c() {} }", &["b", "c"], &["final"]);
    check("trait A { gen fn b(&self); fn c(); }", &["b", "c"], &["gen"]);
}

#[test]
fn members_beside_a_broken_one_stay() {
    let broken = "const BROKEN: u8 = { super let x = 1; x };";
    check(&format!("impl A {{ fn a() {{}} {broken} const C: u8 = 1; fn b() {{}} }}"), &["a", "b"], &[broken]);
    check(
        &format!("impl Fn<fn()> for A {{ fn a() {{}} {broken} type T = u8; fn b() {{}} }}"),
        &["a", "b"],
        &[broken],
    );
    check(
        &format!("trait T {{ fn a(); {broken} type T; fn b(&self) {{}} fn c(); }}"),
        &["a", "b", "c"],
        &[broken],
    );
    let facts = read(&format!("#[x] unsafe impl<T: Y> Z for T {{ {broken} type T = u8; }}"));
    let item = facts.item(facts.top[0]);
    assert_eq!(item.attributes.len(), 1);
    let ItemKind::Impl(block) = &item.kind else { panic!("no impl") };
    assert_eq!(block.trait_path.as_ref().map(Path::last_name), Some("Z"));
    assert_eq!(block.items.len(), 1);
}

#[test]
fn items_beside_a_broken_one_in_a_module_stay() {
    let broken = "const BROKEN: u8 = { super let x = 1; x };";
    let text = format!(
        "#![a] mod m {{ #![b] mod n {{ fn a() {{}} {broken} fn b() {{}} }} fn c() {{}} }} fn d() {{}}"
    );
    check(&text, &["a", "b", "c", "d"], &[broken]);
    let facts = read(&text);
    assert_eq!(facts.attributes.len(), 1);
    assert_eq!(facts.attributes[0].path, "a");
    let module = facts.item(facts.top[0]);
    assert_eq!((module.name.as_str(), module.attributes[0].path.as_str()), ("m", "b"));
    assert_eq!(&text[module.span.range()], &text[6..text.len() - 10]);
}

#[test]
fn garbage_between_items_is_named() {
    check("fn a() {} what is this fn b() {} ; fn c() {}", &["a", "b", "c"], &["what is this", ";"]);
    check("fn a() {} } fn b() {}", &[], &["}"]);
    check("static A: u8 = 1 fn b() {} fn c() {}", &["b", "c"], &["static A: u8 = 1"]);
    check("fn a() -> impl I<Item = u8> {} $ fn b() {}", &["a", "b"], &["$"]);
    check("@@ #[x] pub static A: u8 = S { b: 1 }; @ fn b() {}", &["A", "b"], &["@@", "@"]);
    check("use a::{b}; @ fn b() {}", &["b"], &["@"]);
}

#[test]
fn a_file_that_is_no_rust_is_one_problem_with_its_place() {
    for (text, place, message) in [
        ("fn a() {\n    (b;\n}", "}", "does not close what is open"),
        ("fn a() { (b[(", "(", "is never closed"),
        ("fn a() {", "{", "is never closed"),
        ("fn a() { b( }", "}", "does not close what is open"),
        ("fn a() {}}", "}", "does not close what is open"),
        ("fn a() { 'ab' \u{1f} }", "'", "cannot be read as Rust"),
        ("fn é() { \"abc }", "\"", "cannot be read as Rust"),
        ("fn a() {} /* é", "/", "cannot be read as Rust"),
    ] {
        let facts = read(text);
        assert_eq!(facts.problems.len(), 1, "{text}");
        assert!(facts.problems[0].is_whole_file);
        assert_eq!(&text[facts.problems[0].span.range()], place, "{text}");
        assert!(facts.problems[0].message.contains(message), "{}", facts.problems[0].message);
        assert!(facts.items.is_empty());
    }
}

#[test]
fn what_stands_before_the_code_is_no_problem() {
    for prefix in
        ["\u{feff}", "#!/usr/bin/env x\n", "---\n[package]\nedition = \"2024\"\n---\n", "#![a]\n", ""]
    {
        check(&format!("{prefix}fn a() {{}}"), &["a"], &[]);
    }
}

#[test]
fn a_doc_comment_where_none_may_stand_is_no_problem() {
    check("fn a() { b(/** c */); /// d\n } /// e\n", &["a"], &[]);
    check("fn a(/// b\n) { match c { /// d\n } }", &["a"], &[]);
}

#[test]
fn problems_stand_in_order() {
    let facts = read("fn a() { super let } impl B { fn c() { super let } } fn d() { super let }");
    let starts: Vec<u32> = facts.problems.iter().map(|problem| problem.span.start).collect();
    assert_eq!(starts, [7, 37, 60]);
    assert!(facts.problems.iter().all(|problem| !problem.is_whole_file));
}
