//! The outbox in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use holdfast_domain::{ActionId, MessageId, TenantId, Timestamp};

use super::MemoryStore;
use super::state::{Message, State};
use crate::error::StoreError;
use crate::ledger::OutboxEntry;
use crate::ports::{
    Outbox, OutboxKind, Outgoing, OutgoingStatus as S, Take, UnansweredAction, UnsentAction,
    shard_of,
};

#[async_trait]
impl Outbox for MemoryStore {
    async fn take(&self, take: &Take<'_>) -> Result<Vec<Outgoing>, StoreError> {
        let mut state = self.state();
        let held = state.leases.get(&take.lease.name);
        if held
            .is_none_or(|held| held.epoch != take.lease.epoch || held.holder != take.lease.holder)
        {
            return Ok(Vec::new());
        }
        let mut due: Vec<usize> = (0..state.outbox.len())
            .filter(|index| may_leave(&state.outbox, *index, take))
            .collect();
        due.sort_by_key(|index| {
            (
                state.outbox[*index].out.message.kind != OutboxKind::Alert,
                *index,
            )
        });
        due.truncate(take.limit);
        Ok(due
            .into_iter()
            .map(|index| state.send(index, take.lease.epoch))
            .collect())
    }

    async fn message(&self, id: MessageId) -> Result<Option<Outgoing>, StoreError> {
        Ok(self
            .state()
            .outbox
            .iter()
            .find(|message| message.out.message.id == id)
            .map(|found| found.out.clone()))
    }

    async fn unsent_on(
        &self,
        tenant: &TenantId,
        target: &str,
    ) -> Result<Vec<UnsentAction>, StoreError> {
        let state = self.state();
        let waits = state
            .outbox
            .iter()
            .map(|message| &message.out)
            .filter(|out| {
                out.tenant == *tenant
                    && out.status == S::Waiting
                    && out.message.target.as_deref() == Some(target)
            });
        let unsent = waits.filter_map(|out| {
            let case = out.message.case?;
            Some(UnsentAction {
                action: ActionId::from(out.message.id.as_uuid()),
                case,
                put_at: out.put_at,
            })
        });
        Ok(unsent.collect())
    }

    async fn unanswered(
        &self,
        sent_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<UnansweredAction>, StoreError> {
        let state = self.state();
        let mut found: Vec<UnansweredAction> = state
            .outbox
            .iter()
            .filter(|message| {
                message.out.status == S::Sent && message.out.message.kind == OutboxKind::Action
            })
            .filter_map(|message| {
                Some(UnansweredAction {
                    tenant: message.out.tenant.clone(),
                    action: ActionId::from(message.out.message.id.as_uuid()),
                    case: message.out.message.case?,
                    sent_at: message.sent_at.filter(|at| *at < sent_before)?,
                })
            })
            .collect();
        found.sort_by_key(|action| action.sent_at);
        found.truncate(limit);
        Ok(found)
    }

    async fn automatic_restrictions_since(
        &self,
        tenant: &TenantId,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let state = self.state();
        let counts = |message: &&Message| {
            let out = &message.out;
            out.tenant == *tenant && out.put_at >= since && out.message.automatic_restriction
        };
        Ok(state.outbox.iter().filter(counts).count() as u64)
    }

    async fn due_shards(&self, now: Timestamp) -> Result<Vec<u16>, StoreError> {
        let state = self.state();
        let due = |message: &&Message| match message.out.status {
            S::Waiting => message.out.message.hold_until <= now && message.not_before <= now,
            S::Taken => {
                let shard = shard_of(message.out.message.subject, message.out.message.id);
                let lease = state.leases.get(&format!("relay/{shard}"));
                lease.is_none_or(|lease| lease.epoch != message.epoch)
            }
            _ => false,
        };
        let shards: BTreeSet<u16> = state
            .outbox
            .iter()
            .filter(due)
            .map(|message| shard_of(message.out.message.subject, message.out.message.id))
            .collect();
        Ok(shards.into_iter().collect())
    }

    async fn parked(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let state = self.state();
        let parked = state.outbox.iter().rev().map(|message| &message.out);
        let of_tenant = parked.filter(|out| out.tenant == *tenant && out.status == S::Parked);
        Ok(of_tenant.take(limit).cloned().collect())
    }

    async fn parked_alerts(&self, now: Timestamp) -> Result<u64, StoreError> {
        let state = self.state();
        let counts = |message: &&Message| {
            let out = &message.out;
            out.status == S::Parked
                && out.message.kind == OutboxKind::Alert
                && out.message.not_after >= now
        };
        Ok(state.outbox.iter().filter(counts).count() as u64)
    }

    async fn waiting(&self) -> Result<Vec<(OutboxKind, u64, Option<Timestamp>)>, StoreError> {
        let mut kinds: BTreeMap<&str, (OutboxKind, u64, Option<Timestamp>)> = BTreeMap::new();
        for out in self.state().outbox.iter().map(|message| &message.out) {
            if matches!(out.status, S::Waiting | S::Taken) {
                let kind = out.message.kind;
                let entry = kinds
                    .entry(kind.as_str())
                    .or_insert((kind, 0, Some(out.put_at)));
                entry.1 += 1;
                entry.2 = entry.2.min(Some(out.put_at));
            }
        }
        Ok(kinds.into_values().collect())
    }
}

fn may_leave(outbox: &[Message], index: usize, take: &Take<'_>) -> bool {
    let message = &outbox[index];
    let out = &message.out;
    let due = match out.status {
        S::Waiting => out.message.hold_until <= take.now && message.not_before <= take.now,
        S::Taken => message.epoch != take.lease.epoch,
        _ => false,
    };
    let ours = shard_of(out.message.subject, out.message.id) == take.shard;
    let action = out.message.kind == OutboxKind::Action;
    due && ours
        && (!action
            || take.actions
                && !outbox[..index]
                    .iter()
                    .any(|earlier| blocks(earlier, out, take.now)))
}

/// Whether an earlier action of the same member and lane has to leave first.
fn blocks(earlier: &Message, later: &Outgoing, now: Timestamp) -> bool {
    let (first, second) = (&earlier.out.message, &later.message);
    let same_lane = earlier.out.tenant == later.tenant
        && first.subject.is_some()
        && first.subject == second.subject
        && first.lane == second.lane
        && first.kind == OutboxKind::Action;
    let in_the_way = match earlier.out.status {
        S::Taken => true,
        S::Waiting => first.hold_until <= now,
        _ => false,
    };
    same_lane && in_the_way
}

impl State {
    fn send(&mut self, index: usize, epoch: u64) -> Outgoing {
        let message = &mut self.outbox[index];
        let out = &mut message.out;
        if let (OutboxKind::Action, Some(subject), 0) =
            (out.message.kind, out.message.subject, out.sequence)
        {
            let last = self
                .sequences
                .entry((out.tenant.clone(), subject, out.message.lane))
                .or_default();
            *last += 1;
            out.sequence = *last;
        }
        out.attempts += 1;
        out.status = S::Taken;
        message.epoch = epoch;
        self.ledger.outbox.insert(
            out.message.id,
            OutboxEntry {
                status: S::Taken,
                epoch,
            },
        );
        out.clone()
    }
}
