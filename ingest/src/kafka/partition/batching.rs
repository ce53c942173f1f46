//! The batch that fills, and the batch on its way.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::intake::{PartitionKey, PositionAdvance, Received};
use holdfast_domain::{TenantId, Timestamp};

use crate::config::BatchConfig;
use crate::handler::Batch;
use crate::kafka::digest;

/// Records that wait to be handed on.
#[derive(Debug, Default)]
pub(super) struct Filling {
    records: Vec<Received>,
    bytes: usize,
    since: Timestamp,
    next: i64,
    /// Key and value of the last record: only that one's digest is needed, once per batch.
    last_key: Option<Vec<u8>>,
    last_value: Option<Vec<u8>>,
}

impl Filling {
    pub(super) fn push(
        &mut self,
        received: Received,
        offset: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        now: Timestamp,
    ) {
        if self.records.is_empty() {
            self.since = now;
        }
        self.bytes += key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len);
        self.next = offset + 1;
        keep(&mut self.last_key, key);
        keep(&mut self.last_value, value);
        self.records.push(received);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn is_full(&self, config: &BatchConfig) -> bool {
        self.records.len() >= config.max_records || self.bytes >= config.max_bytes
    }

    pub(super) fn is_due(&self, config: &BatchConfig, now: Timestamp) -> bool {
        !self.records.is_empty()
            && (self.is_full(config) || now.since(self.since) >= config.max_wait())
    }

    /// Closes the batch, and begins the next one.
    pub(super) fn close(
        &mut self,
        key: &PartitionKey,
        tenant: &TenantId,
        expected: Option<i64>,
    ) -> Option<InFlight> {
        if self.records.is_empty() {
            return None;
        }
        let batch = Batch {
            tenant: tenant.clone(),
            source: format!("{}/{}", key.topic, key.partition),
            advance: Some(PositionAdvance {
                partition: key.clone(),
                expected,
                next: self.next,
                last_digest: digest::of(self.last_key.as_deref(), self.last_value.as_deref()),
            }),
            records: std::mem::take(&mut self.records),
        };
        self.bytes = 0;
        Some(InFlight {
            batch: Arc::new(batch),
            next: self.next,
            attempts: 1,
            retry_at: None,
        })
    }
}

/// Keeps a copy in memory that is already there.
fn keep(slot: &mut Option<Vec<u8>>, bytes: Option<&[u8]>) {
    match (slot.as_mut(), bytes) {
        (Some(kept), Some(bytes)) => {
            kept.clear();
            kept.extend_from_slice(bytes);
        }
        (_, bytes) => *slot = bytes.map(<[u8]>::to_vec),
    }
}

/// A batch that was handed on.
#[derive(Debug)]
pub(super) struct InFlight {
    pub(super) batch: Arc<Batch>,
    pub(super) next: i64,
    pub(super) attempts: u32,
    retry_at: Option<Timestamp>,
}

impl InFlight {
    /// Whether the handler has it right now.
    pub(super) const fn is_running(&self) -> bool {
        self.retry_at.is_none()
    }

    /// Waits a while: 0.2 s, then twice as long each time, up to 25.6 s.
    pub(super) fn retry_later(&mut self, now: Timestamp) {
        let wait = Duration::from_millis(100 << self.attempts.min(8));
        self.attempts += 1;
        self.retry_at = Some(now + wait);
    }

    pub(super) fn retry_if_due(&mut self, now: Timestamp) -> Option<Arc<Batch>> {
        self.retry_at.take_if(|at| *at <= now)?;
        Some(Arc::clone(&self.batch))
    }
}
