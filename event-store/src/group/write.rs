//! Writes what was admitted: one statement per table and kind of change.

use std::collections::HashMap;

use holdfast_domain::{ClaimChange, ClaimKey, PostId, PostRef, SubjectId, TenantId, Timestamp};

use super::Head;
use super::outbox::OutboxRows;
use crate::chain::{EventColumns, link};
use crate::error::StoreError;
use crate::keys::{KeyRow, insert_keys};
use crate::ports::{PendingChange, PendingPost};
use crate::prepare::{PostChange, Unit, UnitEvent};
use crate::sql::{Tx, Value, values};

/// Rows of a whole group; what several units do to one row is merged.
#[derive(Default)]
pub(super) struct Rows {
    events: Vec<Vec<Value>>,
    leaves: Vec<Vec<Value>>,
    keys: Vec<KeyRow>,
    subjects: Vec<Vec<Value>>,
    posts: Vec<Vec<Value>>,
    revisions: Vec<Vec<Value>>,
    post_changes: HashMap<PostId, PostChange>,
    dead_letters: Vec<Vec<Value>>,
    claims: HashMap<(TenantId, ClaimKey), Option<String>>,
    outbox: OutboxRows,
    pending: HashMap<PostRef, Option<(TenantId, PendingPost)>>,
    positions: HashMap<holdfast_domain::intake::PartitionKey, (i64, [u8; 32])>,
    destroyed: Vec<(TenantId, SubjectId)>,
    control: HashMap<TenantId, Option<Timestamp>>,
}

impl Rows {
    /// Takes an admitted unit in: its events get their positions and the chain goes on.
    pub(super) fn take(&mut self, unit: &Unit, versions: &[u64], head: &mut Head) {
        for (stream, version) in unit.streams.iter().zip(versions) {
            let name = stream.stream.to_string();
            for (version, event) in (version + 1..).zip(&stream.events) {
                self.take_event(&unit.tenant, &name, version, event, head);
            }
        }
        if let Some(leaves) = &unit.leaves {
            self.leaves
                .push(values![head.next_position - 1, leaves.as_slice()]);
        }
        self.take_content(unit, head.recorded_at);
        for change in &unit.claims {
            let (key, holder) = match change {
                ClaimChange::Take { key, holder } => (key, Some(holder.clone())),
                ClaimChange::Release { key } => (key, None),
            };
            self.claims
                .insert((unit.tenant.clone(), key.clone()), holder);
        }
        for change in &unit.outbox {
            self.outbox.take(&unit.tenant, change, head);
        }
        for change in &unit.pending {
            self.take_pending(&unit.tenant, change);
        }
        for advance in &unit.positions {
            self.positions.insert(
                advance.partition.clone(),
                (advance.next, advance.last_digest),
            );
        }
        if let Some(stop) = unit.stop_actions {
            self.control
                .insert(unit.tenant.clone(), stop.then_some(head.recorded_at));
        }
        self.destroyed.extend(
            unit.destroy_keys
                .iter()
                .map(|subject| (unit.tenant.clone(), *subject)),
        );
    }

    fn take_event(
        &mut self,
        tenant: &TenantId,
        stream: &str,
        version: u64,
        event: &UnitEvent,
        head: &mut Head,
    ) {
        let id = event.id.as_uuid();
        let columns = EventColumns {
            position: head.next_position,
            event_id: id.as_bytes(),
            tenant: tenant.as_str(),
            stream,
            version,
            occurred_at: event.occurred_at.as_micros(),
            recorded_at: head.recorded_at.as_micros(),
            actor: &event.actor,
            causation: event.causation.as_deref(),
            correlation: event.correlation.as_deref(),
            event_type: event.event_type,
            type_version: event.type_version,
            payload: &event.payload,
        };
        head.chain = link(&head.chain, &columns);
        self.events.push(values![
            columns.position,
            event.id,
            tenant,
            stream,
            version,
            event.occurred_at,
            head.recorded_at,
            event.actor.as_str(),
            event.causation.as_deref(),
            event.correlation.as_deref(),
            event.event_type,
            event.type_version,
            event.payload.as_str(),
            head.chain,
        ]);
        head.next_position += 1;
    }

