//! Whether people could be paged at this moment, as far as this instance's relay can tell.
//!
//! Remembers of each way to a person whether the last attempt got through. Failures count until one
//! gets through; what waits or was given up stands in the store and is asked for there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use holdfast_domain::{Clock, Timestamp};

use crate::contract::Channel;
use crate::error::SendError;

/// A relay that is well turns at least every second.
const SILENT: Duration = Duration::from_secs(30);

/// What the relay says of itself.
pub struct Pulse {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    turned_at: Option<Timestamp>,
    failing: BTreeMap<Channel, Failing>,
}

struct Failing {
    since: Timestamp,
    what: String,
    for_good: bool,
}

impl std::fmt::Debug for Pulse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pulse").finish_non_exhaustive()
    }
}

impl Pulse {
    /// Nothing has been tried yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    /// The relay's loop came round.
    pub(crate) fn turned(&self) {
        let now = self.clock.now();
        self.with(|state| state.turned_at = Some(now));
    }

    /// What became of handing a message over.
    pub(crate) fn attempted(&self, channel: Channel, outcome: Result<(), &SendError>) {
        if !matches!(channel, Channel::Alerts | Channel::Canary) {
            return;
        }
        let now = self.clock.now();
        self.with(|state| match outcome {
            Ok(()) => drop(state.failing.remove(&channel)),
            Err(error) => {
                let since = state.failing.get(&channel).map_or(now, |known| known.since);
                let failing = Failing {
                    since,
                    what: error.to_string(),
                    for_good: matches!(error, SendError::Refused { .. }),
                };
                state.failing.insert(channel, failing);
            }
        });
    }

    /// Why nobody could be paged, each with what to do; empty when all is well. Holds no content.
    pub fn complaints(&self) -> Vec<String> {
        let now = self.clock.now();
        self.with(|state| {
            let silent = state.turned_at.filter(|at| now.since(*at) > SILENT);
            let silent = silent.map(|at| {
                format!(
                    "the relay has not come round for {} s; restart this instance, another one takes over",
                    now.since(at).as_secs()
                )
            });
            let failing = state.failing.iter().map(|(channel, failing)| {
                let (channel, secs) = (channel.as_str(), now.since(failing.since).as_secs());
                let then = if failing.for_good {
                    "then send it again: `holdfast actions parked` lists it"
                } else {
                    "what waits leaves by itself"
                };
                format!(
                    "{channel} have not been delivered for {secs} s ({}); mend the receiver of {channel}, {then}",
                    failing.what
                )
            });
            silent.into_iter().chain(failing).collect()
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

    fn pulse() -> (Arc<ManualClock>, Pulse) {
        let clock = Arc::new(ManualClock::at(T0));
        let pulse = Pulse::new(Arc::clone(&clock) as Arc<dyn Clock>);
        (clock, pulse)
    }

    #[test]
    fn a_refusing_receiver_of_alerts_is_named_until_one_gets_through() {
        let (clock, pulse) = pulse();
        let down = SendError::not_now("connection refused");
        pulse.attempted(Channel::Alerts, Err(&down));
        clock.advance(Duration::from_secs(20));
        pulse.attempted(Channel::Alerts, Err(&down));
        let complaints = pulse.complaints();
        assert_eq!(complaints.len(), 1);
        assert!(
            complaints[0].starts_with(
                "alerts have not been delivered for 20 s (not handed over yet: connection refused)"
            ),
            "{complaints:?}"
        );
        pulse.attempted(Channel::Alerts, Ok(()));
        assert!(pulse.complaints().is_empty());
    }

    #[test]
    fn a_platform_that_takes_no_actions_does_not_keep_people_from_being_paged() {
        let (_, pulse) = pulse();
        pulse.attempted(Channel::Actions, Err(&SendError::not_now("busy")));
        assert!(pulse.complaints().is_empty());
    }

    #[test]
    fn a_relay_that_hangs_is_named() {
        let (clock, pulse) = pulse();
        pulse.turned();
        clock.advance(Duration::from_secs(30));
        assert!(pulse.complaints().is_empty());
        clock.advance(Duration::from_secs(1));
        assert!(pulse.complaints()[0].starts_with("the relay has not come round for 31 s"));
        pulse.turned();
        assert!(pulse.complaints().is_empty());
    }
}
