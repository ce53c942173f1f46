//! Who of several instances does what only one may do.

use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::Timestamp;

use crate::error::StoreError;

/// Named leases with an epoch that grows with every change of hands. Names: `timers`,
/// `relay/<shard>`, `projector/<name>`.
#[async_trait]
pub trait Leadership: Send + Sync {
    /// Takes the lease for `holder` until `now + length` if it is free, ended, or the holder's own
    /// already (which renews it under the same epoch). `None` while somebody else holds it. `holder`
    /// names one start of one process: a restarted one is somebody else.
    async fn acquire(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError>;

    /// Gives a lease back before its end. No error where it has passed on.
    async fn release(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Whether the lease is still the caller's: nobody took it since.
    async fn is_held(&self, lease: &Lease) -> Result<bool, StoreError>;
}

/// A lease held.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Which.
    pub name: String,
    /// By whom.
    pub holder: String,
    /// Which change of hands; what is done under an older one is refused.
    pub epoch: u64,
    /// Until when, by the clock of whoever took it.
    pub until: Timestamp,
}
