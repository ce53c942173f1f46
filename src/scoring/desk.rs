//! Where texts are judged: so many at a time, a few waiting, nobody else.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::config::ScoringConfig;
use super::reading::{Draft, Reading, Scorer};

/// Takes texts in as far as there is room. Cheap to clone.
#[derive(Clone)]
pub(super) struct Desk {
    scorer: Arc<dyn Scorer>,
    /// Those who are judged and those who wait.
    seats: Arc<Semaphore>,
    /// Those who are judged.
    running: Arc<Semaphore>,
    wait: Duration,
    patience: Duration,
}

/// A place at the desk; given back wherever the request ends.
pub(super) struct Seat {
    _permit: OwnedSemaphorePermit,
}

/// Why a text was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotJudged {
    #[error("too many texts wait to be judged; send this one again")]
    Busy,
    #[error("the text could not be judged in time; send it again")]
    TooSlow,
    #[error("the text could not be judged")]
    Failed,
}

impl Desk {
    pub(super) fn new(config: &ScoringConfig, scorer: Arc<dyn Scorer>) -> Self {
        Self {
            scorer,
            seats: Arc::new(Semaphore::new(config.max_running + config.max_waiting)),
            running: Arc::new(Semaphore::new(config.max_running)),
            wait: Duration::from_millis(config.max_wait_ms),
            patience: Duration::from_millis(config.timeout_ms),
        }
    }

    /// A place, where one is free. Taken before a body is read, so that requests that wait hold no memory
    /// beyond the bound.
    pub(super) fn seat(&self) -> Result<Seat, NotJudged> {
        let seat = Arc::clone(&self.seats).try_acquire_owned();
        seat.map(|permit| Seat { _permit: permit })
            .map_err(|_| NotJudged::Busy)
    }

    /// How long a request takes at most.
    pub(super) const fn patience(&self) -> Duration {
        self.patience
    }

    /// Judges texts, in their order, when it is their turn.
    pub(super) async fn judge(
        &self,
        seat: Seat,
        drafts: Vec<Draft>,
    ) -> Result<Vec<Reading>, NotJudged> {
        let turn = timeout(self.wait, Arc::clone(&self.running).acquire_owned()).await;
        let turn = turn
            .map_err(|_| NotJudged::Busy)?
            .map_err(|_| NotJudged::Failed)?;
        let scorer = Arc::clone(&self.scorer);
        // A thread that judges cannot be stopped: the place stays taken until it is done, also when the
        // sender has hung up.
        let judging = tokio::task::spawn_blocking(move || {
            let readings = scorer.read(&drafts);
            drop((turn, seat));
            readings
        });
        match timeout(self.patience, judging).await {
            Ok(Ok(readings)) => Ok(readings),
            // A panic's message may carry anything, so it stays where it is.
            Ok(Err(_)) => Err(NotJudged::Failed),
            Err(_) => Err(NotJudged::TooSlow),
        }
    }
}
