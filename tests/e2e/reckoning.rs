//! Every record in is accounted for: by a leaf, and by a case or a dead letter where it should be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use holdfast_domain::event::ModerationEvent as E;
use serde_json::{Value, json};

use crate::story::{post, texts};
use crate::world::{Backend, World, until};

/// A goodbye in words that the shipped policies know.
pub(crate) const GOODBYE: &str = "This is goodbye, I am going to end my life tonight.";

async fn every_record_is_accounted_for(backend: Backend) {
    let mut world = World::new(backend, 3).await;
    world.serve().await;
    world.until_reading().await;

    // A few thousand posts, some of them twice, some edited, and records that cannot be read.
    let (mut sent, mut unreadable, mut repeated) = (0_u64, 0_u64, 0_u64);
    for round in 0..4 {
        for (n, text) in texts().iter().enumerate() {
            let (id, author) = (format!("p{round}-{n}"), format!("member-{}", n % 97));
            let body = post(&id, &author, text, 1);
            world.send_post(&body, "created", &id).await;
            sent += 1;
            if n % 50 == 0 {
                world.send_post(&body, "created", &id).await;
                repeated += 1;
                sent += 1;
            }
            if n % 60 == 0 {
                let edited = post(&id, &author, &format!("{text} (edited)"), 2);
                world.send_post(&edited, "edited", &format!("{id}-2")).await;
                sent += 1;
            }
            if n % 40 == 0 {
                world
                    .send_raw("posts", &author, b"{\"specversion\":\"1.0\",\"type\":")
                    .await;
                unreadable += 1;
                sent += 1;
            }
        }
    }
    world
        .send_post(
            &post("the-goodbye", "heron", GOODBYE, 1),
            "created",
            "the-goodbye",
        )
        .await;
    sent += 1;
    world.until_screened(sent).await;

    let log = world.log().await;
    let mut outcomes: BTreeMap<String, u64> = BTreeMap::new();
    for envelope in &log {
        if let E::BatchAssessed(batch) = &envelope.event
            && batch.stage == holdfast_domain::Stage::Triage
            && batch
                .ranges
                .iter()
                .any(|range| range.source.starts_with(&world.prefix))
        {
            for (outcome, count) in &batch.outcomes {
                *outcomes.entry(outcome.clone()).or_default() += u64::from(*count);
            }
        }
    }
    assert_eq!(outcomes.values().sum::<u64>(), sent, "{outcomes:?}");
    assert_eq!(outcomes["dead_letter"], unreadable, "{outcomes:?}");
    assert_eq!(outcomes["repeat"], repeated, "{outcomes:?}");
    let store = world.open_store().await;
    let letters = store
        .dead_letters(&holdfast_domain::TenantId::default(), None, 10_000)
        .await;
    assert_eq!(
        letters.unwrap().len() as u64,
        unreadable,
        "each unreadable record is kept"
    );
    positions_are_dense(&log);

    let decided = the_goodbye_is_answered(&world).await;
    let asked = world.actions_by_kcat();
    let ids: BTreeSet<&str> = asked
        .iter()
        .filter_map(|a| a["data"]["action_id"].as_str())
        .collect();
    assert_eq!(
        (asked.len(), ids.len()),
        (1, 1),
        "one decision with one action: {asked:?}"
    );
    assert_eq!(asked[0]["data"]["target"]["author"]["pseudonym"], "heron");
    assert_eq!(asked[0]["data"]["target"]["post_id"], "the-goodbye");
    the_platform_reports_back(
        &world,
        &decided,
        asked[0]["data"]["action_id"].as_str().unwrap(),
    )
    .await;
    nothing_slipped_out(&world).await;
}

fn positions_are_dense(log: &[holdfast_domain::EventEnvelope]) {
    for (n, envelope) in log.iter().enumerate() {
        assert_eq!(envelope.position.0, n as u64, "positions are dense from 0");
    }
}

/// What members wrote and who they are is in no log line and no figure.
async fn nothing_slipped_out(world: &World) {
    let log = std::fs::read_to_string(world.folder.join("instance-0.log")).expect("the log");
    let figures = world.text(0, "/metrics").await;
    assert!(log.contains("Holdfast is running"), "the log was written");
    for secret in ["end my life", "heron", "the-goodbye", "Are you safe"] {
        assert!(!log.contains(secret), "the log tells {secret}");
        assert!(!figures.contains(secret), "the figures tell {secret}");
    }
}

/// Ana finds the goodbye on top, claims it, reads it and writes to its author.
async fn the_goodbye_is_answered(world: &World) -> String {
    let find = async || {
        let found = world.get("/v1/search?q=the-goodbye").await;
        found.to_string().contains("\"case\"")
    };
    until("the goodbye is in the queue", find).await;
    let found = world.get("/v1/search?q=the-goodbye").await;
    let case = found
        .pointer("/cases/0/case")
        .and_then(Value::as_str)
        .expect("a case")
        .to_owned();
    world
        .post(&format!("/v1/cases/{case}/claim"), json!({}))
        .await;
    let read = world
        .post(&format!("/v1/cases/{case}/reveal"), json!({"what": "case"}))
        .await;
    assert!(
        read.to_string().contains("end my life"),
        "revealed text is readable"
    );
    let view = world.get(&format!("/v1/cases/{case}")).await;
    assert!(
        !view.to_string().contains("end my life"),
        "masked text is not in the view"
    );
    let post = view.pointer("/posts/0/post").cloned().expect("the post");
    let decision = json!({
        "outcome": "support",
        "policy": "crisis.goodbye",
        "reason": "explicit goodbye",
        "actions": [{
            "post": post,
            "parts": [{ "do": "outreach" }],
            "message": "Hi, this is Ana from the team. Are you safe right now?",
        }],
    });
    world
        .post(&format!("/v1/cases/{case}/decisions"), decision)
        .await;
    until("the message has left", async || {
        !world.actions_by_kcat().is_empty()
    })
    .await;
    case
}

async fn the_platform_reports_back(world: &World, case: &str, action: &str) {
    // The foreign client may see the message a moment before its sending is recorded.
    until("the case says sent, not confirmed", async || {
        world.get(&format!("/v1/cases/{case}")).await["actions"]
            .to_string()
            .contains("dispatched")
    })
    .await;
    let result = json!({
        "specversion": "1.0",
        "id": format!("{action}-done"),
        "source": "/forum",
        "type": "holdfast.action.result.v1",
        "time": crate::story::holdfast_time(),
        "datacontenttype": "application/json",
        "data": { "action_id": action, "outcome": "done" },
    });
    world
        .send_raw("action-results", "heron", result.to_string().as_bytes())
        .await;
    until("the action is confirmed", async || {
        world.get(&format!("/v1/cases/{case}")).await["actions"]
            .to_string()
            .contains("confirmed")
    })
    .await;
}

impl World {
    /// Waits until the instance has taken its partitions over: what is sent before is backfill.
    pub(crate) async fn until_reading(&self) {
        until("the partitions are taken over", async || {
            let metrics = self.text(0, "/metrics").await;
            let line = metrics
                .lines()
                .find(|line| line.starts_with("holdfast_consumer_partitions "));
            line.is_some_and(|line| !line.ends_with(" 0"))
        })
        .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_kafka_and_sqlite_every_record_in_is_accounted_for_and_a_goodbye_is_answered() {
    every_record_is_accounted_for(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_kafka_and_postgresql_every_record_in_is_accounted_for_and_a_goodbye_is_answered() {
    every_record_is_accounted_for(Backend::Postgres).await;
}
