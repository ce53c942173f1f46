//! Recording what became of a message: the mark on its row and the fact in its case, in one append.

use std::time::Duration;

use holdfast_domain::event::{AlertBecause, ParkedBecause};
use holdfast_domain::{
    Action, ActionId, Actor, Case, CaseId, EventEnvelope, EventId, IdSource, MessageId,
    ModerationEvent, NewEvent, Refusal, StreamId, TenantId, Timestamp,
};
use holdfast_event_store::{
    Append, AppendError, EventLog, Expected, OutboxChange, OutboxKind, OutboxMessage, StoreError,
};
use tracing::{error, info, warn};

use super::machine::Ticket;
use super::plan::Mark;
use crate::metrics::Metrics;

/// How often a decision is made again because the case moved on meanwhile.
const CONFLICTS: usize = 8;
/// How long an action that is about to be superseded is left alone.
const GIVE_WAY: Duration = Duration::from_secs(2);

/// What came of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    /// It is recorded, now or before.
    Yes,
    /// Try again later.
    NotYet,
    /// The lease has passed on; whoever has it now sends the message again.
    LeaseLost,
}

pub(super) struct Marking<'a> {
    pub(super) log: &'a dyn EventLog,
    pub(super) ids: &'a dyn IdSource,
    pub(super) metrics: &'a Metrics,
    pub(super) now: Timestamp,
}

/// A case and the request of one of its actions.
pub(crate) struct Asked {
    pub(crate) case: Case,
    pub(crate) action: Action,
    causation: EventId,
    correlation: Option<String>,
}

impl Marking<'_> {
    pub(super) async fn record(&self, ticket: &Ticket, mark: Mark) -> Recorded {
        let outcome = match (ticket.message.message.kind, mark) {
            (OutboxKind::Action, Mark::Sent | Mark::Parked(_)) => {
                self.record_with_fact(ticket, mark).await
            }
            (_, Mark::Superseded(by)) => self.give_way(ticket, by).await,
            _ => self.record_alone(ticket, mark).await,
        };
        let recorded = understand(ticket, &outcome);
        if recorded == Recorded::Yes {
            tell(ticket, mark);
        }
        recorded
    }

    async fn record_alone(&self, ticket: &Ticket, mark: Mark) -> Result<(), AppendError> {
        let append = Append {
            outbox: changes(ticket, mark),
            ..Append::new(ticket.message.tenant.clone())
        };
        self.log.append(append).await.map(|_| ())
    }

    async fn record_with_fact(&self, ticket: &Ticket, mark: Mark) -> Result<(), AppendError> {
        let tenant = &ticket.message.tenant;
        let id = ActionId::from(ticket.message.message.id.as_uuid());
        let Some(case) = ticket.message.message.case else {
            return self.record_alone(ticket, mark).await;
        };
        let mut last = None;
        for _ in 0..CONFLICTS {
            let Some(asked) = asked(self.log, tenant, case, id).await? else {
                return self.record_alone(ticket, mark).await;
            };
            let append = match fact(&asked, ticket, mark) {
                Ok(events) => self.with_fact(&asked, ticket, mark, events),
                // The platform answered before we came to record the sending: the fact is there.
                Err(_) => return self.record_alone(ticket, mark).await,
            };
            match self.log.append(append).await {
                Ok(_) => {
                    self.count(&asked.action, result_of(mark));
                    return Ok(());
                }
                Err(error @ AppendError::Conflict { .. }) => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| AppendError::Corrupt {
            what: "no attempt was made".to_owned(),
        }))
    }

    fn with_fact(
        &self,
        asked: &Asked,
        ticket: &Ticket,
        mark: Mark,
        mut events: Vec<ModerationEvent>,
    ) -> Append {
        let mut outbox = changes(ticket, mark);
        if let Mark::Parked(why) = mark
            && tells_owner(why)
        {
            let (event, alert) = stuck(&asked.case, self.ids, self.now);
            events.push(event);
            outbox.push(alert);
        }
        let mut append = Append::new(ticket.message.tenant.clone()).with_events(
            StreamId::Case(asked.case.id),
            Expected::Version(asked.case.version),
            asked.new_events(events, self.ids, self.now),
        );
        append.outbox = outbox;
        append
    }

    /// Puts an action back that a newer one makes pointless, and records that. Only what nobody holds
    /// can be superseded; should something happen in between, it is taken and looked at again.
    async fn give_way(&self, ticket: &Ticket, by: ActionId) -> Result<(), AppendError> {
        let back = Mark::Retry(self.now + GIVE_WAY);
        self.record_alone(ticket, back).await?;
        let message = &ticket.message.message;
        let id = ActionId::from(message.id.as_uuid());
        let Some(case) = message.case else {
            return Ok(());
        };
        if let Some(asked) = asked(self.log, &ticket.message.tenant, case, id).await?
            && let Err(error) = self.supersede(&ticket.message.tenant, &asked, by).await
        {
            warn!(message.id = %id, %error, "action {id} is not recorded as superseded yet");
        }
        Ok(())
    }

    /// Records that an action that has not left was made pointless by another.
    pub(super) async fn supersede(
        &self,
        tenant: &TenantId,
        asked: &Asked,
        by: ActionId,
    ) -> Result<(), AppendError> {
        let Ok(event) = asked.case.superseded(asked.action.id, by) else {
            return Ok(());
        };
        let append = Append::new(tenant.clone())
            .with_events(
                StreamId::Case(asked.case.id),
                Expected::Version(asked.case.version),
                asked.new_events(vec![event], self.ids, self.now),
            )
            .with_outbox(OutboxChange::Superseded {
                id: MessageId::from(asked.action.id.as_uuid()),
                by,
            });
        self.log.append(append).await?;
        self.count(&asked.action, "superseded");
        Ok(())
    }

    fn count(&self, action: &Action, result: &str) {
        for part in &action.parts {
            let kind = part.kind().as_str();
            self.metrics
                .actions
                .with_label_values(&[kind, result])
                .inc();
        }
    }
}

