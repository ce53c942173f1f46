//! What the store counts and measures.

use std::sync::OnceLock;

use prometheus::{Histogram, HistogramOpts, IntGauge, IntGaugeVec, Opts, Registry};

/// The store's figures. The comment of each is its help text.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// Time from beginning a group of appends to its being durable.
    pub append_duration: Histogram,
    /// How many appends were written together.
    pub append_group: Histogram,
    /// How many events a projection is behind the log.
    pub projection_lag: IntGaugeVec,
    /// How many events the log holds.
    pub log_events: IntGauge,
}

/// The figures of this process.
pub fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(Metrics::new)
}

/// Adds the store's figures to a registry.
pub fn register(registry: &Registry) -> Result<(), prometheus::Error> {
    let metrics = metrics();
    registry.register(Box::new(metrics.append_duration.clone()))?;
    registry.register(Box::new(metrics.append_group.clone()))?;
    registry.register(Box::new(metrics.projection_lag.clone()))?;
    registry.register(Box::new(metrics.log_events.clone()))
}

impl Metrics {
    fn new() -> Self {
        let valid = "a figure's name and labels are valid";
        Self {
            append_duration: Histogram::with_opts(
                HistogramOpts::new(
                    "holdfast_event_append_duration_seconds",
                    "Time from beginning a group of appends to its being durable.",
                )
                .buckets(vec![
                    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
                ]),
            )
            .expect(valid),
            append_group: Histogram::with_opts(
                HistogramOpts::new(
                    "holdfast_event_append_group",
                    "How many appends were written together.",
                )
                .buckets(vec![
                    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 1024.0,
                ]),
            )
            .expect(valid),
            projection_lag: IntGaugeVec::new(
                Opts::new(
                    "holdfast_projection_lag_events",
                    "How many events a projection is behind the log.",
                ),
                &["projection"],
            )
            .expect(valid),
            log_events: IntGauge::new("holdfast_log_events", "How many events the log holds.")
                .expect(valid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_have_the_names_that_alerts_rely_on() {
        let registry = Registry::new();
        register(&registry).unwrap();
        metrics()
            .projection_lag
            .with_label_values(&["queue"])
            .set(0);
        let names: Vec<String> = registry
            .gather()
            .iter()
            .map(|family| family.name().to_owned())
            .collect();
        assert_eq!(
            names,
            [
                "holdfast_event_append_duration_seconds",
                "holdfast_event_append_group",
                "holdfast_log_events",
                "holdfast_projection_lag_events",
            ]
        );
    }
}
