//! What a verification answers.

use crate::error::LeavesFault;

/// What is wrong at a place of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The line is not one of an export.
    Unreadable,
    /// Not this position's row stands here, but that of `found`: rows are missing or were moved. Or
    /// this row stands here again.
    OutOfPlace {
        /// Whose row stands here.
        found: u64,
    },
    /// The row does not follow from the one before: a column, its hash or the hash before was
    /// changed, or a row between was removed or added.
    Broken,
    /// The leaves beside the event are not those it seals.
    Leaves(LeavesFault),
    /// A stored ciphertext is not the one that was screened.
    Text {
        /// UUID of the post.
        post: [u8; 16],
        /// Which revision.
        revision: i64,
    },
    /// The log ends before the checkpoint does.
    Truncated {
        /// How many events were signed.
        size: u64,
    },
    /// The rows fit one another and not the checkpoint: some were changed and all hashes after them
    /// computed anew.
    Rewritten {
        /// The size of the first checkpoint that does not hold.
        size: u64,
    },
    /// The log fits a later checkpoint and not this one: its key has signed two different logs.
    Forked {
        /// The size of the checkpoint that does not hold.
        size: u64,
    },
}

/// A fault and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Where it shows.
    pub position: u64,
    /// The first position that may have been changed to make it: `position` itself where a checkpoint
    /// covers it and holds, and otherwise the end of what is proven.
    pub from: u64,
    /// The last position that may have been changed to make it.
    pub to: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be said of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything up to the last checkpoint is as it was signed.
    Proven,
    /// The rows fit one another. Without a checkpoint from outside, someone able to write the whole
    /// log anew could have made it so.
    OnlyConsistent,
    /// Something was changed.
    Tampered,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Rows of the log that were read.
    pub events: u64,
    /// Leaves that were read.
    pub leaves: u64,
    /// Stored ciphertexts that were compared.
    pub texts: u64,
    /// How many checkpoints it was held against.
    pub checkpoints: u64,
    /// The rows below this position are as they were signed, except those of which a finding says
    /// otherwise.
    pub proven: u64,
    /// The position after the last row: rows from `proven` up to it lie after the last checkpoint
    /// that holds.
    pub end: u64,
    /// What was found, by position; the first [`MAX_FINDINGS`](Self::MAX_FINDINGS) that were met.
    pub findings: Vec<Finding>,
    /// How many more were found.
    pub further: u64,
}

impl Report {
    /// How many findings are kept.
    pub const MAX_FINDINGS: usize = 100;

    /// What can be said of the whole.
    pub fn verdict(&self) -> Verdict {
        match () {
            () if !self.findings.is_empty() => Verdict::Tampered,
            () if self.checkpoints == 0 => Verdict::OnlyConsistent,
            () => Verdict::Proven,
        }
    }

    /// The first position at which a row shows a fault, and otherwise the first that may have been
    /// changed. `None` where nothing was found.
    pub fn first_position(&self) -> Option<u64> {
        let shows = |finding: &&Finding| !matches!(finding.fault, Fault::Rewritten { .. });
        let first = self.findings.iter().find(shows);
        let first = first.or(self.findings.first());
        first.map(|finding| finding.position)
    }

    /// The rows that no checkpoint proves, if any: what was appended since, or all without one.
    pub fn unproven(&self) -> Option<std::ops::RangeInclusive<u64>> {
        (self.proven < self.end).then(|| self.proven..=self.end - 1)
    }
}
