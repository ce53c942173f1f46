use std::sync::Arc;

use holdfast_ingest::check::{Finding, KeyOrder, check_topic, render};
use serde_json::json;

use crate::support::{Memory, Stage, WallClock, event, owner};

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_a_topic_would_become_and_leaves_no_trace() {
    let stage = Stage::with_partitions(2).await;
    stage.post("ana", 0..5).await;
    let mut bare = event("ben", 1);
    bare["data"]["thread_id"] = json!("t-1");
    bare["data"]["text"] = json!("a word that must not be repeated");
    stage
        .send("a key of its own", bare.to_string().as_bytes(), &[])
        .await;
    stage
        .send("cleo", b"\xffa word that must not be repeated", &[])
        .await;
    let config = stage.config();
    let topic = stage.topic.clone();
    let check = tokio::task::spawn_blocking(move || {
        check_topic(&config, &topic, &WallClock, 1000).unwrap()
    });
    let report = check.await.unwrap();
    assert_eq!(
        report.becomes.clone().into_iter().collect::<Vec<_>>(),
        [("poison".to_owned(), 1), ("post".to_owned(), 6)]
    );
    assert_eq!(report.findings[&Finding::Thread].records, 5);
    assert_eq!(report.findings[&Finding::Unreadable].records, 1);
    assert_eq!(
        report.key_order,
        KeyOrder::NotByAuthor {
            without_key: 0,
            keyed_otherwise: 1,
            authors_in_several_partitions: 0
        },
    );
    let printed = format!(
        "{}{}",
        render(&report),
        serde_json::to_string(&report).unwrap()
    );
    assert!(printed.contains("the key does NOT order by author"));
    assert!(
        !printed.contains("a word") && !printed.contains("ana") && !printed.contains("t-1"),
        "{printed}"
    );
    // The group has not moved: whoever reads later gets everything.
    let memory = Arc::new(Memory::default());
    let (owner, _brake) = owner("a", &memory);
    let (_intake, _) = owner.start(&stage.config());
    memory.until_len(7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_more_records_than_asked_for_reads_the_newest() {
    let stage = Stage::with_partitions(1).await;
    stage.post("ana", 0..30).await;
    let (config, topic) = (stage.config(), stage.topic.clone());
    let check =
        tokio::task::spawn_blocking(move || check_topic(&config, &topic, &WallClock, 10).unwrap());
    let report = check.await.unwrap();
    assert_eq!(report.records.len(), 10);
    assert!(report.records[0].origin.ends_with("@20"));
    assert_eq!(report.key_order, KeyOrder::ByAuthor);
}
