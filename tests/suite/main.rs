//! The one test binary: the house, pages and cases, the form of the catalog, whole projects, the command line, configuration,
//! hostile input, and what the README says.

mod block;
mod catalog;
mod characters;
mod cli;
mod config;
mod depth;
mod directory;
mod editor;
mod facts {
    mod hostile;
    mod recovery;
    mod snapshots;
    mod spans;
}
mod fixes;
mod formats;
mod forms;
mod gate;
mod help;
mod hostile;
mod house;
mod linear;
mod model;
mod mutants;
mod outputs;
mod pages;
mod program;
mod projects;
mod readme;
mod run;
mod runtimes;
mod secrets;
mod security;
mod settings;
mod several_files;
mod shapes;
mod shown;
mod streams;
mod synthetic;
#[path = "../../fuzz/targets.rs"]
mod targets;
mod terminal;
mod trees;
mod why;
