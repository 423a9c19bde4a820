//! Items.

use proc_macro2::Ident;
use syn::{
    Fields, FnArg, ImplItem, Item as Syn, ReceiverKind, StaticMutability, TraitItem, UseTree, Visibility,
};

use super::{Lower, name};
use crate::facts::{
    ExprId, Item, ItemId, ItemKind, Name,
    item::{FieldItem, FnItem, ImplItem as Impl, Param, Receiver, StaticItem, UseEntry, VariantItem},
    path::{Path, Segment, TypeRef},
};
use crate::source::Span;

/// What every item has beside its kind.
struct Head<'h> {
    attrs: &'h [syn::Attribute],
    is_pub: bool,
    name: Option<&'h Ident>,
    start: Span,
    end: Span,
}

impl Lower<'_> {
    pub(in crate::facts) fn items(&mut self, items: &[Syn]) -> Vec<ItemId> {
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            self.item(item, &mut ids);
        }
        ids
    }

    fn push(&mut self, head: &Head<'_>, kind: ItemKind) -> ItemId {
        let attributes = self.attributes(head.attrs);
        let start = head.attrs.first().map_or(head.start, |attr| Self::span(attr.pound_token.span));
        let name_span = head.name.map_or(head.start, |ident| Self::span(ident.span()));
        self.add_item(Item {
            name: head.name.map(name).unwrap_or_default(),
            name_span,
            span: start.to(head.end),
            attributes,
            is_pub: head.is_pub,
            from_macro: None,
            kind,
        })
    }

    pub(super) fn item(&mut self, item: &Syn, out: &mut Vec<ItemId>) {
        let id = match item {
            Syn::Const(it) => {
                let kind = ItemKind::Const(self.static_item(&it.ty, &it.expr, false));
                self.push(
                    &head(&it.attrs, &it.vis, Some(&it.ident), it.const_token.span, it.semi_token.span),
                    kind,
                )
            }
            Syn::Static(it) => {
                let is_mut = matches!(it.mutability, StaticMutability::Mut(_));
                let kind = ItemKind::Static(self.static_item(&it.ty, &it.expr, is_mut));
                self.push(
                    &head(&it.attrs, &it.vis, Some(&it.ident), it.static_token.span, it.semi_token.span),
                    kind,
                )
            }
            Syn::Enum(it) => {
                let kind = ItemKind::Enum(it.variants.iter().map(|variant| self.variant(variant)).collect());
                self.push(
                    &head(
                        &it.attrs,
                        &it.vis,
                        Some(&it.ident),
                        it.enum_token.span,
                        it.brace_token.span.close(),
                    ),
                    kind,
                )
            }
            Syn::ExternCrate(it) => {
                let alias = it.rename.as_ref().map_or(&it.ident, |(_, alias)| alias);
                let kind = ItemKind::ExternCrate(name(&it.ident));
                self.push(
                    &head(&it.attrs, &it.vis, Some(alias), it.extern_token.span, it.semi_token.span),
                    kind,
                )
            }
            Syn::Fn(it) => {
                let kind = ItemKind::Fn(self.function(&it.sig, Some(&it.block)));
                let end = it.block.brace_token.span.close();
                self.push(&head(&it.attrs, &it.vis, Some(&it.sig.ident), it.sig.fn_token.span, end), kind)
            }
            Syn::Impl(it) => self.impl_item(it, None),
            Syn::Macro(it) => {
                self.item_macro(it, out);
                return;
            }
            Syn::Mod(it) => {
                let inline = it.content.as_ref().map(|(_, items)| self.items(items));
                let end = it.content.as_ref().map_or(it.ident.span(), |(brace, _)| brace.span.close());
                self.push(
                    &head(&it.attrs, &it.vis, Some(&it.ident), it.mod_token.span, end),
                    ItemKind::Mod(inline),
                )
            }
            Syn::Struct(it) => {
                let kind = ItemKind::Struct(self.fields(&it.fields));
                let end = it.semi_token.map_or_else(|| fields_end(&it.fields, &it.ident), |semi| semi.span);
                self.push(&head(&it.attrs, &it.vis, Some(&it.ident), it.struct_token.span, end), kind)
            }
            Syn::Trait(it) => self.trait_item(it),
            Syn::Type(it) => {
                let kind = ItemKind::Alias(self.ty(&it.ty));
                self.push(
                    &head(&it.attrs, &it.vis, Some(&it.ident), it.type_token.span, it.semi_token.span),
                    kind,
                )
            }
            Syn::Use(it) => {
                let mut entries = Vec::new();
                let start = Path { is_global: it.leading_colon.is_some(), ..Path::default() };
                flatten(&it.tree, start, &mut entries);
                self.push(
                    &head(&it.attrs, &it.vis, None, it.use_token.span, it.semi_token.span),
                    ItemKind::Use(entries),
                )
            }
            _ => return,
        };
        out.push(id);
    }

    fn impl_item(&mut self, it: &syn::ItemImpl, members: Option<&[ImplItem]>) -> ItemId {
        let items = members.unwrap_or(&it.items);
        let ids = items.iter().filter_map(|member| self.member(member)).collect();
        let kind = ItemKind::Impl(Impl {
            self_ty: self.ty(&it.self_ty),
            trait_path: it.trait_.as_ref().map(|(path, _)| self.path(path)),
            generics: self.generics(&it.generics),
            items: ids,
        });
        let head = Head {
            attrs: &it.attrs,
            is_pub: false,
            name: None,
            start: Self::span(it.impl_token.span),
            end: Self::span(it.brace_token.span.close()),
        };
        self.push(&head, kind)
    }

    fn member(&mut self, member: &ImplItem) -> Option<ItemId> {
        match member {
            ImplItem::Const(it) => {
                let kind = ItemKind::Const(self.static_item(&it.ty, &it.expr, false));
                Some(self.push(
                    &head(&it.attrs, &it.vis, Some(&it.ident), it.const_token.span, it.semi_token.span),
                    kind,
                ))
            }
            ImplItem::Fn(it) => {
                let kind = ItemKind::Fn(self.function(&it.sig, Some(&it.block)));
                let end = it.block.brace_token.span.close();
                Some(
                    self.push(
                        &head(&it.attrs, &it.vis, Some(&it.sig.ident), it.sig.fn_token.span, end),
                        kind,
                    ),
                )
            }
            _ => None,
        }
    }

    fn trait_item(&mut self, it: &syn::ItemTrait) -> ItemId {
        let mut ids = Vec::new();
        for member in &it.items {
            let TraitItem::Fn(function) = member else { continue };
            let kind = ItemKind::Fn(self.function(&function.sig, function.default.as_ref()));
            let end = function
                .default
                .as_ref()
                .map_or(function.sig.ident.span(), |block| block.brace_token.span.close());
            let head = Head {
                attrs: &function.attrs,
                is_pub: true,
                name: Some(&function.sig.ident),
                start: Self::span(function.sig.fn_token.span),
                end: Self::span(end),
            };
            ids.push(self.push(&head, kind));
        }
        let end = it.brace_token.span.close();
        self.push(&head(&it.attrs, &it.vis, Some(&it.ident), it.trait_token.span, end), ItemKind::Trait(ids))
    }

    /// A module of which only some items were read.
    pub(in crate::facts) fn module_with(
        &mut self,
        item: &Syn,
        inner: Vec<ItemId>,
        span: Span,
    ) -> Option<ItemId> {
        let Syn::Mod(it) = item else { return None };
        let head =
            Head { attrs: &it.attrs, is_pub: is_pub(&it.vis), name: Some(&it.ident), start: span, end: span };
        Some(self.push(&head, ItemKind::Mod(Some(inner))))
    }

    /// An impl of which only some members were read.
    pub(in crate::facts) fn impl_with(
        &mut self,
        item: &Syn,
        members: &[ImplItem],
        _span: Span,
    ) -> Option<ItemId> {
        match item {
            Syn::Impl(it) => Some(self.impl_item(it, Some(members))),
            Syn::Trait(it) => {
                let ids = members.iter().filter_map(|member| self.member(member)).collect();
                let end = it.brace_token.span.close();
                Some(self.push(
                    &head(&it.attrs, &it.vis, Some(&it.ident), it.trait_token.span, end),
                    ItemKind::Trait(ids),
                ))
            }
            _ => None,
        }
    }

    fn static_item(&mut self, ty: &syn::Type, init: &syn::Expr, is_mut: bool) -> StaticItem {
        let ty = self.ty(ty);
        let init = Some(self.expr(init));
        StaticItem { ty, init, is_mut, is_ref: false }
    }

    fn function(&mut self, sig: &syn::Signature, block: Option<&syn::Block>) -> FnItem {
        let mut params = Vec::new();
        let mut receiver = None;
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(it) => receiver = Some(self.receiver(it)),
                FnArg::Typed(it) => {
                    let pat = self.pat(&it.pat);
                    params.push(Param { pat, ty: self.ty(&it.ty) });
                }
            }
        }
        FnItem {
            params,
            receiver,
            output: self.output(&sig.output),
            generics: self.generics(&sig.generics),
            body: block.map(|block| self.body(block)),
            is_async: sig.asyncness.is_some(),
            is_extern: sig.abi.is_some(),
        }
    }

    fn body(&mut self, block: &syn::Block) -> ExprId {
        self.block(block, crate::facts::expr::BlockFlavour::Plain, None)
    }

    fn receiver(&mut self, it: &syn::Receiver) -> Receiver {
        match &it.kind {
            ReceiverKind::Reference(_, _, Some(_)) => Receiver::RefMut,
            ReceiverKind::Reference(..) => Receiver::Ref,
            ReceiverKind::Typed(_, ty) => Receiver::Typed(self.ty(ty)),
            _ => Receiver::Value,
        }
    }

    fn fields(&mut self, fields: &Fields) -> Vec<FieldItem> {
        fields
            .iter()
            .enumerate()
            .map(|(at, field)| {
                let fallback = || smol_str::format_smolstr!("{at}");
                let span = match &field.ident {
                    Some(ident) => Self::span(ident.span()),
                    None => type_span(&field.ty),
                };
                FieldItem {
                    name: field.ident.as_ref().map_or_else(fallback, name),
                    ty: self.ty(&field.ty),
                    span,
                    attributes: self.attributes(&field.attrs),
                }
            })
            .collect()
    }

    fn variant(&mut self, variant: &syn::Variant) -> VariantItem {
        let span = Self::span(variant.ident.span());
        VariantItem { name: name(&variant.ident), fields: self.fields(&variant.fields), span }
    }

    /// A static that was read out of a macro's tokens.
    pub(super) fn macro_static(&mut self, it: &super::macros::MacroStatic, path: &Path) -> ItemId {
        let item = StaticItem {
            ty: self.ty(&it.ty),
            init: Some(self.expr(&it.init)),
            is_mut: it.is_mut,
            is_ref: it.is_ref,
        };
        let end = self.span_of(item.init.unwrap_or(ExprId(0)));
        let start = Self::span(it.start);
        let head = Head { attrs: &it.attrs, is_pub: is_pub(&it.vis), name: Some(&it.ident), start, end };
        let id = self.push(&head, ItemKind::Static(item));
        self.facts.items[id.0 as usize].from_macro = Some(path.clone());
        id
    }

    /// A macro call, or the definition of one, that gave no items.
    pub(super) fn macro_item(&mut self, it: &syn::ItemMacro, kind: ItemKind) -> ItemId {
        let start = Self::path_span(&it.mac.path);
        let head = Head {
            attrs: &it.attrs,
            is_pub: false,
            name: it.ident.as_ref(),
            start,
            end: Self::macro_end(&it.mac),
        };
        self.push(&head, kind)
    }

    /// Items read out of a macro's tokens know where they come from.
    pub(super) fn mark_macro(&mut self, ids: &[ItemId], path: &Path) {
        for id in ids {
            self.facts.items[id.0 as usize].from_macro = Some(path.clone());
        }
    }
}

