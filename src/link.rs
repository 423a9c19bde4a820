//! Floor 3, *link*: names, types, value flow and call order over all files, behind the façade [`Program`].

/// What rules ask.
#[derive(Debug)]
pub struct Program {}
