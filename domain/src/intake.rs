//! What comes in from platforms, decoded, and what could not be decoded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::action::ActionOutcome;
use crate::{ActionId, CommunityId, PlatformId, Post, Revision, Sensitive, TenantId, Timestamp};

/// One record from a platform: what it says, or why it could not be read.
#[derive(Debug, Clone)]
pub struct Received {
    /// Where the record stood.
    pub origin: Origin,
    /// The platform's `source` and `id` of the event, by which a redelivery is known. A record
    /// without them is known by its origin.
    pub event_key: Sensitive<String>,
    /// When the platform says it happened.
    pub occurred_at: Timestamp,
    /// When Holdfast took it in.
    pub received_at: Timestamp,
    /// How it is treated.
    pub freshness: Freshness,
    /// W3C trace context of the record, as received.
    pub traceparent: Option<String>,
    /// The record's content.
    pub content: Result<Incoming, Rejected>,
}

/// Where a record stood.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "via", rename_all = "snake_case")]
pub enum Origin {
    /// A record of a Kafka topic.
    Kafka {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset.
        offset: i64,
    },
    /// A request to the HTTP intake.
    Http {
        /// Which integrator's token.
        integrator: String,
        /// Which event of the request's batch, from 0.
        item: u32,
    },
    /// A line of a file.
    File {
        /// The file's name without its folder.
        name: String,
        /// The line, from 1.
        line: u64,
    },
    /// A page of the console or the API: pasted or opened by hand.
    Hand,
}

/// How a record is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Alerts, clocks and actions as usual.
    Live,
    /// Live, but delayed by an outage of ours; marked late.
    Late,
    /// From before we watched (see [`LiveFrom`]): assessed and listed for look-back, no page, no clock, no action.
    Backfill,
}

/// What a platform tells us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// `holdfast.post.created.v1` and `holdfast.post.edited.v1`: an edit of an unknown post acts as
    /// a create, and a repeated create as an edit.
    Post(Box<Post>),
    /// `holdfast.post.deleted.v1`. Leaves a mark and never closes a case.
    PostDeleted(PostDeleted),
    /// `holdfast.report.created.v1`.
    Report(Report),
    /// `holdfast.appeal.created.v1`.
    Appeal(Appeal),
    /// `holdfast.profile.hint.v1`.
    ProfileHint(ProfileHint),
    /// `holdfast.action.result.v1`.
    ActionResult(ActionResult),
    /// `holdfast.outreach.delivered.v1`, `….read.v1`, `….replied.v1`.
    Outreach(OutreachNews),
}

/// A member or moderator removed a post on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostDeleted {
    /// Whose customer.
    pub tenant: TenantId,
    /// The platform.
    pub platform: PlatformId,
    /// The platform's id of the post.
    pub external_id: Sensitive<String>,
    /// The author's pseudonym.
    pub author: Sensitive<String>,
    /// The revision that removes it.
    pub revision: Revision,
    /// Who removed it.
    pub by: DeletedBy,
}

/// Who removed a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeletedBy {
    /// Its author.
    Author,
    /// Staff of the platform.
    Staff,
    /// The platform did not say.
    Unknown,
}

/// A member's flag. Always reaches a person, whatever the scores say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Whose customer.
    pub tenant: TenantId,
    /// The platform.
    pub platform: PlatformId,
    /// The platform's id of the report; the outcome is sent back under it.
    pub external_id: Sensitive<String>,
    /// Where it happened.
    pub community: CommunityId,
    /// The reported author's pseudonym.
    pub reported: Sensitive<String>,
    /// The platform's id of the reported post, where it is about one.
    pub post: Option<Sensitive<String>>,
    /// Who reports. Never shown to the reported author.
    pub reporter: Sensitive<String>,
    /// The reason picked.
    pub reason: ReportReason,
    /// The reporter's own words.
    pub words: Option<Sensitive<String>>,
    /// What the reporter saw, copied by the platform, for a post that never reached us.
    pub quoted: Option<Sensitive<String>>,
}

/// The reason a reporter picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    /// The author may be in danger.
    Crisis,
    /// Somebody is attacked.
    Harassment,
    /// Illness or treatment is stigmatised.
    Stigma,
    /// Anything else.
    Other,
}

/// A member objects to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// Whose customer.
    pub tenant: TenantId,
    /// The platform.
    pub platform: PlatformId,
    /// The platform's id of the appeal.
    pub external_id: Sensitive<String>,
    /// Where.
    pub community: CommunityId,
    /// Who appeals.
    pub author: Sensitive<String>,
    /// The action that is appealed, where the platform knows it.
    pub action: Option<ActionId>,
    /// The member's words.
    pub words: Option<Sensitive<String>>,
}

