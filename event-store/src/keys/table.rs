//! Where wrapped keys are kept.

use async_trait::async_trait;
use holdfast_domain::TenantId;
use uuid::Uuid;

use crate::error::StoreError;
use crate::sql::{Db, Row, Tx, Value, values};

/// A wrapped key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRow {
    /// Whose customer.
    pub(crate) tenant: TenantId,
    /// The member; the nil UUID for the tenant's own key.
    pub(crate) owner: Uuid,
    /// From 1.
    pub(crate) generation: u32,
    /// The wrapped key; `None` once destroyed.
    pub(crate) wrapped: Option<Vec<u8>>,
    /// Which key wraps it.
    pub(crate) wrapped_by: String,
}

/// The table of keys.
#[async_trait]
pub(crate) trait KeyTable: Send + Sync {
    /// All generations of these owners' keys.
    async fn load(&self, tenant: &TenantId, owners: &[Uuid]) -> Result<Vec<KeyRow>, StoreError>;

    /// Adds keys that are not there; leaves those that are.
    async fn insert_missing(&self, rows: Vec<KeyRow>) -> Result<(), StoreError>;

    /// The tenants' own keys.
    async fn tenant_rows(&self) -> Result<Vec<KeyRow>, StoreError>;

    /// Replaces the wrapping of keys, all or none.
    async fn rewrap(&self, rows: Vec<KeyRow>) -> Result<(), StoreError>;
}

/// The table in a database.
pub(crate) struct DbKeyTable(pub(crate) Db);

const COLUMNS: &str = "SELECT tenant, owner, generation, wrapped, wrapped_by FROM op_keys";

#[async_trait]
impl KeyTable for DbKeyTable {
    async fn load(&self, tenant: &TenantId, owners: &[Uuid]) -> Result<Vec<KeyRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE tenant = $1 AND owner IN ($2)");
        let rows = self
            .0
            .query(
                &sql,
                vec![tenant.into(), Value::list(owners.iter().copied())],
            )
            .await?;
        rows.into_iter().map(key_row).collect()
    }

    async fn insert_missing(&self, rows: Vec<KeyRow>) -> Result<(), StoreError> {
        let mut tx = self.0.begin().await?;
        insert_keys(&mut tx, rows).await?;
        tx.commit().await
    }

    async fn tenant_rows(&self) -> Result<Vec<KeyRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE owner = $1");
        self.0
            .query(&sql, values![Uuid::nil()])
            .await?
            .into_iter()
            .map(key_row)
            .collect()
    }

    async fn rewrap(&self, rows: Vec<KeyRow>) -> Result<(), StoreError> {
        let mut tx = self.0.begin().await?;
        for row in rows {
            let sql = "UPDATE op_keys SET wrapped = $4, wrapped_by = $5
                       WHERE tenant = $1 AND owner = $2 AND generation = $3";
            let values = values![
                &row.tenant,
                row.owner,
                row.generation,
                row.wrapped,
                row.wrapped_by
            ];
            tx.execute(sql, values).await?;
        }
        tx.commit().await
    }
}

/// Writes keys with the rest of a transaction.
pub(crate) async fn insert_keys(tx: &mut Tx, rows: Vec<KeyRow>) -> Result<(), StoreError> {
    let rows = rows.into_iter().map(|row| {
        values![
            &row.tenant,
            row.owner,
            row.generation,
            row.wrapped,
            row.wrapped_by
        ]
    });
    let sql = "INSERT INTO op_keys (tenant, owner, generation, wrapped, wrapped_by) $1 ON CONFLICT DO NOTHING";
    tx.insert(sql, rows.collect()).await
}

fn key_row(mut row: Row) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        tenant: row.name(0)?,
        owner: row.id(1)?,
        generation: row.int(2)? as u32,
        wrapped: row.opt_bytes(3)?,
        wrapped_by: row.text(4)?,
    })
}
