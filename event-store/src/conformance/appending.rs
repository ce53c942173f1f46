//! Appending and reading the log.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use holdfast_domain::{
    CaseId, ClaimChange, ClaimKey, EventEnvelope, KeyOwner, Position, StreamId, StreamVersion,
    SubjectId, TenantId,
};

use super::Fixture;
use super::samples::{note, opened};
use crate::ports::Expected;
use crate::{AppendError, EventLog};

const TENANT: KeyOwner = KeyOwner::Tenant;

/// Events come back in order, as they were written.
pub async fn what_is_appended_reads_back(f: &Fixture) {
    let case = StreamId::Case(f.fresh());
    let first = f.event(opened(None));
    let appended = f
        .store
        .append(f.append().with_events(
            case.clone(),
            Expected::NEW,
            [first.clone(), f.event(note(TENANT, "seen"))],
        ))
        .await
        .unwrap();
    assert_eq!(appended.positions, Some((Position(0), Position(1))));
    assert_eq!(appended.versions, [(case.clone(), StreamVersion(2))]);
    let events = f.store.load(&f.tenant, &case).await.unwrap();
    assert_eq!(events.len(), 2);
    let EventEnvelope {
        id,
        occurred_at,
        actor,
        correlation,
        event,
        version,
        ..
    } = events[0].clone();
    assert_eq!(
        (id, occurred_at, actor),
        (first.id, first.occurred_at, first.actor)
    );
    assert_eq!(
        (event, correlation, version),
        (first.event, first.correlation, StreamVersion(1))
    );
    assert_eq!(f.store.read_after(None, 10).await.unwrap(), events);
    assert_eq!(
        f.store.read_after(Some(Position(0)), 10).await.unwrap(),
        events[1..]
    );
    assert_eq!(f.store.head().await.unwrap(), Some(Position(1)));
}

/// Whatever the clock does.
pub async fn positions_are_dense_and_times_never_decrease(f: &Fixture) {
    for step in [10_i64, -5, 0, 20] {
        f.clock.set(
            super::samples::after(1000 + step.unsigned_abs())
                - Duration::from_secs(if step < 0 { 500 } else { 0 }),
        );
        let stream = StreamId::Case(f.fresh());
        let append = f.append().with_events(
            stream,
            Expected::NEW,
            [f.event(opened(None)), f.event(note(TENANT, "x"))],
        );
        f.store.append(append).await.unwrap();
    }
    let events = f.store.read_after(None, 100).await.unwrap();
    let positions: Vec<u64> = events.iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (0..8).collect::<Vec<_>>());
    assert!(events.is_sorted_by_key(|event| event.recorded_at));
}

/// Nothing of it is there afterwards, neither events nor claims.
pub async fn a_stale_expectation_is_refused_and_writes_nothing(f: &Fixture) {
    let (case, subject) = (f.fresh::<CaseId>(), f.fresh::<SubjectId>());
    f.store.append(f.open_case(case, subject)).await.unwrap();
    let key = ClaimKey::timer(case, "first_look", 1);
    let stale = f
        .append()
        .with_events(
            StreamId::Case(case),
            Expected::Version(StreamVersion(0)),
            [f.event(note(TENANT, "late"))],
        )
        .with_claim(ClaimChange::Take {
            key: key.clone(),
            holder: "x".to_owned(),
        });
    let refusal = f.store.append(stale).await.unwrap_err();
    assert!(
        matches!(
            refusal,
            AppendError::Conflict {
                expected: StreamVersion(0),
                found: StreamVersion(1),
                ..
            }
        ),
        "{refusal}"
    );
    assert_eq!(f.store.head().await.unwrap(), Some(Position(0)));
    let free = f.append().with_claim(ClaimChange::Take {
        key,
        holder: "y".to_owned(),
    });
    f.store.append(free).await.unwrap();
}

/// A refused one does not refuse the others.
pub async fn each_append_of_a_group_has_its_own_outcome(f: &Fixture) {
    let stream = StreamId::Case(f.fresh());
    let mut tasks = Vec::new();
    for _ in 0..20 {
        let append = f
            .append()
            .with_events(stream.clone(), Expected::NEW, [f.event(opened(None))]);
        let other = f.append().with_events(
            StreamId::Case(f.fresh()),
            Expected::NEW,
            [f.event(opened(None))],
        );
        for append in [append, other] {
            let store = Arc::clone(&f.store);
            tasks.push(tokio::spawn(async move { store.append(append).await }));
        }
    }
    let (mut won, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(AppendError::Conflict { .. }) => refused += 1,
            Err(other) => panic!("unexpected refusal: {other}"),
        }
    }
    assert_eq!((won, refused), (21, 19));
    assert_eq!(f.store.head().await.unwrap(), Some(Position(20)));
}

