//! Figures of intake. Synthetic records count in none of them.

use holdfast_domain::Timestamp;
use holdfast_domain::intake::{Freshness, Incoming};
use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use crate::decode::name_of;
use crate::handler::Batch;

/// A figure's name, help text and labels, for the generated list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// The name.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [&'static str],
}

macro_rules! metrics {
    ($($(#[doc = $help:literal])+ $field:ident: $kind:ident[$($label:literal),*] = $name:literal;)*) => {
        /// The figures, each documented by what it says.
        #[derive(Debug, Clone)]
        pub struct IngestMetrics {
            $($(#[doc = $help])+ pub $field: $kind,)*
        }

        /// All figures of this crate.
        pub const DESCRIPTIONS: &[Description] = &[
            $(Description { name: $name, help: concat!($($help),+).trim_ascii(), labels: &[$($label),*] },)*
        ];

        impl IngestMetrics {
            /// Makes the figures and puts them into `registry`.
            pub fn register(registry: &Registry) -> prometheus::Result<Self> {
                let metrics = Self {
                    $($field: <$kind as Figure>::make($name, concat!($($help),+).trim_ascii(), &[$($label),*])?,)*
                };
                $(registry.register(Box::new(metrics.$field.clone()))?;)*
                Ok(metrics)
            }
        }
    };
}

metrics! {
    /// Posts recorded, by tenant and freshness (live, late, backfill).
    posts_ingested: IntCounterVec["tenant", "freshness"] = "holdfast_posts_ingested_total";
    /// Records recorded, by tenant, way in (kafka, http, file) and what they were.
    records: IntCounterVec["tenant", "via", "kind"] = "holdfast_intake_records_total";
    /// Records that could not be read, by tenant and class.
    rejected: IntCounterVec["tenant", "class"] = "holdfast_intake_rejected_total";
    /// Records in the topic behind the stored position.
    lag: IntGaugeVec["topic", "partition"] = "holdfast_consumer_lag_records";
    /// Whether a partition stopped because its stored position and the topic do not agree, or because a batch cannot be taken; 1 is an alarm.
    stopped: IntGaugeVec["topic", "partition", "cause"] = "holdfast_consumer_stopped";
    /// Partitions that this instance reads.
    partitions: IntGauge[] = "holdfast_consumer_partitions";
    /// Batches handed on, by outcome (recorded, fenced, retried, stopped, abandoned).
    batches: IntCounterVec["outcome"] = "holdfast_intake_batches_total";
    /// Time from handing a batch on to its being recorded.
    batch_seconds: Histogram[] = "holdfast_intake_batch_seconds";
    /// Time from taking a post in to its being recorded.
    post_seconds: Histogram[] = "holdfast_intake_post_seconds";
    /// Requests to the HTTP intake, by status.
    http_requests: IntCounterVec["status"] = "holdfast_intake_http_requests_total";
    /// Requests to the HTTP intake that wait for their append.
    http_waiting: IntGauge[] = "holdfast_intake_http_waiting";
}

trait Figure: Sized {
    fn make(name: &str, help: &str, labels: &[&str]) -> prometheus::Result<Self>;
}

impl Figure for IntCounterVec {
    fn make(name: &str, help: &str, labels: &[&str]) -> prometheus::Result<Self> {
        Self::new(Opts::new(name, help), labels)
    }
}

impl Figure for IntGaugeVec {
    fn make(name: &str, help: &str, labels: &[&str]) -> prometheus::Result<Self> {
        Self::new(Opts::new(name, help), labels)
    }
}

impl Figure for IntGauge {
    fn make(name: &str, help: &str, _: &[&str]) -> prometheus::Result<Self> {
        Self::new(name, help)
    }
}

impl Figure for Histogram {
    fn make(name: &str, help: &str, _: &[&str]) -> prometheus::Result<Self> {
        const BUCKETS: [f64; 12] = [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 300.0,
        ];
        Self::with_opts(HistogramOpts::new(name, help).buckets(BUCKETS.to_vec()))
    }
}

impl IngestMetrics {
    /// Counts a batch that is recorded. `via` is `kafka`, `http` or `file`.
    pub(crate) fn recorded(&self, batch: &Batch, via: &str, now: Timestamp) {
        let tenant = batch.tenant.as_str();
        for record in &batch.records {
            if matches!(&record.content, Ok(Incoming::Post(post)) if post.synthetic) {
                continue;
            }
            self.records
                .with_label_values(&[tenant, via, name_of(&record.content)])
                .inc();
            match &record.content {
                Ok(Incoming::Post(_)) => {
                    self.posts_ingested
                        .with_label_values(&[tenant, freshness(record.freshness)])
                        .inc();
                    self.post_seconds
                        .observe(now.since(record.received_at).as_secs_f64());
                }
                Ok(_) => {}
                Err(rejected) => self
                    .rejected
                    .with_label_values(&[tenant, rejected.class.as_str()])
                    .inc(),
            }
        }
    }
}

const fn freshness(freshness: Freshness) -> &'static str {
    match freshness {
        Freshness::Live => "live",
        Freshness::Late => "late",
        Freshness::Backfill => "backfill",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_registers_once_and_explains_itself() {
        let registry = Registry::new();
        IngestMetrics::register(&registry).unwrap();
        assert!(IngestMetrics::register(&registry).is_err());
        assert!(
            DESCRIPTIONS
                .iter()
                .all(|d| d.name.starts_with("holdfast_") && d.help.len() > 20)
        );
    }
}
