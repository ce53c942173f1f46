//! Stops all writing once the disk itself has failed.
//!
//! After a failed `fsync` the system may have dropped the pages and forget about it, so that the next
//! one reports success for data that is gone. Whoever writes on builds on sand: the process ends, and
//! the next start reads what is really there.

use tokio::sync::watch;
use tracing::error;

use crate::error::StoreError;

/// Whether the disk has failed. Shared by all transactions of a store.
#[derive(Debug, Clone)]
pub(crate) struct Disk(watch::Sender<bool>);

impl Default for Disk {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Disk {
    /// Refuses once the disk has failed.
    pub(crate) fn must_be_well(&self) -> Result<(), StoreError> {
        if *self.0.borrow() {
            return Err(StoreError::DiskFailed);
        }
        Ok(())
    }

    /// Passes an outcome on, and remembers a failure of the disk.
    pub(crate) fn watch<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(failure) = &outcome
            && is_disk_failure(failure)
            && !self.0.send_replace(true)
        {
            error!(
                error = %failure,
                "the disk failed while writing; nothing more is written until Holdfast is started again"
            );
        }
        outcome
    }

    /// Returns once the disk has failed.
    pub(crate) async fn failed(&self) {
        // The sender lives as long as this handle, so waiting ends with the failure alone.
        let _ = self.0.subscribe().wait_for(|failed| *failed).await;
    }
}

/// Whether the disk itself failed.
pub(crate) fn is_disk_failure(error: &StoreError) -> bool {
    let StoreError::Unavailable(cause) = error else {
        return matches!(error, StoreError::DiskFailed);
    };
    let Some(sqlx::Error::Database(database)) = cause.downcast_ref::<sqlx::Error>() else {
        return false;
    };
    let code = database.code().unwrap_or_default();
    // SQLite: primary code 10 (I/O error), 11 (malformed), 26 (no database). PostgreSQL: class 58
    // (system error) and XX001 (data corrupted).
    let sqlite = code
        .parse::<i64>()
        .is_ok_and(|code| matches!(code & 0xff, 10 | 11 | 26) && code < 0x10000);
    sqlite && code.len() < 5 || code.starts_with("58") && code.len() == 5 || code == "XX001"
}
