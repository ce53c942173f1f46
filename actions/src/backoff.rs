//! How long to wait before the next attempt.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::config::RelayConfig;
use crate::relay::Urgency;

/// The waits: the first a few seconds, then doubling, up to a longest one by urgency.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    longest_alert: Duration,
    longest_care: Duration,
    longest: Duration,
}

impl Backoff {
    /// The configured waits.
    pub fn new(config: &RelayConfig) -> Self {
        Self {
            first: Duration::from_secs(config.first_retry_secs.max(1)),
            longest_alert: Duration::from_secs(config.longest_alert_retry_secs.max(1)),
            longest_care: Duration::from_secs(config.longest_care_retry_secs.max(1)),
            longest: Duration::from_secs(config.longest_retry_secs.max(1)),
        }
    }

    /// The wait after that many failures (from 1) of the message `id`.
    ///
    /// Spread by up to a fifth either way, so that messages that failed together do not come back
    /// together; the spread follows from id and count, so that a test can tell it beforehand.
    pub fn after(
        &self,
        urgency: Urgency,
        failures: u32,
        id: &str,
        asked: Option<Duration>,
    ) -> Duration {
        let longest = self.longest(urgency);
        let doubled = self.first.saturating_mul(
            1_u32
                .checked_shl(failures.saturating_sub(1))
                .unwrap_or(u32::MAX),
        );
        let own = spread(doubled.min(longest), failures, id);
        match asked {
            // A receiver may ask for more than our wait, but may not put an alert to sleep.
            Some(asked) if urgency == Urgency::Alert => own.max(asked.min(longest)),
            Some(asked) => own.max(asked),
            None => own,
        }
    }

    const fn longest(&self, urgency: Urgency) -> Duration {
        match urgency {
            Urgency::Alert => self.longest_alert,
            Urgency::Care => self.longest_care,
            Urgency::Enforcement | Urgency::Other => self.longest,
        }
    }
}

fn spread(wait: Duration, failures: u32, id: &str) -> Duration {
    let digest = Sha256::new()
        .chain_update(id.as_bytes())
        .chain_update(failures.to_be_bytes())
        .finalize();
    let thousandths = 800 + u32::from(u16::from_be_bytes([digest[0], digest[1]])) * 400 / 65_535;
    wait * thousandths / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(urgency: Urgency, failures: u32) -> Duration {
        Backoff::new(&RelayConfig::default()).after(urgency, failures, "id", None)
    }

    #[test]
    fn retries_are_seconds_then_hours_apart_and_not_five_within_155_milliseconds() {
        assert!(waits(Urgency::Enforcement, 1) >= Duration::from_secs(4));
        let first_five: Duration = (1..=5).map(|n| waits(Urgency::Enforcement, n)).sum();
        assert!(first_five > Duration::from_mins(2), "{first_five:?}");
    }

    #[test]
    fn retries_go_on_for_days_and_not_ten_times_in_five_minutes_then_silence() {
        let first_ten: Duration = (1..=10).map(|n| waits(Urgency::Enforcement, n)).sum();
        assert!(first_ten > Duration::from_hours(1), "{first_ten:?}");
        let three_days = Duration::from_hours(72);
        let within = (1..1000)
            .scan(Duration::ZERO, |at, n| {
                *at += waits(Urgency::Enforcement, n);
                Some(*at)
            })
            .take_while(|at| *at < three_days)
            .count();
        assert!(
            (15..60).contains(&within),
            "{within} attempts in three days"
        );
    }

    #[test]
    fn an_alert_is_tried_at_least_every_72_seconds_whatever_the_receiver_asks() {
        let backoff = Backoff::new(&RelayConfig::default());
        let hour = Some(Duration::from_hours(1));
        for failures in [1, 5, 40, u32::MAX] {
            let wait = backoff.after(Urgency::Alert, failures, "id", hour);
            assert!(wait <= Duration::from_secs(72), "{wait:?}");
        }
        let wait = backoff.after(Urgency::Enforcement, 1, "id", hour);
        assert_eq!(wait, Duration::from_hours(1));
    }

    #[test]
    fn messages_that_failed_together_do_not_come_back_together() {
        let backoff = Backoff::new(&RelayConfig::default());
        let one = backoff.after(Urgency::Care, 3, "a", None);
        let other = backoff.after(Urgency::Care, 3, "b", None);
        assert_ne!(one, other);
    }
}
