//! The relay's side of the outbox.

use std::collections::HashMap;

use async_trait::async_trait;
use holdfast_domain::{ActionId, Lane, MessageId, SubjectId, TenantId, Timestamp};

use crate::error::StoreError;
use crate::group::lock_head;
use crate::ports::{
    Outbox, OutboxKind, OutboxMessage, Outgoing, OutgoingStatus, Take, UnansweredAction,
    UnsentAction,
};
use crate::sql::{Row, Tx, Value, values};
use crate::store::Store;

const COLUMNS: &str = "SELECT m.id, m.tenant, m.kind, m.lane, m.subject, m.case_id, m.community, m.target, m.restricts,
                              m.body, m.hold_until, m.not_after, m.put_at, m.status, m.attempts, m.sequence
                       FROM op_outbox m";

#[async_trait]
impl Outbox for Store {
    async fn take(&self, take: &Take<'_>) -> Result<Vec<Outgoing>, StoreError> {
        let mut tx = self.db.begin().await?;
        // Keeps appends out, so that none cancels what is being taken.
        lock_head(&mut tx).await?;
        if !holds(&mut tx, take).await? {
            return Ok(Vec::new());
        }
        let mut taken = due(&mut tx, take).await?;
        if taken.is_empty() {
            return Ok(taken);
        }
        number(&mut tx, &mut taken).await?;
        let rows = taken
            .iter()
            .map(|out| values![out.message.id, out.sequence, take.lease.epoch])
            .collect();
        let sql = "WITH change (id, sequence, epoch) AS ($1)
                   UPDATE op_outbox SET status = 'taken', attempts = attempts + 1, sequence = change.sequence,
                          epoch = change.epoch
                   FROM change WHERE op_outbox.id = change.id";
        tx.insert(sql, rows).await?;
        tx.commit().await?;
        for out in &mut taken {
            out.attempts += 1;
            out.status = OutgoingStatus::Taken;
        }
        Ok(taken)
    }

    async fn message(&self, id: MessageId) -> Result<Option<Outgoing>, StoreError> {
        let row = self
            .db
            .query_one(&format!("{COLUMNS} WHERE m.id = $1"), values![id])
            .await?;
        row.map(outgoing).transpose()
    }

    async fn unsent_on(
        &self,
        tenant: &TenantId,
        target: &str,
    ) -> Result<Vec<UnsentAction>, StoreError> {
        let sql = "SELECT id, case_id, put_at FROM op_outbox
                   WHERE tenant = $1 AND target = $2 AND status = 'waiting' AND target IS NOT NULL
                     AND case_id IS NOT NULL
                   ORDER BY put_order";
        let rows = self.db.query(sql, values![tenant, target]).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(UnsentAction {
                    action: row.id(0)?,
                    case: row.id(1)?,
                    put_at: row.time(2)?,
                })
            })
            .collect()
    }

    async fn unanswered(
        &self,
        sent_before: Timestamp,
        limit: usize,
    ) -> Result<Vec<UnansweredAction>, StoreError> {
        let sql = "SELECT tenant, id, case_id, sent_at FROM op_outbox
                   WHERE status = 'sent' AND kind = 'action' AND sent_at < $1 AND case_id IS NOT NULL
                   ORDER BY sent_at LIMIT $2";
        let rows = self
            .db
            .query(sql, values![sent_before, limit as i64])
            .await?;
        rows.into_iter()
            .map(|mut row| {
                let action: ActionId = row.id(1)?;
                Ok(UnansweredAction {
                    tenant: row.name(0)?,
                    action,
                    case: row.id(2)?,
                    sent_at: row.time(3)?,
                })
            })
            .collect()
    }

    async fn automatic_restrictions_since(
        &self,
        tenant: &TenantId,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let sql =
            "SELECT COUNT(*) FROM op_outbox WHERE tenant = $1 AND put_at >= $2 AND restricts = 1";
        let row = self.db.query_one(sql, values![tenant, since]).await?;
        row.map_or(Ok(0), |mut row| Ok(row.int(0)? as u64))
    }

    async fn due_shards(&self, now: Timestamp) -> Result<Vec<u16>, StoreError> {
        let sql = "SELECT DISTINCT m.shard FROM op_outbox m
                   WHERE m.status IN ('waiting', 'taken')
                     AND ((m.status = 'waiting' AND m.hold_until <= $1 AND m.not_before <= $1)
                          OR (m.status = 'taken' AND NOT EXISTS (
                              SELECT 1 FROM op_leases l
                              WHERE l.name = 'relay/' || m.shard AND l.epoch = m.epoch)))";
        let rows = self.db.query(sql, values![now]).await?;
        rows.into_iter()
            .map(|mut row| Ok(row.int(0)? as u16))
            .collect()
    }

    async fn parked(&self, tenant: &TenantId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE m.tenant = $1 AND m.status = 'parked' ORDER BY m.put_order DESC LIMIT $2"
        );
        let rows = self.db.query(&sql, values![tenant, limit as i64]).await?;
        rows.into_iter().map(outgoing).collect()
    }

    async fn parked_alerts(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM op_outbox
                   WHERE status = 'parked' AND kind = 'alert' AND not_after >= $1";
        let row = self.db.query_one(sql, values![now]).await?;
        row.map_or(Ok(0), |mut row| Ok(row.int(0)? as u64))
    }

    async fn waiting(&self) -> Result<Vec<(OutboxKind, u64, Option<Timestamp>)>, StoreError> {
        let sql = "SELECT kind, COUNT(*), MIN(put_at) FROM op_outbox
                   WHERE status IN ('waiting', 'taken') GROUP BY kind ORDER BY kind";
        let rows = self.db.query(sql, Vec::new()).await?;
        rows.into_iter()
            .map(|mut row| Ok((kind(&row.text(0)?)?, row.int(1)? as u64, row.opt_time(2)?)))
            .collect()
    }
}

