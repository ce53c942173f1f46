//! From events to a case: the transition table of everything that can happen to one.

use std::collections::BTreeMap;

use super::state::{
    ActionState, ActionStatus, Case, CasePost, CaseReport, DecisionState, IncidentMember, Lease,
    Status,
};
use crate::event::{
    AssessmentRecorded, CaseOpened, ContactOutcome, IncidentMemberAdded, OpenedBecause,
    PostAttached, RevealScope,
};
use crate::intake::Freshness;
use crate::{
    ActionId, Actor, Assessment, CaseId, CrisisLevel, EventEnvelope, ModerationEvent,
    StreamVersion, Timestamp,
};

impl Case {
    /// Folds a case from its stream. `None` for a stream that does not begin with `CaseOpened`.
    pub fn fold<'a>(
        id: CaseId,
        events: impl IntoIterator<Item = &'a EventEnvelope>,
    ) -> Option<Self> {
        let mut events = events.into_iter();
        let first = events.next()?;
        let mut case = Self::begin(id, &first.event, first.occurred_at)?;
        for envelope in events {
            case.apply(&envelope.event, envelope.occurred_at, &envelope.actor);
        }
        Some(case)
    }

    /// The case after its first event. `None` for anything but `CaseOpened`.
    pub fn begin(id: CaseId, event: &ModerationEvent, at: Timestamp) -> Option<Self> {
        let ModerationEvent::CaseOpened(opened) = event else {
            return None;
        };
        Some(Self::opened(id, opened, at))
    }

    fn opened(id: CaseId, opened: &CaseOpened, at: Timestamp) -> Self {
        let cause = match &opened.because {
            OpenedBecause::Unjudged { cause } => Some(cause.clone()),
            _ => None,
        };
        Self {
            id,
            version: StreamVersion(1),
            kind: opened.kind,
            status: Status::Open,
            subject: opened.subject,
            community: opened.community.clone(),
            level: opened.level,
            machine_level: match opened.because {
                OpenedBecause::Assessment => opened.level,
                _ => CrisisLevel::None,
            },
            peak_level: opened.level,
            unscored: opened.unscored,
            because: opened.because.clone(),
            freshness: opened.freshness,
            opened_at: at,
            clock_from: opened.clock_from,
            look_due_at: opened.look_due_at,
            looked_at: None,
            look_breached: false,
            lease: None,
            posts: Vec::new(),
            reports: Vec::new(),
            decisions: Vec::new(),
            actions: BTreeMap::new(),
            contact: None,
            touched_at: None,
            alerted_at: None,
            closure: None,
            dead_letters: Vec::new(),
            cause,
            members: BTreeMap::new(),
            members_left: 0,
            appealed: None,
        }
    }

    /// Takes in one more event of the stream.
    ///
    /// Every event type is named: a new one must say here what it does to a case, or that it does
    /// nothing.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm an event: the table is read as a whole"
    )]
    #[expect(
        clippy::match_same_arms,
        reason = "events that change nothing do so for different reasons"
    )]
    pub fn apply(&mut self, event: &ModerationEvent, at: Timestamp, actor: &Actor) {
        use ModerationEvent as E;
        self.version.0 += 1;
        if works_on_cases(actor) {
            self.touched_at = Some(at);
        }
        match event {
            E::PostAttached(event) => self.apply_post(event, at),
            E::AssessmentRecorded(AssessmentRecorded { assessment }) => {
                self.apply_assessment(assessment);
            }
            E::PostDeletedByAuthor(event) => {
                if let Some(post) = self
                    .posts
                    .iter_mut()
                    .find(|p| p.post.post == event.post.post)
                {
                    post.deleted = Some(event.by);
                }
            }
            E::ReportReceived(event) => self.reports.push(CaseReport {
                report: event.report,
                reporter: event.reporter,
                reason: event.reason,
                post: event.post,
                at,
            }),
            E::AppealReceived(event) => self.appealed = event.action,
            E::IncidentMemberAdded(event) => self.apply_member(event),
            E::IncidentMemberJudged(event) => {
                if let Some(member) = self.members.get_mut(&event.member)
                    && member.settled.replace(event.how).is_none()
                {
                    self.members_left -= 1;
                }
            }
            E::LevelRaised(event) => {
                self.level = event.to;
                self.peak_level = self.peak_level.max(event.to);
                self.look_due_at = event.look_due_at;
                if *actor == Actor::Automation {
                    self.machine_level = self.machine_level.max(event.to);
                }
            }
            E::LevelLowered(event) => self.level = event.to,
            E::AlertRaised(_) => self.alerted_at = Some(at),
            E::CaseClaimed(event) => {
                self.lease = Some(Lease {
                    holder: event.by,
                    until: event.lease_until,
                });
            }
            E::LeaseRenewed(event) => {
                self.lease = Some(Lease {
                    holder: event.by,
                    until: event.lease_until,
                });
            }
            E::CaseReleased(_) | E::LeaseExpired(_) => self.lease = None,
            E::TextRevealed(event) => {
                // An auditor's reading helps nobody: the promised look is still owed.
                let looks = matches!(
                    event.scope,
                    RevealScope::Case | RevealScope::IncidentMember { .. }
                );
                if looks && works_on_cases(actor) {
                    self.looked_at.get_or_insert(at);
                }
            }
            E::ContactRecorded(event) => self.contact = better_contact(self.contact, event.outcome),
            E::DecisionRecorded(event) => self.decisions.push(DecisionState {
                decision: event.decision,
                by: actor.user(),
                outcome: event.outcome,
                policy: event.policy.clone(),
                at,
                actions: event.actions.clone(),
                undone: false,
            }),
            E::DecisionUndone(event) => {
                if let Some(decision) = self
                    .decisions
                    .iter_mut()
                    .find(|d| d.decision == event.decision)
                {
                    decision.undone = true;
                }
            }
            E::ActionRequested(event) => {
                let state = ActionState {
                    action: event.action.clone(),
                    status: ActionStatus::Requested,
                    at,
                    outreach: None,
                };
                self.actions.insert(event.action.id, state);
            }
            E::ActionUndone(event) => self.move_action(event.action, ActionStatus::Undone, at),
            E::ActionDispatched(event) => {
                self.move_action(event.action, ActionStatus::Dispatched, at);
            }
            E::ActionConfirmed(event) => {
                self.move_action(event.action, ActionStatus::Confirmed, at);
            }
            E::ActionFailed(event) => {
                self.move_action(
                    event.action,
                    ActionStatus::Failed {
                        outcome: event.outcome,
                    },
                    at,
                );
            }
            E::ActionParked(event) => {
                self.move_action(event.action, ActionStatus::Parked { why: event.why }, at);
            }
            E::MessageResent(event) => {
                let action = ActionId::from(event.message.as_uuid());
                let parked = self
                    .actions
                    .get(&action)
                    .is_some_and(|state| matches!(state.status, ActionStatus::Parked { .. }));
                if parked {
                    self.move_action(action, ActionStatus::Requested, at);
                }
            }
            E::ActionSuperseded(event) => {
                self.move_action(event.action, ActionStatus::Superseded, at);
            }
            E::ActionUnanswered(event) => {
                self.move_action(event.action, ActionStatus::Unanswered, at);
            }
            E::OutreachMoved(event) => {
                if let Some(state) = self.actions.get_mut(&event.action) {
                    state.outreach = Some(event.step);
                }
            }
            E::ClosureProposed(event) => self.closure = Some((event.by, event.code)),
            E::CaseClosed(event) => {
                self.status = Status::Closed(event.code);
                self.lease = None;
                self.closure = None;
            }
            E::CaseReopened(event) => self.apply_reopened(event.level, event.look_due_at),
            E::SlaBreached(_) => self.look_breached = true,
            E::RecordDeadLettered(event) => {
                self.dead_letters.push(event.message);
                self.unscored = true;
            }
            E::NoteAdded(_) | E::DeadLetterReplayed(_) => {}
            // The first event is taken by `begin`; a second one cannot be decided.
            E::CaseOpened(_) => {}
            // These stand in other streams.
            E::BatchAssessed(_)
            | E::IntakeResumed(_)
            | E::ProfileHintReceived(_)
            | E::ActionsStopped(_)
            | E::ActionsResumed(_)
            | E::BudgetExhausted(_)
            | E::ModelPromoted(_)
            | E::ModelDemoted(_) => {}
        }
    }

    fn apply_post(&mut self, event: &PostAttached, at: Timestamp) {
        let joined = CasePost {
            post: event.post,
            posted_at: event.posted_at,
            joined_at: at,
            language: event.language.clone(),
            assessment: event.assessment.clone(),
            deleted: None,
            earlier: Vec::new(),
        };
        match self
            .posts
            .iter_mut()
            .find(|post| post.post.post == event.post.post)
        {
            Some(known) if known.post.revision > event.post.revision => {
                known.note_earlier(event.post, event.assessment.clone());
            }
            Some(known) => {
                let joined_at = known.joined_at;
                let before = std::mem::replace(known, joined);
                known.joined_at = joined_at;
                known.earlier = before.earlier;
                if before.post != known.post {
                    known.note_earlier(before.post, before.assessment);
                }
            }
            None => self.posts.push(joined),
        }
        // Somebody whose old posts were listed for look-back writes now: from here on it is live.
        if self.freshness == Freshness::Backfill && event.freshness != Freshness::Backfill {
            self.freshness = event.freshness;
            self.look_due_at = event.look_due_at;
        }
        self.note_machine_level(event.assessment.as_ref());
        self.recount_unscored();
    }

    fn apply_assessment(&mut self, assessment: &Assessment) {
        if let Some(post) = self
            .posts
            .iter_mut()
            .find(|post| post.post.post == assessment.post.post)
        {
            if post.post.revision > assessment.post.revision {
                post.note_earlier(assessment.post, Some(assessment.clone()));
            } else {
                post.post = assessment.post;
                post.assessment = Some(assessment.clone());
            }
        }
        self.note_machine_level(Some(assessment));
        self.recount_unscored();
    }

    fn note_machine_level(&mut self, assessment: Option<&Assessment>) {
        if let Some(assessment) = assessment {
            self.machine_level = self.machine_level.max(assessment.crisis.reading_level());
        }
    }

    fn recount_unscored(&mut self) {
        self.unscored = self.posts.iter().any(|post| {
            post.assessment
                .as_ref()
                .is_none_or(|a| a.crisis.is_unscored())
        });
    }

    fn apply_member(&mut self, event: &IncidentMemberAdded) {
        let member = IncidentMember {
            post: event.post,
            dead_letter: event.dead_letter,
            origin: event.origin.clone(),
            settled: None,
        };
        if self.members.insert(event.member, member).is_none() {
            self.members_left += 1;
        }
    }

    fn apply_reopened(&mut self, level: CrisisLevel, look_due_at: Option<Timestamp>) {
        self.status = Status::Open;
        self.level = level;
        self.peak_level = self.peak_level.max(level);
        self.look_due_at = look_due_at;
        self.looked_at = None;
        self.look_breached = false;
        self.contact = None;
        self.closure = None;
    }

    fn move_action(&mut self, action: ActionId, status: ActionStatus, at: Timestamp) {
        if let Some(state) = self.actions.get_mut(&action) {
            state.status = status;
            state.at = at;
        }
    }
}

/// Whether what `actor` does counts as somebody looking after the case.
const fn works_on_cases(actor: &Actor) -> bool {
    match actor {
        Actor::User { role, .. } => role.may_decide(),
        actor => actor.is_person(),
    }
}

fn better_contact(known: Option<ContactOutcome>, new: ContactOutcome) -> Option<ContactOutcome> {
    match known {
        Some(ContactOutcome::Reached) => known,
        _ => Some(new),
    }
}
