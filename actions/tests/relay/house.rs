//! A store with one member, a recording sender and a relay, under a clock that the test moves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use holdfast_actions::config::Mode;
use holdfast_actions::contract::{ActionCommand, Channel, CloudEvent};
use holdfast_actions::{
    ActionsConfig, CrashHook, Handed, HandsParts, Heartbeat, Levers, Metrics, Parcel, Pulse, Relay,
    SendError, Sender,
};
use holdfast_domain::action::RequestedBy;
use holdfast_domain::case::CaseKind;
use holdfast_domain::event::{ActionRequested, CaseOpened, OpenedBecause};
use holdfast_domain::intake::Freshness;
use holdfast_domain::post::{Author, AuthorRole, PostKind};
use holdfast_domain::testing::{CountedIds, ManualClock, T0};
use holdfast_domain::{
    Action, ActionId, ActionPart, ActionTarget, Actor, Case, CaseId, Clock, CommunityId,
    CrisisLevel, EventEnvelope, EventId, IdSource, MessageId, ModerationEvent, NewEvent,
    PlatformId, Post, PostId, PostRef, Prose, Revision, Sensitive, StreamId, SubjectId, TenantId,
    Timestamp,
};
use holdfast_event_store::{
    AnyStore, Append, EventLog, Expected, Keep, NewSubject, OutboxChange, OutboxMessage, Outgoing,
    OutgoingStatus, PostWrite, StoreConfig, connect,
};

/// The member that most tests are about.
pub(crate) const MEMBER: SubjectId = SubjectId::from_u128(0x10);
/// Their case.
pub(crate) const CASE: CaseId = CaseId::from_u128(0x20);

pub(crate) const MINUTE: Duration = Duration::from_mins(1);

/// What the sender answers, and what it was given.
#[derive(Default)]
pub(crate) struct Recorder {
    parcels: Mutex<Vec<Parcel>>,
    answers: Mutex<HashMap<String, Vec<SendError>>>,
    down: AtomicBool,
}

#[async_trait]
impl Sender for Recorder {
    async fn send(&self, parcel: &Parcel) -> Result<Handed, SendError> {
        self.parcels.lock().unwrap().push(parcel.clone());
        if self.down.load(Ordering::SeqCst) {
            return Err(later());
        }
        let mut answers = self.answers.lock().unwrap();
        match answers.get_mut(&parcel.id).and_then(Vec::pop) {
            Some(error) => Err(error),
            None => Ok(Handed::Over),
        }
    }
}

pub(crate) fn later() -> SendError {
    SendError::NotNow {
        what: "busy".into(),
        after: None,
    }
}

pub(crate) fn refused() -> SendError {
    SendError::Refused { what: "no".into() }
}

/// Everything that a test needs.
pub(crate) struct House {
    pub(crate) store: Arc<dyn AnyStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<CountedIds>,
    pub(crate) sent: Arc<Recorder>,
    pub(crate) config: ActionsConfig,
    pub(crate) metrics: Metrics,
    pub(crate) pulse: Arc<Pulse>,
    pub(crate) crash: Option<CrashHook>,
    pub(crate) holder: String,
    /// What the relay takes for the log, where it is not the store itself.
    pub(crate) log: Option<Arc<dyn EventLog>>,
}

pub(crate) fn tenant() -> TenantId {
    TenantId::default()
}

pub(crate) fn community() -> CommunityId {
    CommunityId::new("night-shift").unwrap()
}

pub(crate) fn platform() -> PlatformId {
    PlatformId::new("forum").unwrap()
}

pub(crate) fn live() -> ActionsConfig {
    ActionsConfig {
        mode: Mode::Live,
        ..ActionsConfig::default()
    }
}

pub(crate) fn post(number: u128) -> PostRef {
    PostRef {
        post: PostId::from_u128(number),
        revision: Revision(1),
    }
}

pub(crate) fn outreach() -> ActionPart {
    ActionPart::Outreach { template: None }
}

/// An action on post `post` of the member, which can leave at once.
pub(crate) fn action(id: u128, post_number: u128, parts: &[ActionPart]) -> Action {
    Action {
        id: ActionId::from_u128(id),
        case: CASE,
        target: ActionTarget::Post {
            post: post(post_number),
            author: MEMBER,
        },
        parts: parts.to_vec(),
        message: None,
        policy: Some("harassment.threat".into()),
        requested_by: RequestedBy::Person,
        hold_until: T0,
        not_after: T0 + 72 * 60 * MINUTE,
    }
}

