//! From what a case book decided to the append that records it.

use holdfast_domain::triage::{CaseChanges, Told};
use holdfast_domain::{EventId, IdSource, NewEvent, StreamId, Timestamp};
use holdfast_event_store::{Append, Expected, OutboxChange, OutboxMessage, StreamAppend};

use super::outgoing;

/// Adds events, claims, alerts and actions to an append.
pub(super) fn cases(
    append: &mut Append,
    changes: CaseChanges,
    ids: &dyn IdSource,
    now: Timestamp,
    correlation: Option<&str>,
) {
    for (case, version, told) in changes.streams {
        append.streams.push(StreamAppend {
            stream: StreamId::Case(case),
            expected: Expected::Version(version),
            events: told
                .into_iter()
                .map(|told| new_event(told, ids, correlation))
                .collect(),
        });
    }
    append.claims.extend(changes.claims);
    append.outbox.extend(
        changes
            .alerts
            .iter()
            .map(|alert| outgoing::alert(alert, now)),
    );
    let actions = changes
        .actions
        .iter()
        .map(|(action, community)| OutboxMessage::action(action, community));
    append.outbox.extend(actions.map(OutboxChange::Put));
}

/// An event with a fresh id.
pub(super) fn new_event(told: Told, ids: &dyn IdSource, correlation: Option<&str>) -> NewEvent {
    NewEvent {
        id: EventId::fresh(ids),
        occurred_at: told.occurred_at,
        actor: told.actor,
        causation: None,
        correlation: correlation.map(str::to_owned),
        event: told.event,
    }
}
