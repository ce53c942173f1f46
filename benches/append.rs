//! Durable appends, in batches, beside a bare prepared-statement loop on the same SQLite settings.
//!
//! Both write the same events' bytes, 200 a transaction, with `synchronous=FULL`. Ours also chains
//! hashes, keeps streams' versions and finds claims; the comparator does nothing but insert.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use holdfast::system;
use holdfast_domain::event::NoteAdded;
use holdfast_domain::{
    Actor, EventId, KeyOwner, ModerationEvent, NewEvent, Prose, StreamId, TenantId,
};
use holdfast_event_store::{AnyStore, Append, Expected, StoreConfig};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, Row, SqliteConnection};
use tokio::time::Instant;

const EVENTS: usize = 10_000;
const BATCH: usize = 200;
const RUNS: usize = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join(format!("holdfast-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        bare.push(rate(
            bare_loop(&folder.join(format!("bare-{run}.db"))).await?,
        ));
        ours.push(rate(appended(&folder.join(format!("ours-{run}"))).await?));
    }
    std::fs::remove_dir_all(&folder)?;
    let (ours, bare) = (median(&mut ours), median(&mut bare));
    println!(
        "{EVENTS} events of about 300 bytes, {BATCH} a transaction, SQLite, synchronous=FULL, {RUNS} runs"
    );
    println!(
        "bare prepared statements: {:>8.0} events/s (lowest {:.0}, highest {:.0})",
        bare.1, bare.0, bare.2
    );
    println!(
        "EventLog::append:         {:>8.0} events/s (lowest {:.0}, highest {:.0})",
        ours.1, ours.0, ours.2
    );
    println!(
        "ratio of medians:         {:>8.2} x (goal 0.7)",
        ours.1 / bare.1
    );
    Ok(())
}

async fn appended(folder: &Path) -> anyhow::Result<Duration> {
    std::fs::create_dir_all(folder)?;
    let store = open(folder).await?;
    let (tenant, ids) = (TenantId::default(), system::ids());
    let event = || NewEvent {
        id: EventId::fresh(ids.as_ref()),
        occurred_at: system::clock().now(),
        actor: Actor::Automation,
        causation: None,
        correlation: None,
        event: ModerationEvent::from(NoteAdded {
            note: Prose::clear(KeyOwner::Tenant, "x".repeat(60)),
        }),
    };
    let began = Instant::now();
    for _ in 0..EVENTS / BATCH {
        let events: Vec<_> = (0..BATCH).map(|_| event()).collect();
        let append =
            Append::new(tenant.clone()).with_events(StreamId::Control, Expected::Any, events);
        store.append(append).await?;
    }
    let took = began.elapsed();
    let head = store.head().await?.map_or(0, |position| position.0 + 1);
    anyhow::ensure!(head == EVENTS as u64, "{head} events stand in the log");
    Ok(took)
}

async fn open(folder: &Path) -> anyhow::Result<Arc<dyn AnyStore>> {
    let config = StoreConfig {
        url: format!("sqlite:{}", folder.join("holdfast.db").display()),
        master_key_file: folder.join("key"),
        ..StoreConfig::default()
    };
    Ok(holdfast_event_store::connect(&config, system::clock()).await?)
}

async fn bare_loop(file: &PathBuf) -> anyhow::Result<Duration> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let table =
        "CREATE TABLE events (position INTEGER PRIMARY KEY, id BLOB, stream TEXT, payload TEXT)";
    sqlx::query(table).execute(&mut connection).await?;
    let payload = "y".repeat(300);
    let began = Instant::now();
    let mut position = 0_i64;
    for _ in 0..EVENTS / BATCH {
        let mut transaction = connection.begin().await?;
        for _ in 0..BATCH {
            sqlx::query("INSERT INTO events VALUES (?, ?, ?, ?)")
                .bind(position)
                .bind(system::ids().next().as_bytes().to_vec())
                .bind("control")
                .bind(&payload)
                .execute(&mut *transaction)
                .await?;
            position += 1;
        }
        transaction.commit().await?;
    }
    let took = began.elapsed();
    let count: i64 = sqlx::query("SELECT count(*) FROM events")
        .fetch_one(&mut connection)
        .await?
        .get(0);
    anyhow::ensure!(count == EVENTS as i64, "{count} rows stand in the table");
    Ok(took)
}

fn rate(took: Duration) -> f64 {
    EVENTS as f64 / took.as_secs_f64()
}

/// Lowest, median and highest.
fn median(rates: &mut [f64]) -> (f64, f64, f64) {
    rates.sort_by(f64::total_cmp);
    (rates[0], rates[rates.len() / 2], rates[rates.len() - 1])
}
