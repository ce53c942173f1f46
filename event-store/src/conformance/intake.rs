//! Context for batches, positions, leaves and the deep stage's queue.

use std::time::Duration;

use holdfast_domain::intake::{Freshness, LiveFrom};
use holdfast_domain::{
    Actor, CaseId, ClaimChange, ClaimKey, ModerationEvent, PostId, PostRef, Revision, StreamId,
    SubjectId,
};

use super::Fixture;
use super::samples::{
    advance, after, author, batch_assessed, content_key, opened, partition, post,
};
use crate::ports::{
    BatchLeaves, ChatKey, Expected, Keep, LeafContent, LeafInput, NewEventHead, Pending,
    PendingChange, PendingPost, PendingPriority, RecallRequest,
};
use crate::{AppendError, FingerprintKind};

/// And says nothing of what it does not know.
pub async fn recall_knows_what_was_appended(f: &Fixture) {
    let (subject, id, case) = (
        f.fresh::<SubjectId>(),
        f.fresh::<PostId>(),
        f.fresh::<CaseId>(),
    );
    let prints = f.store.fingerprinter(&f.tenant).await.unwrap();
    let seen = ClaimKey::event(prints.of(FingerprintKind::Event, "forum e1").as_str());
    let mut append = f.first_post(
        subject,
        id,
        post("p1", "ana", "goodbye", 1, after(0)),
        Keep::ForCase,
    );
    append = append
        .with_events(
            StreamId::Case(case),
            Expected::NEW,
            [f.event(opened(Some(subject)))],
        )
        .with_claim(ClaimChange::Take {
            key: ClaimKey::open_crisis(subject),
            holder: case.to_string(),
        })
        .with_claim(ClaimChange::Take {
            key: seen,
            holder: "e1".to_owned(),
        });
    f.store.append(append).await.unwrap();
    let request = RecallRequest {
        authors: vec![author("ana"), author("ben")],
        posts: vec![content_key("p1"), content_key("p2")],
        parents: vec![content_key("p1")],
        event_keys: vec!["forum e1".into(), "forum e2".into()],
        claims: vec![
            ClaimKey::open_crisis(subject),
            ClaimKey::open_crisis(f.fresh()),
        ],
        chats: Vec::new(),
    };
    let recall = f.other.recall(&f.tenant, request).await.unwrap();
    assert_eq!(
        (recall.subjects.len(), recall.subjects[&author("ana")]),
        (1, subject)
    );
    let known = &recall.posts[&content_key("p1")];
    assert_eq!(
        (recall.posts.len(), known.id, known.latest, known.deleted),
        (1, id, Revision(1), false)
    );
    let parent = &recall.parents[&content_key("p1")];
    assert_eq!(parent.text.as_ref().unwrap().reveal(), "goodbye");
    assert_eq!(
        (parent.post, parent.subject),
        (
            PostRef {
                post: id,
                revision: Revision(1)
            },
            subject
        )
    );
    assert_eq!(recall.seen, ["forum e1".into()].into());
    assert_eq!(
        recall.holders,
        [(ClaimKey::open_crisis(subject), case.to_string())].into()
    );
    assert_eq!(recall.open[&subject][0].case, case);
}

/// Ten at most, of the three minutes before, newest revision, this thread and author alone.
pub async fn preceding_messages_come_nearest_first(f: &Fixture) {
    let (ana, ben) = (f.fresh::<SubjectId>(), f.fresh::<SubjectId>());
    for number in 0..15_u64 {
        let post = post(
            &format!("a{number}"),
            "ana",
            &format!("line {number}"),
            1,
            after(number * 20),
        );
        f.store
            .append(f.first_post(ana, f.fresh(), post, Keep::ForCase))
            .await
            .unwrap();
    }
    let other = post("b1", "ben", "not hers", 1, after(275));
    f.store
        .append(f.first_post(ben, f.fresh(), other, Keep::ForCase))
        .await
        .unwrap();
    let chat = ChatKey {
        author: author("ana"),
        thread: "thread-1".into(),
        before: after(290),
    };
    let elsewhere = ChatKey {
        thread: "thread-2".into(),
        ..chat.clone()
    };
    let request = RecallRequest {
        chats: vec![chat.clone(), elsewhere.clone()],
        ..RecallRequest::default()
    };
    let recall = f.store.recall(&f.tenant, request).await.unwrap();
    let lines: Vec<&str> = recall.preceding[&chat]
        .iter()
        .map(|line| line.text.reveal().as_str())
        .collect();
    let expected: Vec<String> = (6..15)
        .rev()
        .map(|number| format!("line {number}"))
        .collect();
    assert_eq!(lines, expected);
    assert!(!recall.preceding.contains_key(&elsewhere));
}

