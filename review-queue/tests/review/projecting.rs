//! Rows come from the log alone.

use std::sync::Arc;

use holdfast_domain::{CaseKind, Role};
use holdfast_event_store::{EventLog, Projections, Projector};
use holdfast_review_queue::projection::{QUEUE, QueueProjection, project};
use holdfast_review_queue::testing::TestApp;
use serde_json::json;

async fn a_busy_day() -> TestApp {
    let app = TestApp::new().await;
    let ana = app.somebody("ana", Role::Moderator).await;
    let case = app.crisis("goodbye").await;
    app.case_in("south", CaseKind::Stigma, "they are all mad")
        .await;
    app.post(&ana, &case.to("claim"), json!({})).await;
    app.report_arrives(&case, "worried").await;
    app.post(&ana, &case.to("reveal"), json!({"what": "case"}))
        .await;
    app.post_arrives(&case, "northside", "goodbye now").await;
    app.post(&ana, &case.to("notes"), json!({"note": "called"}))
        .await;
    app.settle().await;
    app
}

async fn dump(app: &TestApp) -> Vec<String> {
    let states = app.store.generations(QUEUE).await.unwrap();
    let serving = states.iter().find(|state| state.serving).unwrap();
    app.store.dump(serving.generation).await.unwrap()
}

#[tokio::test]
async fn rebuilt_rows_are_the_live_ones_whatever_the_size_of_a_batch() {
    let app = a_busy_day().await;
    let live = dump(&app).await;
    assert!(!live.is_empty());
    for batch in [1, 3, 1_000] {
        let log: Arc<dyn EventLog> = app.store.clone();
        let projector = Projector::new(log, app.store.clone(), Arc::new(QueueProjection));
        projector.with_batch(batch).rebuild().await.unwrap();
        assert_eq!(dump(&app).await, live, "batch of {batch}");
    }
}

#[tokio::test]
async fn a_batch_projected_twice_changes_nothing() {
    let app = a_busy_day().await;
    let events = app.store.read_after(None, 1_000).await.unwrap();
    let once = project(&events, &[]).unwrap();
    assert_eq!(project(&events, &once).unwrap(), once);
}
