//! What an append depends on, and whether it goes through.
//!
//! The appender loads the part of the database that a group of appends asks about, lets each in turn
//! check its conditions against it, and takes the effects of those admitted into account for the
//! next. Nothing is written before a unit's conditions all hold, so a refusal costs the others
//! nothing.

use std::collections::{HashMap, HashSet};

use holdfast_domain::intake::PartitionKey;
use holdfast_domain::{
    ActionId, ClaimChange, ClaimKey, MessageId, PlatformId, PostId, PostRef, StreamId,
    StreamVersion, SubjectId, TenantId,
};

use crate::error::AppendError;
use crate::fingerprint::hex;
use crate::ports::{Expected, Lease, OutboxChange, OutgoingStatus, PendingChange};
use crate::prepare::Unit;

/// The part of the store that decides about appends. Absent keys mean: nothing there.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) streams: HashMap<(TenantId, StreamId), u64>,
    pub(crate) claims: HashMap<(TenantId, ClaimKey), String>,
    pub(crate) subjects: HashMap<(TenantId, PlatformId, [u8; 16]), SubjectId>,
    pub(crate) posts: HashMap<(TenantId, PlatformId, [u8; 16]), PostId>,
    /// Members with a key: whether it is destroyed.
    pub(crate) keys: HashMap<(TenantId, SubjectId), bool>,
    pub(crate) positions: HashMap<PartitionKey, i64>,
    pub(crate) outbox: HashMap<MessageId, OutboxEntry>,
    pub(crate) leases: HashMap<String, u64>,
    pub(crate) pending: HashSet<PostRef>,
}

/// A message as far as appends depend on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutboxEntry {
    pub(crate) status: OutgoingStatus,
    pub(crate) epoch: u64,
}

impl Ledger {
    /// Checks all conditions of a unit, and, where they hold, takes its effects in. Answers the
    /// version of each of its streams before it.
    pub(crate) fn admit(&mut self, unit: &Unit) -> Result<Vec<u64>, AppendError> {
        let versions = self.check_streams(unit)?;
        self.check_claims(unit)?;
        self.check_content(unit)?;
        self.check_positions(unit)?;
        self.check_outbox(unit)?;
        self.check_pending(unit)?;
        self.take_in(unit);
        Ok(versions)
    }

    fn check_streams(&self, unit: &Unit) -> Result<Vec<u64>, AppendError> {
        let mut moved: HashMap<&StreamId, u64> = HashMap::new();
        let mut versions = Vec::with_capacity(unit.streams.len());
        for append in &unit.streams {
            let stored = || {
                self.streams
                    .get(&(unit.tenant.clone(), append.stream.clone()))
                    .copied()
                    .unwrap_or(0)
            };
            let found = moved.get(&append.stream).copied().unwrap_or_else(stored);
            match append.expected {
                Expected::Version(expected) if expected.0 != found => {
                    return Err(AppendError::Conflict {
                        stream: append.stream.clone(),
                        expected,
                        found: StreamVersion(found),
                    });
                }
                Expected::Version(_) | Expected::Any => {}
            }
            versions.push(found);
            moved.insert(&append.stream, found + append.events.len() as u64);
        }
        Ok(versions)
    }

    fn check_claims(&self, unit: &Unit) -> Result<(), AppendError> {
        let mut moved: HashMap<&ClaimKey, Option<&String>> = HashMap::new();
        for change in &unit.claims {
            match change {
                ClaimChange::Release { key } => {
                    moved.insert(key, None);
                }
                ClaimChange::Take { key, holder } => {
                    let stored = || self.claims.get(&(unit.tenant.clone(), key.clone()));
                    if let Some(present) = moved.get(key).copied().unwrap_or_else(stored) {
                        return Err(AppendError::Claimed {
                            key: key.clone(),
                            holder: present.clone(),
                        });
                    }
                    moved.insert(key, Some(holder));
                }
            }
        }
        Ok(())
    }

    fn check_content(&self, unit: &Unit) -> Result<(), AppendError> {
        let key_of = |subject: &SubjectId| self.keys.get(&(unit.tenant.clone(), *subject)).copied();
        if let Some(subject) = unit
            .sealed_for
            .iter()
            .find(|subject| key_of(subject) == Some(true))
        {
            return Err(AppendError::ContentRefused { subject: *subject });
        }
        // A key made by an earlier try of the same append: what is sealed here would not open.
        if let Some((subject, _)) = unit
            .made_keys
            .iter()
            .find(|(subject, _)| key_of(subject).is_some())
        {
            return Err(taken("subject", &subject.to_string(), subject));
        }
        for row in &unit.subjects {
            let place = (unit.tenant.clone(), row.platform.clone(), row.fingerprint);
            if let Some(present) = self
                .subjects
                .get(&place)
                .filter(|present| **present != row.subject)
            {
                return Err(taken(
                    "subject",
                    &format!("{}/{}", row.platform, hex(&row.fingerprint)),
                    present,
                ));
            }
        }
        let mut new = HashMap::new();
        for row in &unit.posts {
            let place = (unit.tenant.clone(), row.platform.clone(), row.fingerprint);
            let present = self.posts.get(&place).or_else(|| new.get(&place)).copied();
            if let Some(present) = present.filter(|present| *present != row.post) {
                return Err(taken(
                    "post",
                    &format!("{}/{}", row.platform, hex(&row.fingerprint)),
                    &present,
                ));
            }
            new.insert(place, row.post);
        }
        Ok(())
    }

