//! What is measured about the way of a batch.

use std::fmt::Write as _;
use std::time::Duration;

use holdfast_domain::Timestamp;
use holdfast_domain::intake::Freshness;
use holdfast_ingest::Batch;
use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry};

use crate::pipeline::{Judged, JudgedRecord, RecordOutcome};
use crate::scoring::ScoringMetrics;
use crate::shadow::ShadowMetrics;

/// The pipeline's figures. Synthetic records count in none.
#[derive(Debug, Clone)]
pub struct PipelineMetrics {
    records: IntCounterVec,
    stage: HistogramVec,
    unscored: IntCounterVec,
    to_case: HistogramVec,
    /// Whether a post could reach a person at this moment.
    pub(crate) crisis_path_up: IntGauge,
    /// Crisis cases whose alert nobody has answered by claiming them.
    pub(crate) alerts_unacknowledged: IntGauge,
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
            to_case: HistogramVec::new(
                HistogramOpts::new(
                    "holdfast_post_to_case_seconds",
                    "Time from the platform's event to its case being recorded, live posts only, by level.",
                )
                .buckets(vec![0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0]),
                &["level"],
            )?,
            crisis_path_up: IntGauge::new(
                "holdfast_crisis_path_up",
                "Whether a post could reach a person through this instance at this moment: 1 or 0.",
            )?,
            alerts_unacknowledged: IntGauge::new(
                "holdfast_alerts_unacknowledged",
                "Open crisis cases and incidents that nobody holds, so that their alert is unanswered.",
            )?,
        };
        registry.register(Box::new(metrics.records.clone()))?;
        registry.register(Box::new(metrics.stage.clone()))?;
        registry.register(Box::new(metrics.unscored.clone()))?;
        registry.register(Box::new(metrics.to_case.clone()))?;
        registry.register(Box::new(metrics.crisis_path_up.clone()))?;
        registry.register(Box::new(metrics.alerts_unacknowledged.clone()))?;
        Ok(metrics)
    }

    /// Counts what became of a recorded batch, at `now`.
    pub(crate) fn recorded(
        &self,
        batch: &Batch,
        judged: &Judged,
        outcomes: &[RecordOutcome],
        now: Timestamp,
    ) {
        for ((record, judged), outcome) in batch.records.iter().zip(&judged.records).zip(outcomes) {
            if *outcome == RecordOutcome::Synthetic {
                continue;
            }
            self.records.with_label_values(&[outcome.as_str()]).inc();
            let JudgedRecord::Post(assessment) = judged else {
                continue;
            };
            for (_, _, why) in assessment.silences() {
                self.unscored.with_label_values(&[why.as_str()]).inc();
            }
            if *outcome == RecordOutcome::Case && record.freshness == Freshness::Live {
                let level = assessment.crisis.reading_level().number().to_string();
                let waited = now.since(record.occurred_at).as_secs_f64();
                self.to_case
                    .with_label_values(&[level.as_str()])
                    .observe(waited);
            }
        }
    }

    /// Notes how long a batch spent in a stage.
    pub fn spent(&self, stage: &'static str, length: Duration) {
        self.stage
            .with_label_values(&[stage])
            .observe(length.as_secs_f64());
    }

    fn collectors(&self) -> Vec<Box<dyn Collector>> {
        vec![
            Box::new(self.records.clone()),
            Box::new(self.stage.clone()),
            Box::new(self.unscored.clone()),
            Box::new(self.to_case.clone()),
            Box::new(self.crisis_path_up.clone()),
            Box::new(self.alerts_unacknowledged.clone()),
        ]
    }
}

