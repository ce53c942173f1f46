//! What joins an open case by itself: posts, assessments, reports, deletions, records that could not
//! be judged.

use std::time::Duration;

use super::Case;
use crate::event::{
    AlertBecause, AlertRaised, AssessmentRecorded, IncidentMemberAdded, IncidentMemberJudged,
    MemberJudged, PostAttached, PostDeletedByAuthor, ReportReceived,
};
use crate::intake::{DeletedBy, Freshness, Origin};
use crate::promises::Promises;
use crate::{
    Assessment, CaseKind, CrisisLevel, MessageId, ModerationEvent, PostId, PostRef, Timestamp,
};

/// When a person last did something longer ago than this, a new post alerts again.
const HUMAN_CONTACT_STALE: Duration = Duration::from_hours(12);

impl Case {
    /// A post joins, or a further revision of one that is here. Raises the level where the post asks
    /// for more, and never lowers it. An older revision joins beside the newer one and replaces nothing; one
    /// that says nothing new, because it is here or comes without an assessment, does not join.
    pub fn attach(
        &self,
        attached: PostAttached,
        promises: &Promises,
        clock_from: Timestamp,
    ) -> Vec<ModerationEvent> {
        let mut attached = attached;
        let starts_clock =
            self.freshness == Freshness::Backfill && attached.freshness != Freshness::Backfill;
        if starts_clock {
            attached.look_due_at = Some(clock_from + promises.for_level(self.level).first_look());
        }
        let older = self
            .post(attached.post.post)
            .filter(|known| known.post.revision > attached.post.revision);
        if older.is_some_and(|known| known.holds(attached.post) || attached.assessment.is_none()) {
            return Vec::new();
        }
        let asked = attached
            .assessment
            .as_ref()
            .map(|a| a.crisis.reading_level());
        let post = attached.post;
        let mut events = vec![attached.into()];
        events.extend(self.raise_for(asked, post, promises, clock_from));
        events
    }

    /// A further assessment of a post that is here.
    pub fn reassess(
        &self,
        assessment: Assessment,
        promises: &Promises,
        clock_from: Timestamp,
    ) -> Vec<ModerationEvent> {
        if self.post(assessment.post.post).is_none() {
            return Vec::new();
        }
        let asked = Some(assessment.crisis.reading_level());
        let post = assessment.post;
        let mut events = vec![AssessmentRecorded { assessment }.into()];
        events.extend(self.raise_for(asked, post, promises, clock_from));
        events
    }

    fn raise_for(
        &self,
        asked: Option<CrisisLevel>,
        post: PostRef,
        promises: &Promises,
        clock_from: Timestamp,
    ) -> Option<ModerationEvent> {
        let asked = asked.filter(|asked| self.kind == CaseKind::Crisis && *asked > self.level)?;
        Some(self.raised(asked, Some(post), None, promises, clock_from))
    }

    /// Whether people are to be asked to look after `events` of this case, and why.
    ///
    /// New posts of an episode alert again only when the level rises or when no person has done
    /// anything for a while: an alert for every post would drown the one that matters.
    pub fn alert_for(&self, events: &[ModerationEvent], now: Timestamp) -> Option<AlertBecause> {
        let goes_live = events.iter().any(|event| {
            matches!(event, ModerationEvent::PostAttached(post) if post.look_due_at.is_some())
        });
        if goes_live {
            return Some(AlertBecause::NewPost);
        }
        if self.freshness == Freshness::Backfill {
            return None;
        }
        if events
            .iter()
            .any(|event| matches!(event, ModerationEvent::LevelRaised(_)))
        {
            return Some(AlertBecause::LevelRose);
        }
        let new_post = events
            .iter()
            .any(|event| matches!(event, ModerationEvent::PostAttached(_)));
        let last = self
            .touched_at
            .max(self.alerted_at)
            .unwrap_or(self.opened_at);
        let stale = now.since(last) >= HUMAN_CONTACT_STALE;
        (new_post && stale && self.level >= CrisisLevel::Soon).then_some(AlertBecause::NewPost)
    }

    /// The event of an alert.
    pub fn alerted(&self, message: MessageId, because: AlertBecause) -> ModerationEvent {
        AlertRaised {
            message,
            level: self.level,
            because,
        }
        .into()
    }

    /// A member reports the subject. A report seen before changes nothing.
    pub fn report(&self, report: ReportReceived) -> Vec<ModerationEvent> {
        if self
            .reports
            .iter()
            .any(|known| known.report == report.report)
        {
            return Vec::new();
        }
        vec![report.into()]
    }

    /// A post of the case was deleted on the platform. Leaves a mark; the case stays as it is.
    pub fn post_deleted(&self, post: PostId, by: DeletedBy) -> Vec<ModerationEvent> {
        match self.post(post) {
            Some(known) if known.deleted.is_none() => {
                vec![
                    PostDeletedByAuthor {
                        post: known.post,
                        by,
                    }
                    .into(),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// Lists one more record in an incident.
    pub fn add_member(
        &self,
        post: Option<PostRef>,
        dead_letter: Option<MessageId>,
        origin: Origin,
        freshness: Freshness,
    ) -> ModerationEvent {
        let member = self
            .members
            .last_key_value()
            .map_or(1, |(last, _)| last + 1);
        IncidentMemberAdded {
            member,
            post,
            dead_letter,
            origin,
            freshness,
        }
        .into()
    }

    /// Settles a member of an incident; nothing where it is settled already.
    pub fn settle_member(&self, member: u64, how: MemberJudged) -> Option<ModerationEvent> {
        let waits = self
            .members
            .get(&member)
            .is_some_and(|known| known.settled.is_none());
        waits.then(|| IncidentMemberJudged { member, how }.into())
    }
}
