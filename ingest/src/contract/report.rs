//! Members' reports.

use holdfast_domain::Sensitive;
use holdfast_domain::intake::ReportReason;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Example, Extra, MemberData, WireTime};

/// A member flags a post or a member. Always reaches a person, whatever automation thinks of the
/// post, and is answered on the outcome topic. Key the record by the *reported* author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportData {
    /// The platform's own id of the report; the outcome is sent back under it.
    #[schemars(length(min = 1, max = 512), example = &"r-2041")]
    pub report_id: Sensitive<String>,
    /// The platform, where one topic or token serves several and its settings list them; any other is
    /// refused. The configured one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"forum")]
    pub platform: Option<String>,
    /// Where it happened.
    #[schemars(regex(pattern = "^[A-Za-z0-9._:-]{1,128}$"), example = &"night-shift")]
    pub community_id: String,
    /// The reported author, also the record's key on Kafka.
    pub reported: MemberData,
    /// The platform's id of the reported post, where the report is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512), example = &"9913")]
    pub post_id: Option<Sensitive<String>>,
    /// Who reports. Never shown to the reported author.
    pub reporter: MemberData,
    /// The reason picked; `other` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReportReason>,
    /// The reporter's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Sensitive<String>>,
    /// What the reporter saw, copied by the platform, for a post that may never have come this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted_text: Option<Sensitive<String>>,
    /// When it was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<WireTime>,
    /// Fields that Holdfast does not know. Not kept.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Example for ReportData {
    fn example() -> Self {
        Self {
            report_id: "r-2041".into(),
            platform: None,
            community_id: "night-shift".to_owned(),
            reported: MemberData::named("u-48213"),
            post_id: Some("9913".into()),
            reporter: MemberData::named("u-10077"),
            reason: Some(ReportReason::Crisis),
            text: Some("They have not sounded like themselves since Monday.".into()),
            quoted_text: None,
            created_at: Some(WireTime::example(300)),
            extra: Extra::new(),
        }
    }
}
