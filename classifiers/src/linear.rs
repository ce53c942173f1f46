//! The linear tier as a classifier of all three signals: reads every post in microseconds.
//!
//! It says where nothing is; what it is unsure of goes to the encoder. Scores and labels mean the same
//! as the encoder's.

use std::sync::Arc;

use holdfast_domain::signal::{Answer, LabelScore, Scored, Unavailable};
use holdfast_domain::{Signal, SignalKind};
use holdfast_models::Linear;
use holdfast_models::linear::LinearScores;

use crate::encoder::{covers, median_level};
use crate::error::ClassifierError;
use crate::{Classifier, JudgedText, scoring};

/// A word that it does not know moves the score less than this: below, silence in a strange language
/// is no answer.
const FIRES_FROM: f32 = 0.3;

/// Reads with the linear tier.
pub struct LinearClassifier {
    model: Arc<Linear>,
    version: String,
}

impl LinearClassifier {
    /// A classifier over an opened artefact.
    pub fn new(model: Arc<Linear>) -> Self {
        let version = model.artifact().identity();
        Self { model, version }
    }

    fn signal(&self, kind: SignalKind, covered: bool, scores: &LinearScores) -> Signal {
        let score = match kind {
            SignalKind::Crisis => scores.crisis[0],
            SignalKind::Harassment => scores.harassment,
            SignalKind::Stigma => scores.stigma,
        };
        let crisis = kind == SignalKind::Crisis;
        let label = |(label, score): (&&str, f32)| LabelScore {
            label: (*label).to_owned(),
            score: scoring::share(score),
        };
        let labels = scoring::CRISIS_LABELS.iter().zip(scores.crisis).map(label);
        let answer = if covered || score >= FIRES_FROM {
            Answer::Scored(Scored {
                score: scoring::share(score),
                level: crisis.then(|| median_level(scores.crisis)),
                labels: labels.filter(|_| crisis).collect(),
                evidence: Vec::new(),
            })
        } else {
            Answer::Unavailable(Unavailable::LanguageNotCovered)
        };
        Signal {
            kind,
            classifier: self.name().to_owned(),
            version: self.version.clone(),
            answer,
        }
    }
}

impl Classifier for LinearClassifier {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn signals(&self) -> &[SignalKind] {
        &SignalKind::ALL
    }

    fn judge(&self, batch: &[JudgedText]) -> Result<Vec<Vec<Signal>>, ClassifierError> {
        let languages = &self.model.artifact().manifest.languages;
        let judge = |text: &JudgedText| {
            let scores = self.model.read(text.text());
            let covered = covers(languages, text.language());
            SignalKind::ALL
                .map(|kind| self.signal(kind, covered, &scores))
                .to_vec()
        };
        Ok(batch.iter().map(judge).collect())
    }
}
