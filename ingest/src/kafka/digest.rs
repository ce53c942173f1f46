//! Knows a record again.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Stands for "not known": after an operator let a partition go on there is no record to compare.
pub const UNVERIFIED: [u8; 32] = [0; 32];

/// SHA-256 over key and value. Each is preceded by its length, so that no two pairs share their bytes;
/// an absent one counts differently from an empty one.
pub fn of(key: Option<&[u8]>, value: Option<&[u8]>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in [key, value] {
        let length = part.map_or(u64::MAX, |part| part.len() as u64);
        hasher.update(length.to_be_bytes());
        hasher.update(part.unwrap_or_default());
    }
    hasher.finalize().into()
}

/// Lowercase hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_byte_from_key_to_value_is_another_record() {
        assert_ne!(of(Some(b"ab"), Some(b"c")), of(Some(b"a"), Some(b"bc")));
        assert_ne!(of(None, Some(b"")), of(Some(b""), Some(b"")));
        assert_ne!(of(Some(b"k"), None), of(Some(b"k"), Some(b"")));
    }
}
