//! The stream of changes.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures::StreamExt;
use holdfast_domain::{CaseKind, Role};
use holdfast_review_queue::testing::{TestApp, TestUser, only_in};
use serde_json::json;
use tower::ServiceExt;

struct Stream(BodyDataStream);

async fn follow(app: &TestApp, who: &TestUser, last: Option<&str>) -> Stream {
    let mut request = Request::builder()
        .uri("/v1/stream")
        .header("authorization", format!("Bearer {}", who.token));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = app.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    Stream(response.into_body().into_data_stream())
}

impl Stream {
    /// The next event; none where nothing comes within a moment.
    async fn next(&mut self) -> Option<String> {
        loop {
            let chunk = tokio::time::timeout(Duration::from_millis(200), self.0.next()).await;
            let text = String::from_utf8(chunk.ok()??.ok()?.to_vec()).unwrap();
            if !text.starts_with(':') {
                return Some(text);
            }
        }
    }
}

fn id_of(event: &str) -> &str {
    let line = event.lines().find(|line| line.starts_with("id:")).unwrap();
    line[3..].trim()
}

#[tokio::test]
async fn a_change_is_told_after_it_reached_the_queue() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    let mut stream = follow(&app, &ana, None).await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    app.settle().await;
    let told = stream.next().await.unwrap();
    assert!(told.contains("event: case"));
    assert!(told.contains(&case.id.to_string()));
    assert!(told.contains("CaseClaimed"));
    assert!(!told.contains(&case.subject.to_string()));
}

#[tokio::test]
async fn grants_and_links_hold_in_the_stream() {
    let app = TestApp::new().await;
    let ana = app
        .user("ana", &[only_in(Role::Senior, "north", None)])
        .await;
    let mut ben = app.somebody("ben", Role::ClinicalLead).await;
    let theirs = app.case_in("south", CaseKind::Crisis, "goodbye").await;
    app.link(&mut ben, theirs.subject).await;
    let mut for_ana = follow(&app, &ana, None).await;
    let mut for_ben = follow(&app, &ben, None).await;
    app.post_arrives(&theirs, "south", "still here").await;
    assert_eq!(for_ana.next().await, None);
    assert_eq!(for_ben.next().await, None);
    let ours = app.case_in("north", CaseKind::Crisis, "goodbye").await;
    assert!(for_ana.next().await.unwrap().contains(&ours.id.to_string()));
    assert!(for_ben.next().await.unwrap().contains(&ours.id.to_string()));
}

#[tokio::test]
async fn who_was_away_continues_where_they_left() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let mut stream = follow(&app, &ana, None).await;
    let first = app.crisis("goodbye").await;
    let told = stream.next().await.unwrap();
    assert!(told.contains(&first.id.to_string()));
    drop(stream);
    let second = app.crisis("goodbye").await;
    let mut stream = follow(&app, &ana, Some(id_of(&told))).await;
    let missed = stream.next().await.unwrap();
    assert!(missed.contains(&second.id.to_string()));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn who_missed_more_than_is_kept_is_told_to_load_again() {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    app.crisis("goodbye").await;
    // A new process knows nothing of what was told before it began.
    app.state.news.begin(Some(holdfast_domain::Position(1)));
    let mut stream = follow(&app, &ana, Some("0")).await;
    assert!(stream.next().await.unwrap().contains("event: reload"));
}

#[tokio::test]
async fn the_stream_ends_with_the_sign_in() {
    let app = TestApp::with(holdfast_review_queue::ReviewConfig {
        heartbeat_secs: 1,
        ..Default::default()
    })
    .await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let mut stream = follow(&app, &ana, None).await;
    let users = app.users();
    users
        .revoke_token(&ana.access.tenant, "ana", "test")
        .await
        .unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), async {
        while stream.0.next().await.is_some() {}
    });
    assert!(ended.await.is_ok());
}
