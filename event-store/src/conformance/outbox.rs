//! What leaves the house, and in which order.

use std::time::Duration;

use holdfast_domain::{ActionId, Lane, MessageId, SubjectId};

use super::Fixture;
use super::samples::after;
use crate::ports::{
    Lease, Outbox, OutboxChange, OutboxKind, OutboxMessage, Outgoing, OutgoingStatus, Take,
    shard_of,
};
use crate::{AnyStore, AppendError};

/// A relay of the shard of one member.
struct Relay<'a> {
    store: &'a dyn AnyStore,
    lease: Lease,
    shard: u16,
}

impl<'a> Relay<'a> {
    async fn start(store: &'a dyn AnyStore, holder: &str, subject: SubjectId, secs: u64) -> Self {
        let shard = shard_of(Some(subject), MessageId::from(uuid::Uuid::nil()));
        let name = format!("relay/{shard}");
        let lease = store
            .acquire(&name, holder, after(secs), Duration::from_secs(1000))
            .await
            .unwrap();
        Self {
            store,
            lease: lease.expect("the lease is free"),
            shard,
        }
    }

    async fn take_at(&self, secs: u64, actions: bool) -> Vec<Outgoing> {
        let take = Take {
            lease: &self.lease,
            shard: self.shard,
            now: after(secs),
            limit: 100,
            actions,
        };
        Outbox::take(self.store, &take).await.unwrap()
    }

    async fn take(&self, secs: u64) -> Vec<MessageId> {
        self.take_at(secs, true)
            .await
            .into_iter()
            .map(|out| out.message.id)
            .collect()
    }

    fn sent(&self, id: MessageId) -> OutboxChange {
        OutboxChange::Sent {
            id,
            lease: self.lease.clone(),
        }
    }
}

async fn put(f: &Fixture, messages: &[&OutboxMessage]) {
    for message in messages {
        f.store
            .append(
                f.append()
                    .with_outbox(OutboxChange::Put((*message).clone())),
            )
            .await
            .unwrap();
    }
}

async fn mark(f: &Fixture, change: OutboxChange) -> Result<(), AppendError> {
    f.store
        .append(f.append().with_outbox(change))
        .await
        .map(drop)
}

/// Numbered in that order.
pub async fn actions_of_a_member_leave_one_after_the_other(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let [first, second] =
        [(); 2].map(|()| f.message(OutboxKind::Action, Lane::Enforcement, subject));
    put(f, &[&first, &second]).await;
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    let taken = relay.take_at(1, true).await;
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (
            taken[0].message.clone(),
            taken[0].sequence,
            taken[0].attempts
        ),
        (first.clone(), 1, 1)
    );
    assert!(
        relay.take(2).await.is_empty(),
        "the second waits until the first has left"
    );
    mark(f, relay.sent(first.id)).await.unwrap();
    let taken = relay.take_at(3, true).await;
    assert_eq!((taken[0].message.id, taken[0].sequence), (second.id, 2));
    let refusal = mark(f, OutboxChange::Put(first.clone())).await.unwrap_err();
    assert!(matches!(refusal, AppendError::Claimed { .. }), "{refusal}");
    assert_eq!(
        f.store.message(first.id).await.unwrap().unwrap().status,
        OutgoingStatus::Sent
    );
}

/// Nor one member for another.
pub async fn care_does_not_wait_for_enforcement(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let enforcement = f.message(OutboxKind::Action, Lane::Enforcement, subject);
    let care = f.message(OutboxKind::Action, Lane::Care, subject);
    put(f, &[&enforcement, &care]).await;
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    assert_eq!(relay.take(1).await, [enforcement.id, care.id]);
}

/// The next one leaves before it.
pub async fn an_undo_hold_blocks_only_its_own_action(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let mut held = f.message(OutboxKind::Action, Lane::Care, subject);
    held.hold_until = after(15);
    let free = f.message(OutboxKind::Action, Lane::Care, subject);
    put(f, &[&held, &free]).await;
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    let taken = relay.take_at(1, true).await;
    assert_eq!(
        (taken.len(), taken[0].message.id, taken[0].sequence),
        (1, free.id, 1)
    );
    mark(f, relay.sent(free.id)).await.unwrap();
    assert!(relay.take(14).await.is_empty());
    let taken = relay.take_at(15, true).await;
    assert_eq!((taken[0].message.id, taken[0].sequence), (held.id, 2));
}

