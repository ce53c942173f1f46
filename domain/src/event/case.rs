//! What happens to a case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reason, with_prose, without_prose};
use crate::case::{CaseKind, CloseCode};
use crate::intake::{DeletedBy, Freshness, Origin, RejectClass, ReportReason};
use crate::signal::Unavailable;
use crate::{
    ActionId, Assessment, CommunityId, CrisisLevel, DecisionId, MessageId, PostRef, Prose,
    ReportId, Span, SubjectId, Timestamp, UserId,
};

/// A case began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOpened {
    /// What it is about.
    pub kind: CaseKind,
    /// The member whom it is about; none for an incident.
    pub subject: Option<SubjectId>,
    /// Where.
    pub community: CommunityId,
    /// The level at the start: the reading level of a crisis case, "soon" for an incident, else none.
    pub level: CrisisLevel,
    /// Whether no complete judgement stands behind the level.
    pub unscored: bool,
    /// Why it was opened.
    pub because: OpenedBecause,
    /// How what opened it is treated.
    pub freshness: Freshness,
    /// When the clocks start: the platform's event time, not after the time of recording.
    pub clock_from: Timestamp,
    /// When the first look is due, by the promises in force; none for backfill.
    pub look_due_at: Option<Timestamp>,
}
without_prose!(CaseOpened);

/// Why a case was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum OpenedBecause {
    /// Automation's assessment of a post.
    Assessment,
    /// A member's report.
    Report,
    /// A member's appeal.
    Appeal,
    /// A person opened it.
    Hand,
    /// Posts could not be judged.
    Unjudged {
        /// The cause.
        cause: IncidentCause,
    },
}

/// Why many posts could not be judged at once.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum IncidentCause {
    /// A classifier did not answer.
    Classifier {
        /// Which.
        name: String,
        /// Why.
        why: Unavailable,
    },
    /// Records could not be decoded.
    Undecodable {
        /// What was wrong with them.
        class: RejectClass,
    },
}

impl IncidentCause {
    /// The cause as part of a claim's key.
    pub fn key(&self) -> String {
        match self {
            Self::Classifier { name, why } => format!("classifier:{name}:{}", why.as_str()),
            Self::Undecodable { class } => format!("undecodable:{}", class.as_str()),
        }
    }
}

/// A post joined the case, with the assessment that brought it here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostAttached {
    /// Which revision.
    pub post: PostRef,
    /// When it was posted, by the platform's clock.
    pub posted_at: Timestamp,
    /// How it is treated.
    pub freshness: Freshness,
    /// When the first look is due, where this post starts the clock of a case that had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look_due_at: Option<Timestamp>,
    /// The language that the platform names, without region (`en`), so that people find what they
    /// can read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What automation thought of it; none where a person or a report brought it.
    pub assessment: Option<Assessment>,
}
without_prose!(PostAttached);

/// A further assessment of a post of the case: the deep stage, or an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentRecorded {
    /// The assessment.
    pub assessment: Assessment,
}
without_prose!(AssessmentRecorded);

/// A post of the case was deleted on the platform. The case stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostDeletedByAuthor {
    /// The last revision we had.
    pub post: PostRef,
    /// Who deleted it.
    pub by: DeletedBy,
}
without_prose!(PostDeletedByAuthor);

/// A member reported the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportReceived {
    /// The report.
    pub report: ReportId,
    /// Who reports; never shown to the reported member.
    pub reporter: SubjectId,
    /// The reported post, where there is one; a post that was never received has a ref as well.
    pub post: Option<PostRef>,
    /// Whether we hold the reported post.
    pub post_received: bool,
    /// The reason picked.
    pub reason: ReportReason,
    /// The reporter's words, sealed with the reporter's key.
    pub words: Option<Prose>,
    /// What the platform copied of a post that we never received, sealed with the subject's key.
    pub quoted: Option<Prose>,
    /// The platform's id of the report, sealed with the reporter's key: the outcome is sent back
    /// under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Prose>,
}
with_prose!(ReportReceived: words, quoted, external_id);

