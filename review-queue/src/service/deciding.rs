//! Deciding, and taking it back.

use std::collections::BTreeSet;

use holdfast_domain::action::RequestedBy;
use holdfast_domain::case::deciding::Decide;
use holdfast_domain::case::{DecisionState, Staff};
use holdfast_domain::{
    Action, ActionId, ActionKind, ActionTarget, Case, DecisionId, MessageId, ModerationEvent,
    Refusal, SubjectId, Timestamp,
};
use holdfast_event_store::{OutboxChange, OutboxMessage};

use super::commanding::{Effect, about, is_current, maybe_about, must_fit};
use super::outcomes;
use super::{ActionInput, Ask, DecideInput, ReviewService, UndoInput};
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::{Changed, UndoView};

impl ReviewService {
    /// Records a decision and asks the platform for its actions, each held for the time of undoing.
    ///
    /// A decision that restricts rests on a state (`If-Match`); one that only helps goes through
    /// whatever came in meanwhile.
    pub async fn decide(
        &self,
        who: &Access,
        ask: &Ask,
        input: &DecideInput,
    ) -> Result<Changed, ReviewError> {
        let texts = input
            .actions
            .iter()
            .map(|a| ("message", a.message.as_ref()));
        must_fit(texts.chain([("reason", Some(&input.reason))]))?;
        let restricts = input.actions.iter().any(ActionInput::is_restrictive);
        let seen = if restricts {
            Some(self.must_be_current(who, ask).await?)
        } else {
            None
        };
        let decision = DecisionId::fresh(&*self.parts().ids);
        let done = self
            .command(who, ask, |loaded, now| {
                if let Some(seen) = seen {
                    is_current(loaded, seen)?;
                }
                self.decided(&loaded.case, loaded.staff, decision, input, now)
            })
            .await?;
        self.metrics().decided(&done, input, self.now());
        Ok(done.changed)
    }

    fn decided(
        &self,
        case: &Case,
        by: Staff,
        decision: DecisionId,
        input: &DecideInput,
        now: Timestamp,
    ) -> Result<Effect, ReviewError> {
        self.must_be_supported(case, &input.actions)?;
        let actions = input
            .actions
            .iter()
            .map(|asked| self.action(case, asked, &input.policy, now))
            .collect::<Result<Vec<_>, _>>()?;
        let messages: Vec<OutboxMessage> = actions
            .iter()
            .map(|action| OutboxMessage::action(action, &case.community))
            .collect();
        let posts = if input.posts.is_empty() {
            case.posts.iter().map(|post| post.post).collect()
        } else {
            input.posts.clone()
        };
        let decide = Decide {
            decision,
            outcome: input.outcome,
            policy: input.policy.clone(),
            reason: about(case, &input.reason),
            posts,
            actions,
        };
        let mut effect = Effect::from(case.decide(by, decide, now)?);
        effect
            .outbox
            .extend(messages.into_iter().map(OutboxChange::Put));
        effect.outbox.extend(outcomes::answers(
            case,
            outcomes::verdict_of(input.outcome),
            &decision.to_string(),
            now,
            now + self.config().undo_hold(),
        ));
        Ok(effect)
    }

    fn action(
        &self,
        case: &Case,
        asked: &ActionInput,
        policy: &str,
        now: Timestamp,
    ) -> Result<Action, ReviewError> {
        let Some(author) = case.subject else {
            return Err(ReviewError::field(
                "actions",
                "this case is about no member; open a case about the member first",
            ));
        };
        if asked.parts.is_empty() {
            return Err(ReviewError::field("actions", "an action needs a part"));
        }
        let lives = asked.parts.iter().map(|part| part.kind().lifetime());
        let hold_until = now + self.config().undo_hold();
        Ok(Action {
            id: ActionId::fresh(&*self.parts().ids),
            case: case.id,
            target: target(asked, author)?,
            parts: asked.parts.clone(),
            message: maybe_about(case, asked.message.as_ref()),
            policy: Some(policy.to_owned()),
            requested_by: RequestedBy::Person,
            hold_until,
            // What goes together is pointless as soon as its first part is.
            not_after: now + lives.min().unwrap_or_default(),
        })
    }

