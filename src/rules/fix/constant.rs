//! A constant that is a text is read from a variable when the program runs: a static at its first use, out of which a
//! `&'static str` comes as before; or a function, where what is kept for ever would be a fault as well.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;

use super::{
    code::{Code, Node},
    import::path_of,
    run_time::stand_in_for,
    statement::ends_of,
    text::Look,
    uses::{Uses, is_told, uses_of},
    write,
};
use crate::catalog::schema::CredentialKind;
use crate::facts::{ExprKind, FileFacts, Item, ItemId, ItemKind, item::StaticItem, path::TypeRef};
use crate::finding::Edit;
use crate::link::DefId;
use crate::source::{FileId, Place, SourceFile, Span};

/// Methods that a text has and a lazy static passes on to it.
const PASSED_ON: [&str; 6] = ["to_string", "to_owned", "as_bytes", "len", "is_empty", "trim"];

/// The first Rust whose standard library has `LazyLock`.
const LAZY_LOCK_SINCE: (u32, u32) = (1, 80);

/// A constant or static whose whole value an expression is.
#[derive(Clone, Copy)]
pub(super) struct Constant<'p> {
    id: ItemId,
    item: &'p Item,
    node: Node,
}

impl<'p> Constant<'p> {
    /// The one whose value is at `node`, if it is a text.
    pub(super) fn of(code: &Code<'p>, node: Node) -> Option<Self> {
        let facts = code.facts(node.file)?;
        let id = code.owner(node)?;
        let item = facts.item(id);
        let (ItemKind::Const(declared) | ItemKind::Static(declared)) = &item.kind else { return None };
        let is_whole = declared.init == Some(node.id) && is_text(declared);
        (is_whole && is_alone(facts, id)).then_some(Self { id, item, node })
    }

    /// Its name.
    pub(super) fn name(&self) -> &'p str {
        &self.item.name
    }

    /// The edits that read it from a variable: what may be replaced while the program runs by a function, anything else
    /// where it is used first. Nothing where a use needs a constant, or may not be seen.
    pub(super) fn read_from(&self, code: &Code<'p>, variable: &str, is_replaced: bool) -> Option<Vec<Edit>> {
        let def = code.names().def(self.node.file, self.id)?;
        let uses = uses_of(code, def, self.name())?;
        let is_ordinary = uses.nodes.iter().all(|node| code.is_ordinary(*node));
        if !is_ordinary || code.would_be_late(variable, &uses.nodes) {
            return None;
        }
        let Some(lazy) = lazy(code, def).filter(|_| !is_replaced) else {
            // A function works with any Rust.
            return self.by_function(code, variable, &uses);
        };
        let mut edits = vec![self.declared(code, variable, &lazy)?];
        edits.extend(uses.nodes.iter().filter_map(|node| used(code, *node)));
        Some(edits)
    }

    /// `const NAME: &str = …;` → `fn name() -> String { … }`
    fn by_function(&self, code: &Code<'p>, variable: &str, uses: &Uses) -> Option<Vec<Edit>> {
        let file = code.source(self.node.file);
        let name = free_name(code, self.name(), self.node.file, uses)?;
        let span = declaration(file, self.item)?;
        let read = write::expression(&write::variable(variable))?;
        let text = format!("fn {name}() -> String {{\n    {read}\n}}");
        let look = Look::of(file);
        let replacement = look.set_apart(look.fitted(&text, span.start), span.end);
        let mut edits = vec![Edit { place: Place { file: self.node.file, span }, replacement }];
        edits.extend(uses.imports.iter().map(|it| Edit { place: *it, replacement: name.clone() }));
        for node in &uses.nodes {
            let call: TokenStream = renamed(code, *node, self.name(), &name)?.parse().ok()?;
            edits.push(stand_in_for(code, *node, &call)?);
        }
        Some(edits)
    }

    fn declared(&self, code: &Code<'p>, variable: &str, lazy: &str) -> Option<Edit> {
        let file = code.source(self.node.file);
        let span = declaration(file, self.item)?;
        let read = write::expression(&write::variable(variable))?;
        let name = self.name();
        let text = format!("static {name}: {lazy}<String> = {lazy}::new(|| {{\n    {read}\n}});");
        let replacement = Look::of(file).fitted(&text, span.start);
        Some(Edit { place: Place { file: self.node.file, span }, replacement })
    }
}

/// The name of a function in the place of an item, which nothing has in the files that name the item.
pub(super) fn free_name(code: &Code<'_>, item: &str, file: FileId, uses: &Uses) -> Option<String> {
    let own = item.to_lowercase();
    let other = format!("the_{own}");
    first_free(code, [own, other], file, uses)
}

