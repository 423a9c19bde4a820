//! How loud each rule is in this run: its own level, and what `-D`, `-W` and `-A` make of it.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::settings::{LevelMap, Settings};
use crate::finding::{ALLOW_LEVEL, ALLOW_RULES, Finding, Level, nearest};
use crate::rules::Rule;

/// The name that stands for every rule.
pub(super) const ALL: &str = "all";

/// `-D`, `-W` and `-A` in the order they were written: each a rule's name and its level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LevelFlags(pub(super) Vec<(String, Level)>);

const FLAGS: [(&str, char, Level, &str); 3] = [
    (
        "deny",
        'D',
        Level::Deny,
        "Report this rule, or `all`, as errors (repeatable; the last of -D, -W, -A wins)",
    ),
    ("warn", 'W', Level::Warn, "Report this rule, or `all`, as warnings"),
    ("allow", 'A', Level::Allow, "Do not report this rule, or `all`"),
];

impl Args for LevelFlags {
    fn augment_args(command: Command) -> Command {
        let flag = |(name, short, _, help): (&'static str, char, Level, &'static str)| {
            let arg = Arg::new(name).short(short).long(name).value_name("RULE").action(ArgAction::Append);
            arg.help(help).help_heading("Levels")
        };
        command.args(FLAGS.map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LevelFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut written: Vec<(usize, String, Level)> = Vec::new();
        for (name, _, level, _) in FLAGS {
            let places = matches.indices_of(name).into_iter().flatten();
            let rules = matches.get_many::<String>(name).into_iter().flatten();
            written.extend(places.zip(rules).map(|(at, rule)| (at, rule.clone(), level)));
        }
        written.sort_by_key(|(at, ..)| *at);
        Ok(Self(written.into_iter().map(|(_, rule, level)| (rule, level)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// How loud each rule is in this run: what flags say, then what the settings say of a file, then what they say.
#[derive(Debug)]
pub(super) struct Levels<'a> {
    flags: LevelMap,
    settings: &'a Settings,
}

impl<'a> Levels<'a> {
    /// Applies the flags in their order, over the settings.
    ///
    /// # Errors
    /// A name that no rule has; the message names the nearest.
    pub(super) fn new(
        flags: &LevelFlags,
        settings: &'a Settings,
        rules: &[&'static Rule],
    ) -> Result<Self, String> {
        let mut chosen = LevelMap::new();
        for (written, level) in &flags.0 {
            if written == ALL {
                chosen.extend(ids(rules).map(|id| (id, *level)));
            } else {
                chosen.insert(known_id(written, rules)?, *level);
            }
        }
        Ok(Self { flags: chosen, settings })
    }

    /// The level of a finding in a file.
    pub(super) fn of(&self, finding: &Finding, file: &Path) -> Level {
        let rule = finding.rule;
        let of_path = || self.settings.level_in(rule, file);
        let chosen = self.flags.get(rule).copied().or_else(of_path);
        chosen.or_else(|| self.settings.levels.get(rule).copied()).unwrap_or(finding.level)
    }

    /// Who decides on the level of a rule in a file, as people call it.
    pub(super) fn origin(&self, rule: &str, file: &Path) -> String {
        if self.flags.contains_key(rule) {
            "by a flag".to_owned()
        } else if self.settings.level_in(rule, file).is_some() {
            format!("by {}", self.settings.called("per-path"))
        } else if self.settings.levels.contains_key(rule) {
            format!("by {}", self.settings.called("levels"))
        } else {
            "its own".to_owned()
        }
    }

    /// What somebody made of a rule, apart from single files: the level, and whether a flag did.
    pub(super) fn chosen(&self, rule: &str) -> Option<(Level, bool)> {
        let flag = self.flags.get(rule).map(|level| (*level, true));
        flag.or_else(|| self.settings.levels.get(rule).map(|level| (*level, false)))
    }

    /// Those of the rules that can report anything.
    pub(super) fn active(&self, rules: &[&'static Rule]) -> Vec<&'static Rule> {
        let is_loud = |level: Option<&Level>| level.is_some_and(|level| *level > Level::Allow);
        let is_active = |rule: &&'static Rule| match self.flags.get(rule.id) {
            Some(level) => *level > Level::Allow,
            None => {
                is_loud(Some(self.settings.levels.get(rule.id).unwrap_or(&rule.level)))
                    || self.settings.per_path.iter().any(|it| is_loud(it.levels.get(rule.id)))
            }
        };
        rules.iter().copied().filter(is_active).collect()
    }
}

/// The id that a person wrote, with or without the `authlint::` that machine formats put in front.
///
/// # Errors
/// A name that no rule has; the message names the nearest.
pub(super) fn known_id(written: &str, rules: &[&'static Rule]) -> Result<&'static str, String> {
    let name = written.strip_prefix("authlint::").unwrap_or(written);
    ids(rules).find(|id| *id == name).ok_or_else(|| match nearest(name, ids(rules)) {
        Some(near) => format!("no rule is called `{name}`; the nearest is `{near}`"),
        None => format!("no rule is called `{name}`; `cargo authlint rules` lists the rules there are"),
    })
}

/// Every id that a finding can have.
pub(super) fn ids(rules: &[&'static Rule]) -> impl Iterator<Item = &'static str> {
    rules.iter().map(|rule| rule.id).chain(ALLOW_RULES.iter().map(|(id, _)| *id))
}

/// Id, level and summary of everything that can be reported, sorted by id.
pub(super) fn table(rules: &[&'static Rule]) -> Vec<(&'static str, Level, &'static str)> {
    let own = rules.iter().map(|rule| (rule.id, rule.level, rule.summary));
    let about_allows = ALLOW_RULES.iter().map(|(id, summary)| (*id, ALLOW_LEVEL, *summary));
    let mut table: Vec<_> = own.chain(about_allows).collect();
    table.sort_unstable();
    table
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use clap::Parser;

    use super::*;
    use crate::finding::{Confidence, Step};
    use crate::rules::Check;
    use crate::source::{FileId, Place, Span};

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        levels: LevelFlags,
    }

    static LOUD: Rule = rule("cached-token", Level::Deny);
    static PEDANTIC: Rule = rule("unverified-startup", Level::Allow);
    static RULES: [&Rule; 2] = [&LOUD, &PEDANTIC];

    const fn rule(id: &'static str, level: Level) -> Rule {
        let check = Check::Program { of: "nothing", check: |_, _| {} };
        Rule { id, summary: "a summary", level, since: "0.1.0", page: "", check }
    }

    fn levels(args: &str) -> Result<Levels<'static>, String> {
        static NO_SETTINGS: LazyLock<Settings> = LazyLock::new(Settings::default);
        let flags = Flags::try_parse_from(std::iter::once("x").chain(args.split_whitespace()));
        Levels::new(&flags.map_err(|error| error.to_string())?.levels, &NO_SETTINGS, &RULES)
    }

    fn level_of(args: &str, rule: &'static str, level: Level) -> Level {
        let place = Place { file: FileId(0), span: Span::new(0, 0) };
        let primary = Step { place, label: String::new() };
        let finding = Finding::new(rule, level, Confidence::High, String::new(), primary);
        levels(args).expect("these flags are good").of(&finding, Path::new("a.rs"))
    }

    fn active(args: &str) -> Vec<&'static str> {
        levels(args).expect("these flags are good").active(&RULES).iter().map(|rule| rule.id).collect()
    }

    #[test]
    fn a_finding_keeps_its_level_when_nobody_says_otherwise() {
        assert_eq!(level_of("", "cached-token", Level::Note), Level::Note);
        assert_eq!(level_of("-D unverified-startup", "cached-token", Level::Note), Level::Note);
    }

    #[test]
    fn the_last_flag_wins_across_kinds() {
        assert_eq!(level_of("-D cached-token -W all", "cached-token", Level::Note), Level::Warn);
        assert_eq!(level_of("-W all --deny cached-token", "cached-token", Level::Note), Level::Deny);
        assert_eq!(level_of("-A all -W authlint::cached-token", "cached-token", Level::Deny), Level::Warn);
        assert_eq!(level_of("-W unused-allow -A all", "unused-allow", Level::Warn), Level::Allow);
    }

    #[test]
    fn rules_that_cannot_report_do_not_run() {
        assert_eq!(active(""), ["cached-token"]);
        assert_eq!(active("-W all"), ["cached-token", "unverified-startup"]);
        assert_eq!(active("-A all -W unverified-startup"), ["unverified-startup"]);
    }

    #[test]
    fn names_the_rule_that_was_meant() {
        assert!(levels("-D cachd-token").expect_err("unknown").contains("nearest is `cached-token`"));
        assert!(levels("-A warnings").expect_err("unknown").contains("`cargo authlint rules`"));
    }

    #[test]
    fn the_table_is_sorted() {
        let table = table(&RULES);
        let ids: Vec<_> = table.iter().map(|(id, ..)| *id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert_eq!(ids.len(), RULES.len() + ALLOW_RULES.len());
    }
}
