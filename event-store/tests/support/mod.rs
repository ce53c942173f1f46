//! Fresh places for stores.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::PathBuf;

use holdfast_event_store::StoreConfig;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

/// A fresh folder, left behind for a look after a failure and emptied by the next run.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The folder of one test.
    pub(crate) fn new(kind: &str, test: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(kind)
            .join(test);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the build's folder takes files");
        Self(folder)
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// A fresh schema on the PostgreSQL that the environment names.
pub(crate) async fn postgres(test: &str) -> StoreConfig {
    let url = std::env::var("HOLDFAST_TEST_POSTGRES").expect(
        "HOLDFAST_TEST_POSTGRES is not set: run `./dev postgres start` and set it to the address printed there",
    );
    // The same in every run, so that a run clears away what the one before left for a look.
    let short: String = test.chars().take(40).collect();
    let sum = test.bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    });
    let schema = format!("t{sum}_{short}");
    let options: sqlx::postgres::PgConnectOptions =
        url.parse().expect("HOLDFAST_TEST_POSTGRES is an address");
    let mut connection = options
        .connect()
        .await
        .expect("PostgreSQL answers; try `./dev postgres start`");
    let sql = format!("DROP SCHEMA IF EXISTS {schema} CASCADE");
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("a schema can be dropped");
    connection.close().await.expect("a connection closes");
    let folder = Folder::new("postgres", test);
    StoreConfig {
        url,
        master_key_file: folder.file("master-key"),
        schema: Some(schema),
        read_connections: 4,
        ..StoreConfig::default()
    }
}
