//! What was screened, and what could not be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{with_prose, without_prose};
use crate::assessment::Stage;
use crate::intake::{Origin, RejectClass};
use crate::{CaseId, MessageId, Prose};

/// A batch was screened. Posts with nothing to review leave no other event; each has a leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAssessed {
    /// In which stage.
    pub stage: Stage,
    /// Source offsets covered, first and last, both inclusive.
    pub ranges: Vec<OffsetRange>,
    /// How many records.
    pub count: u32,
    /// Records by outcome, e.g. `clear`, `case`, `stale`, `repeat`, `dead_letter`.
    pub outcomes: BTreeMap<String, u32>,
    /// Digest of the ruleset, lowercase hex.
    pub ruleset: String,
    /// Classifier to version or digest.
    pub versions: BTreeMap<String, String>,
    /// Merkle root over the batch's leaves, lowercase hex.
    pub merkle_root: String,
}
without_prose!(BatchAssessed);

/// A run of records of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffsetRange {
    /// `topic/partition`, `http/integrator` or `file/name`.
    pub source: String,
    /// The first.
    pub first: i64,
    /// The last.
    pub last: i64,
}

/// A record could not be read. It stands among the dead letters and in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordDeadLettered {
    /// The dead letter.
    pub message: MessageId,
    /// Where the record stood.
    pub origin: Origin,
    /// What was wrong.
    pub class: RejectClass,
    /// The case that a person will read it in.
    pub case: CaseId,
}
without_prose!(RecordDeadLettered);

/// A dead letter was put through again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterReplayed {
    /// The dead letter.
    pub message: MessageId,
    /// Why.
    pub reason: Prose,
    /// Whether it could be read this time.
    pub decoded: bool,
}
with_prose!(DeadLetterReplayed: reason);

/// An operator let a stopped partition go on, past records that nobody screened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeResumed {
    /// `topic/partition`.
    pub source: String,
    /// The first offset that was not screened.
    pub unscreened_from: i64,
    /// Where reading goes on.
    pub resumed_at: i64,
    /// Why.
    pub reason: Prose,
}
with_prose!(IntakeResumed: reason);

/// A platform shared something about a member, for their sake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileHintReceived {
    /// What, as JSON, sealed with the member's key.
    pub hint: Prose,
}
with_prose!(ProfileHintReceived: hint);
