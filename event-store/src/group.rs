//! A group of appends in one transaction.
//!
//! Locks the head of the log, loads what the group depends on in a few statements, lets each unit
//! check its conditions in turn, and writes what was admitted with one statement per table.

mod load;
mod outbox;
mod write;

use holdfast_domain::{Clock, Position, StreamVersion, Timestamp};

use crate::error::{AppendError, StoreError};
use crate::ports::Appended;
use crate::prepare::Unit;
use crate::sql::{Db, Dialect, Tx};

pub(crate) use load::lock_head;
pub(crate) use outbox::message_of;
pub(crate) use write::about;

/// What became of each unit, and how far the log goes now.
pub(crate) struct GroupOutcome {
    pub(crate) outcomes: Vec<Result<Appended, AppendError>>,
    pub(crate) events: u64,
}

/// The end of the log.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) next_position: u64,
    pub(crate) chain: [u8; 32],
    pub(crate) recorded_at: Timestamp,
    pub(crate) next_message: u64,
}

/// Writes what can be written of `units`. An error means that nothing was written, or, when the
/// commit itself failed, that it is not known.
pub(crate) async fn write_group(
    db: &Db,
    clock: &dyn Clock,
    units: &[Unit],
) -> Result<GroupOutcome, StoreError> {
    let mut tx = db.begin().await?;
    let mut head = lock_head(&mut tx).await?;
    head.recorded_at = head.recorded_at.max(clock.now());
    let mut ledger = load::ledger(&mut tx, units).await?;
    let mut rows = write::Rows::default();
    let mut outcomes = Vec::with_capacity(units.len());
    for unit in units {
        outcomes.push(ledger.admit(unit).map(|versions| {
            let first = head.next_position;
            rows.take(unit, &versions, &mut head);
            appended(unit, &versions, first, &head)
        }));
    }
    if outcomes.iter().any(Result::is_ok) {
        rows.write(&mut tx, &head).await?;
        tx.commit().await?;
    }
    Ok(GroupOutcome {
        outcomes,
        events: head.next_position,
    })
}

fn appended(unit: &Unit, versions: &[u64], first: u64, head: &Head) -> Appended {
    let after = |version: &u64, events: usize| StreamVersion(version + events as u64);
    Appended {
        positions: (head.next_position > first)
            .then(|| (Position(first), Position(head.next_position - 1))),
        recorded_at: head.recorded_at,
        versions: unit
            .streams
            .iter()
            .zip(versions)
            .map(|(stream, version)| (stream.stream.clone(), after(version, stream.events.len())))
            .collect(),
    }
}

/// Locks a row on PostgreSQL; SQLite's writing transaction holds the whole file already.
pub(crate) const fn for_update(tx: &Tx) -> &'static str {
    match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE",
    }
}
