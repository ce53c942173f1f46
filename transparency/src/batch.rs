//! The leaves of a screened batch: for every record, what it was and what came of it.
//!
//! They stand outside the log; the `BatchAssessed` event holds the root over them. So one post can be
//! proved to have been screened (by what, with what result) without showing the others.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::chain::part;
use crate::error::LeavesFault;
use crate::hash::{NodeHash, from_hex, to_hex};
use crate::tree;

/// The type of the events that seal leaves.
pub const BATCH: &str = "BatchAssessed";

/// One record of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchLeaf {
    /// `topic/partition`, `http/integrator` or `file/name`.
    pub source: String,
    /// The record's offset, line or item.
    pub offset: i64,
    /// HMAC of the event's id and revision under the tenant's key.
    pub key: [u8; 32],
    /// What came of it.
    pub outcome: String,
    /// SHA-256 of the stored ciphertext; none where nothing is stored.
    pub content: Option<[u8; 32]>,
}

impl BatchLeaf {
    /// The leaf's hash, `judged_by` being the digest of ruleset and models ([`judged_by`]).
    pub fn hash(&self, judged_by: &[u8; 32]) -> NodeHash {
        let mut hash = Sha256::new_with_prefix(b"\0holdfast leaf v1\n");
        part(&mut hash, &self.source);
        part(&mut hash, &to_hex(&self.key));
        part(&mut hash, &self.outcome);
        hash.update(self.offset.to_be_bytes());
        hash.update(judged_by);
        match &self.content {
            Some(digest) => hash.update(to_hex(digest)),
            None => hash.update("-"),
        }
        NodeHash(hash.finalize().into())
    }
}

/// The digest of a ruleset and the versions of the classifiers, as a batch's event names them.
pub fn judged_by(ruleset: &str, versions: &BTreeMap<String, String>) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(b"holdfast judged by v1\n");
    part(&mut hash, ruleset);
    for (classifier, version) in versions {
        part(&mut hash, classifier);
        part(&mut hash, version);
    }
    hash.finalize().into()
}

/// What a batch's event says of its leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFacts {
    /// How many there are.
    pub count: u64,
    /// What they were judged by.
    pub judged_by: [u8; 32],
    /// The root over them.
    pub root: NodeHash,
}

impl BatchFacts {
    /// Reads the payload of a `BatchAssessed` event of version 1.
    pub fn parse(payload: &str) -> Option<Self> {
        let payload: Value = serde_json::from_str(payload).ok()?;
        let versions = payload.get("versions")?.as_object()?.iter();
        let versions =
            versions.map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned())));
        let versions: Option<BTreeMap<String, String>> = versions.collect();
        Some(Self {
            count: payload.get("count")?.as_u64()?,
            judged_by: judged_by(payload.get("ruleset")?.as_str()?, &versions?),
            root: NodeHash(from_hex(payload.get("merkle_root")?.as_str()?)?),
        })
    }

    /// Fails unless these are all the leaves of the batch, in their order.
    pub fn check(&self, leaves: &[BatchLeaf]) -> Result<(), LeavesFault> {
        let found = leaves.len() as u64;
        if found != self.count {
            let stated = self.count;
            return Err(LeavesFault::Count { stated, found });
        }
        let hashes = leaves.iter().map(|leaf| leaf.hash(&self.judged_by));
        if tree::root(hashes) == self.root {
            Ok(())
        } else {
            Err(LeavesFault::Root)
        }
    }
}
