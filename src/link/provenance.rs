//! What marks speak of: where something enters, the credential that it is, the client that it is built into, and what a fork
//! does not copy. Each is kept in a table, and known by its position there.

use smol_str::SmolStr;

use crate::catalog::schema::{CredentialKind, DrivenBy, Lifetime, Starts};
use crate::source::Place;

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {
        $(#[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl From<u32> for $name {
            fn from(at: u32) -> Self {
                Self(at)
            }
        })+
    };
}

id! {
    /// An [`Origin`].
    OriginId,
    /// A [`Credential`].
    CredentialId,
    /// A [`Build`].
    BuildId,
    /// A [`Hazard`].
    HazardId,
    /// A [`Cell`](super::cells::Cell).
    CellId,
    /// A [`Fork`](super::event::Fork).
    ForkId,
    /// A [`Literal`](super::sinks::Literal).
    LiteralId,
    /// A field of a struct of this run.
    PartId,
}

/// Where something enters the program.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The place.
    pub place: Place,
    /// What kind of place.
    pub source: Source,
    /// The variable, field or parameter; empty where nothing has a name.
    pub name: SmolStr,
}

/// Kinds of places where something enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// An environment variable.
    Env,
    /// A login call or token endpoint.
    Login,
    /// A file.
    File,
    /// A secret store or keyring.
    SecretStore,
    /// The command line, or a person at it.
    Argument,
    /// The answer of a server.
    Response,
    /// An incoming request.
    Request,
    /// A field of a configuration that is read from outside.
    Field,
    /// A parameter of a function that nobody in sight calls.
    Parameter,
    /// A literal.
    Literal,
    /// A macro that reads at compile time.
    CompileTime,
    /// Something that could not be followed.
    Unknown,
}

/// A credential.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Credential {
    /// Where it enters.
    pub origin: OriginId,
    /// What it is.
    pub kind: CredentialKind,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Whose it is.
    pub provider: Option<SmolStr>,
    /// Whether this process signs or checks its own tokens by it.
    pub is_own_signing: bool,
}

/// A credential's way into a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Build {
    /// The call.
    pub place: Place,
    /// The client's type, as people know it.
    pub client: SmolStr,
    /// Whether the catalog knows the client, or only its name looks like one, or not even that.
    pub certainty: Certainty,
}

/// How well a client is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// An external type that got a credential.
    Guessed,
    /// An external type with a client's name that got a credential.
    Named,
    /// The catalog knows it.
    Known,
}

/// Something that a fork does not copy, or copies to nobody's good.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Hazard {
    /// Where it is made.
    pub place: Place,
    /// What kind.
    pub kind: HazardKind,
    /// What it starts.
    pub starts: Starts,
    /// Which runtime it belongs to.
    pub driven_by: DrivenBy,
    /// Its type or the function that starts it, as people know it.
    pub name: SmolStr,
}

/// Kinds of hazards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HazardKind {
    /// An async runtime.
    Runtime,
    /// Threads.
    Threads,
    /// Tasks on a runtime.
    Tasks,
    /// Background workers.
    Workers,
    /// A client or connection.
    Client,
    /// A pool.
    Pool,
}
