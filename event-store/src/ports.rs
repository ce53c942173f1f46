//! What can be asked of the store, by who asks it.
//!
//! One object implements all of them, for SQLite, PostgreSQL and in memory; one conformance suite holds
//! the three to the same promises. Take the narrowest port as `Arc<dyn …>`.

mod accounts;
mod append;
mod content;
mod control;
mod intake;
mod leadership;
mod log;
mod outbox;
mod pending;
mod projections;
mod queue;

pub use accounts::{
    Accounts, Grant, GrantedRole, NewSession, NewToken, NewUser, Session, TokenLimits, TokenOwner,
    TokenScope, User,
};
pub use append::{
    Append, Appended, BatchLeaves, DeadLetterWrite, Expected, Keep, LeafContent, LeafInput,
    NewEventHead, NewSubject, PostWrite, StreamAppend,
};
pub use content::{
    Content, DeadLetter, DeadLetterSummary, Find, Found, Opened, ProseContext, StoredPost,
    StoredRevision,
};
pub use control::{Control, ControlState};
pub use intake::{
    AuthorKey, ChatKey, ContentKey, Intake, KnownPost, OpenHolder, ParentText, Preceding, Recall,
    RecallRequest,
};
pub use leadership::{Leadership, Lease};
pub use log::EventLog;
pub use outbox::{
    Outbox, OutboxChange, OutboxKind, OutboxMessage, Outgoing, OutgoingStatus, RELAY_SHARDS,
    ReportNote, ReportVerdict, Take, UnansweredAction, UnsentAction, shard_of,
};
pub use pending::{Pending, PendingChange, PendingPost, PendingPriority, TakenPost};
pub use projections::{Checkpoint, Generation, GenerationState, ProjectionWrite, Projections};
pub use queue::{
    CaseCount, CaseFilter, CaseRow, CaseStatus, QueueCursor, QueuePage, QueueViews, Viewer,
};
