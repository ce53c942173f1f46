//! Generations, checkpoints, and rebuilt = live.

use std::collections::BTreeMap;
use std::sync::Arc;

use holdfast_domain::{
    CaseId, CrisisLevel, EventEnvelope, KeyOwner, Position, PostId, StreamId, SubjectId,
};

use super::Fixture;
use super::samples::{after, attached, case_row, note, opened};
use crate::StoreError;
use crate::ports::{CaseRow, Expected, Generation, Grant, ProjectionWrite, Viewer};
use crate::projector::{Projection, Projector};

const NAME: &str = "queue";

fn everybody(f: &Fixture) -> Viewer {
    Viewer {
        tenant: f.tenant.clone(),
        grants: vec![Grant::ALL],
        not_about: Vec::new(),
    }
}

fn write(
    f: &Fixture,
    generation: Generation,
    expected: Option<u64>,
    checkpoint: u64,
    cases: &[CaseId],
) -> ProjectionWrite {
    let _ = f;
    ProjectionWrite {
        name: NAME.to_owned(),
        generation,
        expected: expected.map(Position),
        checkpoint: Position(checkpoint),
        cases: cases
            .iter()
            .map(|case| case_row(*case, CrisisLevel::Urgent, after(checkpoint)))
            .collect(),
    }
}

/// A write from an old checkpoint changes nothing.
pub async fn rows_and_checkpoint_move_together(f: &Fixture) {
    let generation = f.store.begin_generation(NAME).await.unwrap();
    let (case, other): (CaseId, CaseId) = (f.fresh(), f.fresh());
    let mut first = write(f, generation, None, 4, &[case]);
    let posts: [PostId; 2] = [f.fresh(), f.fresh()];
    first.cases[0].posts = posts.to_vec();
    assert!(f.store.write(first.clone()).await.unwrap());
    assert!(
        !f.other
            .write(write(f, generation, None, 9, &[other]))
            .await
            .unwrap()
    );
    assert_eq!(
        f.store.generations(NAME).await.unwrap()[0].checkpoint,
        Some(Position(4))
    );
    assert_eq!(
        f.store.load_rows(generation, &[case, other]).await.unwrap(),
        first.cases
    );
    let viewer = everybody(f);
    let of_post: Vec<CaseId> = f
        .store
        .cases_of_post(&viewer, posts[1])
        .await
        .unwrap()
        .iter()
        .map(|row| row.case)
        .collect();
    assert_eq!(of_post, [case]);
    let mut again = write(f, generation, Some(4), 5, &[case]);
    again.cases[0].posts = posts.to_vec();
    again.cases[0].language = Some("en".to_owned());
    assert!(f.store.write(again.clone()).await.unwrap());
    assert_eq!(
        f.store.case_row(&viewer, case).await.unwrap().as_ref(),
        Some(&again.cases[0])
    );
}

/// The old one serves until then, and is gone afterwards.
pub async fn a_new_generation_serves_after_the_swap(f: &Fixture) {
    let old = f.store.begin_generation(NAME).await.unwrap();
    let (kept, gone): (CaseId, CaseId) = (f.fresh(), f.fresh());
    assert!(
        f.store
            .write(write(f, old, None, 4, &[kept, gone]))
            .await
            .unwrap()
    );
    let half_built = f.store.begin_generation(NAME).await.unwrap();
    let new = f.store.begin_generation(NAME).await.unwrap();
    assert!(
        !f.store
            .write(write(f, half_built, None, 4, &[]))
            .await
            .unwrap()
    );
    assert!(
        f.store
            .write(write(f, new, None, 3, &[kept]))
            .await
            .unwrap()
    );
    assert!(
        !f.store.swap(NAME, new).await.unwrap(),
        "it lies behind the one that serves"
    );
    assert!(f.store.write(write(f, new, Some(3), 4, &[])).await.unwrap());
    let viewer = everybody(f);
    assert!(f.store.case_row(&viewer, gone).await.unwrap().is_some());
    assert!(f.other.swap(NAME, new).await.unwrap());
    assert!(f.store.case_row(&viewer, gone).await.unwrap().is_none());
    assert!(f.store.case_row(&viewer, kept).await.unwrap().is_some());
    let states = f.store.generations(NAME).await.unwrap();
    assert_eq!(
        (states.len(), states[0].generation, states[0].serving),
        (1, new, true)
    );
    let next = f.store.begin_generation(NAME).await.unwrap();
    f.store.drop_generation(NAME, next).await.unwrap();
    f.store.drop_generation(NAME, new).await.unwrap();
    assert_eq!(f.store.generations(NAME).await.unwrap(), states);
}

