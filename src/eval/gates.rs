//! What a pipeline must reach before it is let near people, on the rows that everybody can see.
//!
//! A gate looks at the figure itself, not at its interval. A gate whose source is not among the files is said to be not
//! measured; one whose source is there but does not support the figure is missed.

use std::fmt;

use serde::Serialize;

use super::bootstrap::Figure;
use super::measures::{Measure, Signal};
use super::report::{Report, SourceReport};

/// The written rows held back from training.
const CORPUS: &str = "corpus/dev";
/// Posts of people at risk, read again by the code book.
const CRISIS_READ_AGAIN: &str = "dev/relabel_crisis_cssrs";
/// Stigma as it is met in public, read again by the code book.
const STIGMA_IN_THE_WILD: &str = "dev/relabel_stigma_wild";
/// Abuse that leans on emoji, with contrasts; never seen in training.
const EMOJI: &str = "dev/hatemoji_check";
/// What counsellors answer.
const COUNSELLORS: &str = "dev/counselchat";
/// Everyday stress.
const STRESS: [&str; 2] = ["dev/sad", "dev-extra/sad"];
/// Hyperbole.
const HYPERBOLE: [&str; 2] = ["dev/hypo", "dev-extra/hypo_l"];
/// Emotions; what is labelled as no harassment there are the positive ones.
const EMOTIONS: &str = "dev/goemotions";

/// Agreement of crisis levels on written rows.
const KAPPA_AT_LEAST: f64 = 0.85;
/// Rows of level 3 read as 0 or 1.
const CRITICAL_MISSES_AT_MOST: f64 = 0.05;
/// Rows of level 1 or more read as 1 or more.
const ANY_ALERT_AT_LEAST: f64 = 0.93;
/// Rows of level 0 read as 2 or more.
const FALSE_ALARMS_AT_MOST: f64 = 0.05;
/// Harassment and stigma on written rows.
const F1_AT_LEAST: f64 = 0.85;
/// By how much less is seen in words hidden from filters.
const OBFUSCATION_GAP_AT_MOST: f64 = 0.05;
/// Crisis on posts read again.
const CRISIS_AUROC_AT_LEAST: f64 = 0.85;
/// Stigma in the wild.
const STIGMA_AUROC_AT_LEAST: f64 = 0.80;
/// Abuse with emoji.
const EMOJI_MACRO_F1_AT_LEAST: f64 = 0.70;
/// Crisis alarms where there is everyday talk, stress, hyperbole or help.
const EVERYDAY_ALARMS_BELOW: f64 = 0.01;
/// Harassment alarms on positive emotions.
const POSITIVE_ALARMS_BELOW: f64 = 0.02;
/// Scores against shares, for each signal.
const ECE_AT_MOST: f64 = 0.05;

/// How a figure must lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
    /// Less than this.
    Below(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
            Self::Below(bound) => value < bound,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(f, "at least {bound:.2}"),
            Self::AtMost(bound) => write!(f, "at most {bound:.2}"),
            Self::Below(bound) => write!(f, "below {bound:.2}"),
        }
    }
}

/// Something that must be reached.
#[derive(Debug, Clone, Copy)]
struct Gate {
    source: &'static str,
    what: What,
    bound: Bound,
}

/// What a gate looks at.
#[derive(Debug, Clone, Copy)]
enum What {
    Figure(Signal, Measure),
    /// By how much the share of positives seen is smaller among obfuscated rows.
    ObfuscationGap,
}

/// How a gate came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// On which rows.
    pub source: &'static str,
    /// What was looked at.
    pub what: String,
    /// How it must lie.
    pub bound: Bound,
    /// The figure; none where the rows do not support it or are not there.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// Whether it is reached.
    pub verdict: Verdict,
}

/// Whether a gate is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is.
    Held,
    /// It is not, or its source is there and does not say.
    Missed,
    /// Its source is not among the files.
    NotMeasured,
}

