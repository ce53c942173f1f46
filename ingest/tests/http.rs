//! The HTTP intake, through its router.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use holdfast_domain::intake::{
    Freshness, Incoming, LiveFrom, PartitionKey, Received, StoredPosition,
};
use holdfast_domain::testing::{ManualClock, T0};
use holdfast_ingest::contract::{EventType, message_types};
use holdfast_ingest::http::{HttpIntake, StaticTokens, router};
use holdfast_ingest::{Batch, BatchHandler, HandleError, IngestConfig, IngestMetrics};
use http::{Request, Response, StatusCode};
use prometheus::Registry;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower::ServiceExt;

#[derive(Default)]
struct Recorder {
    records: Mutex<Vec<Received>>,
    fail: Mutex<Option<HandleError>>,
    hold: Mutex<Option<Arc<Notify>>>,
}

#[async_trait]
impl BatchHandler for Recorder {
    async fn position(&self, _: &PartitionKey) -> Result<Option<StoredPosition>, HandleError> {
        unreachable!("HTTP has no positions")
    }

    async fn begin(&self, _: &PartitionKey, _: LiveFrom) -> Result<LiveFrom, HandleError> {
        unreachable!("HTTP has no positions")
    }

    async fn handle(&self, batch: &Batch) -> Result<(), HandleError> {
        let hold = self.hold.lock().unwrap().clone();
        if let Some(hold) = hold {
            hold.notified().await;
        }
        if let Some(error) = self.fail.lock().unwrap().take() {
            return Err(error);
        }
        assert_eq!(
            (batch.source.as_str(), &batch.advance),
            ("http/forum-bridge", &None)
        );
        self.records
            .lock()
            .unwrap()
            .extend(batch.records.iter().cloned());
        Ok(())
    }
}

fn intake(change: impl FnOnce(&mut IngestConfig)) -> (Router, Arc<Recorder>) {
    // The token is "open sesame".
    let mut config: IngestConfig = toml::from_str(
        "[[http.integrators]]\nname = 'forum-bridge'\nplatform = 'forum'\n\
         token_sha256 = '41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb'",
    )
    .unwrap();
    change(&mut config);
    assert_eq!(config.problems(), Vec::<String>::new());
    let recorder = Arc::new(Recorder::default());
    let intake = HttpIntake::new(
        Arc::new(config.clone()),
        Arc::clone(&recorder) as Arc<dyn BatchHandler>,
        Arc::new(StaticTokens::new(&config.http.integrators)),
        Arc::new(ManualClock::at(T0)),
        IngestMetrics::register(&Registry::new()).unwrap(),
    );
    (router(intake), recorder)
}

fn request(content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post("/v1/events")
        .header("authorization", "Bearer open sesame")
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}

async fn send(router: &Router, request: Request<Body>) -> Response<Body> {
    router.clone().oneshot(request).await.unwrap()
}

async fn body(response: Response<Body>) -> Value {
    let bytes = axum::body::to_bytes(response.into_body(), 1_000_000)
        .await
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn example() -> Value {
    message_types()
        .into_iter()
        .find(|m| m.event_type == EventType::PostCreated)
        .unwrap()
        .example
}

const STRUCTURED: &str = "application/cloudevents+json; charset=utf-8";
const BATCH: &str = "application/cloudevents-batch+json";

#[tokio::test]
async fn an_event_reads_the_same_in_binary_and_structured_mode() {
    let (router, recorder) = intake(|_| {});
    let event = example();
    let response = send(&router, request(STRUCTURED, event.to_string())).await;
    assert_eq!(response.status(), StatusCode::OK);
    let mut binary = request("application/json", event["data"].to_string());
    for name in ["specversion", "id", "source", "type", "time"] {
        let value = event[name].as_str().unwrap().replace('/', "%2F");
        binary.headers_mut().insert(
            http::HeaderName::try_from(format!("ce-{name}")).unwrap(),
            value.parse().unwrap(),
        );
    }
    assert_eq!(send(&router, binary).await.status(), StatusCode::OK);
    let records = recorder.records.lock().unwrap();
    assert_eq!(
        records[0].content.as_ref().unwrap(),
        records[1].content.as_ref().unwrap()
    );
    assert_eq!(records[0].event_key, records[1].event_key);
    assert!(matches!(records[0].content, Ok(Incoming::Post(_))));
}

#[tokio::test]
async fn each_event_of_a_batch_has_its_own_answer_and_a_bad_one_spoils_no_other() {
    let (router, recorder) = intake(|_| {});
    let mut bad = example();
    bad["data"]["community_id"] = json!(7);
    let batch = json!([example(), bad, example()]);
    let response = send(&router, request(BATCH, batch.to_string())).await;
    assert_eq!(response.status(), StatusCode::MULTI_STATUS);
    assert_eq!(
        body(response).await,
        json!({ "items": [
            { "item": 0, "status": 200 },
            { "item": 1, "status": 422, "problem":
                "field data.community_id: is a number, expected a string. Kept as a dead letter; a person will look at it." },
            { "item": 2, "status": 200 },
        ] }),
    );
    // The bad one was handed on as well: it may be a cry for help.
    let records = recorder.records.lock().unwrap();
    assert_eq!(
        records
            .iter()
            .map(|r| r.content.is_ok())
            .collect::<Vec<_>>(),
        [true, false, true]
    );
}

#[tokio::test]
async fn an_event_sent_again_is_answered_like_the_first_time() {
    let (router, recorder) = intake(|_| {});
    for _ in 0..2 {
        let response = send(&router, request(STRUCTURED, example().to_string())).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            body(response).await,
            json!({ "items": [{ "item": 0, "status": 200 }] })
        );
    }
    let records = recorder.records.lock().unwrap();
    assert_eq!(records[0].event_key, records[1].event_key);
}