/// Keeps each case's events as text: any event lost, repeated or out of order shows.
struct Diary;

impl Projection for Diary {
    fn name(&self) -> &str {
        NAME
    }

    fn cases_in(&self, events: &[EventEnvelope]) -> Vec<CaseId> {
        events.iter().filter_map(case_of).collect()
    }

    fn project(
        &self,
        events: &[EventEnvelope],
        before: Vec<CaseRow>,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let mut rows: BTreeMap<CaseId, CaseRow> =
            before.into_iter().map(|row| (row.case, row)).collect();
        for event in events {
            if let Some(case) = case_of(event) {
                let row = rows
                    .entry(case)
                    .or_insert_with(|| case_row(case, CrisisLevel::None, event.recorded_at));
                row.state.push_str(&event.event.to_json().unwrap());
                if let holdfast_domain::ModerationEvent::PostAttached(attached) = &event.event {
                    row.posts.push(attached.post.post);
                }
            }
        }
        Ok(rows.into_values().collect())
    }
}

fn case_of(event: &EventEnvelope) -> Option<CaseId> {
    match event.stream {
        StreamId::Case(case) => Some(case),
        _ => None,
    }
}

async fn three_stories(f: &Fixture, subject: SubjectId) {
    let cases: [CaseId; 3] = [f.fresh(), f.fresh(), f.fresh()];
    for case in cases {
        let begin = f.append().with_events(
            StreamId::Case(case),
            Expected::NEW,
            [f.event(opened(Some(subject)))],
        );
        f.store.append(begin).await.unwrap();
    }
    for number in 0..20 {
        let stream = StreamId::Case(cases[number % 3]);
        let events = [
            f.event(attached(f.fresh())),
            f.event(note(subject, &format!("note {number}"))),
        ];
        f.store
            .append(f.append().with_events(stream, Expected::Any, events))
            .await
            .unwrap();
        f.store
            .append(f.append().with_events(
                StreamId::Control,
                Expected::Any,
                [f.event(note(KeyOwner::Tenant, "x"))],
            ))
            .await
            .unwrap();
    }
}

fn projector(f: &Fixture, batch: usize) -> Projector {
    Projector::new(
        Arc::clone(&f.store) as _,
        Arc::clone(&f.store) as _,
        Arc::new(Diary),
    )
    .with_batch(batch)
}

/// By an ordered dump.
pub async fn a_rebuild_equals_the_live_rows_for_any_batch_size(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    three_stories(f, subject).await;
    projector(f, 3).catch_up().await.unwrap();
    three_stories(f, subject).await;
    projector(f, 11).catch_up().await.unwrap();
    let live = f.store.generations(NAME).await.unwrap()[0].generation;
    let lines = f.store.dump(live).await.unwrap();
    assert_eq!(lines.len(), 6);
    for batch in [1, 7, 500] {
        let rebuilt = projector(f, batch).rebuild().await.unwrap();
        assert_eq!(
            f.store.dump(rebuilt).await.unwrap(),
            lines,
            "batches of {batch}"
        );
    }
}

/// Projections copy sealed bytes: the key's absence changes nothing.
pub async fn a_rebuild_after_an_erasure_equals_the_live_rows(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    three_stories(f, subject).await;
    projector(f, 500).catch_up().await.unwrap();
    let live = f.store.generations(NAME).await.unwrap()[0].generation;
    let lines = f.store.dump(live).await.unwrap();
    let mut erase = f.append();
    erase.destroy_keys.push(subject);
    f.store.append(erase).await.unwrap();
    let rebuilt = projector(f, 7).rebuild().await.unwrap();
    assert_eq!(f.other.dump(rebuilt).await.unwrap(), lines);
}
