//! What one partition does next: decided here, carried out by the consumer's thread.
//!
//! ```text
//!             ┌──────────── fenced, out of range ────────────┐
//!             ▼                                              │
//!  assigned ─ Preparing ──► Verifying ──► Reading ───────────┤
//!               │  ▲            │            │  └─ revoked ─► Draining ─► Complete
//!               ▼  │ position   ▼            ▼
//!             Stopped ◄── disagreement, refused batch
//! ```
//!
//! A batch is never handed on twice at the same time, and nothing is committed that was not recorded.

mod batching;
mod spoken;
mod stop;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::intake::{Freshness, LiveFrom, PartitionKey, StoredPosition};
use holdfast_domain::{TenantId, Timestamp};

use super::digest;
use crate::error::chain;
use crate::handler::HandleError;
use batching::{Filling, InFlight};

pub use spoken::{BatchOutcome, Input, Output, Record, Settings, Standing};
pub use stop::StopCause;

/// How often a record that should have been the last one read may be missing before that is believed.
const MISSES_BELIEVED: u32 = 3;

/// One partition.
#[derive(Debug)]
pub struct Partition {
    key: PartitionKey,
    tenant: TenantId,
    settings: Settings,
    phase: Phase,
    live_from: LiveFrom,
    /// The stored position that the next batch starts from.
    expected: Option<i64>,
    /// Records below were taken already.
    next_read: i64,
    filling: Filling,
    in_flight: Option<InFlight>,
    misses: u32,
    fenced_in_a_row: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    /// `ask_at` is when to ask next; `None` while the answer is awaited.
    Preparing {
        ask_at: Option<Timestamp>,
    },
    Verifying {
        offset: i64,
        digest: [u8; 32],
    },
    Reading,
    Draining {
        until: Timestamp,
    },
    Stopped {
        cause: StopCause,
        stored: Option<StoredPosition>,
        look_at: Option<Timestamp>,
    },
    Complete,
}

/// Where a partition is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Waiting for the store and the broker.
    Preparing,
    /// Reading.
    Reading,
    /// Finishing its batch before it goes.
    Draining,
    /// Stopped with an alarm.
    Stopped,
    /// Gone.
    Complete,
}

impl Partition {
    /// A partition that was just assigned. Asks where it stands at the first tick.
    pub fn assigned(
        key: PartitionKey,
        tenant: TenantId,
        settings: Settings,
        now: Timestamp,
    ) -> Self {
        Self {
            key,
            tenant,
            settings,
            phase: Phase::Preparing { ask_at: Some(now) },
            live_from: LiveFrom::default(),
            expected: None,
            next_read: 0,
            filling: Filling::default(),
            in_flight: None,
            misses: 0,
            fenced_in_a_row: 0,
        }
    }

    /// Whether there is room for records.
    pub fn wants_records(&self) -> bool {
        match self.phase {
            Phase::Verifying { .. } => true,
            Phase::Reading => !self.filling.is_full(&self.settings.batch),
            _ => false,
        }
    }

    /// Whether records wait to be handed on.
    pub fn is_filling(&self) -> bool {
        !self.filling.is_empty()
    }

    /// Where it is in its life.
    pub const fn stage(&self) -> Stage {
        match self.phase {
            Phase::Preparing { .. } => Stage::Preparing,
            Phase::Verifying { .. } | Phase::Reading => Stage::Reading,
            Phase::Draining { .. } => Stage::Draining,
            Phase::Stopped { .. } => Stage::Stopped,
            Phase::Complete => Stage::Complete,
        }
    }

    /// Why it stopped.
    pub const fn stop_cause(&self) -> Option<&StopCause> {
        match &self.phase {
            Phase::Stopped { cause, .. } => Some(cause),
            _ => None,
        }
    }

    /// How it is named for good.
    pub const fn key(&self) -> &PartitionKey {
        &self.key
    }

    /// The stored position as this owner knows it.
    pub const fn position(&self) -> Option<i64> {
        self.expected
    }

    /// Where backfill ends.
    pub const fn live_from(&self) -> LiveFrom {
        self.live_from
    }

    /// How often the batch on its way was handed on, when that did not work at once.
    pub fn attempts(&self) -> u32 {
        self.in_flight.as_ref().map_or(0, |batch| batch.attempts)
    }

