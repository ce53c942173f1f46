//! What the relay counts and measures.

use prometheus::{
    GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

/// All metrics of this crate.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// `holdfast_actions_total{action,result}`
    pub actions: IntCounterVec,
    /// `holdfast_outbound_messages_total{channel,result}`
    pub messages: IntCounterVec,
    /// `holdfast_outbound_send_duration_seconds{channel}`
    pub send_seconds: HistogramVec,
    /// `holdfast_outbox_waiting_messages{kind}`
    pub waiting: IntGaugeVec,
    /// `holdfast_outbox_oldest_age_seconds{kind}`
    pub oldest: GaugeVec,
    /// `holdfast_dlq_oldest_age_seconds`
    pub dlq_oldest: prometheus::Gauge,
    /// `holdfast_webhook_endpoint_gone{channel}`
    pub endpoint_gone: IntGaugeVec,
    /// `holdfast_relay_shards`
    pub shards: IntGauge,
    /// `holdfast_heartbeats_total{result}`
    pub heartbeats: IntCounterVec,
}

impl Metrics {
    /// Registers all of them.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let metrics = Self::new()?;
        registry.register(Box::new(metrics.actions.clone()))?;
        registry.register(Box::new(metrics.messages.clone()))?;
        registry.register(Box::new(metrics.send_seconds.clone()))?;
        registry.register(Box::new(metrics.waiting.clone()))?;
        registry.register(Box::new(metrics.oldest.clone()))?;
        registry.register(Box::new(metrics.dlq_oldest.clone()))?;
        registry.register(Box::new(metrics.endpoint_gone.clone()))?;
        registry.register(Box::new(metrics.shards.clone()))?;
        registry.register(Box::new(metrics.heartbeats.clone()))?;
        Ok(metrics)
    }

    fn new() -> Result<Self, prometheus::Error> {
        Ok(Self {
            actions: counters(
                "holdfast_actions_total",
                "Parts of actions by what became of them: sent, superseded, unanswered or parked_<why>.",
                &["action", "result"],
            )?,
            messages: counters(
                "holdfast_outbound_messages_total",
                "Attempts to hand a message over, by channel and result (sent, retried, refused, gone).",
                &["channel", "result"],
            )?,
            send_seconds: HistogramVec::new(
                HistogramOpts::new(
                    "holdfast_outbound_send_duration_seconds",
                    "Time that one attempt to hand a message over takes.",
                )
                .buckets(vec![0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0]),
                &["channel"],
            )?,
            waiting: IntGaugeVec::new(
                Opts::new(
                    "holdfast_outbox_waiting_messages",
                    "Messages that have not left, held ones included, by kind.",
                ),
                &["kind"],
            )?,
            oldest: GaugeVec::new(
                Opts::new(
                    "holdfast_outbox_oldest_age_seconds",
                    "Age of the message that has waited longest, by kind.",
                ),
                &["kind"],
            )?,
            dlq_oldest: prometheus::Gauge::new(
                "holdfast_dlq_oldest_age_seconds",
                "Age of the oldest dead letter that has not reached its topic.",
            )?,
            endpoint_gone: IntGaugeVec::new(
                Opts::new(
                    "holdfast_webhook_endpoint_gone",
                    "1 while a receiver that answered 410 is not called any more.",
                ),
                &["channel"],
            )?,
            shards: IntGauge::new(
                "holdfast_relay_shards",
                "Shards of the outbox that this instance relays.",
            )?,
            heartbeats: counters(
                "holdfast_heartbeats_total",
                "Synthetic posts that came the whole way, by result (sent, late, failed).",
                &["result"],
            )?,
        })
    }
}

fn counters(name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
    IntCounterVec::new(Opts::new(name, help), labels)
}

impl Default for Metrics {
    /// Metrics that nobody reads.
    fn default() -> Self {
        Self::new().expect("names and labels are valid")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_metrics_can_be_registered_together() {
        assert!(Metrics::register(&Registry::new()).is_ok());
    }
}
