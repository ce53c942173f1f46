//! What comes back: answers of the platform, and their absence.

use std::time::Duration;

use holdfast_domain::intake::ActionResult;
use holdfast_domain::{
    ActionId, Case, Clock, IdSource, KeyOwner, MessageId, ModerationEvent, Prose, Refusal, StreamId,
};
use holdfast_event_store::{
    Append, AppendError, EventLog, Expected, Outbox, OutboxChange, StoreError, UnansweredAction,
};
use tracing::warn;

use crate::error::ActionsError;
use crate::metrics::Metrics;
use crate::relay::{asked, stuck};

/// What the platform's answer means for the case. `None` where it was known before. The append that
/// records the event also carries [`answered`].
pub fn on_result(case: &Case, result: &ActionResult) -> Result<Option<ModerationEvent>, Refusal> {
    let owner = KeyOwner::from(case.subject);
    let detail = result
        .detail
        .clone()
        .filter(|detail| !detail.reveal().trim().is_empty())
        .map(|detail| Prose::clear(owner, detail));
    case.reported_back(result.action, result.outcome, detail)
}

/// The mark that goes with the platform's answer.
pub fn answered(action: ActionId) -> OutboxChange {
    OutboxChange::Answered {
        id: MessageId::from(action.as_uuid()),
    }
}

/// What looking for unanswered actions takes. For the one instance that runs the timers.
#[derive(Clone, Copy)]
pub struct AnswerTimer<'a> {
    /// The log.
    pub log: &'a dyn EventLog,
    /// The outbox.
    pub outbox: &'a dyn Outbox,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Fresh ids.
    pub ids: &'a dyn IdSource,
    /// What is counted.
    pub metrics: &'a Metrics,
    /// How long the platform may take to answer.
    pub answer_due: Duration,
}

/// Actions looked at in one go.
const AT_ONCE: usize = 100;

impl AnswerTimer<'_> {
    /// Records `ActionUnanswered` for every action sent too long ago without an answer, and alerts
    /// the case's owner. Answers how many. Doing it twice changes nothing.
    pub async fn fire(&self) -> Result<usize, ActionsError> {
        let sent_before = self.clock.now() - self.answer_due;
        let overdue = self.outbox.unanswered(sent_before, AT_ONCE).await?;
        let mut told = 0;
        for action in overdue {
            match self.tell(&action).await {
                Ok(()) => told += 1,
                // Answered, undone or told by somebody else this moment: look again next time.
                Err(error) if error.is_conflict() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(told)
    }

    async fn tell(&self, overdue: &UnansweredAction) -> Result<(), AppendError> {
        let now = self.clock.now();
        let mark = OutboxChange::Unanswered {
            id: MessageId::from(overdue.action.as_uuid()),
        };
        let found = asked(self.log, &overdue.tenant, overdue.case, overdue.action).await?;
        let asked = found.ok_or_else(|| {
            StoreError::corrupt(format!(
                "outbox message {}: its case never asked for it",
                overdue.action
            ))
        })?;
        let due_at = overdue.sent_at + self.answer_due;
        let mut append = Append::new(overdue.tenant.clone()).with_outbox(mark);
        if let Ok(event) = asked.case.unanswered(overdue.action, due_at) {
            warn!(action.id = %overdue.action, case.id = %overdue.case, "the platform has not answered action {}", overdue.action);
            let (alerted, alert) = stuck(&asked.case, self.ids, now);
            append = append
                .with_events(
                    StreamId::Case(overdue.case),
                    Expected::Version(asked.case.version),
                    asked.new_events(vec![event, alerted], self.ids, now),
                )
                .with_outbox(alert);
        }
        self.log.append(append).await?;
        for part in &asked.action.parts {
            let labels = [part.kind().as_str(), "unanswered"];
            self.metrics.actions.with_label_values(&labels).inc();
        }
        Ok(())
    }
}
