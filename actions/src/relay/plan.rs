//! What to do with one message: before it is sent, and after.

use std::collections::BTreeSet;

use holdfast_domain::event::ParkedBecause;
use holdfast_domain::{ActionId, Lane, TenantId, Timestamp};
use holdfast_event_store::{OutboxKind, Outgoing};

use crate::backoff::Backoff;
use crate::config::{ActionsConfig, Mode};

/// Whose place on the way out a message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// People are asked to look; and the sign of life.
    Alert,
    /// Helps a member.
    Care,
    /// Restricts a member.
    Enforcement,
    /// Dead letters, outcomes of reports.
    Other,
}

impl Urgency {
    /// All, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Alert, Self::Care, Self::Enforcement, Self::Other];

    /// That of a message.
    pub const fn of(message: &Outgoing) -> Self {
        match (message.message.kind, message.message.lane) {
            (OutboxKind::Alert | OutboxKind::Heartbeat, _) => Self::Alert,
            (OutboxKind::Action, Lane::Care) => Self::Care,
            (OutboxKind::Action, Lane::Enforcement) => Self::Enforcement,
            _ => Self::Other,
        }
    }
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// Handed over and taken.
    Delivered,
    /// It may work later.
    NotNow {
        /// How long the receiver asked to wait.
        after: Option<std::time::Duration>,
    },
    /// It will never work.
    Never(ParkedBecause),
    /// The receiver wants nothing more.
    EndpointGone,
    /// A newer action made it pointless.
    Superseded(ActionId),
    /// The case says that it is not to be sent any more (it was answered before, or never asked for).
    Moot,
}

/// How a message is to be marked, with the fact behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It left.
    Sent,
    /// It is tried again then.
    Retry(Timestamp),
    /// It is not tried any more.
    Parked(ParkedBecause),
    /// A newer one made it pointless.
    Superseded(ActionId),
}

/// What decides about messages, apart from the levers.
#[derive(Debug, Clone)]
pub struct Settings {
    config: ActionsConfig,
    backoff: Backoff,
}

impl Settings {
    /// The settings in force.
    pub fn new(config: ActionsConfig) -> Self {
        Self {
            backoff: Backoff::new(&config.relay),
            config,
        }
    }

    /// The configuration behind them.
    pub const fn config(&self) -> &ActionsConfig {
        &self.config
    }

    /// What keeps a message from being sent at this moment, if anything does.
    pub(crate) fn hindrance(
        &self,
        message: &Outgoing,
        stopped: &BTreeSet<TenantId>,
        now: Timestamp,
    ) -> Option<Mark> {
        let is_news = matches!(
            message.message.kind,
            OutboxKind::Assessment | OutboxKind::CaseNews
        );
        let waits_for_levers = matches!(
            message.message.kind,
            OutboxKind::Action | OutboxKind::ReportOutcome
        );
        if now > message.message.not_after {
            Some(Mark::Parked(ParkedBecause::Expired))
        } else if is_news {
            Some(Mark::Parked(ParkedBecause::Unsupported))
        } else if waits_for_levers && self.is_observed(message) {
            Some(Mark::Parked(ParkedBecause::ObserveMode))
        } else if waits_for_levers && stopped.contains(&message.tenant) {
            Some(Mark::Retry(self.not_past_end(message, now + STOPPED_WAIT)))
        } else {
            None
        }
    }

    fn is_observed(&self, message: &Outgoing) -> bool {
        let mode = match &message.message.community {
            Some(community) => self.config.mode_of(community),
            None => self.config.mode,
        };
        mode == Mode::Observe
    }

    /// How a message is marked after an attempt that was its `failures`-th failure, where it failed.
    pub(crate) fn after_attempt(
        &self,
        message: &Outgoing,
        carried: &Carried,
        failures: u32,
        now: Timestamp,
    ) -> Mark {
        match carried {
            Carried::Delivered | Carried::Moot => Mark::Sent,
            Carried::Never(why) => Mark::Parked(*why),
            Carried::Superseded(by) => Mark::Superseded(*by),
            // An alert must not end because one address is wrong: an operator may mend it.
            Carried::EndpointGone if message.message.kind == OutboxKind::Action => {
                Mark::Parked(ParkedBecause::Refused)
            }
            Carried::EndpointGone => self.retry(message, failures, None, now),
            Carried::NotNow { after } => self.retry(message, failures, *after, now),
        }
    }

    fn retry(
        &self,
        message: &Outgoing,
        failures: u32,
        asked: Option<std::time::Duration>,
        now: Timestamp,
    ) -> Mark {
        let id = message.message.id.to_string();
        let wait = self
            .backoff
            .after(Urgency::of(message), failures, &id, asked);
        Mark::Retry(self.not_past_end(message, now + wait))
    }

    /// Comes back at the latest when its time is over, so that parking it is not late.
    #[expect(clippy::unused_self, reason = "belongs with the other waits")]
    fn not_past_end(&self, message: &Outgoing, at: Timestamp) -> Timestamp {
        let end = message.message.not_after + std::time::Duration::from_micros(1);
        at.min(end)
    }
}

/// How long a message of a stopped tenant is put aside: a resumed relay goes on within this time.
const STOPPED_WAIT: std::time::Duration = std::time::Duration::from_secs(5);