/// All gates, in the order in which they are told.
fn gates() -> Vec<Gate> {
    use Measure as M;
    use Signal::{Crisis, Harassment, Stigma};
    let gate = |source, signal, measure, bound| Gate {
        source,
        what: What::Figure(signal, measure),
        bound,
    };
    let mut gates = vec![
        gate(
            CORPUS,
            Crisis,
            M::QuadraticKappa,
            Bound::AtLeast(KAPPA_AT_LEAST),
        ),
        gate(
            CORPUS,
            Crisis,
            M::CriticalMisses,
            Bound::AtMost(CRITICAL_MISSES_AT_MOST),
        ),
        gate(
            CORPUS,
            Crisis,
            M::AnyAlertRecall,
            Bound::AtLeast(ANY_ALERT_AT_LEAST),
        ),
        gate(
            CORPUS,
            Crisis,
            M::FalseAlarmsAtRest,
            Bound::AtMost(FALSE_ALARMS_AT_MOST),
        ),
        gate(CORPUS, Harassment, M::F1, Bound::AtLeast(F1_AT_LEAST)),
        gate(CORPUS, Stigma, M::F1, Bound::AtLeast(F1_AT_LEAST)),
        Gate {
            source: CORPUS,
            what: What::ObfuscationGap,
            bound: Bound::AtMost(OBFUSCATION_GAP_AT_MOST),
        },
        gate(CORPUS, Crisis, M::Ece, Bound::AtMost(ECE_AT_MOST)),
        gate(CORPUS, Harassment, M::Ece, Bound::AtMost(ECE_AT_MOST)),
        gate(CORPUS, Stigma, M::Ece, Bound::AtMost(ECE_AT_MOST)),
        gate(
            CRISIS_READ_AGAIN,
            Crisis,
            M::Auroc,
            Bound::AtLeast(CRISIS_AUROC_AT_LEAST),
        ),
        gate(
            STIGMA_IN_THE_WILD,
            Stigma,
            M::Auroc,
            Bound::AtLeast(STIGMA_AUROC_AT_LEAST),
        ),
        gate(
            EMOJI,
            Harassment,
            M::MacroF1,
            Bound::AtLeast(EMOJI_MACRO_F1_AT_LEAST),
        ),
        gate(
            EMOTIONS,
            Harassment,
            M::FalseAlarms,
            Bound::Below(POSITIVE_ALARMS_BELOW),
        ),
    ];
    let quiet = [COUNSELLORS].into_iter().chain(STRESS).chain(HYPERBOLE);
    gates.extend(quiet.map(|source| {
        gate(
            source,
            Crisis,
            M::FalseAlarms,
            Bound::Below(EVERYDAY_ALARMS_BELOW),
        )
    }));
    gates
}

/// Looks at every gate.
pub fn check(report: &Report) -> Vec<Outcome> {
    gates().iter().map(|gate| gate.outcome(report)).collect()
}

/// Whether all that was measured is reached, and anything was measured.
pub fn all_held(outcomes: &[Outcome]) -> bool {
    let is = |verdict| move |one: &Outcome| one.verdict == verdict;
    outcomes.iter().any(is(Verdict::Held)) && !outcomes.iter().any(is(Verdict::Missed))
}

impl Gate {
    fn outcome(&self, report: &Report) -> Outcome {
        let source = report.source(self.source);
        let found = source.and_then(|source| self.what.of(source));
        let verdict = match (source, &found) {
            (None, _) => Verdict::NotMeasured,
            (_, Some((value, _))) if self.bound.holds(*value) => Verdict::Held,
            _ => Verdict::Missed,
        };
        Outcome {
            source: self.source,
            what: self.what.to_string(),
            bound: self.bound,
            value: found.map(|(value, _)| value),
            interval: found.and_then(|(_, interval)| interval),
            verdict,
        }
    }
}

impl What {
    /// The figure and its interval.
    fn of(self, source: &SourceReport) -> Option<(f64, Option<(f64, f64)>)> {
        match self {
            Self::Figure(signal, measure) => {
                let figure = source.overall.figure(signal, measure)?;
                Some((figure.value, figure.low.zip(figure.high)))
            }
            Self::ObfuscationGap => {
                let seen = |group: &super::report::Group| {
                    let figure: &Figure = group.figure(Signal::Any, Measure::Recall)?;
                    Some(figure.value)
                };
                let plain = seen(source.not_obfuscated.as_ref()?)?;
                Some((plain - seen(source.obfuscated.as_ref()?)?, None))
            }
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figure(signal, measure) => {
                write!(f, "{} {}", signal.name(), measure.name(*signal))
            }
            Self::ObfuscationGap => f.write_str("positives seen, obfuscated behind others by"),
        }
    }
}
