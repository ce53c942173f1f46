//! The webhook sender against a real receiver on the loopback interface.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use holdfast_actions::config::{EndpointConfig, WebhookConfig};
use holdfast_actions::contract::{CLOUD_EVENT, Channel};
use holdfast_actions::webhook::WebhookSender;
use holdfast_actions::{Handed, Parcel, SendError, Sender, SetupError};
use holdfast_domain::testing::T0;
use holdfast_domain::{Lane, Sensitive, Timestamp};
use sha2::Sha256;

type Requests = Arc<Mutex<Vec<(HeaderMap, Vec<u8>)>>>;

#[derive(Clone)]
struct Receiver {
    address: SocketAddr,
    seen: Requests,
}

#[derive(Clone)]
struct Behaviour {
    seen: Requests,
    answers: Arc<Mutex<Vec<Response>>>,
    delay: Duration,
}

async fn answer(State(receiver): State<Behaviour>, headers: HeaderMap, body: Bytes) -> Response {
    receiver.seen.lock().unwrap().push((headers, body.to_vec()));
    tokio::time::sleep(receiver.delay).await;
    let next = receiver.answers.lock().unwrap().pop();
    next.unwrap_or_else(|| StatusCode::NO_CONTENT.into_response())
}

/// A receiver that gives these answers, the last one first, and then takes everything.
async fn receiver(answers: Vec<Response>, delay: Duration) -> Receiver {
    let seen = Requests::default();
    let behaviour = Behaviour {
        seen: Arc::clone(&seen),
        answers: Arc::new(Mutex::new(answers)),
        delay,
    };
    let app = Router::new()
        .route("/{*path}", any(answer))
        .with_state(behaviour);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Receiver { address, seen }
}

async fn answering(answer: impl IntoResponse) -> Receiver {
    receiver(vec![answer.into_response()], Duration::ZERO).await
}

fn key(byte: u8) -> Vec<u8> {
    vec![byte; 32]
}

