//! What a crate has that renews credentials by itself, as far as the catalog tells.

use crate::catalog::{Catalog, schema::FnEntry};

/// A function of a client's own crate, by its path in code, by which the client renews its credentials: one that sets up
/// its builder before one that makes it, and of those the first by name.
pub(super) fn function(catalog: &Catalog, client: &str) -> Option<String> {
    let root = client.split("::").next()?;
    let is_own = |path: &str| path.split("::").next() == Some(root);
    let all = catalog.renewing().filter(|(path, _)| is_own(path));
    let ranked = all.filter_map(|(path, entry)| Some((rank(catalog, path, entry, client)?, path)));
    let (_, path) = ranked.min()?;
    let (_, rest) = path.split_once("::")?;
    Some(format!("{}::{rest}", catalog.library_of(root)))
}

/// How near a function is to a client; nothing where it belongs to another.
fn rank(catalog: &Catalog, path: &str, entry: &FnEntry, client: &str) -> Option<u8> {
    let (owner, _) = path.rsplit_once("::")?;
    let builds = catalog.ty(owner).and_then(|it| it.builds.as_deref());
    if entry.passes_self && builds == Some(client) {
        return Some(0);
    }
    (entry.gives.as_deref() == Some(client)).then_some(1)
}

#[cfg(test)]
mod tests {
    use super::function;
    use crate::catalog::Catalog;

    #[test]
    fn a_builder_comes_before_what_gives_a_client() {
        let catalog = Catalog::shipped().expect("it is read");
        let of = |client| function(&catalog, client);
        assert_eq!(of("kube::Client").as_deref(), Some("kube::Client::try_default"));
        assert_eq!(of("octocrab::Octocrab").as_deref(), Some("octocrab::OctocrabBuilder::app"));
        assert_eq!(of("reqwest::Client"), None);
    }
}
