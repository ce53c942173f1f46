//! Named places where a test kills the process, to see that nothing is lost.

use std::sync::OnceLock;

/// The places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrashPoint {
    /// A batch is in memory; nothing of it is recorded.
    AfterReceive,
    /// A batch is recorded; its source does not know.
    AfterAppend,
    /// The source is about to hear that a batch is done.
    BeforeOffsetCommit,
    /// A message has left; nothing says so yet.
    MidRelay,
}

impl CrashPoint {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AfterReceive => "after_receive",
            Self::AfterAppend => "after_append",
            Self::BeforeOffsetCommit => "before_offset_commit",
            Self::MidRelay => "mid_relay",
        }
    }
}

/// Aborts the process here when `HOLDFAST_CRASH_AT` names this place; does nothing otherwise.
///
/// Reads the variable once. Aborting runs no destructors, like a `SIGKILL`.
pub fn crash_at(point: CrashPoint) {
    static WANTED: OnceLock<Option<String>> = OnceLock::new();
    let wanted = WANTED.get_or_init(|| std::env::var("HOLDFAST_CRASH_AT").ok());
    if wanted.as_deref() == Some(point.as_str()) {
        std::process::abort();
    }
}
