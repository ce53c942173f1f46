//! The levers.

use async_trait::async_trait;
use holdfast_domain::TenantId;

use crate::error::StoreError;
use crate::ports::{Control, ControlState};
use crate::sql::values;
use crate::store::Store;

#[async_trait]
impl Control for Store {
    async fn control(&self, tenant: &TenantId) -> Result<ControlState, StoreError> {
        let sql = "SELECT actions_stopped_since FROM op_control WHERE tenant = $1";
        let row = self.db.query_one(sql, values![tenant]).await?;
        let actions_stopped_since = row.map_or(Ok(None), |mut row| row.opt_time(0))?;
        Ok(ControlState {
            actions_stopped_since,
        })
    }

    async fn stopped_tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let sql =
            "SELECT tenant FROM op_control WHERE actions_stopped_since IS NOT NULL ORDER BY tenant";
        self.db
            .query(sql, Vec::new())
            .await?
            .into_iter()
            .map(|mut row| row.name(0))
            .collect()
    }
}
