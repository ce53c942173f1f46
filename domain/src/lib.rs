//! DECIDES: the words of Holdfast and its decisions.
//!
//! Everything here is a pure value or a pure function: no input or output, no async, no clock of its
//! own. Callers bring the time ([`Timestamp`], from their [`Clock`]) and fresh ids (from their
//! [`IdSource`]), hand in state, and get back events or a refusal. Storing, sending and showing are
//! other crates' work, and they all import this one.
//!
//! * [`post`], [`intake`]: what comes in. [`signal`], [`assessment`]: what automation thought of it.
//! * [`case`]: the unit of human work; [`triage`]: how an assessment opens or joins one.
//! * [`event`], [`envelope`]: the facts of the log. [`safety`]: what automation may never do.
//!
//! To add an event: a struct in `event/`, a line in the `moderation_events!` list, its arm in
//! [`case::Case::apply`] (the compiler asks for it) and a snapshot of its bytes.

pub mod action;
pub mod actor;
pub mod assessment;
pub mod case;
pub mod claim;
pub mod envelope;
pub mod event;
pub mod ids;
pub mod intake;
pub mod judge;
pub mod normalised;
pub mod post;
pub mod promises;
pub mod prose;
pub mod rule_match;
pub mod safety;
pub mod score;
pub mod sensitive;
pub mod signal;
pub mod testing;
pub mod time;
pub mod triage;

pub use action::{Action, ActionKind, ActionPart, ActionTarget, Lane};
pub use actor::{Actor, Role};
pub use assessment::{Assessment, CrisisLevel, CrisisReading, Recommendation, Stage};
pub use case::{Case, CaseKind, Refusal};
pub use claim::{ClaimChange, ClaimKey};
pub use envelope::{EventEnvelope, NewEvent, Position, StreamId, StreamVersion};
pub use event::ModerationEvent;
pub use ids::{
    ActionId, CaseId, CommunityId, DecisionId, EventId, IdSource, MessageId, PlatformId, PostId,
    ReportId, SubjectId, TenantId, UserId,
};
pub use normalised::{NormalisedText, Normaliser};
pub use post::{Post, PostRef, Revision};
pub use prose::{KeyOwner, Prose, Sealed};
pub use rule_match::{RuleId, RuleMatch};
pub use score::Score;
pub use sensitive::Sensitive;
pub use signal::{Evidence, Signal, SignalKind, Span};
pub use time::{Clock, Timestamp};
