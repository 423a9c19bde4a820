//! Narrows loaded packages to those that `-p`, `--exclude` and the target flags name.

use std::path::Path;

use super::asked::Asked;
use super::{Package, Request, TargetKind, wildcard};

/// Sets what is selected in packages and targets, and reports names that name nothing.
pub(super) fn narrow(packages: &mut [Package], request: &Request, asked: &mut Asked) {
    narrow_packages(packages, request, asked);
    for package in &mut *packages {
        let dir = package.manifest.parent().unwrap_or(&package.manifest);
        // A path into a package names the targets it leads to.
        let inside: Vec<_> = asked.inside.iter().filter(|path| path.starts_with(dir)).collect();
        for target in &mut package.targets {
            let is_named = inside.iter().any(|path| target.root.starts_with(path));
            target.is_selected =
                package.is_selected && (is_named || request.targets.has(target.kind, &target.name));
        }
    }
    report_unknown_targets(packages, request, asked);
}

fn narrow_packages(packages: &mut [Package], request: &Request, asked: &mut Asked) {
    let is_open = request.paths.is_empty();
    for spec in &request.packages {
        let is_known = packages.iter().any(|it| (is_open || it.is_selected) && is_meant(spec, it));
        if !is_known {
            report_unknown_package(packages, spec, asked);
        }
    }
    for package in packages {
        let is_named = |specs: &[String]| specs.iter().any(|spec| is_meant(spec, package));
        let is_candidate = package.is_selected || (is_open && !request.packages.is_empty());
        let is_wanted = request.packages.is_empty() || is_named(&request.packages);
        package.is_selected = is_candidate && is_wanted && !is_named(&request.exclude);
    }
}

/// Whether a package id names this package: `name`, `name@version`, `name:version`, a pattern, or
/// `path+file:///dir#name@version`.
fn is_meant(spec: &str, package: &Package) -> bool {
    if let Some((_, path)) = spec.split_once("file://") {
        let (dir, fragment) = path.split_once('#').unwrap_or((path, ""));
        let name = fragment.rsplit_once('@').map(|(name, _)| name);
        let is_here = package.manifest.parent() == Some(Path::new(dir));
        return is_here && name.is_none_or(|name| name == package.name);
    }
    let (name, version) = spec.split_once(['@', ':']).unwrap_or((spec, ""));
    wildcard::is_match(name, &package.name) && is_version(version, &package.version)
}

/// Whether a version, maybe shortened (`1.2`), is this one.
fn is_version(asked: &str, version: &str) -> bool {
    asked.is_empty()
        || version == asked
        || version.strip_prefix(asked).is_some_and(|rest| rest.starts_with('.'))
}

fn report_unknown_package(packages: &[Package], spec: &str, asked: &mut Asked) {
    if asked.tops.is_empty() {
        // Nothing to look in, which is reported by itself.
        return;
    }
    let known = names(packages.iter().map(|package| package.name.as_str()));
    let message = format!("no package is called `{spec}`; {known}");
    let place = asked.tops[0].clone();
    asked.manifests.report(&place, message);
}

fn report_unknown_targets(packages: &[Package], request: &Request, asked: &mut Asked) {
    if !packages.iter().any(|package| package.is_selected) {
        return;
    }
    for (kind, name) in request.targets.named() {
        let targets = packages.iter().filter(|it| it.is_selected).flat_map(|it| &it.targets);
        let of_kind: Vec<&str> = targets.filter(|it| it.kind == kind).map(|it| it.name.as_str()).collect();
        if of_kind.iter().any(|it| wildcard::is_match(name, it)) {
            continue;
        }
        let message = format!("no {} is called `{name}`; {}", noun(kind), names(of_kind.into_iter()));
        let place = asked.tops[0].clone();
        asked.manifests.report(&place, message);
    }
}

/// The next step where a name names nothing.
fn names<'a>(known: impl Iterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    match known.len() {
        0 => "there are none".to_owned(),
        count if count > 12 => {
            format!("name one of the {count} that there are, from `{}` to `{}`", known[0], known[count - 1])
        }
        _ => format!("name one of: {}", known.join(", ")),
    }
}

/// A kind of target in words.
pub(super) fn noun(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Lib => "library",
        TargetKind::Bin => "binary",
        TargetKind::Example => "example",
        TargetKind::Test => "test",
        TargetKind::Bench => "benchmark",
        TargetKind::BuildScript => "build script",
    }
}
