//! What is sealed.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::intake::{DeletedBy, Origin, RejectClass};
use holdfast_domain::{
    CaseId, KeyOwner, MessageId, ModerationEvent, PostId, Prose, Revision, Sealed, StreamId,
    SubjectId,
};

use super::Fixture;
use super::samples::{after, note, post};
use crate::AppendError;
use crate::ports::{DeadLetterWrite, Expected, Find, Keep, Opened, PostWrite, ProseContext};

fn sealed(event: &ModerationEvent) -> Sealed {
    match event {
        ModerationEvent::NoteAdded(note) => match &note.note {
            Prose::Sealed(sealed) => sealed.clone(),
            Prose::Clear { .. } => panic!("the log holds clear prose"),
        },
        _ => panic!("not a note"),
    }
}

/// In another stream, or under another field, it does not.
pub async fn prose_is_sealed_and_opens_in_its_place_alone(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let stream = StreamId::Case(f.fresh());
    let events = [
        f.event(note(subject, "called her back")),
        f.event(note(KeyOwner::Tenant, "all quiet")),
    ];
    f.store
        .append(
            f.append()
                .with_events(stream.clone(), Expected::NEW, events),
        )
        .await
        .unwrap();
    let events = f.other.load(&f.tenant, &stream).await.unwrap();
    let context = ProseContext {
        tenant: &f.tenant,
        stream: &stream,
        event_type: "NoteAdded",
        field: "note",
    };
    for (event, words) in events.iter().zip(["called her back", "all quiet"]) {
        let sealed = sealed(&event.event);
        assert!(!serde_json::to_string(&sealed).unwrap().contains(words));
        assert_eq!(
            f.other.open(&context, &sealed).await.unwrap(),
            Opened::Text(words.into())
        );
        let elsewhere = StreamId::Case(CaseId::from(uuid::Uuid::nil()));
        assert!(
            f.store
                .open(
                    &ProseContext {
                        stream: &elsewhere,
                        ..context
                    },
                    &sealed
                )
                .await
                .is_err()
        );
        assert!(
            f.store
                .open(
                    &ProseContext {
                        field: "reason",
                        ..context
                    },
                    &sealed
                )
                .await
                .is_err()
        );
    }
}

/// The oldest first, deletion marked.
pub async fn a_post_reads_back_with_its_revisions(f: &Fixture) {
    let (subject, id) = (f.fresh::<SubjectId>(), f.fresh::<PostId>());
    let first = post("p1", "ana", "goodbye", 1, after(0));
    f.store
        .append(f.first_post(subject, id, first.clone(), Keep::Until(after(100))))
        .await
        .unwrap();
    let second = post("p1", "ana", "never mind", 2, after(5));
    let mut append = f.append();
    append.posts.push(PostWrite::Revision {
        id,
        subject,
        post: Box::new(second.clone()),
        keep: Keep::Until(after(50)),
    });
    append.posts.push(PostWrite::Deleted {
        id,
        revision: Revision(3),
        by: DeletedBy::Author,
    });
    f.store.append(append).await.unwrap();
    let stored = f.other.post(&f.tenant, id).await.unwrap().unwrap();
    assert_eq!(
        (stored.subject, stored.latest, stored.deleted),
        (subject, Revision(3), Some(DeletedBy::Author))
    );
    let posts: Vec<_> = stored
        .revisions
        .iter()
        .map(|revision| revision.post.clone())
        .collect();
    assert_eq!(posts, [first, second]);
    assert!(
        stored
            .revisions
            .iter()
            .all(|revision| revision.text_kept && revision.digest.is_some())
    );
    assert_eq!(
        f.store.posts(&f.tenant, &[id, f.fresh()]).await.unwrap(),
        [stored]
    );
}

/// Readable beside the newer one, which stays the newest.
pub async fn an_older_revision_that_comes_late_replaces_nothing(f: &Fixture) {
    let (subject, id) = (f.fresh::<SubjectId>(), f.fresh::<PostId>());
    let newer = post("p1", "ana", "never mind", 5, after(5));
    f.store
        .append(f.first_post(subject, id, newer.clone(), Keep::NoText))
        .await
        .unwrap();
    let older = post("p1", "ana", "goodbye", 3, after(0));
    let mut append = f.append();
    append.posts.push(PostWrite::Revision {
        id,
        subject,
        post: Box::new(older.clone()),
        keep: Keep::ForCase,
    });
    f.store.append(append).await.unwrap();
    let stored = f.other.post(&f.tenant, id).await.unwrap().unwrap();
    assert_eq!(stored.latest, Revision(5));
    assert_eq!(stored.newest().unwrap().post.revision, Revision(5));
    assert_eq!(stored.revision(Revision(3)).unwrap().post, older);
    assert_eq!(f.store.purge_expired(after(10_000)).await.unwrap(), 0);
}

