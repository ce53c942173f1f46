//! The queue's rows, from the log alone.
//!
//! A row is a folded case with the columns to search and order by: the same [`Case::apply`] that
//! decisions rest on, so that rows and decisions never differ in what they know. No clock is read and
//! nothing is opened; sealed texts are carried as they are.

use std::collections::HashMap;

use holdfast_domain::intake::Freshness;
use holdfast_domain::{Case, CaseId, EventEnvelope, StreamId, TenantId};
use holdfast_event_store::{CaseRow, CaseStatus, Projection, StoreError};

/// The name of the queue's projection.
pub const QUEUE: &str = "queue";

/// The queue's projection, for the store's projector.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueueProjection;

impl Projection for QueueProjection {
    fn name(&self) -> &str {
        QUEUE
    }

    fn cases_in(&self, events: &[EventEnvelope]) -> Vec<CaseId> {
        touched(events)
    }

    fn project(
        &self,
        events: &[EventEnvelope],
        before: Vec<CaseRow>,
    ) -> Result<Vec<CaseRow>, StoreError> {
        project(events, &before)
    }
}

/// The cases that a batch of events touches.
pub fn touched(batch: &[EventEnvelope]) -> Vec<CaseId> {
    let mut cases: Vec<CaseId> = batch
        .iter()
        .filter_map(|event| match event.stream {
            StreamId::Case(case) => Some(case),
            _ => None,
        })
        .collect();
    cases.sort_unstable();
    cases.dedup();
    cases
}

/// The rows after a batch, from those before it. Events that a row holds already change nothing, so
/// a batch may be projected twice.
pub fn project(batch: &[EventEnvelope], before: &[CaseRow]) -> Result<Vec<CaseRow>, StoreError> {
    let mut cases: HashMap<CaseId, (TenantId, Case)> = HashMap::with_capacity(before.len());
    for row in before {
        let case = crate::service::case_of(row)?;
        cases.insert(row.case, (row.tenant.clone(), case));
    }
    for event in batch {
        let StreamId::Case(id) = event.stream else {
            continue;
        };
        match cases.get_mut(&id) {
            Some((_, case)) if event.version <= case.version => {}
            Some((_, case)) => case.apply(&event.event, event.occurred_at, &event.actor),
            None => {
                let case = Case::begin(id, &event.event, event.occurred_at);
                let case = case.ok_or_else(|| {
                    StoreError::corrupt(format!("stream case/{id} does not begin with CaseOpened"))
                })?;
                cases.insert(id, (event.tenant.clone(), case));
            }
        }
    }
    let mut rows = cases
        .values()
        .map(|(tenant, case)| row(tenant, case))
        .collect::<Result<Vec<_>, _>>()?;
    rows.sort_unstable_by_key(|row| row.case);
    Ok(rows)
}

/// A case as a row.
pub fn row(tenant: &TenantId, case: &Case) -> Result<CaseRow, StoreError> {
    let state = serde_json::to_string(case)
        .map_err(|_| StoreError::corrupt(format!("case {} holds clear text", case.id)))?;
    Ok(CaseRow {
        tenant: tenant.clone(),
        case: case.id,
        kind: case.kind,
        signal: case.kind.signal(),
        subject: case.subject,
        community: case.community.clone(),
        level: case.level,
        unscored: case.unscored,
        status: if case.is_open() {
            CaseStatus::Open
        } else {
            CaseStatus::Closed
        },
        holder: case.lease.map(|lease| lease.holder),
        lease_until: case.lease.map(|lease| lease.until),
        look_due_at: case.look_due_at,
        looked_at: case.looked_at,
        look_breached: case.look_breached,
        opened_at: case.opened_at,
        last_post_at: case.posts.iter().map(|post| post.posted_at).max(),
        backfill: case.freshness == Freshness::Backfill,
        synthetic: false,
        language: case.language().map(str::to_owned),
        posts: case.posts.iter().map(|post| post.post.post).collect(),
        state,
    })
}