/// A file with a secret, that no other test writes at the same time.
fn secret_file(byte: u8) -> PathBuf {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let folder = std::env::temp_dir().join(format!("holdfast-actions-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(FILES.fetch_add(1, Ordering::SeqCst).to_string());
    std::fs::write(&path, format!("whsec_{}\n", STANDARD.encode(key(byte)))).unwrap();
    path
}

fn config(url: String) -> WebhookConfig {
    WebhookConfig {
        url: Some(url),
        secret_files: vec![secret_file(2), secret_file(1)],
        timeout_secs: 1,
        allow_hosts: vec!["127.0.0.1".into()],
        ..WebhookConfig::default()
    }
}

fn sender_to(receiver: &Receiver) -> WebhookSender {
    WebhookSender::new(&config(format!("http://{}/hook?t=s", receiver.address))).unwrap()
}

fn parcel_at(id: &str, at: Timestamp) -> Parcel {
    Parcel {
        id: id.into(),
        channel: Channel::Actions,
        lane: Lane::Care,
        topic: None,
        key: Some("quiet-otter".into()),
        content_type: CLOUD_EVENT,
        body: Sensitive::new(b"{\"specversion\":\"1.0\"}".to_vec()),
        notice: None,
        headers: Vec::new(),
        at,
    }
}

fn parcel(id: &str) -> Parcel {
    parcel_at(id, T0)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

/// The signature as the standard describes it, without the crate under test.
fn signature(byte: u8, id: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key(byte)).unwrap();
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn a_receiver_can_check_a_message_with_either_secret() {
    let receiver = receiver(Vec::new(), Duration::ZERO).await;
    let sender = sender_to(&receiver);
    assert_eq!(sender.send(&parcel("m1")).await.unwrap(), Handed::Arrived);
    let (headers, body) = receiver.seen.lock().unwrap()[0].clone();
    let timestamp = header(&headers, "webhook-timestamp").to_owned();
    assert_eq!(timestamp, (T0.as_micros() / 1_000_000).to_string());
    let expected = [2, 1].map(|byte| signature(byte, "m1", &timestamp, &body));
    assert_eq!(
        header(&headers, "webhook-signature"),
        expected.join(" "),
        "newest secret first, separated by a space"
    );
    assert_eq!(header(&headers, "content-type"), CLOUD_EVENT);
}

#[tokio::test]
async fn a_retry_bears_the_same_id_and_a_fresh_signed_time() {
    let receiver = answering(StatusCode::SERVICE_UNAVAILABLE).await;
    let sender = sender_to(&receiver);
    let first = sender.send(&parcel("m1")).await;
    assert!(matches!(first, Err(SendError::NotNow { .. })), "{first:?}");
    let later = T0 + Duration::from_mins(10);
    sender.send(&parcel_at("m1", later)).await.unwrap();
    let seen = receiver.seen.lock().unwrap().clone();
    let [(first, _), (second, _)] = &seen[..] else {
        panic!("two attempts, found {}", seen.len());
    };
    assert_eq!(header(first, "webhook-id"), header(second, "webhook-id"));
    for name in ["webhook-timestamp", "webhook-signature"] {
        assert_ne!(header(first, name), header(second, name), "{name}");
    }
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let elsewhere = receiver(Vec::new(), Duration::ZERO).await;
    let location = format!("http://{}/stolen", elsewhere.address);
    let receiver = answering((StatusCode::TEMPORARY_REDIRECT, [("location", location)])).await;
    let result = sender_to(&receiver).send(&parcel("m1")).await;
    assert!(
        matches!(result, Err(SendError::NotNow { .. })),
        "{result:?}"
    );
    assert!(elsewhere.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_client_error_is_reported_as_final_and_not_dropped() {
    let receiver = answering(StatusCode::UNPROCESSABLE_ENTITY).await;
    let result = sender_to(&receiver).send(&parcel("m1")).await;
    assert!(
        matches!(result, Err(SendError::Refused { .. })),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_receiver_that_answers_410_is_not_called_again() {
    let receiver = answering(StatusCode::GONE).await;
    let sender = sender_to(&receiver);
    for id in ["m1", "m2"] {
        let result = sender.send(&parcel(id)).await;
        assert!(
            matches!(result, Err(SendError::EndpointGone { .. })),
            "{result:?}"
        );
    }
    assert_eq!(receiver.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_receiver_says_when_to_come_back() {
    let receiver = answering((StatusCode::TOO_MANY_REQUESTS, [("retry-after", "90")])).await;
    let Err(SendError::NotNow { after, .. }) = sender_to(&receiver).send(&parcel("m1")).await
    else {
        panic!("429 means later");
    };
    assert_eq!(after, Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn a_receiver_that_hangs_is_given_up_after_the_time_limit() {
    let receiver = receiver(Vec::new(), Duration::from_secs(30)).await;
    let started = std::time::Duration::from_secs(5);
    let result = tokio::time::timeout(started, sender_to(&receiver).send(&parcel("m1"))).await;
    assert!(
        matches!(result, Ok(Err(SendError::NotNow { .. }))),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_body_of_20_kb_is_refused_before_it_is_sent() {
    let receiver = receiver(Vec::new(), Duration::ZERO).await;
    let large = Parcel {
        body: Sensitive::new(vec![b'x'; 20_000]),
        ..parcel("m1")
    };
    let result = sender_to(&receiver).send(&large).await;
    assert!(
        matches!(result, Err(SendError::Refused { .. })),
        "{result:?}"
    );
    assert!(receiver.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_dead_letter_travels_as_a_notice_without_the_record() {
    let receiver = receiver(Vec::new(), Duration::ZERO).await;
    let letter = Parcel {
        channel: Channel::DeadLetters,
        body: Sensitive::new(b"sealed".to_vec()),
        notice: Some(Sensitive::new(b"notice".to_vec())),
        ..parcel("m1")
    };
    sender_to(&receiver).send(&letter).await.unwrap();
    assert_eq!(receiver.seen.lock().unwrap()[0].1, b"notice");
}

#[tokio::test]
async fn alerts_can_have_an_endpoint_of_their_own() {
    let platform = receiver(Vec::new(), Duration::ZERO).await;
    let pager = receiver(Vec::new(), Duration::ZERO).await;
    let own = EndpointConfig {
        url: format!("http://{}/page", pager.address),
        secret_files: vec![secret_file(3)],
    };
    let sender = WebhookSender::new(&WebhookConfig {
        channels: BTreeMap::from([(Channel::Alerts, own)]),
        ..config(format!("http://{}/hook", platform.address))
    })
    .unwrap();
    let alert = Parcel {
        channel: Channel::Alerts,
        ..parcel("m1")
    };
    sender.send(&alert).await.unwrap();
    assert!(platform.seen.lock().unwrap().is_empty());
    assert_eq!(pager.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_that_leads_into_the_house_is_refused_when_it_is_resolved() {
    let inside = receiver(Vec::new(), Duration::ZERO).await;
    // `localhost.` is allowed as the spelling of the address only, not as what it resolves to.
    let url = format!("https://localhost:{}/hook", inside.address.port());
    let sender = WebhookSender::new(&config(url)).unwrap();
    let Err(SendError::NotNow { what, .. }) = sender.send(&parcel("m1")).await else {
        panic!("a private address is not called");
    };
    assert!(what.contains("allow_hosts"), "{what}");
    assert!(inside.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn addresses_in_the_house_are_refused_when_holdfast_starts() {
    for url in [
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://100.64.0.1/",
        "https://2130706433/",
    ] {
        let refused = WebhookSender::new(&WebhookConfig {
            allow_hosts: Vec::new(),
            ..config(url.to_owned())
        });
        let Err(SetupError { setting, problem }) = refused else {
            panic!("{url} is inside the house");
        };
        assert_eq!(setting, "actions.webhook.url");
        assert!(problem.contains("allow_hosts"), "{problem}");
    }
}

#[tokio::test]
async fn a_webhook_without_a_secret_is_refused_when_holdfast_starts() {
    let refused = WebhookSender::new(&WebhookConfig {
        secret_files: Vec::new(),
        ..config("https://hooks.example.org/".into())
    });
    assert!(refused.is_err());
}

#[tokio::test]
async fn an_error_tells_neither_the_address_nor_the_body() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let sender =
        WebhookSender::new(&config(format!("http://{address}/hook?token=s3cret"))).unwrap();
    let error = sender.send(&parcel("m1")).await.unwrap_err().to_string();
    assert!(
        !error.contains("s3cret") && !error.contains("specversion"),
        "{error}"
    );
}
