//! The learned encoder as a classifier of all three signals.
//!
//! Its scores are calibrated on corpus rows that were held out of training; how far that carries to a
//! community's posts is in the artefact's `MODEL_CARD.md`. Which score means what is the policies'
//! business: a crisis signal's score says that the level is at least `soon`, and its labels `soon`,
//! `urgent` and `act_now` say how likely each level or more is.

mod evidence;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use holdfast_domain::signal::{Answer, LabelScore, Scored, Unavailable};
use holdfast_domain::{CrisisLevel, Evidence, Signal, SignalKind};
use holdfast_models::{Reader, Reading, Scores};

use crate::error::ClassifierError;
use crate::language::Guess;
use crate::{Classifier, JudgedText, scoring};

/// From this score on a reader is shown which words it rests on, and what they are called. The shipped policies
/// act from here on at the earliest, so that no card stands without a reason.
const SHOWN_FROM: f32 = 0.2;

/// Reads with the encoder.
pub struct EncoderClassifier {
    reader: Arc<Reader>,
    version: String,
    explains: bool,
}

impl EncoderClassifier {
    /// A classifier over an opened artefact.
    pub fn new(reader: Arc<Reader>) -> Self {
        let version = reader.artifact().identity();
        Self {
            reader,
            version,
            explains: true,
        }
    }

    /// The same without evidence, for answers that show none: where something is found, finding the words
    /// that it rests on takes several times as long as reading.
    #[must_use]
    pub const fn without_evidence(mut self) -> Self {
        self.explains = false;
        self
    }

    /// Signals of one text, in the order of [`SignalKind::ALL`].
    fn signals_of(&self, text: &JudgedText, scores: &Scores) -> Vec<Signal> {
        let notable = SignalKind::ALL.map(|kind| main_score(kind, scores) >= SHOWN_FROM);
        let evidence = if self.explains {
            // An answer stands also where nobody can say what it rests on.
            evidence::find(&self.reader, text, scores).unwrap_or_default()
        } else {
            Default::default()
        };
        let covered = self.covers(text.language());
        SignalKind::ALL
            .iter()
            .zip(notable)
            .zip(evidence)
            .map(|((kind, notable), spans)| {
                let answer = if covered || notable {
                    Answer::Scored(self.scored(*kind, text, scores, &spans))
                } else {
                    Answer::Unavailable(Unavailable::LanguageNotCovered)
                };
                Signal {
                    kind: *kind,
                    classifier: self.name().to_owned(),
                    version: self.version.clone(),
                    answer,
                }
            })
            .collect()
    }

    /// Whether "nothing" means something in this language.
    fn covers(&self, language: Guess) -> bool {
        covers(&self.reader.artifact().manifest.languages, language)
    }

    fn scored(
        &self,
        kind: SignalKind,
        text: &JudgedText,
        scores: &Scores,
        spans: &[std::ops::Range<usize>],
    ) -> Scored {
        let labels = self.labels(kind, scores);
        let reason = labels
            .iter()
            .find(|label| !scoring::CRISIS_LABELS.contains(&label.label.as_str()))
            .map_or(kind.as_str(), |label| label.label.as_str());
        let evidence: Vec<Evidence> = spans
            .iter()
            .flat_map(|span| text.evidence(span.clone(), reason))
            .collect();
        Scored {
            score: scoring::share(main_score(kind, scores)),
            level: (kind == SignalKind::Crisis).then(|| median_level(scores.crisis)),
            labels,
            evidence,
        }
    }

    fn labels(&self, kind: SignalKind, scores: &Scores) -> Vec<LabelScore> {
        let manifest = &self.reader.artifact().manifest;
        let mut labels: Vec<LabelScore> = Vec::new();
        let mut add = |label: &str, score: f32| {
            labels.push(LabelScore {
                label: label.to_owned(),
                score: scoring::share(score),
            });
        };
        if kind == SignalKind::Crisis {
            for (label, score) in scoring::CRISIS_LABELS.iter().zip(scores.crisis) {
                add(label, score);
            }
        }
        if kind == SignalKind::Stigma && scores.stigma >= SHOWN_FROM {
            let named = manifest.attributions.iter().zip(&scores.attributions);
            for (name, score) in named.filter(|(_, score)| **score >= SHOWN_FROM) {
                add(name, *score);
            }
        }
        if main_score(kind, scores) >= SHOWN_FROM {
            let named = manifest.functionalities.iter().zip(&scores.functionalities);
            let mine = named.filter(|(name, _)| scoring::signal_of(name) == Some(kind));
            let likeliest = mine.max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((name, score)) = likeliest.filter(|(_, score)| **score >= SHOWN_FROM) {
                add(name, *score);
            }
        }
        labels.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.label.cmp(&b.label)));
        labels
    }
}

impl Classifier for EncoderClassifier {
    fn name(&self) -> &'static str {
        "encoder"
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn signals(&self) -> &[SignalKind] {
        &SignalKind::ALL
    }

    fn judge(&self, batch: &[JudgedText]) -> Result<Vec<Vec<Signal>>, ClassifierError> {
        let readings: Vec<Reading<'_>> = batch
            .iter()
            .map(|text| Reading {
                text: text.text(),
                parent: text.parent(),
            })
            .collect();
        let scores = self.reader.read(&readings);
        let scores = scores.map_err(|_| ClassifierError::Failed("a text could not be read"))?;
        let judged = batch.iter().zip(&scores);
        Ok(judged
            .map(|(text, scores)| self.signals_of(text, scores))
            .collect())
    }
}

/// The score that says that a signal is there.
fn main_score(kind: SignalKind, scores: &Scores) -> f32 {
    match kind {
        SignalKind::Crisis => scores.crisis[0],
        SignalKind::Harassment => scores.harassment,
        SignalKind::Stigma => scores.stigma,
    }
}

/// The highest level that is likelier than not.
pub(crate) fn median_level(crisis: [f32; 3]) -> CrisisLevel {
    let reached = crisis.iter().filter(|score| **score >= 0.5).count();
    [
        CrisisLevel::None,
        CrisisLevel::Soon,
        CrisisLevel::Urgent,
        CrisisLevel::ActNow,
    ][reached]
}

/// Whether a model that knows `languages` may say "nothing" about a text.
pub(crate) fn covers(languages: &[String], language: Guess) -> bool {
    match language {
        Guess::Known(language) => languages.iter().any(|known| known == language),
        Guess::Other => false,
        Guess::Undetermined => true,
    }
}
