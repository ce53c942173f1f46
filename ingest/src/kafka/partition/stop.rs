//! Why a partition stops.

/// Why a partition stops until an operator lets it go on. Its text says what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StopCause {
    /// The stored position lies beyond the topic's end.
    #[error(
        "the stored position {next} lies beyond the topic's end {high}: the topic was made anew, or the cluster went \
         back in time; check it, then `holdfast intake resume --reason`"
    )]
    Ahead {
        /// The stored position.
        next: i64,
        /// The topic's end.
        high: i64,
    },
    /// Records between the stored position and the topic's beginning are gone.
    #[error(
        "records {next} to {} were deleted before they were read: the topic's retention is shorter than our outage; \
         `holdfast intake resume --reason` records them as unscreened", low - 1
    )]
    Lost {
        /// The stored position.
        next: i64,
        /// The first record that is still there.
        low: i64,
    },
    /// Another record stands where the last one read stood.
    #[error(
        "record {offset} is not the one that was read last: the topic was made anew; check it, then \
         `holdfast intake resume --reason`"
    )]
    OtherRecord {
        /// Where.
        offset: i64,
    },
    /// The last record read is gone, though records before it are there.
    #[error(
        "record {offset}, the last one read, is gone: set the topic's cleanup.policy to delete, then \
         `holdfast intake resume --reason`"
    )]
    RecordGone {
        /// Where.
        offset: i64,
    },
    /// A batch was refused for good.
    #[error("a batch could not be recorded: {why}")]
    Refused {
        /// Why.
        why: String,
    },
}

impl StopCause {
    /// Whether, and how, a stored position lies outside of what the broker has.
    pub(super) const fn out_of_range(next: i64, low: i64, high: i64) -> Option<Self> {
        if next > high {
            Some(Self::Ahead { next, high })
        } else if next < low {
            Some(Self::Lost { next, low })
        } else {
            None
        }
    }

    /// The cause's name in metrics.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ahead { .. } => "ahead",
            Self::Lost { .. } => "lost",
            Self::OtherRecord { .. } => "other_record",
            Self::RecordGone { .. } => "record_gone",
            Self::Refused { .. } => "refused",
        }
    }
}
