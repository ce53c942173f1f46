//! The store in memory: the same promises but durability, in plain collections.
//!
//! For tests, simulation and trials. It shares with the databases what decides (sealing and the
//! conditions of an append), and holds everything else in its own simple way, so that the conformance
//! suite compares two independent answers.

mod accounts;
mod append;
mod content;
mod intake;
mod outbox;
mod pending;
mod projections;
mod queue;
mod small;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use holdfast_domain::{Clock, TenantId};
use tokio::sync::watch;
use uuid::Uuid;

use crate::error::StoreError;
use crate::keys::{KeyRow, KeyTable, Keys, MasterKey};

use state::State;

/// A store in memory. Cheap to clone; clones share their content.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    keys: Arc<Keys>,
    key_rows: Arc<MemoryKeyTable>,
    clock: Arc<dyn Clock>,
    head: Arc<watch::Sender<u64>>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let key_rows = Arc::new(MemoryKeyTable::default());
        // Nothing outlives the process, so that the master key need not be secret.
        let master = MasterKey::from_bytes([0x5a; 32]);
        let keys = Keys::new(
            master,
            Arc::clone(&key_rows) as Arc<dyn KeyTable>,
            Arc::clone(&clock),
        );
        Self {
            state: Arc::default(),
            keys: Arc::new(keys),
            key_rows,
            clock,
            head: Arc::new(watch::Sender::new(0)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wrapped keys in memory.
#[derive(Debug, Default)]
struct MemoryKeyTable(Mutex<Vec<KeyRow>>);

impl MemoryKeyTable {
    fn rows(&self) -> MutexGuard<'_, Vec<KeyRow>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an owner's key is destroyed; `None` where there is none.
    fn destroyed(&self, tenant: &TenantId, owner: Uuid) -> Option<bool> {
        let rows = self.rows();
        let mut theirs = rows
            .iter()
            .filter(|row| row.tenant == *tenant && row.owner == owner)
            .peekable();
        theirs.peek()?;
        Some(theirs.any(|row| row.wrapped.is_none()))
    }

    fn add(&self, new: Vec<KeyRow>) {
        let mut rows = self.rows();
        for row in new {
            let same = |known: &KeyRow| {
                known.tenant == row.tenant
                    && known.owner == row.owner
                    && known.generation == row.generation
            };
            if !rows.iter().any(same) {
                rows.push(row);
            }
        }
    }

    fn destroy(&self, tenant: &TenantId, owner: Uuid) {
        let marker = KeyRow {
            tenant: tenant.clone(),
            owner,
            generation: 1,
            wrapped: None,
            wrapped_by: "tenant".to_owned(),
        };
        self.add(vec![marker]);
        for row in self
            .rows()
            .iter_mut()
            .filter(|row| row.tenant == *tenant && row.owner == owner)
        {
            row.wrapped = None;
        }
    }
}

#[async_trait]
impl KeyTable for MemoryKeyTable {
    async fn load(&self, tenant: &TenantId, owners: &[Uuid]) -> Result<Vec<KeyRow>, StoreError> {
        let rows = self.rows();
        Ok(rows
            .iter()
            .filter(|row| row.tenant == *tenant && owners.contains(&row.owner))
            .cloned()
            .collect())
    }

    async fn insert_missing(&self, rows: Vec<KeyRow>) -> Result<(), StoreError> {
        self.add(rows);
        Ok(())
    }

    async fn tenant_rows(&self) -> Result<Vec<KeyRow>, StoreError> {
        Ok(self
            .rows()
            .iter()
            .filter(|row| row.owner.is_nil())
            .cloned()
            .collect())
    }

    async fn rewrap(&self, rows: Vec<KeyRow>) -> Result<(), StoreError> {
        for new in rows {
            for row in self.rows().iter_mut() {
                if row.tenant == new.tenant
                    && row.owner == new.owner
                    && row.generation == new.generation
                {
                    *row = new.clone();
                }
            }
        }
        Ok(())
    }
}
