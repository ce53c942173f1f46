//! Whether people can be paged at this moment: alerts that wait, alerts that were given up, and a relay
//! whose receiver does not take them.
//!
//! What stands in the store is seen by every instance; what a receiver answered, by the instance that
//! asked it.

use std::time::Duration;

use holdfast_actions::config::Output;
use holdfast_domain::Timestamp;
use holdfast_event_store::{Outbox, OutboxKind, StoreError};

use super::{Running, sleep};
use crate::wiring::Holdfast;

/// How often it is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Starts looking.
pub(super) fn watch(holdfast: &Holdfast, running: &mut Running) {
    let (store, clock, pulse) = (
        holdfast.store.clone(),
        holdfast.clock.clone(),
        holdfast.pulse.clone(),
    );
    let overdue = Duration::from_secs(holdfast.config.server.alert_overdue_secs);
    let receiver = receiver(holdfast.config.actions.output);
    let (stop, health) = (running.stop.clone(), holdfast.health.clone());
    running.start("paging", async move {
        while !stop.is_cancelled() {
            let now = clock.now();
            let backlog = async {
                Ok::<_, StoreError>(Backlog {
                    waiting: Outbox::waiting(store.as_ref()).await?,
                    parked_alerts: store.parked_alerts(now).await?,
                })
            };
            match backlog.await {
                Ok(backlog) => {
                    health.mended("store");
                    health.found("paging", &backlog.complaints(now, overdue, receiver));
                }
                Err(error) => {
                    tracing::warn!(%error, "it is not known which alerts wait");
                    health.fault("store", "it does not answer; look at the database");
                }
            }
            health.found("relay", &pulse.complaints());
            health.beat("paging");
            sleep(LOOK, &stop).await;
        }
        Ok(())
    });
}

/// Where alerts go, for whoever has to look at it.
const fn receiver(output: Output) -> &'static str {
    match output {
        Output::Log => "the program's own log (actions.output is log)",
        Output::Kafka => "the brokers of actions.kafka",
        Output::Webhook => "the receiver of actions.webhook",
    }
}

/// What has not left.
struct Backlog {
    /// By kind: how many wait, and since when the longest.
    waiting: Vec<(OutboxKind, u64, Option<Timestamp>)>,
    /// Alerts that were given up and could still be sent.
    parked_alerts: u64,
}

impl Backlog {
    /// Why nobody is paged, each with what to do.
    fn complaints(&self, now: Timestamp, overdue: Duration, receiver: &str) -> Vec<String> {
        let late = |kind| {
            let of_kind = self.waiting.iter().find(|(found, ..)| *found == kind)?;
            let age = now.since(of_kind.2?);
            (age > overdue).then_some((of_kind.1, age.as_secs()))
        };
        let mut complaints = Vec::new();
        if let Some((count, secs)) = late(OutboxKind::Alert) {
            complaints.push(format!(
                "{count} alerts wait to leave, the oldest for {secs} s, and nobody is paged by them; \
                 look at {receiver}, and until it takes them, watch the queue in the console"
            ));
        }
        if let Some((_, secs)) = late(OutboxKind::Heartbeat) {
            complaints.push(format!(
                "the sign of life has waited to leave for {secs} s; look at {receiver}"
            ));
        }
        if self.parked_alerts > 0 {
            complaints.push(format!(
                "{} alerts were given up because their receiver refused them; mend it, list them with \
                 `holdfast actions parked` and send each with `holdfast actions resend ID --reason TEXT`",
                self.parked_alerts
            ));
        }
        complaints
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::testing::T0;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const SECOND: Duration = Duration::from_secs(1);

    fn waiting(kind: OutboxKind, count: u64) -> Backlog {
        Backlog {
            waiting: vec![(kind, count, Some(T0))],
            parked_alerts: 0,
        }
    }

    fn after(backlog: &Backlog, time: Duration) -> Vec<String> {
        backlog.complaints(T0 + time, MINUTE, "the receiver of actions.webhook")
    }

    #[test]
    fn an_alert_that_waits_longer_than_allowed_breaks_the_crisis_path() {
        let backlog = waiting(OutboxKind::Alert, 3);
        assert!(after(&backlog, MINUTE).is_empty());
        let complaints = after(&backlog, MINUTE + SECOND);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("3 alerts wait to leave, the oldest for 61 s"));
        assert!(complaints[0].contains("look at the receiver of actions.webhook"));
    }

    #[test]
    fn a_sign_of_life_that_waits_breaks_it_too() {
        let backlog = waiting(OutboxKind::Heartbeat, 1);
        assert!(after(&backlog, MINUTE).is_empty());
        assert!(after(&backlog, MINUTE + SECOND)[0].starts_with("the sign of life"));
    }

    #[test]
    fn actions_may_wait_for_a_platform_that_is_away() {
        let backlog = waiting(OutboxKind::Action, 500);
        assert!(after(&backlog, 60 * MINUTE).is_empty());
    }

    #[test]
    fn an_alert_that_was_given_up_breaks_it_until_it_is_sent_again() {
        let mut backlog = Backlog {
            waiting: Vec::new(),
            parked_alerts: 2,
        };
        let complaints = after(&backlog, SECOND);
        assert!(complaints[0].starts_with("2 alerts were given up"));
        assert!(complaints[0].contains("holdfast actions resend"));
        backlog.parked_alerts = 0;
        assert!(after(&backlog, SECOND).is_empty());
    }
}
