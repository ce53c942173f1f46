//! What the queue counts and measures. The comment of each figure is its help text.

use std::time::Duration;

use holdfast_domain::case::Status;
use holdfast_domain::{ActionKind, Case, CaseKind, CrisisLevel, Timestamp};
use holdfast_event_store::{CaseCount, CaseStatus};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry};

use crate::service::{DecideInput, Done};

/// Seconds from a minute to two days, close together where a promise ends.
const WAITS: &[f64] = &[
    15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 43_200.0,
    86_400.0, 172_800.0,
];

macro_rules! figures {
    ($(#[doc = $help:literal] $field:ident: $kind:ident = $name:literal [$($label:literal),*];)*) => {
        /// The queue's figures. Cheap to clone.
        #[derive(Debug, Clone)]
        pub struct ReviewMetrics {
            $(#[doc = $help] pub $field: $kind,)*
        }

        impl ReviewMetrics {
            /// Figures that no registry shows yet.
            pub fn new() -> Self {
                let valid = "a figure's name and labels are valid";
                Self {
                    $($field: $kind::figure($name, $help.trim(), &[$($label),*]).expect(valid),)*
                }
            }

            /// Adds the figures to a registry.
            pub fn register(&self, registry: &Registry) -> Result<(), prometheus::Error> {
                $(registry.register(Box::new(self.$field.clone()))?;)*
                Ok(())
            }
        }
    };
}

figures! {
    /// Cases by kind, level and state (waiting, held, closed); synthetic ones left out.
    open_cases: IntGaugeVec = "holdfast_open_cases" ["kind", "level", "state"];
    /// Age of the oldest open case that nobody holds.
    oldest_case_age: IntGaugeVec = "holdfast_oldest_case_age_seconds" ["level"];
    /// Time from the platform's event to the first reading by a person.
    time_to_first_view: HistogramVec = "holdfast_time_to_first_view_seconds" ["level"];
    /// Time from the platform's event to the first reaching out by a person.
    time_to_outreach: HistogramVec = "holdfast_time_to_outreach_seconds" ["level"];
    /// Levels that a person set above or below automation's, by reason.
    overrides: IntCounterVec = "holdfast_overrides_total" ["direction", "reason"];
    /// Promises broken, by level, promise and cause.
    sla_breaches: IntCounterVec = "holdfast_sla_breaches_total" ["level", "metric", "cause"];
    /// Leases that ran out with the case still open.
    leases_expired: IntCounterVec = "holdfast_leases_expired_total" ["level"];
    /// Attempts to sign in, by what came of them.
    sign_ins: IntCounterVec = "holdfast_sign_ins_total" ["result"];
    /// People who follow the stream of changes at this moment.
    followers: IntGaugeVec = "holdfast_stream_followers" [];
}

impl Default for ReviewMetrics {
    fn default() -> Self {
        Self::new()
    }
}

trait Figure: Sized {
    fn figure(name: &str, help: &str, labels: &[&str]) -> Result<Self, prometheus::Error>;
}

impl Figure for IntGaugeVec {
    fn figure(name: &str, help: &str, labels: &[&str]) -> Result<Self, prometheus::Error> {
        Self::new(Opts::new(name, help), labels)
    }
}

impl Figure for IntCounterVec {
    fn figure(name: &str, help: &str, labels: &[&str]) -> Result<Self, prometheus::Error> {
        Self::new(Opts::new(name, help), labels)
    }
}

impl Figure for HistogramVec {
    fn figure(name: &str, help: &str, labels: &[&str]) -> Result<Self, prometheus::Error> {
        Self::new(
            HistogramOpts::new(name, help).buckets(WAITS.to_vec()),
            labels,
        )
    }
}

impl ReviewMetrics {
    /// Shows the cases as they are counted now. Called when the figures are asked for.
    pub fn show_cases(&self, counts: &[CaseCount], now: Timestamp) {
        self.open_cases.reset();
        self.oldest_case_age.reset();
        for level in CrisisLevel::ALL {
            self.oldest_case_age
                .with_label_values(&[level_name(level)])
                .set(0);
        }
        for count in counts {
            let state = match (count.status, count.held) {
                (CaseStatus::Closed, _) => "closed",
                (CaseStatus::Open, true) => "held",
                (CaseStatus::Open, false) => "waiting",
            };
            let labels = [count.kind.as_str(), level_name(count.level), state];
            self.open_cases
                .with_label_values(&labels)
                .add(count.count as i64);
            if state == "waiting" {
                let age = self
                    .oldest_case_age
                    .with_label_values(&[level_name(count.level)]);
                age.set(age.get().max(now.since(count.oldest).as_secs() as i64));
            }
        }
    }

    /// A person read a case's text, perhaps as the first.
    pub(crate) fn looked(&self, before: &Case, now: Timestamp) {
        if before.looked_at.is_none() && before.look_due_at.is_some() {
            observe(&self.time_to_first_view, before, now);
        }
    }

    /// A person recorded contact, perhaps the first.
    pub(crate) fn saw_contact(&self, done: &Done, now: Timestamp) {
        if !done.changed.repeated && done.before.contact.is_none() && !has_written(&done.before) {
            observe(&self.time_to_outreach, &done.before, now);
        }
    }

    /// A person decided, perhaps with the first message to the member.
    pub(crate) fn decided(&self, done: &Done, input: &DecideInput, now: Timestamp) {
        let writes = input
            .actions
            .iter()
            .flat_map(|action| &action.parts)
            .any(|part| part.kind() == ActionKind::Outreach);
        if writes {
            self.saw_contact(done, now);
        }
    }

    /// A person set a level against automation's.
    pub(crate) fn overridden(&self, done: &Done, direction: &str, reason: &str) {
        let level = done.changed.level;
        let against = match direction {
            "down" => level < done.before.machine_level,
            _ => level > done.before.machine_level,
        };
        if against && !done.changed.repeated {
            self.overrides.with_label_values(&[direction, reason]).inc();
        }
    }
}

fn observe(figure: &HistogramVec, case: &Case, now: Timestamp) {
    if case.kind != CaseKind::Crisis || case.status != Status::Open {
        return;
    }
    let waited: Duration = now.since(case.clock_from);
    figure
        .with_label_values(&[level_name(case.level)])
        .observe(waited.as_secs_f64());
}

fn has_written(case: &Case) -> bool {
    case.actions
        .values()
        .any(|state| state.action.has_outreach())
}

/// A level's name in labels.
pub(crate) const fn level_name(level: CrisisLevel) -> &'static str {
    match level {
        CrisisLevel::None => "none",
        CrisisLevel::Soon => "soon",
        CrisisLevel::Urgent => "urgent",
        CrisisLevel::ActNow => "act_now",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_of_a_figure_is_its_comment() {
        let registry = Registry::new();
        let metrics = ReviewMetrics::new();
        metrics.register(&registry).unwrap();
        metrics
            .overrides
            .with_label_values(&["down", "idiom"])
            .inc();
        let families = registry.gather();
        let overrides = families
            .iter()
            .find(|family| family.name() == "holdfast_overrides_total")
            .unwrap();
        assert_eq!(
            overrides.help(),
            "Levels that a person set above or below automation's, by reason."
        );
    }

    #[test]
    fn a_level_without_waiting_cases_has_no_age() {
        let metrics = ReviewMetrics::new();
        let count = CaseCount {
            kind: CaseKind::Crisis,
            level: CrisisLevel::Soon,
            status: CaseStatus::Open,
            held: false,
            count: 2,
            oldest: Timestamp::from_secs(100),
        };
        metrics.show_cases(&[count], Timestamp::from_secs(160));
        let age = |level| metrics.oldest_case_age.with_label_values(&[level]).get();
        assert_eq!((age("soon"), age("act_now")), (60, 0));
        metrics.show_cases(&[], Timestamp::from_secs(200));
        assert_eq!(age("soon"), 0);
    }
}
