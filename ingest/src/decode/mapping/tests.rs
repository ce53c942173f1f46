use holdfast_domain::intake::{Incoming, Origin, Received};
use holdfast_domain::testing::T0;
use holdfast_domain::{PlatformId, TenantId};
use serde_json::json;

use super::*;
use crate::config::IngestConfig;
use crate::decode::{Decoder, Transport};

fn discourse() -> Mapping {
    let config: MappingConfig = toml::from_str(include_str!("discourse.toml")).unwrap();
    Mapping::compile(&config).unwrap()
}

fn decode(record: &Value) -> Received {
    let decoder = Decoder::new(
        &IngestConfig::default(),
        TenantId::default(),
        PlatformId::new("forum").unwrap(),
    )
    .with_mapping(discourse());
    let origin = Origin::Kafka {
        topic: "discourse".to_owned(),
        partition: 0,
        offset: 1,
    };
    let transport = Transport {
        origin,
        key: None,
        time: None,
        received_at: T0,
    };
    decoder.json(transport, record.to_string().as_bytes())
}

fn record() -> Value {
    json!({
        "event": "post_created",
        "event_id": 55,
        "post": {
            "id": 9913, "topic_id": 771, "user_id": 48213, "topic_title": "Evening walk",
            "raw": "It helped.", "created_at": 1_772_399_045, "reply_to": null, "version": 1,
        },
    })
}

#[test]
fn numbers_become_ids_and_times_and_texts_are_joined() {
    let received = decode(&record());
    assert_eq!(received.event_key.reveal(), "mapping/forum 55");
    let Ok(Incoming::Post(post)) = received.content else {
        panic!("a post")
    };
    assert_eq!(post.external_id.reveal(), "9913");
    assert_eq!(post.author.pseudonym.reveal(), "48213");
    assert_eq!(post.text.reveal(), "Evening walk\n\nIt helped.");
    assert_eq!(post.created_at, Timestamp::from_secs(1_772_399_045));
    assert_eq!(post.community.as_str(), "support");
    assert_eq!((post.parent, post.revision.0), (None, 1));
}

#[test]
fn a_record_of_an_unknown_event_says_where_it_was_looked_for() {
    let mut record = record();
    record["event"] = json!("badge_granted to somebody");
    let rejected = decode(&record).content.unwrap_err();
    assert!(
        rejected
            .message
            .starts_with("field $.event: names no event")
    );
    assert!(!rejected.message.contains("badge"));
}

#[test]
fn a_missing_field_is_named_as_the_contract_names_it() {
    let mut record = record();
    record["post"].as_object_mut().unwrap().remove("user_id");
    assert_eq!(
        decode(&record).content.unwrap_err().message,
        "field author: is missing; it is required"
    );
}

#[test]
fn a_mapping_to_a_field_that_does_not_exist_is_refused_with_the_list() {
    let config = MappingConfig {
        event: Some("holdfast.post.created.v1".to_owned()),
        constants: [("colour".to_owned(), "red".to_owned())].into(),
        ..MappingConfig::default()
    };
    assert!(
        Mapping::compile(&config)
            .unwrap_err()
            .to_string()
            .contains("post_id")
    );
}

#[test]
fn milliseconds_and_seconds_are_told_apart() {
    let seconds = unix_time(&1_772_399_045.into());
    let millis = unix_time(&1_772_399_045_000_i64.into());
    assert_eq!(seconds, millis);
    assert_eq!(seconds, Some(json!("2026-03-01T21:04:05Z")));
}
