//! Posts: from an assessment to cases and automatic actions.

use std::time::Duration;

use super::{CaseBook, NewCase, Outcome, PostFacts};
use crate::action::RequestedBy;
use crate::assessment::Finding;
use crate::event::{
    ActionRequested, AlertBecause, IncidentCause, MemberJudged, OpenedBecause, PostAttached,
};
use crate::intake::{DeletedBy, Freshness};
use crate::safety::{AutomaticContext, allow_automatic};
use crate::{
    Action, ActionId, ActionPart, ActionTarget, Actor, Assessment, CaseId, CaseKind, ClaimKey,
    CrisisLevel, PostId, SignalKind, SubjectId,
};

const DAY: Duration = Duration::from_hours(24);

impl CaseBook<'_> {
    /// A post was assessed: it joins or opens what it belongs to.
    ///
    /// * Crisis level 1 or more, or a post by somebody with an open crisis case: their episode.
    /// * Not fully judged: their episode where the pre-screen hits or one is open, else the incident
    ///   of its cause. Never nothing.
    /// * Harassment or stigma to be reviewed: the matter.
    pub fn assessed(&mut self, facts: &PostFacts, assessment: &Assessment) -> Outcome {
        let mut outcome = Outcome::Clear;
        if let Some(case) = self.crisis(facts, assessment) {
            outcome = Outcome::InCase(case);
        }
        for signal in [SignalKind::Harassment, SignalKind::Stigma] {
            if assessment.wants_review(signal) {
                let case = self.matter(signal, facts, assessment);
                if outcome == Outcome::Clear {
                    outcome = Outcome::InCase(case);
                }
            }
        }
        if outcome == Outcome::Clear
            && let Some(cause) = assessment.unjudged_cause()
        {
            outcome = self.list_in_incident(cause, facts);
        }
        self.act(facts, assessment, outcome)
    }

    fn crisis(&mut self, facts: &PostFacts, assessment: &Assessment) -> Option<CaseId> {
        let reading = &assessment.crisis;
        let key = ClaimKey::open_crisis(facts.subject);
        if let Some(open) = self.held(&key) {
            self.join(open, facts, assessment);
            return Some(open);
        }
        let level = reading.reading_level();
        // An unscored post reads as "soon" only so that it waits in the right place; without any
        // wording behind it, it belongs to the incident.
        let worded = match reading {
            crate::CrisisReading::Level(level) => *level >= CrisisLevel::Soon,
            crate::CrisisReading::Unscored {
                at_least,
                pre_screen,
                ..
            } => *pre_screen || *at_least >= CrisisLevel::Soon,
        };
        worded.then(|| {
            let id = self.open(NewCase {
                kind: CaseKind::Crisis,
                subject: Some(facts.subject),
                community: facts.community.clone(),
                level,
                unscored: reading.is_unscored(),
                because: OpenedBecause::Assessment,
                freshness: facts.freshness,
                occurred_at: facts.posted_at,
                claim: Some(key),
                actor: Actor::Automation,
            });
            self.join(id, facts, assessment);
            self.alert(id, AlertBecause::Opened);
            id
        })
    }

    fn matter(&mut self, signal: SignalKind, facts: &PostFacts, assessment: &Assessment) -> CaseId {
        let key = ClaimKey::open_matter(signal, facts.subject);
        let id = self.held(&key).unwrap_or_else(|| {
            self.open(NewCase {
                kind: if signal == SignalKind::Stigma {
                    CaseKind::Stigma
                } else {
                    CaseKind::Harassment
                },
                subject: Some(facts.subject),
                community: facts.community.clone(),
                level: CrisisLevel::None,
                unscored: assessment.crisis.is_unscored(),
                because: OpenedBecause::Assessment,
                freshness: facts.freshness,
                occurred_at: facts.posted_at,
                claim: Some(key),
                actor: Actor::Automation,
            })
        });
        self.join(id, facts, assessment);
        id
    }

    /// Attaches the post, or records a further assessment of a revision that is here.
    fn join(&mut self, id: CaseId, facts: &PostFacts, assessment: &Assessment) {
        let clock_from = facts.posted_at.min(self.now);
        let Some(case) = self.case(id) else { return };
        let here = case
            .post(facts.post.post)
            .is_some_and(|known| known.holds(facts.post));
        let events = if here {
            case.reassess(assessment.clone(), self.promises, clock_from)
        } else {
            let attached = PostAttached {
                post: facts.post,
                posted_at: facts.posted_at,
                freshness: facts.freshness,
                look_due_at: None,
                language: facts.language.clone(),
                assessment: Some(assessment.clone()),
            };
            case.attach(attached, self.promises, clock_from)
        };
        let alert = case.alert_for(&events, self.now);
        self.tell(id, &Actor::Automation, self.now, events);
        if let Some(because) = alert {
            self.alert(id, because);
        }
    }

    fn list_in_incident(&mut self, cause: IncidentCause, facts: &PostFacts) -> Outcome {
        let id = self.incident(cause, &facts.community, facts.freshness);
        let Some(incident) = self.case(id) else {
            return Outcome::Clear;
        };
        if let Some((member, _)) = incident
            .members
            .iter()
            .find(|(_, m)| m.post == Some(facts.post))
        {
            return Outcome::InIncident(id, *member);
        }
        let event = incident.add_member(
            Some(facts.post),
            None,
            facts.origin.clone(),
            facts.freshness,
        );
        self.tell(id, &Actor::Automation, self.now, vec![event]);
        let member = self
            .case(id)
            .and_then(|case| case.members.last_key_value())
            .map_or(0, |(n, _)| *n);
        Outcome::InIncident(id, member)
    }

    /// A post of an incident was judged after all.
    pub fn settle(&mut self, incident: CaseId, member: u64, how: MemberJudged) {
        let event = self
            .case(incident)
            .and_then(|case| case.settle_member(member, how));
        self.tell(
            incident,
            &Actor::Automation,
            self.now,
            event.into_iter().collect(),
        );
    }

    /// A post was deleted on the platform: every case that holds it gets a mark.
    pub fn deleted(&mut self, post: PostId, by: DeletedBy) -> Option<CaseId> {
        let holding: Vec<CaseId> = self
            .cases
            .iter()
            .filter(|(_, e)| e.case.post(post).is_some())
            .map(|(id, _)| *id)
            .collect();
        for &id in &holding {
            let events = self
                .case(id)
                .map(|case| case.post_deleted(post, by))
                .unwrap_or_default();
            self.tell(id, &Actor::Platform, self.now, events);
        }
        holding.first().copied()
    }

    /// What the policy wants automation to do by itself: done where the invariants and the budget
    /// allow it, and otherwise put before a person.
    fn act(&mut self, facts: &PostFacts, assessment: &Assessment, outcome: Outcome) -> Outcome {
        let parts = &assessment.recommendation.automatic;
        if parts.is_empty() || facts.freshness == Freshness::Backfill {
            return outcome;
        }
        let case = match outcome {
            Outcome::InCase(case) => case,
            _ => self.matter(SignalKind::Harassment, facts, assessment),
        };
        if self.may_act(case, facts, assessment, parts) {
            self.request(case, facts.subject, facts, parts);
        }
        Outcome::InCase(case)
    }

    fn may_act(
        &self,
        case: CaseId,
        facts: &PostFacts,
        assessment: &Assessment,
        parts: &[ActionPart],
    ) -> bool {
        let Some(case) = self.case(case) else {
            return false;
        };
        let context = AutomaticContext {
            crisis: &assessment.crisis,
            author: facts.author,
            hides_method_or_incitement: hides_only(parts, assessment),
            in_episode: case.kind == CaseKind::Crisis,
            automated_messages_24h: case.automated_messages_since(self.now - DAY),
            only_reports: false,
            only_stigma: assessment.stigma == Finding::Review
                && assessment.harassment != Finding::Review,
            budget_left: self.budget_left,
        };
        // The same revision is acted on once, whatever later stages say again.
        let acted = case
            .actions
            .values()
            .any(|state| state.action.target.post() == Some(facts.post));
        !acted && allow_automatic(parts, &context).is_ok()
    }

    fn request(
        &mut self,
        case: CaseId,
        author: SubjectId,
        facts: &PostFacts,
        parts: &[ActionPart],
    ) {
        let lifetime = parts
            .iter()
            .map(|part| part.kind().lifetime())
            .min()
            .unwrap_or(DAY);
        let action = Action {
            id: ActionId::fresh(self.ids),
            case,
            target: ActionTarget::Post {
                post: facts.post,
                author,
            },
            parts: parts.to_vec(),
            message: None,
            policy: None,
            requested_by: RequestedBy::Automation,
            hold_until: self.now,
            not_after: self.now + lifetime,
        };
        if action.is_restrictive() {
            self.budget_left = self.budget_left.saturating_sub(1);
        }
        let event = ActionRequested {
            action: action.clone(),
            decision: None,
        }
        .into();
        self.tell(case, &Actor::Automation, self.now, vec![event]);
        self.actions.push((action, facts.community.clone()));
    }
}

/// Whether every hidden stretch lies within method detail found in the post.
fn hides_only(parts: &[ActionPart], assessment: &Assessment) -> bool {
    parts.iter().all(|part| match part {
        ActionPart::HidePart { span } => assessment
            .method_detail
            .iter()
            .any(|method| method.start <= span.start && span.end <= method.end),
        _ => true,
    })
}
