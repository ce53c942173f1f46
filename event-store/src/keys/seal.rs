//! The cipher: XChaCha20-Poly1305 with a random nonce.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use rand::RngCore as _;
use sha2::Sha256;

use super::Key;

/// Length of a nonce, which stands before the ciphertext.
pub(crate) const NONCE: usize = 24;

/// Seals: nonce, then ciphertext and tag. `aad` says where it stands, so that it opens nowhere else.
pub(crate) fn seal(key: &Key, aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    fill_random(&mut nonce);
    let cipher = XChaCha20Poly1305::new((&key.0).into());
    let sealed = cipher
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad })
        .expect("a text in memory is short enough for the cipher");
    let mut out = Vec::with_capacity(NONCE + sealed.len());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    out
}

/// Keys and nonces: the one place that takes chance from the system.
#[expect(
    clippy::disallowed_methods,
    reason = "a key or nonce must not be reproducible"
)]
pub(super) fn fill_random(bytes: &mut [u8]) {
    rand::rng().fill_bytes(bytes);
}

/// Opens what [`seal`] made; `None` for another key, place or content.
pub(crate) fn open(key: &Key, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, msg) = sealed.split_at_checked(NONCE)?;
    XChaCha20Poly1305::new((&key.0).into())
        .decrypt(XNonce::from_slice(nonce), Payload { msg, aad })
        .ok()
}

/// Associated data: a domain and length-prefixed parts, so that no two places look the same.
pub(crate) fn aad(domain: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    for part in std::iter::once(&domain.as_bytes()).chain(parts) {
        out.extend_from_slice(&(part.len() as u32).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

/// A key for one purpose.
pub(crate) fn derive(key: &Key, purpose: &str) -> Key {
    let mut mac =
        <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
    mac.update(b"holdfast/");
    mac.update(purpose.as_bytes());
    Key(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_text_opens_with_its_key_in_its_place_alone() {
        let (key, place) = (Key([7; 32]), aad("prose", &[b"default", b"case/1"]));
        let sealed = seal(&key, &place, b"goodbye");
        assert_eq!(
            open(&key, &place, &sealed).as_deref(),
            Some(&b"goodbye"[..])
        );
        assert_eq!(open(&Key([8; 32]), &place, &sealed), None);
        assert_eq!(
            open(&key, &aad("prose", &[b"default", b"case/2"]), &sealed),
            None
        );
        assert_eq!(open(&key, &place, &sealed[..NONCE + 3]), None);
    }

    #[test]
    fn parts_of_a_place_do_not_run_into_each_other() {
        assert_ne!(aad("prose", &[b"ab", b"c"]), aad("prose", &[b"a", b"bc"]));
    }
}
