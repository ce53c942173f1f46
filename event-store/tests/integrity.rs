//! What can be checked from the raw tables: the chain, what is sealed, and the keys.

mod support;

use std::sync::Arc;

use holdfast_domain::{CaseId, EventEnvelope, KeyOwner, StreamId, SubjectId};
use holdfast_event_store::chain::{EventColumns, GENESIS, link};
use holdfast_event_store::conformance::Fixture;
use holdfast_event_store::conformance::samples::{after, note, opened, post};
use holdfast_event_store::leaves::unpack;
use holdfast_event_store::{
    BatchLeaves, CaseRow, Content as _, EventLog as _, Expected, Keep, LeafContent, LeafInput,
    NewEventHead, Opened, Projection, Projections as _, Projector, ProseContext, Store,
    StoreConfig, StoreError,
};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Row as _};
use support::Folder;
use tokio_util::sync::CancellationToken;

struct Place {
    folder: Folder,
    config: StoreConfig,
}

impl Place {
    fn new(test: &str) -> Self {
        let folder = Folder::new("integrity", test);
        let config = StoreConfig {
            url: format!("sqlite:{}", folder.file("holdfast.db").display()),
            master_key_file: folder.file("master-key"),
            ..StoreConfig::default()
        };
        Self { folder, config }
    }

    async fn open(&self) -> (Store, Fixture) {
        let clock = Fixture::clock();
        let store = Store::connect(&self.config, clock.clone()).await.unwrap();
        let shared = Arc::new(store.clone());
        (store, Fixture::new(shared.clone(), shared, clock))
    }

    async fn raw(&self) -> sqlx::SqliteConnection {
        SqliteConnectOptions::new()
            .filename(self.folder.file("holdfast.db"))
            .connect()
            .await
            .unwrap()
    }
}

/// Recomputes the chain from the rows alone.
async fn chain_breaks_at(place: &Place) -> Option<i64> {
    let sql = "SELECT position, event_id, tenant, stream, version, occurred_at, recorded_at, actor, causation,
                      correlation, event_type, type_version, payload, chain FROM log_events ORDER BY position";
    let rows = sqlx::query(sql)
        .fetch_all(&mut place.raw().await)
        .await
        .unwrap();
    let mut chain = GENESIS;
    for row in rows {
        let (id, stored): (Vec<u8>, Vec<u8>) = (row.get(1), row.get(13));
        let texts: Vec<Option<String>> = [2, 3, 7, 8, 9, 10, 12]
            .into_iter()
            .map(|column| row.get(column))
            .collect();
        let text = |place: usize| texts[place].as_deref();
        let columns = EventColumns {
            position: row.get::<i64, _>(0) as u64,
            event_id: &id.try_into().unwrap(),
            tenant: text(0).unwrap(),
            stream: text(1).unwrap(),
            version: row.get::<i64, _>(4) as u64,
            occurred_at: row.get(5),
            recorded_at: row.get(6),
            actor: text(2).unwrap(),
            causation: text(3),
            correlation: text(4),
            event_type: text(5).unwrap(),
            type_version: row.get::<i64, _>(11) as u16,
            payload: text(6).unwrap(),
        };
        chain = link(&chain, &columns);
        if chain[..] != stored[..] {
            return Some(row.get(0));
        }
    }
    let head: Vec<u8> = sqlx::query("SELECT chain FROM log_head")
        .fetch_one(&mut place.raw().await)
        .await
        .unwrap()
        .get(0);
    assert_eq!(chain[..], head[..], "the head is the last event's hash");
    None
}

#[tokio::test]
async fn the_chain_can_be_recomputed_from_the_rows_and_shows_a_changed_one() {
    let place = Place::new("chain");
    let (_store, f) = place.open().await;
    for _ in 0..5 {
        let events = [
            f.event(opened(None)),
            f.event(note(KeyOwner::Tenant, "seen")),
        ];
        f.store
            .append(
                f.append()
                    .with_events(StreamId::Case(f.fresh()), Expected::NEW, events),
            )
            .await
            .unwrap();
    }
    assert_eq!(chain_breaks_at(&place).await, None);
    let sql = "UPDATE log_events SET occurred_at = occurred_at + 1 WHERE position = 6";
    sqlx::query(sql)
        .execute(&mut place.raw().await)
        .await
        .unwrap();
    assert_eq!(chain_breaks_at(&place).await, Some(6));
}

