//! Whether output is coloured.

use clap::ValueEnum;

/// What `--color` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColourChoice {
    /// When the environment asks for it, or the output is a terminal.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// What the environment says about colour: each variable's value where it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColourVariables {
    /// `NO_COLOR`
    pub no_color: Option<String>,
    /// `CLICOLOR`
    pub clicolor: Option<String>,
    /// `CLICOLOR_FORCE`
    pub clicolor_force: Option<String>,
    /// `FORCE_COLOR`
    pub force_color: Option<String>,
    /// `CARGO_TERM_COLOR`
    pub cargo_term_color: Option<String>,
    /// `TERM`
    pub term: Option<String>,
}

impl ColourVariables {
    /// The variables of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let read = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            no_color: read("NO_COLOR"),
            clicolor: read("CLICOLOR"),
            clicolor_force: read("CLICOLOR_FORCE"),
            force_color: read("FORCE_COLOR"),
            cargo_term_color: read("CARGO_TERM_COLOR"),
            term: read("TERM"),
        }
    }
}

/// The first that speaks decides: `--color`, `NO_COLOR`, `CLICOLOR_FORCE`, `FORCE_COLOR`, `CARGO_TERM_COLOR`,
/// `CLICOLOR=0`, and in the end whether the output is a terminal that is not dumb.
pub(super) fn is_coloured(choice: ColourChoice, variables: &ColourVariables, is_terminal: bool) -> bool {
    let is_on = |value: &Option<String>| {
        value.as_deref().is_some_and(|value| !matches!(value, "" | "0" | "false" | "no" | "off"))
    };
    let is = |value: &Option<String>, word| value.as_deref() == Some(word);
    match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        // no-color.org: any value but the empty one, `0` included.
        ColourChoice::Auto if variables.no_color.as_deref().is_some_and(|value| !value.is_empty()) => false,
        ColourChoice::Auto if is_on(&variables.clicolor_force) || is_on(&variables.force_color) => true,
        ColourChoice::Auto if is(&variables.cargo_term_color, "always") => true,
        ColourChoice::Auto if is(&variables.cargo_term_color, "never") => false,
        ColourChoice::Auto if is(&variables.clicolor, "0") => false,
        ColourChoice::Auto => is_terminal && !is(&variables.term, "dumb"),
    }
}

#[cfg(test)]
mod tests {
    use super::ColourChoice::{Always, Auto, Never};
    use super::*;

    fn variables(set: &[&str]) -> ColourVariables {
        let mut variables = ColourVariables::default();
        for (name, value) in set.iter().filter_map(|pair| pair.split_once('=')) {
            let field = match name {
                "NO_COLOR" => &mut variables.no_color,
                "CLICOLOR" => &mut variables.clicolor,
                "CLICOLOR_FORCE" => &mut variables.clicolor_force,
                "FORCE_COLOR" => &mut variables.force_color,
                "CARGO_TERM_COLOR" => &mut variables.cargo_term_color,
                "TERM" => &mut variables.term,
                _ => panic!("{name} says nothing about colour"),
            };
            *field = Some(value.to_owned());
        }
        variables
    }

    #[test]
    fn table() {
        let rows: &[(ColourChoice, &[&str], bool, bool)] = &[
            (Auto, &[], true, true),
            (Auto, &[], false, false),
            (Auto, &["TERM=dumb"], true, false),
            (Auto, &["TERM=xterm"], true, true),
            (Always, &["NO_COLOR=1", "TERM=dumb"], false, true),
            (Never, &["FORCE_COLOR=1", "CARGO_TERM_COLOR=always"], true, false),
            (Auto, &["NO_COLOR=1"], true, false),
            (Auto, &["NO_COLOR=0"], true, false),
            (Auto, &["NO_COLOR="], true, true),
            (Auto, &["NO_COLOR=1", "CLICOLOR_FORCE=1"], true, false),
            (Auto, &["NO_COLOR=1", "CARGO_TERM_COLOR=always"], true, false),
            (Auto, &["CLICOLOR_FORCE=1"], false, true),
            (Auto, &["CLICOLOR_FORCE=0"], false, false),
            (Auto, &["CLICOLOR_FORCE=1", "CLICOLOR=0"], false, true),
            (Auto, &["FORCE_COLOR=1"], false, true),
            (Auto, &["FORCE_COLOR=0"], false, false),
            (Auto, &["FORCE_COLOR="], false, false),
            (Auto, &["FORCE_COLOR=3", "CARGO_TERM_COLOR=never"], false, true),
            (Auto, &["CARGO_TERM_COLOR=always"], false, true),
            (Auto, &["CARGO_TERM_COLOR=never"], true, false),
            (Auto, &["CARGO_TERM_COLOR=auto"], true, true),
            (Auto, &["CARGO_TERM_COLOR=auto"], false, false),
            (Auto, &["CLICOLOR=0"], true, false),
            (Auto, &["CLICOLOR=1"], true, true),
            (Auto, &["CLICOLOR=1"], false, false),
        ];
        for (choice, set, is_terminal, expected) in rows {
            let decided = is_coloured(*choice, &variables(set), *is_terminal);
            assert_eq!(decided, *expected, "{choice:?} {set:?} terminal: {is_terminal}");
        }
    }
}
