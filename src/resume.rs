//! Lets a stopped partition go on: moves the stored position and records what nobody screened.

use anyhow::Context;
use holdfast_domain::event::IntakeResumed;
use holdfast_domain::intake::{PartitionKey, PositionAdvance};
use holdfast_domain::{Actor, EventId, KeyOwner, NewEvent, Prose, StreamId};
use holdfast_event_store::{Append, Expected};
use holdfast_ingest::kafka::{digest, look};

use crate::wiring::Holdfast;

/// The range that nobody screened.
pub(crate) struct Resumed {
    /// Its first offset.
    pub(crate) from: i64,
    /// Where reading goes on.
    pub(crate) to: i64,
}

/// Moves the partition's position to the first record that is still there, in one append with the
/// fact of it.
pub(crate) async fn resume(
    holdfast: &Holdfast,
    topic: &str,
    partition: i32,
    reason: &str,
) -> anyhow::Result<Resumed> {
    anyhow::ensure!(
        !reason.trim().is_empty(),
        "say why with --reason; it stands in the log"
    );
    let kafka = &holdfast.config.ingest.kafka;
    let (asked, name) = (kafka.clone(), topic.to_owned());
    let place = tokio::task::spawn_blocking(move || look(&asked, &name, partition))
        .await
        .context("looking at the partition was cut short")??;
    let key = PartitionKey {
        cluster: place.cluster,
        group: kafka.group.clone(),
        topic: topic.to_owned(),
        partition,
    };
    let stored = holdfast
        .store
        .position(&key)
        .await?
        .context("the partition has no stored position")?;
    // A topic that was made anew begins at 0; one whose records were deleted begins later.
    let to = if stored.next > place.high {
        place.low
    } else {
        stored.next.max(place.low)
    };
    let event = IntakeResumed {
        source: format!("{topic}/{partition}"),
        unscreened_from: stored.next,
        resumed_at: to,
        reason: Prose::clear(KeyOwner::Tenant, reason),
    };
    let subscription = kafka
        .subscriptions
        .iter()
        .find(|one| one.all_topics().any(|name| name == topic));
    let tenant = subscription
        .context("no subscription reads that topic")?
        .tenant
        .clone();
    let mut append = Append::new(tenant).with_events(
        StreamId::Intake(event.source.clone()),
        Expected::Any,
        [NewEvent {
            id: EventId::fresh(holdfast.ids.as_ref()),
            occurred_at: holdfast.clock.now(),
            actor: Actor::Operator,
            causation: None,
            correlation: None,
            event: event.into(),
        }],
    );
    append.positions.push(PositionAdvance {
        partition: key,
        expected: Some(stored.next),
        next: to,
        last_digest: digest::UNVERIFIED,
    });
    holdfast.store.append(append).await?;
    Ok(Resumed {
        from: stored.next,
        to,
    })
}
