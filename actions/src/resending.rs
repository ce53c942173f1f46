//! Sending again, by hand, what was given up.
//!
//! A message is parked when its receiver refuses it for good or its time is over. After the receiver
//! was mended, an operator sends it again; who had it sent and why is a fact in its case.

use holdfast_domain::case::ActionStatus;
use holdfast_domain::event::{MessageResent, ParkedBecause};
use holdfast_domain::{
    ActionId, Actor, Case, Clock, EventId, IdSource, KeyOwner, MessageId, NewEvent, Prose,
    Sensitive, StreamId, TenantId,
};
use holdfast_event_store::{
    Append, EventLog, Expected, Outbox, OutboxChange, OutboxKind, Outgoing, OutgoingStatus,
};

use crate::error::ActionsError;
use crate::superseding::supersedes;

/// What sending again takes.
#[derive(Clone, Copy)]
pub struct Resending<'a> {
    /// The log.
    pub log: &'a dyn EventLog,
    /// The outbox.
    pub outbox: &'a dyn Outbox,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Fresh ids.
    pub ids: &'a dyn IdSource,
}

/// A message that is not tried any more, without its content.
#[derive(Debug, Clone)]
pub struct ParkedMessage {
    /// The message.
    pub message: Outgoing,
    /// Why it was given up, where its case says so.
    pub why: Option<ParkedBecause>,
    /// Whether it can be sent again.
    pub in_time: bool,
}

impl Resending<'_> {
    /// What a tenant's outbox holds that is not tried any more, the newest first.
    pub async fn parked(
        &self,
        tenant: &TenantId,
        limit: usize,
    ) -> Result<Vec<ParkedMessage>, ActionsError> {
        let now = self.clock.now();
        let mut parked = Vec::new();
        for message in self.outbox.parked(tenant, limit).await? {
            let why = match self.case_of(&message).await? {
                Some((case, _)) => why(&case, message.message.id),
                None => None,
            };
            let in_time = now <= message.message.not_after;
            parked.push(ParkedMessage {
                message,
                why,
                in_time,
            });
        }
        Ok(parked)
    }

    /// Puts a parked message back for the relay, and records who wanted that and why.
    pub async fn resend(
        &self,
        id: MessageId,
        by: Actor,
        reason: Sensitive<String>,
    ) -> Result<(), ActionsError> {
        let reason = Prose::clear(KeyOwner::Tenant, reason);
        if reason.is_blank() {
            return Err(ActionsError::ReasonMissing);
        }
        let found = self.outbox.message(id).await?;
        let message = found.ok_or(ActionsError::NoSuchMessage(id))?;
        self.must_be_parked_and_in_time(&message)?;
        let (stream, expected) = match self.case_of(&message).await? {
            Some((case, stream)) => {
                must_not_be_overtaken(&case, id)?;
                (stream, Expected::Version(case.version))
            }
            None => (StreamId::Control, Expected::Any),
        };
        let event = NewEvent {
            id: EventId::fresh(self.ids),
            occurred_at: self.clock.now(),
            actor: by,
            causation: None,
            correlation: None,
            event: MessageResent {
                message: id,
                reason,
            }
            .into(),
        };
        let append = Append::new(message.tenant.clone())
            .with_events(stream, expected, [event])
            .with_outbox(OutboxChange::Resend { id });
        self.log.append(append).await?;
        Ok(())
    }

    fn must_be_parked_and_in_time(&self, message: &Outgoing) -> Result<(), ActionsError> {
        let id = message.message.id;
        if message.status != OutgoingStatus::Parked {
            return Err(ActionsError::NotParked {
                message: id,
                status: message.status.as_str(),
            });
        }
        if self.clock.now() > message.message.not_after {
            let case = message.message.case;
            return Err(ActionsError::TooLate {
                message: id,
                not_after: message.message.not_after,
                instead: match (message.message.kind, case) {
                    (OutboxKind::Action, Some(case)) => {
                        format!("decide anew in case {case}, which asks the platform again")
                    }
                    (_, Some(case)) => format!("look after case {case} in the console"),
                    (_, None) => "nothing is left to do about it".to_owned(),
                },
            });
        }
        Ok(())
    }

    async fn case_of(&self, message: &Outgoing) -> Result<Option<(Case, StreamId)>, ActionsError> {
        let Some(id) = message.message.case else {
            return Ok(None);
        };
        let stream = StreamId::Case(id);
        let events = self.log.load(&message.tenant, &stream).await?;
        Ok(Case::fold(id, &events).map(|case| (case, stream)))
    }
}

fn why(case: &Case, message: MessageId) -> Option<ParkedBecause> {
    let state = case.actions.get(&ActionId::from(message.as_uuid()))?;
    match state.status {
        ActionStatus::Parked { why } => Some(why),
        _ => None,
    }
}

/// An action that a newer one has overtaken would undo it.
fn must_not_be_overtaken(case: &Case, message: MessageId) -> Result<(), ActionsError> {
    let Some(own) = case.actions.get(&ActionId::from(message.as_uuid())) else {
        return Ok(());
    };
    let left = |status: ActionStatus| {
        matches!(
            status,
            ActionStatus::Dispatched | ActionStatus::Confirmed | ActionStatus::Unanswered
        )
    };
    // Ids of actions sort by the time they were asked for.
    let newer = case.actions.values().find(|other| {
        other.action.id > own.action.id
            && left(other.status)
            && supersedes(&other.action, &own.action)
    });
    newer.map_or(Ok(()), |newer| {
        Err(ActionsError::Overtaken {
            newer: newer.action.id,
        })
    })
}
