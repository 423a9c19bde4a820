//! Signatures, and the fields of structs and variants.

use syn::{Fields, FnArg, ReceiverKind, Safety, Signature};

use super::{Lower, name};
use crate::facts::{
    expr::BlockFlavour,
    item::{FieldItem, FnItem, Param, Receiver, VariantItem},
};

impl Lower<'_> {
    pub(super) fn function(&mut self, sig: &Signature, block: Option<&syn::Block>) -> FnItem {
        let mut params = Vec::with_capacity(sig.inputs.len());
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
            body: block.map(|block| self.body(|it| it.block(block, BlockFlavour::Plain, None))),
            is_async: sig.asyncness.is_some(),
            is_const: sig.constness.is_some(),
            qualifiers: self.span(Self::signature_start(sig, None)).to(self.span(sig.fn_token.span)),
            is_extern: sig.abi.is_some(),
        }
    }

    /// The first token of a signature.
    pub(super) fn signature_start(
        sig: &Signature,
        defaultness: Option<syn::Token![default]>,
    ) -> proc_macro2::Span {
        let safety = match &sig.safety {
            Safety::Safe(token) => Some(token.span),
            Safety::Unsafe(token) => Some(token.span),
            Safety::Default => None,
        };
        let first = [
            defaultness.map(|token| token.span),
            sig.constness.map(|token| token.span),
            sig.asyncness.map(|token| token.span),
            safety,
            sig.abi.as_ref().map(|abi| abi.extern_token.span),
        ];
        first.into_iter().flatten().next().unwrap_or(sig.fn_token.span)
    }

    fn receiver(&mut self, it: &syn::Receiver) -> Receiver {
        match &it.kind {
            ReceiverKind::Reference(_, _, Some(_)) => Receiver::RefMut,
            ReceiverKind::Reference(..) => Receiver::Ref,
            ReceiverKind::Typed(_, ty) => Receiver::Typed(self.ty(ty)),
            _ => Receiver::Value,
        }
    }

    pub(super) fn fields(&mut self, fields: &Fields) -> Vec<FieldItem> {
        fields.iter().enumerate().map(|(at, field)| self.field(at, field)).collect()
    }

    fn field(&mut self, at: usize, field: &syn::Field) -> FieldItem {
        let (name, span) = match &field.ident {
            Some(ident) => (name(ident), self.span(ident.span())),
            None => (smol_str::format_smolstr!("{at}"), self.type_span(&field.ty)),
        };
        FieldItem { name, ty: self.ty(&field.ty), span, attributes: self.attributes(&field.attrs) }
    }

    pub(super) fn variant(&mut self, variant: &syn::Variant) -> VariantItem {
        let span = self.span(variant.ident.span());
        VariantItem { name: name(&variant.ident), fields: self.fields(&variant.fields), span }
    }
}
