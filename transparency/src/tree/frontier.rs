//! The right edge of a tree: all that is needed to go on with it.

use crate::error::FrontierError;
use crate::hash::NodeHash;

/// The largest size read from outside: positions are signed 64-bit numbers in the database.
pub(crate) const MAX_SIZE: u64 = i64::MAX as u64;

/// The roots of the full subtrees that a tree of this size consists of, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<NodeHash>,
}

impl Frontier {
    /// That of a tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf. One hash on average.
    pub fn push(&mut self, leaf: NodeHash) {
        // A subtree grows as long as the bit above is set, as in adding one to a number.
        let mut new = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                new = NodeHash::node(&left, &new);
            }
        }
        self.roots.push(new);
        self.size += 1;
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> NodeHash {
        let joined = self.roots.iter().rev().copied();
        joined
            .reduce(|right, left| NodeHash::node(&left, &right))
            .unwrap_or_else(NodeHash::empty)
    }

    /// The size, eight bytes, the highest first; then the hashes. At most 2,056 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.roots.iter().flat_map(|root| root.0));
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote. Whether the hashes are those of the log shows
    /// only when the root is compared.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, hashes) = bytes.split_first_chunk::<8>().ok_or(FrontierError::Short)?;
        let size = u64::from_be_bytes(*size);
        if size > MAX_SIZE {
            return Err(FrontierError::TooLarge { size });
        }
        let (roots, rest) = hashes.as_chunks::<32>();
        if roots.len() != size.count_ones() as usize || !rest.is_empty() {
            return Err(FrontierError::Length {
                size,
                bytes: hashes.len(),
            });
        }
        Ok(Self {
            size,
            roots: roots.iter().copied().map(NodeHash).collect(),
        })
    }
}

impl Extend<NodeHash> for Frontier {
    fn extend<T: IntoIterator<Item = NodeHash>>(&mut self, leaves: T) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

impl FromIterator<NodeHash> for Frontier {
    fn from_iter<T: IntoIterator<Item = NodeHash>>(leaves: T) -> Self {
        let mut frontier = Self::new();
        frontier.extend(leaves);
        frontier
    }
}
