//! SQLite: one writing connection, several that only read.

use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous, SqliteValueRef,
};
use sqlx::{AssertSqlSafe, Row as _, SqlitePool, TypeInfo as _, ValueRef as _};

use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::sql::{Bound, Cell, Row, failed};

/// The oldest library without the bug that could lose the write-ahead log's tail on a reset.
const OLDEST_LIBRARY: (u32, u32, u32) = (3, 51, 3);

/// An SQLite file.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens (or makes) the file.
    pub(crate) async fn open(config: &StoreConfig, file: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(config.timeout())
            .foreign_keys(true)
            .pragma("secure_delete", "ON")
            .statement_cache_capacity(256);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(config.timeout() + Duration::from_secs(20))
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(config.read_connections.max(1))
            .acquire_timeout(config.timeout())
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(failed)?;
        let db = Self { writer, readers };
        db.check_library().await?;
        Ok(db)
    }

    async fn check_library(&self) -> Result<(), StoreError> {
        let mut rows = self
            .query("SELECT sqlite_version()".to_owned(), Vec::new())
            .await?;
        let version = rows
            .first_mut()
            .map_or(Ok(String::new()), |row| row.text(0))?;
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        let found = (
            parts.next().unwrap_or(0),
            parts.next().unwrap_or(0),
            parts.next().unwrap_or(0),
        );
        if found >= OLDEST_LIBRARY {
            return Ok(());
        }
        Err(StoreError::Setup(format!(
            "the SQLite library is version {version}; use 3.51.3 or later, which does not lose the tail of the log"
        )))
    }

    pub(crate) async fn begin(
        &self,
    ) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, StoreError> {
        self.writer
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed)
    }

    pub(crate) async fn query(
        &self,
        sql: String,
        bound: Vec<Bound>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut connection = self.readers.acquire().await.map_err(failed)?;
        query(&mut connection, sql, bound).await
    }

    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Runs a statement that gives rows.
pub(crate) async fn query(
    connection: &mut SqliteConnection,
    sql: String,
    bound: Vec<Bound>,
) -> Result<Vec<Row>, StoreError> {
    let rows = statement(sql, bound)
        .fetch_all(connection)
        .await
        .map_err(failed)?;
    rows.iter().map(row).collect()
}

/// Runs a statement and answers how many rows it touched.
pub(crate) async fn execute(
    connection: &mut SqliteConnection,
    sql: String,
    bound: Vec<Bound>,
) -> Result<u64, StoreError> {
    statement(sql, bound)
        .execute(connection)
        .await
        .map(|done| done.rows_affected())
        .map_err(failed)
}

/// Runs several statements.
pub(crate) async fn script(
    connection: &mut SqliteConnection,
    sql: &'static str,
) -> Result<(), StoreError> {
    sqlx::raw_sql(sql)
        .execute(connection)
        .await
        .map(drop)
        .map_err(failed)
}

fn statement<'q>(
    sql: String,
    bound: Vec<Bound>,
) -> sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in bound {
        query = match value {
            Bound::Int(value) => query.bind(value),
            Bound::Text(value) => query.bind(value),
            Bound::Bytes(value) => query.bind(value),
            Bound::Ints(_) | Bound::Texts(_) | Bound::ByteArrays(_) => {
                unreachable!("arrays are bound on PostgreSQL alone")
            }
        };
    }
    query
}

fn row(row: &SqliteRow) -> Result<Row, StoreError> {
    (0..row.len())
        .map(|place| cell(row, place))
        .collect::<Result<_, _>>()
        .map(Row)
        .map_err(failed)
}

fn cell(row: &SqliteRow, place: usize) -> Result<Cell, sqlx::Error> {
    let raw = row.try_get_raw(place)?;
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    let kind = raw.type_info().name().to_owned();
    let cell = match kind.as_str() {
        "TEXT" => decode::<String>(raw).map(Cell::Text),
        "BLOB" => decode::<Vec<u8>>(raw).map(Cell::Bytes),
        _ => decode::<i64>(raw).map(Cell::Int),
    };
    cell.map_err(sqlx::Error::Decode)
}

fn decode<'r, T: sqlx::Decode<'r, sqlx::Sqlite>>(
    raw: SqliteValueRef<'r>,
) -> Result<T, sqlx::error::BoxDynError> {
    T::decode(raw)
}
