//! What is measured about scoring. Nothing here says what was read in a text.

use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// The figures.
#[derive(Debug, Clone)]
pub(crate) struct ScoringMetrics {
    /// Requests, by path and status.
    pub(super) requests: IntCounterVec,
    /// Time to an answer, by path.
    pub(super) seconds: HistogramVec,
}

impl ScoringMetrics {
    /// Registers the figures.
    pub(crate) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new(
                    "holdfast_scoring_requests_total",
                    "Requests to score a text, by endpoint and HTTP status.",
                ),
                &["endpoint", "status"],
            )?,
            seconds: HistogramVec::new(
                HistogramOpts::new(
                    "holdfast_scoring_seconds",
                    "Time from a request to score a text to its answer, answered ones only.",
                )
                .buckets(vec![
                    0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0,
                ]),
                &["endpoint"],
            )?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.seconds.clone()))?;
        Ok(metrics)
    }

    /// Notes an answer.
    pub(super) fn answered(
        &self,
        endpoint: &str,
        status: axum::http::StatusCode,
        took: std::time::Duration,
    ) {
        self.requests
            .with_label_values(&[endpoint, status.as_str()])
            .inc();
        if status.is_success() {
            let seconds = self.seconds.with_label_values(&[endpoint]);
            seconds.observe(took.as_secs_f64());
        }
    }

    pub(crate) fn collectors(&self) -> Vec<Box<dyn Collector>> {
        vec![
            Box::new(self.requests.clone()),
            Box::new(self.seconds.clone()),
        ]
    }
}