pub(crate) fn hide(id: u128, post_number: u128) -> Action {
    action(id, post_number, &[ActionPart::Hide])
}

pub(crate) fn restore(id: u128, post_number: u128) -> Action {
    action(id, post_number, &[ActionPart::Restore])
}

/// A post as the platform sent it.
fn written(number: u128, pseudonym: &str) -> Post {
    Post {
        tenant: tenant(),
        platform: platform(),
        external_id: format!("p{number}").into(),
        kind: PostKind::Comment,
        community: community(),
        thread: Some("t1".into()),
        parent: None,
        author: Author {
            pseudonym: pseudonym.into(),
            created_at: None,
            role: AuthorRole::Member,
            age_band: None,
            locale: None,
        },
        text: "some words".into(),
        truncated: false,
        language: None,
        created_at: T0,
        revised_at: T0,
        revision: Revision(1),
        url: None,
        content_warning: None,
        reply_context: Vec::new(),
        attachments: Vec::new(),
        carries_out: None,
        synthetic: false,
        extra: Sensitive::new(serde_json::Map::new()),
    }
}

impl House {
    /// A house on the in-memory store, with the member's posts 1 to 9 and their open case.
    pub(crate) async fn new() -> Self {
        let config = StoreConfig {
            url: "memory".into(),
            ..StoreConfig::default()
        };
        Self::on(&config).await
    }

    pub(crate) async fn on(store: &StoreConfig) -> Self {
        let clock = Arc::new(ManualClock::at(T0));
        let store = connect(store, Arc::clone(&clock) as Arc<dyn Clock>)
            .await
            .unwrap();
        let house = Self {
            store,
            pulse: Arc::new(Pulse::new(Arc::clone(&clock) as Arc<dyn Clock>)),
            clock,
            ids: Arc::new(CountedIds::default()),
            sent: Arc::default(),
            config: live(),
            metrics: Metrics::default(),
            crash: None,
            holder: "here".into(),
            log: None,
        };
        house.move_in(MEMBER, "quiet-otter", CASE, 1..10).await;
        house
    }

    /// Adds a member with posts and a case.
    pub(crate) async fn move_in(
        &self,
        member: SubjectId,
        pseudonym: &str,
        case: CaseId,
        posts: std::ops::Range<u128>,
    ) {
        let mut append = Append::new(tenant());
        append.subjects.push(NewSubject {
            subject: member,
            platform: platform(),
            pseudonym: pseudonym.into(),
        });
        append.posts.extend(posts.map(|number| PostWrite::New {
            id: PostId::from_u128(number),
            subject: member,
            post: Box::new(written(number, pseudonym)),
            keep: Keep::ForCase,
        }));
        let opened = CaseOpened {
            kind: CaseKind::Harassment,
            subject: Some(member),
            community: community(),
            level: CrisisLevel::None,
            unscored: false,
            because: OpenedBecause::Hand,
            freshness: Freshness::Live,
            clock_from: T0,
            look_due_at: None,
        };
        let append = append.with_events(
            StreamId::Case(case),
            Expected::NEW,
            [self.event(opened.into())],
        );
        self.store.append(append).await.unwrap();
    }

    pub(crate) fn event(&self, event: ModerationEvent) -> NewEvent {
        NewEvent {
            id: EventId::fresh(&*self.ids),
            occurred_at: self.clock.now(),
            actor: Actor::System,
            causation: None,
            correlation: None,
            event,
        }
    }

    /// Records events in the member's case, with changes to the outbox.
    pub(crate) async fn record(&self, events: Vec<ModerationEvent>, outbox: Vec<OutboxChange>) {
        self.record_in(CASE, events, outbox).await;
    }

    pub(crate) async fn record_in(
        &self,
        case: CaseId,
        events: Vec<ModerationEvent>,
        outbox: Vec<OutboxChange>,
    ) {
        let events: Vec<_> = events.into_iter().map(|event| self.event(event)).collect();
        let mut append =
            Append::new(tenant()).with_events(StreamId::Case(case), Expected::Any, events);
        append.outbox = outbox;
        self.store.append(append).await.unwrap();
    }

