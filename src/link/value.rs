//! Abstract values: the type of an expression and what is known of what it may hold.

use std::rc::Rc;

use smol_str::SmolStr;

pub use super::access_path::{AccessPath, FieldId, Root};
pub use super::field_values::FieldValues;
pub use super::marks::{Mark, Marks};
pub(super) use super::marks::{marks_of, no_marks, union};
pub use super::provenance::{
    Build, BuildId, CellId, Certainty, Credential, CredentialId, ForkId, Hazard, HazardId, HazardKind,
    LiteralId, Origin, OriginId, PartId, Source,
};
pub use super::trace::{Trace, TraceEvent, TraceStep};
pub(super) use super::trace::{joined, step, steps};
use super::{ty::Ty, world::DefId};
use crate::catalog::schema::{CredentialKind, Lifetime};
use crate::facts::{ExprId, Name};
use crate::source::{FileId, Place};

/// How deep the fields of a value are followed.
const DEPTH: u32 = 4;
/// How many marks the fields of what a function gives back may have together.
const WEIGHT: usize = 64;

/// The field under which is kept what a function gives when it is called.
pub(super) const GIVEN: &str = "()";
/// The field under which a name stands for the variable of the environment that it names.
pub(super) const VARIABLE: &str = "$env";

/// An abstract value: everything that may be at this point of the program.
#[derive(Clone, Debug)]
pub struct Value {
    /// Its type.
    pub ty: Ty,
    /// What it may hold.
    pub marks: Marks,
    /// The values of its fields, where it was put together in sight.
    pub fields: Option<Rc<FieldValues>>,
    /// The text, where it is a constant.
    pub text: Option<Text>,
    /// What is called when it is called.
    pub callable: Option<Callable>,
}

/// A constant text and the literal it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: SmolStr,
    /// The literal.
    pub place: Place,
    /// Whether it is the first of several that may be meant.
    pub is_one_of_many: bool,
}

/// What a value calls when it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callable {
    /// A function of this run.
    Def(DefId),
    /// A function of another package.
    External(SmolStr),
    /// A closure, or an `async` block.
    Closure(FileId, ExprId),
}

/// What a value may hold. Ids are positions in the program's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Whatever is at an access path: what the caller passes, or what the program puts in a field.
    Open(AccessPath),
    /// Something from outside of which nothing says that it is a credential.
    Input(OriginId),
    /// A credential in the raw.
    Credential(CredentialId),
    /// A credential that is built into a client.
    Built(CredentialId, BuildId),
    /// Whatever is at an access path, where only a credential goes.
    Secret(AccessPath, Wanted),
    /// Whatever is at an access path, built into a client; a credential only when it says so itself.
    BuiltOpen(AccessPath, BuildId),
    /// Whatever the caller passes where only a credential goes, built into a client.
    BuiltSecret(AccessPath, BuildId, Wanted),
    /// Something that renews its credentials by itself.
    Refreshing,
    /// Something that a fork does not copy.
    Hazard(HazardId),
    /// The content of a cell, or the cell itself.
    Cell(CellId),
    /// A copy of a cell's content: what is done to it is not done to the cell.
    Copied(CellId),
    /// What a fork gave back.
    ForkResult(ForkId),
    /// What is true in the child of a fork alone, or, where not that, in the parent alone.
    InChild(ForkId, bool),
    /// The process id.
    ProcessId,
    /// More parts of parameters than are told apart.
    MixedParams,
    /// More fields of structs than are told apart.
    MixedFields,
    /// More things from outside than are told apart.
    MixedInputs,
    /// A literal text; only where sinks are looked for.
    Literal(LiteralId),
    /// Whatever the program puts in a field; only where sinks are looked for.
    Part(PartId),
    /// More literals than are told apart: a table of them.
    MixedLiterals,
}

/// What a place takes where only a credential goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// What the credential is, where the place says so.
    pub kind: Option<CredentialKind>,
    /// How long it lives, where the place says so.
    pub lifetime: Option<Lifetime>,
    /// Whether it is one that the process signs or checks its own tokens by, as far as its name says.
    pub is_own_signing: bool,
    /// Where it enters, in case nobody sees what is there.
    pub unseen: Option<OriginId>,
}

