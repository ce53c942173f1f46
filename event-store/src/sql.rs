//! One way of talking to both databases.
//!
//! Statements stand beside the functions that run them and are written once: `$1` is a value,
//! `IN ($2)` a list, and a bare `$3` for [`Value::Rows`] a `VALUES` list. [`render`](mod@render) is the one place
//! that knows how SQLite and PostgreSQL differ.

mod disk;
mod render;
mod value;

use crate::error::StoreError;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;

pub(crate) use disk::{Disk, is_disk_failure};
pub(crate) use render::{Bound, Dialect, render};
pub(crate) use value::{Cell, Row, Value, values};

/// A database: reads from a pool, writes in transactions. Writes nothing once the disk has failed.
#[derive(Debug, Clone)]
pub(crate) struct Db {
    engine: Engine,
    disk: Disk,
}

/// Which database it is.
#[derive(Debug, Clone)]
pub(crate) enum Engine {
    /// SQLite: one writing connection, several reading.
    Sqlite(Sqlite),
    /// PostgreSQL.
    Postgres(Postgres),
}

impl Db {
    /// A database whose disk is well.
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            disk: Disk::default(),
        }
    }

    /// What is known of the disk.
    pub(crate) const fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Runs one reading statement.
    pub(crate) async fn query(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let (sql, bound) = render(self.dialect(), sql, values);
        match &self.engine {
            Engine::Sqlite(db) => db.query(sql, bound).await,
            Engine::Postgres(db) => db.query(sql, bound).await,
        }
    }

    /// Runs one reading statement that gives one row or none.
    pub(crate) async fn query_one(
        &self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values).await?.into_iter().next())
    }

    /// Begins a writing transaction; dropping it takes everything back. Refused after the disk failed.
    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        self.disk.must_be_well()?;
        let begun = match &self.engine {
            Engine::Sqlite(db) => db.begin().await.map(Open::Sqlite),
            Engine::Postgres(db) => db.begin().await.map(Open::Postgres),
        };
        Ok(Tx {
            open: self.disk.watch(begun)?,
            disk: self.disk.clone(),
        })
    }

    /// Runs one writing statement in a transaction of its own, and answers how many rows it touched.
    pub(crate) async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let touched = tx.execute(sql, values).await?;
        tx.commit().await?;
        Ok(touched)
    }

    /// Which database it is.
    pub(crate) const fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(db) => db.close().await,
            Engine::Postgres(db) => db.close().await,
        }
    }
}

/// A writing transaction.
pub(crate) struct Tx {
    open: Open,
    disk: Disk,
}

enum Open {
    /// On SQLite, begun with `BEGIN IMMEDIATE`.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl Tx {
    /// Runs a statement and answers how many rows it touched.
    pub(crate) async fn execute(
        &mut self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<u64, StoreError> {
        let (sql, bound) = render(self.dialect(), sql, values);
        let outcome = match &mut self.open {
            Open::Sqlite(tx) => crate::sqlite::execute(tx, sql, bound).await,
            Open::Postgres(tx) => crate::postgres::execute(tx, sql, bound).await,
        };
        self.disk.watch(outcome)
    }

    /// Runs a statement that gives rows.
    pub(crate) async fn query(
        &mut self,
        sql: &str,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        let (sql, bound) = render(self.dialect(), sql, values);
        let outcome = match &mut self.open {
            Open::Sqlite(tx) => crate::sqlite::query(tx, sql, bound).await,
            Open::Postgres(tx) => crate::postgres::query(tx, sql, bound).await,
        };
        self.disk.watch(outcome)
    }

    /// Inserts rows, in as few statements as the database takes; `$1` stands for them.
    pub(crate) async fn insert(
        &mut self,
        sql: &str,
        mut rows: Vec<Vec<Value>>,
    ) -> Result<(), StoreError> {
        while !rows.is_empty() {
            let rest = rows.split_off(self.dialect().rows_at_once(&rows));
            self.execute(sql, vec![Value::Rows(rows)]).await?;
            rows = rest;
        }
        Ok(())
    }

    /// Runs several statements without values, as migrations do.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match &mut self.open {
            Open::Sqlite(tx) => crate::sqlite::script(tx, sql).await,
            Open::Postgres(tx) => crate::postgres::script(tx, sql).await,
        }
    }

    /// Makes everything durable. Refused after the disk failed under another transaction.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.disk.must_be_well()?;
        let outcome = match self.open {
            Open::Sqlite(tx) => tx.commit().await.map_err(failed),
            Open::Postgres(tx) => tx.commit().await.map_err(failed),
        };
        self.disk.watch(outcome)
    }

    /// Which database it is.
    pub(crate) const fn dialect(&self) -> Dialect {
        match self.open {
            Open::Sqlite(_) => Dialect::Sqlite,
            Open::Postgres(_) => Dialect::Postgres,
        }
    }
}

/// What a driver's error means.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::ColumnIndexOutOfBounds { .. } => StoreError::corrupt(error.to_string()),
        // A broken constraint or statement would fail the same way again.
        sqlx::Error::Database(database) if is_broken_statement(database.as_ref()) => {
            StoreError::corrupt(format!(
                "{}: {}",
                database.code().unwrap_or_default(),
                database.message()
            ))
        }
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

fn is_broken_statement(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = error.code().unwrap_or_default();
    // PostgreSQL: 22 data exception, 23 constraint, 42 syntax. SQLite: 1 error, 19 constraint.
    matches!(error.kind(), sqlx::error::ErrorKind::Other)
        && (code == "1" || code.starts_with("42") || code.starts_with("22"))
        || !matches!(error.kind(), sqlx::error::ErrorKind::Other)
}
