//! Asks the store and the broker where a partition stands, until both answer.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::Timestamp;
use holdfast_domain::intake::{LiveFrom, PartitionKey};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use tracing::warn;

use super::context::Context;
use super::partition::Standing;
use crate::error::chain;
use crate::handler::{BatchHandler, HandleError};

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Where the partition stands. Tries for as long as it takes: the caller drops the call when the
/// partition goes. Where nobody ever read it, records older than `live_since` are backfill.
pub(super) async fn standing(
    consumer: &Arc<BaseConsumer<Context>>,
    handler: &Arc<dyn BatchHandler>,
    key: &PartitionKey,
    live_since: Timestamp,
) -> Standing {
    let mut wait = Duration::from_millis(200);
    loop {
        match try_once(consumer, handler, key, live_since).await {
            Ok(standing) => return standing,
            Err(error) => {
                let partition = format!("{}/{}", key.topic, key.partition);
                warn!(
                    partition,
                    error = chain(&error),
                    "asking where partition {partition} stands, again in {wait:?}"
                );
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(10));
    }
}

#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("the store did not say")]
    Store(#[source] HandleError),
    #[error("the broker did not say")]
    Broker(#[source] KafkaError),
    #[error("the question was dropped")]
    Dropped(#[source] tokio::task::JoinError),
}

async fn try_once(
    consumer: &Arc<BaseConsumer<Context>>,
    handler: &Arc<dyn BatchHandler>,
    key: &PartitionKey,
    live_since: Timestamp,
) -> Result<Standing, Unanswered> {
    let stored = handler.position(key).await.map_err(Unanswered::Store)?;
    let (low, high) = watermarks(consumer, key).await?;
    let live_from = if let Some(stored) = &stored {
        stored.live_from
    } else {
        let live_from = LiveFrom {
            offset: high,
            since: live_since,
        };
        let begun = handler.begin(key, live_from).await;
        begun.map_err(Unanswered::Store)?
    };
    Ok(Standing {
        stored,
        live_from,
        low,
        high,
    })
}

async fn watermarks(
    consumer: &Arc<BaseConsumer<Context>>,
    key: &PartitionKey,
) -> Result<(i64, i64), Unanswered> {
    let consumer = Arc::clone(consumer);
    let (topic, partition) = (key.topic.clone(), key.partition);
    let ask = move || consumer.fetch_watermarks(&topic, partition, ANSWER_WITHIN);
    tokio::task::spawn_blocking(ask)
        .await
        .map_err(Unanswered::Dropped)?
        .map_err(Unanswered::Broker)
}