/// Nor does one that was never owner.
pub async fn a_former_owner_of_a_partition_appends_nothing(f: &Fixture) {
    let batch = |expected, next| {
        let mut append = f.append().with_events(
            StreamId::Case(f.fresh()),
            Expected::NEW,
            [f.event(opened(None))],
        );
        append.positions.push(advance(expected, next));
        append
    };
    f.store.append(batch(None, 100)).await.unwrap();
    f.other.append(batch(Some(100), 200)).await.unwrap();
    for stale in [Some(100), None, Some(150)] {
        let refusal = f.store.append(batch(stale, 300)).await.unwrap_err();
        assert!(
            matches!(
                refusal,
                AppendError::Fenced {
                    found: Some(200),
                    ..
                }
            ),
            "{refusal}"
        );
    }
    let stored = f.store.position(&partition(0)).await.unwrap().unwrap();
    assert_eq!((stored.next, stored.last_digest), (200, [200; 32]));
    assert_eq!(f.store.read_after(None, 10).await.unwrap().len(), 2);
}

/// Of several assignments the first counts.
pub async fn the_first_assignment_decides_what_is_backfill(f: &Fixture) {
    let at = |offset, minutes: u64| LiveFrom {
        offset,
        since: after(minutes * 60),
    };
    let begun = f.store.begin_position(&partition(0), at(42, 1)).await;
    assert_eq!(begun.unwrap(), at(42, 1));
    let begun_again = f.other.begin_position(&partition(0), at(99, 2)).await;
    assert_eq!(begun_again.unwrap(), at(42, 1));
    assert_eq!(f.store.position(&partition(0)).await.unwrap(), None);
    let mut append = f.append();
    append.positions.push(advance(None, 10));
    f.store.append(append).await.unwrap();
    let stored = f.store.position(&partition(0)).await.unwrap().unwrap();
    assert_eq!((stored.next, stored.live_from), (10, at(42, 1)));
}

/// The event carries the root over them; another outcome is another root.
pub async fn a_batch_leaves_a_leaf_for_every_record(f: &Fixture) {
    let mut roots = Vec::new();
    for (number, outcome) in ["clear", "clear", "case"].into_iter().enumerate() {
        let id: PostId = f.fresh();
        let name = format!("p{number}");
        let mut append = f.first_post(
            f.fresh(),
            id,
            post(&name, &name, "words", 1, after(0)),
            Keep::ForCase,
        );
        let leaf = |offset: i64, content| LeafInput {
            source: "holdfast.posts.v1/0".to_owned(),
            offset,
            event_key: format!("forum e{offset}").into(),
            revision: Some(Revision(1)),
            outcome: outcome.to_owned(),
            content,
        };
        let written = LeafContent::WrittenHere(PostRef {
            post: id,
            revision: Revision(1),
        });
        append.batch = Some(BatchLeaves {
            stream: StreamId::Intake("holdfast.posts.v1/0".to_owned()),
            head: NewEventHead {
                id: f.fresh(),
                occurred_at: after(0),
                actor: Actor::Automation,
                correlation: None,
            },
            event: batch_assessed(),
            leaves: vec![
                leaf(0, LeafContent::Nothing),
                leaf(1, LeafContent::Digest([7; 32])),
                leaf(
                    2,
                    if number == 0 {
                        LeafContent::Nothing
                    } else {
                        written
                    },
                ),
            ],
        });
        f.store.append(append).await.unwrap();
    }
    for event in f.store.read_after(None, 10).await.unwrap() {
        let ModerationEvent::BatchAssessed(batch) = event.event else {
            panic!("another event")
        };
        assert_eq!((batch.count, batch.merkle_root.len()), (3, 64));
        roots.push(batch.merkle_root);
    }
    roots.dedup();
    assert_eq!(roots.len(), 3);
}

fn pending(f: &Fixture, post: PostId, priority: PendingPriority, deadline: u64) -> PendingChange {
    let _ = f;
    PendingChange::Put(PendingPost {
        post: PostRef {
            post,
            revision: Revision(1),
        },
        priority,
        deadline: after(deadline),
        freshness: Freshness::Live,
        context: "{}".to_owned(),
    })
}

