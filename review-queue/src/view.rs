//! What people are shown: plain values, the same for the API and the console.
//!
//! A view holds only what its viewer may see at that moment: text that is masked is not in it. Views
//! serialise as the API's bodies; the console reads their fields. Every view has a `sample()`.

mod actions;
mod case;
mod changes;
mod posts;
mod queue;
mod reveal;
mod sample;
pub(crate) mod time;
mod timeline;

pub use actions::{ActionView, DecisionView, UndoView};
pub use case::{
    CaseView, ClosureView, Command, ContactView, IncidentView, MemberView, RecordView, ReportView,
};
pub use changes::Changed;
pub(crate) use posts::silences;
pub use posts::{AssessmentView, PostView, RuleView, Silence, TextState, ThreadPost, ThreadView};
pub use queue::{DecidingRule, Holder, QueueItem, QueuePage, SearchResults};
pub use reveal::{Mark, RevealedCase, RevealedPost, RevealedProse, RevealedText, Stretch};
pub use timeline::{EntryText, ProseView, TimelineEntry, Who};