    fn take_content(&mut self, unit: &Unit, now: Timestamp) {
        let tenant = &unit.tenant;
        self.keys.extend(unit.keys.iter().cloned());
        self.subjects.extend(unit.subjects.iter().map(|row| {
            values![
                row.subject,
                tenant,
                &row.platform,
                row.fingerprint,
                row.generation,
                row.sealed.as_slice(),
                now
            ]
        }));
        self.posts.extend(unit.posts.iter().map(|row| {
            values![
                row.post,
                tenant,
                &row.platform,
                row.fingerprint,
                row.subject,
                &row.community,
                row.thread,
                row.url,
                row.posted_at,
                row.revision.0,
                row.keep_until
            ]
        }));
        self.revisions.extend(unit.revisions.iter().map(|row| {
            values![
                row.post,
                row.revision.0,
                row.generation,
                row.head.as_slice(),
                row.body.as_deref(),
                now
            ]
        }));
        for change in &unit.post_changes {
            self.post_changes
                .entry(change.post)
                .and_modify(|known| known.merge(change))
                .or_insert_with(|| change.clone());
        }
        self.dead_letters
            .extend(unit.dead_letters.iter().map(|row| {
                values![
                    row.id,
                    tenant,
                    row.subject,
                    row.generation,
                    row.origin.as_str(),
                    row.class,
                    row.message.as_str(),
                    row.transport_time,
                    row.sealed.as_slice(),
                    now,
                    row.consumer_group.as_deref(),
                    row.traceparent.as_deref()
                ]
            }));
    }

    fn take_pending(&mut self, tenant: &TenantId, change: &PendingChange) {
        match change {
            PendingChange::Put(put) => {
                let row = (tenant.clone(), put.clone());
                self.pending.insert(put.post, Some(row));
            }
            PendingChange::Done(post) => {
                self.pending.insert(*post, None);
            }
        }
    }

    /// Writes everything, and where the log ends now.
    pub(super) async fn write(self, tx: &mut Tx, head: &Head) -> Result<(), StoreError> {
        let sql = "INSERT INTO log_events (position, event_id, tenant, stream, version, occurred_at, recorded_at,
                     actor, causation, correlation, event_type, type_version, payload, chain) $1";
        tx.insert(sql, self.events).await?;
        tx.insert("INSERT INTO log_leaves (position, leaves) $1", self.leaves)
            .await?;
        insert_keys(tx, self.keys).await?;
        let sql = "INSERT INTO content_subjects (subject, tenant, platform, fingerprint, generation, sealed,
                     recorded_at) $1 ON CONFLICT DO NOTHING";
        tx.insert(sql, self.subjects).await?;
        let sql = "INSERT INTO content_posts (post, tenant, platform, fingerprint, subject, community, thread,
                     url, posted_at, latest, keep_until) $1 ON CONFLICT DO NOTHING";
        tx.insert(sql, self.posts).await?;
        let sql =
            "INSERT INTO content_revisions (post, revision, generation, head, body, recorded_at) $1
                   ON CONFLICT DO NOTHING";
        tx.insert(sql, self.revisions).await?;
        write_post_changes(tx, self.post_changes).await?;
        let sql = "INSERT INTO content_dead_letters (id, tenant, subject, generation, origin, class, message,
                     transport_time, sealed, recorded_at, consumer_group, traceparent) $1 ON CONFLICT DO NOTHING";
        tx.insert(sql, self.dead_letters).await?;
        write_claims(tx, self.claims).await?;
        self.outbox.write(tx).await?;
        write_pending(tx, self.pending, head.recorded_at).await?;
        write_positions(tx, self.positions).await?;
        destroy_keys(tx, self.destroyed, head.recorded_at).await?;
        let control = self
            .control
            .into_iter()
            .map(|(tenant, since)| values![&tenant, since])
            .collect();
        let sql = "INSERT INTO op_control (tenant, actions_stopped_since) $1
                   ON CONFLICT (tenant) DO UPDATE SET actions_stopped_since = excluded.actions_stopped_since";
        tx.insert(sql, control).await?;
        let sql = "UPDATE log_head SET next_position = $1, chain = $2, recorded_at = $3, next_message = $4 WHERE id = 1";
        let values = values![
            head.next_position,
            head.chain,
            head.recorded_at,
            head.next_message
        ];
        tx.execute(sql, values).await.map(drop)
    }
}

impl PostChange {
    fn merge(&mut self, later: &Self) {
        self.revision = self.revision.max(later.revision);
        self.deleted_by = later.deleted_by.or(self.deleted_by);
        self.keep_at_least = self.keep_at_least.max(later.keep_at_least);
        self.keep_exactly = later.keep_exactly.or(self.keep_exactly);
    }
}