#[tokio::test]
async fn no_word_of_a_member_stands_in_the_file() {
    let place = Place::new("sealed");
    let (store, f) = place.open().await;
    let subject: SubjectId = f.fresh();
    let mut written = post(
        "post-4711",
        "pseudonym-ana",
        "unmistakable words",
        1,
        after(0),
    );
    written.extra =
        serde_json::Map::from_iter([("secret-field".to_owned(), "secret-value".into())]).into();
    f.store
        .append(f.first_post(subject, f.fresh(), written, Keep::ForCase))
        .await
        .unwrap();
    let events = [f.event(note(subject, "a note about her"))];
    f.store
        .append(
            f.append()
                .with_events(StreamId::Case(f.fresh()), Expected::NEW, events),
        )
        .await
        .unwrap();
    store.close().await;
    let mut bytes = std::fs::read(place.folder.file("holdfast.db")).unwrap();
    bytes.extend(std::fs::read(place.folder.file("holdfast.db-wal")).unwrap_or_default());
    let holds = |word: &str| {
        bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes())
    };
    assert!(holds("night-shift"), "the file is the one written to");
    let secrets = [
        "post-4711",
        "pseudonym-ana",
        "unmistakable",
        "thread-1",
        "forum.example",
        "secret-value",
        "note about",
    ];
    for secret in secrets {
        assert!(!holds(secret), "{secret} stands in clear");
    }
}

#[tokio::test]
async fn rotating_the_master_key_leaves_every_sealed_byte_and_opens_with_the_new_one_alone() {
    let place = Place::new("rotation");
    let (store, f) = place.open().await;
    let (subject, id) = (f.fresh::<SubjectId>(), f.fresh());
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
    let events = [f.event(note(KeyOwner::Tenant, "all quiet"))];
    f.store
        .append(
            f.append()
                .with_events(stream.clone(), Expected::NEW, events),
        )
        .await
        .unwrap();
    let before = sealed_bytes(&place).await;

    let new_key = place.folder.file("new-master-key");
    assert_eq!(store.rotate_master_key(&new_key).await.unwrap(), 1);
    assert_eq!(sealed_bytes(&place).await, before);
    store.close().await;

    let refusal = Store::connect(&place.config, Fixture::clock())
        .await
        .unwrap_err();
    assert!(
        matches!(&refusal, StoreError::Setup(what) if what.contains("master key")),
        "{refusal}"
    );
    let config = StoreConfig {
        master_key_file: new_key,
        ..place.config.clone()
    };
    let store = Store::connect(&config, Fixture::clock()).await.unwrap();
    let stored = store.post(&f.tenant, id).await.unwrap().unwrap();
    assert_eq!(stored.newest().unwrap().post.text.reveal(), "words");
    let event = store.load(&f.tenant, &stream).await.unwrap().remove(0);
    let holdfast_domain::ModerationEvent::NoteAdded(note) = event.event else {
        panic!("another event")
    };
    let holdfast_domain::Prose::Sealed(sealed) = note.note else {
        panic!("clear prose")
    };
    let context = ProseContext {
        tenant: &f.tenant,
        stream: &stream,
        event_type: "NoteAdded",
        field: "note",
    };
    assert_eq!(
        store.open(&context, &sealed).await.unwrap(),
        Opened::Text("all quiet".into())
    );
}

