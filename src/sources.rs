//! What the sources of records (Kafka, HTTP, files) hand their batches to.

use async_trait::async_trait;
use holdfast_domain::intake::{LiveFrom, PartitionKey, StoredPosition};
use holdfast_event_store::{AppendError, StoreError};
use holdfast_ingest::{Batch, BatchHandler, HandleError};

use crate::crash::{CrashPoint, crash_at};
use crate::pipeline::Pipeline;

#[async_trait]
impl BatchHandler for Pipeline {
    async fn position(
        &self,
        partition: &PartitionKey,
    ) -> Result<Option<StoredPosition>, HandleError> {
        self.intake.position(partition).await.map_err(refused)
    }

    async fn begin(
        &self,
        partition: &PartitionKey,
        live_from: LiveFrom,
    ) -> Result<LiveFrom, HandleError> {
        self.intake
            .begin_position(partition, live_from)
            .await
            .map_err(refused)
    }

    async fn handle(&self, batch: &Batch) -> Result<(), HandleError> {
        self.take_in(batch).await.map_err(not_taken)?;
        // From here the source may tell Kafka; the stored position is what counts.
        crash_at(CrashPoint::BeforeOffsetCommit);
        Ok(())
    }
}

fn refused(error: StoreError) -> HandleError {
    if error.is_transient() {
        HandleError::Transient(error.into())
    } else {
        HandleError::Stop(error.into())
    }
}

fn not_taken(error: AppendError) -> HandleError {
    match error {
        AppendError::Fenced { .. } => HandleError::Fenced,
        error if error.is_transient() => HandleError::Transient(error.into()),
        error => HandleError::Stop(error.into()),
    }
}