async fn holds(tx: &mut Tx, take: &Take<'_>) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM op_leases WHERE name = $1 AND holder = $2 AND epoch = $3";
    let values = values![
        take.lease.name.as_str(),
        take.lease.holder.as_str(),
        take.lease.epoch
    ];
    Ok(!tx.query(sql, values).await?.is_empty())
}

/// What may leave now: alerts first, then in the order of the appends.
async fn due(tx: &mut Tx, take: &Take<'_>) -> Result<Vec<Outgoing>, StoreError> {
    let sql = format!(
        "{COLUMNS}
         WHERE m.shard = $1 AND m.status IN ('waiting', 'taken')
           AND ((m.status = 'waiting' AND m.hold_until <= $2 AND m.not_before <= $2)
                OR (m.status = 'taken' AND m.epoch <> $3))
           AND (m.kind <> 'action' OR ($4 = 1 AND NOT EXISTS (
                SELECT 1 FROM op_outbox e
                WHERE e.subject = m.subject AND e.lane = m.lane AND e.tenant = m.tenant
                  AND e.kind = 'action' AND e.status IN ('waiting', 'taken') AND e.put_order < m.put_order
                  AND (e.status = 'taken' OR e.hold_until <= $2))))
         ORDER BY CASE m.kind WHEN 'alert' THEN 0 ELSE 1 END, m.put_order LIMIT $5"
    );
    let values = values![
        take.shard,
        take.now,
        take.lease.epoch,
        take.actions,
        take.limit as i64
    ];
    tx.query(&sql, values)
        .await?
        .into_iter()
        .map(outgoing)
        .collect()
}

/// Gives numbers to actions that are taken for the first time, per member and lane.
async fn number(tx: &mut Tx, taken: &mut [Outgoing]) -> Result<(), StoreError> {
    let needs = |out: &Outgoing| match (out.message.kind, out.message.subject) {
        (OutboxKind::Action, Some(subject)) if out.sequence == 0 => {
            Some((out.tenant.clone(), subject, out.message.lane))
        }
        _ => None,
    };
    let mut lanes: HashMap<(TenantId, SubjectId, Lane), u64> = taken
        .iter()
        .filter_map(needs)
        .map(|lane| (lane, 0))
        .collect();
    if lanes.is_empty() {
        return Ok(());
    }
    let sql = "SELECT tenant, subject, lane, last FROM op_sequences WHERE subject IN ($1)";
    let subjects = Value::list(lanes.keys().map(|(_, subject, _)| *subject));
    for mut row in tx.query(sql, vec![subjects]).await? {
        let place = (row.name(0)?, row.id(1)?, lane(&row.text(2)?)?);
        if let Some(last) = lanes.get_mut(&place) {
            *last = row.int(3)? as u64;
        }
    }
    for out in taken.iter_mut() {
        if let Some(last) = needs(out).and_then(|place| lanes.get_mut(&place)) {
            *last += 1;
            out.sequence = *last;
        }
    }
    let rows = lanes
        .into_iter()
        .map(|((tenant, subject, lane), last)| values![&tenant, subject, lane.as_str(), last]);
    let sql = "INSERT INTO op_sequences (tenant, subject, lane, last) $1
               ON CONFLICT (tenant, subject, lane) DO UPDATE SET last = excluded.last";
    tx.insert(sql, rows.collect()).await
}

fn outgoing(mut row: Row) -> Result<Outgoing, StoreError> {
    let status = row.text(13)?;
    Ok(Outgoing {
        tenant: row.name(1)?,
        message: OutboxMessage {
            id: row.id(0)?,
            kind: kind(&row.text(2)?)?,
            lane: lane(&row.text(3)?)?,
            subject: row.opt_id(4)?,
            case: row.opt_id(5)?,
            community: row
                .opt_text(6)?
                .map(|name| {
                    name.try_into()
                        .map_err(|_| StoreError::corrupt("op_outbox: community"))
                })
                .transpose()?,
            target: row.opt_text(7)?,
            automatic_restriction: row.flag(8)?,
            body: row.text(9)?,
            hold_until: row.time(10)?,
            not_after: row.time(11)?,
        },
        put_at: row.time(12)?,
        status: OutgoingStatus::parse(&status)
            .ok_or_else(|| StoreError::corrupt("op_outbox: status"))?,
        attempts: row.int(14)? as u32,
        sequence: row.int(15)? as u64,
    })
}

fn kind(name: &str) -> Result<OutboxKind, StoreError> {
    OutboxKind::parse(name)
        .ok_or_else(|| StoreError::corrupt(format!("op_outbox: kind {name} is not known")))
}

fn lane(name: &str) -> Result<Lane, StoreError> {
    [Lane::Care, Lane::Enforcement]
        .into_iter()
        .find(|lane| lane.as_str() == name)
        .ok_or_else(|| StoreError::corrupt(format!("op_outbox: lane {name} is not known")))
}
