//! An event as one JSON text: never a panic, never a word of it in a refusal, and the same message by every way in.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_domain::intake::Received;
use holdfast_fuzz::intake::{NOW, decoder, must_agree, must_hold, transport};
use holdfast_ingest::decode::KafkaRecord;
use holdfast_ingest::decode::http::Mode;
use http::HeaderMap;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|record: &[u8]| {
    let structured = from_kafka(
        record,
        vec![("content-type", b"application/cloudevents+json".as_slice())],
    );
    must_hold(&structured, record);
    let unsaid = decoder().json(transport(), record);
    must_agree(&structured, &unsaid);
    for mode in [Mode::Structured, Mode::Plain] {
        let received = decoder().http("bridge", mode, &HeaderMap::new(), record, NOW);
        must_hold(&received, record);
        must_agree(&structured, &received);
    }
    if structured.content.is_ok() {
        let event = serde_json::from_slice(record).expect("it was read as JSON");
        must_agree(&structured, &in_binary_mode(&event));
    }
    for received in decoder()
        .http_batch("bridge", record, NOW)
        .into_iter()
        .flatten()
    {
        assert!(!received.event_key.reveal().is_empty());
    }
});

fn from_kafka(value: &[u8], headers: Vec<(&str, &[u8])>) -> Received {
    let record = KafkaRecord {
        topic: "posts",
        partition: 0,
        offset: 7,
        key: None,
        value: Some(value),
        time: Some(NOW),
        headers,
    };
    decoder().kafka(&record, NOW)
}

/// The same event with its attributes as headers. Fields that are no attribute of ours stay behind.
fn in_binary_mode(event: &Value) -> Received {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let names = [
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "holdfastsynthetic",
    ];
    let attributes = names.map(|name| {
        (
            format!("ce_{name}"),
            event.get(name).filter(|value| !value.is_null()).map(text),
        )
    });
    let headers = attributes
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_ref()?.as_bytes())));
    match (&event["data"], event["data_base64"].as_str()) {
        (Value::Null, Some(encoded)) => {
            let data = STANDARD.decode(encoded).expect("it was read as base64");
            from_kafka(&data, headers.collect())
        }
        (data, _) => from_kafka(data.to_string().as_bytes(), headers.collect()),
    }
}
