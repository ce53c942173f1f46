//! What tests of the whole binary share: a place of their own, its processes, and waiting.

mod site;

use std::time::Duration;

use holdfast_demo::{Feed, create_topics};

pub(crate) use site::Site;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Where the tests' Kafka listens.
pub(crate) fn kafka() -> String {
    std::env::var("HOLDFAST_TEST_KAFKA").expect("no Kafka for the tests; run ./dev kafka start")
}

/// Makes the topics that a platform writes to, and `more`; gives a platform's pen.
pub(crate) async fn inbound_topics(prefix: &str, more: &[&str], partitions: i32) -> Feed {
    let inbound = [
        "posts",
        "reports",
        "appeals",
        "profile-hints",
        "action-results",
        "outreach",
    ];
    let topics: Vec<String> = inbound
        .iter()
        .chain(more)
        .map(|topic| format!("{prefix}holdfast.{topic}.v1"))
        .collect();
    let made = create_topics(&kafka(), &topics, partitions).await;
    made.expect("topics can be made");
    Feed::connect(&kafka()).expect("a producer")
}

/// The sections of an intake from such topics.
pub(crate) fn kafka_intake(prefix: &str) -> String {
    format!(
        r#"
[ingest.kafka]
enabled = true
bootstrap_servers = "{kafka}"
group = "{prefix}group"
drain_ms = 2000
# A killed instance is missed soon, so that tests need not wait for it.
properties = {{ "session.timeout.ms" = "6000", "heartbeat.interval.ms" = "1000" }}

[[ingest.kafka.subscriptions]]
platform = "forum"
topic_prefix = "{prefix}"
"#,
        kafka = kafka()
    )
}

/// Waits for something to become true.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(
            tokio::time::Instant::now() < deadline,
            "gave up waiting: {what}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
