//! Appeals.

use holdfast_domain::{ActionId, Sensitive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Example, Extra, MemberData, WireTime};

/// A member objects to a decision. Key the record by the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppealData {
    /// The platform's own id of the appeal.
    #[schemars(length(min = 1, max = 512), example = &"a-118")]
    pub appeal_id: Sensitive<String>,
    /// The platform, where one topic or token serves several and its settings list them; any other is
    /// refused. The configured one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"forum")]
    pub platform: Option<String>,
    /// Where.
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"night-shift")]
    pub community_id: String,
    /// Who appeals, also the record's key on Kafka.
    pub author: MemberData,
    /// The action that is appealed, by the id that it was sent under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
    /// The member's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sensitive<String>>,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<WireTime>,
    /// Fields that Holdfast does not know. Not kept.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Example for AppealData {
    fn example() -> Self {
        Self {
            appeal_id: "a-118".into(),
            platform: None,
            community_id: "night-shift".to_owned(),
            author: MemberData::named("u-48213"),
            action_id: Some(super::result::example_action()),
            text: Some("That was a line from a song, not about anybody here.".into()),
            created_at: Some(WireTime::example(3600)),
            extra: Extra::new(),
        }
    }
}
