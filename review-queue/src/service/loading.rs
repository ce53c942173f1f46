//! A case with its events, for somebody who may see it.

use holdfast_domain::case::Staff;
use holdfast_domain::intake::OutreachStep;
use holdfast_domain::{Case, CaseId, EventEnvelope, ModerationEvent, StreamId};

use super::{RequestKey, ReviewService};
use crate::access::Access;
use crate::error::ReviewError;

/// A case as its log tells it at this moment.
pub(crate) struct Loaded {
    /// The folded case.
    pub(crate) case: Case,
    /// Its events, by version.
    pub(crate) events: Vec<EventEnvelope>,
    /// The viewer, in the role that counts for it.
    pub(crate) staff: Staff,
}

impl Loaded {
    /// The version of the last event that a decision should know of.
    pub(crate) fn seen(&self) -> u64 {
        last_material(&self.events)
    }

    /// The event that an earlier, equal request recorded.
    pub(crate) fn repeated(
        &self,
        request: &RequestKey,
    ) -> Result<Vec<&EventEnvelope>, ReviewError> {
        let (prefix, whole) = (request.prefix(), request.cause());
        let earlier: Vec<&EventEnvelope> = self
            .events
            .iter()
            .filter(|event| cause(event).starts_with(&prefix))
            .collect();
        if earlier.iter().any(|event| cause(event) != whole) {
            return Err(ReviewError::KeyReused);
        }
        Ok(earlier)
    }
}

fn cause(event: &EventEnvelope) -> &str {
    event.causation.as_deref().unwrap_or_default()
}

impl ReviewService {
    /// Loads a case. What the viewer may not see does not exist for them.
    pub(crate) async fn load(&self, who: &Access, id: CaseId) -> Result<Loaded, ReviewError> {
        let stream = StreamId::Case(id);
        let events = self.parts().log.load(&who.tenant, &stream).await?;
        let case = Case::fold(id, &events).ok_or_else(ReviewError::no_case)?;
        let staff = who.staff_for(&case).ok_or_else(ReviewError::no_case)?;
        Ok(Loaded {
            case,
            events,
            staff,
        })
    }
}

/// The version of the last event that somebody who is about to lower, close or restrict should have
/// seen. What only says who looks, holds or was called changes nothing about the matter.
pub(crate) fn last_material(events: &[EventEnvelope]) -> u64 {
    events
        .iter()
        .rev()
        .find(|envelope| is_material(&envelope.event))
        .map_or(0, |envelope| envelope.version.0)
}

/// Whether an event changes what a decision rests on.
pub(crate) fn is_material(event: &ModerationEvent) -> bool {
    use ModerationEvent as E;
    match event {
        E::CaseOpened(_)
        | E::PostAttached(_)
        | E::AssessmentRecorded(_)
        | E::PostDeletedByAuthor(_)
        | E::ReportReceived(_)
        | E::AppealReceived(_)
        | E::IncidentMemberAdded(_)
        | E::IncidentMemberJudged(_)
        | E::LevelRaised(_)
        | E::LevelLowered(_)
        | E::NoteAdded(_)
        | E::ContactRecorded(_)
        | E::DecisionRecorded(_)
        | E::DecisionUndone(_)
        | E::ActionRequested(_)
        | E::ActionUndone(_)
        | E::ActionFailed(_)
        | E::ActionParked(_)
        | E::MessageResent(_)
        | E::ActionUnanswered(_)
        | E::ClosureProposed(_)
        | E::CaseClosed(_)
        | E::CaseReopened(_)
        | E::RecordDeadLettered(_)
        | E::DeadLetterReplayed(_)
        | E::ProfileHintReceived(_) => true,
        E::OutreachMoved(moved) => moved.step == OutreachStep::Replied,
        E::AlertRaised(_)
        | E::CaseClaimed(_)
        | E::LeaseRenewed(_)
        | E::CaseReleased(_)
        | E::LeaseExpired(_)
        | E::TextRevealed(_)
        | E::ActionDispatched(_)
        | E::ActionConfirmed(_)
        | E::ActionSuperseded(_)
        | E::SlaBreached(_)
        | E::BatchAssessed(_)
        | E::IntakeResumed(_)
        | E::ActionsStopped(_)
        | E::ActionsResumed(_)
        | E::BudgetExhausted(_)
        | E::ModelPromoted(_)
        | E::ModelDemoted(_) => false,
    }
}
