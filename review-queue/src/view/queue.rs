//! The queue and what search finds.

use holdfast_domain::case::CloseCode;
use holdfast_domain::event::OpenedBecause;
use holdfast_domain::intake::Freshness;
use holdfast_domain::{CaseId, CaseKind, CommunityId, CrisisLevel, SignalKind, Timestamp, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use super::Silence;

/// A page of the queue, the most urgent first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct QueuePage {
    /// The cases.
    pub items: Vec<QueueItem>,
    /// Hand this back as `after` for the next page; none at the end.
    pub next: Option<String>,
}

/// A case in the queue. Holds nothing that a member wrote.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own, and the API names them"
)]
pub struct QueueItem {
    /// The case.
    #[schema(value_type = uuid::Uuid)]
    pub case: CaseId,
    /// The short number that people say to each other; search finds it.
    pub number: String,
    /// Changes whenever the case does.
    pub version: u64,
    /// What it is about.
    #[schema(value_type = String)]
    pub kind: CaseKind,
    /// The signal that grants are given by.
    #[schema(value_type = String)]
    pub signal: SignalKind,
    /// How urgently a person should look.
    #[schema(value_type = String)]
    pub level: CrisisLevel,
    /// Whether some post of it lacks a complete judgement.
    pub unscored: bool,
    /// How it ended; none while it is open.
    #[schema(value_type = Option<String>)]
    pub closed: Option<CloseCode>,
    /// Where.
    #[schema(value_type = String)]
    pub community: CommunityId,
    /// The language of its newest post whose platform names one, without region.
    pub language: Option<String>,
    /// Why it was opened.
    #[schema(value_type = Object)]
    pub because: OpenedBecause,
    /// What policies found in its posts, e.g. `goodbye`; each once, the newest post's first.
    pub labels: Vec<String>,
    /// The rule that weighs most, where one matched.
    pub rule: Option<DecidingRule>,
    /// Classifiers that gave no answer on its posts.
    pub silences: Vec<Silence>,
    /// How many posts it holds; for an incident how many records.
    pub posts: usize,
    /// For an incident: how many records were neither judged nor read.
    pub members_left: u64,
    /// How many reports.
    pub reports: usize,
    /// Who holds it now.
    pub holder: Option<Holder>,
    /// When the first look is due; none for look-back cases.
    #[serde(serialize_with = "super::time::maybe")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub look_due_at: Option<Timestamp>,
    /// When a person first read its text.
    #[serde(serialize_with = "super::time::maybe")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub looked_at: Option<Timestamp>,
    /// Whether the promised look is overdue and nobody has looked.
    pub look_overdue: bool,
    /// When it was opened.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When its newest post was posted, by the platform's clock.
    #[serde(serialize_with = "super::time::maybe")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_post_at: Option<Timestamp>,
    /// Whether a post joined after a person last did something about the case.
    pub new_post: bool,
    /// How what opened it is treated: live, late after an outage, or look-back.
    #[schema(value_type = String)]
    pub freshness: Freshness,
    /// Whether a second person has to confirm that it ends.
    pub closure_proposed: bool,
    /// Whether the viewer may claim it.
    pub may_claim: bool,
}

/// The rule that weighs most in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DecidingRule {
    /// Which, e.g. `crisis.goodbye`.
    pub rule: String,
    /// Why it matched, in the policy owner's words; may be empty.
    pub because: String,
}

/// Who holds a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Holder {
    /// Who.
    #[schema(value_type = uuid::Uuid)]
    pub user: UserId,
    /// The name colleagues know.
    pub name: String,
    /// Until when, unless renewed.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Whether it is the viewer.
    pub me: bool,
}

/// What search finds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchResults {
    /// Cases, the newest first, at most 200.
    pub cases: Vec<QueueItem>,
}