/// What a platform knows of a member and shares for their sake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileHint {
    /// Whose customer.
    pub tenant: TenantId,
    /// The platform.
    pub platform: PlatformId,
    /// The member's pseudonym.
    pub author: Sensitive<String>,
    /// The hint, as the platform wrote it.
    pub hint: Sensitive<serde_json::Map<String, serde_json::Value>>,
}

/// What became of an action on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResult {
    /// Whose customer.
    pub tenant: TenantId,
    /// Which action.
    pub action: ActionId,
    /// What became of it.
    pub outcome: ActionOutcome,
    /// The platform's explanation.
    pub detail: Option<Sensitive<String>>,
}

/// What became of a message to a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutreachNews {
    /// Whose customer.
    pub tenant: TenantId,
    /// The outreach action.
    pub action: ActionId,
    /// What happened.
    pub news: OutreachStep,
    /// A reply's text.
    pub reply: Option<Sensitive<String>>,
}

/// A step in the life of a message to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutreachStep {
    /// It arrived.
    Delivered,
    /// It was read.
    Read,
    /// The member answered.
    Replied,
}

/// A record that could not be read. It may be a cry for help: it goes, sealed, to the dead letters
/// *and* to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// What is known of whose it was.
    pub tenant: TenantId,
    /// The record's bytes.
    pub raw: Sensitive<Vec<u8>>,
    /// The record's key: on Kafka the author's pseudonym, if the platform keys as asked.
    pub key: Option<Sensitive<Vec<u8>>>,
    /// The record's headers: in binary mode they are half of it.
    pub headers: RawHeaders,
    /// What was wrong.
    pub class: RejectClass,
    /// Field, what was wrong, what to do; never the content.
    pub message: String,
    /// The record's time by its transport, where it has one.
    pub transport_time: Option<Timestamp>,
}

/// A record's headers as its transport carried them, in their order.
pub type RawHeaders = Sensitive<Vec<(String, Vec<u8>)>>;

/// Why a record was rejected.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RejectClass {
    /// The bytes are not what they claim to be: no UTF-8, no JSON, no event.
    Poison,
    /// It parses, but a field is missing or wrong.
    Schema,
    /// Larger than Holdfast takes.
    TooLarge,
    /// A type of event that Holdfast does not know.
    UnknownType,
}

impl RejectClass {
    /// The class's name in headers and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poison => "poison",
            Self::Schema => "schema",
            Self::TooLarge => "too_large",
            Self::UnknownType => "unknown_type",
        }
    }
}

/// The stored place of a Kafka partition, and what an append does to it: compare, then set. A
/// fenced former owner compares wrong, and its whole batch is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionAdvance {
    /// Which partition of which topic, in which cluster, for which group.
    pub partition: PartitionKey,
    /// The next offset as this owner last knew it; `None` before the first batch ever.
    pub expected: Option<i64>,
    /// The next offset after the batch.
    pub next: i64,
    /// SHA-256 of the batch's last record (key and value), to know it again after an assignment.
    pub last_digest: [u8; 32],
}

/// Names a partition for good, also across clusters and groups.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionKey {
    /// The cluster's own id.
    pub cluster: String,
    /// The consumer group.
    pub group: String,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
}

/// A stored position, as an assignment finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPosition {
    /// The next offset to read.
    pub next: i64,
    /// Digest of the last record before it.
    pub last_digest: [u8; 32],
    /// Where backfill ends.
    pub live_from: LiveFrom,
}

/// Where backfill ends and live records begin, fixed at a partition's first-ever assignment: whoever
/// reads a record later, and however often, tells it apart in the same way.
///
/// Backfill is a record below the offset *and* older than the moment; what stood in the topic only
/// since a few minutes may need an answer as much as what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LiveFrom {
    /// The high watermark at that assignment.
    pub offset: i64,
    /// The time of that assignment less what `ingest.late_after_secs` allowed.
    pub since: Timestamp,
}

impl LiveFrom {
    /// Everything is backfill: files, and partitions begun before the moment was kept.
    pub const NOWHERE: Self = Self {
        offset: i64::MAX,
        since: Timestamp::from_micros(i64::MAX),
    };

    /// Whether a record is backfill, by its offset and its time in the broker; one of unknown time
    /// counts as young.
    pub fn is_backfill(&self, offset: i64, time: Option<Timestamp>) -> bool {
        offset < self.offset && time.is_some_and(|time| time < self.since)
    }
}
