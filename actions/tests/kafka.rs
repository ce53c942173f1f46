//! The Kafka sender and the canary against a real broker.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use holdfast_actions::config::{ActionsConfig, HeartbeatConfig, KafkaConfig, Output};
use holdfast_actions::contract::{CLOUD_EVENT, Canary, Channel, CloudEvent};
use holdfast_actions::kafka::KafkaSender;
use holdfast_actions::{Handed, Heartbeat, Metrics, Parcel, SendError, Sender, heartbeat};
use holdfast_domain::testing::{ManualClock, T0};
use holdfast_domain::{Lane, MessageId, Sensitive};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message, OwnedMessage};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;

fn brokers() -> String {
    std::env::var("HOLDFAST_TEST_KAFKA").unwrap_or_else(|_| {
        panic!("HOLDFAST_TEST_KAFKA names no broker: run ./dev kafka start, or set it to host:port")
    })
}

/// A prefix that no other run uses.
#[expect(
    clippy::disallowed_methods,
    reason = "the topics of two test runs on one broker must not meet"
)]
fn fresh_prefix(name: &str) -> String {
    let nanos = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    format!("{name}-{}-{nanos}.", std::process::id())
}

fn config(name: &str) -> KafkaConfig {
    KafkaConfig {
        brokers: brokers(),
        topic_prefix: fresh_prefix(name),
        ..KafkaConfig::default()
    }
}

fn parcel(id: &str, key: &str) -> Parcel {
    Parcel {
        id: id.into(),
        channel: Channel::Actions,
        lane: Lane::Enforcement,
        topic: None,
        key: Some(key.into()),
        content_type: CLOUD_EVENT,
        body: Sensitive::new(format!("{{\"id\":\"{id}\"}}").into_bytes()),
        notice: None,
        headers: vec![("traceparent".into(), b"00-a-b-01".to_vec())],
        at: T0,
    }
}

