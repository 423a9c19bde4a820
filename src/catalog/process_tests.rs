//! Facts of the shipped catalog about the language and the process: forks, runtimes, threads, cells, wrappers, sources.

use super::{
    Catalog, MethodRole, MethodRoles,
    schema::{
        Action, AttributeRole, CellKind, ClosureRuns, FnEntry, ForkReturns, MacroRole, Starts, TypeEntry,
        TypeRole,
    },
};

fn shipped() -> Catalog {
    Catalog::shipped().expect("the shipped files parse")
}

fn function<'c>(catalog: &'c Catalog, path: &str) -> &'c FnEntry {
    catalog.function(&catalog.canonical(path)).unwrap_or_else(|| panic!("no entry for {path}"))
}

fn ty<'c>(catalog: &'c Catalog, path: &str) -> &'c TypeEntry {
    catalog.ty(&catalog.canonical(path)).unwrap_or_else(|| panic!("no entry for {path}"))
}

#[test]
fn no_entry_hides_behind_an_alias() {
    let catalog = shipped();
    let types = catalog.types().map(|(path, _)| path);
    let fns = catalog.functions().map(|(path, _)| path);
    let hidden: Vec<_> = types.chain(fns).filter(|path| catalog.canonical(path) != **path).collect();
    assert!(hidden.is_empty(), "an alias leads away from {hidden:?}");
}

#[test]
fn what_a_builder_of_these_crates_builds_is_known() {
    let catalog = shipped();
    for (path, root) in [
        ("tokio::runtime::Builder", "tokio::runtime::Runtime"),
        ("rayon::ThreadPoolBuilder", "rayon::ThreadPool"),
        ("slog_async::AsyncBuilder", "slog_async::Async"),
        ("moka::future::CacheBuilder", "moka::future::Cache"),
        ("std::fs::OpenOptions", "std::fs::File"),
    ] {
        assert_eq!(ty(&catalog, path).builds.as_deref(), Some(root), "{path}");
    }
}

#[test]
fn forks_say_who_comes_back() {
    let catalog = shipped();
    for (path, returns) in [
        ("libc::fork", ForkReturns::Both),
        ("libc::daemon", ForkReturns::Child),
        ("libc::clone", ForkReturns::Parent),
        ("nix::libc::fork", ForkReturns::Both),
        ("nix::unistd::fork", ForkReturns::Both),
        ("nix::unistd::daemon", ForkReturns::Child),
        ("fork::fork", ForkReturns::Both),
        ("fork::daemon", ForkReturns::Both),
        ("daemonize::Daemonize::start", ForkReturns::Child),
        ("daemonize::Daemonize::execute", ForkReturns::Both),
        ("daemonix::Daemonize::execute", ForkReturns::Both),
        ("daemonize_me::Daemon::start", ForkReturns::Child),
        ("daemonizr::Daemonizr::spawn", ForkReturns::Child),
        ("daemonize_simple::Daemonize::doit", ForkReturns::Child),
        ("parity_daemonize::daemonize", ForkReturns::Child),
        ("prefork::Prefork::fork", ForkReturns::Both),
        ("libafl::events::Launcher::launch", ForkReturns::Parent),
    ] {
        let fork = function(&catalog, path).fork.as_ref().unwrap_or_else(|| panic!("{path} forks"));
        assert_eq!(fork.returns, returns, "{path}");
    }
}

#[test]
fn branches_of_a_fork_are_named() {
    let catalog = shipped();
    let fork = function(&catalog, "nix::unistd::fork").fork.clone().expect("it forks");
    assert_eq!(
        (fork.child, fork.parent),
        (vec!["ForkResult::Child".into()], vec!["ForkResult::Parent".into()])
    );
    let fork = function(&catalog, "prefork::Prefork::fork").fork.clone().expect("it forks");
    assert_eq!((fork.child, fork.parent), (vec!["false".into()], vec!["true".into()]));
}

