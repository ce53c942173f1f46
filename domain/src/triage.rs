//! How what comes in opens or joins cases.
//!
//! A [`CaseBook`] holds the open cases that a batch may touch. The batch's records are told to it in
//! order ([`posts`], [`reports`], [`undecodable`]); it decides, folds what it decided so that the next
//! record of the batch sees it, and hands everything back to be appended at once. Pure: loading and
//! saving are the pipeline's work, and after a conflict it fills a new book and decides again.

pub mod posts;
pub mod reports;
pub mod undecodable;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::case::CaseKind;
use crate::event::{AlertBecause, AlertRaised, CaseOpened, IncidentCause, OpenedBecause};
use crate::intake::{Freshness, Origin};
use crate::promises::Promises;
use crate::{
    Action, Actor, Case, CaseId, ClaimChange, ClaimKey, CommunityId, CrisisLevel, IdSource,
    MessageId, ModerationEvent, PostRef, SignalKind, StreamVersion, SubjectId, Timestamp,
};

/// The open cases that a batch may touch, and what it does to them.
pub struct CaseBook<'a> {
    now: Timestamp,
    promises: &'a Promises,
    ids: &'a dyn IdSource,
    /// Restrictive automatic actions left before automation only asks for review.
    budget_left: u32,
    cases: BTreeMap<CaseId, Entry>,
    holders: BTreeMap<ClaimKey, CaseId>,
    claims: Vec<ClaimChange>,
    alerts: Vec<Alert>,
    actions: Vec<(Action, CommunityId)>,
}

struct Entry {
    case: Case,
    loaded: StreamVersion,
    new: Vec<Told>,
}

/// An event to be appended to a case, with who caused it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who.
    pub actor: Actor,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What.
    pub event: ModerationEvent,
}

/// People are to be asked to look. Holds no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The message's id.
    pub message: MessageId,
    /// The case.
    pub case: CaseId,
    /// What kind of case.
    pub kind: CaseKind,
    /// The member whom it is about; for the outbox, never for the alert's text.
    pub subject: Option<SubjectId>,
    /// Where.
    pub community: CommunityId,
    /// How urgent.
    pub level: CrisisLevel,
    /// Whether no complete judgement stands behind the level.
    pub unscored: bool,
    /// Why.
    pub because: AlertBecause,
    /// When the first look is due.
    pub look_due_at: Option<Timestamp>,
    /// Whether an outage of ours delayed it.
    pub late: bool,
}

/// What a batch does to cases, to be appended at once.
#[derive(Debug, Default)]
pub struct CaseChanges {
    /// Per case: its id, the version that the decision rests on, the events.
    pub streams: Vec<(CaseId, StreamVersion, Vec<Told>)>,
    /// Unique keys taken.
    pub claims: Vec<ClaimChange>,
    /// People to be asked to look.
    pub alerts: Vec<Alert>,
    /// What automation asks of the platform, and in which community.
    pub actions: Vec<(Action, CommunityId)>,
}

/// Where a post is and whose it is, as the log may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostFacts {
    /// Which revision.
    pub post: PostRef,
    /// Its author.
    pub subject: SubjectId,
    /// What the author is on the platform.
    pub author: crate::post::AuthorRole,
    /// Where.
    pub community: CommunityId,
    /// When this revision was written, by the platform's clock.
    pub posted_at: Timestamp,
    /// Its language without region, where the platform names it.
    pub language: Option<String>,
    /// How it is treated.
    pub freshness: Freshness,
    /// Where the record stood.
    pub origin: Origin,
}

/// Where a record ended up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing for a person to look at.
    Clear,
    /// In a case.
    InCase(CaseId),
    /// Listed in an incident, as this member.
    InIncident(CaseId, u64),
}

