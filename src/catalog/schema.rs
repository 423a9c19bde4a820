//! The public form of a catalog file, version 1. `rules/README.md` describes it for people who write one.
//!
//! Paths in a file are relative to the crate (`Client::new`, `blocking::Client`), whatever the crate is called in a
//! project. A path of another crate is written with its package in front: `aws-config::SdkConfig`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The version of the form that this module reads.
pub const VERSION: u32 = 1;

/// One file: what is known of one crate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CrateFile {
    /// The version of the form, [`VERSION`].
    pub schema: u32,
    /// The package's name in the registry; `std` for the standard library.
    pub package: String,
    /// The library's name where it is not the package's with `-` as `_`.
    #[serde(default)]
    pub lib: Option<String>,
    /// Other packages with the same layout below their root (`kube-client` beside `kube`).
    #[serde(default)]
    pub also: Vec<String>,
    /// The host that loads extensions written with this crate, where that host forks by itself (`Python`).
    #[serde(default)]
    pub forking_host: Option<String>,
    /// The functions of an extension that such a host calls before it forks, by name, where it calls no others then.
    #[serde(default)]
    pub before_fork: Vec<String>,
    /// The host that loads extensions written with this crate, where that host does not fork (`Node`).
    #[serde(default)]
    pub steady_host: Option<String>,
    /// Whether it puts variables into the environment of the process that come from files or elsewhere.
    #[serde(default)]
    pub loads_env: bool,
    /// Whether programs depend on this crate in order to serve requests, messages or commands.
    #[serde(default)]
    pub serves: bool,
    /// The versions it was read from, for people.
    pub versions: String,
    /// The documentation or sources it was read from.
    pub sources: Vec<String>,
    /// Other importable paths, each with the path that entries use; a path also stands for everything below it.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// Types.
    #[serde(default, rename = "type")]
    pub types: Vec<TypeEntry>,
    /// Functions, associated functions and methods.
    #[serde(default, rename = "fn")]
    pub fns: Vec<FnEntry>,
    /// Attribute macros on functions.
    #[serde(default, rename = "attribute")]
    pub attributes: Vec<AttributeEntry>,
    /// Macros called like functions.
    #[serde(default, rename = "macro")]
    pub macros: Vec<MacroEntry>,
    /// Environment variables that hold credentials.
    #[serde(default)]
    pub env: Vec<EnvEntry>,
    /// Hosts of endpoints.
    #[serde(default)]
    pub host: Vec<HostEntry>,
    /// Shapes of keys.
    #[serde(default)]
    pub key: Vec<KeyEntry>,
    /// Providers that belong together.
    #[serde(default)]
    pub family: Vec<FamilyEntry>,
    /// What a method does when its receiver's type is not known; only in `std.toml`.
    #[serde(default)]
    pub any_receiver: AnyReceiver,
}

/// A type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TypeEntry {
    /// Its path, or several that are alike.
    pub path: OneOrMany,
    /// What it is.
    pub is: TypeRole,
    /// Whose service it talks to or proves identity to (`openai`).
    #[serde(default)]
    pub provider: Option<String>,
    /// What its construction starts, which a fork does not copy.
    #[serde(default)]
    pub starts: Starts,
    /// Which runtime drives it; where nothing is said, what starts tasks is driven by the runtime it is made on.
    #[serde(default)]
    pub driven_by: Option<DrivenBy>,
    /// For a builder: the type it builds.
    #[serde(default)]
    pub builds: Option<String>,
    /// For a builder: the methods that build; `build` where none is named.
    #[serde(default)]
    pub build: Vec<String>,
    /// For a cell: how it is filled.
    #[serde(default)]
    pub cell: Option<CellKind>,
    /// For cells and wrappers: the generic argument that is the content (0-based).
    #[serde(default)]
    pub content: usize,
    /// For a map of headers: the type of its values, by its name in the same module.
    #[serde(default)]
    pub values: Option<String>,
    /// Whether a value of it renews its credentials by itself, however it was made.
    #[serde(default)]
    pub refreshes: bool,
    /// Fields of a struct literal that carry a credential.
    #[serde(default)]
    pub credential_fields: Vec<String>,
    /// What those credentials are.
    #[serde(default)]
    pub kind: Option<CredentialKind>,
    /// How long those credentials live.
    #[serde(default)]
    pub lifetime: Option<Lifetime>,
}