#[test]
fn what_only_starts_itself_again_does_not_fork() {
    let catalog = shipped();
    for path in ["rusty_fork::fork", "procspawn::spawn", "std::process::Command::spawn"] {
        let entry = function(&catalog, path);
        assert!(entry.fork.is_none(), "{path}");
        assert_eq!(entry.does, Some(Action::SpawnProcess), "{path}");
    }
}

#[test]
fn closures_run_where_the_api_runs_them() {
    let catalog = shipped();
    for (path, arg, runs) in [
        ("std::sync::LazyLock::new", 0, ClosureRuns::Lazily),
        ("once_cell::sync::Lazy::new", 0, ClosureRuns::Lazily),
        ("std::thread::spawn", 0, ClosureRuns::Thread),
        ("std::os::unix::process::CommandExt::pre_exec", 0, ClosureRuns::ChildBeforeExec),
        ("daemonize::Daemonize::privileged_action", 0, ClosureRuns::Child),
        ("daemonize::Daemonize::exit_action", 0, ClosureRuns::Parent),
        ("libc::pthread_atfork", 2, ClosureRuns::Child),
        ("nix::sched::clone", 0, ClosureRuns::Child),
        ("tokio::spawn", 0, ClosureRuns::Task),
        ("tokio::task::spawn_blocking", 0, ClosureRuns::Thread),
        ("axum::routing::get", 0, ClosureRuns::Request),
        ("pyo3::prelude::Python::attach", 0, ClosureRuns::Now),
    ] {
        let entry = function(&catalog, path);
        let closure = entry.closure.iter().find(|closure| closure.arg == arg);
        assert_eq!(closure.map(|closure| closure.runs), Some(runs), "{path}");
    }
}

#[test]
fn calls_do_what_they_do() {
    let catalog = shipped();
    for (path, action) in [
        ("core::mem::drop", Action::Drop),
        ("std::boxed::Box::leak", Action::Leak),
        ("std::env::var", Action::ReadEnv),
        ("dotenvy::var", Action::ReadEnv),
        ("std::fs::read_to_string", Action::ReadFile),
        ("tokio::fs::read", Action::ReadFile),
        ("clap::Parser::parse", Action::ReadArgument),
        ("rpassword::prompt_password", Action::ReadArgument),
        ("keyring::Entry::get_password", Action::ReadSecret),
        ("std::process::exit", Action::Exit),
        ("libc::_exit", Action::Exit),
        ("nix::unistd::execvp", Action::Exec),
        ("std::process::Command::exec", Action::Exec),
        ("std::time::Instant::now", Action::Clock),
        ("std::process::id", Action::ProcessId),
        ("libc::getpid", Action::ProcessId),
        ("tokio::time::sleep", Action::Sleep),
        ("tokio::time::delay_for", Action::Sleep),
        ("tokio::runtime::Runtime::block_on", Action::BlockOn),
        ("futures_executor::block_on", Action::BlockOn),
        ("axum::serve", Action::Serve),
        ("actix_web::HttpServer::run", Action::Serve),
        ("actix_web::rt::spawn", Action::SpawnTask),
        ("rayon::ThreadPoolBuilder::build_global", Action::StartWorkers),
        ("tracing_appender::non_blocking", Action::StartWorkers),
        ("std::sync::LazyLock::force", Action::CellForce),
    ] {
        assert_eq!(function(&catalog, path).does, Some(action), "{path}");
    }
}