    fn check_positions(&self, unit: &Unit) -> Result<(), AppendError> {
        for advance in &unit.positions {
            let found = self.positions.get(&advance.partition).copied();
            if found != advance.expected {
                return Err(AppendError::Fenced {
                    partition: advance.partition.clone(),
                    expected: advance.expected,
                    found,
                });
            }
        }
        Ok(())
    }

    fn check_outbox(&self, unit: &Unit) -> Result<(), AppendError> {
        let mut put: HashSet<MessageId> = HashSet::new();
        for change in &unit.outbox {
            match change {
                OutboxChange::Put(message) => {
                    if self.outbox.contains_key(&message.id) || !put.insert(message.id) {
                        return Err(taken("outbox", &message.id.to_string(), &message.id));
                    }
                }
                OutboxChange::Cancel { id } | OutboxChange::Superseded { id, .. } => {
                    let waits = self
                        .outbox
                        .get(id)
                        .is_none_or(|entry| entry.status == OutgoingStatus::Waiting);
                    if !waits {
                        return Err(AppendError::AlreadySent {
                            action: ActionId::from(id.as_uuid()),
                        });
                    }
                }
                OutboxChange::Sent { id, lease }
                | OutboxChange::Retry { id, lease, .. }
                | OutboxChange::Parked { id, lease } => {
                    self.check_mark(*id, lease)?;
                }
                OutboxChange::Resend { id } => {
                    let parked = self
                        .outbox
                        .get(id)
                        .is_some_and(|entry| entry.status == OutgoingStatus::Parked);
                    if !parked {
                        return Err(AppendError::NotParked { message: *id });
                    }
                }
                OutboxChange::Answered { .. } | OutboxChange::Unanswered { .. } => {}
            }
        }
        Ok(())
    }

    fn check_mark(&self, id: MessageId, lease: &Lease) -> Result<(), AppendError> {
        let held = self.leases.get(&lease.name) == Some(&lease.epoch);
        let ours = self.outbox.get(&id).is_some_and(|entry| {
            // The platform can report back before the relay notes that it has sent.
            matches!(
                entry.status,
                OutgoingStatus::Taken | OutgoingStatus::Answered
            ) && entry.epoch == lease.epoch
        });
        if held && ours {
            Ok(())
        } else {
            Err(AppendError::LeaseLost {
                name: lease.name.clone(),
                held: lease.epoch,
            })
        }
    }

    fn check_pending(&self, unit: &Unit) -> Result<(), AppendError> {
        for change in &unit.pending {
            if let PendingChange::Done(post) = change
                && !self.pending.contains(post)
            {
                return Err(AppendError::NotPending { post: *post });
            }
        }
        Ok(())
    }

    fn take_in(&mut self, unit: &Unit) {
        let tenant = &unit.tenant;
        for append in &unit.streams {
            *self
                .streams
                .entry((tenant.clone(), append.stream.clone()))
                .or_default() += append.events.len() as u64;
        }
        for change in &unit.claims {
            match change {
                ClaimChange::Take { key, holder } => {
                    self.claims
                        .insert((tenant.clone(), key.clone()), holder.clone());
                }
                ClaimChange::Release { key } => {
                    self.claims.remove(&(tenant.clone(), key.clone()));
                }
            }
        }
        for (subject, _) in &unit.made_keys {
            self.keys.insert((tenant.clone(), *subject), false);
        }
        for subject in &unit.destroy_keys {
            self.keys.insert((tenant.clone(), *subject), true);
        }
        for row in &unit.subjects {
            self.subjects.insert(
                (tenant.clone(), row.platform.clone(), row.fingerprint),
                row.subject,
            );
        }
        for row in &unit.posts {
            self.posts.insert(
                (tenant.clone(), row.platform.clone(), row.fingerprint),
                row.post,
            );
        }
        for advance in &unit.positions {
            self.positions
                .insert(advance.partition.clone(), advance.next);
        }
        for change in &unit.outbox {
            self.take_in_outbox(change);
        }
        for change in &unit.pending {
            match change {
                PendingChange::Put(pending) => {
                    self.pending.insert(pending.post);
                }
                PendingChange::Done(post) => {
                    self.pending.remove(post);
                }
            }
        }
    }

    fn take_in_outbox(&mut self, change: &OutboxChange) {
        let (id, status) = match change {
            OutboxChange::Put(message) => {
                let entry = OutboxEntry {
                    status: OutgoingStatus::Waiting,
                    epoch: 0,
                };
                self.outbox.insert(message.id, entry);
                return;
            }
            OutboxChange::Cancel { id } => (id, OutgoingStatus::Cancelled),
            OutboxChange::Superseded { id, .. } => (id, OutgoingStatus::Superseded),
            OutboxChange::Sent { id, .. } => (id, OutgoingStatus::Sent),
            OutboxChange::Retry { id, .. } | OutboxChange::Resend { id } => {
                (id, OutgoingStatus::Waiting)
            }
            OutboxChange::Parked { id, .. } => (id, OutgoingStatus::Parked),
            OutboxChange::Answered { id } => (id, OutgoingStatus::Answered),
            OutboxChange::Unanswered { id } => (id, OutgoingStatus::Unanswered),
        };
        if let Some(entry) = self.outbox.get_mut(id)
            && entry.status != OutgoingStatus::Answered
        {
            entry.status = status;
        }
    }
}

fn taken(kind: &str, name: &str, holder: &dyn std::fmt::Display) -> AppendError {
    AppendError::Claimed {
        key: ClaimKey::from_stored(format!("{kind}/{name}")),
        holder: holder.to_string(),
    }
}
