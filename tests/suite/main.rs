//! The one test binary: the house, pages and cases, the form of the catalog, whole projects, the command line,
//! hostile input, and what the README says.

mod block;
mod catalog;
mod cli;
mod directory;
mod formats;
mod hostile;
mod house;
mod pages;
mod projects;
mod readme;
mod run;