fn understand(ticket: &Ticket, outcome: &Result<(), AppendError>) -> Recorded {
    let message = ticket.message.message.id;
    match outcome {
        Ok(()) => Recorded::Yes,
        Err(AppendError::LeaseLost { name, .. }) => {
            info!(lease = %name, message.id = %message, "another instance relays this shard now");
            Recorded::LeaseLost
        }
        Err(error) if error.is_transient() || error.is_conflict() => {
            warn!(message.id = %message, %error, "what became of message {message} is not recorded yet");
            Recorded::NotYet
        }
        Err(error) => {
            error!(message.id = %message, %error, "what became of message {message} cannot be recorded; it is tried again");
            Recorded::NotYet
        }
    }
}

fn fact(asked: &Asked, ticket: &Ticket, mark: Mark) -> Result<Vec<ModerationEvent>, Refusal> {
    let id = asked.action.id;
    let attempts = ticket.message.attempts;
    let event = match mark {
        Mark::Parked(why) => asked.case.parked(id, why, attempts)?,
        _ => asked
            .case
            .dispatched(id, ticket.message.sequence, attempts)?,
    };
    Ok(vec![event])
}

impl Asked {
    pub(crate) fn new_events(
        &self,
        events: Vec<ModerationEvent>,
        ids: &dyn IdSource,
        now: Timestamp,
    ) -> Vec<NewEvent> {
        let new = |event| NewEvent {
            id: EventId::fresh(ids),
            occurred_at: now,
            actor: Actor::System,
            causation: Some(self.causation.to_string()),
            correlation: self.correlation.clone(),
            event,
        };
        events.into_iter().map(new).collect()
    }
}

/// A case and one of its actions; `None` where the case never asked for it.
pub(crate) async fn asked(
    log: &dyn EventLog,
    tenant: &TenantId,
    case: CaseId,
    action: ActionId,
) -> Result<Option<Asked>, StoreError> {
    let events = log.load(tenant, &StreamId::Case(case)).await?;
    Ok(find(case, action, &events))
}

fn find(case: CaseId, action: ActionId, events: &[EventEnvelope]) -> Option<Asked> {
    let folded = Case::fold(case, events)?;
    events.iter().find_map(|envelope| match &envelope.event {
        ModerationEvent::ActionRequested(asked) if asked.action.id == action => Some(Asked {
            case: folded.clone(),
            action: asked.action.clone(),
            causation: envelope.id,
            correlation: envelope.correlation.clone(),
        }),
        _ => None,
    })
}

/// Tells the case's owner that one of its actions did not reach its goal.
pub(crate) fn stuck(
    case: &Case,
    ids: &dyn IdSource,
    now: Timestamp,
) -> (ModerationEvent, OutboxChange) {
    let message = MessageId::fresh(ids);
    let event = case.alerted(message, AlertBecause::ActionStuck);
    let alert = OutboxMessage::alert(message, case.id, case.subject, &case.community, now);
    (event, OutboxChange::Put(alert))
}

/// Whether somebody has to do something about it. Observing is meant, and nothing can be done about
/// a member who is erased.
const fn tells_owner(why: ParkedBecause) -> bool {
    match why {
        ParkedBecause::Expired | ParkedBecause::Refused | ParkedBecause::Unsupported => true,
        ParkedBecause::ObserveMode | ParkedBecause::Erased => false,
    }
}

fn changes(ticket: &Ticket, mark: Mark) -> Vec<OutboxChange> {
    let id = ticket.message.message.id;
    let lease = ticket.lease.clone();
    match mark {
        Mark::Sent => vec![OutboxChange::Sent { id, lease }],
        Mark::Retry(at) => vec![OutboxChange::Retry { id, lease, at }],
        Mark::Parked(_) => vec![OutboxChange::Parked { id, lease }],
        Mark::Superseded(_) => Vec::new(),
    }
}

const fn result_of(mark: Mark) -> &'static str {
    match mark {
        Mark::Sent => "sent",
        Mark::Retry(_) => "retried",
        Mark::Superseded(_) => "superseded",
        Mark::Parked(ParkedBecause::Expired) => "parked_expired",
        Mark::Parked(ParkedBecause::Refused) => "parked_refused",
        Mark::Parked(ParkedBecause::ObserveMode) => "parked_observe_mode",
        Mark::Parked(ParkedBecause::Unsupported) => "parked_unsupported",
        Mark::Parked(ParkedBecause::Erased) => "parked_erased",
    }
}

fn tell(ticket: &Ticket, mark: Mark) {
    let message = &ticket.message.message;
    let kind = message.kind.as_str();
    match mark {
        Mark::Parked(ParkedBecause::ObserveMode | ParkedBecause::Erased) | Mark::Sent => {
            info!(message.id = %message.id, kind, result = result_of(mark), "{kind} {}: {}", message.id, result_of(mark));
        }
        Mark::Parked(_) => {
            error!(message.id = %message.id, kind, result = result_of(mark), attempts = ticket.message.attempts, "{kind} {} is not tried any more: {}", message.id, result_of(mark));
        }
        Mark::Superseded(by) => {
            info!(message.id = %message.id, by = %by, "{kind} {} was superseded by {by}", message.id);
        }
        Mark::Retry(_) => {}
    }
}
