//! Which containers run a binary: by the command, by the image's own entry point, or by the image's name.

use std::path::Path;

use crate::link::world::{Crate, Inputs};
use crate::source::{
    Package, TargetKind,
    deployment::{Build, Container, Deployments, Family, Image, Runs},
};

/// A binary of the run.
pub(super) struct Binary<'a> {
    pub(super) package: &'a Package,
    pub(super) name: &'a str,
    /// Whether its package has no other.
    is_only: bool,
    /// The binaries of the packages of the run.
    all: Vec<(&'a Package, &'a str)>,
}

impl<'a> Binary<'a> {
    /// The binary that a crate is.
    pub(super) fn of(inputs: Inputs<'a>, krate: &'a Crate) -> Option<Self> {
        let package = &inputs.project.packages[krate.package?];
        let bins = |package: &'a Package| {
            let bins = package.targets.iter().filter(|target| target.kind == TargetKind::Bin);
            bins.map(move |target| (package, target.name.as_str()))
        };
        let packages = inputs.project.packages.iter().filter(|package| !package.is_example);
        let all: Vec<_> = packages.flat_map(bins).collect();
        Some(Self { package, name: krate.target.as_deref()?, is_only: bins(package).count() == 1, all })
    }

    /// Whether a container runs it, as far as its manifest says.
    pub(super) fn is_run_by(&self, container: &Container, deployments: &Deployments) -> bool {
        let image = container.build.as_ref().and_then(|build| image_of(deployments, build));
        match (&container.runs, image) {
            (Some(runs @ (Runs::Program(..) | Runs::Cargo { .. })), _) if self.names_program(runs) => {
                self.is(runs)
            }
            (Some(Runs::Program(..) | Runs::Cargo { .. }), None) if container.build.is_none() => false,
            (_, Some(image)) => self.is_in(image, container),
            _ if container.family != Family::Kubernetes && container.family != Family::Compose => false,
            _ => self.is_called(container),
        }
    }

    /// Whether a command says by itself which program it runs: not where it only is arguments to an entry point.
    fn names_program(&self, runs: &Runs) -> bool {
        match runs {
            Runs::Program(name, _) => self.all.iter().any(|(_, bin)| is_same(bin, name)),
            Runs::Cargo { .. } => true,
            Runs::Unknown(_) => false,
        }
    }

    /// Whether a command runs it.
    fn is(&self, runs: &Runs) -> bool {
        match runs {
            Runs::Program(name, _) => {
                is_same(name, self.name) && self.all.iter().filter(|(_, bin)| is_same(bin, name)).count() == 1
            }
            Runs::Cargo { bin: Some(bin), .. } => is_same(bin, self.name),
            Runs::Cargo { package: Some(package), .. } => {
                self.is_only && is_same(package, &self.package.name)
            }
            Runs::Cargo { .. } => self.all.len() == 1,
            Runs::Unknown(_) => false,
        }
    }

    /// Whether an image that is built in the tree runs it.
    fn is_in(&self, image: &Image, container: &Container) -> bool {
        match &image.runs {
            Some(runs @ (Runs::Program(..) | Runs::Cargo { .. })) if self.names_program(runs) => {
                self.is(runs)
            }
            Some(Runs::Unknown(_)) | None => {
                let mut copied = image
                    .copies
                    .iter()
                    .filter(|(from, _)| self.all.iter().any(|(_, bin)| is_same(bin, from)));
                match (copied.next(), copied.next()) {
                    (Some((only, _)), None) => is_same(only, self.name),
                    _ => self.is_called(container) && image.copies.is_empty() && self.all.len() == 1,
                }
            }
            Some(_) => false,
        }
    }

    /// Whether no file comes into a container that runs it, but those that its image names one by one.
    pub(super) fn is_sealed_in(&self, container: &Container, deployments: &Deployments) -> bool {
        let own = container.build.as_ref().and_then(|build| image_of(deployments, build));
        let mut images = deployments.images.iter().filter(|image| match own {
            Some(own) => image.path == own.path,
            None => self.is_in(image, container),
        });
        !container.has_mounts
            && images.next().is_some_and(|image| image.is_sealed)
            && images.all(|image| image.is_sealed)
    }

    /// Whether the image, or the container with an image that may be anything, goes by its name.
    fn is_called(&self, container: &Container) -> bool {
        let is_own =
            |name: &str| is_same(name, self.name) || (self.is_only && is_same(name, &self.package.name));
        let image = container.image.as_deref().map(image_name);
        match image {
            Some(image) if !image.contains('$') => {
                is_own(image) || (is_own(&container.name) && is_longer(image, &container.name))
            }
            _ => container.build.is_some() && is_own(&container.name),
        }
    }

    /// Whether a template in the tree speaks of it: then it may be deployed in ways that are not seen.
    pub(super) fn is_in_template(&self, deployments: &Deployments) -> bool {
        let names = [self.name, self.package.name.as_str()];
        deployments.templates.iter().any(|words| names.iter().any(|name| words.contains(*name)))
    }
}

/// The image that a build in the tree gives.
fn image_of<'d>(deployments: &'d Deployments, build: &Build) -> Option<&'d Image> {
    let is = |path: &Path| deployments.images.iter().find(|image| image.path == path);
    is(&build.dockerfile)
}

/// `registry/group/name:tag@digest` as `name`.
fn image_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split(':').next().unwrap_or(last)
}

/// `acme-api` for `api`.
fn is_longer(image: &str, name: &str) -> bool {
    let image = image.replace('_', "-");
    image.strip_suffix(&name.replace('_', "-")).is_some_and(|rest| rest.ends_with('-'))
}

fn is_same(a: &str, b: &str) -> bool {
    a == b || a.replace('_', "-") == b.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_images() {
        assert_eq!(image_name("ghcr.io/acme/shop-api:1.2@sha256:00"), "shop-api");
        assert_eq!(image_name("localhost:5000/api"), "api");
        assert!(
            is_longer("acme_shop-api", "api") && !is_longer("happyapi", "api") && !is_longer("api", "api")
        );
    }
}
