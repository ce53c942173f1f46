//! Random secrets, and the digests by which they are known.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

/// Where secrets come from: the operating system in production, a counted sequence in tests.
pub trait Secrets: Send + Sync {
    /// Fills `bytes` with what nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsSecrets;

impl Secrets for OsSecrets {
    fn fill(&self, bytes: &mut [u8]) {
        OsRng
            .try_fill_bytes(bytes)
            .expect("the operating system gives random bytes");
    }
}

/// A fresh secret of 256 bits, in 43 letters.
pub(super) fn fresh(secrets: &dyn Secrets) -> String {
    let mut bytes = [0; 32];
    secrets.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The digest by which a secret is known. Secrets are random, so a plain hash cannot be guessed back.
pub(super) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The key under which failed attempts are counted: names and addresses are not written down.
pub(super) fn attempt_key(kind: &str, value: &str) -> String {
    let digest = digest(&format!("{kind}\0{value}"));
    format!("{kind}/{}", URL_SAFE_NO_PAD.encode(digest))
}
