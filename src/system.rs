//! The real clock and real ids. The only place in Holdfast that reads the machine's.

use std::sync::Arc;

use holdfast_domain::{Clock, IdSource, Timestamp};
use uuid::Uuid;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is handed"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.map_or(0, |since| {
            i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
        });
        Timestamp::from_micros(micros)
    }
}

/// Ids that sort by time: `UUIDv7`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeOrderedIds;

impl IdSource for TimeOrderedIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the source that everything else is handed"
    )]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// The real clock, shared.
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The real ids, shared.
pub fn ids() -> Arc<dyn IdSource> {
    Arc::new(TimeOrderedIds)
}
