//! The whole way of a batch over a store in memory, with the shipped lexicons and policies: nothing that
//! somebody wrote is dropped unread.

use holdfast_domain::action::RequestedBy;
use holdfast_domain::event::ModerationEvent as E;
use holdfast_domain::intake::Origin;
use holdfast_domain::testing::{CountedIds, ManualClock, T0};
use holdfast_domain::{
    Action, ActionId, ActionTarget, CaseId, CommunityId, CrisisLevel, PlatformId, PostId, PostRef,
    Revision, Stage, SubjectId, TenantId,
};
use holdfast_event_store::{Append, MemoryStore, OutboxChange, OutboxMessage, StoredPost};
use holdfast_ingest::decode::Transport;
use holdfast_ingest::{Decoder, IngestConfig};
use prometheus::Registry;
use serde_json::{Value, json};

use super::*;
use crate::config::Config;

const GOODBYE: &str = "This is goodbye, I am going to end my life tonight.";
const HARMLESS: &str = "The soup turned out well and the cat slept all day.";

struct House {
    pipeline: Pipeline,
    store: Arc<MemoryStore>,
    decoder: Decoder,
}

/// A post as the platform sends it.
fn post(id: &str, revision: i64, text: &str) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("{id}-{revision}-{}", text.len()),
        "source": "/forum",
        "type": "holdfast.post.created.v1",
        "time": "2026-03-01T21:04:05Z",
        "data": {
            "post_id": id,
            "community_id": "night-shift",
            "author": { "pseudonym": "heron" },
            "text": text,
            "language": "en",
            "created_at": "2026-03-01T21:04:05Z",
            "revision": revision,
        },
    })
}

impl House {
    fn new() -> Self {
        let mut config = Config::default();
        config.classifiers.encoder = "off".to_owned();
        config.classifiers.linear = "off".to_owned();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(T0));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock)));
        let registry = Registry::new();
        let pipeline = Pipeline::new(PipelineParts {
            log: store.clone(),
            intake: store.clone(),
            content: store.clone(),
            outbox: store.clone(),
            assessor: Arc::new(Assessor::assemble(&config, &registry, T0).unwrap()),
            clock,
            ids: Arc::new(CountedIds::default()),
            settings: Arc::new(PipelineSettings::default()),
            metrics: PipelineMetrics::register(&registry).unwrap(),
        });
        let decoder = Decoder::new(
            &IngestConfig::default(),
            TenantId::default(),
            PlatformId::new("forum").unwrap(),
        );
        Self {
            pipeline,
            store,
            decoder,
        }
    }

    async fn take_in(&self, events: &[Value]) -> Vec<&'static str> {
        let record = |(line, event): (u64, &Value)| {
            let transport = Transport {
                origin: Origin::File {
                    name: "page".to_owned(),
                    line,
                },
                key: None,
                time: Some(T0),
                received_at: T0,
            };
            let received = self.decoder.json(transport, event.to_string().as_bytes());
            assert!(received.content.is_ok(), "{received:?}");
            received
        };
        let batch = Batch {
            tenant: TenantId::default(),
            source: "file/page".to_owned(),
            records: (1..).zip(events).map(record).collect(),
            advance: None,
        };
        let outcomes = self.pipeline.take_in(&batch).await.unwrap();
        outcomes.into_iter().map(RecordOutcome::as_str).collect()
    }

    async fn log(&self) -> Vec<E> {
        let events = self.store.read_after(None, 1_000).await.unwrap();
        events.into_iter().map(|envelope| envelope.event).collect()
    }

    /// The posts that joined cases, with their level.
    async fn attached(&self) -> Vec<(PostRef, CrisisLevel)> {
        let log = self.log().await;
        let attached = log.iter().filter_map(|event| match event {
            E::PostAttached(post) => post.assessment.as_ref(),
            _ => None,
        });
        attached
            .map(|assessment| (assessment.post, assessment.crisis.reading_level()))
            .collect()
    }

    /// How many revisions wait for the deep stage.
    async fn waiting(&self) -> u64 {
        let waiting = holdfast_event_store::Pending::waiting(&*self.store);
        waiting.await.unwrap().0
    }

    async fn stored(&self, post: PostId) -> StoredPost {
        let stored = self.store.post(&TenantId::default(), post).await.unwrap();
        stored.expect("the post is known")
    }
}

