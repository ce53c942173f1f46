//! Reports and appeals: they always reach a person, whatever the scores say.

use super::{CaseBook, NewCase};
use crate::event::{AlertBecause, AppealReceived, OpenedBecause, PostAttached, ReportReceived};
use crate::intake::{Freshness, ReportReason};
use crate::{
    ActionId, Actor, CaseId, CaseKind, ClaimKey, CommunityId, CrisisLevel, Prose, SignalKind,
    SubjectId, Timestamp,
};

/// A report, as the log may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFacts {
    /// The event to be recorded.
    pub report: ReportReceived,
    /// The reported member.
    pub subject: SubjectId,
    /// Where.
    pub community: CommunityId,
    /// When it was made, by the platform's clock.
    pub made_at: Timestamp,
    /// How it is treated.
    pub freshness: Freshness,
    /// What the pre-screen makes of the reporter's words and of what they quote.
    pub words_level: CrisisLevel,
}

/// An appeal, as the log may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealFacts {
    /// Who appeals.
    pub subject: SubjectId,
    /// Where.
    pub community: CommunityId,
    /// The action that is appealed, where the platform knows it.
    pub action: Option<ActionId>,
    /// The member's words.
    pub words: Option<Prose>,
    /// When.
    pub made_at: Timestamp,
    /// How it is treated.
    pub freshness: Freshness,
}

impl CaseBook<'_> {
    /// A member reports somebody. Reports on one member collapse into one case: their crisis
    /// episode, else the open matter, else a new case for the reason picked.
    pub fn reported(&mut self, facts: ReportFacts) -> CaseId {
        let kind = kind_of(facts.report.reason);
        let level = match kind {
            CaseKind::Crisis => facts.words_level.max(CrisisLevel::Soon),
            _ => facts.words_level,
        };
        // Words of danger in a report about manners are about danger all the same.
        let kind = if level >= CrisisLevel::Soon {
            CaseKind::Crisis
        } else {
            kind
        };
        let joins = match kind {
            CaseKind::Crisis => self.held(&ClaimKey::open_crisis(facts.subject)),
            _ => self.any_open_case(facts.subject, kind.signal()),
        };
        let case = joins.unwrap_or_else(|| self.open_for_report(&facts, kind, level));
        self.join_report(case, facts, level);
        if joins.is_none() {
            self.alert(case, AlertBecause::Opened);
        }
        case
    }

    fn any_open_case(&self, subject: SubjectId, signal: SignalKind) -> Option<CaseId> {
        self.open_case_of(subject, signal)
            .or_else(|| self.held(&ClaimKey::open_matter(SignalKind::Harassment, subject)))
            .or_else(|| self.held(&ClaimKey::open_matter(SignalKind::Stigma, subject)))
    }

    fn open_for_report(
        &mut self,
        facts: &ReportFacts,
        kind: CaseKind,
        level: CrisisLevel,
    ) -> CaseId {
        let claim = match kind {
            CaseKind::Crisis => ClaimKey::open_crisis(facts.subject),
            _ => ClaimKey::open_matter(kind.signal(), facts.subject),
        };
        self.open(NewCase {
            kind,
            subject: Some(facts.subject),
            community: facts.community.clone(),
            level,
            unscored: true,
            because: OpenedBecause::Report,
            freshness: facts.freshness,
            occurred_at: facts.made_at,
            claim: Some(claim),
            actor: Actor::Member,
        })
    }

    fn join_report(&mut self, id: CaseId, facts: ReportFacts, level: CrisisLevel) {
        let clock_from = facts.made_at.min(self.now);
        let Some(case) = self.case(id) else { return };
        let reported_post = facts.report.post;
        let mut events = case.report(facts.report);
        let rises = case.kind == CaseKind::Crisis && level > case.level && !events.is_empty();
        if rises {
            events.push(case.raised(level, reported_post, None, self.promises, clock_from));
        }
        let alert = case.alert_for(&events, self.now);
        self.tell(id, &Actor::Member, self.now, events);
        if let Some(because) = alert {
            self.alert(id, because);
        }
    }

    /// Brings a post into a case that it was named in (a report, a person), unless it is there.
    pub fn bring(&mut self, id: CaseId, attached: PostAttached, by: &Actor) {
        let Some(case) = self.case(id) else { return };
        if case.post(attached.post.post).is_some() {
            return;
        }
        let events = case.attach(attached, self.promises, self.now);
        self.tell(id, by, self.now, events);
    }

    /// A member objects to a decision: always a case of its own.
    pub fn appealed(&mut self, facts: AppealFacts) -> CaseId {
        let id = self.open(NewCase {
            kind: CaseKind::Appeal,
            subject: Some(facts.subject),
            community: facts.community,
            level: CrisisLevel::None,
            unscored: false,
            because: OpenedBecause::Appeal,
            freshness: facts.freshness,
            occurred_at: facts.made_at,
            claim: None,
            actor: Actor::Member,
        });
        let received = AppealReceived {
            action: facts.action,
            words: facts.words,
        };
        self.tell(id, &Actor::Member, self.now, vec![received.into()]);
        id
    }
}

const fn kind_of(reason: ReportReason) -> CaseKind {
    match reason {
        ReportReason::Crisis => CaseKind::Crisis,
        ReportReason::Stigma => CaseKind::Stigma,
        ReportReason::Harassment | ReportReason::Other => CaseKind::Harassment,
    }
}
