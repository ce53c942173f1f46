//! From what a case book decided to the append that records it.

use std::collections::HashMap;

use holdfast_domain::triage::{CaseChanges, Told};
use holdfast_domain::{EventId, IdSource, ModerationEvent, NewEvent, PostId, StreamId, Timestamp};
use holdfast_event_store::{Append, Expected, OutboxChange, OutboxMessage, StreamAppend};
use holdfast_ingest::Batch;

use super::outgoing;

/// Adds events, claims, alerts and actions to an append.
pub(super) fn cases(
    append: &mut Append,
    changes: CaseChanges,
    ids: &dyn IdSource,
    now: Timestamp,
    traces: &Traces,
) {
    for (case, version, told) in changes.streams {
        let mut trace = traces.of(&told).or(traces.only());
        let events = told.into_iter().map(|told| {
            if let Some(own) = traces.of(std::slice::from_ref(&told)) {
                trace = Some(own);
            }
            new_event(told, ids, trace)
        });
        append.streams.push(StreamAppend {
            stream: StreamId::Case(case),
            expected: Expected::Version(version),
            events: events.collect(),
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

/// Which trace each post's record came with.
#[derive(Debug, Default)]
pub(super) struct Traces {
    by_post: HashMap<PostId, String>,
    /// The trace of everything else: known only where one record came alone.
    only: Option<String>,
}

impl Traces {
    /// The traces of a batch whose posts are not known yet.
    pub(super) fn of_batch(batch: &Batch) -> Self {
        let only = match &batch.records[..] {
            [record] => record.traceparent.clone(),
            _ => None,
        };
        Self {
            only,
            ..Self::default()
        }
    }

    /// A post's record came with that trace, if with any.
    pub(super) fn note(&mut self, post: PostId, trace: Option<&String>) {
        self.by_post
            .extend(trace.map(|trace| (post, trace.clone())));
    }

    /// The trace of what is about no post.
    pub(super) fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    /// The trace of the first event that is about one of these posts.
    fn of(&self, told: &[Told]) -> Option<&str> {
        let posts = told.iter().filter_map(|told| post_of(&told.event));
        let traces = posts.filter_map(|post| self.by_post.get(&post));
        traces.map(String::as_str).next()
    }
}

fn post_of(event: &ModerationEvent) -> Option<PostId> {
    match event {
        ModerationEvent::PostAttached(attached) => Some(attached.post.post),
        ModerationEvent::AssessmentRecorded(recorded) => Some(recorded.assessment.post.post),
        ModerationEvent::ActionRequested(asked) => asked.action.target.post().map(|post| post.post),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use holdfast_domain::event::PostAttached;
    use holdfast_domain::intake::Freshness;
    use holdfast_domain::testing::T0;
    use holdfast_domain::{Actor, PostRef, Revision};

    use super::*;

    fn attached(post: u128) -> Told {
        Told {
            actor: Actor::Automation,
            occurred_at: T0,
            event: PostAttached {
                post: PostRef {
                    post: PostId::from_u128(post),
                    revision: Revision(1),
                },
                posted_at: T0,
                freshness: Freshness::Live,
                look_due_at: None,
                language: None,
                assessment: None,
            }
            .into(),
        }
    }

    #[test]
    fn records_of_several_traces_in_one_batch_keep_each_its_own() {
        let mut traces = Traces::default();
        traces.note(PostId::from_u128(1), Some(&"first".to_owned()));
        traces.note(PostId::from_u128(2), Some(&"second".to_owned()));
        traces.note(PostId::from_u128(3), None);
        assert_eq!(traces.of(&[attached(2), attached(1)]), Some("second"));
        assert_eq!(traces.of(&[attached(1)]), Some("first"));
        assert_eq!(traces.of(&[attached(3)]), None, "nobody's trace is lent");
    }
}
