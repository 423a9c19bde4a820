//! Nesting neither crashes nor takes time without bound; facts can be dropped on any thread.

use std::path::PathBuf;

use authlint::facts::{FileFacts, dump, gather};
use authlint::source::SourceFile;

use crate::shapes::{SHAPES, nested};

/// The stack of a thread that is given facts and knows nothing of their depth.
const STACK: usize = 8 << 20;

fn read(text: String) -> FileFacts {
    let file = SourceFile::new(PathBuf::from("a.rs"), "a.rs".to_owned(), text);
    gather(&[&file], 1).remove(0)
}

/// Everything that the rest of the program does to facts without looking at their depth.
fn use_up(facts: FileFacts) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let copy = facts.clone();
        assert!(copy == facts);
        assert!(!format!("{facts:?}").is_empty());
        assert!(!dump(&facts, "").is_empty());
        assert!(facts.nodes().len() >= facts.items.len());
    });
    thread.expect("a thread").join().expect("no overflow");
}

#[test]
fn what_nests_deep_is_one_problem_or_none() {
    for shape in SHAPES {
        let facts = read(nested(shape, 2_000, " fn last() {}"));
        let found = facts.items.iter().any(|item| item.name == "last");
        assert!(found || !facts.problems.is_empty(), "{shape}");
        assert!(facts.problems.len() <= 2, "{shape}: {:?}", facts.problems.first());
        use_up(facts);
    }
}

/// Trees in which every level is read again when the level above it was refused.
#[test]
fn what_nests_and_breaks_is_bounded() {
    for shape in SHAPES {
        let text =
            nested(shape, 2_000, "").replacen('1', "super let", 1).replacen("fn f() {}", "fn f!() {}", 1);
        use_up(read(text));
    }
    for shape in [
        "¦mod m { fn a() {} ¦fn ! {}¦ }¦",
        "¦impl A { fn f() { ¦fn ! {}¦ } }¦",
        "¦fn ¦¦¦",
        "¦pub ¦¦¦",
        "¦#¦¦¦",
        "¦fn ! {} ¦¦¦",
    ] {
        use_up(read(nested(shape, 5_000, "")));
    }
}

#[test]
fn beyond_the_bound_a_file_is_one_problem() {
    for shape in [
        "fn f() { a¦.b()¦¦¦ }",
        "fn f() { ¦a + ¦1¦¦ }",
        "fn f() { ¦if a {} else ¦{}¦¦ }",
        "type A = ¦V<u8, ¦u8¦>¦;",
    ] {
        let facts = read(nested(shape, 100_000, ""));
        assert_eq!(facts.problems.len(), 1, "{shape}");
        assert!(facts.problems[0].is_whole_file, "{shape}");
        assert!(facts.problems[0].message.contains("tokens deep"), "{}", facts.problems[0].message);
    }
}

/// Just below the bound, where the thread for it needs the most stack.
#[test]
fn below_the_bound_a_file_is_read() {
    for shape in [
        "fn f() { ¦-¦1¦¦ }",
        "fn f() { a¦?¦¦¦ }",
        "type A = ¦&¦u8¦¦;",
        "fn f() { ¦(¦1¦)¦ }",
        "fn f() { ¦a + ¦1¦¦ }",
    ] {
        let facts = read(nested(shape, 45_000, " fn last() {}"));
        assert!(facts.items.iter().any(|item| item.name == "last"), "{shape}: {:?}", facts.problems.first());
        assert!(facts.problems[0].message.contains("levels deep"), "{}", facts.problems[0].message);
        use_up(facts);
    }
}

#[test]
fn what_is_long_is_read() {
    for (unit, head, tail) in [
        ("a, ", "fn f() { x(", ") }"),
        ("f(1);\n", "fn f() {", "}"),
        ("A | B => 1, ", "fn f() { match x {", "} }"),
        ("fn g() {} ", "impl A {", "}"),
        ("struct S; ", "", ""),
        ("a: u8, ", "struct S {", "}"),
        ("T: A, ", "fn f<", ">() {}"),
        ("T: A, ", "fn f<T>() where ", "{}"),
        ("a, ", "use b::{", "};"),
        ("#[a] ", "", "fn f() {}"),
        ("/// a\n", "", "fn f() {}"),
        ("m!(a); ", "fn f() {", "}"),
        ("static ref A: u8 = 1; ", "lazy_static! {", "}"),
        ("{a}", "fn f() { println!(\"", "\") }"),
        ("\"a\": { \"b\": c }, ", "fn f() { json!({", "}) }"),
        ("_ = a() => b, ", "fn f() { select! {", "} }"),
        ("é", "fn f() { \"", "\" }"),
        ("é = 1; ", "fn f() {", "}"),
    ] {
        let facts = read([head, &unit.repeat(20_000), tail].concat());
        assert_eq!(facts.problems, [], "{unit}");
        assert!(!facts.items.is_empty());
    }
}
