//! What became of messages to members.

use holdfast_domain::{ActionId, Sensitive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Example, Extra, WireTime};

/// A message to a member arrived, was read, or was answered: which of these, the event's type says.
/// Key the record by the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OutreachData {
    /// The outreach action, by the id that it was sent under.
    pub action_id: ActionId,
    /// The member's answer. Read with `holdfast.outreach.replied.v1` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sensitive<String>>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<WireTime>,
    /// Fields that Holdfast does not know. Not kept.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Example for OutreachData {
    fn example() -> Self {
        Self {
            action_id: super::result::example_action(),
            text: None,
            at: Some(WireTime::example(1800)),
            extra: Extra::new(),
        }
    }
}

impl OutreachData {
    /// The example of an answer.
    pub(crate) fn replied_example() -> Self {
        Self {
            text: Some("Thank you for writing. I am all right, it was a long day.".into()),
            ..Self::example()
        }
    }
}
