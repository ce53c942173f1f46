//! Panics while judging say where, never what: a panic's message may quote the text it fell over.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

use tracing::error;

thread_local! {
    static JUDGING: Cell<bool> = const { Cell::new(false) };
}

static INSTALLED: Once = Once::new();

/// Puts a panic hook before the present one, once a process. Panics of other work go on to that one.
pub(super) fn install() {
    INSTALLED.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if JUDGING.get() {
                let place = info.location().map(ToString::to_string).unwrap_or_default();
                error!(panic.place = place, "classifier panicked");
            } else {
                others(info);
            }
        }));
    });
}

/// Runs `work` so that a panic inside it tells its place alone.
pub(super) fn silently<T>(work: impl FnOnce() -> T) -> T {
    let before = JUDGING.replace(true);
    let done = work();
    JUDGING.set(before);
    done
}
