//! Sinks that the catalog describes.

use smol_str::SmolStr;

use super::{Frame, Seen, shown};
use crate::catalog::schema::{CredentialKind, FnEntry, KeyValue};
use crate::link::{
    sinks::SinkKind,
    value::{Certainty, Mark, Value, What, marks_of},
};
use crate::source::Place;

impl Frame<'_, '_> {
    /// The arguments of a call that the catalog describes.
    pub(in crate::link::eval) fn note_described(
        &mut self,
        entry: &FnEntry,
        path: &SmolStr,
        receiver: Option<&Value>,
        args: &[Value],
        place: Place,
    ) {
        let seen = |kind: SinkKind, name: SmolStr| Seen {
            place,
            name,
            kind,
            credential: entry.kind,
            provider: None,
            certainty: Certainty::Known,
            has_receiver: receiver.is_some(),
        };
        let provider = self.provider_of(entry, path);
        let on: Vec<&Value> = receiver.into_iter().chain(args).collect();
        for at in &entry.credential {
            let Some(arg) = args.get(*at) else { continue };
            let seen = Seen { provider: provider.clone(), ..seen(SinkKind::Argument, shown(path)) };
            self.arrive(arg, &on, seen);
        }
        // A key by which messages are signed is a secret where the catalog says what it is.
        for at in entry.signs.iter().filter(|_| entry.kind.is_some()) {
            let Some(arg) = args.get(*at) else { continue };
            self.arrive(arg, &on, seen(SinkKind::Argument, shown(path)));
        }
        for at in &entry.carries {
            let Some(arg) = args.get(*at) else { continue };
            let own =
                arg.ty.innermost(self.catalog()).entry(self.catalog()).and_then(|it| it.provider.clone());
            let is_address = entry.kind == Some(CredentialKind::ConnectionString);
            let kind = if is_address { SinkKind::Argument } else { SinkKind::Configuration };
            let seen = Seen {
                provider: own.map(SmolStr::from).or_else(|| provider.clone()),
                ..seen(kind, shown(path))
            };
            self.arrive(arg, &on, seen);
        }
        if let Some(at) = &entry.header {
            self.note_header(at, args, &on, seen(SinkKind::Header, SmolStr::default()));
        }
        if let Some(at) = &entry.setting
            && let (Some(key), Some(value)) = (args.get(at.key), args.get(at.value))
            && let Some(name) = key.text.as_ref().map(|it| it.text.clone())
            && at.keys.iter().any(|known| *known == name)
        {
            self.arrive(value, &on, Seen { provider, ..seen(SinkKind::Setting, name) });
        }
    }

    /// A request keeps the address that it is made for.
    pub(in crate::link::eval) fn keep_addresses(&self, entry: &FnEntry, value: &mut Value, args: &[Value]) {
        if !self.is_gathering() || entry.gives.is_none() {
            return;
        }
        for arg in args {
            let is_address = |mark: &&Mark| match mark.what {
                What::Literal(id) => self.literal(id).is_some_and(|it| it.text.contains("://")),
                What::Input(_) | What::Open(_) | What::Part(_) | What::Cell(_) | What::Copied(_) => true,
                _ => false,
            };
            value.add(&marks_of(arg.marks.iter().filter(is_address).cloned().collect()));
        }
    }

    fn note_header(&mut self, at: &KeyValue, args: &[Value], on: &[&Value], seen: Seen) {
        let (Some(key), Some(value)) = (args.get(at.key), args.get(at.value)) else { return };
        let name = key.text.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        let words = self.catalog().words();
        if words.is_auth_header_constant(&name) || words.is_auth_header(&name) {
            let name = SmolStr::from(name.to_ascii_lowercase().replace('_', "-"));
            self.arrive(value, on, Seen { name, ..seen });
        }
    }

    /// Whose the service is that a function belongs to.
    fn provider_of(&self, entry: &FnEntry, path: &str) -> Option<SmolStr> {
        let owner = path.rsplit_once("::").and_then(|(owner, _)| self.catalog().ty(owner));
        let given = entry.gives.as_ref().and_then(|gives| self.catalog().ty(gives));
        let of_type = owner.and_then(|it| it.provider.clone()).or_else(|| given?.provider.clone());
        of_type.or_else(|| entry.provider.clone()).map(SmolStr::from)
    }
}
