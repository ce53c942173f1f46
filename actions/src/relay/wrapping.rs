//! Turning a message into what the receiver gets.
//!
//! The outbox holds no member in clear: the platform's names and the words for the member are looked
//! up and opened here, at the moment of sending, and live in memory only.

use holdfast_domain::event::ParkedBecause;
use holdfast_domain::intake::{Freshness, Origin};
use holdfast_domain::{
    Action, ActionId, Case, CaseId, EventEnvelope, MessageId, ModerationEvent, PostId, Prose,
    Sensitive, StreamId, TenantId, Timestamp,
};
use holdfast_event_store::{
    Content, EventLog, FingerprintKind, Intake, Opened, OutboxKind, Outgoing, ProseContext,
    ReportNote, StoreError,
};
use serde::Serialize;

use super::plan::Settings;
use crate::contract::{
    ActionCommand, Alert, CLOUD_EVENT, Canary, Channel, CloudEvent, CommandAuthor, CommandPart,
    CommandReason, CommandTarget, DeadLetter, ReportOutcome,
};
use crate::sender::Parcel;

/// Why a message does not become a parcel.
#[derive(Debug)]
pub(super) enum NoParcel {
    /// Nothing of it is to be sent, ever.
    Never(ParkedBecause),
    /// The case has moved past it.
    Moot,
    /// The store did not answer or holds something impossible.
    Store(StoreError),
}

impl From<StoreError> for NoParcel {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What wrapping needs to look up.
pub(super) struct Wrapping<'a> {
    pub(super) log: &'a dyn EventLog,
    pub(super) content: &'a dyn Content,
    pub(super) intake: &'a dyn Intake,
    pub(super) settings: &'a Settings,
    pub(super) now: Timestamp,
}