async fn sealed_bytes(place: &Place) -> Vec<Vec<u8>> {
    let sql = "SELECT head FROM content_revisions UNION ALL SELECT body FROM content_revisions
               UNION ALL SELECT sealed FROM content_subjects
               UNION ALL SELECT wrapped FROM op_keys WHERE owner <> zeroblob(16)";
    let rows = sqlx::query(sql)
        .fetch_all(&mut place.raw().await)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn the_master_key_is_made_once_for_its_owner_alone_and_never_silently_again() {
    let place = Place::new("master");
    let (store, _) = place.open().await;
    store.close().await;
    let file = place.folder.file("master-key");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(
        (mode & 0o777, std::fs::read(&file).unwrap().len()),
        (0o600, 32)
    );
    std::fs::remove_file(&file).unwrap();
    let config = StoreConfig {
        create_master_key: false,
        ..place.config.clone()
    };
    let refusal = Store::connect(&config, Fixture::clock()).await.unwrap_err();
    assert!(
        matches!(&refusal, StoreError::Setup(what) if what.contains("missing")),
        "{refusal}"
    );
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let place = Place::new("restart");
    let (store, f) = place.open().await;
    let id = f.fresh();
    f.store
        .append(f.first_post(
            f.fresh(),
            id,
            post("p1", "ana", "words", 1, after(0)),
            Keep::ForCase,
        ))
        .await
        .unwrap();
    let append = f.append().with_events(
        StreamId::Case(f.fresh()),
        Expected::NEW,
        [f.event(opened(None))],
    );
    f.store.append(append).await.unwrap();
    let before = store.read_after(None, 10).await.unwrap();
    store.close().await;
    let (store, _) = place.open().await;
    assert_eq!(store.read_after(None, 10).await.unwrap(), before);
    assert_eq!(*store.appended().borrow(), 1);
    assert!(
        store
            .post(&f.tenant, id)
            .await
            .unwrap()
            .unwrap()
            .newest()
            .unwrap()
            .text_kept
    );
}

#[tokio::test]
async fn an_event_of_an_unknown_type_stops_the_reader_and_says_where() {
    let place = Place::new("unknown");
    let (store, f) = place.open().await;
    let events = [f.event(opened(None)), f.event(note(KeyOwner::Tenant, "x"))];
    f.store
        .append(
            f.append()
                .with_events(StreamId::Case(f.fresh()), Expected::NEW, events),
        )
        .await
        .unwrap();
    let sql = "UPDATE log_events SET event_type = 'FromTheFuture' WHERE position = 1";
    sqlx::query(sql)
        .execute(&mut place.raw().await)
        .await
        .unwrap();
    let failure = f.store.read_after(None, 10).await.unwrap_err();
    assert!(
        matches!(
            failure,
            StoreError::Unreadable {
                position: holdfast_domain::Position(1),
                ..
            }
        ),
        "{failure}"
    );
    assert!(!failure.is_transient());

    let shared: Arc<Store> = Arc::new(store.clone());
    let projector = Projector::new(shared.clone(), shared, Arc::new(Nothing));
    let failure = projector.run(CancellationToken::new()).await.unwrap_err();
    assert!(
        matches!(failure, StoreError::Unreadable { .. }),
        "{failure}"
    );
    let states = store.generations("nothing").await.unwrap();
    assert_eq!(
        states[0].checkpoint,
        Some(holdfast_domain::Position(0)),
        "what could be read was taken in"
    );
}

/// A projection without rows.
struct Nothing;

impl Projection for Nothing {
    fn name(&self) -> &'static str {
        "nothing"
    }

    fn cases_in(&self, _: &[EventEnvelope]) -> Vec<CaseId> {
        Vec::new()
    }

    fn project(&self, _: &[EventEnvelope], _: Vec<CaseRow>) -> Result<Vec<CaseRow>, StoreError> {
        Ok(Vec::new())
    }
}

#[tokio::test]
async fn a_stopped_projector_ends() {
    let place = Place::new("stopped");
    let (store, _) = place.open().await;
    let shared: Arc<Store> = Arc::new(store);
    let stop = CancellationToken::new();
    let projector = Projector::new(shared.clone(), shared, Arc::new(Nothing));
    let running = tokio::spawn({
        let stop = stop.clone();
        async move { projector.run(stop).await }
    });
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stored_leaf_proves_what_came_of_a_record() {
    let place = Place::new("leaves");
    let (_store, f) = place.open().await;
    let mut append = f.append();
    append.batch = Some(BatchLeaves {
        stream: StreamId::Intake("holdfast.posts.v1/0".to_owned()),
        head: NewEventHead {
            id: f.fresh(),
            occurred_at: after(0),
            actor: holdfast_domain::Actor::Automation,
            correlation: None,
        },
        event: holdfast_event_store::conformance::samples::batch_assessed(),
        leaves: (0..3)
            .map(|offset| LeafInput {
                source: "holdfast.posts.v1/0".to_owned(),
                offset,
                event_key: "forum e1".into(),
                revision: None,
                outcome: "clear".to_owned(),
                content: LeafContent::Nothing,
            })
            .collect(),
    });
    f.store.append(append).await.unwrap();
    let row = sqlx::query("SELECT position, leaves FROM log_leaves")
        .fetch_one(&mut place.raw().await)
        .await
        .unwrap();
    let leaves = unpack(&row.get::<Vec<u8>, _>(1)).unwrap();
    let event = f.store.read_after(None, 1).await.unwrap().remove(0);
    let holdfast_domain::ModerationEvent::BatchAssessed(batch) = event.event else {
        panic!("another event")
    };
    let by = holdfast_event_store::leaves::judged_by(&batch.ruleset, &batch.versions);
    let hashes: Vec<[u8; 32]> = leaves.iter().map(|leaf| leaf.hash(&by)).collect();
    let root = holdfast_event_store::leaves::merkle_root(&hashes);
    let stored = u128::from_str_radix(&batch.merkle_root[..32], 16).unwrap();
    let first_half = root.first_chunk().map(|half| u128::from_be_bytes(*half));
    assert_eq!(
        (row.get::<i64, _>(0), leaves.len(), first_half),
        (0, 3, Some(stored))
    );
    assert!(leaves.iter().all(|leaf| !leaf.key.contains("forum")));
}
