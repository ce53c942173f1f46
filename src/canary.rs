//! The synthetic post: proves every minute that the way from intake to the far end is open.
//!
//! It goes in as a platform's record would, over Kafka where Kafka is read, and its arrival at the
//! receiver sends the heartbeat. When something on the way breaks, the heartbeat stays away, and
//! whoever waits for it is alarmed by silence.

use std::time::Duration;

use holdfast_domain::intake::Origin;
use holdfast_domain::{PlatformId, Timestamp};
use holdfast_ingest::decode::Transport;
use holdfast_ingest::{Batch, BatchHandler, Decoder};
use holdfast_rules::builtin::CANARY_TEXT;
use serde_json::json;

use crate::serve::{Running, sleep};
use crate::wiring::Holdfast;

const SOURCE: &str = "canary";

/// Starts sending.
pub(crate) fn start(holdfast: &Holdfast, running: &mut Running) {
    let every = Duration::from_secs(holdfast.config.canary.every_secs);
    let marker = holdfast.config.ingest.synthetic_marker.clone();
    let platform = PlatformId::new(SOURCE).expect("a plain word is a name");
    let decoder = Decoder::new(&holdfast.config.ingest, holdfast.tenant(), platform);
    let (pipeline, clock, ids) = (
        holdfast.pipeline.clone(),
        holdfast.clock.clone(),
        holdfast.ids.clone(),
    );
    let (stop, health) = (running.stop.clone(), holdfast.health.clone());
    running.start("canary", async move {
        while !stop.is_cancelled() {
            let now = clock.now();
            let event = event(&ids.next().to_string(), &marker, now);
            let transport = Transport {
                origin: Origin::Http {
                    integrator: SOURCE.to_owned(),
                    item: 0,
                },
                key: None,
                time: Some(now),
                received_at: now,
            };
            let batch = Batch {
                tenant: decoder.tenant().clone(),
                source: SOURCE.to_owned(),
                records: vec![decoder.json(transport, event.as_bytes())],
                advance: None,
            };
            match pipeline.handle(&batch).await {
                Ok(()) => health.mended("canary"),
                Err(error) => {
                    tracing::warn!(%error, "the synthetic post was not taken in");
                    health.fault("canary", "the synthetic post was not taken in");
                }
            }
            sleep(every, &stop).await;
        }
        Ok(())
    });
}

fn event(id: &str, marker: &str, now: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(now.as_micros())
        .unwrap_or_default()
        .to_string();
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "/holdfast/canary",
        "type": "holdfast.post.created.v1",
        "time": time,
        "holdfastsynthetic": marker,
        "datacontenttype": "application/json",
        "data": {
            "post_id": id,
            "kind": "post",
            "community_id": SOURCE,
            "author": { "pseudonym": SOURCE },
            "text": CANARY_TEXT,
            "language": "en",
            "created_at": time,
        },
    })
    .to_string()
}