impl Wrapping<'_> {
    pub(super) async fn wrap(&self, message: &Outgoing) -> Result<Parcel, NoParcel> {
        match message.message.kind {
            OutboxKind::Action => self.action(message).await,
            OutboxKind::Alert => self.alert(message).await,
            OutboxKind::DeadLetter => self.dead_letter(message).await,
            OutboxKind::ReportOutcome => self.report_outcome(message).await,
            OutboxKind::Heartbeat => Ok(self.canary(message)),
            OutboxKind::Assessment | OutboxKind::CaseNews => {
                Err(NoParcel::Never(ParkedBecause::Unsupported))
            }
        }
    }

    async fn action(&self, message: &Outgoing) -> Result<Parcel, NoParcel> {
        let id = ActionId::from(message.message.id.as_uuid());
        let case = case_of(message)?;
        let events = self.load(&message.tenant, case).await?;
        let asked = events.iter().find_map(|envelope| match &envelope.event {
            ModerationEvent::ActionRequested(asked) if asked.action.id == id => {
                Some((envelope, &asked.action))
            }
            _ => None,
        });
        let (envelope, action) = asked.ok_or_else(|| impossible(message, "no such action"))?;
        let (platform, pseudonym) = self
            .content
            .pseudonym(&message.tenant, action.target.author())
            .await?
            .ok_or(NoParcel::Never(ParkedBecause::Erased))?;
        let supported = self.settings.config().supported_by(&platform);
        if !action
            .parts
            .iter()
            .all(|part| supported.contains(&part.kind()))
        {
            return Err(NoParcel::Never(ParkedBecause::Unsupported));
        }
        let target = self
            .target(&message.tenant, action, pseudonym.clone())
            .await?;
        let words = match &action.message {
            Some(prose) => Some(
                self.open(&message.tenant, case, "ActionRequested", "message", prose)
                    .await?,
            ),
            None => None,
        };
        let community = message.message.community.clone();
        let command = ActionCommand {
            action_id: id,
            case_id: case,
            tenant: message.tenant.clone(),
            platform,
            community_id: community.ok_or_else(|| impossible(message, "no community"))?,
            lane: message.message.lane,
            sequence: message.sequence,
            parts: action.parts.iter().map(CommandPart::from).collect(),
            target,
            message: words,
            reason: self.reason(action),
            not_after: action.not_after.into(),
            requested_by_kind: action.requested_by,
            dry_run: false,
        };
        let mut event = self.event(message, Channel::Actions, case.to_string(), command);
        event.time = envelope.occurred_at.into();
        event.sequence = Some(message.sequence.to_string());
        event.traceparent = trace_behind(&events, action.target.post().map(|post| post.post));
        let parcel = self.parcel(message, Channel::Actions, Some(pseudonym), &event);
        Ok(with_trace(parcel, event.traceparent))
    }

    fn reason(&self, action: &Action) -> CommandReason {
        let public = action
            .policy
            .as_deref()
            .and_then(|policy| self.settings.config().public_reason(policy));
        CommandReason {
            public: public.map(ToOwned::to_owned),
            policy_ref: action.policy.clone(),
        }
    }

    async fn target(
        &self,
        tenant: &TenantId,
        action: &Action,
        pseudonym: Sensitive<String>,
    ) -> Result<CommandTarget, NoParcel> {
        let author = CommandAuthor { pseudonym };
        let Some(post) = action.target.post() else {
            return Ok(CommandTarget {
                post_id: None,
                revision: None,
                thread_id: None,
                author,
            });
        };
        let erased = NoParcel::Never(ParkedBecause::Erased);
        let Some(stored) = self.content.post(tenant, post.post).await? else {
            return Err(erased);
        };
        let Some(known) = stored.revision(post.revision).or_else(|| stored.newest()) else {
            return Err(erased);
        };
        Ok(CommandTarget {
            post_id: Some(known.post.external_id.clone()),
            revision: Some(post.revision.0),
            thread_id: known.post.thread.clone(),
            author,
        })
    }

    async fn alert(&self, message: &Outgoing) -> Result<Parcel, NoParcel> {
        let id = case_of(message)?;
        let events = self.load(&message.tenant, id).await?;
        let case = Case::fold(id, &events).ok_or_else(|| impossible(message, "no case"))?;
        let raised = events.iter().find_map(|envelope| match &envelope.event {
            ModerationEvent::AlertRaised(raised) if raised.message == message.message.id => {
                Some((envelope, raised))
            }
            _ => None,
        });
        let (envelope, raised) = raised.ok_or_else(|| impossible(message, "no such alert"))?;
        let link = self.settings.config().case_link.as_ref();
        let alert = Alert {
            alert_id: raised.message,
            tenant: message.tenant.clone(),
            case_id: id,
            kind: case.kind,
            community_id: case.community,
            level: raised.level,
            level_words: raised.level.words().to_owned(),
            unscored: case.unscored,
            because: raised.because.into(),
            waiting_since: case.clock_from.into(),
            age_secs: self.now.since(case.clock_from).as_secs(),
            look_due_at: case.look_due_at.map(Into::into),
            late: case.freshness == Freshness::Late,
            link: link.map(|link| link.replace("{case}", &id.to_string())),
        };
        let mut event = self.event(message, Channel::Alerts, id.to_string(), alert);
        event.time = envelope.occurred_at.into();
        event.traceparent = traceparent(envelope).or_else(|| trace_behind(&events, None));
        let key = Some(Sensitive::new(id.to_string()));
        let parcel = self.parcel(message, Channel::Alerts, key, &event);
        Ok(with_trace(parcel, event.traceparent))
    }

    async fn report_outcome(&self, message: &Outgoing) -> Result<Parcel, NoParcel> {
        let note: ReportNote = serde_json::from_str(&message.message.body)
            .map_err(|_| impossible(message, "body is no report note"))?;
        let case = case_of(message)?;
        let events = self.load(&message.tenant, case).await?;
        let received = events.iter().find_map(|envelope| match &envelope.event {
            ModerationEvent::ReportReceived(report) if report.report == note.report => Some(report),
            _ => None,
        });
        let received = received.ok_or_else(|| impossible(message, "no such report"))?;
        // A report that the platform gave no id of its own cannot be answered.
        let Some(external) = &received.external_id else {
            return Err(NoParcel::Moot);
        };
        let report_id = self
            .open(
                &message.tenant,
                case,
                "ReportReceived",
                "external_id",
                external,
            )
            .await?;
        let (platform, reporter) = self
            .content
            .pseudonym(&message.tenant, received.reporter)
            .await?
            .ok_or(NoParcel::Never(ParkedBecause::Erased))?;
        let outcome = ReportOutcome {
            outcome_id: message.message.id,
            tenant: message.tenant.clone(),
            platform,
            report_id,
            reporter: reporter.clone(),
            outcome: note.verdict.into(),
            decided_at: note.decided_at.into(),
        };
        let subject = note.report.to_string();
        let event = self.event(message, Channel::ReportOutcomes, subject, outcome);
        Ok(self.parcel(message, Channel::ReportOutcomes, Some(reporter), &event))
    }

    async fn dead_letter(&self, message: &Outgoing) -> Result<Parcel, NoParcel> {
        let stored = self.content.dead_letter(message.message.id).await?;
        let stored = stored.ok_or_else(|| impossible(message, "no such dead letter"))?;
        let Some(sealed) = &stored.sealed else {
            return Err(NoParcel::Never(ParkedBecause::Erased));
        };
        let prints = self.intake.fingerprinter(&message.tenant).await?;
        let key_hash = stored.key.as_ref().map(|key| {
            let text = String::from_utf8_lossy(key.reveal());
            prints.of(FingerprintKind::Author, &text).to_string()
        });
        let summary = &stored.summary;
        let (topic, partition, offset) = coordinates(&summary.origin);
        let recorded_ms = summary.recorded_at.as_micros().div_euclid(1000);
        let letter = DeadLetter {
            id: summary.id.to_string(),
            topic: topic.clone(),
            partition,
            offset,
            timestamp_ms: summary
                .transport_time
                .map(|at| at.as_micros().div_euclid(1000)),
            key_hash: key_hash.clone(),
            consumer_group: summary.consumer_group.clone(),
            error_class: summary.class.as_str().to_owned(),
            error_message: summary.message.clone(),
            // What cannot be decoded is not tried again by itself.
            attempts: 1,
            first_failure_ms: recorded_ms,
            last_failure_ms: recorded_ms,
            traceparent: summary.traceparent.clone(),
        };
        let style = self.settings.config().kafka.dead_letter_headers;
        let headers = letter.headers(style);
        let subject = summary.id.to_string();
        let event = self.event(message, Channel::DeadLetters, subject, letter);
        let mut parcel = self.parcel(
            message,
            Channel::DeadLetters,
            key_hash.map(Sensitive::new),
            &event,
        );
        parcel.notice = Some(parcel.body);
        parcel.body = Sensitive::new(to_bytes(sealed));
        parcel.content_type = SEALED;
        parcel.topic = matches!(summary.origin, Origin::Kafka { .. }).then_some(topic);
        parcel.headers = headers;
        Ok(parcel)
    }

    fn canary(&self, message: &Outgoing) -> Parcel {
        let canary = Canary {
            canary_id: message.message.id,
            put_at: message.put_at.into(),
        };
        let subject = message.message.id.to_string();
        let event = self.event(message, Channel::Canary, subject, canary);
        self.parcel(message, Channel::Canary, None, &event)
    }

    async fn load(
        &self,
        tenant: &TenantId,
        case: CaseId,
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        self.log.load(tenant, &StreamId::Case(case)).await
    }

    async fn open(
        &self,
        tenant: &TenantId,
        case: CaseId,
        event_type: &str,
        field: &str,
        prose: &Prose,
    ) -> Result<Sensitive<String>, NoParcel> {
        let sealed = match prose {
            Prose::Sealed(sealed) => sealed,
            Prose::Clear { text, .. } => return Ok(text.clone()),
        };
        let stream = StreamId::Case(case);
        let context = ProseContext {
            tenant,
            stream: &stream,
            event_type,
            field,
        };
        match self.content.open(&context, sealed).await? {
            Opened::Text(text) => Ok(text),
            Opened::Erased => Err(NoParcel::Never(ParkedBecause::Erased)),
        }
    }

    fn event<T>(
        &self,
        message: &Outgoing,
        channel: Channel,
        subject: String,
        data: T,
    ) -> CloudEvent<T> {
        let source = self.settings.config().source.trim_end_matches('/');
        CloudEvent {
            specversion: "1.0".to_owned(),
            id: message.message.id.to_string(),
            source: format!("{source}/{}", message.tenant),
            event_type: channel.event_type().to_owned(),
            subject: Some(subject),
            time: message.put_at.into(),
            datacontenttype: "application/json".to_owned(),
            dataschema: channel.schema_address(),
            sequence: None,
            traceparent: None,
            data,
        }
    }

    fn parcel<T: Serialize>(
        &self,
        message: &Outgoing,
        channel: Channel,
        key: Option<Sensitive<String>>,
        event: &CloudEvent<T>,
    ) -> Parcel {
        Parcel {
            id: message.message.id.to_string(),
            channel,
            lane: message.message.lane,
            topic: None,
            key,
            content_type: CLOUD_EVENT,
            body: Sensitive::new(to_bytes(event)),
            notice: None,
            headers: Vec::new(),
            at: self.now,
        }
    }
}

