//! What became of actions.

use holdfast_domain::action::ActionOutcome;
use holdfast_domain::{ActionId, Sensitive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Example, Extra, WireTime};

/// What became of an action on the platform. Until it comes, the case says "sent, not confirmed".
/// Key the record by the author that the action was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionResultData {
    /// The action, by the id that it was sent under.
    pub action_id: ActionId,
    /// What became of it.
    pub outcome: ActionOutcome,
    /// The platform's explanation, for the case's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Sensitive<String>>,
    /// When it was carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<WireTime>,
    /// Fields that Holdfast does not know. Not kept.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The action that the examples speak of.
pub(super) fn example_action() -> ActionId {
    ActionId::from(Uuid::from_u128(0x0195_5f3a_2b10_7c4e_9a41_3d2f_60b1_77aa))
}

impl Example for ActionResultData {
    fn example() -> Self {
        Self {
            action_id: example_action(),
            outcome: ActionOutcome::Done,
            detail: None,
            at: Some(WireTime::example(900)),
            extra: Extra::new(),
        }
    }
}
