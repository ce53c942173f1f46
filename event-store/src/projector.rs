//! From the log to rows, by checkpoint.
//!
//! What an event does to a row is the [`Projection`]'s business and pure; this loop reads a batch,
//! lets it be folded, and writes rows and checkpoint in one transaction. Several instances may run it:
//! whoever finds the checkpoint moved reads on from there. An event that cannot be read stops it,
//! since skipping would lose facts.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::{CaseId, EventEnvelope, Position};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::error::StoreError;
use crate::metrics::metrics;
use crate::ports::{
    CaseRow, Checkpoint, EventLog, Generation, GenerationState, ProjectionWrite, Projections,
};

/// How events change rows. Pure: reads no clock, and gives the same rows however events are batched.
pub trait Projection: Send + Sync {
    /// The projection's name among checkpoints.
    fn name(&self) -> &str;

    /// The cases whose rows these events need.
    fn cases_in(&self, events: &[EventEnvelope]) -> Vec<CaseId>;

    /// The rows after these events, from those before them. Rows that stay as they are may be left
    /// out.
    fn project(
        &self,
        events: &[EventEnvelope],
        before: Vec<CaseRow>,
    ) -> Result<Vec<CaseRow>, StoreError>;
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing new in the log.
    Idle,
    /// The checkpoint moved.
    Moved(Position),
    /// Another instance moved the checkpoint in between.
    Overtaken,
}

/// Runs one projection.
#[derive(Clone)]
pub struct Projector {
    log: Arc<dyn EventLog>,
    rows: Arc<dyn Projections>,
    projection: Arc<dyn Projection>,
    batch: usize,
    poll: Duration,
}

impl std::fmt::Debug for Projector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Projector({})", self.projection.name())
    }
}

impl Projector {
    /// A projector that reads up to 500 events at once and looks for other instances' appends four
    /// times a second.
    pub fn new(
        log: Arc<dyn EventLog>,
        rows: Arc<dyn Projections>,
        projection: Arc<dyn Projection>,
    ) -> Self {
        Self {
            log,
            rows,
            projection,
            batch: 500,
            poll: Duration::from_millis(250),
        }
    }

    /// Reads that many events at once instead, at least 1.
    #[must_use]
    pub fn with_batch(mut self, events: usize) -> Self {
        self.batch = events.max(1);
        self
    }

    /// Follows the log until `stop`. Waits and tries again while the database is away; ends with an
    /// error only where trying again cannot help.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), StoreError> {
        let mut appended = self.log.appended();
        while !stop.is_cancelled() {
            let pause = match self.step().await {
                Ok(Step::Moved(_) | Step::Overtaken) => continue,
                Ok(Step::Idle) => self.poll,
                Err(failure) if failure.is_transient() => {
                    warn!(projection = self.projection.name(), error = %failure, "projection waits for the database");
                    Duration::from_secs(1)
                }
                Err(failure) => return Err(failure),
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = appended.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        Ok(())
    }

    /// Takes in one batch into the generation that serves.
    pub async fn step(&self) -> Result<Step, StoreError> {
        let serving = self.serving().await?;
        self.step_in(serving.generation, serving.checkpoint).await
    }

    /// Takes in everything that stands in the log now.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        while self.step().await? != Step::Idle {}
        Ok(())
    }

    /// Fills a new generation from the log while the old one serves, then swaps.
    pub async fn rebuild(&self) -> Result<Generation, StoreError> {
        self.serving().await?;
        let name = self.projection.name();
        let generation = self.rows.begin_generation(name).await?;
        let mut checkpoint: Checkpoint = None;
        loop {
            match self.step_in(generation, checkpoint).await? {
                Step::Moved(position) => checkpoint = Some(position),
                Step::Overtaken => {
                    return Err(StoreError::Setup(format!(
                        "another rebuild of projection {name} began; let that one finish"
                    )));
                }
                Step::Idle if self.rows.swap(name, generation).await? => break,
                // The serving one is ahead: there must be more to read.
                Step::Idle => {}
            }
        }
        info!(
            projection = name,
            generation = generation.0,
            "projection was rebuilt from the log"
        );
        Ok(generation)
    }

    async fn serving(&self) -> Result<GenerationState, StoreError> {
        let name = self.projection.name();
        if let Some(state) = self
            .rows
            .generations(name)
            .await?
            .into_iter()
            .find(|state| state.serving)
        {
            return Ok(state);
        }
        self.rows.begin_generation(name).await?;
        let state = self
            .rows
            .generations(name)
            .await?
            .into_iter()
            .find(|state| state.serving);
        state.ok_or_else(|| {
            StoreError::corrupt(format!("projection {name} has no generation that serves"))
        })
    }

    async fn step_in(
        &self,
        generation: Generation,
        checkpoint: Checkpoint,
    ) -> Result<Step, StoreError> {
        let events = self.read_after(checkpoint).await?;
        let Some(last) = events.last().map(|event| event.position) else {
            self.note_lag(checkpoint);
            return Ok(Step::Idle);
        };
        let before = self
            .rows
            .load_rows(generation, &self.projection.cases_in(&events))
            .await?;
        let cases = self.projection.project(&events, before)?;
        let write = ProjectionWrite {
            name: self.projection.name().to_owned(),
            generation,
            expected: checkpoint,
            checkpoint: last,
            cases,
        };
        let moved = self.rows.write(write).await?;
        self.note_lag(Some(last));
        Ok(if moved {
            Step::Moved(last)
        } else {
            Step::Overtaken
        })
    }

    /// The next events; those before one that cannot be read are still taken in.
    async fn read_after(&self, checkpoint: Checkpoint) -> Result<Vec<EventEnvelope>, StoreError> {
        let next = checkpoint.map_or(0, |position| position.0 + 1);
        match self.log.read_after(checkpoint, self.batch).await {
            Err(StoreError::Unreadable { position, .. }) if position.0 > next => {
                self.log
                    .read_after(checkpoint, (position.0 - next) as usize)
                    .await
            }
            read => read,
        }
    }

    fn note_lag(&self, checkpoint: Checkpoint) {
        let events = *self.log.appended().borrow();
        let done = checkpoint.map_or(0, |position| position.0 + 1);
        let lag = i64::try_from(events.saturating_sub(done)).unwrap_or(i64::MAX);
        metrics()
            .projection_lag
            .with_label_values(&[self.projection.name()])
            .set(lag);
        metrics()
            .log_events
            .set(i64::try_from(events.max(done)).unwrap_or(i64::MAX));
    }
}
