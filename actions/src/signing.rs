//! Signatures by Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body.
//!
//! The timestamp is part of what is signed, so that a captured message cannot be sent again later.
//! Several secrets sign at once while a receiver changes over from one to the next.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::SetupError;

/// The header with the message's id, the same in every attempt.
pub const ID_HEADER: &str = "webhook-id";
/// The header with the time of the attempt, in seconds since 1970-01-01 UTC.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";
/// The header with the signatures, separated by spaces.
pub const SIGNATURE_HEADER: &str = "webhook-signature";
/// How far a message's time may be from the receiver's before it counts as a replay.
pub const TOLERANCE: Duration = Duration::from_mins(5);

const PREFIX: &str = "whsec_";
const SCHEME: &str = "v1,";

/// A shared secret, `whsec_` and 24 to 64 bytes in base64. Never printed.
#[derive(Clone)]
pub struct SigningSecret(Vec<u8>);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(***)")
    }
}

/// A text that is no secret of the scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ followed by 24 to 64 bytes in base64")]
pub struct BadSecret;

impl SigningSecret {
    /// Reads `whsec_…`.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(BadSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
        if (24..=64).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(BadSecret)
        }
    }

    /// Reads the secret that a file holds.
    pub fn from_file(setting: &str, path: &Path) -> Result<Self, SetupError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| SetupError::new(setting, format!("{}: {error}", path.display())))?;
        Self::parse(&text)
            .map_err(|error| SetupError::new(setting, format!("{}: {error}", path.display())))
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(id.as_bytes());
        mac.update(b".");
        mac.update(timestamp.to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        mac
    }
}

/// The value of the signature header, one signature per secret.
pub fn sign(secrets: &[SigningSecret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| {
            let digest = secret.mac(id, timestamp, body).finalize().into_bytes();
            format!("{SCHEME}{}", STANDARD.encode(digest))
        })
        .collect();
    signatures.join(" ")
}

/// Why a received message is not to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthentic {
    /// The time is too far away: an old message sent again, or a wrong clock.
    #[error("the message's time is more than {} s from now", TOLERANCE.as_secs())]
    WrongTime,
    /// No signature fits.
    #[error("no signature fits the message")]
    WrongSignature,
}

/// Checks a received message: what a receiver does before it reads the body. Constant time in the
/// signatures. `now` is in seconds since 1970-01-01 UTC.
pub fn verify(
    secrets: &[SigningSecret],
    id: &str,
    timestamp: i64,
    signatures: &str,
    body: &[u8],
    now: i64,
) -> Result<(), NotAuthentic> {
    if now.abs_diff(timestamp) > TOLERANCE.as_secs() {
        return Err(NotAuthentic::WrongTime);
    }
    let fits = signatures
        .split(' ')
        .filter_map(|signature| signature.strip_prefix(SCHEME))
        .filter_map(|encoded| STANDARD.decode(encoded).ok())
        .any(|digest| {
            secrets.iter().any(|secret| {
                secret
                    .mac(id, timestamp, body)
                    .verify_slice(&digest)
                    .is_ok()
            })
        });
    fits.then_some(()).ok_or(NotAuthentic::WrongSignature)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn secret(byte: u8) -> SigningSecret {
        SigningSecret::parse(&format!("whsec_{}", STANDARD.encode([byte; 32]))).unwrap()
    }

    /// HMAC-SHA256 from its definition, so that the test does not believe the library twice.
    fn hmac_by_hand(key: &[u8], message: &[u8]) -> Vec<u8> {
        use sha2::Digest;
        let mut block = [0_u8; 64];
        block[..key.len()].copy_from_slice(key);
        let pad = |with: u8| block.map(|byte| byte ^ with);
        let inner = Sha256::new()
            .chain_update(pad(0x36))
            .chain_update(message)
            .finalize();
        Sha256::new()
            .chain_update(pad(0x5c))
            .chain_update(inner)
            .finalize()
            .to_vec()
    }

    #[test]
    fn the_signature_is_that_of_the_standard() {
        let header = sign(&[secret(7)], "msg_1", NOW, b"{}");
        let expected = hmac_by_hand(&[7; 32], b"msg_1.1700000000.{}");
        assert_eq!(header, format!("v1,{}", STANDARD.encode(expected)));
    }

    #[test]
    fn a_receiver_with_the_old_or_the_new_secret_believes_a_message_signed_with_both() {
        let header = sign(&[secret(2), secret(1)], "msg_1", NOW, b"{}");
        for known in [secret(1), secret(2)] {
            assert_eq!(verify(&[known], "msg_1", NOW, &header, b"{}", NOW), Ok(()));
        }
    }

    #[test]
    fn a_signature_does_not_fit_another_body_id_time_or_secret() {
        let header = sign(&[secret(1)], "msg_1", NOW, b"{}");
        let wrong = Err(NotAuthentic::WrongSignature);
        let with = |secret, id, at, body| verify(&[secret], id, at, &header, body, NOW);
        assert_eq!(with(secret(2), "msg_1", NOW, b"{}"), wrong);
        assert_eq!(with(secret(1), "msg_2", NOW, b"{}"), wrong);
        assert_eq!(with(secret(1), "msg_1", NOW + 1, b"{}"), wrong);
        assert_eq!(with(secret(1), "msg_1", NOW, b"{ }"), wrong);
    }

    #[test]
    fn a_captured_message_cannot_be_replayed_later() {
        let header = sign(&[secret(1)], "msg_1", NOW, b"{}");
        let later = NOW + 301;
        assert_eq!(
            verify(&[secret(1)], "msg_1", NOW, &header, b"{}", later),
            Err(NotAuthentic::WrongTime)
        );
    }

    #[test]
    fn a_secret_that_is_too_short_is_refused() {
        let short = format!("whsec_{}", STANDARD.encode([1; 23]));
        assert_eq!(SigningSecret::parse(&short).unwrap_err(), BadSecret);
        assert_eq!(SigningSecret::parse("plain text").unwrap_err(), BadSecret);
    }
}
