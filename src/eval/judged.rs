//! Rows with the pipeline's answers beside their labels. Texts are left behind here.

use std::collections::BTreeMap;

use super::measures::{Observation, Signal};
use super::rows::Labels;
use super::{Labelled, pairs};
use crate::assess::{TextAssessed, TextToAssess, assess};
use crate::assessor::Assessor;

/// Texts that are read together.
const BATCH: usize = 64;

/// A row, judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Where it is from.
    pub source: String,
    /// What it shows.
    pub functionality: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// What it is drawn together with.
    pub group: Option<String>,
    /// Whether its words are hidden from filters.
    pub obfuscated: bool,
    /// Whether the next row is its other half.
    pub first_of_pair: bool,
    /// What it is.
    pub labels: Labels,
    /// What was read.
    pub answer: Answer,
}

/// What was read in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Answer {
    /// The level, 0 to 3.
    pub crisis: u8,
    /// How likely each level is.
    pub crisis_scores: [f64; 4],
    /// 0 or 1.
    pub harassment: u8,
    /// A probability.
    pub harassment_score: f64,
    /// 0 or 1.
    pub stigma: u8,
    /// A probability.
    pub stigma_score: f64,
    /// A classifier of crisis gave no answer, and a person has to look.
    pub unscored: bool,
}

impl From<&TextAssessed> for Answer {
    fn from(said: &TextAssessed) -> Self {
        Self {
            crisis: said.crisis,
            crisis_scores: said.crisis_scores,
            harassment: said.harassment,
            harassment_score: said.harassment_score,
            stigma: said.stigma,
            stigma_score: said.stigma_score,
            unscored: said.unscored,
        }
    }
}

/// Asks the pipeline about all rows. Calls `done` with the number of rows after each batch. Also gives the versions
/// that answered.
pub fn judge(
    assessor: &Assessor,
    rows: &[Labelled],
    mut done: impl FnMut(usize),
) -> (Vec<Judged>, BTreeMap<String, String>) {
    let (mut judged, mut versions) = (Vec::with_capacity(rows.len()), BTreeMap::new());
    for batch in rows.chunks(BATCH) {
        let texts: Vec<TextToAssess> = batch.iter().map(|row| row.text.clone()).collect();
        let answers = assess(assessor, &texts, false);
        judged.extend(
            batch
                .iter()
                .zip(&answers)
                .map(|(row, said)| Judged::of(row, said.into())),
        );
        versions.extend(answers.into_iter().flat_map(|said| said.versions));
        done(batch.len());
    }
    for first in pairs::first_of_pairs(rows) {
        judged[first].first_of_pair = true;
    }
    (judged, versions)
}

impl Judged {
    fn of(row: &Labelled, answer: Answer) -> Self {
        Self {
            source: row.source.clone(),
            functionality: row.functionality.clone(),
            lang: row.text.lang.clone(),
            group: row.group.clone(),
            obfuscated: row.is_obfuscated(),
            first_of_pair: false,
            labels: row.labels,
            answer,
        }
    }

    /// What the row says for a signal, if its label is known.
    pub fn observation(&self, signal: Signal) -> Option<Observation> {
        let (labels, answer) = (&self.labels, &self.answer);
        let binary = |label: Option<u8>, read, score| {
            let level = label?;
            Some(Observation {
                lowest: level,
                highest: level,
                read,
                score,
            })
        };
        match signal {
            Signal::Crisis => {
                let (lowest, highest) = labels.crisis?;
                let score = answer.crisis_scores[2] + answer.crisis_scores[3];
                let score = score.clamp(0.0, 1.0);
                Some(Observation {
                    lowest,
                    highest,
                    read: answer.crisis,
                    score,
                })
            }
            Signal::Harassment => binary(
                labels.harassment,
                answer.harassment,
                answer.harassment_score,
            ),
            Signal::Stigma => binary(labels.stigma, answer.stigma, answer.stigma_score),
            Signal::Any => None,
        }
    }

    /// Whether this row and another are ordered by their scores as by their labels. Nothing where the labels do not
    /// order them.
    pub fn ordered(&self, other: &Self, signal: Signal) -> Option<bool> {
        let (mine, theirs) = (self.observation(signal)?, other.observation(signal)?);
        let (my_score, their_score) = (self.height(signal), other.height(signal));
        if mine.lowest > theirs.highest {
            Some(my_score > their_score)
        } else if theirs.lowest > mine.highest {
            Some(their_score > my_score)
        } else {
            None
        }
    }

    /// The score that orders rows: for crisis the expected level, since neighbours may be 0 and 1, or 2 and 3.
    fn height(&self, signal: Signal) -> f64 {
        match signal {
            Signal::Harassment => self.answer.harassment_score,
            Signal::Stigma => self.answer.stigma_score,
            _ => {
                let [_, one, two, three] = self.answer.crisis_scores;
                one + 2.0 * two + 3.0 * three
            }
        }
    }
}
