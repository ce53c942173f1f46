//! What changes in the queue, told to those who follow it.
//!
//! Each instance follows the projection's checkpoint: what it tells has already reached the rows, on
//! whichever instance they were written. A follower who was away continues after the last news that
//! they saw, or is told to load everything again.

mod follow;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use holdfast_domain::{CaseId, CaseKind, CommunityId, CrisisLevel, Position, SubjectId, TenantId};
use holdfast_event_store::{CaseRow, CaseStatus};
use serde::Serialize;
use tokio::sync::broadcast;
use utoipa::ToSchema;

use crate::access::Access;

pub use follow::Follower;

/// How much news is kept for those who were away.
const KEPT: usize = 2_048;

/// A case changed. Holds nothing that a member wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseNews {
    /// Which case.
    #[schema(value_type = uuid::Uuid)]
    pub case: CaseId,
    /// How many events it holds now.
    pub version: u64,
    /// What it is about.
    #[schema(value_type = String)]
    pub kind: CaseKind,
    /// The level now.
    #[schema(value_type = String)]
    pub level: CrisisLevel,
    /// Whether it is open.
    pub open: bool,
    /// Where.
    #[schema(value_type = String)]
    pub community: CommunityId,
    /// What happened, by the names of the events' types.
    pub what: Vec<String>,
    /// The log's position behind it.
    #[serde(skip)]
    pub position: Position,
    #[serde(skip)]
    tenant: TenantId,
    #[serde(skip)]
    subject: Option<SubjectId>,
}

impl CaseNews {
    /// The news of a row, written at `position`.
    pub fn new(row: &CaseRow, version: u64, what: Vec<String>, position: Position) -> Self {
        Self {
            case: row.case,
            version,
            kind: row.kind,
            level: row.level,
            open: row.status == CaseStatus::Open,
            community: row.community.clone(),
            what,
            position,
            tenant: row.tenant.clone(),
            subject: row.subject,
        }
    }

    /// Whether somebody may know of it.
    pub fn is_for(&self, who: &Access) -> bool {
        self.tenant == who.tenant
            && !self.subject.is_some_and(|subject| who.is(subject))
            && who.role_at(&self.community, self.kind.signal()).is_some()
    }
}

/// Tells news to all who follow. Cheap to clone.
#[derive(Debug, Clone)]
pub struct News {
    sender: broadcast::Sender<CaseNews>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    news: VecDeque<CaseNews>,
    /// News at or before this position is not kept any more.
    forgotten: Option<Position>,
}

/// What somebody who was away missed.
#[derive(Debug, PartialEq, Eq)]
pub enum Missed {
    /// This, the oldest first.
    News(Vec<CaseNews>),
    /// More than is kept: load everything again.
    TooMuch,
}

impl Default for News {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(KEPT).0,
            kept: Arc::default(),
        }
    }
}

impl News {
    /// Begins to tell from a position on: what was before is not known.
    pub fn begin(&self, at: Option<Position>) {
        self.lock().forgotten = at;
    }

    /// Tells.
    pub fn tell(&self, news: CaseNews) {
        let mut kept = self.lock();
        if kept.news.len() == KEPT
            && let Some(oldest) = kept.news.pop_front()
        {
            kept.forgotten = Some(oldest.position);
        }
        kept.news.push_back(news.clone());
        // Nobody may be following at the moment.
        let _ = self.sender.send(news);
    }

    /// Follows from now on, and answers what was missed after `last`.
    pub fn follow(&self, last: Option<Position>) -> (broadcast::Receiver<CaseNews>, Missed) {
        let kept = self.lock();
        let receiver = self.sender.subscribe();
        let missed = match last {
            None => Missed::News(Vec::new()),
            Some(last) if kept.forgotten.is_some_and(|forgotten| last < forgotten) => {
                Missed::TooMuch
            }
            Some(last) => {
                let missed = kept.news.iter().filter(|news| news.position > last);
                Missed::News(missed.cloned().collect())
            }
        };
        (receiver, missed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
