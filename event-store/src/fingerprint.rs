//! Keyed digests: how erasable rows are found without their names standing in clear.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// An HMAC-SHA256 under the tenant's key, as lowercase hex. Tells nothing to who lacks the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// 64 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a fingerprint is of. The same text gives another fingerprint for another kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FingerprintKind {
    /// A member's pseudonym.
    Author,
    /// A platform's id of a post.
    Post,
    /// A platform's id of a thread.
    Thread,
    /// The address of a post.
    Url,
    /// A platform's source and id of an event.
    Event,
    /// An event and a revision, in the leaf of a batch.
    Leaf,
}

impl FingerprintKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Post => "post",
            Self::Thread => "thread",
            Self::Url => "url",
            Self::Event => "event",
            Self::Leaf => "leaf",
        }
    }
}

/// Makes the fingerprints of one tenant. Cheap to clone; does no I/O.
#[derive(Clone)]
pub struct Fingerprinter(Hmac<Sha256>);

impl fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprinter(***)")
    }
}

impl Fingerprinter {
    /// Makes fingerprints under a key.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The fingerprint of a text.
    pub fn of(&self, kind: FingerprintKind, text: &str) -> Fingerprint {
        Fingerprint(hex(&self.raw(kind, text.as_bytes())))
    }

    /// The 32 bytes behind a fingerprint.
    pub(crate) fn raw(&self, kind: FingerprintKind, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(kind.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }
}

/// Bytes as lowercase hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_gives_another_fingerprint_for_another_kind_or_tenant() {
        let (ours, theirs) = (Fingerprinter::new(&[1; 32]), Fingerprinter::new(&[2; 32]));
        let fingerprint = ours.of(FingerprintKind::Author, "ana");
        assert_eq!(fingerprint, ours.of(FingerprintKind::Author, "ana"));
        assert_ne!(fingerprint, ours.of(FingerprintKind::Post, "ana"));
        assert_ne!(fingerprint, theirs.of(FingerprintKind::Author, "ana"));
    }

    #[test]
    fn hex_is_two_digits_a_byte() {
        assert_eq!(hex(&[0, 15, 16, 255]), "000f10ff");
    }
}
