//! Shapes of code that nest as deep as a test wants.

/// A shape is `head¦open¦middle¦close¦end`; `open` and `close` are repeated so many times.
pub(crate) fn nested(shape: &str, times: usize, tail: &str) -> String {
    let parts: Vec<&str> = shape.split('¦').collect();
    let [head, open, middle, close, end] = parts.as_slice() else { panic!("five parts: {shape}") };
    [head, open.repeat(times).as_str(), middle, close.repeat(times).as_str(), end, tail].concat()
}

/// What nests in Rust.
pub(crate) const SHAPES: [&str; 50] = [
    "type A = ¦V<¦u8¦>¦;",
    "type A = ¦V<u8, ¦u8¦>¦;",
    "type A = ¦V<{ 1 }, ¦u8¦>¦;",
    "type A = ¦&¦u8¦¦;",
    "type A = ¦*const ¦u8¦¦;",
    "type A = ¦(¦u8¦,)¦;",
    "type A = ¦[¦u8¦; 1]¦;",
    "type A = ¦fn() -> ¦u8¦¦;",
    "type A = ¦impl Fn(u8, u8) -> ¦u8¦¦;",
    "type A = ¦<¦u8¦ as T>::B¦;",
    "fn f() { ¦(¦1¦)¦ }",
    "fn f() { ¦[¦1¦]¦ }",
    "fn f() ¦{¦1¦}¦",
    "fn f() { ¦f(¦1¦)¦ }",
    "fn f() { ¦!¦1¦¦ }",
    "fn f() { ¦&¦1¦¦ }",
    "fn f() { ¦|a| ¦1¦¦ }",
    "fn f() { ¦|a, b| ¦1¦¦ }",
    "fn f() { ¦|a, b,| ¦1¦¦ }",
    "fn f() { ¦move || async { ¦1¦}¦ }",
    "fn f() { ¦if a { ¦1¦}¦ }",
    "fn f() { ¦if a {} else ¦{}¦¦ }",
    "fn f() { ¦match a { _ => ¦1¦}¦ }",
    "fn f() { ¦loop { ¦1¦}¦ }",
    "fn f() { ¦x = ¦1¦¦ }",
    "fn f() { ¦return ¦1¦¦ }",
    "fn f() { ¦a + ¦1¦¦ }",
    "fn f() { ¦a && ¦1¦¦ }",
    "fn f() { ¦S {} + ¦1¦¦ }",
    "fn f() { a¦.b()¦¦¦ }",
    "fn f() { a¦.b::<u8, u8>(|c, d| c)¦¦¦ }",
    "fn f() { a¦.b¦¦¦ }",
    "fn f() { a¦?¦¦¦ }",
    "fn f() { a¦(b, c)¦¦¦ }",
    "fn f() { a¦[0]¦¦¦ }",
    "fn f() { a¦ as u8¦¦¦ }",
    "fn f() { a¦..¦a¦¦ }",
    "fn f() { ¦m!{¦1¦}¦ }",
    "fn f() { ¦m!(a, ¦1¦)¦ }",
    "fn f() { ¦m!{ \"a\": [¦1¦]}¦ }",
    "¦m!{¦fn f() {}¦}¦",
    "fn f() { let ¦Some(¦a¦)¦ = b; }",
    "fn f() { let ¦&¦a¦¦ = b; }",
    "fn f() { let ¦a @ ¦b¦¦ = c; }",
    "fn f() { let ¦S { a: ¦b¦}¦ = c; }",
    "use ¦a::{¦b¦}¦;",
    "use ¦a::¦b¦¦;",
    "¦mod m { ¦fn f() {}¦}¦",
    "¦fn f() { ¦1¦}¦",
    "#[¦a(¦b¦)¦] fn f() {}",
];
