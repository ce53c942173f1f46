//! What one classifier said.

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CrisisLevel, Score};

/// What is looked for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SignalKind {
    /// Somebody may be in danger.
    Crisis,
    /// Somebody is attacked.
    Harassment,
    /// Illness, suicide, addiction or treatment is stigmatised.
    Stigma,
}

impl SignalKind {
    /// All signals.
    pub const ALL: [Self; 3] = [Self::Crisis, Self::Harassment, Self::Stigma];

    /// The signal's name in files, metrics and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crisis => "crisis",
            Self::Harassment => "harassment",
            Self::Stigma => "stigma",
        }
    }
}

impl fmt::Display for SignalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One classifier's answer on one signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// Which signal.
    pub kind: SignalKind,
    /// Who answers, e.g. `lexicon`.
    pub classifier: String,
    /// Which version of it: a number or the digest of its data.
    pub version: String,
    /// The answer.
    pub answer: Answer,
}

/// A score, or the reason why there is none. Silence is not innocence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The classifier answered.
    Scored(Scored),
    /// The classifier did not answer, for this reason.
    Unavailable(Unavailable),
}

/// A classifier's score and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scored {
    /// How sure the classifier is that the signal is there.
    pub score: Score,
    /// For crisis: the urgency that the classifier reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<CrisisLevel>,
    /// Finer answers, e.g. a stigma attribution or `method_detail`, by descending score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<LabelScore>,
    /// The words that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A named finer answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LabelScore {
    /// The label, e.g. `social_distance`.
    pub label: String,
    /// How sure.
    pub score: Score,
}

/// Why a classifier gave no answer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// It did not finish within its time budget.
    TimedOut,
    /// It failed.
    Failed,
    /// It was not asked, because too much else was waiting.
    Overloaded,
    /// It does not know the language of the text.
    LanguageNotCovered,
    /// It is switched off.
    SwitchedOff,
    /// The record could not be decoded, so there was no post to judge.
    NotDecoded,
    /// The post was reported or named, but never received.
    PostNotReceived,
}

impl Unavailable {
    /// The reason's name in metrics and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
            Self::Overloaded => "overloaded",
            Self::LanguageNotCovered => "language_not_covered",
            Self::SwitchedOff => "switched_off",
            Self::NotDecoded => "not_decoded",
            Self::PostNotReceived => "post_not_received",
        }
    }
}

/// A stretch of the original text that an answer rests on. Holds offsets, never words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Where.
    pub span: Span,
    /// Which message: 0 is the judged post, `k` the `k`-th of the preceding messages that were
    /// judged with it, the nearest first (see `Inputs::preceding`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub message: u8,
    /// What it shows, in the words of a label, e.g. `goodbye_explicit`.
    pub label: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
const fn is_zero(message: &u8) -> bool {
    *message == 0
}

/// Byte offsets into the original UTF-8 text, on character boundaries, end exclusive.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from a range of bytes.
    pub fn new(range: Range<usize>) -> Self {
        Self {
            start: range.start as u32,
            end: range.end as u32,
        }
    }

    /// The bytes it covers.
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the two share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl Signal {
    /// The score, where there is one.
    pub const fn scored(&self) -> Option<&Scored> {
        match &self.answer {
            Answer::Scored(scored) => Some(scored),
            Answer::Unavailable(_) => None,
        }
    }

    /// An answer that is none.
    pub fn unavailable(
        kind: SignalKind,
        classifier: &str,
        version: &str,
        why: Unavailable,
    ) -> Self {
        Self {
            kind,
            classifier: classifier.to_owned(),
            version: version.to_owned(),
            answer: Answer::Unavailable(why),
        }
    }
}
