//! No bytes make the decoder panic, and nothing of a record's text comes back in a message.

use holdfast_domain::intake::{Incoming, Origin};
use holdfast_domain::testing::T0;
use holdfast_domain::{PlatformId, TenantId};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::http::Mode;
use super::{Decoder, KafkaRecord, Transport};
use crate::config::IngestConfig;
use crate::contract::{
    ActionResultData, AppealData, EventType, OutreachData, PostData, PostDeletedData,
    ProfileHintData, ReportData, message_types,
};

fn decoder() -> Decoder {
    Decoder::new(
        &IngestConfig::default(),
        TenantId::default(),
        PlatformId::new("forum").unwrap(),
    )
}

fn origin() -> Origin {
    Origin::File {
        name: "posts.ndjson".to_owned(),
        line: 1,
    }
}

/// Bytes that are often nearly an event: an example with some bytes replaced, cut or added.
fn nearly_an_event() -> impl Strategy<Value = Vec<u8>> {
    let examples: Vec<Vec<u8>> = message_types()
        .into_iter()
        .map(|m| m.example.to_string().into_bytes())
        .collect();
    let damage = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let broken = (
        prop::sample::select(examples),
        damage,
        any::<Option<prop::sample::Index>>(),
    )
        .prop_map(|(mut bytes, damage, cut)| {
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        });
    prop_oneof![4 => broken, 1 => proptest::collection::vec(any::<u8>(), 0..300)]
}

/// Any JSON where a field belongs.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z ,`'\"]{0,12} SECRET[a-z ,`'\"]{0,12}".prop_map(Value::from),
        "a SECRET, expected a string".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("a SECRET[a-z]{0,4}", inner, 0..4)
                .prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in nearly_an_event(), header in "(ce_[a-z]{0,8}|content-type|traceparent)", value: Vec<u8>) {
        let headers = vec![(header.as_str(), value.as_slice())];
        let record = KafkaRecord { topic: "t", partition: 0, offset: 0, key: None, value: Some(&bytes), time: None, headers };
        let _ = decoder().kafka(&record, T0);
        let _ = decoder().json(Transport { origin: origin(), key: None, time: None, received_at: T0 }, &bytes);
        let _ = decoder().http_batch("i", &bytes, T0);
        let mut headers = HeaderMap::new();
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(header.replace('_', "-")), HeaderValue::from_bytes(&value)) {
            headers.insert(name, value);
        }
        for mode in [Mode::Binary, Mode::Structured, Mode::Plain] {
            let _ = decoder().http("i", mode, &headers, &bytes, T0);
        }
    }

    #[test]
    fn a_refusal_never_repeats_what_stood_in_the_record(
        kind in prop::sample::select(EventType::ALL.to_vec()),
        at: prop::sample::Index,
        value in any_json(),
        in_data: bool,
    ) {
        let mut event = message_types().into_iter().find(|m| m.event_type == kind).unwrap().example;
        let object = if in_data { &mut event["data"] } else { &mut event };
        let names: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
        object[at.get(&names).as_str()] = value;
        let transport = Transport { origin: origin(), key: None, time: None, received_at: T0 };
        let received = decoder().json(transport, event.to_string().as_bytes());
        if let Err(rejected) = &received.content {
            prop_assert!(!rejected.message.contains("SECRET"), "{}", rejected.message);
        }
        let printed = format!("{received:?}");
        prop_assert!(!printed.contains("SECRET"));
    }

    #[test]
    fn a_text_arrives_as_it_was_written(text in "\\PC{0,200}") {
        let mut event = message_types().swap_remove(0).example;
        event["data"]["text"] = json!(text);
        let transport = Transport { origin: origin(), key: None, time: None, received_at: T0 };
        let received = decoder().json(transport, event.to_string().as_bytes());
        let Ok(Incoming::Post(post)) = received.content else { panic!("a post") };
        prop_assert_eq!(post.text.reveal(), &text);
    }
}

#[test]
fn every_message_reads_back_as_it_was_written() {
    fn round_trip<
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    >(
        data: &Value,
    ) {
        let message: T = serde_json::from_value(data.clone()).unwrap();
        let again: T = serde_json::from_str(&serde_json::to_string(&message).unwrap()).unwrap();
        assert_eq!(message, again);
        assert_eq!(&serde_json::to_value(&message).unwrap(), data);
    }
    for message in message_types() {
        let data = &message.example["data"];
        match message.event_type {
            EventType::PostCreated | EventType::PostEdited => round_trip::<PostData>(data),
            EventType::PostDeleted => round_trip::<PostDeletedData>(data),
            EventType::ReportCreated => round_trip::<ReportData>(data),
            EventType::AppealCreated => round_trip::<AppealData>(data),
            EventType::ProfileHint => round_trip::<ProfileHintData>(data),
            EventType::ActionResult => round_trip::<ActionResultData>(data),
            EventType::OutreachDelivered | EventType::OutreachRead | EventType::OutreachReplied => {
                round_trip::<OutreachData>(data);
            }
        }
    }
}