    /// Takes an input in and says what is to be done.
    pub fn on(&mut self, input: Input<'_>, now: Timestamp) -> Vec<Output> {
        match input {
            Input::Prepared(standing) => self.prepared(standing, now),
            Input::Record(record) => self.record(record, now),
            Input::OutOfRange => self.look_again(now + Duration::from_millis(500)),
            Input::Tick => self.tick(now),
            Input::Handled(result) => self.handled(result, now),
            Input::Revoked { lost } => self.revoked(lost, now),
            Input::Resume => self.resume(now),
        }
    }

    fn prepared(&mut self, standing: Standing, now: Timestamp) -> Vec<Output> {
        match &mut self.phase {
            Phase::Preparing { ask_at: None } => self.start(standing, now),
            Phase::Stopped { stored, .. } if *stored != standing.stored => {
                let mut outputs = vec![Output::Clear];
                outputs.extend(self.start(standing, now));
                outputs
            }
            Phase::Stopped { look_at, .. } => {
                *look_at = Some(now + self.settings.stopped_poll);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn start(&mut self, standing: Standing, now: Timestamp) -> Vec<Output> {
        self.live_from = standing.live_from;
        self.expected = standing.stored.as_ref().map(|stored| stored.next);
        let Some(stored) = &standing.stored else {
            self.next_read = standing.low;
            self.phase = Phase::Reading;
            return vec![Output::StartAt(standing.low)];
        };
        if let Some(cause) = StopCause::out_of_range(stored.next, standing.low, standing.high) {
            return self.stop(cause, standing.stored, now);
        }
        self.next_read = stored.next;
        // Where the last record is gone by age there is nothing to compare, and nothing is missing.
        if stored.next == standing.low || stored.last_digest == digest::UNVERIFIED {
            self.phase = Phase::Reading;
            return vec![Output::StartAt(stored.next)];
        }
        let offset = stored.next - 1;
        self.phase = Phase::Verifying {
            offset,
            digest: stored.last_digest,
        };
        vec![Output::StartAt(offset)]
    }

    fn record(&mut self, record: Record<'_>, now: Timestamp) -> Vec<Output> {
        match self.phase {
            Phase::Verifying { offset, digest } => self.verify(&record, offset, digest, now),
            Phase::Reading if record.offset < self.next_read => {
                // An earlier record after a later one: read again from the stored position rather than guess.
                self.look_again(now)
            }
            Phase::Reading => {
                self.take(record, now);
                self.submit_if_due(now)
            }
            _ => Vec::new(),
        }
    }

    fn verify(
        &mut self,
        record: &Record<'_>,
        offset: i64,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Vec<Output> {
        if record.offset < offset {
            return Vec::new();
        }
        if record.offset > offset {
            self.misses += 1;
            if self.misses < MISSES_BELIEVED {
                return self.look_again(now);
            }
            return self.stop_at_position(StopCause::RecordGone { offset }, digest, now);
        }
        self.misses = 0;
        if digest::of(record.key, record.value) != digest {
            return self.stop_at_position(StopCause::OtherRecord { offset }, digest, now);
        }
        self.phase = Phase::Reading;
        Vec::new()
    }

    fn take(&mut self, record: Record<'_>, now: Timestamp) {
        let mut received = record.received;
        if self.live_from.is_backfill(record.offset, record.time) {
            received.freshness = Freshness::Backfill;
        }
        self.next_read = record.offset + 1;
        self.filling
            .push(received, record.offset, record.key, record.value, now);
    }

    fn tick(&mut self, now: Timestamp) -> Vec<Output> {
        match &mut self.phase {
            Phase::Preparing { ask_at }
                if ask_at.is_some_and(|at| at <= now) && self.in_flight.is_none() =>
            {
                *ask_at = None;
                vec![Output::Prepare]
            }
            Phase::Stopped { look_at, .. } if look_at.is_some_and(|at| at <= now) => {
                *look_at = None;
                vec![Output::Prepare]
            }
            Phase::Draining { until } if *until <= now => {
                self.phase = Phase::Complete;
                self.in_flight = None;
                vec![Output::Count(BatchOutcome::Abandoned)]
            }
            Phase::Reading => self.submit_if_due(now),
            _ => Vec::new(),
        }
    }

    fn submit_if_due(&mut self, now: Timestamp) -> Vec<Output> {
        if let Some(batch) = &mut self.in_flight {
            return batch
                .retry_if_due(now)
                .map(Output::Submit)
                .into_iter()
                .collect();
        }
        if !self.filling.is_due(&self.settings.batch, now) {
            return Vec::new();
        }
        let Some(in_flight) = self.filling.close(&self.key, &self.tenant, self.expected) else {
            return Vec::new();
        };
        let batch = Arc::clone(&in_flight.batch);
        self.in_flight = Some(in_flight);
        vec![Output::Submit(batch)]
    }

    fn handled(&mut self, result: Result<(), HandleError>, now: Timestamp) -> Vec<Output> {
        let Some(in_flight) = &mut self.in_flight else {
            return Vec::new();
        };
        match result {
            Ok(()) => self.recorded(now),
            Err(_) if matches!(self.phase, Phase::Draining { .. }) => {
                self.in_flight = None;
                self.phase = Phase::Complete;
                vec![Output::Count(BatchOutcome::Abandoned)]
            }
            Err(HandleError::Transient(_)) => {
                in_flight.retry_later(now);
                vec![Output::Count(BatchOutcome::Retried)]
            }
            Err(HandleError::Fenced) => {
                self.in_flight = None;
                self.fenced_in_a_row += 1;
                let wait = Duration::from_millis(50 << self.fenced_in_a_row.min(7));
                let mut outputs = vec![Output::Count(BatchOutcome::Fenced)];
                outputs.extend(self.look_again(now + wait));
                outputs
            }
            Err(HandleError::Stop(cause)) => {
                self.in_flight = None;
                let mut outputs = vec![Output::Count(BatchOutcome::Refused)];
                let stored = self.expected.map(|next| StoredPosition {
                    next,
                    last_digest: digest::UNVERIFIED,
                    live_from: self.live_from,
                });
                outputs.extend(self.stop(
                    StopCause::Refused {
                        why: chain(&*cause),
                    },
                    stored,
                    now,
                ));
                // The position does not move by itself; only a word from an operator helps.
                if let Phase::Stopped { look_at, .. } = &mut self.phase {
                    *look_at = None;
                }
                outputs
            }
        }
    }

    fn recorded(&mut self, now: Timestamp) -> Vec<Output> {
        let next = self.in_flight.take().map(|batch| batch.next);
        self.expected = next.or(self.expected);
        self.fenced_in_a_row = 0;
        let mut outputs = vec![Output::Count(BatchOutcome::Recorded)];
        outputs.extend(next.map(Output::Commit));
        match self.phase {
            Phase::Draining { .. } => self.phase = Phase::Complete,
            Phase::Reading => outputs.extend(self.submit_if_due(now)),
            _ => outputs.extend(self.tick(now)),
        }
        outputs
    }

    /// Forgets what is not handed on, and asks where the partition stands once nothing is on its way.
    fn look_again(&mut self, at: Timestamp) -> Vec<Output> {
        if matches!(self.phase, Phase::Verifying { .. } | Phase::Reading) {
            self.filling = Filling::default();
            self.phase = Phase::Preparing { ask_at: Some(at) };
        }
        Vec::new()
    }

    fn revoked(&mut self, lost: bool, now: Timestamp) -> Vec<Output> {
        self.filling = Filling::default();
        let on_its_way = self.in_flight.as_ref().is_some_and(InFlight::is_running);
        if on_its_way && !lost {
            self.phase = Phase::Draining {
                until: now + self.settings.drain,
            };
            return Vec::new();
        }
        self.phase = Phase::Complete;
        let abandoned = self
            .in_flight
            .take()
            .map(|_| Output::Count(BatchOutcome::Abandoned));
        abandoned.into_iter().collect()
    }

    fn resume(&mut self, now: Timestamp) -> Vec<Output> {
        if !matches!(self.phase, Phase::Stopped { .. }) {
            return Vec::new();
        }
        self.misses = 0;
        self.phase = Phase::Preparing { ask_at: Some(now) };
        vec![Output::Clear]
    }

    fn stop_at_position(
        &mut self,
        cause: StopCause,
        digest: [u8; 32],
        now: Timestamp,
    ) -> Vec<Output> {
        let live_from = self.live_from;
        let stored = self.expected.map(|next| StoredPosition {
            next,
            last_digest: digest,
            live_from,
        });
        self.stop(cause, stored, now)
    }

    fn stop(
        &mut self,
        cause: StopCause,
        stored: Option<StoredPosition>,
        now: Timestamp,
    ) -> Vec<Output> {
        self.filling = Filling::default();
        let look_at = Some(now + self.settings.stopped_poll);
        self.phase = Phase::Stopped {
            cause: cause.clone(),
            stored,
            look_at,
        };
        vec![Output::Stop(cause)]
    }
}
