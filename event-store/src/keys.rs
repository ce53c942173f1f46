//! Keys: master → tenant → member.
//!
//! The master key lives in a file and wraps one key per tenant; that key wraps one random key per
//! member, and from it come the keys for fingerprints and for texts that belong to nobody. Rotating
//! the master key rewraps the tenants' keys and touches no text. Destroying a member's key leaves
//! every text about them unreadable, in the log and out of it.
//!
//! Keys are loaded once per batch, in one query, and cached; a destroyed key can therefore still open
//! texts on other instances for up to [`CACHED_FOR`], while appends check inside their transaction.

mod master;
mod seal;
mod table;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use holdfast_domain::{Clock, SubjectId, TenantId, Timestamp};
use uuid::Uuid;

use crate::error::StoreError;
use crate::fingerprint::Fingerprinter;

pub use master::MasterKey;
use seal::fill_random;
pub(crate) use seal::{NONCE, aad, derive, open, seal};
pub(crate) use table::{DbKeyTable, KeyRow, KeyTable, insert_keys};

/// How long a member's key is used without asking the database again.
pub(crate) const CACHED_FOR: Duration = Duration::from_mins(1);
const CACHED_AT_MOST: usize = 200_000;
const TENANT: Uuid = Uuid::nil();

/// A key of 32 bytes; prints as stars.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) [u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Key {
    fn random() -> Self {
        let mut bytes = [0; 32];
        fill_random(&mut bytes);
        Self(bytes)
    }
}

/// What a tenant's key gives.
#[derive(Debug, Clone)]
pub(crate) struct TenantKeys {
    /// Makes fingerprints.
    pub(crate) fingerprinter: Fingerprinter,
    /// Seals texts that belong to nobody.
    pub(crate) seal: Key,
    wrap: Key,
}

/// A member's key, as far as there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubjectKey {
    /// Seals and opens.
    Live {
        /// Which, from 1.
        generation: u32,
        /// The key.
        key: Key,
    },
    /// Destroyed: the member was erased.
    Destroyed,
    /// Never made.
    Missing,
}

struct Cached {
    key: SubjectKey,
    at: Timestamp,
}

/// All keys, by tenant and member.
pub(crate) struct Keys {
    master: RwLock<MasterKey>,
    table: Arc<dyn KeyTable>,
    clock: Arc<dyn Clock>,
    tenants: RwLock<HashMap<TenantId, TenantKeys>>,
    subjects: RwLock<HashMap<(TenantId, SubjectId), Cached>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(***)")
    }
}

impl Keys {
    pub(crate) fn new(master: MasterKey, table: Arc<dyn KeyTable>, clock: Arc<dyn Clock>) -> Self {
        Self {
            master: RwLock::new(master),
            table,
            clock,
            tenants: RwLock::default(),
            subjects: RwLock::default(),
        }
    }

    /// A tenant's keys; made at the first call ever for that tenant.
    pub(crate) async fn tenant(&self, tenant: &TenantId) -> Result<TenantKeys, StoreError> {
        if let Some(keys) = read(&self.tenants).get(tenant) {
            return Ok(keys.clone());
        }
        let key = match self.load_tenant(tenant).await? {
            Some(key) => key,
            None => self.make_tenant(tenant).await?,
        };
        let keys = TenantKeys {
            fingerprinter: Fingerprinter::new(&derive(&key, "fingerprint").0),
            seal: derive(&key, "seal"),
            wrap: derive(&key, "wrap"),
        };
        write(&self.tenants).insert(tenant.clone(), keys.clone());
        Ok(keys)
    }

    async fn load_tenant(&self, tenant: &TenantId) -> Result<Option<Key>, StoreError> {
        let rows = self.table.load(tenant, &[TENANT]).await?;
        let Some(row) = rows.into_iter().max_by_key(|row| row.generation) else {
            return Ok(None);
        };
        read(&self.master).unwrap_tenant(&row).map(Some)
    }

    async fn make_tenant(&self, tenant: &TenantId) -> Result<Key, StoreError> {
        let row = read(&self.master).wrap_tenant(tenant, 1, &Key::random());
        self.table.insert_missing(vec![row]).await?;
        // Another instance may have been first; the stored one counts.
        self.load_tenant(tenant)
            .await?
            .ok_or_else(|| StoreError::corrupt("a tenant's key vanished"))
    }