/// A member objected to a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealReceived {
    /// The action appealed, where known.
    pub action: Option<ActionId>,
    /// The member's words.
    pub words: Option<Prose>,
}
with_prose!(AppealReceived: words);

/// A post or record that could not be judged was listed in an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentMemberAdded {
    /// Its number within the incident, from 1.
    pub member: u64,
    /// The post, where it could be decoded.
    pub post: Option<PostRef>,
    /// The dead letter, where it could not.
    pub dead_letter: Option<MessageId>,
    /// Where the record stood.
    pub origin: Origin,
    /// How it is treated.
    pub freshness: Freshness,
}
without_prose!(IncidentMemberAdded);

/// A member of an incident was judged after all, or read by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentMemberJudged {
    /// Its number within the incident.
    pub member: u64,
    /// How.
    pub how: MemberJudged,
}
without_prose!(IncidentMemberJudged);

/// How a member of an incident was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberJudged {
    /// Automation judged it when the cause had ended.
    Judged,
    /// A person read it.
    Read,
    /// It was replayed from the dead letters.
    Replayed,
}

/// The level went up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRaised {
    /// Before.
    pub from: CrisisLevel,
    /// After.
    pub to: CrisisLevel,
    /// The post that raised it, where one did.
    pub post: Option<PostRef>,
    /// When the first look is due now; never later than before.
    pub look_due_at: Option<Timestamp>,
    /// A person's reason, where one raised it and gave it.
    pub reason: Option<Prose>,
}
with_prose!(LevelRaised: reason);

/// A person lowered the level. Automation never does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelLowered {
    /// Before.
    pub from: CrisisLevel,
    /// After.
    pub to: CrisisLevel,
    /// Why; the words are asked for.
    pub code: LowerCode,
    /// The words.
    pub reason: Prose,
}
with_prose!(LevelLowered: reason);

/// Why a level was lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LowerCode {
    /// A figure of speech.
    Idiom,
    /// Somebody else's words.
    Quote,
    /// A story, a song, a game.
    Fiction,
    /// Told from the past and from safety.
    Past,
    /// About somebody else, who is not in danger.
    ThirdParty,
    /// After contact, the person is safer.
    SaferAfterContact,
    /// Anything else.
    Other,
}

/// People were asked to look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRaised {
    /// The alert's message.
    pub message: MessageId,
    /// At which level.
    pub level: CrisisLevel,
    /// Why.
    pub because: AlertBecause,
}
without_prose!(AlertRaised);

/// Why people were asked to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertBecause {
    /// The case opened.
    Opened,
    /// The level rose.
    LevelRose,
    /// A new post came in while no person had looked for a while.
    NewPost,
    /// The case was opened again.
    Reopened,
    /// A promise was broken.
    SlaBreached,
    /// Posts cannot be judged.
    Incident,
    /// An action did not reach its goal.
    ActionStuck,
}

/// Somebody took the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseClaimed {
    /// Who.
    pub by: UserId,
    /// Until when, unless renewed.
    pub lease_until: Timestamp,
    /// From whom it was taken over, and why.
    pub taken_from: Option<UserId>,
    /// Why it was taken over.
    pub reason: Option<Prose>,
}
with_prose!(CaseClaimed: reason);

/// The holder keeps the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRenewed {
    /// Who.
    pub by: UserId,
    /// Until when.
    pub lease_until: Timestamp,
}
without_prose!(LeaseRenewed);

/// The holder gave the case back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseReleased {
    /// Who.
    pub by: UserId,
    /// What the next person should know.
    pub hand_over: Option<Prose>,
}
with_prose!(CaseReleased: hand_over);

/// The holder let the lease run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseExpired {
    /// Who held it.
    pub held_by: UserId,
    /// When it ran out.
    pub at: Timestamp,
}
without_prose!(LeaseExpired);

