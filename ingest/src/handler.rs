//! The port behind which batches are judged and recorded.

use async_trait::async_trait;
use holdfast_domain::TenantId;
use holdfast_domain::intake::{LiveFrom, PartitionKey, PositionAdvance, Received, StoredPosition};

/// Takes batches over. One call at a time per partition, and calls of many partitions side by side.
#[async_trait]
pub trait BatchHandler: Send + Sync {
    /// The stored position of a partition; `None` before its first batch ever.
    async fn position(
        &self,
        partition: &PartitionKey,
    ) -> Result<Option<StoredPosition>, HandleError>;

    /// Records, at a partition's first-ever assignment, where backfill ends. Answers the recorded
    /// value: of several calls the first counts.
    async fn begin(
        &self,
        partition: &PartitionKey,
        live_from: LiveFrom,
    ) -> Result<LiveFrom, HandleError>;

    /// Judges and records a batch. `Ok` means: all of it is in the log, records taken in before
    /// included, and the position has moved. Called again with the same batch after
    /// [`HandleError::Transient`].
    async fn handle(&self, batch: &Batch) -> Result<(), HandleError>;
}

/// Records of one tenant and source, in its order.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Whose customer.
    pub tenant: TenantId,
    /// `topic/partition`, `http/integrator` or `file/name`.
    pub source: String,
    /// The records.
    pub records: Vec<Received>,
    /// The position to move with them: Kafka and files.
    pub advance: Option<PositionAdvance>,
}

/// Why a batch was not taken.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The stored position is another than the batch expects: another owner has moved it. The batch is
    /// dropped, and reading goes on from the stored position.
    #[error("the stored position is not the expected one; another owner has moved it")]
    Fenced,
    /// Trying again may help: the same batch comes again after a while.
    #[error("the batch could not be taken now")]
    Transient(#[source] Cause),
    /// Trying again cannot help: the partition stops, with an alarm.
    #[error("the batch could not be taken")]
    Stop(#[source] Cause),
}

/// What went wrong behind the port.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;
