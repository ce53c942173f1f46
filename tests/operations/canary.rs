//! The synthetic post travels over Kafka, and its absence is seen.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;

use crate::house::{House, Platform, kafka, kafka_intake, until};
use crate::receiver::Receiver;

fn with_heartbeat(name: &str, receiver: &Receiver) -> String {
    format!(
        r#"{intake}
[actions]
output = "kafka"

[actions.kafka]
brokers = "{kafka}"
topic_prefix = "{name}."

[actions.heartbeat]
url = "{url}"
max_age_secs = 10
allow_hosts = ["127.0.0.1"]

[canary]
every_secs = 2
"#,
        intake = kafka_intake(name),
        kafka = kafka(),
        url = receiver.url("/alive"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synthetic_post_comes_out_as_a_heartbeat_and_a_lost_topic_is_seen_by_its_absence() {
    let receiver = Receiver::start();
    let mut house = House::on_sqlite(|name| with_heartbeat(name, &receiver));
    let platform = Platform::new(&house.name, 2).await;
    let server = house.serve().await;
    until("heartbeats arrive", async || {
        receiver.calls("/alive").len() >= 3
    })
    .await;
    house.until_crisis_path(server, 200, "open").await;
    let topic = platform.posts();
    until("synthetic posts came over both partitions", async || {
        house.screened(&format!("{topic}/0")).await > 0
            && house.screened(&format!("{topic}/1")).await > 0
    })
    .await;
    they_count_in_no_figure(&house, server).await;

    delete(&topic).await;
    house.until_crisis_path(server, 503, "synthetic post").await;
    let (_, says) = house.crisis_path(server).await;
    assert!(says.contains(&topic), "it names the topic: {says}");
    // What was under way comes out; then there is silence.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let heard = receiver.calls("/alive").len();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(receiver.calls("/alive").len(), heard, "nothing says alive");
}

async fn they_count_in_no_figure(house: &House, server: usize) {
    let (_, metrics) = house.status(server, "/metrics").await;
    let counted = |name: &str| -> f64 {
        let lines = metrics.lines().filter(|line| line.starts_with(name));
        lines
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    };
    for name in ["holdfast_posts_ingested_total", "holdfast_open_cases"] {
        assert!(counted(name) == 0.0, "{name} counts synthetic posts");
    }
    let log = house.log().await;
    let opened = |name: &&str| *name == "CaseOpened";
    let facts = log.iter().map(|envelope| envelope.event.event_type());
    assert_eq!(facts.filter(|name| opened(name)).count(), 0);
}

async fn delete(topic: &str) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", kafka())
        .create()
        .expect("a client");
    let deleted = admin.delete_topics(&[topic], &AdminOptions::new()).await;
    deleted.expect("the broker answers")[0]
        .as_ref()
        .expect("the topic goes");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_kafka_the_synthetic_post_goes_through_the_intake() {
    let receiver = Receiver::start();
    let mut house = House::on_sqlite(|_| {
        format!(
            r#"
[actions.heartbeat]
url = "{url}"
allow_hosts = ["127.0.0.1"]

[canary]
every_secs = 2
"#,
            url = receiver.url("/alive")
        )
    });
    let server = house.serve().await;
    until("heartbeats arrive", async || {
        receiver.calls("/alive").len() >= 2
    })
    .await;
    house.until_crisis_path(server, 200, "open").await;
    they_count_in_no_figure(&house, server).await;
}