/// The content type of a sealed record.
const SEALED: &str = "application/vnd.holdfast.sealed+json";

fn to_bytes(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("contract types have string keys and finite numbers")
}

fn coordinates(origin: &Origin) -> (String, Option<i32>, i64) {
    match origin {
        Origin::Kafka {
            topic,
            partition,
            offset,
        } => (topic.clone(), Some(*partition), *offset),
        Origin::Http { integrator, item } => (format!("http/{integrator}"), None, i64::from(*item)),
        Origin::File { name, line } => (
            format!("file/{name}"),
            None,
            i64::try_from(*line).unwrap_or(i64::MAX),
        ),
        Origin::Hand => ("hand".to_owned(), None, 0),
    }
}

fn case_of(message: &Outgoing) -> Result<CaseId, NoParcel> {
    let case = message.message.case;
    case.ok_or_else(|| impossible(message, "no case"))
}

fn impossible(message: &Outgoing, what: &str) -> NoParcel {
    let id: MessageId = message.message.id;
    NoParcel::Store(StoreError::corrupt(format!("outbox message {id}: {what}")))
}

/// The trace of the record behind an action, which the platform knows: of the post concerned, else of
/// what opened the case. A person who decides has a trace of their own, which it does not.
fn trace_behind(events: &[EventEnvelope], post: Option<PostId>) -> Option<String> {
    let of_post = events.iter().find(|envelope| match &envelope.event {
        ModerationEvent::PostAttached(attached) => Some(attached.post.post) == post,
        _ => false,
    });
    of_post
        .and_then(traceparent)
        .or_else(|| events.iter().find_map(traceparent))
}

fn with_trace(mut parcel: Parcel, trace: Option<String>) -> Parcel {
    let header = trace.map(|value| ("traceparent".to_owned(), value.into_bytes()));
    parcel.headers.extend(header);
    parcel
}

/// The trace that an event belongs to, as W3C trace context.
fn traceparent(envelope: &EventEnvelope) -> Option<String> {
    let trace = envelope.correlation.as_deref()?;
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match trace.split('-').collect::<Vec<_>>()[..] {
        ["00", id, span, flags]
            if id.len() == 32 && span.len() == 16 && flags.len() == 2 && is_hex(id) =>
        {
            Some(trace.to_owned())
        }
        [id] if id.len() == 32 && is_hex(id) => {
            let span = envelope.id.as_uuid().as_u128() as u64;
            Some(format!("00-{id}-{:016x}-01", span.max(1)))
        }
        _ => None,
    }
}
