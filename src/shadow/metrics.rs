//! What is counted of models in shadow.

use holdfast_domain::SignalKind;
use prometheus::core::Collector;
use prometheus::{IntCounterVec, Opts, Registry};

use crate::in_service::Model;
use crate::levels::Direction;

/// The candidate read it.
pub(super) const READ: &str = "read";
/// It had no time for it.
pub(super) const LATE: &str = "late";
/// It gave no answer, or could not be opened.
pub(super) const FAILED: &str = "failed";

/// The figures.
#[derive(Debug, Clone)]
pub(crate) struct ShadowMetrics {
    posts: IntCounterVec,
    levels: IntCounterVec,
}

impl ShadowMetrics {
    /// Registers the figures.
    pub(crate) fn register(registry: &Registry) -> prometheus::Result<Self> {
        let metrics = Self {
            posts: IntCounterVec::new(
                Opts::new(
                    "holdfast_shadow_posts_total",
                    "Posts offered to a model in shadow, by what became of them: read, late (it had no time) or failed.",
                ),
                &["classifier", "result"],
            )?,
            levels: IntCounterVec::new(
                Opts::new(
                    "holdfast_shadow_levels_total",
                    "Posts that a model in shadow read, by where the level that the policies give would go with it in service: up, down or same.",
                ),
                &["classifier", "version", "signal", "direction"],
            )?,
        };
        registry.register(Box::new(metrics.posts.clone()))?;
        registry.register(Box::new(metrics.levels.clone()))?;
        Ok(metrics)
    }

    /// For the generated list.
    pub(crate) fn collectors(&self) -> Vec<Box<dyn Collector>> {
        vec![Box::new(self.posts.clone()), Box::new(self.levels.clone())]
    }

    /// Begins the counters at zero, so that a change that never happens shows as such.
    pub(super) fn begin(&self, model: Model, version: &str) {
        for result in [READ, LATE, FAILED] {
            self.posts.with_label_values(&[model.as_str(), result]);
        }
        for kind in SignalKind::ALL {
            for direction in Direction::ALL {
                self.of(model, version, kind, direction);
            }
        }
    }

    /// Counts posts.
    pub(super) fn posts(&self, model: Model, result: &'static str, posts: usize) {
        self.posts
            .with_label_values(&[model.as_str(), result])
            .inc_by(posts as u64);
    }

    /// Counts where a level would go.
    pub(super) fn level(
        &self,
        model: Model,
        version: &str,
        kind: SignalKind,
        direction: Direction,
    ) {
        self.of(model, version, kind, direction).inc();
    }

    fn of(
        &self,
        model: Model,
        version: &str,
        kind: SignalKind,
        direction: Direction,
    ) -> prometheus::IntCounter {
        let labels = [model.as_str(), version, kind.as_str(), direction.as_str()];
        self.levels.with_label_values(&labels)
    }
}
