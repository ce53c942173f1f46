//! The deep stage's stand-in, until a learned encoder takes its place.
//!
//! It is a handful of hand-set weights on lexical features and knows little that triage does not: it
//! adds the parent of a reply ("same here" under a post about dying), piles of weak signs in one text,
//! and talk to or about others. It has never been fitted or calibrated; its score says "a person should
//! look", nothing more. English only, and it says so.

use std::sync::Arc;

use holdfast_domain::signal::{Answer, Scored, Unavailable};
use holdfast_domain::{CrisisLevel, Score, Signal, SignalKind};

use crate::error::ClassifierError;
use crate::language::Guess;
use crate::lexicon::{Hit, LexiconSet};
use crate::{Classifier, JudgedText, scoring};

/// Counts of words and signs in one text.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Features {
    words: u32,
    first_person: u32,
    second_person: u32,
    despair: u32,
    contempt: u32,
    illness: u32,
    others: u32,
    agrees: bool,
}

const FIRST: &[&str] = &["i", "im", "ive", "me", "my", "myself", "id"];
const SECOND: &[&str] = &["you", "your", "youre", "u", "ur", "yourself", "urself"];
const DESPAIR: &[&str] = &[
    "alone",
    "anymore",
    "done",
    "empty",
    "ending",
    "forever",
    "goodbye",
    "gone",
    "hopeless",
    "numb",
    "nobody",
    "nothing",
    "pointless",
    "tired",
    "tonight",
    "trapped",
    "unbearable",
    "worthless",
    "sorry",
    "peace",
    "pain",
];
const CONTEMPT: &[&str] = &[
    "pathetic",
    "loser",
    "disgusting",
    "stupid",
    "ugly",
    "idiot",
    "freak",
    "joke",
    "clown",
    "coward",
    "trash",
    "useless",
    "embarrassing",
    "weirdo",
    "creep",
    "attention",
    "liar",
    "shut",
    "bitch",
    "burden",
    "parasite",
];
const ILLNESS: &[&str] = &[
    "depressed",
    "depression",
    "bipolar",
    "schizophrenic",
    "schizo",
    "schizos",
    "psycho",
    "autistic",
    "ocd",
    "bpd",
    "mental",
    "mentally",
    "addict",
    "addicts",
    "junkie",
    "junkies",
    "suicide",
    "therapy",
    "meds",
    "psychotic",
    "crazy",
];
const OTHERS: &[&str] = &[
    "they", "them", "theyre", "people", "those", "these", "everyone", "kids", "someone", "type",
    "lot",
];
/// Ways to say "I too", which carry over what the parent says.
const AGREEMENT: &[&str] = &[
    "same",
    "me too",
    "me as well",
    "im the same",
    "this is me",
    "i feel this",
    "right there with you",
    "not alone in that",
    "samee",
    "mood",
];

impl Features {
    fn of(text: &str) -> Self {
        let mut features = Self {
            agrees: AGREEMENT.iter().any(|words| starts_with_words(text, words)),
            ..Self::default()
        };
        for word in text
            .split(|ch: char| !ch.is_alphanumeric())
            .filter(|word| !word.is_empty())
        {
            features.words += 1;
            let lists = [
                (FIRST, &mut features.first_person),
                (SECOND, &mut features.second_person),
                (DESPAIR, &mut features.despair),
                (CONTEMPT, &mut features.contempt),
                (ILLNESS, &mut features.illness),
                (OTHERS, &mut features.others),
            ];
            for (list, count) in lists {
                *count += u32::from(list.contains(&word));
            }
        }
        features
    }

    /// What the features alone are worth for a signal, in millionths.
    fn weight(&self, kind: SignalKind) -> u32 {
        let some = |count: u32, each: u32, most: u32| (count * each).min(most);
        match kind {
            SignalKind::Crisis if self.first_person == 0 => 0,
            SignalKind::Crisis => some(self.despair, 60_000, 300_000),
            SignalKind::Harassment if self.second_person == 0 => 0,
            SignalKind::Harassment => some(self.contempt, 150_000, 450_000),
            SignalKind::Stigma if self.illness == 0 || self.first_person > self.others => 0,
            SignalKind::Stigma => {
                some(self.illness, 60_000, 180_000) + some(self.others, 60_000, 180_000)
            }
        }
    }
}

