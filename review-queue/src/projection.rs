//! From the log to the queue's rows.
//!
//! A row is the folded [`Case`], stored, with the columns to order and search by: one source of truth,
//! [`Case::apply`]. Pure: reads no clock, and gives the same rows for the same events however they are
//! cut into batches.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_domain::intake::Freshness;
use holdfast_domain::{Case, CaseId, EventEnvelope, StreamId};
use holdfast_event_store::{CaseRow, CaseStatus, StoreError};

/// The projection's name among checkpoints and leases.
pub const QUEUE: &str = "queue";

/// The cases that these events belong to: the rows to load before [`project`].
pub fn cases_in(events: &[EventEnvelope]) -> Vec<CaseId> {
    let cases = events.iter().filter_map(|envelope| match envelope.stream {
        StreamId::Case(case) => Some(case),
        _ => None,
    });
    cases.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The rows after these events, from the rows before them. Fails on a row that does not read back, or
/// an event of a case that never opened: both mean that the log or the rows are not what we wrote.
pub fn project(events: &[EventEnvelope], loaded: Vec<CaseRow>) -> Result<Vec<CaseRow>, StoreError> {
    let mut cases: BTreeMap<CaseId, (CaseRow, Case)> = BTreeMap::new();
    for row in loaded {
        let case = serde_json::from_str(&row.state)
            .map_err(|_| StoreError::corrupt(format!("row of case {} does not read back", row.case)))?;
        cases.insert(row.case, (row, case));
    }
    for envelope in events {
        let StreamId::Case(id) = envelope.stream else { continue };
        match cases.get_mut(&id) {
            Some((_, case)) => case.apply(&envelope.event, envelope.occurred_at, &envelope.actor),
            None => {
                let case = Case::begin(id, &envelope.event, envelope.occurred_at).ok_or_else(|| {
                    StoreError::corrupt(format!("case {id} has events before it opens"))
                })?;
                cases.insert(id, (first_row(envelope, &case), case));
            }
        }
    }
    cases.into_values().map(|(row, case)| refreshed(row, &case)).collect()
}

fn first_row(envelope: &EventEnvelope, case: &Case) -> CaseRow {
    CaseRow {
        tenant: envelope.tenant.clone(),
        case: case.id,
        kind: case.kind,
        signal: case.kind.signal(),
        subject: case.subject,
        community: case.community.clone(),
        level: case.level,
        unscored: case.unscored,
        status: CaseStatus::Open,
        holder: None,
        lease_until: None,
        look_due_at: None,
        looked_at: None,
        look_breached: false,
        opened_at: case.opened_at,
        last_post_at: None,
        backfill: false,
        synthetic: false,
        language: None,
        posts: Vec::new(),
        state: String::new(),
    }
}

/// Copies what the case says into the columns.
fn refreshed(row: CaseRow, case: &Case) -> Result<CaseRow, StoreError> {
    let state = serde_json::to_string(case)
        .map_err(|_| StoreError::corrupt(format!("case {} holds text that is not sealed", case.id)))?;
    Ok(CaseRow {
        level: case.level,
        unscored: case.unscored,
        status: if case.is_open() { CaseStatus::Open } else { CaseStatus::Closed },
        holder: case.lease.map(|lease| lease.holder),
        lease_until: case.lease.map(|lease| lease.until),
        look_due_at: case.look_due_at,
        looked_at: case.looked_at,
        look_breached: case.look_breached,
        last_post_at: case.posts.iter().map(|post| post.posted_at).max(),
        backfill: case.freshness == Freshness::Backfill,
        posts: case.posts.iter().map(|post| post.post.post).collect(),
        state,
        ..row
    })
}

#[cfg(test)]
mod tests {
    use holdfast_domain::event::{CaseClaimed, CaseOpened, NoteAdded, OpenedBecause};
    use holdfast_domain::testing::T0;
    use holdfast_domain::{
        Actor, CommunityId, CrisisLevel, EventId, KeyOwner, ModerationEvent, Position, Prose, Role,
        StreamVersion, SubjectId, TenantId, UserId,
    };

    use super::*;

    const CASE: CaseId = CaseId::from_u128(1);
    const ANA: UserId = UserId::from_u128(2);

    fn envelope(n: u64, actor: Actor, event: ModerationEvent) -> EventEnvelope {
        EventEnvelope {
            position: Position(n),
            id: EventId::from_u128(u128::from(n)),
            tenant: TenantId::default(),
            stream: StreamId::Case(CASE),
            version: StreamVersion(n + 1),
            occurred_at: T0,
            recorded_at: T0,
            actor,
            causation: None,
            correlation: None,
            event,
        }
    }

    fn story() -> Vec<EventEnvelope> {
        let opened = CaseOpened {
            kind: holdfast_domain::CaseKind::Crisis,
            subject: Some(SubjectId::from_u128(3)),
            community: CommunityId::new("night-shift").unwrap(),
            level: CrisisLevel::Urgent,
            unscored: false,
            because: OpenedBecause::Assessment,
            freshness: Freshness::Live,
            clock_from: T0,
            look_due_at: Some(T0),
        };
        let claimed = CaseClaimed { by: ANA, lease_until: T0, taken_from: None, reason: None };
        let ana = Actor::User { id: ANA, role: Role::Moderator };
        vec![
            envelope(0, Actor::Automation, opened.into()),
            envelope(1, ana, claimed.into()),
        ]
    }

    #[test]
    fn rows_are_the_same_however_the_events_are_cut() {
        let all = project(&story(), vec![]).unwrap();
        let mut one_by_one = Vec::new();
        for event in story() {
            one_by_one = project(&[event], one_by_one).unwrap();
        }
        assert_eq!(all, one_by_one);
        assert_eq!((all[0].holder, all[0].level), (Some(ANA), CrisisLevel::Urgent));
    }

    #[test]
    fn a_case_that_never_opened_stops_the_reader() {
        let note = NoteAdded { note: Prose::clear(KeyOwner::Tenant, "x") };
        assert!(project(&[envelope(1, Actor::System, note.into())], vec![]).is_err());
    }
}
