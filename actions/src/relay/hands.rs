//! Carrying out the machine's orders: database and sender.

use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::event::ParkedBecause;
use holdfast_domain::{ActionId, Clock, IdSource, MessageId, Timestamp};
use holdfast_event_store::{
    AppendError, Content, Control, EventLog, Intake, Leadership, Lease, Outbox, OutboxKind,
    Outgoing, OutgoingStatus, StoreError, Take,
};
use tracing::{error, warn};

use super::machine::{Input, Order, Seen, Ticket};
use super::marking::{Marking, Recorded, asked};
use super::plan::{Carried, Mark, Settings};
use super::wrapping::{NoParcel, Wrapping};
use crate::contract::Channel;
use crate::error::SendError;
use crate::heartbeat::Heartbeat;
use crate::metrics::Metrics;
use crate::pulse::Pulse;
use crate::sender::{Handed, Parcel, Sender};
use crate::superseding::supersedes;

/// Called after a message has left and before anything says so: a place where a test may end the
/// process.
pub type CrashHook = Arc<dyn Fn() + Send + Sync>;

/// What the relay works with.
#[derive(Clone)]
pub struct HandsParts {
    /// The log.
    pub log: Arc<dyn EventLog>,
    /// The outbox.
    pub outbox: Arc<dyn Outbox>,
    /// Opens what is sealed.
    pub content: Arc<dyn Content>,
    /// Makes fingerprints.
    pub intake: Arc<dyn Intake>,
    /// Leases.
    pub leadership: Arc<dyn Leadership>,
    /// The levers.
    pub control: Arc<dyn Control>,
    /// The way out.
    pub sender: Arc<dyn Sender>,
    /// The sign of life.
    pub heartbeat: Arc<Heartbeat>,
    /// Where it is seen whether people could be paged.
    pub pulse: Arc<Pulse>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn IdSource>,
    /// What is counted.
    pub metrics: Metrics,
    /// This process among others, e.g. host and process id.
    pub holder: String,
    /// See [`CrashHook`].
    pub crash: Option<CrashHook>,
}

/// Carries out orders.
pub struct Hands {
    parts: HandsParts,
    settings: Settings,
    lease_length: Duration,
}

