//! What can go wrong, and whether trying again can help.

use std::error::Error;

use holdfast_domain::event::DecodeError;
use holdfast_domain::intake::PartitionKey;
use holdfast_domain::{
    ActionId, ClaimKey, MessageId, Position, PostRef, StreamId, StreamVersion, SubjectId,
};

/// The underlying cause of an error, by whichever library reported it.
pub type Cause = Box<dyn Error + Send + Sync>;

/// The store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer. Back off and try again.
    #[error("event store did not answer")]
    Unavailable(#[source] Cause),
    /// The database holds something that this build never writes. Trying again will not help.
    #[error("event store holds something impossible: {what}")]
    Corrupt {
        /// Table, row and what is wrong with it; never the content.
        what: String,
    },
    /// An event that this build cannot read. A reader stops here: skipping would lose facts.
    #[error("event at position {position} cannot be read")]
    Unreadable {
        /// Where it stands.
        position: Position,
        /// Why.
        #[source]
        source: DecodeError,
    },
    /// The disk failed while writing, so nothing more is written by this process: a repeated `fsync`
    /// can report success for data that is gone. Mend the disk and start again.
    #[error("the disk failed while writing; look at the disk, then start Holdfast again")]
    DiskFailed,
    /// The store is not set up as it must be; says what to do.
    #[error("{0}")]
    Setup(String),
}

impl StoreError {
    /// Whether trying again can help.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// A finding of something impossible.
    pub fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}

/// Why an append was refused or failed. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The stream has other events than the decision was based on. Load it and decide again.
    #[error("stream {stream} moved on: expected version {expected}, found {found}")]
    Conflict {
        /// Which stream.
        stream: StreamId,
        /// The version that the decision was based on.
        expected: StreamVersion,
        /// The version now.
        found: StreamVersion,
    },
    /// A unique key is taken, also a subject's or post's row (`subject/…`, `post/…`). Recall and
    /// decide again.
    #[error("{key} is taken by {holder}")]
    Claimed {
        /// The key.
        key: ClaimKey,
        /// Who holds it.
        holder: String,
    },
    /// Another owner moved the partition's position: this one is no longer the owner. Drop the batch.
    #[error("partition {}/{} has moved on: expected {expected:?}, found {found:?}", partition.topic, partition.partition)]
    Fenced {
        /// Which partition.
        partition: PartitionKey,
        /// The next offset as the caller knew it.
        expected: Option<i64>,
        /// The next offset as stored.
        found: Option<i64>,
    },
    /// Content under a destroyed key: the member was erased.
    #[error("subject {subject} was erased: nothing more is written about them")]
    ContentRefused {
        /// Whose key is destroyed.
        subject: SubjectId,
    },
    /// The action has left the house, or is leaving at this moment.
    #[error("action {action} has left the house")]
    AlreadySent {
        /// Which.
        action: ActionId,
    },
    /// Only what is parked can be sent again by hand.
    #[error("message {message} is not parked")]
    NotParked {
        /// Which.
        message: MessageId,
    },
    /// Somebody else has finished the pending post.
    #[error("post {} revision {} is no longer pending", post.post, post.revision.0)]
    NotPending {
        /// Which.
        post: PostRef,
    },
    /// The lease that the caller acts under has passed to somebody else.
    #[error("lease {name} has passed on: held epoch {held}")]
    LeaseLost {
        /// Which lease.
        name: String,
        /// The caller's epoch.
        held: u64,
    },
    /// The database did not answer; whether the append was written is not known. Try again only
    /// with the same ids, claims and expected versions, which make a second writing harmless.
    #[error("event store did not answer")]
    Unavailable(#[source] Cause),
    /// The append or the store is impossible. Trying again will not help.
    #[error("append is impossible: {what}")]
    Corrupt {
        /// What.
        what: String,
    },
}

impl AppendError {
    /// Whether trying the same append again can help.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether loading again and deciding again can help.
    pub const fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Conflict { .. } | Self::Claimed { .. } | Self::AlreadySent { .. }
        )
    }
}

impl From<StoreError> for AppendError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            other => Self::Corrupt {
                what: other.to_string(),
            },
        }
    }
}
