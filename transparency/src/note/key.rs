//! Ed25519 keys in the text form that notes use.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::error::KeyError;
use crate::hash::{from_hex, to_hex};

/// The kind of plain Ed25519 signatures over the note's text.
const ED25519: u8 = 1;
const PRIVATE: &str = "PRIVATE+KEY+";

/// A public key: `NAME+ID+BASE64`. Made to be handed around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// Reads a key. Refuses one whose id does not belong to its name and bytes.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let form = KeyError::Form {
            expected: "public",
            form: "NAME+ID+BASE64, the id in eight lowercase hex digits",
        };
        let (name, id, bytes) = parts(text).ok_or(form)?;
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let key = VerifyingKey::from_bytes(&ed25519(&bytes)?).map_err(|_| KeyError::Unusable)?;
        if key.is_weak() {
            return Err(KeyError::Unusable);
        }
        if id != key_id(name, &key) {
            return Err(KeyError::Id);
        }
        let name = name.to_owned();
        Ok(Self { name, id, key })
    }

    /// The name, by convention that of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Four bytes that, with the name, tell the key from others.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// Whether a signature fits.
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_parts(f, &self.name, self.id, self.key.as_bytes())
    }
}

/// A private key: `PRIVATE+KEY+NAME+ID+BASE64`. Does not show itself in `Debug`; wiped when dropped.
#[derive(Clone)]
pub struct SignerKey {
    name: String,
    id: [u8; 4],
    key: SigningKey,
}

impl SignerKey {
    /// The key of a name from 32 secret random bytes.
    pub fn from_seed(name: impl Into<String>, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let name = name.into();
        if !is_name(&name) {
            return Err(KeyError::Name);
        }
        let key = SigningKey::from_bytes(seed);
        let id = key_id(&name, &key.verifying_key());
        Ok(Self { name, id, key })
    }

    /// Reads a key. The error never contains any part of it.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let form = KeyError::Form {
            expected: "private",
            form: "PRIVATE+KEY+NAME+ID+BASE64, the id in eight lowercase hex digits",
        };
        let rest = text.strip_prefix(PRIVATE).ok_or(form.clone())?;
        let (name, id, bytes) = parts(rest).ok_or(form)?;
        let key = Self::from_seed(name, &ed25519(&bytes)?)?;
        if key.id == id {
            Ok(key)
        } else {
            Err(KeyError::Id)
        }
    }

    /// The key's text, for the file that keeps it and nowhere else.
    pub fn reveal(&self) -> String {
        struct Parts<'a>(&'a SignerKey);
        impl fmt::Display for Parts<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_parts(f, &self.0.name, self.0.id, self.0.key.as_bytes())
            }
        }
        format!("{PRIVATE}{}", Parts(self))
    }

    /// The public key that belongs to it.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey {
            name: self.name.clone(),
            id: self.id,
            key: self.key.verifying_key(),
        }
    }

    /// The name, by convention that of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn id(&self) -> [u8; 4] {
        self.id
    }

    pub(super) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text).to_bytes()
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({}, ***)", self.name)
    }
}

/// Whether a name can stand in a line of signature.
pub(super) fn is_name(name: &str) -> bool {
    let unfit = |letter: char| letter.is_whitespace() || letter < ' ' || letter == '+';
    !name.is_empty() && !name.contains(unfit)
}

/// Name, id and the bytes behind. Only the last part may contain a plus.
fn parts(text: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let mut parts = text.splitn(3, '+');
    let (name, id, bytes) = (parts.next()?, parts.next()?, parts.next()?);
    Some((name, from_hex(id)?, STANDARD.decode(bytes).ok()?))
}

fn ed25519(bytes: &[u8]) -> Result<[u8; 32], KeyError> {
    let kind = bytes.first().copied().unwrap_or(0);
    match bytes {
        [ED25519, key @ ..] => key.try_into().map_err(|_| KeyError::Kind { kind }),
        _ => Err(KeyError::Kind { kind }),
    }
}

fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(name)
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn write_parts(f: &mut fmt::Formatter<'_>, name: &str, id: [u8; 4], key: &[u8; 32]) -> fmt::Result {
    let bytes = [&[ED25519], &key[..]].concat();
    write!(f, "{name}+{}+{}", to_hex(&id), STANDARD.encode(bytes))
}