/// Somebody read masked text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRevealed {
    /// Who.
    pub by: UserId,
    /// What.
    pub scope: RevealScope,
    /// Which revisions were shown.
    pub posts: Vec<PostRef>,
    /// Why, where somebody read who does not work on the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Prose>,
}
with_prose!(TextRevealed: reason);

/// What was revealed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RevealScope {
    /// The case's posts and the thread around them, method detail still masked.
    Case,
    /// One stretch of method detail.
    MethodDetail {
        /// Byte offsets into the original text.
        span: Span,
    },
    /// One record of an incident.
    IncidentMember {
        /// Its number.
        member: u64,
    },
}

/// Somebody wrote a note for colleagues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteAdded {
    /// The note.
    pub note: Prose,
}
with_prose!(NoteAdded: note);

/// Somebody reached, or tried to reach, the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRecorded {
    /// Whether it worked.
    pub outcome: ContactOutcome,
    /// How it went.
    pub note: Option<Prose>,
}
with_prose!(ContactRecorded: note);

/// What came of reaching out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactOutcome {
    /// The member answered.
    Reached,
    /// A message is out, no answer yet.
    Tried,
    /// Nobody answers.
    Unreachable,
}

/// A person decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecorded {
    /// The decision.
    pub decision: DecisionId,
    /// What was decided.
    pub outcome: DecisionOutcome,
    /// The policy that it rests on.
    pub policy: String,
    /// Why.
    pub reason: Prose,
    /// What it is about.
    pub posts: Vec<PostRef>,
    /// What was asked of the platform with it.
    pub actions: Vec<ActionId>,
}
with_prose!(DecisionRecorded: reason);

/// What a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionOutcome {
    /// Nothing to do.
    NoAction,
    /// The member gets support.
    Support,
    /// The platform is asked to act.
    Act,
    /// An appeal is granted.
    AppealGranted,
    /// An appeal is refused.
    AppealRefused,
}

/// A decision was taken back before anything left the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionUndone {
    /// Which.
    pub decision: DecisionId,
}
without_prose!(DecisionUndone);

/// Somebody wants to close a case that takes a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosureProposed {
    /// Who.
    pub by: UserId,
    /// How it ends.
    pub code: CloseCode,
    /// Why.
    pub reason: Prose,
}
with_prose!(ClosureProposed: reason);

/// The case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseClosed {
    /// How.
    pub code: CloseCode,
    /// Why.
    pub reason: Option<Prose>,
    /// Who proposed it, where the closing person is the second.
    pub proposed_by: Option<UserId>,
}
with_prose!(CaseClosed: reason);

/// The case was opened again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseReopened {
    /// At which level.
    pub level: CrisisLevel,
    /// When the first look is due.
    pub look_due_at: Option<Timestamp>,
    /// Why, where a person did it.
    pub reason: Option<Reason>,
}

impl super::HasProse for CaseReopened {
    fn prose(&mut self, visit: &mut dyn FnMut(&'static str, &mut Prose)) {
        if let Some(reason) = &mut self.reason {
            visit("reason", &mut reason.text);
        }
    }
}

/// A promise was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaBreached {
    /// Which promise.
    pub clock: SlaClock,
    /// When it was due.
    pub due_at: Timestamp,
    /// At which level.
    pub level: CrisisLevel,
    /// Why, as far as Holdfast can tell.
    pub cause: BreachCause,
}
without_prose!(SlaBreached);

/// The promises that have a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaClock {
    /// A person looks.
    FirstLook,
}

impl SlaClock {
    /// The clock's name in claims and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstLook => "first_look",
        }
    }
}

/// Why a promise was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreachCause {
    /// Nobody took the case.
    NoStaff,
    /// Somebody took it and let the lease run out.
    LeaseExpired,
    /// It reached the queue too late.
    PipelineLag,
    /// Anything else.
    Other,
}
