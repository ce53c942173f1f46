//! Named places where a test kills the process, to see that nothing is lost.
//!
//! Only a build with debug assertions has them: the variable means nothing to a released Holdfast.

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
/// Reads the variable once, and in a released build never. Aborting runs no destructors, like a
/// `SIGKILL`.
pub fn crash_at(point: CrashPoint) {
    static WANTED: OnceLock<Option<String>> = OnceLock::new();
    let asked = || std::env::var("HOLDFAST_CRASH_AT").ok();
    let wanted = WANTED.get_or_init(|| place(cfg!(debug_assertions), asked));
    if wanted.as_deref() == Some(point.as_str()) {
        std::process::abort();
    }
}

/// The place asked for, where the build has any.
fn place(for_tests: bool, asked: impl FnOnce() -> Option<String>) -> Option<String> {
    for_tests.then(asked).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_released_build_does_not_even_ask_where_to_die() {
        assert_eq!(place(false, || panic!("asked")), None);
        let mid_relay = || Some("mid_relay".to_owned());
        assert_eq!(place(true, mid_relay), mid_relay());
    }
}
