//! Closing and reopening.

use holdfast_domain::event::{AlertBecause, Reason};
use holdfast_domain::{Case, CaseKind, ClaimChange, ClaimKey, ModerationEvent, Timestamp};
use holdfast_event_store::AppendError;

use super::commanding::{Effect, about, is_current, maybe_about, must_fit};
use super::outcomes;
use super::{Ask, CloseInput, ReopenInput, ReviewService};
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::Changed;

impl ReviewService {
    /// Closes a case, or proposes or confirms it where that takes two. Rests on a state.
    pub async fn close(
        &self,
        who: &Access,
        ask: &Ask,
        input: &CloseInput,
    ) -> Result<Changed, ReviewError> {
        must_fit([("reason", input.reason.as_ref())])?;
        let seen = self.must_be_current(who, ask).await?;
        let done = self
            .command(who, ask, |loaded, now| {
                is_current(loaded, seen)?;
                let case = &loaded.case;
                let reason = maybe_about(case, input.reason.as_ref());
                let events = case.close(loaded.staff, input.code, reason, now)?;
                Ok(closed(case, events, input, now))
            })
            .await?;
        Ok(done.changed)
    }

    /// Opens a closed case again. Refused where another case of the member is open, saying which.
    pub async fn reopen(
        &self,
        who: &Access,
        ask: &Ask,
        input: &ReopenInput,
    ) -> Result<Changed, ReviewError> {
        must_fit([("reason", Some(&input.reason))])?;
        let outcome = self
            .command(who, ask, |loaded, now| {
                let case = &loaded.case;
                let reason = Reason {
                    code: input.code.clone(),
                    text: about(case, &input.reason),
                };
                let level = input.level.unwrap_or(case.level);
                let promises = &self.config().promises;
                let events = case.reopen(loaded.staff, level, reason, promises, now)?;
                Ok(self.reopened(case, &loaded.staff.into(), events, now))
            })
            .await;
        match outcome {
            Ok(done) => Ok(done.changed),
            Err(ReviewError::Append(AppendError::Claimed { holder, .. })) => {
                Err(self.other_case(who, &holder).await)
            }
            Err(error) => Err(error),
        }
    }

    fn reopened(
        &self,
        case: &Case,
        by: &holdfast_domain::Actor,
        events: Vec<ModerationEvent>,
        now: Timestamp,
    ) -> Effect {
        let mut after = case.clone();
        for event in &events {
            after.apply(event, now, by);
        }
        let mut effect = Effect::from(events);
        effect.claims = open_claim(case)
            .map(|key| ClaimChange::Take {
                key,
                holder: case.id.to_string(),
            })
            .into_iter()
            .collect();
        self.alert(&after, Some(AlertBecause::Reopened), &mut effect, now);
        effect
    }

    /// The open case that stands in the way, named only to who may see it.
    pub(crate) async fn other_case(&self, who: &Access, holder: &str) -> ReviewError {
        let Ok(case) = holder.parse() else {
            return ReviewError::OtherCaseOpen { case: None };
        };
        let visible = self.load(who, case).await.is_ok();
        ReviewError::OtherCaseOpen {
            case: visible.then_some(case),
        }
    }
}

/// What ends with a case: its claim, and the waiting of those who reported.
fn closed(case: &Case, events: Vec<ModerationEvent>, input: &CloseInput, now: Timestamp) -> Effect {
    let ends = events
        .iter()
        .any(|event| matches!(event, ModerationEvent::CaseClosed(_)));
    let mut effect = Effect::from(events);
    if ends {
        let verdict = outcomes::verdict_of_closing(case, input.code);
        let answered_by = format!("closed/{}", case.version);
        effect.claims = open_claim(case)
            .map(|key| ClaimChange::Release { key })
            .into_iter()
            .collect();
        effect.outbox = outcomes::answers(case, verdict, &answered_by, now, now);
    }
    effect
}

/// The key that an open case holds, so that there is one of its kind.
pub(crate) fn open_claim(case: &Case) -> Option<ClaimKey> {
    match case.kind {
        CaseKind::Crisis => case.subject.map(ClaimKey::open_crisis),
        CaseKind::Harassment | CaseKind::Stigma => case
            .subject
            .map(|subject| ClaimKey::open_matter(case.kind.signal(), subject)),
        CaseKind::Appeal => None,
        CaseKind::Incident => case
            .cause
            .as_ref()
            .map(|cause| ClaimKey::open_incident(&cause.key(), case.opened_at)),
    }
}
