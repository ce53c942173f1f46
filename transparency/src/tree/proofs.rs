//! Proofs of inclusion and of consistency, made and checked.

use super::{Gather, consistency_ranges, inclusion_ranges};
use crate::error::ProofError;
use crate::hash::NodeHash;

/// Proves that a leaf stands at a place of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The leaf's place, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The hashes beside the way from the leaf to the root.
    pub path: Vec<NodeHash>,
}

impl Inclusion {
    /// Makes the proof from the tree's leaves, in order from the first. One pass.
    pub fn prove(
        index: u64,
        size: u64,
        leaves: impl IntoIterator<Item = NodeHash>,
    ) -> Result<Self, ProofError> {
        let path = Gather::over(inclusion_ranges(index, size)?, leaves)?;
        Ok(Self { index, size, path })
    }

    /// Fails unless the leaf stands at the place in the tree with this root.
    pub fn check(&self, leaf: NodeHash, root: NodeHash) -> Result<(), ProofError> {
        let Self { index, size, .. } = *self;
        if index >= size {
            return Err(ProofError::OutsideTree { index, size });
        }
        let mut at = Climb::from(index, size - 1);
        let mut hash = leaf;
        for beside in &self.path {
            hash = match at.step()? {
                Side::Left => NodeHash::node(beside, &hash),
                Side::Right => NodeHash::node(&hash, beside),
            };
        }
        at.arrived()?;
        if hash == root {
            Ok(())
        } else {
            Err(ProofError::OtherRoot)
        }
    }
}

/// Proves that one tree begins with all leaves of an earlier one, in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The size of the earlier tree.
    pub old: u64,
    /// The size of the later one.
    pub new: u64,
    /// The hashes of which both roots consist.
    pub path: Vec<NodeHash>,
}

impl Consistency {
    /// Makes the proof from the later tree's leaves, in order from the first. One pass.
    pub fn prove(
        old: u64,
        new: u64,
        leaves: impl IntoIterator<Item = NodeHash>,
    ) -> Result<Self, ProofError> {
        let path = Gather::over(consistency_ranges(old, new)?, leaves)?;
        Ok(Self { old, new, path })
    }

    /// Fails unless the tree with the root `new_root` goes on from the one with `old_root`.
    pub fn check(&self, old_root: NodeHash, new_root: NodeHash) -> Result<(), ProofError> {
        let Self { old, new, .. } = *self;
        if old > new {
            return Err(ProofError::Shrinks { old, new });
        }
        if old == 0 || old == new {
            let expected = if old == new {
                new_root
            } else {
                NodeHash::empty()
            };
            return match self.path.as_slice() {
                [] if old_root == expected => Ok(()),
                [] => Err(ProofError::OtherRoot),
                _ => Err(ProofError::Long),
            };
        }
        let mut at = Climb::from(old - 1, new - 1);
        at.skip_right_edges();
        // Where the old tree is one full subtree, the verifier's own root begins the way.
        let mut path = self.path.iter();
        let first = if old.is_power_of_two() {
            old_root
        } else {
            *path.next().ok_or(ProofError::Short)?
        };
        let (mut old_hash, mut new_hash) = (first, first);
        for beside in path {
            match at.step()? {
                Side::Left => {
                    old_hash = NodeHash::node(beside, &old_hash);
                    new_hash = NodeHash::node(beside, &new_hash);
                }
                Side::Right => new_hash = NodeHash::node(&new_hash, beside),
            }
        }
        at.arrived()?;
        if old_hash == old_root && new_hash == new_root {
            Ok(())
        } else {
            Err(ProofError::OtherRoot)
        }
    }
}

/// On which side of the way the next hash stands.
enum Side {
    Left,
    Right,
}

/// The way up from a node, as the RFC walks it: its number on its level and that of the last one.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    fn from(node: u64, last: u64) -> Self {
        Self { node, last }
    }

    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    /// Up to where the node is a left child: below, the old tree ends with a full subtree.
    fn skip_right_edges(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Long);
        }
        let side = if self.node & 1 == 1 || self.node == self.last {
            // The last node of a level may have nobody beside it on several levels.
            while self.node & 1 == 0 && self.node != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Ok(side)
    }

    fn arrived(&self) -> Result<(), ProofError> {
        if self.last == 0 {
            Ok(())
        } else {
            Err(ProofError::Short)
        }
    }
}
