//! What can go wrong on the way out.

use std::time::Duration;

use holdfast_domain::{ActionId, MessageId, Timestamp};
use holdfast_event_store::{AppendError, StoreError};

/// A setting that cannot work.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct SetupError {
    /// The setting, e.g. `actions.webhook.url`.
    pub setting: String,
    /// What is wrong and what to do; never a secret.
    pub problem: String,
}

impl SetupError {
    pub(crate) fn new(setting: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            setting: setting.into(),
            problem: problem.into(),
        }
    }
}

/// Why a parcel was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It may work later.
    #[error("not handed over yet: {what}")]
    NotNow {
        /// What happened; never the content.
        what: String,
        /// How long the receiver asked to wait.
        after: Option<Duration>,
    },
    /// The receiver will never take this parcel.
    #[error("refused for good: {what}")]
    Refused {
        /// What happened; never the content.
        what: String,
    },
    /// The receiver says that it is gone and wants nothing more.
    #[error(
        "the {endpoint} endpoint is gone (410): nothing is sent there until Holdfast restarts with a working address"
    )]
    EndpointGone {
        /// Whose endpoint.
        endpoint: &'static str,
    },
}

impl SendError {
    pub(crate) fn not_now(what: impl Into<String>) -> Self {
        Self::NotNow {
            what: what.into(),
            after: None,
        }
    }

    pub(crate) fn refused(what: impl Into<String>) -> Self {
        Self::Refused { what: what.into() }
    }
}

/// A lever or a report could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum ActionsError {
    /// Words are missing.
    #[error("write down why: the reason must not be empty")]
    ReasonMissing,
    /// No such message.
    #[error(
        "there is no message {0}; `holdfast actions parked` lists those that can be sent again"
    )]
    NoSuchMessage(MessageId),
    /// The message is not parked.
    #[error("message {message} is {status}: only what was given up can be sent again")]
    NotParked {
        /// Which.
        message: MessageId,
        /// How far it came.
        status: &'static str,
    },
    /// It is too late for it.
    #[error("the time of message {message} was over at {not_after}; {instead}")]
    TooLate {
        /// Which.
        message: MessageId,
        /// When its time was over.
        not_after: Timestamp,
        /// What to do instead.
        instead: String,
    },
    /// A newer action on the same target has left, which this one would undo.
    #[error("action {newer} on the same target has left since; decide anew in the case's page")]
    Overtaken {
        /// The newer action.
        newer: ActionId,
    },
    /// The store refused or did not answer.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}
