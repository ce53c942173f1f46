//! What is known of a case after its events so far.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CaseKind, CloseCode};
use crate::action::{ActionOutcome, RequestedBy};
use crate::event::{
    ContactOutcome, DecisionOutcome, IncidentCause, MemberJudged, OpenedBecause, ParkedBecause,
};
use crate::intake::{DeletedBy, Freshness, Origin, OutreachStep, ReportReason};
use crate::{
    Action, ActionId, Assessment, CaseId, CommunityId, CrisisLevel, DecisionId, MessageId, PostRef,
    ReportId, StreamVersion, SubjectId, Timestamp, UserId,
};

/// A case, folded from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The case's id, also the key of its stream.
    pub id: CaseId,
    /// How many events were folded.
    #[serde(with = "version")]
    pub version: StreamVersion,
    /// What it is about.
    pub kind: CaseKind,
    /// Open or closed.
    pub status: Status,
    /// The member whom it is about; none for an incident.
    pub subject: Option<SubjectId>,
    /// Where.
    pub community: CommunityId,
    /// How urgently a person should look, now.
    pub level: CrisisLevel,
    /// The highest level that automation gave; lowering below it takes a reason.
    pub machine_level: CrisisLevel,
    /// The highest level that it ever had; neither lowering nor opening it again lowers this.
    pub peak_level: CrisisLevel,
    /// Whether some post of it still lacks a complete judgement.
    pub unscored: bool,
    /// Why it was opened.
    pub because: OpenedBecause,
    /// How what opened it is treated.
    pub freshness: Freshness,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its clocks started.
    pub clock_from: Timestamp,
    /// When the first look is due.
    pub look_due_at: Option<Timestamp>,
    /// When a person first read its text.
    pub looked_at: Option<Timestamp>,
    /// Whether the first-look promise was recorded as broken.
    pub look_breached: bool,
    /// Who holds it.
    pub lease: Option<Lease>,
    /// Its posts, in the order in which they joined.
    pub posts: Vec<CasePost>,
    /// Reports on its subject.
    pub reports: Vec<CaseReport>,
    /// Decisions, in order.
    pub decisions: Vec<DecisionState>,
    /// Actions by id.
    pub actions: BTreeMap<ActionId, ActionState>,
    /// The best contact recorded since it was last opened.
    pub contact: Option<ContactOutcome>,
    /// When a person last did something about it.
    pub touched_at: Option<Timestamp>,
    /// When people were last alerted.
    pub alerted_at: Option<Timestamp>,
    /// Who wants to close it and how, where a second person has to confirm.
    pub closure: Option<(UserId, CloseCode)>,
    /// Records that could not be read and that a person should.
    pub dead_letters: Vec<MessageId>,
    /// For an incident: its cause.
    pub cause: Option<IncidentCause>,
    /// For an incident: its members by number.
    pub members: BTreeMap<u64, IncidentMember>,
    /// For an incident: how many members are neither judged nor read.
    pub members_left: u64,
    /// For an appeal: the action that is appealed.
    pub appealed: Option<ActionId>,
}

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody should be working on it.
    Open,
    /// It ended, in this way.
    Closed(CloseCode),
}

/// Who holds a case until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who.
    pub holder: UserId,
    /// Until when.
    pub until: Timestamp,
}

/// A post of a case, in its newest revision here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePost {
    /// Which revision.
    pub post: PostRef,
    /// When it was posted.
    pub posted_at: Timestamp,
    /// When it joined.
    pub joined_at: Timestamp,
    /// Its language without region, where the platform names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The newest assessment.
    pub assessment: Option<Assessment>,
    /// Who deleted it on the platform, where somebody did.
    pub deleted: Option<DeletedBy>,
    /// Older revisions of it that are part of the case, in the order in which they joined: what its author
    /// wrote and edited away, and what came in late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierRevision>,
}

/// An older revision of a post of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierRevision {
    /// Which revision.
    pub post: PostRef,
    /// Its newest assessment.
    pub assessment: Option<Assessment>,
}

impl CasePost {
    /// Whether the case holds that revision.
    pub fn holds(&self, post: PostRef) -> bool {
        self.post == post || self.earlier.iter().any(|earlier| earlier.post == post)
    }

    /// All assessments, that of the newest revision first.
    pub fn assessments(&self) -> impl Iterator<Item = &Assessment> {
        let earlier = self.earlier.iter().map(|earlier| &earlier.assessment);
        std::iter::once(&self.assessment).chain(earlier).flatten()
    }

