//! The Merkle tree of RFC 6962 (RFC 9162, section 2.1), built from a stream of leaves.
//!
//! A [`Frontier`] holds what adding leaves and computing the root need: one hash for each power of
//! two in the size. A proof is made of roots of runs of leaves; [`Gather`] computes them in one pass
//! over the leaves, in memory that grows with the logarithm of their number.

mod frontier;
mod gather;
mod proofs;

pub use frontier::Frontier;
pub(crate) use frontier::MAX_SIZE;
pub use gather::{Gather, consistency_ranges, inclusion_ranges};
pub use proofs::{Consistency, Inclusion};

use crate::hash::NodeHash;

/// The root over all leaves.
pub fn root(leaves: impl IntoIterator<Item = NodeHash>) -> NodeHash {
    leaves.into_iter().collect::<Frontier>().root()
}
