//! What time itself does to cases: leases run out, promises are broken. Each is a fact with its claim,
//! so that it fires once whichever instance fires it.

use std::sync::Arc;

use holdfast_domain::event::{AlertBecause, AlertRaised, BreachCause, SlaBreached, SlaClock};
use holdfast_domain::intake::Freshness;
use holdfast_domain::{
    Actor, Case, CaseId, ClaimChange, ClaimKey, Clock, EventId, IdSource, MessageId, ModerationEvent,
    NewEvent, StreamId, StreamVersion, TenantId, Timestamp,
};
use holdfast_event_store::{
    Append, AppendError, CaseRow, EventLog, Expected, OutboxChange, OutboxMessage, QueueViews, StoreError,
};

/// Cases looked at in one go.
const AT_ONCE: usize = 100;

/// The clocks of cases. For the one instance that is elected; a second one does no harm.
#[derive(Clone)]
pub struct CaseTimers {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The queue's rows, to find what is due. The decision is made on the log.
    pub queue: Arc<dyn QueueViews>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
}

impl CaseTimers {
    /// Records what is due by now, and answers how many facts there were.
    pub async fn fire(&self) -> Result<usize, AppendError> {
        let now = self.clock.now();
        let mut fired = 0;
        for row in self.queue.ended_leases(now, AT_ONCE).await? {
            fired += self.decide(&row, now, |case| Due { events: case.expire_lease(now), ..Due::default() }).await?;
        }
        for row in self.queue.overdue_looks(now, AT_ONCE).await? {
            fired += self.decide(&row, now, |case| self.overdue_look(case, now)).await?;
        }
        Ok(fired)
    }

    /// Loads the case, decides, appends. What somebody else did meanwhile is looked at next time.
    async fn decide(
        &self,
        row: &CaseRow,
        now: Timestamp,
        what: impl FnOnce(&Case) -> Due,
    ) -> Result<usize, AppendError> {
        let Some(case) = self.load(&row.tenant, row.case).await? else { return Ok(0) };
        let due = what(&case);
        if due.events.is_empty() {
            return Ok(0);
        }
        let count = due.events.len();
        let append = self.append(&row.tenant, &case, due, now);
        match self.log.append(append).await {
            Ok(_) => Ok(count),
            Err(error) if error.is_conflict() => Ok(0),
            Err(error) => Err(error),
        }
    }

    async fn load(&self, tenant: &TenantId, case: CaseId) -> Result<Option<Case>, StoreError> {
        let events = self.log.load(tenant, &StreamId::Case(case)).await?;
        Ok(Case::fold(case, &events))
    }

    /// A promised first look that nobody took: recorded, and asked for again.
    fn overdue_look(&self, case: &Case, now: Timestamp) -> Due {
        let Some(due_at) = case.look_due_at.filter(|due| is_overdue(case, *due, now)) else {
            return Due::default();
        };
        let breached = SlaBreached {
            clock: SlaClock::FirstLook,
            due_at,
            level: case.level,
            cause: breach_cause(case, due_at),
        };
        let message = MessageId::fresh(self.ids.as_ref());
        let alert = AlertRaised { message, level: case.level, because: AlertBecause::SlaBreached };
        Due {
            events: vec![breached.into(), alert.into()],
            claim: Some(ClaimKey::timer(case.id, SlaClock::FirstLook.as_str(), times_opened(case))),
            alert: Some(message),
        }
    }

    fn append(&self, tenant: &TenantId, case: &Case, due: Due, now: Timestamp) -> Append {
        let new = |event| NewEvent {
            id: EventId::fresh(self.ids.as_ref()),
            occurred_at: now,
            actor: Actor::System,
            causation: None,
            correlation: None,
            event,
        };
        let (stream, version) = (StreamId::Case(case.id), Expected::Version(case.version));
        let mut append =
            Append::new(tenant.clone()).with_events(stream, version, due.events.into_iter().map(new));
        append.claims.extend(due.claim.map(|key| ClaimChange::Take { key, holder: case.id.to_string() }));
        append.outbox.extend(due.alert.map(|message| {
            OutboxChange::Put(OutboxMessage::alert(message, case.id, case.subject, &case.community, now))
        }));
        append
    }
}

/// What one clock wants recorded.
#[derive(Default)]
struct Due {
    events: Vec<ModerationEvent>,
    claim: Option<ClaimKey>,
    alert: Option<MessageId>,
}

fn is_overdue(case: &Case, due: Timestamp, now: Timestamp) -> bool {
    case.is_open() && !case.look_breached && case.looked_at.is_none() && due <= now
}

/// A case that was opened again has a new promise, and its breach is a new fact. The version at which
/// the case stands is different each time, and the same for everybody who decides on it.
const fn times_opened(case: &Case) -> u64 {
    let StreamVersion(version) = case.version;
    version
}

fn breach_cause(case: &Case, due: Timestamp) -> BreachCause {
    if case.opened_at > due || case.freshness == Freshness::Late {
        BreachCause::PipelineLag
    } else if case.lease.is_some() || case.touched_at.is_some() {
        BreachCause::LeaseExpired
    } else {
        BreachCause::NoStaff
    }
}