#[tokio::test]
async fn what_is_no_event_at_all_is_kept_and_refused_with_the_reason() {
    let (router, recorder) = intake(|_| {});
    let response = send(&router, request("application/json", "{\"text\":")).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        body(response).await["items"][0]["problem"]
            .as_str()
            .unwrap()
            .contains("not JSON")
    );
    assert_eq!(recorder.records.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_known_token_nothing_is_read() {
    let (router, recorder) = intake(|_| {});
    for authorization in ["Bearer open", "Basic open sesame", "Bearer"] {
        let mut request = request(STRUCTURED, example().to_string());
        request
            .headers_mut()
            .insert("authorization", authorization.parse().unwrap());
        let response = send(&router, request).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
    }
    assert!(recorder.records.lock().unwrap().is_empty());
}

#[tokio::test]
async fn another_media_type_and_a_body_that_is_too_large_are_refused() {
    let (router, _) = intake(|config| config.http.max_request_bytes = 100);
    let response = send(&router, request("text/plain", "hello")).await;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let response = send(&router, request("application/cloudevents+avro", "hello")).await;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let response = send(&router, request(STRUCTURED, "x".repeat(101))).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        body(response).await["type"],
        "urn:holdfast:problem:too-large"
    );
}

#[tokio::test]
async fn a_batch_with_too_many_events_or_that_is_no_list_is_refused() {
    let (router, _) = intake(|config| config.http.max_batch_events = 1);
    let batch = json!([example(), example()]).to_string();
    assert_eq!(
        send(&router, request(BATCH, batch)).await.status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(
        send(&router, request(BATCH, "{}")).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_full_intake_says_when_to_come_again() {
    let (router, recorder) = intake(|config| config.http.max_waiting = 1);
    let hold = Arc::new(Notify::new());
    *recorder.hold.lock().unwrap() = Some(Arc::clone(&hold));
    let waiting = tokio::spawn(
        router
            .clone()
            .oneshot(request(STRUCTURED, example().to_string())),
    );
    tokio::time::sleep(Duration::from_millis(50)).await;
    let response = send(&router, request(STRUCTURED, example().to_string())).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "1");
    hold.notify_one();
    assert_eq!(waiting.await.unwrap().unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn nothing_is_answered_well_before_it_is_recorded() {
    let (router, recorder) = intake(|config| config.http.timeout_secs = 0);
    *recorder.fail.lock().unwrap() = Some(HandleError::Transient("down".into()));
    let response = send(&router, request(STRUCTURED, example().to_string())).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "5");
    *recorder.hold.lock().unwrap() = Some(Arc::new(Notify::new()));
    let response = send(&router, request(STRUCTURED, example().to_string())).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(recorder.records.lock().unwrap().is_empty());
}

#[tokio::test]
async fn plain_json_is_read_through_the_integrators_mapping() {
    let (router, recorder) = intake(|config| {
        let mapping = include_str!("../src/decode/mapping/discourse.toml");
        config
            .mappings
            .insert("discourse".to_owned(), toml::from_str(mapping).unwrap());
        config.http.integrators[0].mapping = Some("discourse".to_owned());
    });
    let post = json!({ "event": "post_created", "post": {
        "id": 1, "topic_id": 2, "user_id": 3, "raw": "Evening all.", "created_at": 1_700_000_000, "version": 1,
    } });
    let response = send(&router, request("application/json", post.to_string())).await;
    assert_eq!(response.status(), StatusCode::OK);
    let records = recorder.records.lock().unwrap();
    assert_eq!(records[0].freshness, Freshness::Live);
    assert!(
        matches!(&records[0].content, Ok(Incoming::Post(post)) if post.external_id.reveal() == "1")
    );
}
