//! Which posts the slow classifiers need not read.

use holdfast_domain::signal::Answer;
use holdfast_domain::{Score, Signal, SignalKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The quick classifier that may say that nothing is there.
const QUICK: &str = "linear";
/// What a list of words scores at least when it found something, however weak.
const TRACE: u32 = 50_000;

/// Scores of the linear tier below which nobody else is asked. Each signal has its own: overlooking somebody
/// in danger costs more than reading a thousand posts in vain. A post goes on to the encoder as soon as one
/// score reaches its bound, a list finds a trace, or anybody gave no answer.
///
/// How much is overlooked and how much is saved: `holdfast eval --cascade`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cascade {
    /// That the crisis level is `soon` or more, 0 to 1.
    pub crisis: f64,
    /// That somebody is attacked, 0 to 1.
    pub harassment: f64,
    /// That something is stigmatised, 0 to 1.
    pub stigma: f64,
}

impl Default for Cascade {
    fn default() -> Self {
        Self {
            crisis: 0.02,
            harassment: 0.04,
            stigma: 0.04,
        }
    }
}

impl Cascade {
    /// Everything that is wrong.
    pub fn problems(&self) -> Vec<String> {
        let bounds = SignalKind::ALL.map(|kind| (kind, self.bound(kind)));
        let wrong = bounds
            .iter()
            .filter(|(_, bound)| !(0.0..=1.0).contains(bound));
        wrong
            .map(|(kind, _)| format!("classifiers.cascade.{kind} takes 0 to 1"))
            .collect()
    }

    /// Whether the quick classifiers' signals of a post are sure enough that nothing is there.
    pub fn is_sure_of_nothing(&self, signals: &[Signal]) -> bool {
        let all_low = signals.iter().all(|signal| match &signal.answer {
            Answer::Unavailable(_) => false,
            Answer::Scored(scored) if signal.classifier == QUICK => {
                scored.score.probability() < self.bound(signal.kind)
            }
            Answer::Scored(scored) => {
                scored.score < Score::from_millionths(TRACE).unwrap_or(Score::ONE)
            }
        });
        let heard = |kind: &SignalKind| {
            signals
                .iter()
                .any(|signal| signal.kind == *kind && signal.classifier == QUICK)
        };
        all_low && SignalKind::ALL.iter().all(heard)
    }

    const fn bound(&self, kind: SignalKind) -> f64 {
        match kind {
            SignalKind::Crisis => self.crisis,
            SignalKind::Harassment => self.harassment,
            SignalKind::Stigma => self.stigma,
        }
    }
}

#[cfg(test)]
mod tests {
    use holdfast_domain::signal::{Scored, Unavailable};

    use super::*;

    fn signal(kind: SignalKind, classifier: &str, score: f64) -> Signal {
        Signal {
            kind,
            classifier: classifier.to_owned(),
            version: "1".to_owned(),
            answer: Answer::Scored(Scored {
                score: Score::from_probability(score).unwrap(),
                level: None,
                labels: Vec::new(),
                evidence: Vec::new(),
            }),
        }
    }

    fn all(score: f64) -> Vec<Signal> {
        SignalKind::ALL
            .map(|kind| signal(kind, QUICK, score))
            .to_vec()
    }

    #[test]
    fn only_a_post_that_is_low_in_everything_is_not_read_again() {
        let cascade = Cascade::default();
        assert!(cascade.is_sure_of_nothing(&all(0.01)));
        for (kind, bound) in SignalKind::ALL.map(|kind| (kind, cascade.bound(kind))) {
            let mut signals = all(0.01);
            signals.retain(|signal| signal.kind != kind);
            assert!(
                !cascade.is_sure_of_nothing(&signals),
                "nobody was asked about {kind}"
            );
            signals.push(signal(kind, QUICK, bound));
            assert!(
                !cascade.is_sure_of_nothing(&signals),
                "{kind} reaches its bound"
            );
        }
    }

    #[test]
    fn a_trace_in_a_list_or_a_silent_classifier_is_read_again() {
        let cascade = Cascade::default();
        let mut traced = all(0.01);
        traced.push(signal(SignalKind::Crisis, "lexicon", 0.05));
        assert!(!cascade.is_sure_of_nothing(&traced));
        let mut silent = all(0.01);
        silent.push(Signal::unavailable(
            SignalKind::Stigma,
            "lexicon",
            "1",
            Unavailable::TimedOut,
        ));
        assert!(!cascade.is_sure_of_nothing(&silent));
        assert!(!cascade.is_sure_of_nothing(&[]));
    }

    #[test]
    fn a_bound_outside_the_scores_is_named() {
        let cascade = Cascade {
            stigma: 1.5,
            ..Cascade::default()
        };
        assert_eq!(
            cascade.problems(),
            ["classifiers.cascade.stigma takes 0 to 1"]
        );
    }
}
