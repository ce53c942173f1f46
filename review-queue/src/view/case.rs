//! One case, as its viewer may see it.

use holdfast_domain::action::ActionKind;
use holdfast_domain::case::CloseCode;
use holdfast_domain::event::{ContactOutcome, IncidentCause, MemberJudged, OpenedBecause};
use holdfast_domain::intake::{Freshness, Origin, ReportReason};
use holdfast_domain::{
    CaseId, CaseKind, CommunityId, CrisisLevel, EventId, MessageId, PlatformId, PostRef, ReportId,
    Sensitive, SignalKind, SubjectId, Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    ActionView, DecisionView, Holder, PostView, ProseView, QueueItem, ThreadView, TimelineEntry,
    UndoView, Who,
};

/// A case with everything that happened, its texts masked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own, and the API names them"
)]
pub struct CaseView {
    /// The case.
    #[schema(value_type = uuid::Uuid)]
    pub case: CaseId,
    /// The short number that people say to each other.
    pub number: String,
    /// How many events it holds.
    pub version: u64,
    /// What `If-Match` takes (also the `ETag`): moves only when something happened that a decision
    /// should know of.
    pub seen: u64,
    /// What it is about.
    #[schema(value_type = String)]
    pub kind: CaseKind,
    /// The signal that grants are given by.
    #[schema(value_type = String)]
    pub signal: SignalKind,
    /// How urgently a person should look.
    #[schema(value_type = String)]
    pub level: CrisisLevel,
    /// The highest level that automation gave.
    #[schema(value_type = String)]
    pub machine_level: CrisisLevel,
    /// The highest level since it was last opened.
    #[schema(value_type = String)]
    pub peak_level: CrisisLevel,
    /// Whether some post of it lacks a complete judgement.
    pub unscored: bool,
    /// How it ended; none while it is open.
    #[schema(value_type = Option<String>)]
    pub closed: Option<CloseCode>,
    /// Where.
    #[schema(value_type = String)]
    pub community: CommunityId,
    /// Why it was opened.
    #[schema(value_type = Object)]
    pub because: OpenedBecause,
    /// How what opened it is treated.
    #[schema(value_type = String)]
    pub freshness: Freshness,
    /// When it was opened.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// When its clocks started: the platform's time.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub clock_from: Timestamp,
    /// When the first look is due.
    #[serde(serialize_with = "super::time::maybe")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub look_due_at: Option<Timestamp>,
    /// When a person first read its text.
    #[serde(serialize_with = "super::time::maybe")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub looked_at: Option<Timestamp>,
    /// Whether the promised look is overdue and nobody has looked.
    pub look_overdue: bool,
    /// Who holds it now.
    pub holder: Option<Holder>,
    /// The member whom it is about; none for an incident.
    pub member: Option<MemberView>,
    /// Its posts, in the order in which they joined.
    pub posts: Vec<PostView>,
    /// The thread around the newest post.
    pub thread: ThreadView,
    /// Reports on the member.
    pub reports: Vec<ReportView>,
    /// Decisions, in order.
    pub decisions: Vec<DecisionView>,
    /// What was asked of the platform, the newest first.
    pub actions: Vec<ActionView>,
    /// What can be taken back now.
    pub undo: Option<UndoView>,
    /// The best contact since it was last opened.
    pub contact: Option<ContactView>,
    /// Who wants to close it, where a second person has to confirm.
    pub closure: Option<ClosureView>,
    /// For an incident: its cause and its records.
    pub incident: Option<IncidentView>,
    /// Records that could not be read and that a person should.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub dead_letters: Vec<MessageId>,
    /// Earlier and other cases of the member that the viewer may see, the newest first.
    pub other_cases: Vec<QueueItem>,
    /// What the viewer may do now.
    pub allowed: Vec<Command>,
    /// Whether the viewer gives a reason with every reading of masked text.
    pub reveal_needs_reason: bool,
    /// What the platform can be asked for here.
    #[schema(value_type = Vec<String>)]
    pub supported: Vec<ActionKind>,
    /// Whether closing takes a second person.
    pub takes_two_to_close: bool,
    /// Everything that happened, the oldest first.
    pub timeline: Vec<TimelineEntry>,
}

impl CaseView {
    /// Whether the viewer may do this now.
    pub fn allows(&self, command: Command) -> bool {
        self.allowed.contains(&command)
    }

    /// Whether it is open.
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }
}

/// What a viewer may do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Take it, or keep it longer.
    Claim,
    /// Take it from somebody else, with a reason.
    TakeOver,
    /// Keep it longer.
    Renew,
    /// Give it back.
    Release,
    /// Read its texts, recorded.
    Reveal,
    /// Write a note for colleagues.
    Note,
    /// Raise the level.
    Raise,
    /// Lower the level, with a reason.
    Lower,
    /// Record that the member was reached, or was not.
    Contact,
    /// Decide, and ask the platform for something.
    Decide,
    /// Take the last decision back.
    Undo,
    /// Close it, or propose to.
    Close,
    /// Confirm, as the second person, that it ends.
    ConfirmClosure,
    /// Open it again.
    Reopen,
}

/// The member whom a case is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MemberView {
    /// As the log knows them.
    #[schema(value_type = uuid::Uuid)]
    pub subject: SubjectId,
    /// The platform; none where the member was erased or the viewer may not know.
    #[schema(value_type = Option<String>)]
    pub platform: Option<PlatformId>,
    /// Their name there; none where the member was erased or the viewer may not know.
    #[schema(value_type = Option<String>)]
    pub name: Option<Sensitive<String>>,
    /// Whether the member was erased.
    pub erased: bool,
}

/// A report on the member of the case. Who reported is not shown.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportView {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    pub report: ReportId,
    /// The event that recorded it, by which its words are found after a reveal.
    #[schema(value_type = uuid::Uuid)]
    pub event: EventId,
    /// Which reporter, from 1: the same number is the same person.
    pub reporter: usize,
    /// The reason picked.
    #[schema(value_type = String)]
    pub reason: ReportReason,
    /// The post, where it was about one.
    #[schema(value_type = Option<Object>)]
    pub post: Option<PostRef>,
    /// Whether that post ever reached Holdfast.
    pub post_received: bool,
    /// When.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The reporter's words; none where there are none.
    pub words: Option<ProseView>,
    /// What the platform copied of a post that never reached Holdfast.
    pub quoted: Option<ProseView>,
}

/// What came of reaching out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactView {
    /// The best outcome.
    #[schema(value_type = String)]
    pub outcome: ContactOutcome,
}

/// Somebody wants to close the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClosureView {
    /// Who.
    pub by: Who,
    /// How it would end.
    #[schema(value_type = String)]
    pub code: CloseCode,
}

/// Posts and records that one cause kept from being judged.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IncidentView {
    /// The cause.
    #[schema(value_type = Option<Object>)]
    pub cause: Option<IncidentCause>,
    /// How many records.
    pub total: usize,
    /// How many were neither judged nor read.
    pub left: u64,
    /// The first 200, those that wait before those that are settled.
    pub records: Vec<RecordView>,
}

/// A record of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecordView {
    /// Its number within the incident.
    pub member: u64,
    /// The post, where it could be decoded.
    #[schema(value_type = Option<Object>)]
    pub post: Option<PostRef>,
    /// The dead letter, where it could not.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub dead_letter: Option<MessageId>,
    /// Where it stood.
    #[schema(value_type = Object)]
    pub origin: Origin,
    /// How it was settled; none while it waits.
    #[schema(value_type = Option<String>)]
    pub settled: Option<MemberJudged>,
}
