//! Records that could not be read: what is looked for in them, and how they are put through again.

use holdfast_domain::event::ModerationEvent as E;
use holdfast_domain::{CaseKind, EventEnvelope};
use serde_json::json;

use crate::reckoning::GOODBYE;
use crate::world::{Backend, World};

fn opened(log: &[EventEnvelope], kind: CaseKind) -> usize {
    log.iter()
        .filter(|e| matches!(&e.event, E::CaseOpened(opened) if opened.kind == kind))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_in_an_id_opens_no_case_and_a_goodbye_in_a_broken_record_does() {
    let mut world = World::new(Backend::Sqlite, 1).await;
    world.serve().await;
    world.until_reading().await;
    // No author, so none of these can be read.
    let ids = r#"{"specversion":"1.0","id":"broken-988","source":"/kms","type":"holdfast.post.created.v1","data":{"post_id":"kms-988","community_id":"c","text":"tea and a film"}}"#;
    world.send_raw("posts", "ana", ids.as_bytes()).await;
    let cut_off = r#"{"specversion":"1.0","id":"broken-988","source":"/kms","ty"#;
    world.send_raw("posts", "ben", cut_off.as_bytes()).await;
    world.until_screened(2).await;
    let log = world.log().await;
    assert_eq!(opened(&log, CaseKind::Crisis), 0, "neither is a goodbye");
    let listed = log
        .iter()
        .filter(|e| matches!(e.event, E::IncidentMemberAdded(_)))
        .count();
    assert_eq!(listed, 2, "both are listed for a person");
    let whole = json!({ "id": "1", "data": { "text": GOODBYE } }).to_string();
    world.send_raw("posts", "cleo", whole.as_bytes()).await;
    let cut = &whole[..whole.len() - 4];
    world.send_raw("posts", "dan", cut.as_bytes()).await;
    world.send_raw("posts", "eve", GOODBYE.as_bytes()).await;
    world.until_screened(5).await;
    let log = world.log().await;
    assert_eq!(opened(&log, CaseKind::Crisis), 3, "whole, cut off, no JSON");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_in_binary_mode_is_put_through_again_once_its_mapping_is_written() {
    let mut world = World::new(Backend::Sqlite, 1).await;
    let server = world.serve().await;
    world.until_reading().await;
    let headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", "e-1"),
        ("ce_source", "/bridge"),
        ("ce_type", "org.example.comment"),
        ("content-type", "application/json"),
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
    ];
    let value = json!({ "event": "comment", "comment": {
        "id": "c-1", "by": "heron", "where": "night-shift", "at": "2026-03-01T21:04:05Z", "says": GOODBYE,
    } });
    world.send_with_headers("posts", "heron", &headers, &value.to_string());
    world.until_screened(1).await;
    world.kill(server);
    let listed = world.holdfast(&["dead-letters", "list"], "");
    let line = listed.lines().next().expect("a dead letter");
    assert!(line.contains("unknown_type"), "{line}");
    let id = line.split(' ').next().unwrap().to_owned();
    let replay = ["dead-letters", "replay", &id, "--reason", "mapping written"];
    let answer = world.holdfast(&replay, "");
    assert!(answer.starts_with("still not readable"), "{answer}");
    let posts = world.topic("posts");
    world.reconfigure(|config| {
        config.replace(
            "[actions]\n",
            &format!(
                r#"topics = ["holdfast.reports.v1"]
mapped = {{ "{posts}" = "bridge" }}

[ingest.mappings.bridge]
event_path = "$.event"
events = {{ comment = "holdfast.post.created.v1" }}

[ingest.mappings.bridge.fields]
post_id = "$.comment.id"
community_id = "$.comment.where"
"author.pseudonym" = "$.comment.by"
text = "$.comment.says"
created_at = "$.comment.at"

[actions]
"#
            ),
        )
    });
    let answer = world.holdfast(&replay, "");
    assert_eq!(answer, "taken in: case");
    let replays: Vec<_> = world
        .log()
        .await
        .iter()
        .filter_map(|e| match &e.event {
            E::DeadLetterReplayed(replayed) => Some(replayed.decoded),
            _ => None,
        })
        .collect();
    assert_eq!(replays, [false, true]);
    let letter = world.open_store().await;
    let letter = letter
        .dead_letter(id.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let group = format!("{}group", world.prefix);
    assert_eq!(letter.summary.consumer_group, Some(group));
    assert!(letter.summary.traceparent.is_some());
}