/// What a type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TypeRole {
    /// Sends requests or talks to a service.
    Client,
    /// A pool of connections.
    Pool,
    /// One connection.
    Connection,
    /// Makes a client, pool or provider; methods that are not in the catalog give the builder back.
    Builder,
    /// Configuration that a client is made from.
    Config,
    /// A map of headers.
    Headers,
    /// Renews credentials by itself.
    Provider,
    /// Holds credentials that stay as they are (an identity, a key pair, `Credentials`).
    Credentials,
    /// A token that a login or token endpoint gave.
    Token,
    /// A wrapper that hides a secret (`SecretString`).
    Secret,
    /// An async runtime.
    Runtime,
    /// A thread's handle.
    Thread,
    /// A task's handle.
    Task,
    /// Keeps background workers alive (a logging guard).
    Workers,
    /// A process-wide or shared place that a value is put into.
    Cell,
    /// Looked through: `Arc<T>`, `Option<T>`.
    Wrapper,
    /// What a fork gave back.
    ForkResult,
    /// A point in time.
    Instant,
    /// A cache whose entries end by themselves when it was built so.
    Cache,
    /// None of these, named so that nobody takes it for one (an OAuth application's descriptor, a cancellation token).
    Plain,
}

/// What a construction starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starts {
    /// Nothing.
    #[default]
    Nothing,
    /// Threads.
    Threads,
    /// Tasks on the runtime that is current.
    Tasks,
    /// Connections.
    Connections,
}

/// Which runtime drives a client, pool or connection: without that runtime it stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrivenBy {
    /// The one it is made on.
    Maker,
    /// For each of its connections, the one on which a request opened it.
    User,
    /// None of the program's: threads or a runtime of its own.
    Itself,
}

/// How a cell is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellKind {
    /// By its own initialiser at the first use.
    Lazy,
    /// Once, by whoever comes first.
    Once,
    /// Any number of times, behind a lock.
    Lock,
    /// Any number of times, swapped whole.
    Swap,
    /// Per thread.
    ThreadLocal,
}

/// A function, associated function or method.
#[expect(clippy::struct_excessive_bools, reason = "one for each key of the form")]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FnEntry {
    /// Its path, `Client::new` or `fork`, or several that are alike. Argument numbers leave the receiver out.
    pub path: OneOrMany,
    /// The type of what it gives, looked through `Result`, `Option` and futures; `Self` for the owner.
    #[serde(default)]
    pub gives: Option<String>,
    /// Arguments that are a credential, whatever they look like.
    #[serde(default)]
    pub credential: Vec<usize>,
    /// Arguments by which this process signs or checks what it issues itself.
    #[serde(default)]
    pub signs: Vec<usize>,
    /// Arguments that may carry one (a header map, a configuration, a provider); what they carry is built in.
    #[serde(default)]
    pub carries: Vec<usize>,
    /// What the credential is.
    #[serde(default)]
    pub kind: Option<CredentialKind>,
    /// How long it lives.
    #[serde(default)]
    pub lifetime: Option<Lifetime>,
    /// Whose it is.
    #[serde(default)]
    pub provider: Option<String>,
    /// Variables it reads by itself; the first that is set is the credential.
    #[serde(default)]
    pub reads_env: Vec<String>,
    /// Whether what it gives renews its credentials by itself.
    #[serde(default)]
    pub refreshes: bool,
    /// Whether it makes its receiver or result renew or end its content (`time_to_live`).
    #[serde(default)]
    pub renews: bool,
    /// A header: the name decides whether the value is a credential.
    #[serde(default)]
    pub header: Option<KeyValue>,
    /// A setting with a string key: the key decides.
    #[serde(default)]
    pub setting: Option<KeyValue>,
    /// The arguments whose value the result is a view of (`Arc::new(x)`); for a method `self` is meant when `passes-self` is set.
    #[serde(default)]
    pub passes: Vec<usize>,
    /// Whether the result is the receiver or a view of it.
    #[serde(default)]
    pub passes_self: bool,
    /// Arguments that the other arguments flow into (`mem::replace(&mut slot, new)`).
    #[serde(default)]
    pub fills: Vec<usize>,
    /// Whether a call with this credential is a use for one request only, and nothing is kept (`bearer_auth`).
    #[serde(default)]
    pub per_request: bool,
    /// What it does beside giving a value.
    #[serde(default)]
    pub does: Option<Action>,
    /// How it forks.
    #[serde(default)]
    pub fork: Option<ForkEntry>,
    /// Closures among its arguments.
    #[serde(default)]
    pub closure: Vec<ClosureEntry>,
    /// What calling it starts, beside what the type of its result starts.
    #[serde(default)]
    pub starts: Starts,
}

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// An API key or personal access token.
    ApiKey,
    /// An OAuth access token, a JWT, an installation token.
    AccessToken,
    /// A bot's token.
    BotToken,
    /// A password.
    Password,
    /// A session cookie or session token.
    Session,
    /// An OAuth client secret.
    ClientSecret,
    /// A private or signing key.
    PrivateKey,
    /// A URL or connection string that holds a password.
    ConnectionString,
}