    /// Takes in what is known of an older revision; what it was assessed as stays where nothing newer is known.
    pub(super) fn note_earlier(&mut self, post: PostRef, assessment: Option<Assessment>) {
        match self.earlier.iter_mut().find(|known| known.post == post) {
            Some(known) => known.assessment = assessment.or(known.assessment.take()),
            None => self.earlier.push(EarlierRevision { post, assessment }),
        }
    }
}

/// A report on the case's subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseReport {
    /// The report.
    pub report: ReportId,
    /// Who reported.
    pub reporter: SubjectId,
    /// The reason picked.
    pub reason: ReportReason,
    /// The post, where it was about one.
    pub post: Option<PostRef>,
    /// When.
    pub at: Timestamp,
}

/// A decision, and whether it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionState {
    /// The decision.
    pub decision: DecisionId,
    /// Who; none where the command line did.
    pub by: Option<UserId>,
    /// What.
    pub outcome: DecisionOutcome,
    /// On which policy.
    pub policy: String,
    /// When.
    pub at: Timestamp,
    /// The actions asked for with it.
    pub actions: Vec<ActionId>,
    /// Whether it was taken back.
    pub undone: bool,
}

/// An action of a case and how far it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionState {
    /// The action. Its message is sealed once it has been recorded.
    pub action: Action,
    /// How far it came.
    pub status: ActionStatus,
    /// When it came there.
    pub at: Timestamp,
    /// For outreach: how far the message came.
    pub outreach: Option<OutreachStep>,
}

/// How far an action came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum ActionStatus {
    /// Waits for its hold to end or for the relay.
    Requested,
    /// Taken back in time.
    Undone,
    /// Sent, not confirmed.
    Dispatched,
    /// Carried out.
    Confirmed,
    /// The platform did not carry it out.
    Failed {
        /// What became of it.
        outcome: ActionOutcome,
    },
    /// Not tried any more.
    Parked {
        /// Why.
        why: ParkedBecause,
    },
    /// A newer action made it pointless.
    Superseded,
    /// Sent, and no answer in time.
    Unanswered,
}

/// A member of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentMember {
    /// The post, where it could be decoded.
    pub post: Option<PostRef>,
    /// The dead letter, where it could not.
    pub dead_letter: Option<MessageId>,
    /// Where the record stood.
    pub origin: Origin,
    /// How it was settled; none while it waits.
    pub settled: Option<MemberJudged>,
}

impl Case {
    /// Whether it is open.
    pub const fn is_open(&self) -> bool {
        matches!(self.status, Status::Open)
    }

    /// Who holds it at `now`; an expired lease holds nothing, recorded or not.
    pub fn holder(&self, now: Timestamp) -> Option<Lease> {
        self.lease.filter(|lease| lease.until > now)
    }

    /// Whether some post of it protects its author from restriction without a kind word.
    pub fn is_crisis_content(&self) -> bool {
        self.kind == CaseKind::Crisis
            || self
                .posts
                .iter()
                .flat_map(CasePost::assessments)
                .any(|assessment| assessment.crisis.protects())
    }

    /// Automatic messages asked for since `since`.
    pub fn automated_messages_since(&self, since: Timestamp) -> u32 {
        let spoke = |state: &&ActionState| {
            state.action.requested_by == RequestedBy::Automation
                && state.at >= since
                && state.action.parts.iter().any(|part| {
                    matches!(
                        part.kind(),
                        crate::ActionKind::Outreach | crate::ActionKind::Nudge
                    )
                })
        };
        self.actions.values().filter(spoke).count() as u32
    }

    /// The language of the newest post whose language is known.
    pub fn language(&self) -> Option<&str> {
        let known = self.posts.iter().filter(|post| post.language.is_some());
        known
            .max_by_key(|post| post.posted_at)
            .and_then(|post| post.language.as_deref())
    }

    /// The newest revision of that post in this case.
    pub fn post(&self, post: crate::PostId) -> Option<&CasePost> {
        self.posts
            .iter()
            .find(|candidate| candidate.post.post == post)
    }
}

/// The version as a plain number.
mod version {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::StreamVersion;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes fields by reference"
    )]
    pub(super) fn serialize<S: Serializer>(
        version: &StreamVersion,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.serialize_u64(version.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<StreamVersion, D::Error> {
        u64::deserialize(d).map(StreamVersion)
    }
}
