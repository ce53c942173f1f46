//! What happens to every record, from the platform to the log. This file is the whole picture:
//!
//! ```text
//!        RECEIVES          SCORE          EVALUATE        DECIDES         RECORDS
//! Kafka ─► Received ─► Signals ─► Assessment ─► case events ─► one append ─┬─► projector ─► queue
//! HTTP      (batch)    (panel)     (rules)       (CaseBook)                └─► relay ─► platform
//! ```
//!
//! A batch is judged once and decided as often as it takes: when somebody else moved a case
//! meanwhile, the append is refused as a whole, and the same judgements meet the new state.
//! Only after the append does the source hear that its batch is done.

mod appending;
mod deciding;
mod deep;
mod incoming;
mod judging;
mod known;
mod late;
mod outgoing;
mod salvage;
mod settings;
#[cfg(test)]
mod tests;

use std::ops::Deref;
use std::sync::Arc;

use holdfast_domain::{Clock, IdSource};
use holdfast_event_store::{AppendError, Content, EventLog, Intake, Outbox, StoreError};
use holdfast_ingest::Batch;
use tokio::time::Instant;
use tracing::{Instrument, debug_span};

use crate::assessor::Assessor;
use crate::crash::{CrashPoint, crash_at};
use crate::metrics::PipelineMetrics;
use crate::telemetry::record_spans;

pub use deep::DeepStage;
pub use judging::Judged;
pub(crate) use judging::JudgedRecord;
pub(crate) use outgoing::wants_deep;
pub use settings::PipelineSettings;

/// What the pipeline works with.
pub struct PipelineParts {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// What is known beforehand.
    pub intake: Arc<dyn Intake>,
    /// What was screened before.
    pub content: Arc<dyn Content>,
    /// What automation has asked for already.
    pub outbox: Arc<dyn Outbox>,
    /// Classifiers and rules.
    pub assessor: Arc<Assessor>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// Settings.
    pub settings: Arc<PipelineSettings>,
    /// Figures.
    pub metrics: PipelineMetrics,
}

/// The path of a batch. Cheap to clone.
#[derive(Clone)]
pub struct Pipeline(Arc<PipelineParts>);

impl Deref for Pipeline {
    type Target = PipelineParts;

    fn deref(&self) -> &PipelineParts {
        &self.0
    }
}

/// What became of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordOutcome {
    /// Screened; nothing for a person to look at.
    Clear,
    /// In a case.
    Case,
    /// Listed in an incident.
    Incident,
    /// Taken in before.
    Repeat,
    /// An older revision than the one we have, with nothing for a person to look at by now; replaces nothing.
    Stale,
    /// Could not be read: among the dead letters and before a person.
    DeadLetter,
    /// News about a post, an action or a member, recorded.
    Noted,
    /// About a post or action that we do not know; recorded as such.
    Unknown,
    /// By a program or by ourselves: not judged.
    NotJudged,
    /// The canary.
    Synthetic,
}

impl RecordOutcome {
    /// The outcome's name in leaves and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Case => "case",
            Self::Incident => "incident",
            Self::Repeat => "repeat",
            Self::Stale => "stale",
            Self::DeadLetter => "dead_letter",
            Self::Noted => "noted",
            Self::Unknown => "unknown",
            Self::NotJudged => "not_judged",
            Self::Synthetic => "synthetic",
        }
    }
}

impl Pipeline {
    /// Puts the parts together.
    pub fn new(parts: PipelineParts) -> Self {
        Self(Arc::new(parts))
    }

    /// Takes a batch in: recall, judge, decide, record. Answers what became of each record.
    ///
    /// Conflicts are decided again here; [`AppendError::Fenced`] and what trying again cannot mend
    /// go back to the source, which keeps its position.
    pub async fn take_in(&self, batch: &Batch) -> Result<Vec<RecordOutcome>, AppendError> {
        let span = debug_span!("take_in", source = %batch.source, records = batch.records.len());
        let _records = record_spans(&span, &batch.records);
        self.take_in_batch(batch).instrument(span).await
    }

    async fn take_in_batch(&self, batch: &Batch) -> Result<Vec<RecordOutcome>, AppendError> {
        crash_at(CrashPoint::AfterReceive);
        let mut known = self.recall(batch, &[]).await?;
        let began = Instant::now();
        let mut judged = self.judge(batch, &known).await;
        self.metrics.spent("judge", began.elapsed());
        let causes = judged.incident_causes(batch);
        if !causes.is_empty() {
            known = self.recall(batch, &causes).await?;
        }
        self.recall_screened(batch, &judged, &mut known).await?;
        loop {
            let decided = self.decide(batch, &known, &judged);
            let began = Instant::now();
            match self.log.append(decided.append).await {
                Ok(_) => {
                    crash_at(CrashPoint::AfterAppend);
                    self.metrics.spent("append", began.elapsed());
                    self.metrics
                        .recorded(batch, &judged, &decided.outcomes, self.clock.now());
                    return Ok(decided.outcomes);
                }
                // Somebody moved a case, or saw a member first: decide again on what is true now.
                Err(error) if error.is_conflict() => {
                    tracing::debug!(%error, "deciding a batch again");
                    known = self.recall(batch, &causes).await?;
                    if judged.outdated_by(&known) {
                        judged = self.judge(batch, &known).await;
                    }
                    self.recall_screened(batch, &judged, &mut known).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Lets `?` turn a failed recall into the error of the append that it was for.
pub(crate) type Recalled<T> = Result<T, StoreError>;
