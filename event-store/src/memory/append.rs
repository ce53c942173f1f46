//! Appending and reading the log in memory.

use async_trait::async_trait;
use holdfast_domain::event::upcast;
use holdfast_domain::{EventEnvelope, Position, StreamId, StreamVersion, TenantId, Timestamp};
use tokio::sync::watch;

use super::MemoryStore;
use super::state::{DeadLetter, Message, Post, State, Waiting};
use crate::error::{AppendError, StoreError};
use crate::ports::{
    Append, Appended, EventLog, OutboxChange, Outgoing, OutgoingStatus, PendingChange,
};
use crate::prepare::{PostChange, Unit, UnitEvent, prepare};
use crate::read::deleted_by;

#[async_trait]
impl EventLog for MemoryStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let unit = prepare(&self.keys, append).await?;
        let now = self.clock.now();
        let (appended, events) = {
            let mut state = self.state();
            self.know_keys(&mut state, &unit);
            let versions = state.ledger.admit(&unit)?;
            (
                state.take_in(&unit, &versions, now)?,
                state.events.len() as u64,
            )
        };
        self.key_rows.add(unit.keys);
        for subject in &unit.destroy_keys {
            self.key_rows.destroy(&unit.tenant, subject.as_uuid());
        }
        self.keys.remember(&unit.tenant, unit.made_keys);
        self.keys.forget(&unit.tenant, &unit.destroy_keys);
        self.head.send_replace(events);
        Ok(appended)
    }

    async fn load(
        &self,
        tenant: &TenantId,
        stream: &StreamId,
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        self.load_many(tenant, std::slice::from_ref(stream)).await
    }

    async fn load_many(
        &self,
        tenant: &TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        let wanted =
            |event: &&EventEnvelope| event.tenant == *tenant && streams.contains(&event.stream);
        Ok(self.state().events.iter().filter(wanted).cloned().collect())
    }

    async fn read_after(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        let skip = after.map_or(0, |position| position.0 as usize + 1);
        Ok(self
            .state()
            .events
            .iter()
            .skip(skip)
            .take(limit)
            .cloned()
            .collect())
    }

    async fn head(&self) -> Result<Option<Position>, StoreError> {
        Ok(self.state().events.last().map(|event| event.position))
    }

    fn appended(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }
}

impl MemoryStore {
    /// Keys live beside the state; the ledger must know those that the unit depends on.
    fn know_keys(&self, state: &mut State, unit: &Unit) {
        let made = unit.made_keys.iter().map(|(subject, _)| subject);
        for subject in unit.sealed_for.iter().chain(made) {
            if let Some(destroyed) = self.key_rows.destroyed(&unit.tenant, subject.as_uuid()) {
                state
                    .ledger
                    .keys
                    .insert((unit.tenant.clone(), *subject), destroyed);
            }
        }
    }
}

impl State {
    fn take_in(
        &mut self,
        unit: &Unit,
        versions: &[u64],
        now: Timestamp,
    ) -> Result<Appended, AppendError> {
        self.recorded_at = self.recorded_at.max(now);
        let first = self.events.len() as u64;
        let mut after = Vec::new();
        for (stream, version) in unit.streams.iter().zip(versions) {
            for (version, event) in (version + 1..).zip(&stream.events) {
                let envelope = self.envelope(&unit.tenant, &stream.stream, version, event)?;
                self.events.push(envelope);
            }
            after.push((
                stream.stream.clone(),
                StreamVersion(version + stream.events.len() as u64),
            ));
        }
        self.take_in_content(unit);
        for change in &unit.outbox {
            self.take_in_outbox(&unit.tenant, change);
        }
        for change in &unit.pending {
            self.take_in_pending(&unit.tenant, change);
        }
        for advance in &unit.positions {
            let place = self.positions.entry(advance.partition.clone()).or_default();
            place.next = Some(advance.next);
            place.last_digest = advance.last_digest;
        }
        match unit.stop_actions {
            Some(true) => drop(self.stopped.insert(unit.tenant.clone(), self.recorded_at)),
            Some(false) => drop(self.stopped.remove(&unit.tenant)),
            None => {}
        }
        let last = self.events.len() as u64;
        Ok(Appended {
            positions: (last > first).then(|| (Position(first), Position(last - 1))),
            recorded_at: self.recorded_at,
            versions: after,
        })
    }

    fn envelope(
        &self,
        tenant: &TenantId,
        stream: &StreamId,
        version: u64,
        event: &UnitEvent,
    ) -> Result<EventEnvelope, AppendError> {
        let unreadable = |what: String| AppendError::Corrupt { what };
        Ok(EventEnvelope {
            position: Position(self.events.len() as u64),
            id: event.id,
            tenant: tenant.clone(),
            stream: stream.clone(),
            version: StreamVersion(version),
            occurred_at: event.occurred_at,
            recorded_at: self.recorded_at,
            actor: serde_json::from_str(&event.actor)
                .map_err(|error| unreadable(error.to_string()))?,
            causation: event.causation.clone(),
            correlation: event.correlation.clone(),
            event: upcast::decode(event.event_type, event.type_version, &event.payload)
                .map_err(|error| unreadable(error.to_string()))?,
        })
    }