async fn write_post_changes(
    tx: &mut Tx,
    changes: HashMap<PostId, PostChange>,
) -> Result<(), StoreError> {
    let rows = changes
        .into_values()
        .map(|change| {
            let revision = change.revision.map_or(i64::MIN, |revision| revision.0);
            values![
                change.post,
                revision,
                change.deleted_by,
                change.keep_at_least.unwrap_or(0),
                change.keep_exactly
            ]
        })
        .collect();
    let sql = "WITH change (post, revision, deleted_by, at_least, exactly) AS ($1)
               UPDATE content_posts
               SET latest = CASE WHEN change.revision > latest THEN change.revision ELSE latest END,
                   deleted_by = COALESCE(change.deleted_by, content_posts.deleted_by),
                   keep_until = COALESCE(change.exactly,
                       CASE WHEN change.at_least > keep_until THEN change.at_least ELSE keep_until END)
               FROM change WHERE content_posts.post = change.post";
    tx.insert(sql, rows).await
}

async fn write_claims(
    tx: &mut Tx,
    claims: HashMap<(TenantId, ClaimKey), Option<String>>,
) -> Result<(), StoreError> {
    let mut gone: HashMap<TenantId, Vec<Value>> = HashMap::new();
    let mut taken = Vec::new();
    for ((tenant, key), holder) in claims {
        match holder {
            Some(holder) => taken.push(values![&tenant, key.as_str(), holder, about(&key)]),
            None => gone.entry(tenant).or_default().push(key.as_str().into()),
        }
    }
    for (tenant, keys) in gone {
        tx.execute(
            "DELETE FROM op_claims WHERE tenant = $1 AND key IN ($2)",
            vec![(&tenant).into(), Value::List(keys)],
        )
        .await?;
    }
    // A key released and taken again within the group changes its holder.
    let sql = "INSERT INTO op_claims (tenant, key, holder, subject) $1
               ON CONFLICT (tenant, key) DO UPDATE SET holder = excluded.holder";
    tx.insert(sql, taken).await
}

/// The member whom an `open-…` key is about.
pub(crate) fn about(key: &ClaimKey) -> Option<String> {
    let mut parts = key.as_str().split('/');
    let subject = match parts.next()? {
        "open-crisis" => parts.next(),
        "open-matter" => parts.nth(1),
        _ => None,
    };
    subject.map(str::to_owned)
}

async fn write_pending(
    tx: &mut Tx,
    pending: HashMap<PostRef, Option<(TenantId, PendingPost)>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (mut gone, mut put) = (Vec::new(), Vec::new());
    for (post, row) in pending {
        match row {
            None => gone.push(values![post.post, post.revision.0]),
            Some((tenant, row)) => put.push(values![
                post.post,
                &tenant,
                post.revision.0,
                row.priority.number(),
                row.deadline,
                crate::read::freshness_name(row.freshness),
                row.context,
                now,
                0_i64,
                0_i64,
            ]),
        }
    }
    let sql = "WITH gone (post, revision) AS ($1)
               DELETE FROM op_pending WHERE (post, revision) IN (SELECT post, revision FROM gone)";
    tx.insert(sql, gone).await?;
    let sql = "INSERT INTO op_pending (post, tenant, revision, priority, deadline, freshness, context, put_at,
                 lease_until, attempts) $1
               ON CONFLICT (post, revision) DO NOTHING";
    tx.insert(sql, put).await
}

async fn write_positions(
    tx: &mut Tx,
    positions: HashMap<holdfast_domain::intake::PartitionKey, (i64, [u8; 32])>,
) -> Result<(), StoreError> {
    let rows = positions
        .into_iter()
        .map(|(key, (next, digest))| {
            values![
                key.cluster,
                key.group,
                key.topic,
                i64::from(key.partition),
                next,
                digest,
                0_i64,
                0_i64
            ]
        })
        .collect();
    let sql = "INSERT INTO op_positions (cluster, consumer_group, topic, part, next, last_digest, live_from,
                 live_since) $1
               ON CONFLICT (cluster, consumer_group, topic, part)
               DO UPDATE SET next = excluded.next, last_digest = excluded.last_digest";
    tx.insert(sql, rows).await
}

async fn destroy_keys(
    tx: &mut Tx,
    subjects: Vec<(TenantId, SubjectId)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (tenant, subject) in subjects {
        // A member without a key gets a destroyed one, so that none is made for them later.
        let sql =
            "INSERT INTO op_keys (tenant, owner, generation, wrapped, wrapped_by, destroyed_at)
                   VALUES ($1, $2, 1, NULL, 'tenant', $3)
                   ON CONFLICT (tenant, owner, generation) DO NOTHING";
        tx.execute(sql, values![&tenant, subject, now]).await?;
        let sql =
            "UPDATE op_keys SET wrapped = NULL, destroyed_at = $3 WHERE tenant = $1 AND owner = $2";
        tx.execute(sql, values![&tenant, subject, now]).await?;
    }
    Ok(())
}
