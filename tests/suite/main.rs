//! The one test binary: the house, pages and cases, whole projects, the command line.

mod block;
mod house;
mod pages;
mod projects;
mod run;