impl Hands {
    /// Hands that work with these parts.
    pub fn new(parts: HandsParts, settings: Settings) -> Self {
        let lease_length = Duration::from_secs(settings.config().relay.lease_secs.max(1));
        Self {
            parts,
            settings,
            lease_length,
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Carries out one order and says what came of it.
    pub async fn carry_out(&self, order: Order) -> Option<Input> {
        match order {
            Order::Acquire(shard) => Some(self.acquire(shard).await),
            Order::Look => Some(self.look().await),
            Order::Take {
                shard,
                lease,
                limit,
            } => Some(self.take(shard, lease, limit).await),
            Order::Send(ticket) => {
                let carried = self.attempt(&ticket).await;
                Some(Input::Attempted { ticket, carried })
            }
            Order::Mark(ticket, mark) => Some(self.mark(ticket, mark).await),
            Order::Release(lease) => {
                if let Err(error) = self.parts.leadership.release(&lease).await {
                    warn!(lease = %lease.name, %error, "lease is not given back; it ends by itself");
                }
                None
            }
        }
    }

    async fn acquire(&self, shard: u16) -> Input {
        let name = format!("relay/{shard}");
        let lease = self
            .parts
            .leadership
            .acquire(&name, &self.parts.holder, self.now(), self.lease_length)
            .await;
        match lease {
            Ok(lease) => Input::Acquired { shard, lease },
            Err(error) => {
                warn!(lease = %name, %error, "lease is not renewed yet");
                Input::NotAcquired { shard }
            }
        }
    }

    async fn look(&self) -> Input {
        let seen = match self.see().await {
            Ok(seen) => Some(seen),
            Err(error) => {
                warn!(%error, "it is not known whether actions are stopped and what may leave; nothing is sent meanwhile");
                None
            }
        };
        Input::Looked { seen }
    }

    async fn see(&self) -> Result<Seen, StoreError> {
        let stopped = self.parts.control.stopped_tenants().await?;
        let due = self.parts.outbox.due_shards(self.now()).await?;
        Ok(Seen {
            stopped: stopped.into_iter().collect(),
            due: due.into_iter().collect(),
        })
    }

    /// The relay's loop came round.
    pub(super) fn turned(&self) {
        self.parts.pulse.turned();
    }

    async fn take(&self, shard: u16, lease: Lease, limit: usize) -> Input {
        let take = Take {
            lease: &lease,
            shard,
            now: self.now(),
            limit,
            actions: true,
        };
        let messages = match self.parts.outbox.take(&take).await {
            Ok(messages) => Some(messages),
            Err(error) => {
                warn!(shard, %error, "outbox did not answer");
                None
            }
        };
        Input::Taken {
            shard,
            lease,
            messages,
        }
    }

    async fn mark(&self, ticket: Box<Ticket>, mark: Mark) -> Input {
        match self.marking().record(&ticket, mark).await {
            Recorded::Yes => Input::Marked { ticket },
            Recorded::NotYet => Input::NotMarked { ticket, mark },
            Recorded::LeaseLost => self.look_who_has(ticket, mark).await,
        }
    }

    /// A mark was refused: because the lease has passed on, or because a former attempt to write it,
    /// whose answer got lost, had succeeded.
    async fn look_who_has(&self, ticket: Box<Ticket>, mark: Mark) -> Input {
        let held = self.parts.leadership.is_held(&ticket.lease).await;
        let found = self.parts.outbox.message(ticket.message.message.id).await;
        match (held, found) {
            (Ok(false), _) => Input::Lost {
                shard: ticket.shard,
                lease: ticket.lease,
                place: None,
            },
            (Ok(true), Ok(Some(found))) if found.status != OutgoingStatus::Taken => {
                Input::Marked { ticket }
            }
            _ => Input::NotMarked { ticket, mark },
        }
    }

    fn marking(&self) -> Marking<'_> {
        Marking {
            log: &*self.parts.log,
            ids: &*self.parts.ids,
            metrics: &self.parts.metrics,
            now: self.now(),
        }
    }

    /// Wraps a message and hands it over.
    async fn attempt(&self, ticket: &Ticket) -> Carried {
        let message = &ticket.message;
        let id = message.message.id;
        let wrapping = Wrapping {
            log: &*self.parts.log,
            content: &*self.parts.content,
            intake: &*self.parts.intake,
            settings: &self.settings,
            now: self.now(),
        };
        let parcel = match wrapping.wrap(message).await {
            Ok(parcel) => parcel,
            Err(NoParcel::Never(why)) => return Carried::Never(why),
            Err(NoParcel::Moot) => return Carried::Moot,
            Err(NoParcel::Store(error)) => return cannot_read(id, &error),
        };
        if message.message.kind == OutboxKind::Action {
            match self.settle_rivals(message).await {
                Ok(None) => {}
                Ok(Some(by)) => return Carried::Superseded(by),
                Err(error) => return cannot_read(id, &error),
            }
        }
        self.hand_over(message, &parcel).await
    }

    async fn hand_over(&self, message: &Outgoing, parcel: &Parcel) -> Carried {
        let channel = parcel.channel;
        let started = tokio::time::Instant::now();
        let sent = self.parts.sender.send(parcel).await;
        self.parts
            .metrics
            .send_seconds
            .with_label_values(&[channel.as_str()])
            .observe(started.elapsed().as_secs_f64());
        self.parts
            .pulse
            .attempted(channel, sent.as_ref().map(|_| ()));
        let carried = match sent {
            Ok(handed) => {
                if channel == Channel::Canary && handed == Handed::Arrived {
                    self.parts.heartbeat.arrived(message.put_at).await;
                }
                if let Some(crash) = &self.parts.crash {
                    crash();
                }
                Carried::Delivered
            }
            Err(error) => self.failed(message, channel, &error),
        };
        self.count(channel, &carried);
        carried
    }

    fn failed(&self, message: &Outgoing, channel: Channel, error: &SendError) -> Carried {
        let channel = channel.as_str();
        warn!(
            message.id = %message.message.id,
            channel,
            attempts = message.attempts,
            %error,
            "{channel} message {} did not leave", message.message.id
        );
        match error {
            SendError::NotNow { after, .. } => Carried::NotNow { after: *after },
            SendError::Refused { .. } => Carried::Never(ParkedBecause::Refused),
            SendError::EndpointGone { .. } => {
                self.parts
                    .metrics
                    .endpoint_gone
                    .with_label_values(&[channel])
                    .set(1);
                Carried::EndpointGone
            }
        }
    }

    fn count(&self, channel: Channel, carried: &Carried) {
        let result = match carried {
            Carried::Delivered | Carried::Moot | Carried::Superseded(_) => "sent",
            Carried::NotNow { .. } => "retried",
            Carried::Never(_) => "refused",
            Carried::EndpointGone => "gone",
        };
        self.parts
            .metrics
            .messages
            .with_label_values(&[channel.as_str(), result])
            .inc();
    }

    /// Looks at other unsent actions on the same target: a newer one that may leave now makes this
    /// one pointless (its id is the answer); older ones that this one makes pointless are recorded
    /// as superseded before it leaves.
    async fn settle_rivals(&self, message: &Outgoing) -> Result<Option<ActionId>, StoreError> {
        let (Some(target), Some(case)) = (&message.message.target, message.message.case) else {
            return Ok(None);
        };
        let rivals = self.parts.outbox.unsent_on(&message.tenant, target).await?;
        if rivals.is_empty() {
            return Ok(None);
        }
        let id = ActionId::from(message.message.id.as_uuid());
        let Some(own) = asked(&*self.parts.log, &message.tenant, case, id).await? else {
            return Ok(None);
        };
        for rival in rivals.iter().filter(|rival| rival.action != id) {
            let found = asked(&*self.parts.log, &message.tenant, rival.case, rival.action).await?;
            let Some(theirs) = found else { continue };
            let is_newer = (rival.put_at, rival.action) > (message.put_at, id);
            if is_newer
                && supersedes(&theirs.action, &own.action)
                && self.may_leave(rival.action).await?
            {
                return Ok(Some(rival.action));
            }
            if !is_newer && supersedes(&own.action, &theirs.action) {
                let outcome = self.marking().supersede(&message.tenant, &theirs, id).await;
                match outcome {
                    Ok(()) | Err(AppendError::AlreadySent { .. }) => {}
                    Err(error) => return Err(StoreError::Unavailable(Box::new(error))),
                }
            }
        }
        Ok(None)
    }

    /// Whether an action waits for nothing but its turn. One that can still be undone supersedes
    /// nothing: undone, it would leave neither.
    async fn may_leave(&self, action: ActionId) -> Result<bool, StoreError> {
        let id = MessageId::from(action.as_uuid());
        let now = self.now();
        Ok(self.parts.outbox.message(id).await?.is_some_and(|found| {
            found.status == OutgoingStatus::Waiting
                && found.message.hold_until <= now
                && found.message.not_after >= now
        }))
    }

    /// Puts figures about waiting messages into the metrics.
    pub async fn measure(&self, held: usize) {
        let metrics = &self.parts.metrics;
        metrics.shards.set(held as i64);
        let Ok(waiting) = self.parts.outbox.waiting().await else {
            return;
        };
        let now = self.now();
        for kind in OutboxKind::ALL {
            let row = waiting.iter().find(|(found, ..)| *found == kind);
            let count = row.map_or(0, |(_, count, _)| *count);
            let age = row
                .and_then(|(_, _, since)| *since)
                .map_or(0.0, |since| now.since(since).as_secs_f64());
            let label = [kind.as_str()];
            metrics
                .waiting
                .with_label_values(&label)
                .set(i64::try_from(count).unwrap_or(i64::MAX));
            metrics.oldest.with_label_values(&label).set(age);
            if kind == OutboxKind::DeadLetter {
                metrics.dlq_oldest.set(age);
            }
        }
    }
}

fn cannot_read(id: MessageId, error: &StoreError) -> Carried {
    if error.is_transient() {
        warn!(message.id = %id, %error, "message {id} waits for the store");
    } else {
        error!(message.id = %id, %error, "message {id} cannot be put together");
    }
    Carried::NotNow { after: None }
}
