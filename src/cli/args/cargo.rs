//! The arguments that are cargo's, written anew for cargo.

use std::ffi::OsString;

use super::{CargoFlags, CheckArgs, Selection, Targets, With};

impl CheckArgs {
    /// The arguments with which cargo looks at what is looked at here, apart from the format of its messages.
    pub(in crate::cli) fn for_cargo(&self, with: With) -> Vec<OsString> {
        let mut list = List(vec![match with {
            With::Check => "check".into(),
            With::Clippy => "clippy".into(),
        }]);
        self.selection.add_to(&mut list);
        self.targets.add_to(&mut list);
        self.cargo.add_to(&mut list);
        list.0
    }
}

/// A list of arguments.
struct List(Vec<OsString>);

impl List {
    fn flag(&mut self, name: &str, is_set: bool) {
        self.0.extend(is_set.then(|| name.into()));
    }

    /// The value stands in one word with the flag, so that no value is taken for a flag.
    fn values<T: Into<OsString> + Clone>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        for value in values {
            let mut word = OsString::from(name);
            word.push("=");
            word.push(value.into());
            self.0.push(word);
        }
    }
}

impl Selection {
    fn add_to(&self, list: &mut List) {
        list.values("--manifest-path", self.manifest_path.clone());
        list.values("--package", &self.package);
        list.flag("--workspace", self.workspace);
        list.values("--exclude", &self.exclude);
    }
}

impl Targets {
    fn add_to(&self, list: &mut List) {
        list.flag("--all-targets", self.all_targets);
        list.flag("--lib", self.lib);
        list.flag("--bins", self.bins);
        list.values("--bin", &self.bin);
        list.flag("--tests", self.tests);
        list.values("--test", &self.test);
        list.flag("--examples", self.examples);
        list.values("--example", &self.example);
        list.flag("--benches", self.benches);
        list.values("--bench", &self.bench);
    }
}

impl CargoFlags {
    fn add_to(&self, list: &mut List) {
        list.values("--features", &self.features);
        list.flag("--all-features", self.all_features);
        list.flag("--no-default-features", self.no_default_features);
        list.values("--target", &self.target);
        list.values("--target-dir", self.target_dir.clone());
        list.flag("--offline", self.offline);
        list.flag("--locked", self.locked);
        list.flag("--frozen", self.frozen);
        list.flag("--keep-going", self.keep_going);
        list.values("--profile", self.profile.clone());
        list.flag("--release", self.release);
        list.values("--jobs", self.jobs.clone());
        list.flag("--ignore-rust-version", self.ignore_rust_version);
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::cli::args::{Cli, Command, With};

    fn words(args: &str) -> String {
        let cli = Cli::try_parse_from(args.split_whitespace()).expect("these arguments are good");
        let Command::Check(args) = cli.command else { panic!("{args}") };
        let words = args.for_cargo(With::Clippy);
        words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_cargos_goes_to_cargo() {
        assert_eq!(words("x check --with clippy src --fail-on never -q"), "clippy");
        let of_an_editor = "x check --workspace --message-format=json --manifest-path /a/Cargo.toml --keep-going \
                            --all-targets --features a,b --target-dir t -p c --exclude d --bin e";
        assert_eq!(
            words(of_an_editor),
            "clippy --manifest-path=/a/Cargo.toml --package=c --workspace --exclude=d --all-targets --bin=e \
             --features=a,b --target-dir=t --keep-going"
        );
    }
}
