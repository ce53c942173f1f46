//! A Holdfast of one test: folder, configuration, processes.

use std::ops::{Deref, DerefMut};
use std::process::ExitStatus;
use std::time::Duration;

use holdfast_demo::Feed;
use holdfast_domain::{EventEnvelope, ModerationEvent};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{self, Site, inbound_topics};
pub(crate) use crate::support::{PATIENCE, kafka, until};

/// What a member writes who has to reach a person.
pub(crate) const GOODBYE: &str = "This is goodbye, I am going to end my life tonight.";
const TOKEN: &str = "a platform's token";

/// One test's Holdfast, with an intake over HTTP.
pub(crate) struct House {
    site: Site,
}

impl Deref for House {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl DerefMut for House {
    fn deref_mut(&mut self) -> &mut Site {
        &mut self.site
    }
}

impl House {
    /// A house on SQLite, with `sections` in its configuration; what stands before the first of them belongs to
    /// `[telemetry]`.
    pub(crate) fn on_sqlite(sections: impl Fn(&str) -> String) -> Self {
        Self::new(false, sections)
    }

    /// A house on PostgreSQL.
    pub(crate) fn on_postgres(sections: impl Fn(&str) -> String) -> Self {
        Self::new(true, sections)
    }

    fn new(on_postgres: bool, sections: impl Fn(&str) -> String) -> Self {
        let site = Site::new("ops", on_postgres);
        let secret = site.folder.join("webhook-secret");
        let written = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        std::fs::write(&secret, written).expect("the secret can be written");
        let sections = sections(&site.name).replace("SECRET", &secret.display().to_string());
        let token = hex(&Sha256::digest(TOKEN));
        site.configure(&format!(
            r#"{sections}

[[ingest.http.integrators]]
name = "forum"
platform = "forum"
token_sha256 = "{token}"

[review]
undo_secs = 0
secure_cookies = false
"#
        ));
        Self { site }
    }

    /// Runs a command of the real binary; answers whether it did it, and all that it said.
    pub(crate) fn holdfast(&self, arguments: &[&str], input: &str) -> (bool, String) {
        let (done, said, complaint) = self.site.command(arguments, input);
        (done, format!("{said}\n{complaint}").trim().to_owned())
    }

    /// Starts an instance and waits until it is ready.
    pub(crate) async fn serve(&mut self) -> usize {
        self.serve_with(&[]).await
    }

    /// What an instance has logged.
    pub(crate) fn logged(&self, server: usize) -> String {
        std::fs::read_to_string(self.log_file(server)).expect("a log")
    }

    /// Waits until an instance ends by itself.
    pub(crate) async fn until_it_ends(&mut self, server: usize) -> ExitStatus {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let child = &mut self.servers[server].child;
            if let Some(status) = child.try_wait().expect("the process is ours") {
                return status;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "gave up waiting: the instance ends by itself"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whether people could be paged, and what is said where not.
    pub(crate) async fn crisis_path(&self, server: usize) -> (u16, String) {
        self.status(server, "/healthz/crisis-path").await
    }

    /// Waits until the crisis path answers so.
    pub(crate) async fn until_crisis_path(&self, server: usize, status: u16, says: &str) {
        until(
            &format!("the crisis path answers {status} {says}"),
            async || {
                let (found, text) = self.crisis_path(server).await;
                found == status && text.contains(says)
            },
        )
        .await;
    }

    /// A post comes in over HTTP.
    pub(crate) async fn take_in(&self, server: usize, id: &str, author: &str, text: &str) {
        let request = self.http.post(self.url(server, "/v1/events"));
        let request = request.bearer_auth(TOKEN);
        let request = request.header("content-type", "application/cloudevents+json");
        let answer = request.body(event(id, author, text).to_string()).send();
        let answer = answer.await.expect("holdfast answers");
        let status = answer.status();
        let body = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "{status} {body}");
    }

    /// Commands over the API.
    pub(crate) async fn command(&self, server: usize, token: &str, path: &str, body: &Value) {
        self.post_as(server, token, path, body).await;
    }

    /// How many records of a source the log accounts for by now.
    pub(crate) async fn screened(&self, source: &str) -> u64 {
        let count = |envelope: &EventEnvelope| match &envelope.event {
            ModerationEvent::BatchAssessed(batch)
                if batch.stage == holdfast_domain::Stage::Triage =>
            {
                let ranges = batch.ranges.iter();
                let ours = ranges.filter(|range| range.source.starts_with(source));
                ours.map(|range| (range.last - range.first + 1) as u64)
                    .sum()
            }
            _ => 0,
        };
        self.log().await.iter().map(count).sum()
    }
}

/// Kafka of one test: its topics and a platform that writes to them.
pub(crate) struct Platform {
    pub(crate) feed: Feed,
    prefix: String,
}

impl Platform {
    /// Makes the topics of posts and the others.
    pub(crate) async fn new(name: &str, partitions: i32) -> Self {
        let prefix = format!("{name}.");
        let feed = inbound_topics(&prefix, &[], partitions).await;
        Self { feed, prefix }
    }

    pub(crate) fn posts(&self) -> String {
        format!("{}holdfast.posts.v1", self.prefix)
    }

    /// A member writes.
    pub(crate) async fn write(&self, id: &str, author: &str, text: &str) {
        let event = event(id, author, text).to_string();
        self.feed
            .send_raw(&self.posts(), author, event.as_bytes())
            .await
            .expect("the broker takes it");
    }
}

/// The configuration of an intake from such topics.
pub(crate) fn kafka_intake(name: &str) -> String {
    support::kafka_intake(&format!("{name}."))
}

/// A post as a platform sends it.
pub(crate) fn event(id: &str, author: &str, text: &str) -> Value {
    let micros = holdfast::system::clock().now().as_micros();
    let now = jiff::Timestamp::from_microsecond(micros).expect("a moment");
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "/forum",
        "type": "holdfast.post.created.v1",
        "time": now.to_string(),
        "datacontenttype": "application/json",
        "data": {
            "post_id": id,
            "kind": "comment",
            "community_id": "night-shift",
            "thread_id": "t-1",
            "author": { "pseudonym": author, "role": "member" },
            "text": text,
            "language": "en",
            "created_at": now.to_string(),
            "revision": 1,
        },
    })
}

/// Bytes as people write them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}
