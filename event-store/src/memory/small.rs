//! Leases and levers in memory.

use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::{TenantId, Timestamp};

use super::MemoryStore;
use crate::error::StoreError;
use crate::ports::{Control, ControlState, Leadership, Lease};

#[async_trait]
impl Leadership for MemoryStore {
    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let mut state = self.state();
        let epoch = match state.leases.get(name) {
            None => 1,
            Some(held) if held.until <= now => held.epoch + 1,
            Some(held) if held.holder == holder => held.epoch,
            Some(_) => return Ok(None),
        };
        let lease = Lease {
            name: name.to_owned(),
            holder: holder.to_owned(),
            epoch,
            until: now + length,
        };
        state.leases.insert(name.to_owned(), lease.clone());
        state.ledger.leases.insert(name.to_owned(), epoch);
        Ok(Some(lease))
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        if let Some(held) = self.state().leases.get_mut(&lease.name)
            && held.epoch == lease.epoch
            && held.holder == lease.holder
        {
            held.until = Timestamp::from_micros(0);
        }
        Ok(())
    }

    async fn is_held(&self, lease: &Lease) -> Result<bool, StoreError> {
        let state = self.state();
        let held = state.leases.get(&lease.name);
        Ok(held.is_some_and(|held| held.epoch == lease.epoch && held.holder == lease.holder))
    }
}

#[async_trait]
impl Control for MemoryStore {
    async fn control(&self, tenant: &TenantId) -> Result<ControlState, StoreError> {
        Ok(ControlState {
            actions_stopped_since: self.state().stopped.get(tenant).copied(),
        })
    }

    async fn stopped_tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        Ok(self.state().stopped.keys().cloned().collect())
    }
}
