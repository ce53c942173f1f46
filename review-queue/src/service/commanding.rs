//! The way of every command: load, decide, append; and again when something came in meanwhile.

use holdfast_domain::event::AlertBecause;
use holdfast_domain::intake::Freshness;
use holdfast_domain::{
    Actor, Case, CaseKind, ClaimChange, EventId, IdSource, MessageId, ModerationEvent, NewEvent,
    Prose, Refusal, Sensitive, StreamId, Timestamp, UserId,
};
use holdfast_event_store::{Append, AppendError, Expected, OutboxChange, OutboxMessage, PostWrite};

use super::loading::{Loaded, is_material};
use super::{Ask, ReviewService};
use crate::access::Access;
use crate::error::{FieldError, ReviewError};
use crate::view::Changed;

/// How often a command decides again before it gives up: more often than anybody posts.
const ATTEMPTS: usize = 8;
/// Longest text that a person may send with a command, in bytes.
const LONGEST_TEXT: usize = 20_000;

/// What a decision is to change.
#[derive(Debug, Default)]
pub(crate) struct Effect {
    /// What happens to the case.
    pub(crate) events: Vec<ModerationEvent>,
    /// Unique keys taken and released.
    pub(crate) claims: Vec<ClaimChange>,
    /// Messages put and taken back.
    pub(crate) outbox: Vec<OutboxChange>,
    /// Posts kept for the case.
    pub(crate) posts: Vec<PostWrite>,
}

impl From<Vec<ModerationEvent>> for Effect {
    fn from(events: Vec<ModerationEvent>) -> Self {
        Self {
            events,
            ..Self::default()
        }
    }
}

/// A command that was carried out.
pub(crate) struct Done {
    /// What is told about it.
    pub(crate) changed: Changed,
    /// The case before it.
    pub(crate) before: Case,
}