/// By claim, on two instances at once.
pub async fn racing_writers_open_one_crisis_case(f: &Fixture) {
    let subject = f.fresh::<SubjectId>();
    let mut tasks = Vec::new();
    for number in 0..16 {
        let store = Arc::clone(if number % 2 == 0 { &f.store } else { &f.other });
        let append = f.open_case(f.fresh(), subject);
        tasks.push(tokio::spawn(async move { store.append(append).await }));
    }
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(AppendError::Claimed { key, .. }) => {
                assert_eq!(key, ClaimKey::open_crisis(subject));
            }
            Err(other) => panic!("unexpected refusal: {other}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(f.store.read_after(None, 100).await.unwrap().len(), 1);
}

/// And within one append in order.
pub async fn a_released_claim_can_be_taken_again(f: &Fixture) {
    let key = ClaimKey::open_crisis(f.fresh());
    let take = |holder: &str| ClaimChange::Take {
        key: key.clone(),
        holder: holder.to_owned(),
    };
    f.store
        .append(f.append().with_claim(take("first")))
        .await
        .unwrap();
    let refusal = f
        .other
        .append(f.append().with_claim(take("second")))
        .await
        .unwrap_err();
    assert!(matches!(refusal, AppendError::Claimed { holder, .. } if holder == "first"));
    let release = ClaimChange::Release { key: key.clone() };
    f.store
        .append(
            f.append()
                .with_claim(release.clone())
                .with_claim(take("third")),
        )
        .await
        .unwrap();
    let refusal = f
        .store
        .append(f.append().with_claim(take("fourth")))
        .await
        .unwrap_err();
    assert!(matches!(refusal, AppendError::Claimed { holder, .. } if holder == "third"));
    f.store
        .append(f.append().with_claim(release.clone()))
        .await
        .unwrap();
    f.store
        .append(f.append().with_claim(release))
        .await
        .unwrap();
    f.store
        .append(f.append().with_claim(take("fifth")))
        .await
        .unwrap();
}

/// Sixteen writers on two instances, and a reader that only ever asks for what comes after.
pub async fn a_reader_never_misses_an_event_while_others_write(f: &Fixture) {
    const WRITERS: usize = 16;
    const EACH: usize = 12;
    let done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(follow(
        Arc::clone(&f.store) as Arc<dyn EventLog>,
        Arc::clone(&done),
    ));
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        let fixture = f.clone();
        writers.push(tokio::spawn(async move {
            let store = if number % 2 == 0 {
                &fixture.store
            } else {
                &fixture.other
            };
            for _ in 0..EACH {
                let stream = StreamId::Case(fixture.fresh());
                let events = [
                    fixture.event(opened(None)),
                    fixture.event(note(TENANT, "x")),
                ];
                store
                    .append(fixture.append().with_events(stream, Expected::NEW, events))
                    .await
                    .unwrap();
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let seen = reader.await.unwrap();
    let expected: Vec<u64> = (0..(WRITERS * EACH * 2) as u64).collect();
    assert_eq!(seen, expected, "a reader saw every position once, in order");
}

async fn follow(log: Arc<dyn EventLog>, done: Arc<AtomicBool>) -> Vec<u64> {
    let (mut seen, mut last) = (Vec::new(), None);
    loop {
        let finished = done.load(Ordering::SeqCst);
        let events = log.read_after(last, 7).await.unwrap();
        if events.is_empty() {
            if finished {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        for event in events {
            last = Some(event.position);
            seen.push(event.position.0);
        }
    }
}

/// Same stream name, same claim: different tenants.
pub async fn tenants_do_not_see_each_other(f: &Fixture) {
    let (case, subject) = (f.fresh::<CaseId>(), f.fresh::<SubjectId>());
    let theirs = TenantId::new("theirs").unwrap();
    let mut append = f.open_case(case, subject);
    f.store.append(f.open_case(case, subject)).await.unwrap();
    append.tenant = theirs.clone();
    f.store.append(append).await.unwrap();
    let stream = StreamId::Case(case);
    assert_eq!(f.store.load(&f.tenant, &stream).await.unwrap().len(), 1);
    assert_eq!(
        f.store.load(&theirs, &stream).await.unwrap()[0].position,
        Position(1)
    );
}

/// By position.
pub async fn several_streams_load_in_one_query(f: &Fixture) {
    let streams: Vec<StreamId> = (0..5).map(|_| StreamId::Case(f.fresh())).collect();
    for stream in &streams {
        let append = f.append().with_events(
            stream.clone(),
            Expected::NEW,
            [f.event(opened(None)), f.event(note(TENANT, "x"))],
        );
        f.store.append(append).await.unwrap();
    }
    let events = f.store.load_many(&f.tenant, &streams[1..4]).await.unwrap();
    assert!(events.is_sorted_by_key(|event| event.position));
    let found: HashSet<&StreamId> = events.iter().map(|event| &event.stream).collect();
    assert_eq!((events.len(), found), (6, streams[1..4].iter().collect()));
    assert!(f.store.load_many(&f.tenant, &[]).await.unwrap().is_empty());
}
