//! What people ask of the queue: the one layer that API and console share.
//!
//! Reads answer views that hold only what the viewer may see. Commands load the case's events, fold
//! them, let the domain decide, and append with the version they decided on; when something came in
//! meanwhile they decide again. Nothing is cached between requests.
//!
//! A command that helps (claim, note, raise, contact, a message) goes through whatever came in since
//! the person looked. One that takes something away (lower, close, restrict) says which state it
//! rests on, and is refused with what arrived since when that state is not the newest.

mod closing;
mod commanding;
mod deciding;
mod handling;
mod inputs;
mod items;
mod loading;
mod opening;
mod outcomes;
mod people;
mod prose;
mod queueing;
mod revealing;
mod searching;
mod viewing;

use std::sync::Arc;

use holdfast_domain::judge::Judge;
use holdfast_domain::{Clock, IdSource};
use holdfast_event_store::{Accounts, Content, EventLog, Intake, Outbox, QueueViews};

use crate::config::ReviewConfig;
use crate::metrics::ReviewMetrics;

pub(crate) use closing::open_claim;
pub(crate) use commanding::{Done, Effect, alert};
pub use inputs::{
    ActionInput, Ask, CloseInput, ContactInput, DecideInput, LevelInput, NoteInput, OpenInput,
    QueueFilter, ReleaseInput, ReopenInput, RequestKey, RevealInput, TakeOverInput, UndoInput,
};
pub(crate) use items::case_of;
pub use revealing::ReadingReason;

/// Everything that the queue is made of. Each port may be answered by the same store.
pub struct Parts {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The queue's rows.
    pub queue: Arc<dyn QueueViews>,
    /// What is sealed.
    pub content: Arc<dyn Content>,
    /// Users.
    pub accounts: Arc<dyn Accounts>,
    /// What is to leave the house.
    pub outbox: Arc<dyn Outbox>,
    /// What is known of members and posts by their platform's names.
    pub intake: Arc<dyn Intake>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// Today's rules and classifiers.
    pub judge: Arc<dyn Judge>,
    /// Settings.
    pub config: ReviewConfig,
    /// Figures.
    pub metrics: ReviewMetrics,
}

/// The queue, as people use it. Cheap to clone.
#[derive(Clone)]
pub struct ReviewService {
    parts: Arc<Parts>,
}

impl std::fmt::Debug for ReviewService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReviewService")
    }
}

impl ReviewService {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// The settings.
    pub fn config(&self) -> &ReviewConfig {
        &self.parts.config
    }

    /// The figures.
    pub fn metrics(&self) -> &ReviewMetrics {
        &self.parts.metrics
    }

    /// The present moment.
    pub fn now(&self) -> holdfast_domain::Timestamp {
        self.parts.clock.now()
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }
}