    fn must_be_supported(&self, case: &Case, asked: &[ActionInput]) -> Result<(), ReviewError> {
        let supported = self.config().supported(&case.community);
        let wanted: BTreeSet<ActionKind> = asked
            .iter()
            .flat_map(|action| action.parts.iter().map(holdfast_domain::ActionPart::kind))
            .collect();
        match wanted.difference(supported).next() {
            Some(&action) => Err(ReviewError::UnsupportedAction { action }),
            None => Ok(()),
        }
    }

    /// Takes a decision back while none of its actions has left the house.
    pub async fn undo(
        &self,
        who: &Access,
        ask: &Ask,
        input: &UndoInput,
    ) -> Result<Changed, ReviewError> {
        let told = self.told_about(who, ask, input).await?;
        let done = self
            .command(who, ask, |loaded, _| {
                let decision = wanted(&loaded.case, input)?;
                let undone = loaded.case.undo(loaded.staff, decision)?;
                let mut effect = Effect::from(undone);
                let actions = effect.events.iter().filter_map(|event| match event {
                    ModerationEvent::ActionUndone(undone) => {
                        Some(MessageId::from(undone.action.as_uuid()))
                    }
                    _ => None,
                });
                let cancelled = actions.chain(told.iter().copied());
                effect.outbox = cancelled.map(|id| OutboxChange::Cancel { id }).collect();
                Ok(effect)
            })
            .await?;
        Ok(done.changed)
    }

    /// Messages to reporters that go with the decision and have not left.
    async fn told_about(
        &self,
        who: &Access,
        ask: &Ask,
        input: &UndoInput,
    ) -> Result<Vec<MessageId>, ReviewError> {
        let loaded = self.load(who, ask.case).await?;
        let Ok(decision) = wanted(&loaded.case, input) else {
            return Ok(Vec::new());
        };
        let Some(decision) = loaded
            .case
            .decisions
            .iter()
            .find(|known| known.decision == decision)
        else {
            return Ok(Vec::new());
        };
        let mut waiting = Vec::new();
        for id in outcomes::answers_of(&loaded.case, decision) {
            let message = self.parts().outbox.message(id).await?;
            if message.is_some_and(|m| m.status == holdfast_event_store::OutgoingStatus::Waiting) {
                waiting.push(id);
            }
        }
        Ok(waiting)
    }

    /// What the person can take back now.
    pub(crate) fn undo_of(&self, case: &Case, by: Staff, now: Timestamp) -> Option<UndoView> {
        let last = standing(case)?;
        case.undo(by, last.decision).ok()?;
        let holds = last
            .actions
            .iter()
            .filter_map(|id| case.actions.get(id))
            .map(|state| state.action.hold_until);
        let until = holds.min().unwrap_or(last.at + self.config().undo_hold());
        (until > now).then_some(UndoView {
            decision: last.decision,
            until,
            actions: last.actions.len(),
        })
    }
}

fn standing(case: &Case) -> Option<&DecisionState> {
    case.decisions
        .iter()
        .rev()
        .find(|decision| !decision.undone)
}

fn wanted(case: &Case, input: &UndoInput) -> Result<DecisionId, ReviewError> {
    match (input.decision, standing(case)) {
        (Some(decision), _) => Ok(decision),
        (None, Some(last)) => Ok(last.decision),
        (None, None) => Err(ReviewError::NotFound { what: "decision" }),
    }
}

fn target(asked: &ActionInput, author: SubjectId) -> Result<ActionTarget, ReviewError> {
    let on_author = |kind: ActionKind| {
        matches!(
            kind,
            ActionKind::Outreach
                | ActionKind::Nudge
                | ActionKind::LimitAuthor
                | ActionKind::SuspendAuthor
                | ActionKind::Restore
        )
    };
    match asked.post {
        Some(post) => Ok(ActionTarget::Post { post, author }),
        None if asked.parts.iter().all(|part| on_author(part.kind())) => {
            Ok(ActionTarget::Author(author))
        }
        None => Err(ReviewError::Refused(Refusal::NoSuchPost)),
    }
}
