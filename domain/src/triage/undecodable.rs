//! Records that could not be read. Each may be a cry for help.

use super::{CaseBook, NewCase, Outcome};
use crate::event::{AlertBecause, IncidentCause, OpenedBecause, RecordDeadLettered};
use crate::intake::{Freshness, Origin, RejectClass};
use crate::{
    Actor, CaseId, CaseKind, ClaimKey, CommunityId, CrisisLevel, MessageId, SubjectId, Timestamp,
};

/// A record that could not be read, as the log may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedFacts {
    /// The dead letter that holds it, sealed.
    pub dead_letter: MessageId,
    /// What was wrong with it.
    pub class: RejectClass,
    /// Where it stood.
    pub origin: Origin,
    /// Its author, where the record's key tells.
    pub subject: Option<SubjectId>,
    /// The community that undecodable records are filed under.
    pub community: CommunityId,
    /// Its time by its transport, else the time of receiving.
    pub at: Timestamp,
    /// How it is treated.
    pub freshness: Freshness,
    /// Whether the pre-screen finds crisis wording anywhere in its bytes.
    pub pre_screen: bool,
}

impl CaseBook<'_> {
    /// A record could not be read. Where its author has an open crisis case it joins that one; with
    /// crisis wording in it, it is a case of its own; otherwise the hour's incident lists it.
    pub fn undecodable(&mut self, facts: &RejectedFacts) -> Outcome {
        let open = facts
            .subject
            .and_then(|subject| self.held(&ClaimKey::open_crisis(subject)));
        if let Some(case) = open {
            self.record_dead_letter(case, facts);
            return Outcome::InCase(case);
        }
        if facts.pre_screen {
            let case = self.open_unread(facts);
            self.record_dead_letter(case, facts);
            self.alert(case, AlertBecause::Opened);
            return Outcome::InCase(case);
        }
        let cause = IncidentCause::Undecodable { class: facts.class };
        let id = self.incident(cause, &facts.community, facts.freshness);
        let Some(incident) = self.case(id) else {
            return Outcome::Clear;
        };
        let event = incident.add_member(
            None,
            Some(facts.dead_letter),
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

    fn open_unread(&mut self, facts: &RejectedFacts) -> CaseId {
        self.open(NewCase {
            kind: CaseKind::Crisis,
            subject: facts.subject,
            community: facts.community.clone(),
            level: CrisisLevel::Urgent,
            unscored: true,
            because: OpenedBecause::Unjudged {
                cause: IncidentCause::Undecodable { class: facts.class },
            },
            freshness: facts.freshness,
            occurred_at: facts.at,
            claim: facts.subject.map(ClaimKey::open_crisis),
            actor: Actor::Automation,
        })
    }

    fn record_dead_letter(&mut self, case: CaseId, facts: &RejectedFacts) {
        let event = RecordDeadLettered {
            message: facts.dead_letter,
            origin: facts.origin.clone(),
            class: facts.class,
            case,
        };
        self.tell(case, &Actor::Automation, self.now, vec![event.into()]);
    }
}
