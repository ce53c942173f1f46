//! PostgreSQL, version 15 or later.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgRow, PgValueRef};
use sqlx::{AssertSqlSafe, PgPool, Row as _, TypeInfo as _, ValueRef as _};

use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::sql::{Bound, Cell, Row, failed};

const OLDEST_SERVER: i64 = 150_000;

/// A PostgreSQL database.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Connects, and checks that a commit there means "on disk".
    pub(crate) async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let mut options = PgConnectOptions::from_str(&config.url)
            .map_err(|_| {
                StoreError::Setup(
                    "store.url is no PostgreSQL address; write postgres://user@host:5432/database"
                        .to_owned(),
                )
            })?
            .application_name("holdfast")
            .options([
                // Some poolers and roles switch it off; then a commit would not survive a crash.
                ("synchronous_commit", "on".to_owned()),
                (
                    "statement_timeout",
                    (config.timeout_secs * 3_000).to_string(),
                ),
                (
                    "idle_in_transaction_session_timeout",
                    (config.timeout_secs * 3_000).to_string(),
                ),
            ]);
        if let Some(schema) = &config.schema {
            make_schema(&options, schema).await?;
            options = options.options([("search_path", schema.as_str())]);
        }
        let pool = PgPoolOptions::new()
            .max_connections(config.read_connections.max(2) + 2)
            .acquire_timeout(config.timeout())
            .connect_with(options)
            .await
            .map_err(failed)?;
        let db = Self { pool };
        db.check_server().await?;
        Ok(db)
    }

    async fn check_server(&self) -> Result<(), StoreError> {
        let sql = "SELECT current_setting('server_version_num'), current_setting('synchronous_commit'), current_setting('fsync')";
        let mut rows = self.query(sql.to_owned(), Vec::new()).await?;
        let Some(row) = rows.first_mut() else {
            return Err(StoreError::corrupt("PostgreSQL does not tell its settings"));
        };
        let (version, commit, fsync) = (row.text(0)?, row.text(1)?, row.text(2)?);
        if version.parse::<i64>().unwrap_or(0) < OLDEST_SERVER {
            return Err(StoreError::Setup(format!(
                "PostgreSQL has version {version}; 15 or later is needed"
            )));
        }
        if commit == "off" || fsync == "off" {
            return Err(StoreError::Setup(
                "PostgreSQL does not wait for the disk: switch synchronous_commit and fsync on"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    pub(crate) async fn begin(
        &self,
    ) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, StoreError> {
        self.pool.begin().await.map_err(failed)
    }

    pub(crate) async fn query(
        &self,
        sql: String,
        bound: Vec<Bound>,
    ) -> Result<Vec<Row>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        query(&mut connection, sql, bound).await
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

async fn make_schema(options: &PgConnectOptions, schema: &str) -> Result<(), StoreError> {
    use sqlx::ConnectOptions as _;
    let is_name = !schema.is_empty()
        && schema.len() < 60
        && schema
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_name {
        return Err(StoreError::Setup(
            "store.schema takes lowercase letters, digits and '_'".to_owned(),
        ));
    }
    let mut connection = options.clone().connect().await.map_err(failed)?;
    // Two instances may make it at the same time, and `IF NOT EXISTS` alone can still collide.
    // Statements of one script are one transaction: the lock is held until the schema is there.
    let sql =
        format!("SELECT pg_advisory_xact_lock(4845321); CREATE SCHEMA IF NOT EXISTS {schema}");
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .map(drop)
        .map_err(failed)
}

/// Runs a statement that gives rows.
pub(crate) async fn query(
    connection: &mut PgConnection,
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
    connection: &mut PgConnection,
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
    connection: &mut PgConnection,
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
) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in bound {
        query = match value {
            Bound::Int(value) => query.bind(value),
            Bound::Text(value) => query.bind(value),
            Bound::Bytes(value) => query.bind(value),
            Bound::Ints(values) => query.bind(values),
            Bound::Texts(values) => query.bind(values),
            Bound::ByteArrays(values) => query.bind(values),
        };
    }
    query
}

fn row(row: &PgRow) -> Result<Row, StoreError> {
    (0..row.len())
        .map(|place| cell(row, place))
        .collect::<Result<_, _>>()
        .map(Row)
        .map_err(failed)
}

fn cell(row: &PgRow, place: usize) -> Result<Cell, sqlx::Error> {
    let raw = row.try_get_raw(place)?;
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    let kind = raw.type_info().name().to_owned();
    let cell = match kind.as_str() {
        "INT8" => decode::<i64>(raw).map(Cell::Int),
        "INT4" => decode::<i32>(raw).map(|value| Cell::Int(value.into())),
        "BYTEA" => decode::<Vec<u8>>(raw).map(Cell::Bytes),
        _ => decode::<String>(raw).map(Cell::Text),
    };
    cell.map_err(sqlx::Error::Decode)
}

fn decode<'r, T: sqlx::Decode<'r, sqlx::Postgres>>(
    raw: PgValueRef<'r>,
) -> Result<T, sqlx::error::BoxDynError> {
    T::decode(raw)
}