    /// Asks for an action, as a decision would.
    pub(crate) async fn ask(&self, action: Action) {
        let message = OutboxMessage::action(&action, &community());
        let case = action.case;
        let requested = ActionRequested {
            action,
            decision: None,
        };
        self.record_in(
            case,
            vec![requested.into()],
            vec![OutboxChange::Put(message)],
        )
        .await;
    }

    /// Asks for an action that says something to the member.
    pub(crate) async fn ask_with_words(&self, mut action: Action, words: &str) {
        action.message = Some(Prose::clear(action.target.author(), words));
        self.ask(action).await;
    }

    /// The next attempts to send this action fail so, the last one first.
    pub(crate) fn answer(&self, action: u128, errors: Vec<SendError>) {
        let id = ActionId::from_u128(action).to_string();
        self.sent.answers.lock().unwrap().insert(id, errors);
    }

    /// Nothing gets out until it is switched back.
    pub(crate) fn set_down(&self, down: bool) {
        self.sent.down.store(down, Ordering::SeqCst);
    }

    pub(crate) fn relay(&self) -> Relay {
        let heartbeat =
            Heartbeat::new(&self.config.heartbeat, self.clock(), self.metrics.clone()).unwrap();
        let store = &self.store;
        let parts = HandsParts {
            log: self.log.clone().unwrap_or_else(|| store.clone()),
            outbox: store.clone(),
            content: store.clone(),
            intake: store.clone(),
            leadership: store.clone(),
            control: store.clone(),
            sender: Arc::clone(&self.sent) as Arc<dyn Sender>,
            heartbeat: Arc::new(heartbeat),
            pulse: Arc::clone(&self.pulse),
            clock: self.clock(),
            ids: Arc::clone(&self.ids) as Arc<dyn IdSource>,
            metrics: self.metrics.clone(),
            holder: self.holder.clone(),
            crash: self.crash.clone(),
        };
        Relay::new(self.config.clone(), parts)
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock) as Arc<dyn Clock>
    }

    pub(crate) fn levers(&self) -> Levers<'_> {
        Levers {
            log: &*self.store,
            clock: &*self.clock,
            ids: &*self.ids,
        }
    }

    /// Everything handed to the sender since the last call.
    pub(crate) fn parcels(&self) -> Vec<Parcel> {
        std::mem::take(&mut self.sent.parcels.lock().unwrap())
    }

    /// The numbers of the actions handed to the sender since the last call.
    pub(crate) fn actions_sent(&self) -> Vec<u128> {
        self.parcels()
            .iter()
            .filter(|parcel| parcel.channel == Channel::Actions)
            .map(|parcel| parcel.id.parse::<ActionId>().unwrap().as_uuid().as_u128())
            .collect()
    }

    /// How many alerts were handed to the sender since the last call.
    pub(crate) fn alerts_sent(&self) -> usize {
        let parcels = self.parcels();
        let alerts = parcels
            .iter()
            .filter(|parcel| parcel.channel == Channel::Alerts);
        alerts.count()
    }

    pub(crate) async fn events(&self) -> Vec<EventEnvelope> {
        self.store
            .load(&tenant(), &StreamId::Case(CASE))
            .await
            .unwrap()
    }

    pub(crate) async fn case(&self) -> Case {
        Case::fold(CASE, &self.events().await).unwrap()
    }

    /// The types of the member's case's events from the `from`-th on.
    pub(crate) async fn facts(&self, from: usize) -> Vec<&'static str> {
        let events = self.events().await;
        events[from..]
            .iter()
            .map(|envelope| envelope.event.event_type())
            .collect()
    }

    pub(crate) async fn row(&self, action: u128) -> Outgoing {
        let id = MessageId::from_u128(action);
        self.store.message(id).await.unwrap().unwrap()
    }

    pub(crate) async fn status(&self, action: u128) -> OutgoingStatus {
        self.row(action).await.status
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

pub(crate) fn command(parcel: &Parcel) -> CloudEvent<ActionCommand> {
    serde_json::from_slice(parcel.body.reveal()).unwrap()
}
