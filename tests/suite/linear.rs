//! Linking costs what is there: twice the program takes twice the steps.

use crate::directory::directory;
use crate::run::run;
use crate::synthetic::SHAPES;

const MANIFEST: &str = "[package]\nname = \"made-up\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nasync-openai = \"0.30\"\nreqwest = \"0.12\"\n";

/// How many steps the model takes for a program.
fn steps(text: &str) -> u64 {
    let dir = directory(&[("Cargo.toml", MANIFEST), ("src/main.rs", text)]);
    let run = run(dir.path(), &["check", "-v"]);
    assert!(run.code < 2, "{}", run.err);
    let (before, _) = run.err.split_once(" steps, ").expect("the steps are told");
    before.rsplit(char::is_whitespace).next().and_then(|count| count.parse().ok()).expect("they are a number")
}

#[test]
fn twice_the_program_takes_twice_the_steps() {
    for shape in SHAPES {
        let [one, two, four] = [50, 100, 200].map(|n| steps(&(shape.text)(n)));
        assert!(one >= 50, "{}: {one} steps, so the program is not read", shape.name);
        let is_linear = |small: u64, large: u64| large <= 2 * small + small / 10;
        assert!(
            is_linear(one, two) && is_linear(two, four),
            "{}: {one}, {two}, {four} steps for 50, 100, 200",
            shape.name
        );
    }
}
