//! Posts that wait for the deep stage.

use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::intake::Freshness;
use holdfast_domain::{PostRef, TenantId, Timestamp};

use super::StoredPost;
use crate::error::StoreError;

/// The deep stage's durable queue. Rows come and go with appends ([`PendingChange`]).
#[async_trait]
pub trait Pending: Send + Sync {
    /// Takes up to `limit` posts for `worker` until `now + lease`: pre-screen hits first, then by
    /// deadline. A post that another worker holds is not given; one whose lease ended is given again.
    async fn take(
        &self,
        worker: &str,
        limit: usize,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<TakenPost>, StoreError>;

    /// Gives posts back, to be taken again from `at` on.
    async fn give_back(
        &self,
        worker: &str,
        posts: &[(TenantId, PostRef)],
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Posts whose deadline has passed, held or not, the longest overdue first.
    async fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<TakenPost>, StoreError>;

    /// How many posts wait, and since when the longest. One query.
    async fn waiting(&self) -> Result<(u64, Option<Timestamp>), StoreError>;
}

/// A change to the pending posts.
#[derive(Debug, Clone)]
pub enum PendingChange {
    /// A revision waits, beside others of the same post. One that waits already is left as it is.
    Put(PendingPost),
    /// It was judged. Refused with `NotPending` where somebody else did so first.
    Done(PostRef),
}

/// A post that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingPost {
    /// Which revision; its text must be kept until it is done.
    pub post: PostRef,
    /// How soon.
    pub priority: PendingPriority,
    /// When the answer must be there, else the post counts as unscored.
    pub deadline: Timestamp,
    /// How the post is treated.
    pub freshness: Freshness,
    /// What the deep stage needs beside the post, as JSON without clear text (triage's inputs).
    pub context: String,
}

/// How soon a pending post is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PendingPriority {
    /// The lexical pre-screen found crisis wording, or the author has an open crisis case.
    PreScreen,
    /// Triage is unsure.
    Unsure,
    /// Backfill, samples.
    Background,
}

impl PendingPriority {
    /// All priorities, the most urgent first.
    pub const ALL: [Self; 3] = [Self::PreScreen, Self::Unsure, Self::Background];

    /// The priority as stored: 0 is the most urgent.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The priority of that number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.number() == number)
    }
}

/// A post taken from the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenPost {
    /// Whose customer.
    pub tenant: TenantId,
    /// What was put.
    pub pending: PendingPost,
    /// When it was put.
    pub put_at: Timestamp,
    /// How often it was taken, this time included.
    pub attempts: u32,
    /// The post with its revisions, opened; `None` where its author was erased meanwhile.
    pub post: Option<StoredPost>,
}
