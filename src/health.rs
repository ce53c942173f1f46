//! Whether Holdfast lives, is ready, and could reach a person at this moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use holdfast_domain::{Clock, Timestamp};

/// How long a loop may be silent before it counts as stuck.
const SILENT: Duration = Duration::from_mins(1);

/// What the loops say of themselves.
pub struct Health {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When each loop last said that it is well.
    beats: BTreeMap<&'static str, Timestamp>,
    /// What is wrong on the way from a post to a person, by what found it.
    faults: BTreeMap<&'static str, String>,
    stopped: bool,
}

impl Health {
    /// Nothing has said anything yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    /// A loop is well.
    pub fn beat(&self, name: &'static str) {
        let now = self.clock.now();
        self.with(|state| state.beats.insert(name, now));
    }

    /// Something on the way to a person is wrong. Holds no content.
    pub fn fault(&self, name: &'static str, what: impl Into<String>) {
        let what = what.into();
        self.with(|state| state.faults.insert(name, what));
    }

    /// What a regular look found: wrong where it says so, right again where it says nothing. Holds no
    /// content.
    pub fn found(&self, name: &'static str, what: &[String]) {
        if what.is_empty() {
            self.mended(name);
        } else {
            self.fault(name, what.join("; "));
        }
    }

    /// It is right again.
    pub fn mended(&self, name: &'static str) {
        self.with(|state| state.faults.remove(name));
    }

    /// The process is on its way out.
    pub fn stopped(&self) {
        self.with(|state| state.stopped = true);
    }

    /// Whether the process is on its way out.
    pub fn is_stopped(&self) -> bool {
        self.with(|state| state.stopped)
    }

    /// What keeps a post from reaching a person at this moment; empty when all is well.
    pub fn crisis_path(&self) -> Vec<String> {
        let now = self.clock.now();
        self.with(|state| {
            let silent = state
                .beats
                .iter()
                .filter(|(_, at)| now.since(**at) > SILENT);
            let silent = silent.map(|(name, at)| {
                format!("{name} has been silent for {} s", now.since(*at).as_secs())
            });
            let faults = state
                .faults
                .iter()
                .map(|(name, what)| format!("{name}: {what}"));
            faults.chain(silent).collect()
        })
    }

    fn with<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        f(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::testing::{ManualClock, T0};

    use super::*;

    #[test]
    fn a_loop_that_falls_silent_breaks_the_crisis_path() {
        let clock = Arc::new(ManualClock::at(T0));
        let health = Health::new(clock.clone());
        health.beat("relay");
        assert!(health.crisis_path().is_empty());
        clock.advance(Duration::from_secs(61));
        assert_eq!(health.crisis_path(), ["relay has been silent for 61 s"]);
    }

    #[test]
    fn a_fault_stands_until_it_is_mended() {
        let health = Health::new(Arc::new(ManualClock::at(T0)));
        health.fault("kafka", "partition holdfast.posts.v1/0 is stopped");
        assert_eq!(health.crisis_path().len(), 1);
        health.mended("kafka");
        assert!(health.crisis_path().is_empty());
    }
}
