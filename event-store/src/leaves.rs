//! The leaves of a screened batch: for every record, what it was and what came of it.
//!
//! A leaf's hash covers source, offset, the keyed digest of the event's id and revision, the outcome,
//! the digests of ruleset and models, and the digest of the stored ciphertext. The Merkle tree over
//! them is that of RFC 6962, so that one leaf can be proved without showing the others.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;

/// One record of a batch, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// `topic/partition`, `http/integrator` or `file/name`.
    #[serde(rename = "s")]
    pub source: String,
    /// The record's offset, line or item.
    #[serde(rename = "o")]
    pub offset: i64,
    /// HMAC of the event's id and revision under the tenant's key, lowercase hex.
    #[serde(rename = "k")]
    pub key: String,
    /// What came of it.
    #[serde(rename = "r")]
    pub outcome: String,
    /// SHA-256 of the stored ciphertext, lowercase hex; none where nothing is stored.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl Leaf {
    /// The leaf's hash, `judged_by` being the digest of ruleset and models ([`judged_by`]).
    pub fn hash(&self, judged_by: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix([0]);
        hash.update(b"holdfast leaf v1\n");
        for part in [&self.source, &self.key, &self.outcome] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(self.offset.to_be_bytes());
        hash.update(judged_by);
        hash.update(self.content.as_deref().unwrap_or("-"));
        hash.finalize().into()
    }
}

/// The digest of a ruleset and the versions of the classifiers, as a batch's event names them.
pub fn judged_by<'a>(
    ruleset: &str,
    versions: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(b"holdfast judged by v1\n");
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    part(ruleset);
    for (classifier, version) in versions {
        part(classifier);
        part(version);
    }
    hash.finalize().into()
}

/// The Merkle root over leaf hashes; that of no leaves is SHA-256 of nothing.
pub fn merkle_root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            let mut hash = Sha256::new_with_prefix([1]);
            hash.update(merkle_root(left));
            hash.update(merkle_root(right));
            hash.finalize().into()
        }
    }
}

/// Packs leaves into the bytes of their row.
pub(crate) fn pack(leaves: &[Leaf]) -> Vec<u8> {
    let json = serde_json::to_vec(leaves).expect("leaves are plain data");
    zstd::bulk::compress(&json, 1).expect("compressing in memory works")
}

/// Unpacks a row's bytes.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Leaf>, StoreError> {
    let json = zstd::stream::decode_all(bytes)
        .map_err(|_| StoreError::corrupt("a row of log_leaves does not unpack"))?;
    serde_json::from_slice(&json)
        .map_err(|_| StoreError::corrupt("a row of log_leaves does not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(offset: i64) -> Leaf {
        Leaf {
            source: "holdfast.posts.v1/0".to_owned(),
            offset,
            key: "ab".to_owned(),
            outcome: "clear".to_owned(),
            content: None,
        }
    }

    #[test]
    fn leaves_read_back_as_they_were_packed() {
        let leaves: Vec<Leaf> = (0..100).map(leaf).collect();
        assert_eq!(unpack(&pack(&leaves)).unwrap(), leaves);
    }

    #[test]
    fn changing_leaving_out_or_swapping_a_leaf_changes_the_root() {
        let hashes: Vec<_> = (0..7).map(|offset| leaf(offset).hash(&[0; 32])).collect();
        let root = merkle_root(&hashes);
        let mut swapped = hashes.clone();
        swapped.swap(2, 5);
        assert_ne!(merkle_root(&swapped), root);
        assert_ne!(merkle_root(&hashes[..6]), root);
        assert_ne!(leaf(0).hash(&[1; 32]), hashes[0]);
        assert_ne!(
            Leaf {
                outcome: "case".to_owned(),
                ..leaf(0)
            }
            .hash(&[0; 32]),
            hashes[0]
        );
    }
}
