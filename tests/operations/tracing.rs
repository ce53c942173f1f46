//! Spans reach an OTLP receiver, in the platform's own trace, without a word of what was written.

use serde_json::json;

use crate::house::{GOODBYE, House, Platform, event, hex, kafka_intake, until};
use crate::paging::webhook;
use crate::receiver::Receiver;

const TRACE: [u8; 16] = *b"\x4b\xf9\x2f\x35\x77\xb3\x4d\xa6\xa3\xce\x92\x9d\x0e\x0e\x47\x36";
const OTHER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn contains(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_runs_from_the_platforms_record_to_the_action_and_holds_no_text() {
    let (spans, platform_side) = (Receiver::start(), Receiver::start());
    let mut house = House::on_sqlite(|name| {
        let otlp = format!("otlp_endpoint = \"{}\"", spans.url("/v1/traces"));
        format!("{otlp}\n{}{}", webhook(&platform_side), kafka_intake(name))
    });
    let token = house.moderator();
    let platform = Platform::new(&house.name, 1).await;
    let server = house
        .serve_with(&[("OTEL_BSP_SCHEDULE_DELAY", "200")])
        .await;
    until("the topic is read", async || {
        house.screened(&platform.posts()).await > 0
    })
    .await;
    let trace = format!("00-{}-00f067aa0ba902b7-01", hex(&TRACE));
    // Two records of two traces may well stand in one batch: each keeps its own.
    let posts = platform.posts();
    for (id, author, text, trace) in [
        ("tea", "otter", "a quiet evening, tea and a film", OTHER),
        ("the-goodbye", "heron", GOODBYE, trace.as_str()),
    ] {
        let mut event = event(id, author, text);
        event["traceparent"] = json!(trace);
        let bytes = event.to_string();
        let sent = platform.feed.send_raw(&posts, author, bytes.as_bytes());
        sent.await.expect("the broker takes it");
    }
    until("the alert leaves", async || {
        !platform_side.calls("/out").is_empty()
    })
    .await;
    let alert = platform_side.calls("/out").remove(0);
    let header = |call: &crate::receiver::Call| {
        let value = call.headers.get("traceparent");
        value.map(|value| value.to_str().expect("text").to_owned())
    };
    assert_eq!(header(&alert), Some(trace.clone()), "the alert's trace");
    let body: serde_json::Value = serde_json::from_slice(&alert.body).expect("JSON");
    let case = body["data"]["case_id"].as_str().expect("a case").to_owned();

    house
        .command(
            server,
            &token,
            &format!("/v1/cases/{case}/claim"),
            &json!({}),
        )
        .await;
    let words = "Are you safe right now?";
    let decision = json!({
        "outcome": "support",
        "policy": "crisis.goodbye",
        "reason": "explicit goodbye",
        "actions": [{ "parts": [{ "do": "outreach" }], "message": words }],
    });
    house
        .command(
            server,
            &token,
            &format!("/v1/cases/{case}/decisions"),
            &decision,
        )
        .await;
    until("the action leaves", async || {
        platform_side.calls("/out").len() >= 2
    })
    .await;
    let action = platform_side.calls("/out").remove(1);
    assert_eq!(header(&action), Some(trace), "the action's trace");

    let exported = || -> Vec<u8> {
        let calls = spans.calls("/v1/traces").into_iter();
        calls.flat_map(|call| call.body.to_vec()).collect()
    };
    until("the record's and the sendings' spans arrive", async || {
        let bytes = exported();
        let ours = bytes.windows(TRACE.len()).filter(|part| *part == TRACE);
        // The record, the alert and the action.
        ours.count() >= 3 && contains(&bytes, b"record") && contains(&bytes, b"send")
    })
    .await;
    let bytes = exported();
    assert!(contains(&bytes, b"take_in"), "the batch has a span, too");
    for private in [
        GOODBYE,
        "end my life",
        words,
        "explicit goodbye",
        "heron",
        "tea and a film",
    ] {
        assert!(!contains(&bytes, private.as_bytes()), "{private}");
    }
}
