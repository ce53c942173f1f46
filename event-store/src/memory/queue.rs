//! What the review queue reads, in memory.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use holdfast_domain::{CaseId, PostId, SubjectId, Timestamp};

use super::MemoryStore;
use crate::error::StoreError;
use crate::ports::{
    CaseCount, CaseFilter, CaseRow, CaseStatus, QueueCursor, QueuePage, QueueViews, Viewer,
};

#[async_trait]
impl QueueViews for MemoryStore {
    async fn queue(
        &self,
        viewer: &Viewer,
        filter: &CaseFilter,
        after: Option<&QueueCursor>,
        limit: usize,
    ) -> Result<QueuePage, StoreError> {
        let mut rows = self.cases(|row| sees(viewer, row) && passes(filter, row));
        rows.sort_by_key(|row| order(&row.cursor()));
        if let Some(after) = after {
            rows.retain(|row| order(&row.cursor()) > order(after));
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(CaseRow::cursor);
        Ok(QueuePage { rows, next })
    }

    async fn languages(&self, viewer: &Viewer) -> Result<Vec<String>, StoreError> {
        let open = self.cases(|row| is_open(row) && !row.synthetic && sees(viewer, row));
        let known: BTreeSet<String> = open.into_iter().filter_map(|row| row.language).collect();
        Ok(known.into_iter().collect())
    }

    async fn case_row(&self, viewer: &Viewer, case: CaseId) -> Result<Option<CaseRow>, StoreError> {
        Ok(self
            .cases(|row| row.case == case && sees(viewer, row))
            .pop())
    }

    async fn cases_of_subject(
        &self,
        viewer: &Viewer,
        subject: SubjectId,
    ) -> Result<Vec<CaseRow>, StoreError> {
        Ok(newest_first(self.cases(|row| {
            row.subject == Some(subject) && sees(viewer, row)
        })))
    }

    async fn cases_of_post(
        &self,
        viewer: &Viewer,
        post: PostId,
    ) -> Result<Vec<CaseRow>, StoreError> {
        Ok(newest_first(self.cases(|row| {
            row.posts.contains(&post) && sees(viewer, row)
        })))
    }

    async fn ended_leases(&self, now: Timestamp, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        let mut rows =
            self.cases(|row| is_open(row) && row.lease_until.is_some_and(|until| until <= now));
        rows.sort_by_key(|row| (row.lease_until, row.case));
        rows.truncate(limit);
        Ok(rows)
    }

    async fn overdue_looks(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let unseen = |row: &CaseRow| row.looked_at.is_none() && !row.look_breached;
        let mut rows = self.cases(|row| {
            is_open(row) && unseen(row) && row.look_due_at.is_some_and(|due| due <= now)
        });
        rows.sort_by_key(|row| (row.look_due_at, row.case));
        rows.truncate(limit);
        Ok(rows)
    }

    async fn counts(&self, now: Timestamp) -> Result<Vec<CaseCount>, StoreError> {
        let mut counts: BTreeMap<_, CaseCount> = BTreeMap::new();
        for row in self.cases(|row| !row.synthetic) {
            let held = row.lease_until.is_some_and(|until| until > now);
            let place = (row.kind.as_str(), row.level, row.status.as_str(), held);
            let count = counts.entry(place).or_insert(CaseCount {
                kind: row.kind,
                level: row.level,
                status: row.status,
                held,
                count: 0,
                oldest: row.opened_at,
            });
            count.count += 1;
            count.oldest = count.oldest.min(row.opened_at);
        }
        Ok(counts.into_values().collect())
    }
}

impl MemoryStore {
    fn cases(&self, wanted: impl Fn(&CaseRow) -> bool) -> Vec<CaseRow> {
        let state = self.state();
        let serving = state
            .generations
            .iter()
            .find(|rows| rows.name == "queue" && rows.state.serving);
        serving
            .map(|rows| {
                rows.cases
                    .values()
                    .filter(|row| wanted(row))
                    .cloned()
                    .collect()
            })
            .unwrap_or_default()
    }
}

fn is_open(row: &CaseRow) -> bool {
    row.status == CaseStatus::Open
}

fn sees(viewer: &Viewer, row: &CaseRow) -> bool {
    row.tenant == viewer.tenant
        && viewer
            .grants
            .iter()
            .any(|grant| grant.covers(&row.community, row.signal))
        && row
            .subject
            .is_none_or(|subject| !viewer.not_about.contains(&subject))
}

fn passes(filter: &CaseFilter, row: &CaseRow) -> bool {
    filter.open.is_none_or(|open| open == is_open(row))
        && (filter.kinds.is_empty() || filter.kinds.contains(&row.kind))
        && filter.min_level.is_none_or(|level| row.level >= level)
        && (filter.communities.is_empty() || filter.communities.contains(&row.community))
        && filter
            .holder
            .is_none_or(|holder| row.holder == Some(holder))
        && filter
            .unheld_at
            .is_none_or(|at| row.lease_until.is_none_or(|until| until <= at))
        && (filter.language.is_none() || filter.language == row.language)
        && filter
            .backfill
            .is_none_or(|backfill| backfill == row.backfill)
        && (filter.synthetic || !row.synthetic)
}

type Order = (Reverse<u8>, i64, Timestamp, CaseId);

fn order(cursor: &QueueCursor) -> Order {
    let due = cursor.look_due_at.map_or(i64::MAX, Timestamp::as_micros);
    (
        Reverse(cursor.level.number()),
        due,
        cursor.opened_at,
        cursor.case,
    )
}

fn newest_first(mut rows: Vec<CaseRow>) -> Vec<CaseRow> {
    rows.sort_by_key(|row| (Reverse(row.opened_at), row.case));
    rows.truncate(200);
    rows
}
