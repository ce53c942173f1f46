//! People are asked to look.

use holdfast_domain::case::CaseKind;
use holdfast_domain::event::AlertBecause;
use holdfast_domain::{CaseId, CommunityId, CrisisLevel, MessageId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WireTime;

/// An alert: where to look and how soon. Carries no content and no member, since it travels through
/// pagers and chat rooms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// The alert's own id.
    pub alert_id: MessageId,
    /// Whose customer.
    pub tenant: TenantId,
    /// The case to open.
    pub case_id: CaseId,
    /// What kind of case.
    pub kind: CaseKind,
    /// Where.
    pub community_id: CommunityId,
    /// How urgently a person should look.
    pub level: CrisisLevel,
    /// The level in words for people: `Act now`, `Urgent`, `Soon`, `None`.
    pub level_words: String,
    /// Whether no complete judgement stands behind the level.
    pub unscored: bool,
    /// Why the alert was raised.
    pub because: AlertReason,
    /// Since when somebody waits.
    pub waiting_since: WireTime,
    /// How long that was when the alert left, in seconds.
    pub age_secs: u64,
    /// When the first look is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_due_at: Option<WireTime>,
    /// Whether an outage of Holdfast delayed it.
    pub late: bool,
    /// The case in the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Why an alert was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertReason {
    /// The case opened.
    Opened,
    /// The level rose.
    LevelRose,
    /// A new post came in while no person had looked for a while.
    NewPost,
    /// The case was opened again.
    Reopened,
    /// A promise was broken.
    SlaBreached,
    /// Posts cannot be judged.
    Incident,
    /// A command to the platform did not reach its goal.
    ActionStuck,
}

impl From<AlertBecause> for AlertReason {
    fn from(because: AlertBecause) -> Self {
        match because {
            AlertBecause::Opened => Self::Opened,
            AlertBecause::LevelRose => Self::LevelRose,
            AlertBecause::NewPost => Self::NewPost,
            AlertBecause::Reopened => Self::Reopened,
            AlertBecause::SlaBreached => Self::SlaBreached,
            AlertBecause::Incident => Self::Incident,
            AlertBecause::ActionStuck => Self::ActionStuck,
        }
    }
}
