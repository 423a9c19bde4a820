//! Impls and traits, and what stands in them.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{ImplItem, TraitItem, Visibility, spanned::Spanned};

use super::{Lower, item::Head};
use crate::facts::{ItemId, ItemKind, item::ImplItem as Impl};

impl Lower<'_> {
    pub(in crate::facts) fn impl_item(&mut self, it: &syn::ItemImpl) -> ItemId {
        let mut items = Vec::with_capacity(it.items.len());
        for member in &it.items {
            self.impl_member(member, &mut items);
        }
        let kind = ItemKind::Impl(Impl {
            self_ty: self.ty(&it.self_ty),
            trait_path: it.trait_.as_ref().map(|(path, _)| self.path(path)),
            generics: self.generics(&it.generics),
            items,
        });
        let first = [it.modifiers.defaultness.map(|it| it.span), it.unsafety.map(|it| it.span)];
        let start = first.into_iter().flatten().next().unwrap_or(it.impl_token.span);
        let span = self.span(start).to(self.span(it.brace_token.span.close()));
        self.push(&Head { attrs: &it.attrs, is_pub: false, name: None, span }, kind)
    }

    fn impl_member(&mut self, member: &ImplItem, out: &mut Vec<ItemId>) {
        let id = match member {
            ImplItem::Const(it) => {
                let kind = ItemKind::Const(self.static_item(&it.ty, Some(&it.expr)));
                let start = it.modifiers.defaultness.map_or(it.const_token.span, |token| token.span);
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, it.semi_token.span);
                self.push(&head, kind)
            }
            ImplItem::Fn(it) => {
                let kind = ItemKind::Fn(self.function(&it.sig, Some(&it.block)));
                let start = Self::signature_start(&it.sig, it.modifiers.defaultness);
                let end = it.block.brace_token.span.close();
                let head = self.head(&it.attrs, &it.vis, Some(&it.sig.ident), start, end);
                self.push(&head, kind)
            }
            ImplItem::Type(it) => {
                let kind = ItemKind::Alias(self.ty(&it.ty));
                let start = it.modifiers.defaultness.map_or(it.type_token.span, |token| token.span);
                let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, it.semi_token.span);
                self.push(&head, kind)
            }
            ImplItem::Macro(it) => return self.member_macro(&it.attrs, &it.mac, it.semi_token, out),
            ImplItem::Verbatim(tokens) => return self.verbatim_member(tokens, out),
            other => return self.unknown_member(other),
        };
        out.push(id);
    }

    pub(in crate::facts) fn trait_item(&mut self, it: &syn::ItemTrait) -> ItemId {
        let mut items = Vec::with_capacity(it.items.len());
        for member in &it.items {
            self.trait_member(member, &mut items);
        }
        let first = [it.unsafety.map(|it| it.span), it.modifiers.auto_token.map(|it| it.span)];
        let start = first.into_iter().flatten().next().unwrap_or(it.trait_token.span);
        let head = self.head(&it.attrs, &it.vis, Some(&it.ident), start, it.brace_token.span.close());
        self.push(&head, ItemKind::Trait(items))
    }

    /// Members of a trait are as visible as the trait. Associated types are left out: they name no type.
    fn trait_member(&mut self, member: &TraitItem, out: &mut Vec<ItemId>) {
        let id = match member {
            TraitItem::Fn(it) => {
                let (head, kind) = self.trait_function(it, &Visibility::Inherited);
                self.push(&Head { is_pub: true, ..head }, kind)
            }
            TraitItem::Const(it) => {
                let init = it.default.as_ref().map(|(_, e)| e);
                let kind = ItemKind::Const(self.static_item(&it.ty, init));
                let (start, end) = (it.const_token.span, it.semi_token.span);
                let head = self.head(&it.attrs, &Visibility::Inherited, Some(&it.ident), start, end);
                self.push(&Head { is_pub: true, ..head }, kind)
            }
            TraitItem::Macro(it) => return self.member_macro(&it.attrs, &it.mac, it.semi_token, out),
            TraitItem::Type(_) => return,
            TraitItem::Verbatim(tokens) => return self.verbatim_member(tokens, out),
            other => return self.unknown_member(other),
        };
        out.push(id);
    }

    /// A function that may have no body.
    fn trait_function<'h>(&mut self, it: &'h syn::TraitItemFn, vis: &Visibility) -> (Head<'h>, ItemKind) {
        let kind = ItemKind::Fn(self.function(&it.sig, it.default.as_ref()));
        let start = Self::signature_start(&it.sig, it.modifiers.defaultness);
        let end = match (&it.default, &it.semi_token) {
            (Some(block), _) => block.brace_token.span.close(),
            (None, semi) => semi.map_or(it.sig.ident.span(), |semi| semi.span),
        };
        (self.head(&it.attrs, vis, Some(&it.sig.ident), start, end), kind)
    }

    /// A function without a body where only a trait may have one: the macro of its attribute gives it the body.
    pub(super) fn bodiless(&mut self, tokens: &TokenStream) -> Option<ItemId> {
        let parse = |input: ParseStream<'_>| {
            let attributes = input.call(syn::Attribute::parse_outer)?;
            Ok((attributes, input.parse::<Visibility>()?, input.parse::<syn::TraitItemFn>()?))
        };
        let (attributes, vis, mut function) = parse.parse2(tokens.clone()).ok()?;
        function.attrs = attributes;
        let (head, kind) = self.trait_function(&function, &vis);
        Some(self.push(&head, kind))
    }

    fn verbatim_member(&mut self, tokens: &TokenStream, out: &mut Vec<ItemId>) {
        match self.bodiless(tokens) {
            Some(id) => out.push(id),
            None => self.unknown_member(tokens),
        }
    }

    /// A macro call among members, read as one among items is.
    fn member_macro(
        &mut self,
        attrs: &[syn::Attribute],
        mac: &syn::Macro,
        semi_token: Option<syn::Token![;]>,
        out: &mut Vec<ItemId>,
    ) {
        let item = syn::ItemMacro { attrs: attrs.to_vec(), ident: None, mac: mac.clone(), semi_token };
        self.item_macro(&item, out);
    }

    fn unknown_member(&mut self, member: &impl Spanned) {
        let span = self.span(member.span());
        self.say(span, "not understood, passed over: no member that is known".to_owned());
    }
}