/// Before, itself, after; and the author's newest first.
pub async fn the_thread_around_a_post_is_in_order(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let ids: Vec<PostId> = (0..7).map(|_| f.fresh()).collect();
    for (number, id) in ids.iter().enumerate() {
        let secs = number as u64 * 10;
        let post = post(&format!("p{number}"), "ana", "words", 1, after(secs));
        f.store
            .append(f.first_post(subject, *id, post, Keep::ForCase))
            .await
            .unwrap();
    }
    let around = f
        .store
        .thread_around(&f.tenant, ids[3], 2, 1)
        .await
        .unwrap();
    assert_eq!(
        around.iter().map(|post| post.id).collect::<Vec<_>>(),
        ids[1..5]
    );
    let theirs = f
        .store
        .author_posts(&f.tenant, subject, after(25))
        .await
        .unwrap();
    assert_eq!(
        theirs.iter().map(|post| post.id).collect::<Vec<_>>(),
        [ids[6], ids[5], ids[4], ids[3]]
    );
}

/// Posts of cases stay, and so do those that wait for the deep stage.
pub async fn texts_are_purged_when_their_time_is_over(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let ids: Vec<PostId> = (0..4).map(|_| f.fresh()).collect();
    let keeps = [
        Keep::Until(after(10)),
        Keep::Until(after(1000)),
        Keep::ForCase,
        Keep::NoText,
    ];
    for (number, (id, keep)) in ids.iter().zip(keeps).enumerate() {
        let post = post(&format!("p{number}"), "ana", "words", 1, after(0));
        f.store
            .append(f.first_post(subject, *id, post, keep))
            .await
            .unwrap();
    }
    assert_eq!(f.store.purge_expired(after(5)).await.unwrap(), 0);
    assert_eq!(f.store.purge_expired(after(11)).await.unwrap(), 1);
    assert_eq!(f.store.purge_expired(after(11)).await.unwrap(), 0);
    let mut kept = Vec::new();
    for id in &ids {
        let stored = f.store.post(&f.tenant, *id).await.unwrap().unwrap();
        let newest = stored.newest().unwrap();
        assert_eq!(newest.post.author.pseudonym.reveal(), "ana");
        assert_eq!(newest.post.text.reveal().is_empty(), !newest.text_kept);
        kept.push(newest.text_kept);
    }
    assert_eq!(kept, [false, true, true, false]);
    let mut append = f.append();
    append.posts.push(PostWrite::Keep {
        id: ids[2],
        keep: Keep::Until(after(20)),
    });
    f.store.append(append).await.unwrap();
    assert_eq!(f.store.purge_expired(after(30)).await.unwrap(), 1);
}

/// Not even by an instance that still has the key cached.
pub async fn an_erased_member_is_unreadable_and_nothing_more_is_written(f: &Fixture) {
    let (subject, id) = (f.fresh::<SubjectId>(), f.fresh::<PostId>());
    f.store
        .append(f.first_post(
            subject,
            id,
            post("p1", "ana", "words", 1, after(0)),
            Keep::ForCase,
        ))
        .await
        .unwrap();
    let stream = StreamId::Case(f.fresh());
    let append = f.append().with_events(
        stream.clone(),
        Expected::NEW,
        [f.event(note(subject, "called her back"))],
    );
    f.store.append(append).await.unwrap();
    // The other instance knows the key from now on.
    assert!(
        f.other
            .post(&f.tenant, id)
            .await
            .unwrap()
            .unwrap()
            .newest()
            .is_some()
    );
    let mut erase = f.append();
    erase.destroy_keys.push(subject);
    f.store.append(erase).await.unwrap();

    let events = f.store.load(&f.tenant, &stream).await.unwrap();
    let context = ProseContext {
        tenant: &f.tenant,
        stream: &stream,
        event_type: "NoteAdded",
        field: "note",
    };
    assert_eq!(
        f.store
            .open(&context, &sealed(&events[0].event))
            .await
            .unwrap(),
        Opened::Erased
    );
    assert!(
        f.store
            .post(&f.tenant, id)
            .await
            .unwrap()
            .unwrap()
            .revisions
            .is_empty()
    );
    assert_eq!(f.store.pseudonym(&f.tenant, subject).await.unwrap(), None);
    for store in [&f.store, &f.other] {
        let append = f.append().with_events(
            StreamId::Case(f.fresh()),
            Expected::NEW,
            [f.event(note(subject, "again"))],
        );
        let refusal = store.append(append).await.unwrap_err();
        assert!(
            matches!(refusal, AppendError::ContentRefused { subject: refused } if refused == subject),
            "{refusal}"
        );
    }
    f.clock.advance(Duration::from_mins(2));
    assert_eq!(
        f.other
            .open(&context, &sealed(&events[0].event))
            .await
            .unwrap(),
        Opened::Erased
    );
}