/// Everything in partition 0 of a topic, until `count` records came.
fn read(topic: &str, count: usize) -> Vec<OwnedMessage> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .set("group.id", "reading-back")
        .create()
        .unwrap();
    let mut place = TopicPartitionList::new();
    place
        .add_partition_offset(topic, 0, Offset::Beginning)
        .unwrap();
    consumer.assign(&place).unwrap();
    let mut found = Vec::new();
    for _ in 0..100 {
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(200)) {
            found.push(message.detach());
        }
        if found.len() == count {
            return found;
        }
    }
    panic!("{} of {count} records came", found.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_keyed_by_author_and_says_what_it_is() {
    let config = config("keyed");
    let sender = KafkaSender::new(&config).unwrap();
    let handed = sender.send(&parcel("m1", "quiet-otter")).await.unwrap();
    assert_eq!(handed, Handed::Over);
    let topic = format!("{}holdfast.actions.v1", config.topic_prefix);
    let record = read(&topic, 1).remove(0);
    assert_eq!(record.key(), Some(&b"quiet-otter"[..]));
    assert_eq!(record.payload(), Some(&b"{\"id\":\"m1\"}"[..]));
    let headers: BTreeMap<_, _> = record
        .headers()
        .unwrap()
        .iter()
        .map(|header| (header.key.to_owned(), header.value.unwrap().to_vec()))
        .collect();
    assert_eq!(headers["content-type"], CLOUD_EVENT.as_bytes());
    assert_eq!(headers["traceparent"], b"00-a-b-01");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_of_one_author_come_in_the_order_in_which_they_were_sent() {
    let config = config("order");
    let sender = KafkaSender::new(&config).unwrap();
    for number in 0..20 {
        sender
            .send(&parcel(&number.to_string(), "quiet-otter"))
            .await
            .unwrap();
    }
    let topic = format!("{}holdfast.actions.v1", config.topic_prefix);
    let bodies: Vec<_> = read(&topic, 20)
        .iter()
        .map(|record| String::from_utf8(record.payload().unwrap().to_vec()).unwrap())
        .collect();
    let expected: Vec<_> = (0..20).map(|n| format!("{{\"id\":\"{n}\"}}")).collect();
    assert_eq!(bodies, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_stands_beside_the_topic_that_its_record_came_from() {
    let config = config("dlq");
    let sender = KafkaSender::new(&config).unwrap();
    let origin = format!("{}holdfast.posts.v1", config.topic_prefix);
    let letter = Parcel {
        channel: Channel::DeadLetters,
        topic: Some(origin.clone()),
        notice: Some(Sensitive::new(b"notice".to_vec())),
        ..parcel("m1", "fingerprint")
    };
    sender.send(&letter).await.unwrap();
    let record = read(&format!("{origin}.dlq"), 1).remove(0);
    assert_eq!(record.payload(), Some(&b"{\"id\":\"m1\"}"[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn brokers_that_do_not_answer_are_tried_again_later() {
    let sender = KafkaSender::new(&KafkaConfig {
        brokers: "127.0.0.1:1".into(),
        timeout_secs: 1,
        ..KafkaConfig::default()
    })
    .unwrap();
    let result = sender.send(&parcel("m1", "quiet-otter")).await;
    assert!(
        matches!(result, Err(SendError::NotNow { .. })),
        "{result:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_larger_than_the_broker_takes_is_refused_for_good() {
    let sender = KafkaSender::new(&config("large")).unwrap();
    let large = Parcel {
        body: Sensitive::new(vec![b'x'; 2_000_000]),
        ..parcel("m1", "quiet-otter")
    };
    let result = sender.send(&large).await;
    assert!(
        matches!(result, Err(SendError::Refused { .. })),
        "{result:?}"
    );
}

/// Counts the calls to a heartbeat's address.
async fn monitor() -> (String, Arc<Mutex<u32>>) {
    async fn count(State(calls): State<Arc<Mutex<u32>>>) {
        *calls.lock().unwrap() += 1;
    }
    let calls = Arc::new(Mutex::new(0));
    let app = Router::new()
        .route("/alive", get(count))
        .with_state(Arc::clone(&calls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/alive", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, calls)
}

fn canary(age: Duration) -> Parcel {
    let event = CloudEvent {
        specversion: "1.0".into(),
        id: "1".into(),
        source: "/holdfast/default".into(),
        event_type: Channel::Canary.event_type().into(),
        subject: None,
        time: T0.into(),
        datacontenttype: "application/json".into(),
        dataschema: Channel::Canary.schema_address(),
        sequence: None,
        traceparent: None,
        data: Canary {
            canary_id: MessageId::from_u128(1),
            put_at: (T0 - age).into(),
        },
    };
    Parcel {
        channel: Channel::Canary,
        key: None,
        body: Sensitive::new(serde_json::to_vec(&event).unwrap()),
        ..parcel("1", "")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_canary_that_comes_out_of_its_topic_in_time_sends_the_heartbeat() {
    let (url, calls) = monitor().await;
    let config = ActionsConfig {
        output: Output::Kafka,
        kafka: config("canary"),
        heartbeat: HeartbeatConfig {
            url: Some(url),
            allow_hosts: vec!["127.0.0.1".into()],
            ..HeartbeatConfig::default()
        },
        ..ActionsConfig::default()
    };
    let clock = Arc::new(ManualClock::at(T0));
    let metrics = Metrics::default();
    let heart = Heartbeat::new(&config.heartbeat, clock, metrics.clone()).unwrap();
    let sender = KafkaSender::new(&config.kafka).unwrap();
    // The topic exists before somebody listens, so that nothing is missed.
    let late = Duration::from_secs(61);
    sender.send(&canary(late)).await.unwrap();
    let stop = CancellationToken::new();
    let listening = tokio::spawn({
        let stop = stop.clone();
        let config = config.clone();
        async move { heartbeat::listen(&config, Arc::new(heart), stop).await }
    });
    tokio::time::timeout(Duration::from_mins(2), async {
        while *calls.lock().unwrap() == 0 {
            sender.send(&canary(late)).await.unwrap();
            sender.send(&canary(Duration::from_secs(1))).await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    })
    .await
    .expect("the heartbeat is sent");
    stop.cancel();
    listening.await.unwrap().unwrap();
    let count = |result| metrics.heartbeats.with_label_values(&[result]).get();
    assert!(count("late") >= 1, "the late ones came out, too");
    assert_eq!(count("sent"), u64::from(*calls.lock().unwrap()));
}
