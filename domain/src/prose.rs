//! Free text inside events: written by people, about people, and therefore sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Sensitive, SubjectId};

/// Whose key seals a text. A reporter's words use the reporter's key, a note about a member the
/// member's; what belongs to nobody (an incident's note) uses the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOwner {
    /// A member's own key; destroyed when they are erased.
    Subject(SubjectId),
    /// The tenant's key.
    Tenant,
}

impl From<SubjectId> for KeyOwner {
    fn from(subject: SubjectId) -> Self {
        Self::Subject(subject)
    }
}

impl From<Option<SubjectId>> for KeyOwner {
    fn from(subject: Option<SubjectId>) -> Self {
        subject.map_or(Self::Tenant, Self::Subject)
    }
}

/// A sealed text, as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Whose key opens it.
    pub owner: KeyOwner,
    /// Which of the owner's keys, counted from 1.
    pub generation: u32,
    /// The cipher, by name, so that it can be replaced one day.
    pub algorithm: Algorithm,
    /// The nonce, 24 bytes for XChaCha20-Poly1305.
    #[serde(with = "base64_bytes")]
    pub nonce: Vec<u8>,
    /// Ciphertext and tag.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

/// The ciphers a sealed text may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// XChaCha20-Poly1305 with a random 24-byte nonce.
    #[serde(rename = "xchacha20poly1305")]
    XChaCha20Poly1305,
}

/// Free text of an event: clear while a decision is made, sealed from the append on.
///
/// Writing clear prose is an error of the serialiser, so no path to the log can skip the sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prose {
    /// As a person typed it; only in memory, before the append.
    Clear {
        /// Whose key will seal it.
        owner: KeyOwner,
        /// The text.
        text: Sensitive<String>,
    },
    /// As the log holds it.
    Sealed(Sealed),
}

impl Prose {
    /// Prose to be sealed under `owner`'s key.
    pub fn clear(owner: impl Into<KeyOwner>, text: impl Into<Sensitive<String>>) -> Self {
        Self::Clear {
            owner: owner.into(),
            text: text.into(),
        }
    }

    /// Whether the text says nothing. Sealed prose was checked when it was written.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Clear { text, .. } if text.reveal().trim().is_empty())
    }
}

impl Serialize for Prose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Sealed(sealed) => sealed.serialize(serializer),
            Self::Clear { .. } => Err(serde::ser::Error::custom(
                "prose must be sealed before it is written",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Prose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Sealed::deserialize(deserializer).map(Self::Sealed)
    }
}

mod base64_bytes {
    use super::{Deserialize, Deserializer, Engine, STANDARD_NO_PAD, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD_NO_PAD
            .decode(text)
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clear_prose_cannot_be_written() {
        let note = Prose::clear(KeyOwner::Tenant, "called her back");
        assert!(serde_json::to_string(&note).is_err());
    }

    #[test]
    fn clear_prose_prints_as_stars() {
        let note = Prose::clear(KeyOwner::Tenant, "called her back");
        assert!(!format!("{note:?}").contains("called"));
    }
}