#[test]
fn types_are_what_they_are() {
    let catalog = shipped();
    for (path, role) in [
        ("alloc::sync::Arc", TypeRole::Wrapper),
        ("std::io::Result", TypeRole::Wrapper),
        ("anyhow::Result", TypeRole::Wrapper),
        ("color_eyre::eyre::Result", TypeRole::Wrapper),
        ("secrecy::SecretString", TypeRole::Secret),
        ("tokio::runtime::Runtime", TypeRole::Runtime),
        ("tokio::runtime::Handle", TypeRole::Plain),
        ("sentry::ClientInitGuard", TypeRole::Workers),
        ("std::time::SystemTime", TypeRole::Instant),
        ("moka::sync::Cache", TypeRole::Cache),
        ("std::marker::PhantomData", TypeRole::Plain),
    ] {
        assert_eq!(ty(&catalog, path).is, role, "{path}");
    }
    assert_eq!(ty(&catalog, "tokio::runtime::Runtime").starts, Starts::Threads);
    assert_eq!(ty(&catalog, "std::collections::HashMap").content, 1);
}

#[test]
fn cells_say_how_they_are_filled() {
    let catalog = shipped();
    for (path, kind) in [
        ("std::sync::LazyLock", CellKind::Lazy),
        ("once_cell::sync::OnceCell", CellKind::Once),
        ("pyo3::once_cell::GILOnceCell", CellKind::Once),
        ("parking_lot::RwLock", CellKind::Lock),
        ("smol::lock::Mutex", CellKind::Lock),
        ("arc_swap::ArcSwapOption", CellKind::Swap),
        ("std::sync::atomic::AtomicPtr", CellKind::Swap),
        ("spin::Lazy", CellKind::Lazy),
    ] {
        assert_eq!(ty(&catalog, path).cell, Some(kind), "{path}");
    }
}

#[test]
fn attributes_and_macros_are_known() {
    let catalog = shipped();
    for (path, role) in [
        ("tokio::main", AttributeRole::RuntimeMain),
        ("tokio::test", AttributeRole::RuntimeTest),
        ("rocket::launch", AttributeRole::RuntimeMain),
        ("actix_web::get", AttributeRole::Handler),
        ("cached::proc_macro::once", AttributeRole::Memoised),
        ("ctor::ctor", AttributeRole::Constructor),
        ("pyo3::pymodule", AttributeRole::HostEntry),
    ] {
        let entry = catalog.attribute(&catalog.canonical(path)).unwrap_or_else(|| panic!("no {path}"));
        assert_eq!(entry.makes, role, "{path}");
    }
    let once = catalog.attribute("cached::macros::once").expect("an entry");
    assert!(["time", "ttl_secs"].iter().all(|arg| once.renewing_args.iter().any(|known| known == arg)));
    for (path, role) in [
        ("std::format", MacroRole::Format),
        ("std::env", MacroRole::CompileTimeEnv),
        ("std::include_str", MacroRole::CompileTimeFile),
        ("dotenv_codegen::dotenv", MacroRole::CompileTimeEnv),
        ("lazy_static::lazy_static", MacroRole::LazyStatics),
        ("tokio::select", MacroRole::Futures),
    ] {
        assert_eq!(catalog.macro_role(path), Some(role), "{path}");
    }
}

#[test]
fn a_method_by_name_alone_means_one_thing() {
    let catalog = shipped();
    let exclusive = [
        MethodRole::Passes,
        MethodRole::Absorbs,
        MethodRole::Either,
        MethodRole::Maps,
        MethodRole::FallsBack,
        MethodRole::Inspects,
        MethodRole::Stores,
        MethodRole::Inits,
    ];
    let count = |roles: MethodRoles| exclusive.iter().filter(|role| roles.has(**role)).count();
    let twice: Vec<_> = catalog.named_methods().filter(|(_, roles)| count(*roles) > 1).collect();
    // `replace` is the one that says two: of a cell it stores, of a text it passes.
    assert_eq!(twice.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["replace"]);
    // A client has these as requests.
    let requests = ["get", "send", "read", "write", "find"];
    assert!(requests.iter().all(|name| count(catalog.roles_of_method(name)) == 0));
}

#[test]
fn preludes_find_what_a_glob_imports() {
    let catalog = shipped();
    for path in ["pyo3::prelude::Python", "pyo3::prelude::pymodule", "rocket::launch", "std::sync::Arc"] {
        assert!(catalog.knows(path), "{path}");
    }
}
