//! A store whose answers get lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::{EventEnvelope, Position, StreamId, TenantId};
use holdfast_event_store::{
    AnyStore, Append, AppendError, Appended, EventLog, OutgoingStatus, StoreError,
};
use tokio::sync::watch;

use crate::house::{House, hide};

/// Loses so many answers: of appends that were written, or that were not.
struct Lossy {
    store: Arc<dyn AnyStore>,
    left: AtomicU32,
    writes: bool,
    appends: AtomicU32,
}

#[async_trait]
impl EventLog for Lossy {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.appends.fetch_add(1, Ordering::SeqCst);
        let lost = |left: u32| left.checked_sub(1);
        if self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, lost)
            .is_err()
        {
            return self.store.append(append).await;
        }
        if self.writes {
            self.store.append(append).await?;
        }
        Err(AppendError::Unavailable("answer lost".into()))
    }

    async fn load(
        &self,
        tenant: &TenantId,
        stream: &StreamId,
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        self.store.load(tenant, stream).await
    }

    async fn load_many(
        &self,
        tenant: &TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        self.store.load_many(tenant, streams).await
    }

    async fn read_after(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        self.store.read_after(after, limit).await
    }

    async fn head(&self) -> Result<Option<Position>, StoreError> {
        self.store.head().await
    }

    fn appended(&self) -> watch::Receiver<u64> {
        self.store.appended()
    }
}

async fn sends_once_although_answers_get_lost(writes: bool) {
    let mut house = House::new().await;
    let log = Arc::new(Lossy {
        store: Arc::clone(&house.store),
        left: AtomicU32::new(3),
        writes,
        appends: AtomicU32::new(0),
    });
    house.log = Some(Arc::clone(&log) as Arc<dyn EventLog>);
    house.ask(hide(1, 1)).await;
    house.ask(hide(2, 2)).await;
    let mut relay = house.relay();
    for _ in 0..10 {
        relay.run_until_idle().await;
        house.pass(Duration::from_secs(2));
    }
    assert_eq!(house.actions_sent(), [1, 2], "each once, and in order");
    assert_eq!(house.status(2).await, OutgoingStatus::Sent);
    assert_eq!(
        house.facts(3).await,
        ["ActionDispatched", "ActionDispatched"]
    );
    let appends = log.appends.load(Ordering::SeqCst);
    house.pass(Duration::from_secs(5));
    relay.run_until_idle().await;
    let more = log.appends.load(Ordering::SeqCst) - appends;
    assert_eq!(more, 0, "nothing is left to be recorded");
}

#[tokio::test]
async fn a_mark_whose_answer_got_lost_is_neither_repeated_nor_stuck() {
    sends_once_although_answers_get_lost(true).await;
}

#[tokio::test]
async fn a_mark_that_could_not_be_written_is_written_later_without_sending_again() {
    sends_once_although_answers_get_lost(false).await;
}
