//! Section `[store]` of the configuration.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where and how the store keeps things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite:<file>`, `postgres://user@host:port/database`, or `memory` (tests and trials only:
    /// nothing outlives the process).
    pub url: String,
    /// File with the master key: 32 random bytes. Made with mode 0600 at the first start where
    /// `create_master_key` allows it; keep a copy apart from the database's backups, since without
    /// it nothing sealed opens.
    pub master_key_file: PathBuf,
    /// Whether a missing master key is made at the first start. Switch it off in production, where a
    /// missing key is a mistake.
    pub create_master_key: bool,
    /// How long appends wait for company before they are written together, in milliseconds.
    pub group_wait_ms: u64,
    /// How many events (and rows beside them) are written together at most.
    pub group_limit: usize,
    /// Connections for reading, at most.
    pub read_connections: u32,
    /// How long a read or write waits for the database before it counts as unavailable, in seconds.
    pub timeout_secs: u64,
    /// PostgreSQL: the schema to work in; made where it is missing.
    pub schema: Option<String>,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: "sqlite:holdfast.db".to_owned(),
            master_key_file: PathBuf::from("holdfast.master-key"),
            create_master_key: true,
            group_wait_ms: 2,
            group_limit: 4_000,
            read_connections: 8,
            timeout_secs: 10,
            schema: None,
        }
    }
}

impl StoreConfig {
    /// How long appends wait for company.
    pub const fn group_wait(&self) -> Duration {
        Duration::from_millis(self.group_wait_ms)
    }

    /// How long to wait for the database.
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_secs)
    }
}
