//! What was wrong with a record.

use std::fmt;

use holdfast_domain::intake::RejectClass;

/// What was wrong: the field, what was wrong with it, what to do. Never the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The class.
    pub class: RejectClass,
    /// The field's path, e.g. `data.author.pseudonym`; empty for the record as a whole.
    pub path: String,
    /// What was wrong, and what to do.
    pub what: String,
}

impl Problem {
    pub(crate) fn poison(what: impl Into<String>) -> Self {
        Self {
            class: RejectClass::Poison,
            path: String::new(),
            what: what.into(),
        }
    }

    pub(crate) fn schema(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            class: RejectClass::Schema,
            path: path.into(),
            what: what.into(),
        }
    }

    pub(crate) fn too_large(found: usize, limit: usize) -> Self {
        let what = format!(
            "the record has {found} bytes, {limit} are taken; send large media as addresses"
        );
        Self {
            class: RejectClass::TooLarge,
            path: String::new(),
            what,
        }
    }

    pub(crate) fn unknown_type(path: impl Into<String>) -> Self {
        Self {
            class: RejectClass::UnknownType,
            path: path.into(),
            what: "names no event that Holdfast knows; see the types in ingest/contracts/asyncapi.json".to_owned(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "field {}: {}", self.path, self.what)
        }
    }
}
