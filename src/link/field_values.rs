//! The fields of a value that was put together in sight: few, and copied often.

use super::value::Value;
use crate::facts::Name;

/// How many fields of a value are told apart. This bounds what hostile input costs.
const FIELDS: usize = 1_000;

/// Values by the names of their fields, in the order of the names.
#[derive(Clone, Debug, Default)]
pub struct FieldValues(Vec<(Name, Value)>);

impl FieldValues {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).ok().map(|at| &self.0[at].1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The values, in the order of the names.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, in the order of the names.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Sets a field.
    pub(super) fn insert(&mut self, name: Name, value: Value) {
        match self.position(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) if self.0.len() < FIELDS => self.0.insert(at, (name, value)),
            Err(_) => {}
        }
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }
}

impl FromIterator<(Name, Value)> for FieldValues {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(fields: I) -> Self {
        let mut found = Self::default();
        fields.into_iter().for_each(|(name, value)| found.insert(name, value));
        found
    }
}