/// Nor superseded; what waits can be both.
pub async fn what_has_left_cannot_be_undone(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let [first, second, third] =
        [(); 3].map(|()| f.message(OutboxKind::Action, Lane::Enforcement, subject));
    put(f, &[&first, &second, &third]).await;
    let target = first.target.clone().unwrap();
    let unsent: Vec<ActionId> = f
        .store
        .unsent_on(&f.tenant, &target)
        .await
        .unwrap()
        .iter()
        .map(|one| one.action)
        .collect();
    assert_eq!(
        unsent,
        [&first, &second, &third].map(|one| ActionId::from(one.id.as_uuid()))
    );
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    relay.take(1).await;
    for change in [
        OutboxChange::Cancel { id: first.id },
        OutboxChange::Superseded {
            id: first.id,
            by: f.fresh(),
        },
    ] {
        let refusal = mark(f, change).await.unwrap_err();
        assert!(
            matches!(refusal, AppendError::AlreadySent { .. }),
            "{refusal}"
        );
    }
    mark(f, OutboxChange::Cancel { id: second.id })
        .await
        .unwrap();
    mark(
        f,
        OutboxChange::Superseded {
            id: third.id,
            by: f.fresh(),
        },
    )
    .await
    .unwrap();
    mark(f, relay.sent(first.id)).await.unwrap();
    assert!(relay.take(2).await.is_empty());
    assert!(
        f.store
            .unsent_on(&f.tenant, &target)
            .await
            .unwrap()
            .is_empty()
    );
}

/// The next epoch takes over what was on its way.
pub async fn a_former_relay_cannot_mark(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let message = f.message(OutboxKind::Action, Lane::Care, subject);
    put(f, &[&message]).await;
    let former = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    assert_eq!(former.take(1).await, [message.id]);
    let next = Relay::start(f.other.as_ref(), "b", subject, 2000).await;
    assert!(next.lease.epoch > former.lease.epoch);
    assert!(former.take(2001).await.is_empty());
    let refusal = mark(f, former.sent(message.id)).await.unwrap_err();
    assert!(
        matches!(refusal, AppendError::LeaseLost { .. }),
        "{refusal}"
    );
    let taken = next.take_at(2002, true).await;
    assert_eq!(
        (taken[0].message.id, taken[0].sequence, taken[0].attempts),
        (message.id, 1, 2)
    );
    mark(f, next.sent(message.id)).await.unwrap();
}

/// Its own lane goes on only after it.
pub async fn a_retry_waits_and_blocks_its_lane_alone(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let first = f.message(OutboxKind::Action, Lane::Enforcement, subject);
    let second = f.message(OutboxKind::Action, Lane::Enforcement, subject);
    let care = f.message(OutboxKind::Action, Lane::Care, subject);
    put(f, &[&first, &second]).await;
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    relay.take(1).await;
    mark(
        f,
        OutboxChange::Retry {
            id: first.id,
            lease: relay.lease.clone(),
            at: after(60),
        },
    )
    .await
    .unwrap();
    put(f, &[&care]).await;
    assert_eq!(relay.take(2).await, [care.id]);
    let again = relay.take_at(60, true).await;
    assert_eq!(
        (again[0].message.id, again[0].sequence, again[0].attempts),
        (first.id, 1, 2)
    );
    mark(
        f,
        OutboxChange::Parked {
            id: first.id,
            lease: relay.lease.clone(),
        },
    )
    .await
    .unwrap();
    assert_eq!(relay.take(61).await, [second.id]);
}

/// And before everything else.
pub async fn alerts_leave_while_actions_are_stopped(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let action = f.message(OutboxKind::Action, Lane::Care, subject);
    let alert = f.message(OutboxKind::Alert, Lane::Care, subject);
    put(f, &[&action, &alert]).await;
    let waiting = Outbox::waiting(f.store.as_ref()).await.unwrap();
    assert_eq!(
        waiting
            .iter()
            .map(|(kind, count, _)| (*kind, *count))
            .collect::<Vec<_>>(),
        [(OutboxKind::Action, 1), (OutboxKind::Alert, 1)]
    );
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    let stopped: Vec<MessageId> = relay
        .take_at(1, false)
        .await
        .iter()
        .map(|out| out.message.id)
        .collect();
    assert_eq!(stopped, [alert.id]);
    assert_eq!(relay.take(2).await, [action.id]);
}