#[tokio::test]
async fn a_goodbye_that_an_edit_overtook_reaches_a_person_and_replaces_nothing() {
    let house = House::new();
    assert_ne!(house.take_in(&[post("p", 5, HARMLESS)]).await, ["case"]);
    assert_eq!(house.take_in(&[post("p", 3, GOODBYE)]).await, ["case"]);
    let attached = house.attached().await;
    assert_eq!(attached.len(), 1);
    let (goodbye, level) = attached[0];
    assert_eq!(goodbye.revision, Revision(3));
    assert!(level >= CrisisLevel::Soon);
    let stored = house.stored(goodbye.post).await;
    assert_eq!(stored.latest, Revision(5), "the newer one stays the latest");
    let kept = stored.revision(Revision(3)).expect("it is kept");
    assert_eq!(
        (kept.text_kept, kept.post.text.reveal().as_str()),
        (true, GOODBYE)
    );
    assert_eq!(stored.newest().unwrap().post.text.reveal(), HARMLESS);

    assert_eq!(house.take_in(&[post("p", 3, GOODBYE)]).await, ["stale"]);
    assert_eq!(house.take_in(&[post("p", 2, HARMLESS)]).await, ["stale"]);
    assert_eq!(house.attached().await, attached, "nothing is read twice");
}

#[tokio::test]
async fn other_words_under_a_number_that_is_taken_reach_a_person() {
    let house = House::new();
    house.take_in(&[post("p", 5, HARMLESS)]).await;
    assert_eq!(house.take_in(&[post("p", 5, HARMLESS)]).await, ["repeat"]);
    assert_eq!(house.take_in(&[post("p", 5, GOODBYE)]).await, ["case"]);
    let attached = house.attached().await;
    let stored = house.stored(attached[0].0.post).await;
    let texts: Vec<_> = stored
        .revisions
        .iter()
        .map(|one| one.post.text.reveal().as_str())
        .collect();
    assert_eq!(texts, [GOODBYE, HARMLESS], "the newest stays what it was");
    assert_eq!(stored.latest, Revision(5));
    let kept = stored
        .revision(attached[0].0.revision)
        .expect("what joined the case is kept");
    assert_eq!(kept.post.text.reveal(), GOODBYE);
    assert_eq!(house.take_in(&[post("p", 5, GOODBYE)]).await, ["repeat"]);
    assert_eq!(house.attached().await.len(), 1);
}

#[tokio::test]
async fn an_exact_repeat_of_a_goodbye_is_a_repeat() {
    let house = House::new();
    assert_eq!(house.take_in(&[post("p", 5, GOODBYE)]).await, ["case"]);
    let before = house.attached().await;
    assert_eq!(house.take_in(&[post("p", 5, GOODBYE)]).await, ["repeat"]);
    assert_eq!(house.attached().await, before);
}

#[tokio::test]
async fn within_a_batch_too_the_goodbye_behind_its_edit_is_read() {
    let house = House::new();
    let events = [
        post("p", 5, HARMLESS),
        post("p", 3, GOODBYE),
        post("p", 5, GOODBYE),
        post("p", 3, GOODBYE),
    ];
    let outcomes = house.take_in(&events).await;
    assert_eq!(outcomes[1..], ["case", "case", "stale"]);
    let attached = house.attached().await;
    assert_eq!(house.stored(attached[0].0.post).await.latest, Revision(5));
}

#[tokio::test]
async fn a_goodbye_that_comes_late_raises_the_case_that_holds_its_edit() {
    let house = House::new();
    // A case that is open already takes in whatever its member writes.
    house
        .take_in(&[post("q", 1, "I want to disappear, I can't go on.")])
        .await;
    assert_eq!(house.take_in(&[post("p", 5, HARMLESS)]).await, ["case"]);
    assert_eq!(house.take_in(&[post("p", 3, GOODBYE)]).await, ["case"]);
    let opened = house
        .log()
        .await
        .into_iter()
        .filter(|event| matches!(event, E::CaseOpened(_)));
    assert_eq!(opened.count(), 1, "one episode");
    let revisions: Vec<_> = house
        .attached()
        .await
        .iter()
        .map(|(post, _)| post.revision.0)
        .collect();
    assert_eq!(revisions, [1, 5, 3]);
}

#[tokio::test]
async fn all_revisions_of_a_post_open_whoever_they_say_wrote_them() {
    let house = House::new();
    house.take_in(&[post("p", 1, GOODBYE)]).await;
    let mut other = post("p", 2, HARMLESS);
    other["data"]["author"]["pseudonym"] = json!("wren");
    house.take_in(&[other]).await;
    let goodbye = house.attached().await[0].0;
    assert_eq!(house.stored(goodbye.post).await.revisions.len(), 2);
}

