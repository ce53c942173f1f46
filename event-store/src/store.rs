//! The store on SQLite and PostgreSQL.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use holdfast_domain::{Clock, TenantId};

use crate::appender::{Appender, AppenderTask};
use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::keys::{DbKeyTable, Keys, MasterKey};
use crate::memory::MemoryStore;
use crate::migrate::migrate;
use crate::ports::{
    Accounts, Content, Control, EventLog, Intake, Leadership, Outbox, Pending, Projections,
    QueueViews,
};
use crate::postgres::Postgres;
use crate::sql::{Db, Engine};
use crate::sqlite::Sqlite;

/// Everything that can be asked of a store, as one object: what [`connect`] gives.
pub trait AnyStore:
    EventLog
    + Intake
    + Content
    + Pending
    + Outbox
    + Projections
    + QueueViews
    + Accounts
    + Leadership
    + Control
    + fmt::Debug
{
}

impl<T> AnyStore for T where
    T: EventLog
        + Intake
        + Content
        + Pending
        + Outbox
        + Projections
        + QueueViews
        + Accounts
        + Leadership
        + Control
        + fmt::Debug
{
}

/// Opens the store that the configuration names, brings its tables up to date, and starts its
/// appender. Must be called within a tokio runtime.
pub async fn connect(
    config: &StoreConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn AnyStore>, StoreError> {
    if config.url == "memory" {
        return Ok(Arc::new(MemoryStore::new(clock)));
    }
    Ok(Arc::new(Store::connect(config, clock).await?))
}

/// A store in a database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) keys: Arc<Keys>,
    pub(crate) appender: Appender,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({:?})", self.db.dialect())
    }
}

impl Store {
    /// Opens a store in a database; see [`connect`].
    pub async fn connect(config: &StoreConfig, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let db = open(config).await?;
        migrate(&db, clock.now()).await?;
        let master = MasterKey::load(&config.master_key_file, config.create_master_key)?;
        let keys = Arc::new(Keys::new(
            master,
            Arc::new(DbKeyTable(db.clone())),
            Arc::clone(&clock),
        ));
        // A wrong master key shows now, and not with the first post.
        keys.check().await?;
        let task = AppenderTask {
            db: db.clone(),
            clock,
            group_wait: config.group_wait(),
            group_limit: config.group_limit.max(1),
        };
        let events = crate::read::log::events(&db).await?;
        Ok(Self {
            appender: Appender::start(task, events),
            db,
            keys,
        })
    }

    /// Wraps all tenants' keys with the master key in `file` (made where it is missing), and answers
    /// how many. No text is touched. Start the instances with that file afterwards.
    pub async fn rotate_master_key(&self, file: &Path) -> Result<usize, StoreError> {
        self.keys.rotate(MasterKey::load(file, true)?).await
    }

    /// Makes the tenant's key now, so that the first append need not.
    pub async fn prepare_tenant(&self, tenant: &TenantId) -> Result<(), StoreError> {
        self.keys.tenant(tenant).await.map(drop)
    }

    /// Closes all connections; appends that wait are refused.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

async fn open(config: &StoreConfig) -> Result<Db, StoreError> {
    match config.url.split_once(':') {
        Some(("sqlite", file)) => Sqlite::open(config, file.trim_start_matches("//"))
            .await
            .map(Engine::Sqlite)
            .map(Db::new),
        Some(("postgres" | "postgresql", _)) => Postgres::open(config)
            .await
            .map(Engine::Postgres)
            .map(Db::new),
        _ => Err(StoreError::Setup(
            "store.url must be sqlite:<file>, postgres://user@host:port/database, or memory"
                .to_owned(),
        )),
    }
}
