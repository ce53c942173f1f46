//! Named leases.

use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::Timestamp;

use crate::error::StoreError;
use crate::ports::{Leadership, Lease};
use crate::sql::values;
use crate::store::Store;

#[async_trait]
impl Leadership for Store {
    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let until = now + length;
        let mut tx = self.db.begin().await?;
        let sql = "INSERT INTO op_leases (name, holder, epoch, held_until) VALUES ($1, $2, 1, $3)
                   ON CONFLICT (name) DO UPDATE SET
                     epoch = CASE WHEN op_leases.holder = excluded.holder AND op_leases.held_until > $4
                                  THEN op_leases.epoch ELSE op_leases.epoch + 1 END,
                     holder = excluded.holder,
                     held_until = excluded.held_until
                   WHERE op_leases.held_until <= $4 OR op_leases.holder = excluded.holder
                   RETURNING epoch";
        let mut rows = tx.query(sql, values![name, holder, until, now]).await?;
        let Some(row) = rows.first_mut() else {
            return Ok(None);
        };
        let epoch = row.int(0)? as u64;
        tx.commit().await?;
        Ok(Some(Lease {
            name: name.to_owned(),
            holder: holder.to_owned(),
            epoch,
            until,
        }))
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let sql =
            "UPDATE op_leases SET held_until = 0 WHERE name = $1 AND holder = $2 AND epoch = $3";
        self.db
            .execute(
                sql,
                values![lease.name.as_str(), lease.holder.as_str(), lease.epoch],
            )
            .await
            .map(drop)
    }

    async fn is_held(&self, lease: &Lease) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM op_leases WHERE name = $1 AND holder = $2 AND epoch = $3";
        let row = self
            .db
            .query_one(
                sql,
                values![lease.name.as_str(), lease.holder.as_str(), lease.epoch],
            )
            .await?;
        Ok(row.is_some())
    }
}
