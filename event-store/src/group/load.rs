//! Loads what a group of appends depends on: at most one statement per table.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use holdfast_domain::intake::PartitionKey;
use holdfast_domain::{ClaimChange, ClaimKey, MessageId, PostRef, Revision, TenantId};

use super::{Head, for_update};
use crate::error::StoreError;
use crate::ledger::{Ledger, OutboxEntry};
use crate::ports::{OutboxChange, OutgoingStatus, PendingChange};
use crate::prepare::Unit;
use crate::sql::{Row, Tx, Value, values};

/// Locks the end of the log against all other writers.
pub(crate) async fn lock_head(tx: &mut Tx) -> Result<Head, StoreError> {
    let lock = for_update(tx);
    let sql = format!(
        "SELECT next_position, chain, recorded_at, next_message FROM log_head WHERE id = 1{lock}"
    );
    let mut rows = tx.query(&sql, Vec::new()).await?;
    let row = rows
        .first_mut()
        .ok_or_else(|| StoreError::corrupt("log_head has no row"))?;
    Ok(Head {
        next_position: row.int(0)? as u64,
        chain: row.array(1)?,
        recorded_at: row.time(2)?,
        next_message: row.int(3)? as u64,
    })
}

/// Everything the group depends on.
pub(super) async fn ledger(tx: &mut Tx, units: &[Unit]) -> Result<Ledger, StoreError> {
    Ok(Ledger {
        streams: streams(tx, units).await?,
        claims: claims(tx, units).await?,
        subjects: by_fingerprint(tx, "content_subjects", "subject", subject_prints(units)).await?,
        posts: by_fingerprint(tx, "content_posts", "post", post_prints(units)).await?,
        keys: keys(tx, units).await?,
        positions: positions(tx, units).await?,
        outbox: outbox(tx, units).await?,
        leases: leases(tx, units).await?,
        pending: pending(tx, units).await?,
    })
}

/// Asks with rows of values, unless there is nothing to ask.
async fn ask(tx: &mut Tx, sql: &str, mut rows: Vec<Vec<Value>>) -> Result<Vec<Row>, StoreError> {
    let Some(last) = rows.last().cloned() else {
        return Ok(Vec::new());
    };
    // Filled up to a power of two, to keep few statements prepared; asking twice does no harm.
    rows.resize(rows.len().next_power_of_two(), last);
    let width = rows[0].len();
    let mut found = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(16_384 / width.max(1)));
        found.extend(tx.query(sql, vec![Value::Rows(rows)]).await?);
        rows = rest;
    }
    Ok(found)
}

async fn streams(
    tx: &mut Tx,
    units: &[Unit],
) -> Result<HashMap<(TenantId, holdfast_domain::StreamId), u64>, StoreError> {
    let rows = asked_streams(units);
    let sql = "WITH asked (tenant, stream) AS ($1)
               SELECT tenant, stream,
                      (SELECT MAX(version) FROM log_events e WHERE e.tenant = asked.tenant AND e.stream = asked.stream)
               FROM asked";
    let mut versions = HashMap::new();
    for mut row in ask(tx, sql, rows).await? {
        let stream = row
            .text(1)?
            .parse()
            .map_err(|_| StoreError::corrupt("log_events: stream"))?;
        if let Some(version) = row.opt_int(2)? {
            versions.insert((row.name(0)?, stream), version as u64);
        }
    }
    Ok(versions)
}

fn asked_streams(units: &[Unit]) -> Vec<Vec<Value>> {
    let streams = units.iter().flat_map(|unit| {
        unit.streams
            .iter()
            .map(|append| (&unit.tenant, &append.stream))
    });
    let streams: HashSet<_> = streams.collect();
    streams
        .into_iter()
        .map(|(tenant, stream)| values![tenant, stream.to_string()])
        .collect()
}

async fn claims(
    tx: &mut Tx,
    units: &[Unit],
) -> Result<HashMap<(TenantId, ClaimKey), String>, StoreError> {
    let keys = distinct(units.iter().flat_map(|unit| {
        unit.claims.iter().map(|change| match change {
            ClaimChange::Take { key, .. } | ClaimChange::Release { key } => {
                (unit.tenant.clone(), key.clone())
            }
        })
    }));
    let rows = keys
        .iter()
        .map(|(tenant, key)| values![tenant, key.as_str()])
        .collect();
    let sql = "WITH asked (tenant, key) AS ($1)
               SELECT c.tenant, c.key, c.holder FROM asked
               JOIN op_claims c ON c.tenant = asked.tenant AND c.key = asked.key";
    let mut claims = HashMap::new();
    for mut row in ask(tx, sql, rows).await? {
        claims.insert(
            (row.name(0)?, ClaimKey::from_stored(row.text(1)?)),
            row.text(2)?,
        );
    }
    Ok(claims)
}

fn subject_prints(units: &[Unit]) -> Vec<Vec<Value>> {
    let prints = units.iter().flat_map(|unit| {
        unit.subjects
            .iter()
            .map(|row| (unit.tenant.clone(), row.fingerprint))
    });
    print_rows(&distinct(prints))
}

fn post_prints(units: &[Unit]) -> Vec<Vec<Value>> {
    let prints = units.iter().flat_map(|unit| {
        unit.posts
            .iter()
            .map(|row| (unit.tenant.clone(), row.fingerprint))
    });
    print_rows(&distinct(prints))
}

fn print_rows(prints: &HashSet<(TenantId, [u8; 16])>) -> Vec<Vec<Value>> {
    prints
        .iter()
        .map(|(tenant, print)| values![tenant, *print])
        .collect()
}