/// `docs/metrics.md`: every figure with its labels and what it says.
pub fn document() -> anyhow::Result<String> {
    let mut figures = Vec::new();
    for one in holdfast_ingest::metrics::DESCRIPTIONS {
        figures.push((
            one.name.to_owned(),
            one.labels.join(", "),
            one.help.to_owned(),
        ));
    }
    for one in holdfast_classifiers::metrics::DESCRIPTIONS {
        figures.push((
            one.name.to_owned(),
            one.labels.join(", "),
            one.help.to_owned(),
        ));
    }
    let registry = Registry::new();
    let mut collectors = PipelineMetrics::register(&registry)?.collectors();
    collectors.extend(of_rules(&holdfast_rules::RuleMetrics::register(&registry)?));
    collectors.extend(of_store(holdfast_event_store::metrics::metrics()));
    collectors.extend(of_queue(&holdfast_review_queue::ReviewMetrics::new()));
    collectors.extend(ScoringMetrics::register(&registry)?.collectors());
    collectors.extend(ShadowMetrics::register(&registry)?.collectors());
    collectors.extend(of_relay(&holdfast_actions::Metrics::register(&registry)?));
    for desc in collectors.iter().flat_map(|collector| collector.desc()) {
        figures.push((
            desc.fq_name.clone(),
            desc.variable_labels.join(", "),
            desc.help.clone(),
        ));
    }
    figures.sort();
    let mut text = String::from(
        "# Metrics\n\nEvery figure that `/metrics` shows. Generated from the code: `./dev generate`. Synthetic \
         posts count in none of them.\n\n| name | labels | what it says |\n| --- | --- | --- |\n",
    );
    for (name, labels, help) in figures {
        writeln!(text, "| `{name}` | {labels} | {help} |")?;
    }
    Ok(text)
}

fn of_rules(metrics: &holdfast_rules::RuleMetrics) -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(metrics.hits.clone()),
        Box::new(metrics.rules.clone()),
    ]
}

fn of_store(metrics: &holdfast_event_store::metrics::Metrics) -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(metrics.append_duration.clone()),
        Box::new(metrics.append_group.clone()),
        Box::new(metrics.projection_lag.clone()),
        Box::new(metrics.log_events.clone()),
    ]
}

fn of_queue(metrics: &holdfast_review_queue::ReviewMetrics) -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(metrics.open_cases.clone()),
        Box::new(metrics.oldest_case_age.clone()),
        Box::new(metrics.time_to_first_view.clone()),
        Box::new(metrics.time_to_outreach.clone()),
        Box::new(metrics.overrides.clone()),
        Box::new(metrics.sla_breaches.clone()),
        Box::new(metrics.leases_expired.clone()),
        Box::new(metrics.sign_ins.clone()),
        Box::new(metrics.followers.clone()),
    ]
}

fn of_relay(metrics: &holdfast_actions::Metrics) -> Vec<Box<dyn Collector>> {
    vec![
        Box::new(metrics.actions.clone()),
        Box::new(metrics.messages.clone()),
        Box::new(metrics.send_seconds.clone()),
        Box::new(metrics.waiting.clone()),
        Box::new(metrics.oldest.clone()),
        Box::new(metrics.dlq_oldest.clone()),
        Box::new(metrics.endpoint_gone.clone()),
        Box::new(metrics.shards.clone()),
        Box::new(metrics.heartbeats.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const ROOT: &str = env!("CARGO_MANIFEST_DIR");

    fn is_name(text: &str) -> bool {
        text.strip_prefix("holdfast_").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        })
    }

    #[test]
    fn the_checked_in_list_is_what_the_code_says() {
        let path = Path::new(ROOT).join("docs/metrics.md");
        let checked_in = std::fs::read_to_string(path).expect("docs/metrics.md is checked in");
        assert!(checked_in == document().unwrap(), "run ./dev generate");
    }

    #[test]
    fn no_figure_is_left_out_of_the_list() {
        let document = document().unwrap();
        let crates = [
            "src",
            "ingest/src",
            "classifiers/src",
            "rules/src",
            "event-store/src",
            "review-queue/src",
            "actions/src",
        ];
        for folder in crates {
            let code =
                std::fs::read_to_string(Path::new(ROOT).join(folder).join("metrics.rs")).unwrap();
            for name in code.split('"').filter(|text| is_name(text)) {
                assert!(
                    document.contains(&format!("`{name}`")),
                    "{name} of {folder} is not listed"
                );
            }
        }
    }
}
