//! The synthetic post: proves every minute that the way from intake to the far end is open.
//!
//! It goes in as a platform's record would: over Kafka where Kafka is read, to each partition of the
//! posts' topics in turn, else through the intake. Its arrival at the receiver sends the heartbeat.
//! When something on the way breaks, the heartbeat stays away, and whoever waits for it is alarmed by
//! silence; and since the sender knows what it sent, the crisis path names what did not come out.

mod tracking;
mod ways;

use std::time::Duration;

use holdfast_domain::{IdSource, MessageId, Post, Timestamp};
use holdfast_event_store::OutgoingStatus;
use holdfast_rules::builtin::CANARY_TEXT;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::serve::{Running, sleep};
use crate::wiring::Holdfast;

use tracking::{Found, Tracking};
use ways::Ways;

/// The author and community of synthetic posts.
const NAME: &str = "holdfast-canary";
/// How often it is seen what came out.
const LOOK: Duration = Duration::from_secs(2);

/// Whether a post that bears the marker is one of ours. Whatever else bears it is somebody's post: the
/// marker takes nothing out of a person's sight but these words.
pub(crate) fn is_ours(post: &Post) -> bool {
    post.synthetic
        && post.author.pseudonym.reveal() == NAME
        && post.community.as_str() == NAME
        && post.text.reveal() == CANARY_TEXT
        && post.content_warning.is_none()
        && post.reply_context.is_empty()
}

/// The outbox message of a synthetic post: the same wherever it is asked for, so that its sender can
/// follow it although another instance may judge it.
pub(crate) fn message_of(post: &Post) -> MessageId {
    message(
        post.tenant.as_str(),
        post.platform.as_str(),
        post.external_id.reveal(),
    )
}

fn message(tenant: &str, platform: &str, post: &str) -> MessageId {
    let mut hash = Sha256::new();
    for part in ["holdfast canary", tenant, platform, post] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    MessageId::from(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Starts sending.
pub(crate) fn start(holdfast: &Holdfast, running: &mut Running) -> anyhow::Result<()> {
    let canary = Canary {
        ways: Ways::of(holdfast)?,
        marker: holdfast.config.ingest.synthetic_marker.clone(),
        store: holdfast.store.clone(),
        clock: holdfast.clock.clone(),
        ids: holdfast.ids.clone(),
        health: holdfast.health.clone(),
        tracking: Tracking::new(Duration::from_secs(
            holdfast.config.actions.heartbeat.max_age_secs,
        )),
    };
    let every = Duration::from_secs(holdfast.config.canary.every_secs);
    let stop = running.stop.clone();
    running.start("canary", async move {
        let mut canary = canary;
        let mut due = canary.clock.now();
        while !stop.is_cancelled() {
            if due <= canary.clock.now() {
                due = canary.clock.now() + every;
                canary.send().await;
            }
            canary.look().await;
            sleep(LOOK.min(every), &stop).await;
        }
        Ok(())
    });
    Ok(())
}

struct Canary {
    ways: Ways,
    marker: String,
    store: std::sync::Arc<dyn holdfast_event_store::AnyStore>,
    clock: std::sync::Arc<dyn holdfast_domain::Clock>,
    ids: std::sync::Arc<dyn IdSource>,
    health: std::sync::Arc<crate::health::Health>,
    tracking: Tracking,
}

impl Canary {
    /// Sends one the next way, and one each way that owes one.
    async fn send(&mut self) {
        let ways = match self.ways.next(&self.tracking.owing()).await {
            Ok(ways) => ways,
            Err(problem) => return self.not_sent(&problem),
        };
        for way in ways {
            let id = self.ids.next();
            let now = self.clock.now();
            let event = event(id, &self.marker, now);
            match self.ways.send(&way, &event, now).await {
                Ok(()) => {
                    self.health.mended("canary");
                    let post = id.to_string();
                    let message = message(way.tenant.as_str(), way.platform.as_str(), &post);
                    tracing::debug!(post.id = %id, way = %way.name, "a synthetic post is on its way");
                    self.tracking.sent(&way.name, message, now);
                }
                Err(problem) => self.not_sent(&problem),
            }
        }
    }

    fn not_sent(&self, problem: &str) {
        tracing::warn!(problem, "the synthetic post did not get in");
        self.health.fault(
            "canary",
            format!("the synthetic post does not get in: {problem}"),
        );
    }

    /// Sees which have come out.
    async fn look(&mut self) {
        for message in self.tracking.on_their_way() {
            // Whether the store answers is another check's business.
            let Ok(found) = self.store.message(message).await else {
                return;
            };
            let found = match found.map(|found| found.status) {
                None => Found::NotJudged,
                Some(OutgoingStatus::Sent | OutgoingStatus::Answered) => Found::Out,
                Some(_) => Found::Waiting,
            };
            self.tracking.saw(message, found);
        }
        let complaints = self.tracking.complaints(self.clock.now());
        self.health.found("synthetic posts", &complaints);
    }
}

/// What a platform would send, with our marker. Its trace is named after it.
fn event(id: Uuid, marker: &str, now: Timestamp) -> String {
    let time = jiff::Timestamp::from_microsecond(now.as_micros())
        .unwrap_or_default()
        .to_string();
    let span = (id.as_u128() as u64).max(1);
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "/holdfast/canary",
        "type": "holdfast.post.created.v1",
        "time": time,
        "traceparent": format!("00-{}-{span:016x}-01", id.simple()),
        "holdfastsynthetic": marker,
        "datacontenttype": "application/json",
        "data": {
            "post_id": id,
            "kind": "post",
            "community_id": NAME,
            "author": { "pseudonym": NAME },
            "text": CANARY_TEXT,
            "language": "en",
            "created_at": time,
        },
    })
    .to_string()
}
