//! Names for things, each its own type so that they do not mix.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where fresh ids come from: `UUIDv7` in production, a counted sequence in tests and simulation.
pub trait IdSource: Send + Sync {
    /// An id never handed out before.
    fn next(&self) -> Uuid;
}

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a fresh id from `ids`.
            pub fn fresh(ids: &dyn IdSource) -> Self {
                Self(ids.next())
            }

            /// The id of that number; for tests and fixed ids.
            pub const fn from_u128(number: u128) -> Self {
                Self(Uuid::from_u128(number))
            }

            /// The id behind the name.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

uuid_id! {
    /// A member, as the log knows them: a random id, tied to a pseudonym only in an erasable row.
    SubjectId;
    /// A piece of content, as the log knows it: a random id, tied to the platform's own id only in
    /// an erasable row.
    PostId;
    /// One case.
    CaseId;
    /// One decision of a person.
    DecisionId;
    /// One thing asked of the platform; the idempotency key the platform sees.
    ActionId;
    /// One member's flag.
    ReportId;
    /// One event of the log.
    EventId;
    /// One outbound message that is not an action (alert, dead letter, outcome).
    MessageId;
    /// One member of staff.
    UserId;
}

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// 1 to 128 characters out of letters, digits, `.`, `_`, `:` and `-`.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and takes the name.
            pub fn new(name: impl Into<String>) -> Result<Self, BadName> {
                let name = name.into();
                if is_name(&name) { Ok(Self(name)) } else { Err(BadName(stringify!($name))) }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(name: String) -> Result<Self, BadName> {
                Self::new(name)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

text_id! {
    /// One customer; `default` when there is a single one.
    TenantId;
    /// The platform a post lives on, as the integrator names it.
    PlatformId;
    /// A community (forum, room, group) of a platform.
    CommunityId;
}

impl Default for TenantId {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

/// A name outside the allowed form. Does not repeat the name, which may be a member's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} takes 1 to 128 letters, digits, '.', '_', ':' or '-'")]
pub struct BadName(&'static str);

fn is_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_name_with_a_slash_is_refused_without_repeating_it() {
        let refusal = TenantId::new("a/b").unwrap_err().to_string();
        assert!(!refusal.contains("a/b"));
    }

    #[test]
    fn names_are_checked_when_they_are_read_from_json() {
        assert!(serde_json::from_str::<CommunityId>("\"night shift\"").is_err());
        assert!(serde_json::from_str::<CommunityId>("\"night-shift\"").is_ok());
    }
}
