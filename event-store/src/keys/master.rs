//! The master key and its file.

use std::fmt;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use holdfast_domain::TenantId;
use sha2::{Digest as _, Sha256};

use super::{Key, KeyRow, TENANT, aad, open, seal};
use crate::error::StoreError;
use crate::fingerprint::hex;

/// The key that wraps all others. Lives in a file, never in the database.
#[derive(Clone)]
pub struct MasterKey {
    key: Key,
    id: String,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

impl MasterKey {
    /// The master key of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new()
            .chain_update(b"holdfast master key id")
            .chain_update(bytes)
            .finalize();
        Self {
            key: Key(bytes),
            id: hex(&digest[..8]),
        }
    }

    /// Names the key without telling it: 16 hex digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Reads the file, or makes it (readable by its owner alone) where `create` allows.
    pub fn load(file: &Path, create: bool) -> Result<Self, StoreError> {
        match std::fs::read(file) {
            Ok(bytes) => Self::parse(file, &bytes),
            Err(error) if error.kind() == ErrorKind::NotFound && create => Self::create(file),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::Setup(format!(
                "master key file {} is missing: put the key back, or set store.create_master_key = true for a new store",
                file.display()
            ))),
            Err(error) => Err(unreadable(file, &error)),
        }
    }

    /// Makes a new key in a new file; refuses to overwrite one.
    pub fn create(file: &Path) -> Result<Self, StoreError> {
        let key = Key::random();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options
            .open(file)
            .and_then(|mut file| file.write_all(&key.0).and_then(|()| file.sync_all()));
        match written {
            Ok(()) => Ok(Self::from_bytes(key.0)),
            // Another instance starting beside us was first.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::load(file, false),
            Err(error) => Err(unreadable(file, &error)),
        }
    }

    fn parse(file: &Path, bytes: &[u8]) -> Result<Self, StoreError> {
        let key = <[u8; 32]>::try_from(bytes).map_err(|_| {
            StoreError::Setup(format!(
                "master key file {} must hold exactly 32 bytes",
                file.display()
            ))
        })?;
        Ok(Self::from_bytes(key))
    }

    /// Wraps a tenant's key.
    pub(super) fn wrap_tenant(&self, tenant: &TenantId, generation: u32, key: &Key) -> KeyRow {
        KeyRow {
            tenant: tenant.clone(),
            owner: TENANT,
            generation,
            wrapped: Some(seal(&self.key, &tenant_aad(tenant, generation), &key.0)),
            wrapped_by: self.id.clone(),
        }
    }

    /// Unwraps a tenant's key; a wrong master key is told apart from a broken row.
    pub(super) fn unwrap_tenant(&self, row: &KeyRow) -> Result<Key, StoreError> {
        if row.wrapped_by != self.id {
            return Err(StoreError::Setup(format!(
                "the store's keys are wrapped by master key {}, and the file holds {}: use that key's file",
                row.wrapped_by, self.id
            )));
        }
        let plain = row
            .wrapped
            .as_ref()
            .and_then(|wrapped| open(&self.key, &tenant_aad(&row.tenant, row.generation), wrapped));
        let key = plain.and_then(|plain| <[u8; 32]>::try_from(plain).ok());
        key.map(Key).ok_or_else(|| {
            StoreError::corrupt(format!("the key of tenant {} does not open", row.tenant))
        })
    }
}

fn tenant_aad(tenant: &TenantId, generation: u32) -> Vec<u8> {
    aad(
        "tenant key",
        &[tenant.as_str().as_bytes(), &generation.to_be_bytes()],
    )
}

fn unreadable(file: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Setup(format!(
        "master key file {} cannot be used: {error}",
        file.display()
    ))
}
