//! Reading the log.

use async_trait::async_trait;
use holdfast_domain::event::upcast;
use holdfast_domain::{EventEnvelope, Position, StreamId, StreamVersion, TenantId};
use tokio::sync::watch;

use crate::error::{AppendError, StoreError};
use crate::ports::{Append, Appended, EventLog};
use crate::prepare::prepare;
use crate::sql::{Db, Row, Value, values};
use crate::store::Store;

const COLUMNS: &str = "SELECT position, event_id, tenant, stream, version, occurred_at, recorded_at, actor,
                              causation, correlation, event_type, type_version, payload FROM log_events";

#[async_trait]
impl EventLog for Store {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let unit = prepare(&self.keys, append).await?;
        let tenant = unit.tenant.clone();
        let (made, destroyed) = (unit.made_keys.clone(), unit.destroy_keys.clone());
        let appended = self.appender.append(unit).await?;
        self.keys.remember(&tenant, made);
        self.keys.forget(&tenant, &destroyed);
        Ok(appended)
    }

    async fn load(
        &self,
        tenant: &TenantId,
        stream: &StreamId,
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        let sql = format!("{COLUMNS} WHERE tenant = $1 AND stream = $2 ORDER BY version");
        envelopes(
            self.db
                .query(&sql, values![tenant, stream.to_string()])
                .await?,
        )
    }

    async fn load_many(
        &self,
        tenant: &TenantId,
        streams: &[StreamId],
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        if streams.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("{COLUMNS} WHERE tenant = $1 AND stream IN ($2) ORDER BY position");
        let names = Value::list(streams.iter().map(StreamId::to_string));
        envelopes(self.db.query(&sql, vec![tenant.into(), names]).await?)
    }

    async fn read_after(
        &self,
        after: Option<Position>,
        limit: usize,
    ) -> Result<Vec<EventEnvelope>, StoreError> {
        let sql = format!("{COLUMNS} WHERE position > $1 ORDER BY position LIMIT $2");
        let after = after.map_or(-1, |position| position.0 as i64);
        envelopes(self.db.query(&sql, values![after, limit as i64]).await?)
    }

    async fn head(&self) -> Result<Option<Position>, StoreError> {
        Ok(events(&self.db).await?.checked_sub(1).map(Position))
    }

    fn appended(&self) -> watch::Receiver<u64> {
        self.appender.head()
    }

    async fn disk_failed(&self) {
        self.db.disk().failed().await;
    }
}

/// How many events the log holds.
pub(crate) async fn events(db: &Db) -> Result<u64, StoreError> {
    let row = db
        .query_one(
            "SELECT next_position FROM log_head WHERE id = 1",
            Vec::new(),
        )
        .await?;
    let mut row = row.ok_or_else(|| StoreError::corrupt("log_head has no row"))?;
    Ok(row.int(0)? as u64)
}

fn envelopes(rows: Vec<Row>) -> Result<Vec<EventEnvelope>, StoreError> {
    rows.into_iter().map(envelope).collect()
}

fn envelope(mut row: Row) -> Result<EventEnvelope, StoreError> {
    let position = Position(row.int(0)? as u64);
    let impossible =
        |what: &str| StoreError::corrupt(format!("log_events at position {position}: {what}"));
    let (event_type, type_version, payload) = (row.text(10)?, row.int(11)?, row.text(12)?);
    let type_version = u16::try_from(type_version).map_err(|_| impossible("type_version"))?;
    Ok(EventEnvelope {
        position,
        id: row.id(1)?,
        tenant: row.name(2)?,
        stream: row.text(3)?.parse().map_err(|_| impossible("stream"))?,
        version: StreamVersion(row.int(4)? as u64),
        occurred_at: row.time(5)?,
        recorded_at: row.time(6)?,
        actor: serde_json::from_str(&row.text(7)?).map_err(|_| impossible("actor"))?,
        causation: row.opt_text(8)?,
        correlation: row.opt_text(9)?,
        event: upcast::decode(&event_type, type_version, &payload)
            .map_err(|source| StoreError::Unreadable { position, source })?,
    })
}