/// The newest first in the list.
pub async fn dead_letters_open_with_their_bytes(f: &Fixture) {
    let ids: Vec<MessageId> = (0..3).map(|_| f.fresh()).collect();
    let headers = vec![
        ("ce_id".to_owned(), b"e1".to_vec()),
        ("ce_id".to_owned(), b"\xff".to_vec()),
    ];
    for (number, id) in ids.iter().enumerate() {
        f.clock.advance(Duration::from_secs(1));
        let mut append = f.append();
        append.dead_letters.push(DeadLetterWrite {
            id: *id,
            origin: Origin::Kafka {
                topic: "holdfast.posts.v1".to_owned(),
                partition: 0,
                offset: number as i64,
            },
            owner: KeyOwner::Tenant,
            raw: b"{broken".to_vec().into(),
            key: (number == 0).then(|| b"ana".to_vec().into()),
            headers: headers.clone().into(),
            class: RejectClass::Poison,
            message: "no JSON".to_owned(),
            transport_time: Some(after(number as u64)),
            consumer_group: (number == 0).then(|| "night".to_owned()),
            traceparent: (number == 0).then(|| "00-ab-cd-01".to_owned()),
        });
        f.store.append(append).await.unwrap();
    }
    let listed = f.store.dead_letters(&f.tenant, None, 2).await.unwrap();
    assert_eq!(
        listed.iter().map(|letter| letter.id).collect::<Vec<_>>(),
        [ids[2], ids[1]]
    );
    let rest = f
        .store
        .dead_letters(&f.tenant, Some(listed[1].recorded_at), 2)
        .await
        .unwrap();
    assert_eq!(
        rest.iter().map(|letter| letter.id).collect::<Vec<_>>(),
        [ids[0]]
    );
    let letter = f.other.dead_letter(ids[0]).await.unwrap().unwrap();
    assert_eq!(letter.raw.unwrap().reveal(), b"{broken");
    assert_eq!(letter.key.unwrap().reveal(), b"ana");
    assert_eq!(*letter.headers.reveal(), headers);
    assert_eq!(letter.summary.consumer_group.as_deref(), Some("night"));
    assert_eq!(letter.summary.traceparent.as_deref(), Some("00-ab-cd-01"));
    assert_eq!(
        (letter.summary, letter.sealed.is_some()),
        (rest[0].clone(), true)
    );
}

/// And nobody else's.
pub async fn people_and_posts_are_found_by_what_the_platform_calls_them(f: &Fixture) {
    let (subject, id) = (f.fresh::<SubjectId>(), f.fresh::<PostId>());
    f.store
        .append(f.first_post(
            subject,
            id,
            post("p1", "ana", "words", 1, after(0)),
            Keep::ForCase,
        ))
        .await
        .unwrap();
    let found = f
        .store
        .find(&f.tenant, &Find::Author("ana".into()))
        .await
        .unwrap();
    assert_eq!((found.subjects, found.posts), (vec![subject], vec![]));
    for find in [
        Find::Post("p1".into()),
        Find::Url("https://forum.example/p1".into()),
    ] {
        assert_eq!(f.store.find(&f.tenant, &find).await.unwrap().posts, [id]);
    }
    let theirs = holdfast_domain::TenantId::new("theirs").unwrap();
    assert_eq!(
        f.store
            .find(&theirs, &Find::Author("ana".into()))
            .await
            .unwrap()
            .subjects,
        []
    );
    let (_, name) = f
        .store
        .pseudonym(&f.tenant, subject)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(name.reveal(), "ana");
}

/// The second is refused and learns who was first.
pub async fn two_writers_make_one_subject(f: &Fixture) {
    let mut tasks = Vec::new();
    for number in 0..8 {
        let store = Arc::clone(if number % 2 == 0 { &f.store } else { &f.other });
        let post = post("p1", "ana", "words", 1, after(0));
        let append = f.first_post(f.fresh(), f.fresh(), post, Keep::ForCase);
        tasks.push(tokio::spawn(async move { store.append(append).await }));
    }
    let (mut won, mut holders) = (0, Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(AppendError::Claimed { holder, .. }) => holders.push(holder),
            Err(other) => panic!("unexpected refusal: {other}"),
        }
    }
    let found = f
        .store
        .find(&f.tenant, &Find::Author("ana".into()))
        .await
        .unwrap()
        .subjects;
    assert_eq!((won, found.len()), (1, 1));
    assert!(holders.iter().all(|holder| *holder == found[0].to_string()));
}