fn starts_with_words(text: &str, words: &str) -> bool {
    text.strip_prefix(words)
        .is_some_and(|rest| !rest.starts_with(|ch: char| ch.is_alphanumeric()))
}

/// The stand-in; see the module.
pub struct StandIn {
    set: Arc<LexiconSet>,
    version: String,
}

impl StandIn {
    /// A stand-in that reads with `set`.
    pub fn new(set: Arc<LexiconSet>) -> Self {
        let version = format!("0-{}", set.digest());
        Self { set, version }
    }

    fn judge_one(&self, text: &JudgedText) -> Vec<Signal> {
        let hits = self.set.find(text.text());
        let features = Features::of(text.text());
        let parent = text
            .parent()
            .map(|parent| self.set.find(parent))
            .unwrap_or_default();
        let english = !matches!(text.language(), Guess::Other | Guess::Known(_))
            || text.language() == Guess::Known("en");
        let judge = |kind| {
            let mine: Vec<&Hit<'_>> = hits.iter().filter(|hit| hit.entry.signal == kind).collect();
            let answer = if english || !mine.is_empty() {
                Answer::Scored(scored(kind, text, &mine, &features, &parent))
            } else {
                Answer::Unavailable(Unavailable::LanguageNotCovered)
            };
            Signal {
                kind,
                classifier: self.name().to_owned(),
                version: self.version.clone(),
                answer,
            }
        };
        SignalKind::ALL.map(judge).to_vec()
    }
}

fn scored(
    kind: SignalKind,
    text: &JudgedText,
    hits: &[&Hit<'_>],
    features: &Features,
    parent: &[Hit<'_>],
) -> Scored {
    let mut level = hits
        .iter()
        .map(|hit| hit.entry.level)
        .max()
        .unwrap_or_default();
    let mut weights: Vec<Score> = hits.iter().map(|hit| hit.entry.weight).collect();
    weights.extend(Score::from_millionths(features.weight(kind)));
    let mut labels: Vec<(&str, Score)> = hits
        .iter()
        .map(|hit| (hit.entry.category.as_str(), hit.entry.weight))
        .collect();
    if kind == SignalKind::Crisis && features.agrees {
        // Who agrees with a post about dying says as much, less urgently.
        for hit in parent.iter().filter(|hit| hit.entry.signal == kind) {
            level = level.max(hit.entry.level.min(CrisisLevel::Urgent));
            weights.push(hit.entry.weight);
            labels.push(("agrees_with_parent", hit.entry.weight));
        }
    }
    Scored {
        score: scoring::combined(weights.into_iter()),
        level: (kind == SignalKind::Crisis).then_some(level),
        labels: scoring::labels(labels.into_iter()),
        evidence: hits
            .iter()
            .flat_map(|hit| text.evidence(hit.range.clone(), &hit.entry.category))
            .collect(),
    }
}

impl Classifier for StandIn {
    fn name(&self) -> &'static str {
        "stand-in"
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
mod tests {
    use super::*;

    fn crisis(text: &JudgedText) -> Scored {
        let set = crate::lexicon::shipped().unwrap();
        let judged = StandIn::new(set).judge(std::slice::from_ref(text)).unwrap();
        judged[0][0].scored().unwrap().clone()
    }

    #[test]
    fn an_answer_that_agrees_takes_over_what_its_parent_says() {
        let alone = crisis(&JudgedText::of_text("same here, every night"));
        let answer =
            crisis(&JudgedText::of_text("same here, every night").answering("I want to die"));
        assert_eq!(
            (alone.level, answer.level),
            (Some(CrisisLevel::None), Some(CrisisLevel::Urgent))
        );
        assert!(answer.score > alone.score);
    }

    #[test]
    fn a_language_it_does_not_know_is_no_zero() {
        let text =
            JudgedText::of_text("tänään kävin kaupassa enkä jaksanut enää mitään muuta tehdä");
        let judged = StandIn::new(crate::lexicon::shipped().unwrap())
            .judge(&[text])
            .unwrap();
        assert!(judged[0].iter().all(|signal| signal.answer == Answer::Unavailable(Unavailable::LanguageNotCovered)));
    }
}