    fn take_in_content(&mut self, unit: &Unit) {
        let at = self.recorded_at;
        for row in &unit.subjects {
            self.subjects
                .entry(row.subject)
                .or_insert_with(|| (unit.tenant.clone(), row.clone()));
        }
        for row in &unit.posts {
            self.posts.entry(row.post).or_insert_with(|| Post {
                tenant: unit.tenant.clone(),
                row: row.clone(),
                latest: row.revision,
                deleted: None,
                keep_until: row.keep_until,
                revisions: std::collections::BTreeMap::new(),
            });
        }
        for row in &unit.revisions {
            if let Some(post) = self.posts.get_mut(&row.post) {
                post.revisions
                    .entry(row.revision)
                    .or_insert_with(|| (row.clone(), at));
            }
        }
        for change in &unit.post_changes {
            self.change_post(change);
        }
        for row in &unit.dead_letters {
            let letter = DeadLetter {
                tenant: unit.tenant.clone(),
                row: row.clone(),
                recorded_at: at,
            };
            self.dead_letters.entry(row.id).or_insert(letter);
        }
    }

    fn change_post(&mut self, change: &PostChange) {
        let Some(post) = self.posts.get_mut(&change.post) else {
            return;
        };
        post.latest = post.latest.max(change.revision.unwrap_or(post.latest));
        post.deleted = change
            .deleted_by
            .and_then(|by| deleted_by(by).ok())
            .or(post.deleted);
        post.keep_until = change
            .keep_exactly
            .unwrap_or(post.keep_until.max(change.keep_at_least.unwrap_or(0)));
    }

    fn take_in_outbox(&mut self, tenant: &TenantId, change: &OutboxChange) {
        use OutgoingStatus as S;
        let at = self.recorded_at;
        if let OutboxChange::Put(message) = change {
            let out = Outgoing {
                tenant: tenant.clone(),
                message: message.clone(),
                sequence: 0,
                attempts: 0,
                put_at: at,
                status: S::Waiting,
            };
            self.outbox.push(Message {
                out,
                not_before: Timestamp::from_micros(0),
                epoch: 0,
                sent_at: None,
            });
            return;
        }
        let id = crate::group::message_of(change);
        let Some(message) = self
            .outbox
            .iter_mut()
            .find(|message| message.out.message.id == id)
        else {
            return;
        };
        let status = &mut message.out.status;
        let never_left = matches!(status, S::Waiting | S::Cancelled | S::Superseded);
        match change {
            OutboxChange::Sent { .. } => {
                message.sent_at = Some(at);
                if *status != S::Answered {
                    *status = S::Sent;
                }
            }
            _ if *status == S::Answered => {}
            OutboxChange::Put(_) => {}
            OutboxChange::Cancel { .. } => *status = S::Cancelled,
            OutboxChange::Superseded { .. } => *status = S::Superseded,
            OutboxChange::Retry { at, .. } => {
                *status = S::Waiting;
                message.not_before = *at;
            }
            OutboxChange::Parked { .. } => *status = S::Parked,
            OutboxChange::Resend { .. } => {
                *status = S::Waiting;
                message.not_before = at;
                message.out.sequence = 0;
            }
            OutboxChange::Answered { .. } | OutboxChange::Unanswered { .. } if never_left => {}
            OutboxChange::Answered { .. } => *status = S::Answered,
            OutboxChange::Unanswered { .. } => *status = S::Unanswered,
        }
    }

    fn take_in_pending(&mut self, tenant: &TenantId, change: &PendingChange) {
        match change {
            PendingChange::Done(post) => drop(self.pending.remove(post)),
            PendingChange::Put(put) => {
                let put_at = self.recorded_at;
                self.pending.entry(put.post).or_insert_with(|| Waiting {
                    tenant: tenant.clone(),
                    pending: put.clone(),
                    put_at,
                    worker: None,
                    lease_until: Timestamp::from_micros(0),
                    attempts: 0,
                });
            }
        }
    }

    /// The claims held, for recall.
    pub(super) fn claims<'a>(
        &'a self,
        tenant: &'a TenantId,
    ) -> impl Iterator<Item = (&'a holdfast_domain::ClaimKey, &'a String)> {
        self.ledger
            .claims
            .iter()
            .filter(move |((of, _), _)| of == tenant)
            .map(|((_, key), holder)| (key, holder))
    }
}
