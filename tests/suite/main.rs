//! The one test binary: the house, pages and cases, the form of the catalog, whole projects, the command line,
//! hostile input, and what the README says.

mod block;
mod catalog;
mod cli;
mod directory;
mod facts {
    mod hostile;
    mod recovery;
    mod snapshots;
    mod spans;
}
mod formats;
mod hostile;
mod house;
mod pages;
mod program;
mod projects;
mod readme;
mod run;
mod why;