fn head<'h>(
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
    Head { attrs, is_pub: is_pub(vis), name, start: Lower::span(start), end: Lower::span(end) }
}

fn is_pub(vis: &Visibility) -> bool {
    !matches!(vis, Visibility::Inherited)
}

fn fields_end(fields: &Fields, ident: &Ident) -> proc_macro2::Span {
    match fields {
        Fields::Named(named) => named.brace_token.span.close(),
        Fields::Unnamed(unnamed) => unnamed.paren_token.span.close(),
        Fields::Unit => ident.span(),
    }
}

/// Where a type starts, for tuple fields; only paths are worth a place.
fn type_span(ty: &syn::Type) -> Span {
    match ty {
        syn::Type::Path(path) => Lower::path_span(&path.path),
        syn::Type::Reference(reference) => Lower::span(reference.and_token.span),
        _ => Span::default(),
    }
}

fn flatten(tree: &UseTree, prefix: Path, out: &mut Vec<UseEntry>) {
    match tree {
        UseTree::Path(it) => flatten(&it.tree, extend(prefix, &it.ident), out),
        UseTree::Name(it) if it.ident == "self" => {
            let alias = Name::new(prefix.last_name());
            out.push(UseEntry { path: prefix, alias, is_glob: false });
        }
        UseTree::Name(it) => {
            out.push(UseEntry { path: extend(prefix, &it.ident), alias: name(&it.ident), is_glob: false });
        }
        UseTree::Rename(it) if it.ident == "self" => {
            out.push(UseEntry { path: prefix, alias: name(&it.rename), is_glob: false });
        }
        UseTree::Rename(it) => {
            out.push(UseEntry { path: extend(prefix, &it.ident), alias: name(&it.rename), is_glob: false });
        }
        UseTree::Glob(_) => out.push(UseEntry { path: prefix, alias: Name::default(), is_glob: true }),
        UseTree::Group(it) => it.items.iter().for_each(|tree| flatten(tree, prefix.clone(), out)),
    }
}

fn extend(mut path: Path, ident: &Ident) -> Path {
    let span = Lower::span(ident.span());
    path.span = if path.segments.is_empty() { span } else { path.span.to(span) };
    path.segments.push(Segment { name: name(ident), args: Vec::<TypeRef>::new() });
    path
}
