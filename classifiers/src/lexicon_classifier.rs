//! The lexicons as a classifier of all three signals.
//!
//! Its scores are placeholders by entry weight, not calibrated against outcomes.

use std::sync::Arc;

use holdfast_domain::signal::{Answer, Scored, Unavailable};
use holdfast_domain::{Score, Signal, SignalKind};

use crate::error::ClassifierError;
use crate::language::Guess;
use crate::lexicon::{Hit, LexiconSet};
use crate::{Classifier, JudgedText, scoring};

/// Most hits that are shown as evidence for one signal.
const MOST_EVIDENCE: usize = 12;

/// Finds the phrases of a [`LexiconSet`].
pub struct LexiconClassifier {
    set: Arc<LexiconSet>,
    version: String,
}

impl LexiconClassifier {
    /// A classifier over `set`; its version is the digest of the files.
    pub fn new(set: Arc<LexiconSet>) -> Self {
        let version = set.digest();
        Self { set, version }
    }

    fn judge_one(&self, text: &JudgedText) -> Vec<Signal> {
        let hits = self.set.find(text.text());
        SignalKind::ALL
            .map(|kind| self.signal(kind, text, &hits))
            .to_vec()
    }

    fn signal(&self, kind: SignalKind, text: &JudgedText, hits: &[Hit<'_>]) -> Signal {
        let mine: Vec<&Hit<'_>> = hits.iter().filter(|hit| hit.entry.signal == kind).collect();
        if mine.is_empty() && !self.covers(kind, text.language()) {
            return Signal::unavailable(
                kind,
                self.name(),
                &self.version,
                Unavailable::LanguageNotCovered,
            );
        }
        Signal {
            kind,
            classifier: self.name().to_owned(),
            version: self.version.clone(),
            answer: Answer::Scored(scored(kind, text, &mine)),
        }
    }

    fn covers(&self, kind: SignalKind, language: Guess) -> bool {
        match language {
            Guess::Known(language) => self.set.languages(kind).any(|covered| covered == language),
            Guess::Other => false,
            Guess::Undetermined => true,
        }
    }
}

fn scored(kind: SignalKind, text: &JudgedText, hits: &[&Hit<'_>]) -> Scored {
    let level = hits
        .iter()
        .map(|hit| hit.entry.level)
        .max()
        .unwrap_or_default();
    // Each entry counts once, however often it is said.
    let mut entries: Vec<(&str, Score)> = hits
        .iter()
        .map(|hit| (hit.entry.id.as_str(), hit.entry.weight))
        .collect();
    entries.sort();
    entries.dedup();
    let mut shown: Vec<&&Hit<'_>> = hits.iter().collect();
    shown.sort_by_key(|hit| {
        (
            std::cmp::Reverse(hit.entry.level),
            std::cmp::Reverse(hit.entry.weight),
            hit.range.start,
        )
    });
    shown.truncate(MOST_EVIDENCE);
    shown.sort_by_key(|hit| hit.range.start);
    Scored {
        score: scoring::combined(entries.into_iter().map(|(_, weight)| weight)),
        level: (kind == SignalKind::Crisis).then_some(level),
        labels: scoring::labels(
            hits.iter()
                .map(|hit| (hit.entry.category.as_str(), hit.entry.weight)),
        ),
        evidence: shown
            .iter()
            .flat_map(|hit| text.evidence(hit.range.clone(), &hit.entry.category))
            .collect(),
    }
}

impl Classifier for LexiconClassifier {
    fn name(&self) -> &'static str {
        "lexicon"
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn signals(&self) -> &[SignalKind] {
        &SignalKind::ALL
    }

    fn judge(&self, batch: &[JudgedText]) -> Result<Vec<Vec<Signal>>, ClassifierError> {
        Ok(batch.iter().map(|text| self.judge_one(text)).collect())
    }
}

#[cfg(test)]
mod tests;
