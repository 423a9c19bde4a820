//! What the terminal can do, and whether somebody looks at it.

use std::env;
use std::io::{self, IsTerminal as _};

use supports_hyperlinks::Stream;

/// Whether standard output knows hyperlinks: by `FORCE_HYPERLINK`, else by cargo's `CARGO_TERM_HYPERLINKS`, else by what is
/// known of terminals.
pub(super) fn has_hyperlinks() -> bool {
    let cargos = env::var("CARGO_TERM_HYPERLINKS").ok();
    let said = cargos.filter(|_| env::var_os("FORCE_HYPERLINK").is_none()).and_then(|it| it.parse().ok());
    said.unwrap_or_else(|| supports_hyperlinks::on(Stream::Stdout))
}

/// Whether standard error is a terminal that somebody looks at, and can be written anew: not that of a server that builds.
pub(super) fn is_watched() -> bool {
    let is_dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stderr().is_terminal() && env::var_os("CI").is_none() && !is_dumb
}