/// How long a credential lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifetime {
    /// Stops working by itself.
    Expiring,
    /// Works until someone rotates it.
    Rotatable,
    /// A provider renews it.
    Refreshing,
}

/// Positions of a key and its value among the arguments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeyValue {
    /// The key's argument.
    pub key: usize,
    /// The value's argument.
    pub value: usize,
    /// For a setting: the keys that are credentials. Headers have theirs in the vocabulary.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Asks for a token and gives it (a login, a token endpoint).
    Login,
    /// Gives a new token for an old one, in place or as its result.
    Refresh,
    /// Reads the environment variable that argument 0 names.
    ReadEnv,
    /// Sets the environment variable that argument 0 names.
    SetEnv,
    /// Reads a file.
    ReadFile,
    /// Reads a secret store or keyring.
    ReadSecret,
    /// Reads what the user typed or passed as an argument.
    ReadArgument,
    /// Reads a part of an HTTP response.
    ReadResponse,
    /// Reads a part of an incoming request.
    ReadRequest,
    /// Runs a future to its end on the runtime it is called on, or on one of its own.
    BlockOn,
    /// Starts a thread.
    SpawnThread,
    /// Starts a task.
    SpawnTask,
    /// Starts background workers that live as long as the process.
    StartWorkers,
    /// Starts to accept requests.
    Serve,
    /// Sends a request.
    Send,
    /// Starts another program, as a process of its own.
    SpawnProcess,
    /// Replaces the process by another program.
    Exec,
    /// Ends the process.
    Exit,
    /// Waits for a time.
    Sleep,
    /// Gives the time.
    Clock,
    /// Gives the process id.
    ProcessId,
    /// Ends a value's life.
    Drop,
    /// Makes a value live for ever.
    Leak,
    /// Fills a cell that is empty and gives its content.
    CellInit,
    /// Fills a cell.
    CellSet,
    /// Gives a cell's content.
    CellGet,
    /// Runs a cell's initialiser now.
    CellForce,
    /// Registers a function to run in the child after a fork.
    AtFork,
    /// Compares its receiver or first argument with its last one.
    Compare,
}

/// How a call forks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ForkEntry {
    /// Who comes back from the call.
    pub returns: ForkReturns,
    /// Patterns or values that mean the child (`ForkResult::Child`, `0`).
    #[serde(default)]
    pub child: Vec<String>,
    /// Patterns or values that mean the parent (`ForkResult::Parent`, `>0`).
    #[serde(default)]
    pub parent: Vec<String>,
}

/// Who comes back from a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForkReturns {
    /// Parent and child.
    Both,
    /// Only the child: the parent ends inside.
    Child,
    /// Only the parent: the child runs a closure.
    Parent,
}

/// A closure among the arguments.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClosureEntry {
    /// Which argument.
    pub arg: usize,
    /// When and where it runs.
    pub runs: ClosureRuns,
    /// Whether the call's result is the closure's.
    #[serde(default)]
    pub gives: bool,
    /// Whether the closure's first parameter is the receiver's content.
    #[serde(default)]
    pub takes_content: bool,
}

/// When and where a closure runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClosureRuns {
    /// During the call.
    Now,
    /// At the first use of the result.
    Lazily,
    /// Some time later, in the same process.
    Later,
    /// In the child of a fork.
    Child,
    /// In a forked child that then runs another program.
    ChildBeforeExec,
    /// In the parent of a fork.
    Parent,
    /// In a new thread.
    Thread,
    /// In a new task.
    Task,
    /// For each request.
    Request,
}

