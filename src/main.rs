//! The binary `cargo-authlint`: hands the process's arguments to the library and its exit code back.

use std::process::ExitCode;

fn main() -> ExitCode {
    authlint::cli::main()
}
