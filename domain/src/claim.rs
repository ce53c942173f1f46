//! Unique keys taken or released with an append: what must be one of a kind rests on them.

use std::fmt;

use crate::{ActionId, CaseId, SignalKind, SubjectId, Timestamp};

/// A unique key within a tenant. While one append holds it, another that takes it is refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey(String);

impl ClaimKey {
    /// A member has one open crisis case.
    pub fn open_crisis(subject: SubjectId) -> Self {
        Self(format!("open-crisis/{subject}"))
    }

    /// A member has one open matter per signal: what somebody does to several people, or says in
    /// several threads, lies in one pair of hands.
    pub fn open_matter(signal: SignalKind, subject: SubjectId) -> Self {
        Self(format!("open-matter/{signal}/{subject}"))
    }

    /// One open incident per cause and hour (`hour` counted from 1970-01-01 UTC).
    pub fn open_incident(cause: &str, at: Timestamp) -> Self {
        Self(format!(
            "open-incident/{cause}/{}",
            at.as_micros() / 3_600_000_000
        ))
    }

    /// A platform's event is taken in once. `fingerprint` is that of its source and id.
    pub fn event(fingerprint: &str) -> Self {
        Self(format!("event/{fingerprint}"))
    }

    /// An action is requested once.
    pub fn action(action: ActionId) -> Self {
        Self(format!("action/{action}"))
    }

    /// The `n`-th firing of a case's clock happens once.
    pub fn timer(case: CaseId, clock: &str, n: u64) -> Self {
        Self(format!("timer/{case}/{clock}/{n}"))
    }

    /// A key read back from storage.
    pub fn from_stored(key: String) -> Self {
        Self(key)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What an append does to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimChange {
    /// Takes the key, or refuses the append with the present holder.
    Take {
        /// The key.
        key: ClaimKey,
        /// What a later reader finds there: the case, for the `open-…` keys.
        holder: String,
    },
    /// Gives the key back. Releasing what is not held is no error: a redelivery may come second.
    Release {
        /// The key.
        key: ClaimKey,
    },
}
