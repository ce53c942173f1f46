//! Which runs of leaves a proof consists of, and their roots in one pass.

use std::ops::Range;

use super::Frontier;
use crate::error::ProofError;
use crate::hash::NodeHash;

/// The runs whose roots prove the leaf at `index` in a tree of `size` leaves, from the leaf upwards.
pub fn inclusion_ranges(index: u64, size: u64) -> Result<Vec<Range<u64>>, ProofError> {
    if index >= size {
        return Err(ProofError::OutsideTree { index, size });
    }
    let mut ranges = Vec::new();
    let mut tree = 0..size;
    while tree.end - tree.start > 1 {
        let middle = middle(&tree);
        if index < middle {
            ranges.push(middle..tree.end);
            tree.end = middle;
        } else {
            ranges.push(tree.start..middle);
            tree.start = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The runs whose roots prove that a tree of `new` leaves begins with the one of `old` leaves.
/// None where either is all there is to know: `old` is 0 or equals `new`.
pub fn consistency_ranges(old: u64, new: u64) -> Result<Vec<Range<u64>>, ProofError> {
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    let mut ranges = Vec::new();
    let mut tree = 0..new;
    if old > 0 {
        while tree.end != old {
            let middle = middle(&tree);
            if old <= middle {
                ranges.push(middle..tree.end);
                tree.end = middle;
            } else {
                ranges.push(tree.start..middle);
                tree.start = middle;
            }
        }
        // The old root itself needs no proof: the verifier has it.
        if tree.start > 0 {
            ranges.push(tree);
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// Where a tree of two leaves or more divides: after the largest power of two below its size.
fn middle(tree: &Range<u64>) -> u64 {
    let size = tree.end - tree.start;
    tree.start + (1 << (size - 1).ilog2())
}

/// Computes the roots of runs of leaves while the leaves go by in order.
#[derive(Debug)]
pub struct Gather {
    runs: Vec<(Range<u64>, Frontier)>,
    next: u64,
}

impl Gather {
    /// Will compute the roots of these runs.
    pub fn new(ranges: impl IntoIterator<Item = Range<u64>>) -> Self {
        let runs = ranges.into_iter().map(|range| (range, Frontier::new()));
        Self {
            runs: runs.collect(),
            next: 0,
        }
    }

    /// Takes the next leaf, the first being that of position 0.
    pub fn push(&mut self, leaf: NodeHash) {
        for (range, frontier) in &mut self.runs {
            if range.contains(&self.next) {
                frontier.push(leaf);
            }
        }
        self.next += 1;
    }

    /// The roots, in the order of the runs. Fails where leaves are lacking.
    pub fn finish(self) -> Result<Vec<NodeHash>, ProofError> {
        let need = self.runs.iter().map(|(range, _)| range.end).max();
        match need {
            Some(need) if need > self.next => Err(ProofError::LeavesLacking {
                need,
                have: self.next,
            }),
            _ => Ok(self.runs.iter().map(|(_, part)| part.root()).collect()),
        }
    }

    /// Takes all leaves of an iterator, then finishes.
    pub(super) fn over(
        ranges: Vec<Range<u64>>,
        leaves: impl IntoIterator<Item = NodeHash>,
    ) -> Result<Vec<NodeHash>, ProofError> {
        let need = ranges.iter().map(|range| range.end).max().unwrap_or(0);
        let mut gather = Self::new(ranges);
        for leaf in leaves.into_iter().take(need as usize) {
            gather.push(leaf);
        }
        gather.finish()
    }
}
