//! What platforms share about members.

use holdfast_domain::Sensitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Example, Extra, MemberData};

/// The platform shares something about a member for their sake, e.g. that the account was closed or
/// that they asked to be addressed in another language. Kept sealed, shown on the author card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileHintData {
    /// The platform, where one topic or token serves several and its settings list them; any other is
    /// refused. The configured one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"forum")]
    pub platform: Option<String>,
    /// Whom it is about, also the record's key on Kafka.
    pub author: MemberData,
    /// The hint, as names and values.
    pub hint: Sensitive<Extra>,
    /// Fields that Holdfast does not know. Not kept.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Example for ProfileHintData {
    fn example() -> Self {
        let mut hint = Extra::new();
        hint.insert("account_closed".to_owned(), true.into());
        Self {
            platform: None,
            author: MemberData::named("u-48213"),
            hint: Sensitive::new(hint),
            extra: Extra::new(),
        }
    }
}
