//! One appender per process: joins the waiting appends of all callers into one transaction.
//!
//! While a group is being made durable the next one gathers, so that a busy store writes large groups
//! and an idle one answers at once. After the disk has failed nothing more is written: a repeated
//! `fsync` can report success for data that is gone.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::Clock;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tracing::warn;

use crate::error::{AppendError, StoreError};
use crate::group::{GroupOutcome, write_group};
use crate::metrics;
use crate::ports::Appended;
use crate::prepare::Unit;
use crate::sql::{Db, is_disk_failure};

/// How many appends wait at most before callers are held back.
const WAITING_AT_MOST: usize = 4_096;

type Answer = oneshot::Sender<Result<Appended, AppendError>>;

/// Hands appends to the task that writes them.
#[derive(Debug, Clone)]
pub(crate) struct Appender {
    units: mpsc::Sender<(Unit, Answer)>,
    head: watch::Receiver<u64>,
}

/// What the task needs.
pub(crate) struct AppenderTask {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) group_wait: Duration,
    pub(crate) group_limit: usize,
}

impl Appender {
    /// Starts the task; it ends when the last handle is dropped.
    pub(crate) fn start(task: AppenderTask, events: u64) -> Self {
        let (units, inbox) = mpsc::channel(WAITING_AT_MOST);
        let (head, seen) = watch::channel(events);
        tokio::spawn(task.run(inbox, head));
        Self { units, head: seen }
    }

    /// Writes the unit with others, and answers when it is durable or refused.
    pub(crate) async fn append(&self, unit: Unit) -> Result<Appended, AppendError> {
        let (answer, outcome) = oneshot::channel();
        let stopped = || AppendError::Corrupt {
            what: "the store has stopped writing".to_owned(),
        };
        self.units
            .send((unit, answer))
            .await
            .map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }

    /// How many events the log is known to hold.
    pub(crate) fn head(&self) -> watch::Receiver<u64> {
        self.head.clone()
    }
}

impl AppenderTask {
    async fn run(self, mut inbox: mpsc::Receiver<(Unit, Answer)>, head: watch::Sender<u64>) {
        let mut expected = 1;
        while let Some(first) = inbox.recv().await {
            let group = self.gather(first, &mut inbox, expected).await;
            expected = group.len();
            let (units, answers): (Vec<Unit>, Vec<Answer>) = group.into_iter().unzip();
            let outcome = self.write(&units).await;
            match outcome {
                Ok(outcome) => {
                    head.send_if_modified(|events| {
                        let moved = outcome.events > *events;
                        *events = outcome.events;
                        moved
                    });
                    for (answer, outcome) in answers.into_iter().zip(outcome.outcomes) {
                        // A caller that went away does not want to know.
                        let _ = answer.send(outcome);
                    }
                }
                Err(failure) => {
                    let stop = is_disk_failure(&failure);
                    refuse(answers, failure);
                    if stop {
                        return;
                    }
                }
            }
        }
    }

    /// Everything that waits, and, where many came last time, what arrives in the next moments.
    async fn gather(
        &self,
        first: (Unit, Answer),
        inbox: &mut mpsc::Receiver<(Unit, Answer)>,
        expected: usize,
    ) -> Vec<(Unit, Answer)> {
        let mut weight = first.0.weight();
        let mut group = vec![first];
        let until = Instant::now() + self.group_wait;
        while weight < self.group_limit {
            let next = match inbox.try_recv() {
                Ok(next) => next,
                Err(_) if group.len() >= expected => break,
                Err(_) => match tokio::time::timeout_at(until, inbox.recv()).await {
                    Ok(Some(next)) => next,
                    Ok(None) | Err(_) => break,
                },
            };
            weight += next.0.weight();
            group.push(next);
        }
        group
    }

    async fn write(&self, units: &[Unit]) -> Result<GroupOutcome, StoreError> {
        let begun = Instant::now();
        let outcome = write_group(&self.db, self.clock.as_ref(), units).await;
        metrics::metrics()
            .append_duration
            .observe(begun.elapsed().as_secs_f64());
        metrics::metrics().append_group.observe(units.len() as f64);
        outcome
    }
}

fn refuse(answers: Vec<Answer>, failure: StoreError) {
    warn!(appends = answers.len(), error = %failure, "a group of appends was not written");
    let reason = Arc::new(failure);
    for answer in answers {
        let refusal = match reason.as_ref() {
            StoreError::Unavailable(_) => {
                AppendError::Unavailable(Box::new(Shared(Arc::clone(&reason))))
            }
            other => AppendError::Corrupt {
                what: other.to_string(),
            },
        };
        let _ = answer.send(Err(refusal));
    }
}

/// One failure told to several callers.
#[derive(Debug, thiserror::Error)]
#[error("the group's transaction failed")]
struct Shared(#[source] Arc<StoreError>);
