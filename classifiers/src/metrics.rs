//! What this crate counts. The comment of each figure is its help text.

use holdfast_domain::{Signal, Stage};
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

/// Bounds of the scores' histogram: those at which shipped policies and the cascade decide, and a few between.
const BOUNDS: [f64; 8] = [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9];

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

macro_rules! figures {
    ($($(#[doc = $help:literal])+ $field:ident: $kind:ident[$($label:literal),*] = $name:literal;)*) => {
        /// The figures, each documented by what it says.
        #[derive(Debug, Clone)]
        pub struct ClassifierMetrics {
            $($(#[doc = $help])+ pub $field: $kind,)*
        }

        /// All figures of this crate.
        pub const DESCRIPTIONS: &[Description] = &[
            $(Description { name: $name, help: concat!($($help),+).trim_ascii(), labels: &[$($label),*] },)*
        ];

        impl ClassifierMetrics {
            /// Makes the figures and puts them into `registry`.
            pub fn register(registry: &Registry) -> prometheus::Result<Self> {
                let metrics = Self {
                    $($field: figures!(@$kind $name, concat!($($help),+).trim_ascii(), &[$($label),*])?,)*
                };
                $(registry.register(Box::new(metrics.$field.clone()))?;)*
                Ok(metrics)
            }
        }
    };
    (@IntCounterVec $name:literal, $help:expr, $labels:expr) => {
        IntCounterVec::new(Opts::new($name, $help), $labels)
    };
    (@HistogramVec $name:literal, $help:expr, $labels:expr) => {
        HistogramVec::new(HistogramOpts::new($name, $help).buckets(BOUNDS.to_vec()), $labels)
    };
}

figures! {
    /// Batches for which a classifier gave no answer, by classifier and reason.
    errors: IntCounterVec["classifier", "reason"] = "holdfast_classifier_errors_total";
    /// Scores of posts, 0 to 1, by classifier, version, role (live or shadow), stage and signal. Every reading counts: a post read in both stages, or read again, counts each time.
    scores: HistogramVec["classifier", "version", "role", "stage", "signal"] = "holdfast_classifier_score";
}

/// Whether an answer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceRole {
    /// Assessments rest on it.
    Live,
    /// It is only watched.
    Shadow,
}

impl ServiceRole {
    /// The role's name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Shadow => "shadow",
        }
    }
}

impl ClassifierMetrics {
    /// Counts the scores of a batch of posts; answers without a score count in none.
    pub fn scored<'a>(
        &self,
        role: ServiceRole,
        stage: Stage,
        signals: impl IntoIterator<Item = &'a Signal>,
    ) {
        // A batch has few series and many scores; each series is looked up once.
        let mut known: Vec<(&Signal, Histogram)> = Vec::new();
        for signal in signals {
            let Some(scored) = signal.scored() else {
                continue;
            };
            let same = |(one, _): &&(&Signal, Histogram)| {
                one.kind == signal.kind
                    && one.classifier == signal.classifier
                    && one.version == signal.version
            };
            let score = scored.score.probability();
            if let Some((_, histogram)) = known.iter().find(same) {
                histogram.observe(score);
                continue;
            }
            let histogram = self.scores.with_label_values(&[
                signal.classifier.as_str(),
                signal.version.as_str(),
                role.as_str(),
                stage_name(stage),
                signal.kind.as_str(),
            ]);
            histogram.observe(score);
            known.push((signal, histogram));
        }
    }
}

const fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Triage => "triage",
        Stage::Deep => "deep",
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::signal::{Answer, Scored, Unavailable};
    use holdfast_domain::{Score, SignalKind};
    use prometheus::TextEncoder;

    use super::*;

    fn signal(score: Option<u32>) -> Signal {
        let answer = match score {
            Some(millionths) => Answer::Scored(Scored {
                score: Score::from_millionths(millionths).unwrap(),
                level: None,
                labels: Vec::new(),
                evidence: Vec::new(),
            }),
            None => Answer::Unavailable(Unavailable::TimedOut),
        };
        Signal {
            kind: SignalKind::Crisis,
            classifier: "encoder".to_owned(),
            version: "2026-11-24.1-0123abcd".to_owned(),
            answer,
        }
    }

    #[test]
    fn scores_are_spread_over_few_bounds_and_silence_is_no_score() {
        let registry = Registry::new();
        let metrics = ClassifierMetrics::register(&registry).unwrap();
        let signals = [signal(Some(10_000)), signal(Some(950_000)), signal(None)];
        metrics.scored(ServiceRole::Shadow, Stage::Deep, &signals);
        let text = TextEncoder::new()
            .encode_to_string(&registry.gather())
            .unwrap();
        let labels = "classifier=\"encoder\",role=\"shadow\",signal=\"crisis\",stage=\"deep\",version=\"2026-11-24.1-0123abcd\"";
        for (bound, count) in [("0.02", 1), ("0.9", 1), ("+Inf", 2)] {
            let line =
                format!("holdfast_classifier_score_bucket{{{labels},le=\"{bound}\"}} {count}\n");
            assert!(text.contains(&line), "{line}{text}");
        }
    }
}