async fn by_fingerprint<T: From<uuid::Uuid>>(
    tx: &mut Tx,
    table: &str,
    id: &str,
    rows: Vec<Vec<Value>>,
) -> Result<HashMap<(TenantId, holdfast_domain::PlatformId, [u8; 16]), T>, StoreError> {
    let sql = format!(
        "WITH asked (tenant, fingerprint) AS ($1)
         SELECT c.tenant, c.platform, c.fingerprint, c.{id} FROM asked
         JOIN {table} c ON c.tenant = asked.tenant AND c.fingerprint = asked.fingerprint"
    );
    let mut found = HashMap::new();
    for mut row in ask(tx, &sql, rows).await? {
        found.insert((row.name(0)?, row.name(1)?, row.array(2)?), row.id(3)?);
    }
    Ok(found)
}

async fn keys(
    tx: &mut Tx,
    units: &[Unit],
) -> Result<HashMap<(TenantId, holdfast_domain::SubjectId), bool>, StoreError> {
    let asked = distinct(units.iter().flat_map(|unit| {
        let made = unit.made_keys.iter().map(|(subject, _)| subject);
        unit.sealed_for
            .iter()
            .chain(made)
            .map(|subject| (unit.tenant.clone(), *subject))
    }));
    let rows = asked
        .iter()
        .map(|(tenant, subject)| values![tenant, *subject])
        .collect();
    let sql = "WITH asked (tenant, owner) AS ($1)
               SELECT k.tenant, k.owner, CASE WHEN k.wrapped IS NULL THEN 1 ELSE 0 END FROM asked
               JOIN op_keys k ON k.tenant = asked.tenant AND k.owner = asked.owner";
    let mut keys = HashMap::new();
    for mut row in ask(tx, sql, rows).await? {
        let destroyed = row.int(2)? == 1;
        *keys.entry((row.name(0)?, row.id(1)?)).or_default() |= destroyed;
    }
    Ok(keys)
}

async fn positions(tx: &mut Tx, units: &[Unit]) -> Result<HashMap<PartitionKey, i64>, StoreError> {
    let asked = distinct(units.iter().flat_map(|unit| {
        unit.positions
            .iter()
            .map(|advance| advance.partition.clone())
    }));
    let rows = asked
        .iter()
        .map(|key| {
            values![
                key.cluster.as_str(),
                key.group.as_str(),
                key.topic.as_str(),
                i64::from(key.partition)
            ]
        })
        .collect();
    let sql = "WITH asked (cluster, consumer_group, topic, part) AS ($1)
               SELECT p.cluster, p.consumer_group, p.topic, p.part, p.next FROM asked
               JOIN op_positions p ON p.cluster = asked.cluster AND p.consumer_group = asked.consumer_group
                                  AND p.topic = asked.topic AND p.part = asked.part
               WHERE p.next IS NOT NULL";
    let mut positions = HashMap::new();
    for mut row in ask(tx, sql, rows).await? {
        let key = PartitionKey {
            cluster: row.text(0)?,
            group: row.text(1)?,
            topic: row.text(2)?,
            partition: row.int(3)? as i32,
        };
        positions.insert(key, row.int(4)?);
    }
    Ok(positions)
}

async fn outbox(
    tx: &mut Tx,
    units: &[Unit],
) -> Result<HashMap<MessageId, OutboxEntry>, StoreError> {
    let asked = distinct(
        units
            .iter()
            .flat_map(|unit| unit.outbox.iter().map(super::outbox::message_of)),
    );
    let rows = asked.iter().map(|id| values![*id]).collect();
    let sql = "WITH asked (id) AS ($1)
               SELECT m.id, m.status, m.epoch FROM asked JOIN op_outbox m ON m.id = asked.id";
    let mut entries = HashMap::new();
    for mut row in ask(tx, sql, rows).await? {
        let status = row.text(1)?;
        let status = OutgoingStatus::parse(&status).ok_or_else(|| {
            StoreError::corrupt(format!("op_outbox: status {status} is not known"))
        })?;
        entries.insert(
            row.id(0)?,
            OutboxEntry {
                status,
                epoch: row.int(2)? as u64,
            },
        );
    }
    Ok(entries)
}

async fn leases(tx: &mut Tx, units: &[Unit]) -> Result<HashMap<String, u64>, StoreError> {
    let names: BTreeSet<String> = units
        .iter()
        .flat_map(|unit| &unit.outbox)
        .filter_map(|change| match change {
            OutboxChange::Sent { lease, .. }
            | OutboxChange::Retry { lease, .. }
            | OutboxChange::Parked { lease, .. } => Some(lease.name.clone()),
            _ => None,
        })
        .collect();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "SELECT name, epoch FROM op_leases WHERE name IN ($1)";
    let rows = tx.query(sql, vec![Value::list(names)]).await?;
    rows.into_iter()
        .map(|mut row| Ok((row.text(0)?, row.int(1)? as u64)))
        .collect()
}

async fn pending(tx: &mut Tx, units: &[Unit]) -> Result<HashSet<PostRef>, StoreError> {
    let asked = distinct(units.iter().flat_map(|unit| {
        unit.pending.iter().map(|change| match change {
            PendingChange::Put(pending) => pending.post.post,
            PendingChange::Done(post) => post.post,
        })
    }));
    let rows = asked.iter().map(|post| values![*post]).collect();
    let sql = "WITH asked (post) AS ($1)
               SELECT p.post, p.revision FROM asked JOIN op_pending p ON p.post = asked.post";
    let rows = ask(tx, sql, rows).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(PostRef {
                post: row.id(0)?,
                revision: Revision(row.int(1)?),
            })
        })
        .collect()
}

fn distinct<T: Eq + Hash>(items: impl Iterator<Item = T>) -> HashSet<T> {
    items.collect()
}
