//! An event in headers and a body, written as in a mail: `name: value` lines, an empty line, the data. Never a panic,
//! never a word of it in a refusal; and a dead letter that is read again comes to the same.

#![no_main]

use holdfast_domain::intake::{Received, RejectClass};
use holdfast_fuzz::intake::{NOW, decoder, must_agree, must_hold, transport};
use holdfast_ingest::decode::KafkaRecord;
use holdfast_ingest::decode::http::{Mode, mode};
use http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|record: &[u8]| {
    let (headers, data) = taken_apart(record);
    let on_kafka = KafkaRecord {
        topic: "posts",
        partition: 0,
        offset: 7,
        key: None,
        value: Some(data),
        time: Some(NOW),
        headers: headers.clone(),
    };
    let received = decoder().kafka(&on_kafka, NOW);
    must_hold(&received, data);
    must_read_again(&received);

    let headers = as_request(&headers);
    let received = decoder().http(
        "bridge",
        mode(&headers).unwrap_or(Mode::Binary),
        &headers,
        data,
        NOW,
    );
    must_hold(&received, data);
});

fn taken_apart(record: &[u8]) -> (Vec<(&str, &[u8])>, &[u8]) {
    let mut headers = Vec::new();
    let mut rest = record;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = &rest[..end];
        rest = &rest[end + 1..];
        if line.is_empty() {
            break;
        }
        let colon = line
            .windows(2)
            .position(|two| two == b": ")
            .unwrap_or(line.len());
        if let Ok(name) = std::str::from_utf8(&line[..colon]) {
            headers.push((name, line.get(colon + 2..).unwrap_or_default()));
        }
    }
    (headers, rest)
}

/// A request has its attributes under `ce-`, and no header that HTTP does not take.
fn as_request(headers: &[(&str, &[u8])]) -> HeaderMap {
    let header = |(name, value): &(&str, &[u8])| {
        let name = HeaderName::try_from(name.replacen("ce_", "ce-", 1)).ok()?;
        Some((name, HeaderValue::from_bytes(value).ok()?))
    };
    headers.iter().filter_map(header).collect()
}

fn must_read_again(received: &Received) {
    let Err(rejected) = &received.content else {
        return;
    };
    // Of a record beyond the limit only the head is kept, which reads otherwise.
    if rejected.class != RejectClass::TooLarge {
        let again = decoder().again(
            transport(),
            rejected.headers.reveal(),
            rejected.raw.reveal(),
        );
        must_agree(received, &again);
    }
}
