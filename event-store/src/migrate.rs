//! Brings the tables to the form that this build works with.
//!
//! Migrations are numbered files under `migrations/<database>/`, built into the binary, applied in
//! order, each once, all in one transaction that keeps a second starting instance waiting.

use holdfast_domain::Timestamp;

use crate::error::StoreError;
use crate::sql::{Db, Dialect, Tx, values};

macro_rules! migrations {
    ($($name:literal),*) => {
        const SQLITE: &[(&str, &str)] = &[$(($name, include_str!(concat!("../migrations/sqlite/", $name, ".sql")))),*];
        const POSTGRES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../migrations/postgres/", $name, ".sql")))),*];
    };
}

migrations![
    "0001_log",
    "0002_content",
    "0003_operation",
    "0004_projections",
    "0005_accounts",
    "0006_token_limits",
    "0007_parked",
    "0008_live_since",
    "0009_dead_letters",
    "0010_pending_revisions"
];

/// Applies what is missing. Refuses a database that a newer build has migrated.
pub(crate) async fn migrate(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    let (migrations, lock, table) = match tx.dialect() {
        // `BEGIN IMMEDIATE` keeps other instances out already.
        Dialect::Sqlite => (
            SQLITE,
            "SELECT 1",
            "op_migrations (name TEXT NOT NULL PRIMARY KEY, applied_at INTEGER NOT NULL)",
        ),
        Dialect::Postgres => (
            POSTGRES,
            "SELECT pg_advisory_xact_lock(4845322)",
            "op_migrations (name TEXT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)",
        ),
    };
    tx.execute(lock, Vec::new()).await?;
    tx.execute(&format!("CREATE TABLE IF NOT EXISTS {table}"), Vec::new())
        .await?;
    let applied = applied(&mut tx).await?;
    if let Some(unknown) = applied
        .iter()
        .find(|name| migrations.iter().all(|(known, _)| known != name))
    {
        return Err(StoreError::Setup(format!(
            "the database was migrated by a newer version of Holdfast ({unknown}); start that version"
        )));
    }
    for (name, sql) in migrations
        .iter()
        .filter(|(name, _)| !applied.iter().any(|done| done == name))
    {
        tx.script(sql).await?;
        tx.execute(
            "INSERT INTO op_migrations (name, applied_at) VALUES ($1, $2)",
            values![*name, now],
        )
        .await?;
    }
    tx.commit().await
}

async fn applied(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    let rows = tx
        .query("SELECT name FROM op_migrations ORDER BY name", Vec::new())
        .await?;
    rows.into_iter().map(|mut row| row.text(0)).collect()
}