/// An attribute macro on a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttributeEntry {
    /// Its path, or several that are alike.
    pub path: OneOrMany,
    /// What it makes of the function.
    pub makes: AttributeRole,
    /// For one that builds a runtime: the type that builds the same one, with methods as tokio's `runtime::Builder` has.
    #[serde(default)]
    pub builder: Option<String>,
    /// Arguments that make a memoised function's value end by itself (`time`, `ttl`).
    #[serde(default)]
    pub renewing_args: Vec<String>,
}

/// What an attribute macro makes of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeRole {
    /// The body runs on an async runtime that is built first.
    RuntimeMain,
    /// The body runs as a test on a runtime of its own.
    RuntimeTest,
    /// A test.
    Test,
    /// The result is kept for later calls.
    Memoised,
    /// Runs before `main`, or when the library is loaded.
    Constructor,
    /// Handles requests.
    Handler,
    /// The module's entry point for a host (`#[pymodule]`).
    HostEntry,
}

/// A macro called like a function.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MacroEntry {
    /// Its path, or several that are alike.
    pub path: OneOrMany,
    /// What it is.
    pub is: MacroRole,
}

/// What a macro is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MacroRole {
    /// Gives a string made of its arguments.
    Format,
    /// Gives a collection of its arguments.
    Collection,
    /// Ends the thread or process with a message.
    Panic,
    /// Ends the function with an error.
    Bail,
    /// Ends the thread, process or function unless a condition holds.
    Assert,
    /// Writes its arguments somewhere.
    Print,
    /// Gives the value of an environment variable at compile time.
    CompileTimeEnv,
    /// Gives the content of a file at compile time.
    CompileTimeFile,
    /// Declares lazy statics.
    LazyStatics,
    /// Declares thread-local statics.
    ThreadLocals,
    /// Tests a value against a pattern.
    Matches,
    /// Waits for one or all of several futures.
    Futures,
}

/// An environment variable that holds a credential.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnvEntry {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub provider: String,
    /// What it is.
    pub kind: CredentialKind,
    /// How long it lives.
    #[serde(default)]
    pub lifetime: Option<Lifetime>,
}

/// A host of an endpoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HostEntry {
    /// The host, or its end when it starts with a dot.
    pub name: String,
    /// Whose it is.
    pub provider: String,
}

/// The shape of a key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeyEntry {
    /// What it starts with.
    pub prefix: String,
    /// The least number of characters behind the prefix.
    pub min: usize,
    /// Whose it is.
    pub provider: String,
    /// Whether it may be published (`pk_live_`).
    #[serde(default)]
    pub public: bool,
}

/// Providers whose credentials are good for each other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FamilyEntry {
    /// Their names.
    pub providers: Vec<String>,
    /// Whether they are no vendors but protocols, under which anybody may offer a service.
    #[serde(default)]
    pub accepts_any: bool,
}

/// What a method does when its receiver's type is not known, by name alone: the vocabulary of std's own types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AnyReceiver {
    /// The result is the receiver, its content, or a view or copy of it (`unwrap`, `clone`, `lock`, `trim`).
    #[serde(default)]
    pub passes: Vec<String>,
    /// The arguments become part of the receiver (`push`, `insert`).
    #[serde(default)]
    pub absorbs: Vec<String>,
    /// The result is the receiver or the argument (`unwrap_or`, `or`).
    #[serde(default)]
    pub either: Vec<String>,
    /// The closure gets the receiver's content and its result is the result (`map`, `and_then`).
    #[serde(default)]
    pub maps: Vec<String>,
    /// The result is the receiver's content or the closure's result (`unwrap_or_else`, `or_else`).
    #[serde(default)]
    pub falls_back: Vec<String>,
    /// The closure looks at the receiver's content, the result is the receiver (`inspect`, `map_err`).
    #[serde(default)]
    pub inspects: Vec<String>,
    /// The receiver, a shared place, is filled with the argument (`set`, `store`, `replace`).
    #[serde(default)]
    pub stores: Vec<String>,
    /// The receiver is compared with the argument (`eq`, `ct_eq`).
    #[serde(default)]
    pub compares: Vec<String>,
    /// The receiver, a shared place, is filled with the closure's result when it is empty (`get_or_init`).
    #[serde(default)]
    pub inits: Vec<String>,
    /// Waits for what comes next, without end (`recv`, `accept`); beside what the name does above.
    #[serde(default)]
    pub waits: Vec<String>,
    /// The program ends when the receiver holds nothing (`unwrap`, `expect`); beside what the name does above.
    #[serde(default)]
    pub demands: Vec<String>,
}

/// A string or a list of strings.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}