impl What {
    /// Whether it stands for what is known only later.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.access_path().is_some() || matches!(self, Self::MixedParams | Self::MixedFields)
    }

    /// Whether it stands for what a caller passes.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.param().is_some() || *self == Self::MixedParams
    }

    /// The access path that it stands for.
    #[must_use]
    pub fn access_path(&self) -> Option<AccessPath> {
        match *self {
            Self::Open(path)
            | Self::Secret(path, _)
            | Self::BuiltOpen(path, _)
            | Self::BuiltSecret(path, ..) => Some(path),
            _ => None,
        }
    }

    /// The parameter that it is, or is a part of.
    #[must_use]
    pub fn param(&self) -> Option<u16> {
        self.access_path()?.param()
    }

    /// The parameter that it is, whole and anywhere.
    #[must_use]
    pub fn whole_param(&self) -> Option<u16> {
        match self {
            Self::Open(path) => path.whole_param(),
            _ => None,
        }
    }

    /// Whether it stands for what the program puts in fields.
    pub(super) fn is_held(&self) -> bool {
        self.field().is_some() || *self == Self::MixedFields
    }

    /// The field that it is, or is a part of.
    pub(super) fn field(&self) -> Option<FieldId> {
        match self.access_path()?.root() {
            Root::Field(id) => Some(id),
            Root::Param(_) => None,
        }
    }

    /// Whether it is built into a client, or will be once a caller passes it.
    #[must_use]
    pub fn is_built(&self) -> bool {
        matches!(self, Self::Built(..) | Self::BuiltOpen(..) | Self::BuiltSecret(..))
    }
}

impl Default for Value {
    /// A value of which nothing is known. Most are, and none of them has marks of its own to keep.
    fn default() -> Self {
        Self { ty: Ty::Unknown, marks: no_marks(), fields: None, text: None, callable: None }
    }
}

impl Value {
    /// A value of a type, of which nothing else is known.
    #[must_use]
    pub fn of(ty: Ty) -> Self {
        Self { ty, ..Self::default() }
    }

    /// A value with one mark.
    pub(super) fn marked(ty: Ty, what: What, trace: Trace) -> Self {
        Self { ty, marks: marks_of(vec![Mark { what, trace }]), ..Self::default() }
    }

    /// Adds marks to the value itself.
    pub(super) fn add(&mut self, marks: &Marks) {
        self.marks = union(&self.marks, marks);
    }

    /// Adds one mark.
    pub(super) fn add_mark(&mut self, what: What, trace: Trace) {
        self.add(&marks_of(vec![Mark { what, trace }]));
    }

    /// Its marks and those of its fields, however deep.
    #[must_use]
    pub fn all_marks(&self) -> Marks {
        let mut all = Rc::clone(&self.marks);
        if let Some(fields) = &self.fields {
            for (name, field) in fields.iter() {
                // What a function would give is nothing that its value holds.
                if name != GIVEN {
                    all = union(&all, &field.all_marks());
                }
            }
        }
        all
    }

