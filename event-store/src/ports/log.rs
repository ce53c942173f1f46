//! Reading the log, and the one door for writing.

use async_trait::async_trait;
use holdfast_domain::{EventEnvelope, Position, StreamId, TenantId};
use tokio::sync::watch;

use super::{Append, Appended};
use crate::error::{AppendError, StoreError};

/// The log of facts.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Writes everything of `append`, or nothing and says why. Joins the waiting appends of all
    /// callers into one transaction; each has its own outcome.
    ///
    /// Clear prose is sealed here; clear text never reaches the database. Returns after the
    /// transaction is durable.
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// All events of a stream, by version. Empty for an unknown stream. One query.
    async fn load(
        &self,
        tenant: &TenantId,
        stream: &StreamId,
    ) -> Result<Vec<EventEnvelope>, StoreError>;

    /// All events of several streams, by position. One query however many streams.
    async fn load_many(
        &self,
        tenant: &TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<EventEnvelope>, StoreError>;

    /// Up to `limit` events after a position (`None`: from the start), of all tenants, in log order.
    /// Positions are dense, so an event never appears behind a position already read.
    async fn read_after(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<EventEnvelope>, StoreError>;

    /// The last position; `None` for an empty log. One query.
    async fn head(&self) -> Result<Option<Position>, StoreError>;

    /// Changes when *this process* has appended; carries the number of events known to stand in the
    /// log. Other instances' appends are found by reading: wait for this with a time limit.
    fn appended(&self) -> watch::Receiver<u64>;

    /// Returns once the disk has failed while writing: nothing more is written, and the process had
    /// better end. Never returns otherwise.
    async fn disk_failed(&self) {
        std::future::pending::<()>().await;
    }
}
