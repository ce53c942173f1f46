//! A flood must not bury the one goodbye.

use futures::future::join_all;
use holdfast_domain::event::ModerationEvent as E;
use holdfast_domain::{CaseKind, CrisisLevel};
use serde_json::json;

use crate::reckoning::GOODBYE;
use crate::world::{Backend, World};

const FLOOD: usize = 5_000;

/// A platform's release drops the author from its payload.
fn broken(n: usize) -> Vec<u8> {
    let text = if n == 2_741 {
        GOODBYE
    } else {
        "a quiet evening, tea and a film"
    };
    json!({
        "specversion": "1.0",
        "id": format!("broken-{n}"),
        "source": "/forum",
        "type": "holdfast.post.created.v1",
        "time": "2026-03-01T21:04:05Z",
        "datacontenttype": "application/json",
        "data": { "post_id": format!("post-{n}"), "kind": "comment", "community_id": "night-shift", "text": text },
    })
    .to_string()
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_broken_records_make_one_incident_and_the_goodbye_among_them_a_case_of_its_own()
 {
    let mut world = World::new(Backend::Sqlite, 2).await;
    world.serve().await;
    world.until_reading().await;
    for part in (0..FLOOD).collect::<Vec<_>>().chunks(500) {
        let sends = part.iter().map(|n| {
            let (key, value) = (format!("member-{n}"), broken(*n));
            let world = &world;
            async move { world.send_raw("posts", &key, &value).await }
        });
        join_all(sends).await;
    }
    world.until_screened(FLOOD as u64).await;
    let log = world.log().await;
    let opened: Vec<_> = log
        .iter()
        .filter_map(|envelope| match &envelope.event {
            E::CaseOpened(opened) => Some((opened.kind, opened.level)),
            _ => None,
        })
        .collect();
    let incidents = opened
        .iter()
        .filter(|(kind, _)| *kind == CaseKind::Incident)
        .count();
    // The hour may turn while the test runs.
    assert!((1..=2).contains(&incidents), "{opened:?}");
    let goodbyes: Vec<_> = opened
        .iter()
        .filter(|(kind, _)| *kind == CaseKind::Crisis)
        .collect();
    assert_eq!(
        goodbyes,
        [&(CaseKind::Crisis, CrisisLevel::Urgent)],
        "{opened:?}"
    );
    let listed = log
        .iter()
        .filter(|e| matches!(e.event, E::IncidentMemberAdded(_)))
        .count();
    assert_eq!(listed, FLOOD - 1, "every other record is listed");
    let alerts = log
        .iter()
        .filter(|e| matches!(e.event, E::AlertRaised(_)))
        .count();
    assert_eq!(
        alerts,
        incidents + 1,
        "one page for each incident and one for the goodbye"
    );
}
