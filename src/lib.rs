//! authlint finds authentication state that is shared in a way that breaks once a program scales.
pub mod catalog;
pub mod cli;
pub mod facts;
pub mod finding;
pub mod link;
pub mod report;
pub mod rules;
pub mod source;