/// An answer that overtakes the relay's own mark counts.
pub async fn unanswered_actions_are_found_once(f: &Fixture) {
    let subjects: [SubjectId; 3] = [f.fresh(), f.fresh(), f.fresh()];
    let mut ids = Vec::new();
    for (number, subject) in subjects.into_iter().enumerate() {
        let mut message = f.message(OutboxKind::Action, Lane::Care, subject);
        message.automatic_restriction = number == 0;
        put(f, &[&message]).await;
        let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
        relay.take(1).await;
        if number == 2 {
            mark(f, OutboxChange::Answered { id: message.id })
                .await
                .unwrap();
        }
        mark(f, relay.sent(message.id)).await.unwrap();
        ids.push(message.id);
    }
    assert!(f.store.unanswered(after(0), 10).await.unwrap().is_empty());
    let found: Vec<ActionId> = f
        .store
        .unanswered(after(1), 10)
        .await
        .unwrap()
        .iter()
        .map(|one| one.action)
        .collect();
    assert_eq!(
        found,
        [ids[0], ids[1]].map(|id| ActionId::from(id.as_uuid()))
    );
    mark(f, OutboxChange::Unanswered { id: ids[0] })
        .await
        .unwrap();
    mark(f, OutboxChange::Answered { id: ids[1] })
        .await
        .unwrap();
    assert!(f.store.unanswered(after(1), 10).await.unwrap().is_empty());
    mark(f, OutboxChange::Answered { id: ids[0] })
        .await
        .unwrap();
    for id in ids {
        assert_eq!(
            f.store.message(id).await.unwrap().unwrap().status,
            OutgoingStatus::Answered
        );
    }
    assert_eq!(
        f.store
            .automatic_restrictions_since(&f.tenant, after(0))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        f.store
            .automatic_restrictions_since(&f.tenant, after(1))
            .await
            .unwrap(),
        0
    );
}

/// And no others: whoever relays need not ask every shard.
pub async fn a_look_finds_the_shards_with_something_to_send(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let mut held = f.message(OutboxKind::Action, Lane::Care, subject);
    held.hold_until = after(15);
    assert!(f.store.due_shards(after(1)).await.unwrap().is_empty());
    put(f, &[&held]).await;
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    let due = async |secs| f.other.due_shards(after(secs)).await.unwrap();
    assert!(due(14).await.is_empty(), "it can still be undone");
    assert_eq!(due(15).await, [relay.shard]);
    assert_eq!(relay.take(15).await, [held.id]);
    assert!(due(16).await.is_empty(), "it is on its way");
    let next = Relay::start(f.store.as_ref(), "b", subject, 2000).await;
    assert_eq!(due(2000).await, [next.shard], "its relay is gone");
    next.take(2001).await;
    mark(f, next.sent(held.id)).await.unwrap();
    assert!(due(2002).await.is_empty());
}

/// By hand, under a new number; what is not parked cannot.
pub async fn what_is_parked_is_listed_and_can_be_sent_again(f: &Fixture) {
    let subject: SubjectId = f.fresh();
    let action = f.message(OutboxKind::Action, Lane::Care, subject);
    let alert = f.message(OutboxKind::Alert, Lane::Care, subject);
    put(f, &[&action, &alert]).await;
    let relay = Relay::start(f.store.as_ref(), "a", subject, 0).await;
    let refusal = mark(f, OutboxChange::Resend { id: alert.id }).await;
    assert!(
        matches!(refusal, Err(AppendError::NotParked { .. })),
        "{refusal:?}"
    );
    assert_eq!(relay.take(1).await, [alert.id, action.id]);
    for id in [action.id, alert.id] {
        let lease = relay.lease.clone();
        mark(f, OutboxChange::Parked { id, lease }).await.unwrap();
    }
    let parked = async || {
        let parked = f.store.parked(&f.tenant, 10).await.unwrap();
        parked
            .iter()
            .map(|out| out.message.id)
            .collect::<Vec<MessageId>>()
    };
    let alerts = async |at| f.store.parked_alerts(at).await.unwrap();
    assert_eq!(parked().await, [alert.id, action.id], "the newest first");
    assert_eq!(alerts(after(2)).await, 1);
    let too_late = alert.not_after + Duration::from_secs(1);
    assert_eq!(alerts(too_late).await, 0, "it would tell nobody anything");
    for id in [action.id, alert.id] {
        mark(f, OutboxChange::Resend { id }).await.unwrap();
        let twice = mark(f, OutboxChange::Resend { id }).await;
        assert!(matches!(twice, Err(AppendError::NotParked { .. })));
    }
    assert!(parked().await.is_empty());
    assert_eq!(alerts(after(2)).await, 0);
    let taken = relay.take_at(3, true).await;
    let numbers: Vec<(MessageId, u64)> = taken
        .iter()
        .map(|out| (out.message.id, out.sequence))
        .collect();
    assert_eq!(numbers, [(alert.id, 0), (action.id, 2)]);
}
