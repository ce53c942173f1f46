//! Deciding, asking the platform to act, and taking it back in time.

use super::claiming::{may_decide, must_say_why};
use super::state::{ActionState, ActionStatus};
use super::{Case, Refusal, Staff};
use crate::action::ActionOutcome;
use crate::event::{
    ActionConfirmed, ActionDispatched, ActionFailed, ActionParked, ActionRequested,
    ActionSuperseded, ActionUnanswered, ActionUndone, DecisionOutcome, DecisionRecorded,
    DecisionUndone, OutreachMoved, ParkedBecause,
};
use crate::intake::OutreachStep;
use crate::safety::Invariant;
use crate::{Action, ActionId, DecisionId, ModerationEvent, PostRef, Prose, Timestamp};

/// A decision as a person states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    /// Its id.
    pub decision: DecisionId,
    /// What.
    pub outcome: DecisionOutcome,
    /// The policy that it rests on.
    pub policy: String,
    /// Why.
    pub reason: Prose,
    /// What it is about.
    pub posts: Vec<PostRef>,
    /// What the platform is asked for with it.
    pub actions: Vec<Action>,
}

impl Case {
    /// Records a decision and asks for its actions.
    ///
    /// Takes the holder, a policy and a reason. What restricts a member on crisis content must carry
    /// a message to them (M3): one person's decision can hide, but never in silence.
    pub fn decide(
        &self,
        by: Staff,
        decide: Decide,
        now: Timestamp,
    ) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        may_decide(by)?;
        self.must_be_held_by(by, now)?;
        must_say_why(&decide.reason, "reason")?;
        if decide.policy.trim().is_empty() {
            return Err(Refusal::ReasonMissing { field: "policy" });
        }
        for post in &decide.posts {
            self.post(post.post).ok_or(Refusal::NoSuchPost)?;
        }
        for action in &decide.actions {
            self.may_ask_for(action)?;
        }
        let decision = decide.decision;
        let recorded = DecisionRecorded {
            decision,
            outcome: decide.outcome,
            policy: decide.policy,
            reason: decide.reason,
            posts: decide.posts,
            actions: decide.actions.iter().map(|action| action.id).collect(),
        };
        let mut events = vec![recorded.into()];
        events.extend(decide.actions.into_iter().map(|action| {
            ActionRequested {
                action,
                decision: Some(decision),
            }
            .into()
        }));
        Ok(events)
    }

    fn may_ask_for(&self, action: &Action) -> Result<(), Refusal> {
        if action.is_restrictive() && self.is_crisis_content() && !action.has_outreach() {
            return Err(Refusal::Unsafe(Invariant::M3HideWithOutreach));
        }
        if action.has_outreach() && action.message.as_ref().is_none_or(Prose::is_blank) {
            return Err(Refusal::ReasonMissing { field: "message" });
        }
        if let Some(post) = action.target.post() {
            self.post(post.post).ok_or(Refusal::NoSuchPost)?;
        }
        Ok(())
    }

    /// Takes a decision back while none of its actions has left the house.
    pub fn undo(&self, by: Staff, decision: DecisionId) -> Result<Vec<ModerationEvent>, Refusal> {
        self.must_be_open()?;
        may_decide(by)?;
        let found = self
            .decisions
            .iter()
            .find(|candidate| candidate.decision == decision && !candidate.undone)
            .ok_or(Refusal::NoSuchDecision(decision))?;
        if found.by != Some(by.id) && !by.role.may_confirm() {
            return Err(Refusal::NotYourDecision);
        }
        for id in &found.actions {
            let state = self.actions.get(id).ok_or(Refusal::NoSuchAction(*id))?;
            if state.status != ActionStatus::Requested {
                return Err(Refusal::TooLate(*id));
            }
        }
        let mut events: Vec<ModerationEvent> = found
            .actions
            .iter()
            .map(|&action| ActionUndone { action }.into())
            .collect();
        events.push(DecisionUndone { decision }.into());
        Ok(events)
    }

    /// The relay handed the action over.
    pub fn dispatched(
        &self,
        action: ActionId,
        sequence: u64,
        attempts: u32,
    ) -> Result<ModerationEvent, Refusal> {
        self.action_in(action, &[ActionStatus::Requested])?;
        Ok(ActionDispatched {
            action,
            sequence,
            attempts,
        }
        .into())
    }

    /// The relay gave up.
    pub fn parked(
        &self,
        action: ActionId,
        why: ParkedBecause,
        attempts: u32,
    ) -> Result<ModerationEvent, Refusal> {
        self.action_in(action, &[ActionStatus::Requested])?;
        Ok(ActionParked {
            action,
            why,
            attempts,
        }
        .into())
    }

    /// A newer action on the same target made it pointless before it left.
    pub fn superseded(&self, action: ActionId, by: ActionId) -> Result<ModerationEvent, Refusal> {
        self.action_in(action, &[ActionStatus::Requested])?;
        Ok(ActionSuperseded { action, by }.into())
    }

    /// No answer came in time.
    pub fn unanswered(
        &self,
        action: ActionId,
        due_at: Timestamp,
    ) -> Result<ModerationEvent, Refusal> {
        self.action_in(action, &[ActionStatus::Dispatched])?;
        Ok(ActionUnanswered { action, due_at }.into())
    }

    /// The platform reports what became of an action. A repeated report changes nothing.
    pub fn reported_back(
        &self,
        action: ActionId,
        outcome: ActionOutcome,
        detail: Option<Prose>,
    ) -> Result<Option<ModerationEvent>, Refusal> {
        let state = self
            .actions
            .get(&action)
            .ok_or(Refusal::NoSuchAction(action))?;
        // A platform may answer before our own mark of the sending is recorded, and may do late what
        // we gave up waiting for.
        let waits = matches!(
            state.status,
            ActionStatus::Requested | ActionStatus::Dispatched | ActionStatus::Unanswered
        );
        Ok(waits.then(|| match outcome {
            ActionOutcome::Done => ActionConfirmed { action }.into(),
            outcome => ActionFailed {
                action,
                outcome,
                detail,
            }
            .into(),
        }))
    }

    /// A message to the member moved on. A repeated or older step changes nothing.
    pub fn outreach_moved(
        &self,
        action: ActionId,
        step: OutreachStep,
        reply: Option<Prose>,
    ) -> Result<Option<ModerationEvent>, Refusal> {
        let state = self
            .actions
            .get(&action)
            .ok_or(Refusal::NoSuchAction(action))?;
        let moved = step == OutreachStep::Replied
            || state.outreach.is_none_or(|known| rank(step) > rank(known));
        Ok(moved.then(|| {
            OutreachMoved {
                action,
                step,
                reply,
            }
            .into()
        }))
    }

    fn action_in(
        &self,
        action: ActionId,
        allowed: &[ActionStatus],
    ) -> Result<&ActionState, Refusal> {
        let state = self
            .actions
            .get(&action)
            .ok_or(Refusal::NoSuchAction(action))?;
        if allowed.contains(&state.status) {
            Ok(state)
        } else {
            Err(Refusal::ActionMovedOn(action))
        }
    }
}

const fn rank(step: OutreachStep) -> u8 {
    match step {
        OutreachStep::Delivered => 0,
        OutreachStep::Read => 1,
        OutreachStep::Replied => 2,
    }
}
