//! Items.

use proc_macro2::Ident;
use syn::{Item as Syn, StaticMutability, Visibility, spanned::Spanned};

use super::{Lower, name};
use crate::facts::{Item, ItemId, ItemKind, item::StaticItem, path::Path};
use crate::source::Span;

/// What every item has beside its kind.
pub(super) struct Head<'h> {
    pub attrs: &'h [syn::Attribute],
    pub is_pub: bool,
    pub name: Option<&'h Ident>,
    /// From the first token behind the attributes to the last.
    pub span: Span,
}

impl Lower<'_> {
    pub(in crate::facts) fn items(&mut self, items: &[Syn]) -> Vec<ItemId> {
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            self.item(item, &mut ids);
        }
        ids
    }

    pub(super) fn push(&mut self, head: &Head<'_>, kind: ItemKind) -> ItemId {
        let attributes = self.attributes(head.attrs);
        let outer = head.attrs.iter().find(|attr| matches!(attr.style, syn::AttrStyle::Outer));
        let start = outer.map_or(head.span, |attr| self.span(attr.pound_token.span));
        let name_span = head
            .name
            .map_or_else(|| Span::new(head.span.start, head.span.start), |ident| self.span(ident.span()));
        self.add_item(Item {
            name: head.name.map(name).unwrap_or_default(),
            name_span,
            span: self.with_docs(start.to(head.span)),
            attributes,
            is_pub: head.is_pub,
            from_macro: None,
            kind,
        })
    }

    /// The head of an item: `keyword` is the first token behind the visibility, `end` the last of all.
    pub(super) fn head<'h>(
        &self,
        attrs: &'h [syn::Attribute],
        vis: &Visibility,
        name: Option<&'h Ident>,
        keyword: proc_macro2::Span,
        end: proc_macro2::Span,
    ) -> Head<'h> {
        let start = match vis {
            Visibility::Public(token) => token.span,
            Visibility::Restricted(it) => it.pub_token.span,
            Visibility::Inherited => keyword,
        };
        Head { attrs, is_pub: is_pub(vis), name, span: self.span(start).to(self.span(end)) }
    }

    pub(super) fn item(&mut self, item: &Syn, out: &mut Vec<ItemId>) {
        if !self.enter_node(item) {
            return;
        }
        match item {
            Syn::Macro(it) => self.item_macro(it, out),
            _ => out.push(self.plain_item(item)),
        }
        self.leave();
    }

    fn plain_item(&mut self, item: &Syn) -> ItemId {
        match item {
            Syn::Const(it) => {
                let kind = ItemKind::Const(self.static_item(&it.ty, Some(&it.expr)));
                let start = it.modifiers.defaultness.map_or(it.const_token.span, |token| token.span);
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, it.semi_token.span);
                self.push(&head, kind)
            }
            Syn::Static(it) => {
                let mut item = self.static_item(&it.ty, Some(&it.expr));
                item.is_mut = matches!(it.mutability, StaticMutability::Mut(_));
                let (start, end) = (it.static_token.span, it.semi_token.span);
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, end);
                self.push(&head, ItemKind::Static(item))
            }
            Syn::Fn(it) => {
                let kind = ItemKind::Fn(self.function(&it.sig, Some(&it.block)));
                let start = Self::signature_start(&it.sig, it.modifiers.defaultness);
                let end = it.block.brace_token.span.close();
                let head = self.head(&it.attrs, &it.vis, Some(&it.sig.ident), start, end);
                self.push(&head, kind)
            }
            Syn::Impl(it) => self.impl_item(it),
            Syn::Trait(it) => self.trait_item(it),
            Syn::Mod(it) => {
                let inner = it.content.as_ref().map(|(_, items)| self.items(items));
                self.module(it, inner)
            }
            Syn::Use(it) => {
                let entries = self.use_entries(it);
                let head = self.head(&it.attrs, &it.vis, None, it.use_token.span, it.semi_token.span);
                self.push(&head, ItemKind::Use(entries))
            }
            _ => self.data_item(item),
        }
    }

    /// Types, and what has no kind of its own.
    fn data_item(&mut self, item: &Syn) -> ItemId {
        match item {
            Syn::Enum(it) => {
                let kind = ItemKind::Enum(it.variants.iter().map(|variant| self.variant(variant)).collect());
                let (start, end) = (it.enum_token.span, it.brace_token.span.close());
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, end);
                self.push(&head, kind)
            }
            Syn::Struct(it) => {
                let kind = ItemKind::Struct(self.fields(&it.fields));
                let end = it.semi_token.map_or_else(|| fields_end(&it.fields, &it.ident), |semi| semi.span);
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), it.struct_token.span, end);
                self.push(&head, kind)
            }
            Syn::Type(it) => {
                let kind = ItemKind::Alias(self.ty(&it.ty));
                let (start, end) = (it.type_token.span, it.semi_token.span);
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, end);
                self.push(&head, kind)
            }
            Syn::ExternCrate(it) => {
                let alias = it.rename.as_ref().map_or(&it.ident, |(_, alias)| alias);
                let (start, end) = (it.extern_token.span, it.semi_token.span);
                let head = self.head(&it.attrs, &it.vis, Some(alias), start, end);
                self.push(&head, ItemKind::ExternCrate(name(&it.ident)))
            }
            Syn::Union(it) => {
                let (start, end) = (it.union_token.span, it.fields.brace_token.span.close());
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, end);
                self.push(&head, ItemKind::Other)
            }
            Syn::TraitAlias(it) => {
                let (start, end) = (it.trait_token.span, it.semi_token.span);
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, end);
                self.push(&head, ItemKind::Other)
            }
            Syn::ForeignMod(it) => {
                let start = it.unsafety.map_or(it.abi.extern_token.span, |token| token.span);
                let span = self.span(start).to(self.span(it.brace_token.span.close()));
                self.push(&Head { attrs: &it.attrs, is_pub: false, name: None, span }, ItemKind::Other)
            }
            other => {
                if let Syn::Verbatim(tokens) = other
                    && let Some(function) = self.bodiless(tokens)
                {
                    return function;
                }
                let span = self.span(other.span());
                self.push(&Head { attrs: &[], is_pub: false, name: None, span }, ItemKind::Other)
            }
        }
    }

    /// A module with these items, or none where they stand in another file.
    pub(in crate::facts) fn module(&mut self, it: &syn::ItemMod, inner: Option<Vec<ItemId>>) -> ItemId {
        let start = it.unsafety.map_or(it.mod_token.span, |token| token.span);
        let end = match (&it.content, &it.semi) {
            (Some((brace, _)), _) => brace.span.close(),
            (None, Some(semi)) => semi.span,
            (None, None) => it.ident.span(),
        };
        let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, end);
        self.push(&head, ItemKind::Mod(inner))
    }

    pub(super) fn static_item(&mut self, ty: &syn::Type, init: Option<&syn::Expr>) -> StaticItem {
        let ty = self.ty(ty);
        let init = init.map(|e| self.body(|it| it.expr(e)));
        StaticItem { ty, init, is_mut: false, is_ref: false }
    }

    /// A static that was read out of a macro's tokens.
    pub(super) fn macro_static(&mut self, it: &super::macros::MacroStatic, path: &Path) -> ItemId {
        let mut item = self.static_item(&it.ty, Some(&it.init));
        (item.is_mut, item.is_ref) = (it.is_mut, it.is_ref);
        let start = it.static_token.span;
        let mut head = self.head(
            &it.attrs,
            &it.vis,
            Some(&it.ident),
            start,
            it.semi_token.map_or(start, |semi| semi.span),
        );
        if let (None, Some(init)) = (it.semi_token, item.init) {
            head.span = head.span.to(self.span_of(init));
        }
        let id = self.push(&head, ItemKind::Static(item));
        self.mark_macro(&[id], path);
        id
    }

    /// A macro call, or the definition of one, that gave no items.
    pub(super) fn macro_item(&mut self, it: &syn::ItemMacro, kind: ItemKind) -> ItemId {
        let end = it.semi_token.map_or(it.mac.delimiter.span().close(), |semi| semi.span);
        let span = self.path_span(&it.mac.path).to(self.span(end));
        self.push(&Head { attrs: &it.attrs, is_pub: false, name: it.ident.as_ref(), span }, kind)
    }

    /// Items read out of a macro's tokens know where they come from.
    pub(super) fn mark_macro(&mut self, ids: &[ItemId], path: &Path) {
        for id in ids {
            // The innermost macro is the one that says what the item is.
            self.facts.items[id.0 as usize].from_macro.get_or_insert_with(|| path.clone());
        }
    }
}

fn is_pub(vis: &Visibility) -> bool {
    !matches!(vis, Visibility::Inherited)
}

fn fields_end(fields: &syn::Fields, ident: &Ident) -> proc_macro2::Span {
    match fields {
        syn::Fields::Named(named) => named.brace_token.span.close(),
        syn::Fields::Unnamed(unnamed) => unnamed.paren_token.span.close(),
        syn::Fields::Unit => ident.span(),
    }
}
