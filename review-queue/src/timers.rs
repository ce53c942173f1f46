//! What happens by itself when time has passed: broken promises, ended leases, missing answers.
//!
//! What is due is decided purely, from a case and the present moment. Each firing is appended with a
//! claim of its own, so that it happens once whoever fires it; the elected instance calls
//! [`Timers::step`] every second.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::event::{AlertBecause, BreachCause, SlaBreached, SlaClock};
use holdfast_domain::intake::Freshness;
use holdfast_domain::{
    Actor, Case, CaseId, ClaimChange, ClaimKey, Clock, EventEnvelope, EventId, IdSource, MessageId,
    ModerationEvent, NewEvent, StreamId, TenantId, Timestamp,
};
use holdfast_event_store::{
    Append, AppendError, EventLog, Expected, Leadership, Outbox, OutboxChange, QueueViews,
    StoreError, UnansweredAction,
};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::ReviewConfig;
use crate::metrics::{ReviewMetrics, level_name};
use crate::service::{Effect, alert};

/// How many of each kind are fired in one step.
const AT_ONCE: usize = 200;
/// How long the election lasts when the elected instance falls silent.
const LEASE: Duration = Duration::from_secs(10);

/// Fires what is due.
pub struct Timers {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// Where what may be due is found.
    pub queue: Arc<dyn QueueViews>,
    /// Where unanswered actions are found.
    pub outbox: Arc<dyn Outbox>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// Settings.
    pub config: ReviewConfig,
    /// Figures.
    pub metrics: ReviewMetrics,
}

/// What a step fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fired {
    /// Leases ended.
    pub leases: usize,
    /// Promises broken.
    pub breaches: usize,
    /// Owners told of a missing answer.
    pub unanswered: usize,
}

/// Something due, with the claim that makes it happen once.
pub struct Due {
    /// What happens.
    effect: Effect,
    /// By which it happens once.
    claim: ClaimKey,
}

/// The end of a case's lease, where it has passed.
pub fn lease_end(case: &Case, now: Timestamp) -> Option<Due> {
    let events = case.expire_lease(now);
    let until = case.lease?.until;
    (case.is_open() && !events.is_empty()).then(|| Due {
        effect: events.into(),
        claim: ClaimKey::timer(case.id, "lease", until.as_micros().unsigned_abs()),
    })
}

/// The breach of a case's first-look promise, where it is broken and not recorded.
pub fn look_breach(
    case: &Case,
    events: &[EventEnvelope],
    ids: &dyn IdSource,
    now: Timestamp,
) -> Option<Due> {
    let due_at = case.look_due_at.filter(|due| *due <= now)?;
    if !case.is_open()
        || case.looked_at.is_some()
        || case.look_breached
        || case.freshness == Freshness::Backfill
    {
        return None;
    }
    let breached = SlaBreached {
        clock: SlaClock::FirstLook,
        due_at,
        level: case.level,
        cause: cause(case, events),
    };
    let mut effect = Effect::from(vec![breached.into()]);
    alert(ids, case, Some(AlertBecause::SlaBreached), &mut effect, now);
    let n = due_at.as_micros().unsigned_abs();
    Some(Due {
        effect,
        claim: ClaimKey::timer(case.id, SlaClock::FirstLook.as_str(), n),
    })
}

/// As far as the case's own events tell.
fn cause(case: &Case, events: &[EventEnvelope]) -> BreachCause {
    let happened = |what: fn(&ModerationEvent) -> bool| events.iter().any(|e| what(&e.event));
    if case.freshness == Freshness::Late {
        BreachCause::PipelineLag
    } else if happened(|event| matches!(event, ModerationEvent::LeaseExpired(_))) {
        BreachCause::LeaseExpired
    } else if !happened(|event| matches!(event, ModerationEvent::CaseClaimed(_))) {
        BreachCause::NoStaff
    } else {
        BreachCause::Other
    }
}

/// The missing answer to an action, told to the case's owner.
pub fn missing_answer(
    case: &Case,
    unanswered: &UnansweredAction,
    within: Duration,
    ids: &dyn IdSource,
    now: Timestamp,
) -> Option<Due> {
    let due_at = unanswered.sent_at + within;
    let event = case.unanswered(unanswered.action, due_at).ok()?;
    let mut effect = Effect::from(vec![event]);
    effect.outbox.push(OutboxChange::Unanswered {
        id: MessageId::from(unanswered.action.as_uuid()),
    });
    alert(ids, case, Some(AlertBecause::ActionStuck), &mut effect, now);
    Some(Due {
        effect,
        claim: ClaimKey::timer(case.id, &format!("answer/{}", unanswered.action), 1),
    })
}

