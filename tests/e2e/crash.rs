//! Killed at the worst moment, started again: nothing is lost, nothing is doubled.

use std::collections::BTreeSet;

use holdfast_domain::event::ModerationEvent as E;
use serde_json::json;

use crate::reckoning::GOODBYE;
use crate::story::post;
use crate::world::{Backend, World, until};

async fn nothing_is_lost_when_killed(backend: Backend, place: &str) {
    let mut world = World::new(backend, 2).await;
    let first = world.serve().await;
    world.until_reading().await;
    world.kill(first);
    for n in 0..50 {
        let body = post(
            &format!("p{n}"),
            &format!("m{n}"),
            "a quiet evening, tea and a film",
            1,
        );
        world.send_post(&body, "created", &format!("p{n}")).await;
    }
    world
        .send_post(
            &post("the-goodbye", "heron", GOODBYE, 1),
            "created",
            "the-goodbye",
        )
        .await;
    let status = world.serve_until_it_dies(place);
    assert!(!status.success(), "killed at {place}");
    world.serve().await;
    world.until_screened(51).await;
    let log = world.log().await;
    let opened = log
        .iter()
        .filter(|e| matches!(&e.event, E::CaseOpened(case) if case.subject.is_some()));
    assert_eq!(
        opened.count(),
        1,
        "one goodbye, one case, after dying at {place}"
    );
    assert_eq!(
        world.screened().await,
        51,
        "every record once, after dying at {place}"
    );
}

/// Dying between sending and recording sends again, under the same id.
async fn an_action_is_not_doubled(backend: Backend) {
    let mut world = World::new(backend, 2).await;
    let first = world.serve().await;
    world.until_reading().await;
    world
        .send_post(
            &post("the-goodbye", "heron", GOODBYE, 1),
            "created",
            "the-goodbye",
        )
        .await;
    let found = async || {
        world
            .get("/v1/search?q=the-goodbye")
            .await
            .to_string()
            .contains("\"case\"")
    };
    until("the goodbye is in the queue", found).await;
    let found = world.get("/v1/search?q=the-goodbye").await;
    let case = found
        .pointer("/cases/0/case")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    world
        .post(&format!("/v1/cases/{case}/claim"), json!({}))
        .await;
    let decision = json!({
        "outcome": "support",
        "policy": "crisis.goodbye",
        "reason": "explicit goodbye",
        "actions": [{ "parts": [{ "do": "outreach" }], "message": "Are you safe right now?" }],
    });
    world
        .post(&format!("/v1/cases/{case}/decisions"), decision)
        .await;
    world.kill(first);
    world.serve_until_it_dies("mid_relay");
    world.serve().await;
    let dispatched = async || {
        world
            .log()
            .await
            .iter()
            .any(|envelope| matches!(envelope.event, E::ActionDispatched(_)))
    };
    until("the action is recorded as sent", dispatched).await;
    let asked = world.actions_by_kcat();
    let ids: BTreeSet<_> = asked
        .iter()
        .map(|event| event["data"]["action_id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "whatever was sent twice bears one id");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_receiving_on_sqlite() {
    nothing_is_lost_when_killed(Backend::Sqlite, "after_receive").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_append_on_sqlite() {
    nothing_is_lost_when_killed(Backend::Sqlite, "after_append").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_offset_commit_on_sqlite() {
    nothing_is_lost_when_killed(Backend::Sqlite, "before_offset_commit").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_receiving_on_postgresql() {
    nothing_is_lost_when_killed(Backend::Postgres, "after_receive").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_append_on_postgresql() {
    nothing_is_lost_when_killed(Backend::Postgres, "after_append").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_offset_commit_on_postgresql() {
    nothing_is_lost_when_killed(Backend::Postgres, "before_offset_commit").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_mid_relay_on_sqlite() {
    an_action_is_not_doubled(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_mid_relay_on_postgresql() {
    an_action_is_not_doubled(Backend::Postgres).await;
}