impl ReviewService {
    /// Carries a command out. `decide` may be asked several times, each time with a newer case.
    pub(crate) async fn command(
        &self,
        who: &Access,
        ask: &Ask,
        decide: impl Fn(&Loaded, Timestamp) -> Result<Effect, ReviewError> + Send + Sync,
    ) -> Result<Done, ReviewError> {
        for _ in 0..ATTEMPTS {
            let loaded = self.load(who, ask.case).await?;
            if let Some(done) = self.done_before(who, ask, &loaded).await? {
                return Ok(done);
            }
            let now = self.now();
            let effect = match decide(&loaded, now) {
                Ok(effect) => effect,
                Err(error) => return Err(self.explain(who, ask, &loaded, error).await),
            };
            let recorded = effect.events.clone();
            let append = self.append_of(who, ask, &loaded, effect, now);
            match self.parts().log.append(append).await {
                Ok(_) => return self.done(who, loaded, &recorded, now).await,
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ReviewError::Busy)
    }

    fn append_of(
        &self,
        who: &Access,
        ask: &Ask,
        loaded: &Loaded,
        effect: Effect,
        now: Timestamp,
    ) -> Append {
        let by = Actor::from(loaded.staff);
        let events = effect.events.into_iter().map(|event| NewEvent {
            id: EventId::fresh(&*self.parts().ids),
            occurred_at: now,
            actor: caused_by(&event, &by),
            causation: ask.request.as_ref().map(super::RequestKey::cause),
            correlation: ask.trace.clone(),
            event,
        });
        let mut append = Append::new(who.tenant.clone()).with_events(
            StreamId::Case(ask.case),
            Expected::Version(loaded.case.version),
            events,
        );
        append.claims = effect.claims;
        append.outbox = effect.outbox;
        append.posts = effect.posts;
        append
    }

    async fn done(
        &self,
        who: &Access,
        loaded: Loaded,
        recorded: &[ModerationEvent],
        now: Timestamp,
    ) -> Result<Done, ReviewError> {
        let by = Actor::from(loaded.staff);
        let mut seen = loaded.seen();
        let mut case = loaded.case.clone();
        for event in recorded {
            case.apply(event, now, &caused_by(event, &by));
            if is_material(event) {
                seen = case.version.0;
            }
        }
        let changed = self.changed(who, &case, seen, recorded, now).await?;
        Ok(Done {
            changed,
            before: loaded.case,
        })
    }

    /// An equal request under the same key was carried out before: say what came of it.
    async fn done_before(
        &self,
        who: &Access,
        ask: &Ask,
        loaded: &Loaded,
    ) -> Result<Option<Done>, ReviewError> {
        let Some(request) = &ask.request else {
            return Ok(None);
        };
        let earlier: Vec<ModerationEvent> = loaded
            .repeated(request)?
            .into_iter()
            .map(|envelope| envelope.event.clone())
            .collect();
        if earlier.is_empty() {
            return Ok(None);
        }
        let (case, seen) = (&loaded.case, loaded.seen());
        let changed = self.changed(who, case, seen, &earlier, self.now()).await?;
        Ok(Some(Done {
            changed: Changed {
                repeated: true,
                ..changed
            },
            before: loaded.case.clone(),
        }))
    }

    pub(crate) async fn changed(
        &self,
        who: &Access,
        case: &Case,
        seen: u64,
        recorded: &[ModerationEvent],
        now: Timestamp,
    ) -> Result<Changed, ReviewError> {
        let names = self.names(&who.tenant).await?;
        let staff = who.staff_for(case).ok_or_else(ReviewError::no_case)?;
        Ok(Changed {
            case: case.id,
            version: case.version.0,
            seen,
            recorded: recorded
                .iter()
                .map(|event| event.event_type().to_owned())
                .collect(),
            level: case.level,
            closed: super::items::closed(case),
            holder: names.holder(case.lease, who, now),
            undo: self.undo_of(case, staff, now),
            waits_for_second_person: case.closure.is_some(),
            repeated: false,
            opened: false,
        })
    }

    /// Puts names to what the domain refuses by ids, and what happened to what came too late.
    async fn explain(
        &self,
        who: &Access,
        ask: &Ask,
        loaded: &Loaded,
        error: ReviewError,
    ) -> ReviewError {
        let explained = match (error, ask.if_match) {
            (ReviewError::Refused(Refusal::HeldBy { holder, until }), _) => {
                self.held_by(who, holder, until).await
            }
            (ReviewError::Stale { .. }, Some(seen)) => self.stale(who, loaded, seen).await,
            (error, _) => return error,
        };
        explained.unwrap_or_else(|error| error)
    }

    async fn held_by(
        &self,
        who: &Access,
        holder: UserId,
        until: Timestamp,
    ) -> Result<ReviewError, ReviewError> {
        let names = self.names(&who.tenant).await?;
        Ok(ReviewError::HeldBy {
            holder,
            name: names.of(holder),
            until,
        })
    }

    /// What happened since `seen` that a decision should know of.
    async fn stale(
        &self,
        who: &Access,
        loaded: &Loaded,
        seen: u64,
    ) -> Result<ReviewError, ReviewError> {
        let names = self.names(&who.tenant).await?;
        let since = loaded.events.iter();
        let since = since.filter(|event| event.version.0 > seen && is_material(&event.event));
        let since: Vec<_> = since.cloned().collect();
        Ok(ReviewError::Stale {
            seen: loaded.seen(),
            since: self.timeline(who, loaded, &since, &names).await?,
        })
    }

    /// Adds an alert to what happens to a case, where people are to be asked to look.
    pub(crate) fn alert(
        &self,
        case: &Case,
        because: Option<AlertBecause>,
        effect: &mut Effect,
        now: Timestamp,
    ) {
        alert(&*self.parts().ids, case, because, effect, now);
    }

    /// Refuses a command that rests on an older state than the case has.
    pub(crate) async fn must_be_current(
        &self,
        who: &Access,
        ask: &Ask,
    ) -> Result<u64, ReviewError> {
        let Some(seen) = ask.if_match else {
            return Err(ReviewError::PreconditionMissing);
        };
        let loaded = self.load(who, ask.case).await?;
        if is_current(&loaded, seen).is_ok() || self.done_before(who, ask, &loaded).await?.is_some()
        {
            return Ok(seen);
        }
        Err(self.stale(who, &loaded, seen).await?)
    }
}

/// Adds an alert to what happens to a case, where people are to be asked to look.
pub(crate) fn alert(
    ids: &dyn IdSource,
    case: &Case,
    because: Option<AlertBecause>,
    effect: &mut Effect,
    now: Timestamp,
) {
    let Some(because) = because else { return };
    // A matter without danger waits in the queue.
    let pages = matches!(case.kind, CaseKind::Crisis | CaseKind::Incident);
    if !pages || case.freshness == Freshness::Backfill {
        return;
    }
    let message = MessageId::fresh(ids);
    effect.events.push(case.alerted(message, because));
    effect.outbox.push(OutboxChange::Put(OutboxMessage::alert(
        message,
        case.id,
        case.subject,
        &case.community,
        now,
    )));
}

/// Whether nothing that a decision should know of happened after `seen`. What happened is told by
/// `command`, which explains the refusal.
pub(crate) fn is_current(loaded: &Loaded, seen: u64) -> Result<(), ReviewError> {
    if seen > loaded.case.version.0 {
        return Err(ReviewError::field(
            "If-Match",
            "the case has never been in this state; load it again",
        ));
    }
    if loaded.seen() <= seen {
        Ok(())
    } else {
        Err(ReviewError::Stale {
            seen: loaded.seen(),
            since: Vec::new(),
        })
    }
}

/// Who an event is laid at: some come about by themselves when a person gives a command.
fn caused_by(event: &ModerationEvent, by: &Actor) -> Actor {
    match event {
        ModerationEvent::LeaseExpired(_) => Actor::System,
        ModerationEvent::AlertRaised(_) => Actor::Automation,
        _ => by.clone(),
    }
}

/// A person's words about a case, to be sealed with its member's key.
pub(crate) fn about(case: &Case, text: &Sensitive<String>) -> Prose {
    Prose::clear(case.subject, text.clone())
}

/// Words that may be left out.
pub(crate) fn maybe_about(case: &Case, text: Option<&Sensitive<String>>) -> Option<Prose> {
    text.filter(|text| !text.reveal().trim().is_empty())
        .map(|text| about(case, text))
}

/// Refuses texts longer than a person writes.
pub(crate) fn must_fit<'a>(
    texts: impl IntoIterator<Item = (&'static str, Option<&'a Sensitive<String>>)>,
) -> Result<(), ReviewError> {
    let too_long: Vec<FieldError> = texts
        .into_iter()
        .filter(|(_, text)| text.is_some_and(|text| text.reveal().len() > LONGEST_TEXT))
        .map(|(field, _)| FieldError::new(field, "is too long: at most 20000 bytes"))
        .collect();
    if too_long.is_empty() {
        Ok(())
    } else {
        Err(ReviewError::Invalid(too_long))
    }
}

impl From<Refusal> for ReviewError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::ReasonMissing { field } => Self::field(field, "must not be empty"),
            other => Self::Refused(other),
        }
    }
}
