//! The facts of the log, past tense.
//!
//! An event is stored as its type's name, a version and the exact JSON bytes of its struct. A field
//! may be added with a default; anything else takes a new version and an upcaster in
//! [`upcast`], so that bytes written years ago still read.

mod case;
mod control;
mod intake;
mod models;
mod outbound;
pub mod upcast;

use serde::{Deserialize, Serialize};

use crate::Prose;

pub use case::*;
pub use control::*;
pub use intake::*;
pub use models::*;
pub use outbound::*;

macro_rules! moderation_events {
    ($($name:ident = $version:literal;)*) => {
        /// Everything that can happen.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant is documented at its struct")]
        pub enum ModerationEvent {
            $($name($name),)*
        }

        impl ModerationEvent {
            /// The names of all event types, as stored.
            pub const TYPES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// The name of the type, as stored.
            pub const fn event_type(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// The version that this build writes of the type.
            pub const fn type_version(&self) -> u16 {
                match self { $(Self::$name(_) => $version,)* }
            }

            /// The exact JSON to store. Fails when some prose is still clear.
            pub fn to_json(&self) -> Result<String, serde_json::Error> {
                match self { $(Self::$name(event) => serde_json::to_string(event),)* }
            }

            /// Reads an event of the version that this build writes; see [`upcast::decode`] for any.
            fn from_current(event_type: &str, json: &str) -> Result<Self, DecodeError> {
                match event_type {
                    $(stringify!($name) => serde_json::from_str(json)
                        .map(Self::$name)
                        .map_err(|source| DecodeError::Malformed { event_type: stringify!($name), source }),)*
                    _ => Err(DecodeError::UnknownType(event_type.to_owned())),
                }
            }

            fn current_version(event_type: &str) -> Option<u16> {
                match event_type { $(stringify!($name) => Some($version),)* _ => None }
            }

            /// Visits every free text of the event with the name of its field, for sealing.
            pub fn for_each_prose(&mut self, visit: &mut dyn FnMut(&'static str, &mut Prose)) {
                match self { $(Self::$name(event) => event.prose(visit),)* }
            }
        }

        $(impl From<$name> for ModerationEvent {
            fn from(event: $name) -> Self {
                Self::$name(event)
            }
        })*
    };
}

moderation_events! {
    CaseOpened = 1;
    PostAttached = 1;
    AssessmentRecorded = 1;
    PostDeletedByAuthor = 1;
    ReportReceived = 1;
    AppealReceived = 1;
    IncidentMemberAdded = 1;
    IncidentMemberJudged = 1;
    LevelRaised = 1;
    LevelLowered = 1;
    AlertRaised = 1;
    CaseClaimed = 1;
    LeaseRenewed = 1;
    CaseReleased = 1;
    LeaseExpired = 1;
    TextRevealed = 2;
    NoteAdded = 1;
    ContactRecorded = 1;
    DecisionRecorded = 1;
    DecisionUndone = 1;
    ActionRequested = 1;
    ActionUndone = 1;
    ActionDispatched = 1;
    ActionConfirmed = 1;
    ActionFailed = 1;
    ActionParked = 1;
    MessageResent = 1;
    ActionSuperseded = 1;
    ActionUnanswered = 1;
    OutreachMoved = 1;
    ClosureProposed = 1;
    CaseClosed = 1;
    CaseReopened = 1;
    SlaBreached = 1;
    BatchAssessed = 1;
    RecordDeadLettered = 1;
    DeadLetterReplayed = 1;
    IntakeResumed = 1;
    ProfileHintReceived = 1;
    ActionsStopped = 1;
    ActionsResumed = 1;
    BudgetExhausted = 1;
    ModelPromoted = 1;
    ModelDemoted = 1;
}

/// What an event struct tells the store.
pub(crate) trait HasProse {
    /// Visits every free text with the name of its field. Most events have none.
    fn prose(&mut self, visit: &mut dyn FnMut(&'static str, &mut Prose)) {
        let _ = visit;
    }
}

/// Marks events that hold no free text.
macro_rules! without_prose {
    ($($name:ty),* $(,)?) => { $(impl crate::event::HasProse for $name {})* };
}
use without_prose;

/// Lists the free texts of an event: `field` or `field?` for an optional one.
macro_rules! with_prose {
    ($name:ty: $($field:ident),*) => {
        impl crate::event::HasProse for $name {
            fn prose(&mut self, visit: &mut dyn FnMut(&'static str, &mut crate::Prose)) {
                $(if let Some(prose) = crate::event::AsProse::as_prose(&mut self.$field) {
                    visit(stringify!($field), prose);
                })*
            }
        }
    };
}
use with_prose;

/// A field that holds free text, or may.
trait AsProse {
    fn as_prose(&mut self) -> Option<&mut Prose>;
}

impl AsProse for Prose {
    fn as_prose(&mut self) -> Option<&mut Prose> {
        Some(self)
    }
}

impl AsProse for Option<Prose> {
    fn as_prose(&mut self) -> Option<&mut Prose> {
        self.as_mut()
    }
}

/// Stored bytes that this build cannot read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A type that this build does not know. A reader stops here: skipping would lose facts.
    #[error("event type {0} is not known to this version; upgrade Holdfast before reading on")]
    UnknownType(String),
    /// A version newer than this build writes.
    #[error(
        "event type {event_type} has version {found}, this version of Holdfast reads up to {known}"
    )]
    TooNew {
        /// The type.
        event_type: &'static str,
        /// The stored version.
        found: u16,
        /// The newest version known.
        known: u16,
    },
    /// Bytes that do not read as their type.
    #[error("stored event of type {event_type} does not read back")]
    Malformed {
        /// The type.
        event_type: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// A reason picked from a list, with the person's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The code, e.g. `idiom`.
    pub code: String,
    /// The words.
    pub text: Prose,
}