    /// The value of a field that was put together in sight.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields.as_ref()?.get(name)
    }

    /// What of the value matters to whoever it is passed to: its marks and those of its fields.
    pub(super) fn essence(&self) -> Self {
        let fields = self.fields.as_ref().and_then(|fields| {
            let marked = fields.iter().filter(|(_, field)| field.any(|_| true));
            let kept: FieldValues = marked.map(|(name, field)| (name.clone(), field.essence())).collect();
            (!kept.is_empty()).then(|| Rc::new(kept))
        });
        Self { marks: Rc::clone(&self.marks), fields, text: self.text.clone(), ..Self::default() }
    }

    /// Sets a field.
    pub(super) fn set_field(&mut self, name: Name, value: Self) {
        let fields = self.fields.get_or_insert_default();
        Rc::make_mut(fields).insert(name, value.cut(DEPTH - 1));
    }

    /// The value with fields no deeper than `depth`; deeper ones are folded into their parents' marks.
    pub(super) fn cut(self, depth: u32) -> Self {
        let Some(fields) = &self.fields else { return self };
        if depth == 0 {
            let marks = self.all_marks();
            return Self { marks, fields: None, ..self };
        }
        if fields.values().all(|field| field.is_within(depth - 1)) {
            return self;
        }
        let cut = fields.iter().map(|(name, field)| (name.clone(), field.clone().cut(depth - 1))).collect();
        Self { fields: Some(Rc::new(cut)), ..self }
    }

    /// The value, folded into one where its fields have more marks than are worth following.
    pub(super) fn light(self) -> Self {
        if self.fields.is_some() && self.weight() > WEIGHT { self.cut(0) } else { self }
    }

    fn weight(&self) -> usize {
        let inner = self.fields.iter().flat_map(|fields| fields.values()).map(Self::weight).sum::<usize>();
        self.marks.len() + inner
    }

    fn is_within(&self, depth: u32) -> bool {
        self.fields
            .as_ref()
            .is_none_or(|fields| depth > 0 && fields.values().all(|field| field.is_within(depth - 1)))
    }

    /// Whether nothing is known of it.
    pub(super) fn is_nothing(&self) -> bool {
        self.ty.is_unknown()
            && self.marks.is_empty()
            && self.fields.is_none()
            && self.text.is_none()
            && self.callable.is_none()
    }

    /// What may be when either may be.
    pub(super) fn join(&self, other: &Self) -> Self {
        Self {
            ty: if self.ty.is_unknown() { other.ty.clone() } else { self.ty.clone() },
            marks: union(&self.marks, &other.marks),
            fields: join_fields(self, other),
            text: join_text(self.text.as_ref(), other.text.as_ref()),
            callable: self.callable.clone().or_else(|| other.callable.clone()),
        }
    }

    /// Whether nothing is in `other` that is not in here: the fixed point's test.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let has_what = |what: &What| self.marks.binary_search_by(|known| known.what.cmp(what)).is_ok();
        let has = |mark: &Mark| {
            has_what(&mark.what)
                || match mark.what {
                    What::Open(path) | What::BuiltOpen(path, _) => has_what(&mixture(path)),
                    What::Input(_) => has_what(&What::MixedInputs),
                    _ => false,
                }
        };
        let covers_ty = !self.ty.is_unknown() || other.ty.is_unknown();
        let covers_fields = match (&self.fields, &other.fields) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(fields)) => {
                Rc::ptr_eq(own, fields)
                    || fields
                        .iter()
                        .all(|(name, field)| own.get(name).is_some_and(|known| known.covers(field)))
            }
        };
        covers_ty
            && covers_fields
            && covers_text(self.text.as_ref(), other.text.as_ref())
            && (self.callable.is_some() || other.callable.is_none())
            && other.marks.iter().all(has)
    }

    /// The value without marks of a kind.
    pub(super) fn without(self, is: impl Fn(&What) -> bool) -> Self {
        if !self.any(&is) {
            return self;
        }
        self.map_marks(&is, &mut |mark, out| {
            if !is(&mark.what) {
                out.push(mark.clone());
            }
        })
    }

    /// Whether any mark here, or in a field, is of this kind.
    #[must_use]
    pub fn any(&self, mut is: impl FnMut(&What) -> bool) -> bool {
        self.any_inner(&mut is)
    }

    fn any_inner(&self, is: &mut dyn FnMut(&What) -> bool) -> bool {
        self.marks.iter().any(|mark| is(&mark.what))
            || self.fields.as_ref().is_some_and(|fields| fields.values().any(|field| field.any_inner(is)))
    }

    /// The value with each mark, also those of fields, turned into others. What has none of the marks that `is_turned`
    /// speaks of is left as it is.
    pub(super) fn map_marks(
        &self,
        is_turned: &dyn Fn(&What) -> bool,
        turn: &mut dyn FnMut(&Mark, &mut Vec<Mark>),
    ) -> Self {
        let mut value = self.clone();
        if self.marks.iter().any(|mark| is_turned(&mark.what)) {
            let mut marks = Vec::with_capacity(self.marks.len());
            self.marks.iter().for_each(|mark| turn(mark, &mut marks));
            value.marks = marks_of(marks);
        }
        let has_turned = |field: &Self| field.any(is_turned);
        if let Some(fields) = &mut value.fields
            && fields.values().any(has_turned)
        {
            for field in Rc::make_mut(fields).values_mut().filter(|field| has_turned(field)) {
                *field = field.map_marks(is_turned, turn);
            }
        }
        value
    }
}

/// Of two texts the first, known as one of several.
fn join_text(a: Option<&Text>, b: Option<&Text>) -> Option<Text> {
    let mut text = a.or(b)?.clone();
    text.is_one_of_many |= b.is_some_and(|other| other.is_one_of_many || other.text != text.text);
    Some(text)
}

fn covers_text(known: Option<&Text>, other: Option<&Text>) -> bool {
    match (known, other) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(known), Some(other)) => {
            known.is_one_of_many || (!other.is_one_of_many && known.text == other.text)
        }
    }
}

fn join_fields(a: &Value, b: &Value) -> Option<Rc<FieldValues>> {
    match (&a.fields, &b.fields) {
        (None, other) => other.clone(),
        (own, None) => own.clone(),
        (Some(own), Some(other)) if Rc::ptr_eq(own, other) => Some(Rc::clone(own)),
        (Some(own), Some(other)) => {
            let mut joined = (**own).clone();
            for (name, value) in other.iter() {
                let value = joined.get(name).map_or_else(|| value.clone(), |known| known.join(value));
                joined.insert(name.clone(), value);
            }
            Some(Rc::new(joined))
        }
    }
}

/// What a value is known by that is made of many parts like this one.
fn mixture(path: AccessPath) -> What {
    if path.param().is_some() { What::MixedParams } else { What::MixedFields }
}