impl<'a> CaseBook<'a> {
    /// An empty book. `budget_left` counts the restrictive actions that automation may still take.
    pub fn new(
        now: Timestamp,
        promises: &'a Promises,
        ids: &'a dyn IdSource,
        budget_left: u32,
    ) -> Self {
        Self {
            now,
            promises,
            ids,
            budget_left,
            cases: BTreeMap::new(),
            holders: BTreeMap::new(),
            claims: Vec::new(),
            alerts: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// Enters an open case as it was loaded, with the claims that it holds.
    pub fn enter(&mut self, case: Case, holds: impl IntoIterator<Item = ClaimKey>) {
        self.holders
            .extend(holds.into_iter().map(|key| (key, case.id)));
        self.cases.entry(case.id).or_insert(Entry {
            loaded: case.version,
            case,
            new: Vec::new(),
        });
    }

    /// The case as it stands in the book, decisions of this batch included.
    pub fn case(&self, id: CaseId) -> Option<&Case> {
        self.cases.get(&id).map(|entry| &entry.case)
    }

    /// Everything that is to be appended.
    pub fn finish(self) -> CaseChanges {
        let touched = self
            .cases
            .into_iter()
            .filter(|(_, entry)| !entry.new.is_empty());
        CaseChanges {
            streams: touched
                .map(|(id, entry)| (id, entry.loaded, entry.new))
                .collect(),
            claims: self.claims,
            alerts: self.alerts,
            actions: self.actions,
        }
    }

    /// Takes in events that were decided about a case of the book.
    pub fn tell(
        &mut self,
        id: CaseId,
        actor: &Actor,
        occurred_at: Timestamp,
        events: Vec<ModerationEvent>,
    ) {
        let Some(entry) = self.cases.get_mut(&id) else {
            return;
        };
        for event in events {
            entry.case.apply(&event, occurred_at, actor);
            entry.new.push(Told {
                actor: actor.clone(),
                occurred_at,
                event,
            });
        }
    }

    fn held(&self, key: &ClaimKey) -> Option<CaseId> {
        self.holders.get(key).copied()
    }

    /// The member's open case that a report or post about `signal` joins: their crisis episode
    /// first, since whatever else happens belongs into the same hands.
    fn open_case_of(&self, subject: SubjectId, signal: SignalKind) -> Option<CaseId> {
        self.held(&ClaimKey::open_crisis(subject))
            .or_else(|| self.held(&ClaimKey::open_matter(signal, subject)))
    }

    /// Opens a case, takes its claim, and asks people to look.
    fn open(&mut self, new: NewCase) -> CaseId {
        let id = CaseId::fresh(self.ids);
        // The clock starts when the member wrote, but a platform's clock running ahead never
        // delays us.
        let clock_from = new.occurred_at.min(self.now);
        let promise = self.promises.for_level(new.level);
        let opened = CaseOpened {
            kind: new.kind,
            subject: new.subject,
            community: new.community,
            level: new.level,
            unscored: new.unscored,
            because: new.because,
            freshness: new.freshness,
            clock_from,
            look_due_at: (new.freshness != Freshness::Backfill)
                .then(|| clock_from + promise.first_look()),
        };
        let event = ModerationEvent::from(opened);
        let Some(case) = Case::begin(id, &event, self.now) else {
            unreachable!("CaseOpened begins a case")
        };
        let told = Told {
            actor: new.actor,
            occurred_at: self.now,
            event,
        };
        self.cases.insert(
            id,
            Entry {
                case,
                loaded: StreamVersion(0),
                new: vec![told],
            },
        );
        if let Some(key) = new.claim {
            self.holders.insert(key.clone(), id);
            self.claims.push(ClaimChange::Take {
                key,
                holder: id.to_string(),
            });
        }
        id
    }

    /// Asks people to look at a case, and records it. A matter without danger waits in the queue.
    fn alert(&mut self, id: CaseId, because: AlertBecause) {
        let Some(entry) = self.cases.get_mut(&id) else {
            return;
        };
        let case = &entry.case;
        let pages = matches!(case.kind, CaseKind::Crisis | CaseKind::Incident);
        if !pages || case.freshness == Freshness::Backfill {
            return;
        }
        let message = MessageId::fresh(self.ids);
        self.alerts.push(Alert {
            message,
            case: id,
            kind: case.kind,
            subject: case.subject,
            community: case.community.clone(),
            level: case.level,
            unscored: case.unscored,
            because,
            look_due_at: case.look_due_at,
            late: case.freshness == Freshness::Late,
        });
        let event = AlertRaised {
            message,
            level: case.level,
            because,
        }
        .into();
        self.tell(id, &Actor::Automation, self.now, vec![event]);
    }

    /// The incident of a cause in this hour, opened where there is none.
    fn incident(
        &mut self,
        cause: IncidentCause,
        community: &CommunityId,
        freshness: Freshness,
    ) -> CaseId {
        let key = ClaimKey::open_incident(&cause.key(), self.now);
        if let Some(id) = self.held(&key) {
            return id;
        }
        let id = self.open(NewCase {
            kind: CaseKind::Incident,
            subject: None,
            community: community.clone(),
            level: CrisisLevel::Soon,
            unscored: true,
            because: OpenedBecause::Unjudged { cause },
            freshness,
            occurred_at: self.now,
            claim: Some(key),
            actor: Actor::Automation,
        });
        self.alert(id, AlertBecause::Incident);
        id
    }
}

/// What a new case starts from.
struct NewCase {
    kind: CaseKind,
    subject: Option<SubjectId>,
    community: CommunityId,
    level: CrisisLevel,
    unscored: bool,
    because: OpenedBecause,
    freshness: Freshness,
    occurred_at: Timestamp,
    claim: Option<ClaimKey>,
    actor: Actor,
}
