//! The hashes of the tree, and how they are written.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The hash of a node of the tree, a leaf included. What a leaf stands for is a plain `[u8; 32]`, so
/// that the two are not taken for one another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeHash(pub [u8; 32]);

impl NodeHash {
    /// The root of a tree without leaves.
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    /// The leaf that stands for an entry. In the log's tree the entry is the 32 bytes of the event's
    /// chain hash.
    pub fn leaf(entry: &[u8]) -> Self {
        Self(
            Sha256::new_with_prefix([0])
                .chain_update(entry)
                .finalize()
                .into(),
        )
    }

    /// The node above two others.
    pub fn node(left: &Self, right: &Self) -> Self {
        let hash = Sha256::new_with_prefix([1]).chain_update(left.0);
        Self(hash.chain_update(right.0).finalize().into())
    }

    /// As base64, the form of checkpoints and proofs.
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }

    /// From base64 as RFC 4648 defines it, padding included; `None` unless 32 bytes.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl fmt::Debug for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Bytes as lowercase hex.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Bytes from lowercase hex; `None` for other digits or another length.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_reads_back_and_is_lowercase_and_whole() {
        assert_eq!(to_hex(&[0, 15, 16, 255]), "000f10ff");
        assert_eq!(from_hex("000f10ff"), Some([0, 15, 16, 255]));
        for wrong in ["000F10FF", "000f10f", "000f10ff0", "000f10fg", "ääääää"] {
            assert_eq!(from_hex::<4>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_leaf_is_never_a_node() {
        let (left, right) = (NodeHash([1; 32]), NodeHash([2; 32]));
        let both: Vec<u8> = [left.0, right.0].concat();
        assert_ne!(NodeHash::leaf(&both), NodeHash::node(&left, &right));
    }
}
