//! What is to leave the house.

mod making;

use async_trait::async_trait;
use holdfast_domain::{
    ActionId, CaseId, CommunityId, Lane, MessageId, SubjectId, TenantId, Timestamp,
};

use super::Lease;
use crate::error::StoreError;

pub use making::{ReportNote, ReportVerdict};

/// Messages are spread over this many shards, each relayed by whoever leases `relay/<shard>`.
pub const RELAY_SHARDS: u16 = 16;

/// The shard of a message: by the member, so that one relay keeps their order.
pub fn shard_of(subject: Option<SubjectId>, id: MessageId) -> u16 {
    let uuid = subject.map_or(id.as_uuid(), |subject| subject.as_uuid());
    u16::from(uuid.as_bytes()[15]) % RELAY_SHARDS
}

/// The relay's side of the outbox. Messages come, and their results are marked, with appends
/// ([`OutboxChange`]), so that a message and the fact of it never part.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes what may leave now, of one shard, under a lease on it.
    ///
    /// Actions leave in order per member and lane: an action that waits for its next attempt, or is
    /// on its way, blocks later ones of its member and lane alone; one still held for undo blocks
    /// nothing. Other kinds block nothing and wait for nothing. Each message taken is on its way
    /// until it is marked; it cannot be undone meanwhile, and is given again only to a later epoch.
    /// Answers nothing when the lease has passed on.
    async fn take(&self, take: &Take<'_>) -> Result<Vec<Outgoing>, StoreError>;

    /// One message and how far it came.
    async fn message(&self, id: MessageId) -> Result<Option<Outgoing>, StoreError>;

    /// Actions on the same target that have not left and can still be superseded, the oldest first.
    async fn unsent_on(
        &self,
        tenant: &TenantId,
        target: &str,
    ) -> Result<Vec<UnsentAction>, StoreError>;

    /// Actions sent before then, without an answer and not reported as unanswered.
    async fn unanswered(
        &self,
        sent_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<UnansweredAction>, StoreError>;

    /// How many restrictive actions automation has asked for since then (the enforcement budget).
    async fn automatic_restrictions_since(
        &self,
        tenant: &TenantId,
        since: Timestamp,
    ) -> Result<u64, StoreError>;

    /// The shards in which a message may leave now, or is in the hands of a former relay. One query
    /// that locks nothing; a shard that it names may still have nothing to give.
    async fn due_shards(&self, now: Timestamp) -> Result<Vec<u16>, StoreError>;

    /// Messages of a tenant that are not tried any more, the newest first.
    async fn parked(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Outgoing>, StoreError>;

    /// How many alerts are not tried any more although it is not too late for them, of all tenants.
    async fn parked_alerts(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// How many messages of each kind wait, and since when the longest. One query.
    async fn waiting(&self) -> Result<Vec<(OutboxKind, u64, Option<Timestamp>)>, StoreError>;
}

/// What to take.
#[derive(Debug, Clone, Copy)]
pub struct Take<'a> {
    /// The lease on `relay/<shard>`.
    pub lease: &'a Lease,
    /// The shard, below [`RELAY_SHARDS`].
    pub shard: u16,
    /// The present moment.
    pub now: Timestamp,
    /// How many at most.
    pub limit: usize,
    /// Whether actions are taken; not while they are stopped.
    pub actions: bool,
}

/// A message on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its id; for an action that of the action ([`MessageId::from`] its UUID).
    pub id: MessageId,
    /// What it is.
    pub kind: OutboxKind,
    /// The lane that it travels in.
    pub lane: Lane,
    /// The member concerned.
    pub subject: Option<SubjectId>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// The community concerned, whose mode decides whether an action leaves.
    pub community: Option<CommunityId>,
    /// For an action: its target, `post/<id>` or `author/<id>`, by which a newer one supersedes it.
    pub target: Option<String>,
    /// For an action: whether automation asked for it and it restricts (counts in the budget).
    pub automatic_restriction: bool,
    /// What is sent, as JSON. Holds no clear member data: the relay opens sealed parts itself.
    pub body: String,
    /// Not sent before.
    pub hold_until: Timestamp,
    /// Not sent after; then it is parked.
    pub not_after: Timestamp,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutboxKind {
    /// An action asked of the platform.
    Action,
    /// People are asked to look.
    Alert,
    /// A record that could not be read.
    DeadLetter,
    /// What came of a member's report.
    ReportOutcome,
    /// The canary arrived.
    Heartbeat,
    /// An assessment for subscribers (off by default).
    Assessment,
    /// A case's change for subscribers (off by default).
    CaseNews,
}

impl OutboxKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Action,
        Self::Alert,
        Self::DeadLetter,
        Self::ReportOutcome,
        Self::Heartbeat,
        Self::Assessment,
        Self::CaseNews,
    ];

    /// The kind's name in tables and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Alert => "alert",
            Self::DeadLetter => "dead_letter",
            Self::ReportOutcome => "report_outcome",
            Self::Heartbeat => "heartbeat",
            Self::Assessment => "assessment",
            Self::CaseNews => "case_news",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What an append does to the outbox.
#[derive(Debug, Clone)]
pub enum OutboxChange {
    /// A message waits to be sent. Its id is used once ever: a second one is refused as `Claimed`.
    Put(OutboxMessage),
    /// Taken back before it left; refused with `AlreadySent` where it has left or is leaving.
    Cancel {
        /// Which.
        id: MessageId,
    },
    /// A newer one made it pointless before it left; refused with `AlreadySent` like a cancel.
    Superseded {
        /// Which.
        id: MessageId,
        /// By which.
        by: ActionId,
    },
    /// It was handed over and taken.
    Sent {
        /// Which.
        id: MessageId,
        /// The lease it was taken under; refused with `LeaseLost` where that has passed on.
        lease: Lease,
    },
    /// It could not be handed over and is tried again.
    Retry {
        /// Which.
        id: MessageId,
        /// The lease it was taken under.
        lease: Lease,
        /// When.
        at: Timestamp,
    },
    /// It is not tried any more.
    Parked {
        /// Which.
        id: MessageId,
        /// The lease it was taken under.
        lease: Lease,
    },
    /// Somebody sends it again by hand; refused with `NotParked` unless it is parked. An action takes
    /// a new number in its lane, since later ones may have left meanwhile.
    Resend {
        /// Which.
        id: MessageId,
    },
    /// The platform reported back. No error for a message that is not known or answered before.
    Answered {
        /// Which.
        id: MessageId,
    },
    /// The platform did not report back, and the owner has been told.
    Unanswered {
        /// Which.
        id: MessageId,
    },
}

/// A message taken for sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Whose customer.
    pub tenant: TenantId,
    /// The message.
    pub message: OutboxMessage,
    /// Counts the actions that left (or tried to) per member and lane, from 1, in that order; the
    /// same at every attempt. 0 for what is not an action.
    pub sequence: u64,
    /// How often it was taken, this time included.
    pub attempts: u32,
    /// When it was put.
    pub put_at: Timestamp,
    /// How far it came.
    pub status: OutgoingStatus,
}

/// How far a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutgoingStatus {
    /// It waits: for its hold, its turn or its next attempt.
    Waiting,
    /// A relay has it.
    Taken,
    /// It left.
    Sent,
    /// It was taken back in time.
    Cancelled,
    /// A newer one made it pointless.
    Superseded,
    /// It is not tried any more.
    Parked,
    /// The platform reported back.
    Answered,
    /// The platform did not report back in time.
    Unanswered,
}

impl OutgoingStatus {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Taken,
        Self::Sent,
        Self::Cancelled,
        Self::Superseded,
        Self::Parked,
        Self::Answered,
        Self::Unanswered,
    ];

    /// The state's name in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Taken => "taken",
            Self::Sent => "sent",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::Parked => "parked",
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// An action that has not left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentAction {
    /// Which.
    pub action: ActionId,
    /// Its case.
    pub case: CaseId,
    /// When it was put.
    pub put_at: Timestamp,
}

/// An action without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnansweredAction {
    /// Whose customer.
    pub tenant: TenantId,
    /// Which.
    pub action: ActionId,
    /// Its case.
    pub case: CaseId,
    /// When it left.
    pub sent_at: Timestamp,
}
