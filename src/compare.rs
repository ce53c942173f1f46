//! Two versions of a model on the same texts: which levels change, which way, and where labels say so, for the better?
//!
//! Levels are those of the policies in force, with everything else as in service. Texts are kept only for the changes,
//! and shown only to whoever asks.

mod rows;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use holdfast_domain::judge::JudgeRequest;
use holdfast_domain::{Assessment, Sensitive, SignalKind};
use serde::{Serialize, Serializer};

use crate::assessor::Assessor;
use crate::in_service::Model;
use crate::levels::{Direction, Levels};

pub(crate) use rows::{Row, read};
pub(crate) use table::table;

/// Texts that are read together.
const BATCH: usize = 64;

/// The two versions.
pub(crate) struct Versions {
    /// What reads in service.
    pub(crate) live: Assessor,
    /// What might.
    pub(crate) candidate: Assessor,
}

/// What became of all texts.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    /// Which classifier has the two versions.
    pub(crate) classifier: &'static str,
    /// The one in service.
    pub(crate) live: String,
    /// The other.
    pub(crate) candidate: String,
    /// How many texts were read by both.
    pub(crate) texts: usize,
    /// How many texts each left unscored; these reach a person whatever their level.
    pub(crate) unscored: Unscored,
    /// By signal.
    pub(crate) signals: BTreeMap<SignalKind, SignalChanges>,
}

/// Texts for which some classifier of crisis gave no answer.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Unscored {
    /// With the live version.
    pub(crate) live: usize,
    /// With the candidate.
    pub(crate) candidate: usize,
}

/// What became of one signal's levels.
#[derive(Debug, Default, Serialize)]
pub(crate) struct SignalChanges {
    /// A person would look sooner, or look at all.
    pub(crate) up: usize,
    /// A person would look later, or not at all.
    pub(crate) down: usize,
    /// It stays.
    pub(crate) same: usize,
    /// One of the two gave no answer.
    pub(crate) unknown: usize,
    /// Changes towards the label.
    pub(crate) better: usize,
    /// Changes away from the label.
    pub(crate) worse: usize,
    /// Each change, in the order of the texts.
    pub(crate) changes: Vec<Change>,
}

/// A text whose level changes.
#[derive(Debug, Serialize)]
pub(crate) struct Change {
    /// The text's id as given; its number in the file where it has none.
    pub(crate) id: serde_json::Value,
    /// The level with the live version.
    pub(crate) from: u8,
    /// The level with the candidate.
    pub(crate) to: u8,
    /// What the label says of it; none without a label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    /// The text; left out unless asked for.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown")]
    pub(crate) text: Option<Sensitive<String>>,
}

/// What a label says of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The new level is nearer to the label.
    Better,
    /// The new level is farther from it.
    Worse,
    /// Both are as far off, or the label supports both.
    Neither,
}

impl Change {
    /// Which way.
    pub(crate) fn direction(&self) -> Direction {
        Direction::of(self.from, self.to)
    }
}

/// Reads every text with both versions. `done` hears how many texts were read.
pub(crate) fn compare(
    model: Model,
    versions: &Versions,
    rows: &[Row],
    show_text: bool,
    done: impl Fn(usize),
) -> Comparison {
    let mut comparison = Comparison::of(model);
    for rows in rows.chunks(BATCH) {
        let requests: Vec<JudgeRequest> = rows.iter().map(Row::request).collect();
        let (live, candidate) = std::thread::scope(|scope| {
            let live = scope.spawn(|| judge(model, &versions.live, &requests));
            let candidate = judge(model, &versions.candidate, &requests);
            let live = live.join();
            (
                live.unwrap_or_else(|fault| std::panic::resume_unwind(fault)),
                candidate,
            )
        });
        for ((row, live), candidate) in rows.iter().zip(&live).zip(&candidate) {
            comparison.hear(row, live, candidate, show_text);
        }
        done(rows.len());
    }
    comparison
}

/// As the stage does that the model reads in: before the encoder has, or after.
fn judge(model: Model, assessor: &Assessor, requests: &[JudgeRequest]) -> Vec<Assessment> {
    match model {
        Model::Encoder => assessor.judge_briefly(requests),
        Model::Linear => assessor.judge_quickly(requests),
    }
}

impl Comparison {
    /// Nothing read yet.
    fn of(model: Model) -> Self {
        let nothing = |kind: SignalKind| (kind, SignalChanges::default());
        Self {
            classifier: model.as_str(),
            live: String::new(),
            candidate: String::new(),
            texts: 0,
            unscored: Unscored::default(),
            signals: SignalKind::ALL.map(nothing).into(),
        }
    }

    fn hear(&mut self, row: &Row, live: &Assessment, candidate: &Assessment, show_text: bool) {
        let version = |assessment: &Assessment| {
            let version = assessment.inputs.versions.get(self.classifier);
            version.cloned().unwrap_or_default()
        };
        (self.live, self.candidate) = (version(live), version(candidate));
        self.texts += 1;
        self.unscored.live += usize::from(live.crisis.is_unscored());
        self.unscored.candidate += usize::from(candidate.crisis.is_unscored());
        let (live, candidate) = (Levels::from(live), Levels::from(candidate));
        for (kind, changes) in &mut self.signals {
            let (Some(from), Some(to)) = (live.of(*kind), candidate.of(*kind)) else {
                changes.unknown += 1;
                continue;
            };
            let verdict = row.label(*kind).map(|label| verdict(label, from, to));
            changes.hear(Change {
                id: row.id.clone(),
                from,
                to,
                verdict,
                text: show_text.then(|| row.text.text.clone()),
            });
        }
    }
}

impl SignalChanges {
    fn hear(&mut self, change: Change) {
        match change.direction() {
            Direction::Same => {
                self.same += 1;
                return;
            }
            Direction::Up => self.up += 1,
            Direction::Down => self.down += 1,
        }
        self.better += usize::from(change.verdict == Some(Verdict::Better));
        self.worse += usize::from(change.verdict == Some(Verdict::Worse));
        self.changes.push(change);
    }

    /// How many of the changed texts had a label.
    pub(crate) fn labelled(&self) -> usize {
        let labelled = self.changes.iter();
        labelled.filter(|change| change.verdict.is_some()).count()
    }
}

/// What a label that supports the levels from `low` to `high` says.
fn verdict((low, high): (u8, u8), from: u8, to: u8) -> Verdict {
    let off = |level: u8| low.saturating_sub(level).max(level.saturating_sub(high));
    match off(to).cmp(&off(from)) {
        std::cmp::Ordering::Less => Verdict::Better,
        std::cmp::Ordering::Greater => Verdict::Worse,
        std::cmp::Ordering::Equal => Verdict::Neither,
    }
}

#[expect(
    clippy::ref_option,
    reason = "serde passes a reference to the whole field"
)]
fn shown<S: Serializer>(
    text: &Option<Sensitive<String>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    text.as_ref().map(Sensitive::reveal).serialize(serializer)
}