impl Timers {
    /// Steps every second until `stop`, as long as this instance is the elected one; `holder` names
    /// it. Waits while the database is away.
    pub async fn run(
        &self,
        leadership: &dyn Leadership,
        holder: &str,
        stop: CancellationToken,
    ) -> Result<(), StoreError> {
        let mut held = None;
        while !stop.is_cancelled() {
            let lease = leadership.acquire("timers", holder, self.clock.now(), LEASE);
            let stepped = match lease.await {
                Ok(Some(lease)) => {
                    held = Some(lease);
                    self.step().await.map(drop)
                }
                other => other.map(drop),
            };
            match stepped {
                Ok(()) => {}
                Err(failure) if failure.is_transient() => {
                    warn!(error = %failure, "timers wait for the database");
                }
                Err(failure) => return Err(failure),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
        match held {
            Some(lease) => leadership.release(&lease).await,
            None => Ok(()),
        }
    }

    /// Fires what is due now. What another instance fired first, or what changed meanwhile, is left
    /// to the next step.
    pub async fn step(&self) -> Result<Fired, StoreError> {
        let now = self.clock.now();
        let mut fired = Fired::default();
        for row in self.queue.ended_leases(now, AT_ONCE).await? {
            let due = |case: &Case, _: &[EventEnvelope]| lease_end(case, now);
            if self.fire(&row.tenant, row.case, due).await? {
                self.metrics
                    .leases_expired
                    .with_label_values(&[level_name(row.level)])
                    .inc();
                fired.leases += 1;
            }
        }
        for row in self.queue.overdue_looks(now, AT_ONCE).await? {
            let due = |case: &Case, events: &[EventEnvelope]| {
                let due = look_breach(case, events, &*self.ids, now)?;
                self.count_breach(&due);
                Some(due)
            };
            if self.fire(&row.tenant, row.case, due).await? {
                fired.breaches += 1;
            }
        }
        let within = Duration::from_secs(self.config.answer_within_secs);
        for action in self.outbox.unanswered(now - within, AT_ONCE).await? {
            let due = |case: &Case, _: &[EventEnvelope]| {
                missing_answer(case, &action, within, &*self.ids, now)
            };
            if self.fire(&action.tenant, action.case, due).await? {
                fired.unanswered += 1;
            }
        }
        Ok(fired)
    }

    async fn fire(
        &self,
        tenant: &TenantId,
        id: CaseId,
        due: impl Fn(&Case, &[EventEnvelope]) -> Option<Due>,
    ) -> Result<bool, StoreError> {
        let stream = StreamId::Case(id);
        let events = self.log.load(tenant, &stream).await?;
        let Some(case) = Case::fold(id, &events) else {
            return Ok(false);
        };
        let Some(Due { effect, claim }) = due(&case, &events) else {
            return Ok(false);
        };
        let now = self.clock.now();
        let new = effect.events.into_iter().map(|event| NewEvent {
            id: EventId::fresh(&*self.ids),
            occurred_at: now,
            actor: Actor::System,
            causation: None,
            correlation: None,
            event,
        });
        let expected = Expected::Version(case.version);
        let mut append = Append::new(tenant.clone()).with_events(stream, expected, new);
        append.claims.push(ClaimChange::Take {
            key: claim,
            holder: id.to_string(),
        });
        append.outbox = effect.outbox;
        match self.log.append(append).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_conflict() => Ok(false),
            Err(AppendError::Unavailable(source)) => Err(StoreError::Unavailable(source)),
            Err(error) => Err(StoreError::corrupt(error.to_string())),
        }
    }

    fn count_breach(&self, due: &Due) {
        for event in &due.effect.events {
            if let ModerationEvent::SlaBreached(breach) = event {
                let cause = match breach.cause {
                    BreachCause::NoStaff => "no_staff",
                    BreachCause::LeaseExpired => "lease_expired",
                    BreachCause::PipelineLag => "pipeline_lag",
                    BreachCause::Other => "other",
                };
                let labels = [level_name(breach.level), breach.clock.as_str(), cause];
                self.metrics.sla_breaches.with_label_values(&labels).inc();
            }
        }
    }
}