async fn three_waiting(f: &Fixture) -> [PostId; 3] {
    let ids = [f.fresh(), f.fresh(), f.fresh()];
    let urgency = [
        (PendingPriority::Background, 10),
        (PendingPriority::Unsure, 30),
        (PendingPriority::PreScreen, 50),
    ];
    for (number, (id, (priority, deadline))) in ids.iter().zip(urgency).enumerate() {
        let name = format!("p{number}");
        let mut append = f.first_post(
            f.fresh(),
            *id,
            post(&name, &name, "words", 1, after(0)),
            Keep::ForCase,
        );
        append.pending.push(pending(f, *id, priority, deadline));
        f.store.append(append).await.unwrap();
    }
    ids
}

/// Pre-screen hits first; a post is held by one worker until its lease ends.
pub async fn pending_posts_are_taken_by_urgency(f: &Fixture) {
    let ids = three_waiting(f).await;
    let (here, there): (&dyn Pending, &dyn Pending) = (f.store.as_ref(), f.other.as_ref());
    let lease = Duration::from_mins(1);
    let taken = here.take("a", 2, after(1), lease).await.unwrap();
    assert_eq!(
        taken
            .iter()
            .map(|post| post.pending.post.post)
            .collect::<Vec<_>>(),
        [ids[2], ids[1]]
    );
    let words = &taken[0].post.as_ref().unwrap().newest().unwrap().post.text;
    assert_eq!((words.reveal().as_str(), taken[0].attempts), ("words", 1));
    let rest = there.take("b", 5, after(2), lease).await.unwrap();
    assert_eq!(
        rest.iter()
            .map(|post| post.pending.post.post)
            .collect::<Vec<_>>(),
        [ids[0]]
    );
    assert!(
        there
            .take("b", 5, after(3), lease)
            .await
            .unwrap()
            .is_empty()
    );
    let back = [(f.tenant.clone(), taken[1].pending.post)];
    there.give_back("b", &back, after(4)).await.unwrap();
    assert!(
        there
            .take("b", 5, after(5), lease)
            .await
            .unwrap()
            .is_empty(),
        "only its holder gives a post back"
    );
    here.give_back("a", &back, after(6)).await.unwrap();
    let again = there.take("b", 5, after(6), lease).await.unwrap();
    assert_eq!((again.len(), again[0].attempts), (1, 2));
    assert_eq!(
        there.take("b", 5, after(100), lease).await.unwrap().len(),
        3
    );
    let late: Vec<PostId> = here
        .overdue(after(35), 5)
        .await
        .unwrap()
        .iter()
        .map(|post| post.pending.post.post)
        .collect();
    assert_eq!(late, [ids[0], ids[1]]);
    assert_eq!(here.waiting().await.unwrap(), (3, Some(after(0))));
}

/// A second answer is refused, and a new revision waits beside the old one.
pub async fn a_pending_post_is_done_once(f: &Fixture) {
    let ids = three_waiting(f).await;
    let done = |revision| {
        PendingChange::Done(PostRef {
            post: ids[0],
            revision: Revision(revision),
        })
    };
    let with = |change: PendingChange| {
        let mut append = f.append();
        append.pending.push(change);
        append
    };
    let PendingChange::Put(mut newer) = pending(f, ids[0], PendingPriority::Unsure, 60) else {
        unreachable!()
    };
    newer.post.revision = Revision(2);
    f.store
        .append(with(PendingChange::Put(newer)))
        .await
        .unwrap();
    let here: &dyn Pending = f.store.as_ref();
    assert_eq!(here.waiting().await.unwrap().0, 4);
    let first = here
        .take("a", 3, after(1), Duration::from_mins(1))
        .await
        .unwrap();
    let rest = here
        .take("b", 3, after(1), Duration::from_mins(1))
        .await
        .unwrap();
    assert_eq!((first.len(), rest.len()), (3, 1), "each is taken by itself");
    f.store.append(with(done(1))).await.unwrap();
    let refusal = f.store.append(with(done(1))).await.unwrap_err();
    assert!(
        matches!(refusal, AppendError::NotPending { .. }),
        "{refusal}"
    );
    assert_eq!(here.waiting().await.unwrap().0, 3);
    f.other.append(with(done(2))).await.unwrap();
    let refusal = f.store.append(with(done(2))).await.unwrap_err();
    assert!(
        matches!(refusal, AppendError::NotPending { .. }),
        "{refusal}"
    );
    assert_eq!(here.waiting().await.unwrap().0, 2);
}