#[tokio::test]
async fn a_marker_hides_nothing_but_the_canary() {
    let house = House::new();
    let marked = |mut event: Value| {
        event["holdfastsynthetic"] = json!("canary");
        event
    };
    assert_eq!(
        house.take_in(&[marked(post("p", 1, GOODBYE))]).await,
        ["case"]
    );
    // Not in the canary's name either.
    let canary = |id: &str, text: &str| {
        let mut event = marked(post(id, 1, text));
        event["data"]["author"]["pseudonym"] = json!("holdfast-canary");
        event["data"]["community_id"] = json!("holdfast-canary");
        event
    };
    assert_eq!(house.take_in(&[canary("q", GOODBYE)]).await, ["case"]);
    let own = holdfast_rules::builtin::CANARY_TEXT;
    assert_eq!(house.take_in(&[canary("r", own)]).await, ["synthetic"]);
    let unmarked = post("s", 1, own);
    assert_ne!(house.take_in(&[unmarked]).await, ["synthetic"]);
}

#[tokio::test]
async fn a_program_that_repeats_a_goodbye_is_judged() {
    let house = House::new();
    let bot = |id: &str, text: &str| {
        let mut event = post(id, 1, text);
        event["data"]["author"] = json!({ "pseudonym": "bridge", "role": "bot" });
        event
    };
    assert_eq!(house.take_in(&[bot("p", HARMLESS)]).await, ["not_judged"]);
    assert_eq!(house.take_in(&[bot("q", GOODBYE)]).await, ["case"]);
    let mut warned = bot("r", HARMLESS);
    warned["data"]["content_warning"] = json!("suicide");
    assert_ne!(house.take_in(&[warned]).await, ["not_judged"]);
}

#[tokio::test]
async fn only_an_action_that_was_asked_for_is_carried_out_unjudged() {
    let house = House::new();
    let action = ActionId::from_u128(7);
    let asked = Action {
        id: action,
        case: CaseId::from_u128(8),
        target: ActionTarget::Author(SubjectId::from_u128(9)),
        parts: Vec::new(),
        message: None,
        policy: None,
        requested_by: RequestedBy::Automation,
        hold_until: T0,
        not_after: T0,
    };
    let message = OutboxMessage::action(&asked, &CommunityId::new("night-shift").unwrap());
    let put =
        |tenant: TenantId| Append::new(tenant).with_outbox(OutboxChange::Put(message.clone()));
    let carrying = |id: &str| {
        let mut event = post(id, 1, GOODBYE);
        event["data"]["carries_out"] = json!(action.to_string());
        event
    };
    assert_eq!(house.take_in(&[carrying("p")]).await, ["case"]);
    house.store.append(put(TenantId::default())).await.unwrap();
    assert_eq!(house.take_in(&[carrying("q")]).await, ["not_judged"]);

    let house = House::new();
    let neighbour = TenantId::new("neighbour").unwrap();
    house.store.append(put(neighbour)).await.unwrap();
    assert_eq!(
        house.take_in(&[carrying("p")]).await,
        ["case"],
        "another tenant's action"
    );
}

#[tokio::test]
async fn what_was_edited_away_within_a_second_is_read_by_the_deep_stage_as_well() {
    let house = House::new();
    let unsure = "I can't do this anymore and nobody would notice.";
    house.take_in(&[post("p", 1, unsure)]).await;
    house.take_in(&[post("p", 2, GOODBYE)]).await;
    house.take_in(&[post("p", 3, HARMLESS)]).await;
    let waiting = house.waiting().await;
    assert!(waiting >= 2, "each revision waits by itself: {waiting}");
    let stage = DeepStage::new(
        house.pipeline.clone(),
        house.store.clone(),
        "deep".to_owned(),
        10,
    );
    assert_eq!(stage.step().await.unwrap() as u64, waiting);
    let log = house.log().await;
    let deep = log.iter().filter_map(|event| match event {
        E::BatchAssessed(batch) if batch.stage == Stage::Deep => Some(u64::from(batch.count)),
        _ => None,
    });
    assert_eq!(deep.sum::<u64>(), waiting, "none is forgotten unread");
    let read = log.iter().filter_map(|event| match event {
        E::AssessmentRecorded(event) => Some(event.assessment.post.revision),
        _ => None,
    });
    assert!(
        read.collect::<Vec<_>>().contains(&Revision(2)),
        "the case hears what was edited away"
    );
}
