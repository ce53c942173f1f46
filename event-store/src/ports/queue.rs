//! What the review queue reads.

use async_trait::async_trait;
use holdfast_domain::{
    CaseId, CaseKind, CommunityId, CrisisLevel, PostId, SignalKind, SubjectId, TenantId, Timestamp,
    UserId,
};

use super::Grant;
use crate::error::StoreError;

/// The serving generation of the queue's rows. Every method but the figures takes the [`Viewer`],
/// and what they may not see is not in the answer: the database's query leaves it out.
#[async_trait]
pub trait QueueViews: Send + Sync {
    /// A page of the queue: by level (high first), then promised look (early first; none last), then
    /// age (old first). One query.
    async fn queue(
        &self,
        viewer: &Viewer,
        filter: &CaseFilter,
        after: Option<&QueueCursor>,
        limit: usize,
    ) -> Result<QueuePage, StoreError>;

    /// The languages of the open cases that a viewer may see, in order. One query.
    async fn languages(&self, viewer: &Viewer) -> Result<Vec<String>, StoreError>;

    /// One case.
    async fn case_row(&self, viewer: &Viewer, case: CaseId) -> Result<Option<CaseRow>, StoreError>;

    /// A member's cases, the newest first, at most 200.
    async fn cases_of_subject(
        &self,
        viewer: &Viewer,
        subject: SubjectId,
    ) -> Result<Vec<CaseRow>, StoreError>;

    /// The cases that a post belongs to, the newest first.
    async fn cases_of_post(
        &self,
        viewer: &Viewer,
        post: PostId,
    ) -> Result<Vec<CaseRow>, StoreError>;

    /// Open cases whose lease has ended, for the timers, of all tenants, at most `limit`.
    async fn ended_leases(&self, now: Timestamp, limit: usize) -> Result<Vec<CaseRow>, StoreError>;

    /// Open cases whose promised look is overdue and unseen, for the timers, of all tenants. A case
    /// whose breach is recorded already is not among them (`look_breached`).
    async fn overdue_looks(&self, now: Timestamp, limit: usize)
    -> Result<Vec<CaseRow>, StoreError>;

    /// How many cases there are by kind, level and status, and since when the oldest; synthetic ones
    /// left out. For metrics: one query.
    async fn counts(&self, now: Timestamp) -> Result<Vec<CaseCount>, StoreError>;
}

/// Who looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Whose customer.
    pub tenant: TenantId,
    /// What they may see; nothing without one.
    pub grants: Vec<Grant>,
    /// Members linked to the viewer: cases about them stay hidden.
    pub not_about: Vec<SubjectId>,
}

/// Which cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Open or closed; both where none.
    pub open: Option<bool>,
    /// Of these kinds; all where empty.
    pub kinds: Vec<CaseKind>,
    /// At least this level.
    pub min_level: Option<CrisisLevel>,
    /// In these communities; all where empty.
    pub communities: Vec<CommunityId>,
    /// Held by this person.
    pub holder: Option<UserId>,
    /// Held by nobody at this moment.
    pub unheld_at: Option<Timestamp>,
    /// Of this language.
    pub language: Option<String>,
    /// Backfill alone, or live alone; both where none.
    pub backfill: Option<bool>,
    /// The canary's as well.
    pub synthetic: bool,
}

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuePage {
    /// The cases.
    pub rows: Vec<CaseRow>,
    /// Where the next page starts; none at the end.
    pub next: Option<QueueCursor>,
}

/// A place in the queue's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCursor {
    /// Level of the last case.
    pub level: CrisisLevel,
    /// Its promised look.
    pub look_due_at: Option<Timestamp>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its id.
    pub case: CaseId,
}

/// A case as the queue knows it: columns to search and order by, and the folded case.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the columns of a table"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Whose customer.
    pub tenant: TenantId,
    /// Which case.
    pub case: CaseId,
    /// What it is about.
    pub kind: CaseKind,
    /// The signal that grants are given by.
    pub signal: SignalKind,
    /// The member.
    pub subject: Option<SubjectId>,
    /// Where.
    pub community: CommunityId,
    /// How urgent.
    pub level: CrisisLevel,
    /// Whether some post of it lacks a complete judgement.
    pub unscored: bool,
    /// Open or closed.
    pub status: CaseStatus,
    /// Who holds it, expired or not.
    pub holder: Option<UserId>,
    /// Until when.
    pub lease_until: Option<Timestamp>,
    /// When the first look is due.
    pub look_due_at: Option<Timestamp>,
    /// When a person first looked.
    pub looked_at: Option<Timestamp>,
    /// Whether the broken promise is recorded.
    pub look_breached: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its newest post was posted.
    pub last_post_at: Option<Timestamp>,
    /// For look-back only.
    pub backfill: bool,
    /// The canary's.
    pub synthetic: bool,
    /// The language of its posts, where known.
    pub language: Option<String>,
    /// The posts it holds.
    pub posts: Vec<PostId>,
    /// The folded case as JSON; free text in it is sealed.
    pub state: String,
}

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseStatus {
    /// Somebody should be working on it.
    Open,
    /// It ended.
    Closed,
}

impl CaseStatus {
    /// The status's name in tables and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl CaseRow {
    /// Its place in the queue.
    pub const fn cursor(&self) -> QueueCursor {
        QueueCursor {
            level: self.level,
            look_due_at: self.look_due_at,
            opened_at: self.opened_at,
            case: self.case,
        }
    }
}

/// How many cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseCount {
    /// Of which kind.
    pub kind: CaseKind,
    /// At which level.
    pub level: CrisisLevel,
    /// Open or closed.
    pub status: CaseStatus,
    /// Whether somebody holds them.
    pub held: bool,
    /// How many.
    pub count: u64,
    /// When the oldest was opened.
    pub oldest: Timestamp,
}