/// The first of names for a function that nothing has in the files that name an item.
pub(super) fn first_free<const N: usize>(
    code: &Code<'_>,
    names: [String; N],
    file: FileId,
    uses: &Uses,
) -> Option<String> {
    if uses.declared != 1 {
        return None;
    }
    let files = uses.nodes.iter().map(|node| node.file).chain(uses.imports.iter().map(|it| it.file));
    let texts: BTreeSet<FileId> = files.chain([file]).collect();
    let is_free = |name: &String| !texts.iter().any(|it| is_taken(code, *it, name));
    names.into_iter().filter(|name| write::is_name(name)).find(is_free)
}

/// Whether a word may be something that a function can be taken for: it stands in code, and not as a part of a path that
/// leads on.
fn is_taken(code: &Code<'_>, id: FileId, word: &str) -> bool {
    let file = code.source(id);
    ends_of(&file.text, word).any(|end| {
        let is_told = || {
            let start = end - word.len();
            let span = u32::try_from(start).ok().zip(u32::try_from(end).ok());
            let span = span.map(|(start, end)| Span::new(start, end));
            code.facts(id).zip(span).is_some_and(|(facts, span)| is_told(facts, file, span))
        };
        !file.text[end..].starts_with("::") && !is_told()
    })
}

/// A call of that function, by the path that the item was named with.
pub(super) fn renamed(code: &Code<'_>, node: Node, item: &str, name: &str) -> Option<String> {
    let path = code.source(node.file).slice(code.expr(node).span).strip_suffix(item)?;
    Some(format!("{path}{name}()"))
}

/// Whether a credential may be replaced while the program runs, so that a static that keeps it is reported.
pub(super) fn is_replaced(kind: Option<CredentialKind>) -> bool {
    use CredentialKind::{AccessToken, ApiKey, BotToken, Session};
    matches!(kind, None | Some(AccessToken | ApiKey | BotToken | Session))
}

fn is_text(declared: &StaticItem) -> bool {
    let is_str =
        |ty: &TypeRef| matches!(ty, TypeRef::Path(path) if path.as_ident().is_some_and(|it| it == "str"));
    !declared.is_mut && !declared.is_ref && matches!(&declared.ty, TypeRef::Ref(inner) if is_str(inner))
}

/// Whether an item stands by itself: in no impl, trait or macro, and without conditions.
pub(super) fn is_alone(facts: &FileFacts, id: ItemId) -> bool {
    let item = facts.item(id);
    let holds = |it: &Item| match &it.kind {
        ItemKind::Impl(it) => it.items.contains(&id),
        ItemKind::Trait(items) => items.contains(&id),
        _ => false,
    };
    item.attributes.is_empty() && item.from_macro.is_none() && !facts.items.iter().any(holds)
}

/// The declaration without its visibility, with its `;`.
pub(super) fn declaration(file: &SourceFile, item: &Item) -> Option<Span> {
    let before = file.text.get(item.span.start as usize..item.name_span.start as usize)?;
    let word = if matches!(item.kind, ItemKind::Const(_)) { "const" } else { "static" };
    let start = item.span.start + u32::try_from(before.rfind(word)?).ok()?;
    file.slice(item.span).ends_with(';').then(|| Span::new(start, item.span.end))
}

/// The path of the type of a lazy cell at an item: the standard library's, or that of `once_cell` where Rust may be older.
fn lazy(code: &Code<'_>, within: DefId) -> Option<String> {
    let is_older = code.program.rust_version_of(within).is_some_and(|it| it < LAZY_LOCK_SINCE);
    let whole = if is_older { "once_cell::sync::Lazy" } else { "std::sync::LazyLock" };
    let (_, name) = whole.rsplit_once("::")?;
    let is_there = !is_older || code.program.depends_on(within, "once_cell");
    let is_known = code.names().external(within, &path_of(name)).is_some_and(|it| it == whole);
    is_there.then(|| if is_known { name } else { whole }.to_owned())
}

/// `NAME` → `NAME.as_str()`, where the use does not come to that by itself.
fn used(code: &Code<'_>, node: Node) -> Option<Edit> {
    let parent = code.parent(node).map(|it| &code.expr(it).kind);
    let is_passed_on = matches!(parent, Some(ExprKind::MethodCall { receiver, method, .. })
        if *receiver == node.id && PASSED_ON.contains(&method.as_str()));
    let end = code.expr(node).span.end;
    let place = Place { file: node.file, span: Span::new(end, end) };
    (!is_passed_on).then(|| Edit { place, replacement: ".as_str()".to_owned() })
}