    /// Whether the master key opens what is stored.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        let rows = self.table.tenant_rows().await?;
        let master = read(&self.master);
        rows.iter()
            .try_for_each(|row| master.unwrap_tenant(row).map(drop))
    }

    /// Members' keys: one query for those that are not cached.
    pub(crate) async fn subjects(
        &self,
        tenant: &TenantId,
        subjects: impl IntoIterator<Item = SubjectId>,
    ) -> Result<HashMap<SubjectId, SubjectKey>, StoreError> {
        let (mut known, wanted) = self.cached(tenant, subjects);
        if wanted.is_empty() {
            return Ok(known);
        }
        let tenant_keys = self.tenant(tenant).await?;
        let owners: Vec<Uuid> = wanted.iter().map(SubjectId::as_uuid).collect();
        let rows = self.table.load(tenant, &owners).await?;
        let mut found: HashMap<SubjectId, KeyRow> = HashMap::with_capacity(rows.len());
        for row in rows {
            let newest = found
                .entry(SubjectId::from(row.owner))
                .or_insert_with(|| row.clone());
            if row.generation > newest.generation {
                *newest = row;
            }
        }
        for subject in wanted {
            let key = match found.get(&subject) {
                Some(row) => unwrap_subject(&tenant_keys, row)?,
                None => SubjectKey::Missing,
            };
            known.insert(subject, key);
        }
        self.remember(tenant, known.iter().map(|(subject, key)| (*subject, *key)));
        Ok(known)
    }

    fn cached(
        &self,
        tenant: &TenantId,
        subjects: impl IntoIterator<Item = SubjectId>,
    ) -> (HashMap<SubjectId, SubjectKey>, Vec<SubjectId>) {
        let oldest = self.clock.now() - CACHED_FOR;
        let cache = read(&self.subjects);
        let (mut known, mut wanted) = (HashMap::new(), Vec::new());
        for subject in subjects {
            match cache.get(&(tenant.clone(), subject)) {
                Some(cached) if cached.at >= oldest => {
                    known.insert(subject, cached.key);
                }
                _ => wanted.push(subject),
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        (known, wanted)
    }

    /// Keys that an append has made durable, or loaded.
    pub(crate) fn remember(
        &self,
        tenant: &TenantId,
        keys: impl IntoIterator<Item = (SubjectId, SubjectKey)>,
    ) {
        let at = self.clock.now();
        let mut cache = write(&self.subjects);
        if cache.len() > CACHED_AT_MOST {
            cache.clear();
        }
        for (subject, key) in keys {
            if key != SubjectKey::Missing {
                cache.insert((tenant.clone(), subject), Cached { key, at });
            }
        }
    }

    /// A fresh key for a member, to be written with the append that names them first.
    pub(crate) fn make_subject(
        tenant: &TenantId,
        keys: &TenantKeys,
        subject: SubjectId,
    ) -> (KeyRow, SubjectKey) {
        let key = Key::random();
        let wrapped = seal(&keys.wrap, &wrap_aad(tenant, subject, 1), &key.0);
        let row = KeyRow {
            tenant: tenant.clone(),
            owner: subject.as_uuid(),
            generation: 1,
            wrapped: Some(wrapped),
            wrapped_by: "tenant".to_owned(),
        };
        (row, SubjectKey::Live { generation: 1, key })
    }

    /// Writes keys for members who have none, and answers those that count: another instance may have
    /// been first.
    pub(crate) async fn make_missing(
        &self,
        tenant: &TenantId,
        rows: Vec<KeyRow>,
    ) -> Result<HashMap<SubjectId, SubjectKey>, StoreError> {
        let subjects: Vec<SubjectId> = rows.iter().map(|row| SubjectId::from(row.owner)).collect();
        self.table.insert_missing(rows).await?;
        self.subjects(tenant, subjects).await
    }

    /// Forgets members' keys, as an append that destroys them does.
    pub(crate) fn forget(&self, tenant: &TenantId, subjects: &[SubjectId]) {
        let mut cache = write(&self.subjects);
        for subject in subjects {
            cache.remove(&(tenant.clone(), *subject));
        }
    }

    /// Wraps all tenants' keys with another master key, in one transaction, and answers how many.
    pub(crate) async fn rotate(&self, new: MasterKey) -> Result<usize, StoreError> {
        let rows = self.table.tenant_rows().await?;
        let rewrapped = {
            let old = read(&self.master);
            let rewrap = |row: &KeyRow| {
                old.unwrap_tenant(row)
                    .map(|key| new.wrap_tenant(&row.tenant, row.generation, &key))
            };
            rows.iter().map(rewrap).collect::<Result<Vec<_>, _>>()?
        };
        let count = rewrapped.len();
        self.table.rewrap(rewrapped).await?;
        *write(&self.master) = new;
        Ok(count)
    }
}

fn unwrap_subject(keys: &TenantKeys, row: &KeyRow) -> Result<SubjectKey, StoreError> {
    let Some(wrapped) = &row.wrapped else {
        return Ok(SubjectKey::Destroyed);
    };
    let subject = SubjectId::from(row.owner);
    let plain = open(
        &keys.wrap,
        &wrap_aad(&row.tenant, subject, row.generation),
        wrapped,
    );
    let key = plain.and_then(|plain| <[u8; 32]>::try_from(plain).ok());
    let key = key.ok_or_else(|| {
        StoreError::corrupt(format!("the key of subject {subject} does not open"))
    })?;
    Ok(SubjectKey::Live {
        generation: row.generation,
        key: Key(key),
    })
}

fn wrap_aad(tenant: &TenantId, subject: SubjectId, generation: u32) -> Vec<u8> {
    aad(
        "key",
        &[
            tenant.as_str().as_bytes(),
            subject.as_uuid().as_bytes(),
            &generation.to_be_bytes(),
        ],
    )
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
