//! What happens to actions on their way to the platform. All stand in the case's stream.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{with_prose, without_prose};
use crate::action::ActionOutcome;
use crate::intake::OutreachStep;
use crate::{Action, ActionId, DecisionId, MessageId, Prose, Timestamp};

/// The platform is to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRequested {
    /// What.
    pub action: Action,
    /// The decision behind it; none where automation acts.
    pub decision: Option<DecisionId>,
}

impl super::HasProse for ActionRequested {
    fn prose(&mut self, visit: &mut dyn FnMut(&'static str, &mut Prose)) {
        if let Some(message) = &mut self.action.message {
            visit("message", message);
        }
    }
}

/// Taken back before it left the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionUndone {
    /// Which.
    pub action: ActionId,
}
without_prose!(ActionUndone);

/// Handed to the platform's topic or webhook, and taken there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDispatched {
    /// Which.
    pub action: ActionId,
    /// Its number within author and lane.
    pub sequence: u64,
    /// How often it was tried.
    pub attempts: u32,
}
without_prose!(ActionDispatched);

/// The platform carried it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionConfirmed {
    /// Which.
    pub action: ActionId,
}
without_prose!(ActionConfirmed);

/// The platform did not carry it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionFailed {
    /// Which.
    pub action: ActionId,
    /// What became of it.
    pub outcome: ActionOutcome,
    /// The platform's explanation, sealed with the member's key.
    pub detail: Option<Prose>,
}
with_prose!(ActionFailed: detail);

/// It will not be tried again by itself; the owner is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionParked {
    /// Which.
    pub action: ActionId,
    /// Why.
    pub why: ParkedBecause,
    /// How often it was tried.
    pub attempts: u32,
}
without_prose!(ActionParked);

/// Why an action was parked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParkedBecause {
    /// Its time ran out before it could be delivered.
    Expired,
    /// The receiver refuses it for good.
    Refused,
    /// The community is in observe mode: nothing leaves the house.
    ObserveMode,
    /// The platform does not list it as supported.
    Unsupported,
    /// The member was erased: nobody can be asked to do anything about them.
    Erased,
}

/// Somebody had a message sent again that was not tried any more. For an action the message bears its
/// id; it waits for the relay once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageResent {
    /// Which.
    pub message: MessageId,
    /// Why.
    pub reason: Prose,
}
with_prose!(MessageResent: reason);

/// A newer action on the same target made it pointless before it left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionSuperseded {
    /// Which.
    pub action: ActionId,
    /// By which.
    pub by: ActionId,
}
without_prose!(ActionSuperseded);

/// The platform did not report back in time; the owner is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionUnanswered {
    /// Which.
    pub action: ActionId,
    /// When an answer was due.
    pub due_at: Timestamp,
}
without_prose!(ActionUnanswered);

/// A message to a member moved on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutreachMoved {
    /// The outreach action.
    pub action: ActionId,
    /// How far it came.
    pub step: OutreachStep,
    /// The member's answer, where there is one.
    pub reply: Option<Prose>,
}
with_prose!(OutreachMoved: reply);
