//! Small regular work: timers on the elected instance, texts whose time is over, figures.

use std::time::Duration;

use holdfast_ingest::kafka::{KafkaControl, PartitionState};

use super::{Running, sleep};
use crate::wiring::Holdfast;

/// How often texts whose time is over are removed.
const PURGE: Duration = Duration::from_mins(10);
/// How often the Kafka intake is looked at.
const WATCH: Duration = Duration::from_secs(5);

/// Starts the regular work.
pub(super) fn start(holdfast: &Holdfast, running: &mut Running) {
    timers(holdfast, running);
    purge(holdfast, running);
}

/// Leases that ended, promises that were broken, actions without an answer: facts when they fire, on
/// one instance at a time, and by their claims once whoever that is.
fn timers(holdfast: &Holdfast, running: &mut Running) {
    let (timers, store) = (holdfast.timers(), holdfast.store.clone());
    let (name, stop) = (holdfast.instance.clone(), running.stop.clone());
    running.start("timers", async move {
        Ok(timers.run(store.as_ref(), &name, stop).await?)
    });
}

fn purge(holdfast: &Holdfast, running: &mut Running) {
    let (store, clock, stop) = (
        holdfast.store.clone(),
        holdfast.clock.clone(),
        running.stop.clone(),
    );
    running.start("purge", async move {
        while !stop.is_cancelled() {
            match store.purge_expired(clock.now()).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "removed {count} texts whose time was over"),
                Err(error) => {
                    tracing::warn!(%error, "texts whose time is over wait for the next round");
                }
            }
            sleep(PURGE, &stop).await;
        }
        Ok(())
    });
}

/// A stopped partition, or a topic that is not there, breaks the way to a person.
pub(super) fn watch_kafka(holdfast: &Holdfast, control: KafkaControl, running: &mut Running) {
    let (stop, health) = (running.stop.clone(), holdfast.health.clone());
    running.start("kafka-watch", async move {
        while !stop.is_cancelled() {
            let status = control.status();
            let stopped = status
                .partitions
                .iter()
                .filter(|p| p.state == PartitionState::Stopped);
            let stopped: Vec<_> = stopped
                .map(|p| format!("{}/{}", p.topic, p.partition))
                .collect();
            if stopped.is_empty() {
                health.mended("kafka");
            } else {
                health.fault(
                    "kafka",
                    format!("partitions are stopped: {}", stopped.join(", ")),
                );
            }
            sleep(WATCH, &stop).await;
        }
        Ok(())
    });
}
