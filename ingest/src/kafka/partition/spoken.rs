//! What a partition is told, and what it asks for.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::Timestamp;
use holdfast_domain::intake::{LiveFrom, Received, StoredPosition};

use super::StopCause;
use crate::config::BatchConfig;
use crate::handler::{Batch, HandleError};

/// What a partition is told.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "made and used up once per record; a box would allocate for each"
)]
pub enum Input<'a> {
    /// Where it stands, by the store and the broker.
    Prepared(Standing),
    /// A record.
    Record(Record<'a>),
    /// The broker does not have the offset asked for.
    OutOfRange,
    /// Time passes.
    Tick,
    /// What became of the batch handed on.
    Handled(Result<(), HandleError>),
    /// The group takes the partition away.
    Revoked {
        /// Somebody may have it already.
        lost: bool,
    },
    /// An operator lets a stopped partition try again.
    Resume,
}

/// Where a partition stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The stored position; `None` before the first batch ever.
    pub stored: Option<StoredPosition>,
    /// Where backfill ends.
    pub live_from: LiveFrom,
    /// The first offset that the broker still has.
    pub low: i64,
    /// The offset after the last one that the broker has.
    pub high: i64,
}

/// A record, decoded.
#[derive(Debug)]
pub struct Record<'a> {
    /// Its offset.
    pub offset: i64,
    /// Its key, for the digest.
    pub key: Option<&'a [u8]>,
    /// Its value, for the digest.
    pub value: Option<&'a [u8]>,
    /// Its time in the broker, where it has one.
    pub time: Option<Timestamp>,
    /// What it says.
    pub received: Received,
}

/// What is to be done for a partition.
#[derive(Debug)]
pub enum Output {
    /// Ask store and broker where it stands.
    Prepare,
    /// Read from this offset on.
    StartAt(i64),
    /// Hand the batch on.
    Submit(Arc<Batch>),
    /// Tell Kafka, for monitoring: everything below this offset is recorded.
    Commit(i64),
    /// Stop fetching, and raise the alarm.
    Stop(StopCause),
    /// The alarm is over.
    Clear,
    /// Count what became of a batch.
    Count(BatchOutcome),
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchOutcome {
    /// In the log.
    Recorded,
    /// Dropped: another owner has moved the position.
    Fenced,
    /// To be handed on again.
    Retried,
    /// Refused for good.
    Refused,
    /// Still on its way when the partition had to go; the position decides whether it counts.
    Abandoned,
}

impl BatchOutcome {
    /// The outcome's name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Fenced => "fenced",
            Self::Retried => "retried",
            Self::Refused => "refused",
            Self::Abandoned => "abandoned",
        }
    }
}

/// How a partition behaves.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Sizes of batches.
    pub batch: BatchConfig,
    /// How long a batch on its way may take once the partition must go.
    pub drain: Duration,
    /// How often a stopped partition looks at its stored position.
    pub stopped_poll: Duration,
}
