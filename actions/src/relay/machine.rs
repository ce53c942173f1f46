//! The relay's decisions: which shard to lease, when to look into the outbox, what to send next.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use holdfast_domain::{MessageId, TenantId, Timestamp};
use holdfast_event_store::{Lease, Outgoing, RELAY_SHARDS};

use super::plan::{Carried, Mark, Settings, Urgency};

/// Messages taken from a shard at once.
const TAKE: usize = 64;
/// The wait after the store did not answer.
const STORE_WAIT: Duration = Duration::from_secs(1);

/// A message in the relay's hands, and the lease that it was taken under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The shard that it came from.
    pub shard: u16,
    /// The lease that it was taken under.
    pub lease: Lease,
    /// The message.
    pub message: Outgoing,
}

/// What one look at the store shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// The tenants whose actions are stopped.
    pub stopped: BTreeSet<TenantId>,
    /// The shards with something to send.
    pub due: BTreeSet<u16>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Time passed.
    Tick,
    /// Something was recorded; there may be something to send.
    News,
    /// The answer to [`Order::Acquire`].
    Acquired {
        /// Which shard.
        shard: u16,
        /// The lease; `None` while somebody else has it.
        lease: Option<Lease>,
    },
    /// The answer to [`Order::Acquire`] when the store did not answer.
    NotAcquired {
        /// Which shard.
        shard: u16,
    },
    /// The answer to [`Order::Look`]; `None` when the store did not answer.
    Looked {
        /// What was seen.
        seen: Option<Seen>,
    },
    /// The answer to [`Order::Take`]; `None` when the store did not answer.
    Taken {
        /// Which shard.
        shard: u16,
        /// Under which lease.
        lease: Lease,
        /// What may leave.
        messages: Option<Vec<Outgoing>>,
    },
    /// The answer to [`Order::Send`].
    Attempted {
        /// Which message.
        ticket: Box<Ticket>,
        /// What it came to.
        carried: Carried,
    },
    /// The answer to [`Order::Mark`]: it is recorded.
    Marked {
        /// Which message.
        ticket: Box<Ticket>,
    },
    /// The answer to [`Order::Mark`]: it could not be recorded yet.
    NotMarked {
        /// Which message.
        ticket: Box<Ticket>,
        /// What is to be recorded.
        mark: Mark,
    },
    /// The lease on a shard has passed to somebody else, or was given back because work broke off.
    Lost {
        /// Which shard.
        shard: u16,
        /// The lease that is gone.
        lease: Lease,
        /// Whose place on the way out is free again, where a sending broke off.
        place: Option<Urgency>,
    },
    /// Finish what is on its way and give the shards back.
    Stop,
}

/// What is to be done. Each is answered by one [`Input`], except [`Order::Release`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Take or renew the lease on a shard.
    Acquire(u16),
    /// See which tenants are stopped and which shards have something to send.
    Look,
    /// Take from a shard what may leave now.
    Take {
        /// The shard.
        shard: u16,
        /// The lease on it.
        lease: Lease,
        /// How many at most.
        limit: usize,
    },
    /// Hand a message over.
    Send(Box<Ticket>),
    /// Record what became of a message.
    Mark(Box<Ticket>, Mark),
    /// Give the lease back.
    Release(Lease),
}

#[derive(Debug, Default)]
struct Shard {
    lease: Option<Lease>,
    acquiring: bool,
    acquire_at: Timestamp,
    taking: bool,
    take_at: Timestamp,
    /// Messages taken and not marked yet.
    open: usize,
}

/// The state of the relay of one process.
#[derive(Debug)]
pub struct Machine {
    settings: Settings,
    shards: Vec<Shard>,
    stopped: BTreeSet<TenantId>,
    looking: bool,
    look_at: Timestamp,
    waiting: [VecDeque<Ticket>; 4],
    sending: [usize; 4],
    /// Failures of a message since this process first tried it. A new process starts counting anew,
    /// which tries sooner: an operator who restarts has often just mended something.
    failures: HashMap<MessageId, (u16, u32)>,
    mark_again: Vec<(Timestamp, Box<Ticket>, Mark)>,
    stopping: bool,
}

impl Machine {
    /// A relay that has done nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            shards: (0..RELAY_SHARDS).map(|_| Shard::default()).collect(),
            stopped: BTreeSet::new(),
            looking: false,
            look_at: Timestamp::default(),
            waiting: Default::default(),
            sending: [0; 4],
            failures: HashMap::new(),
            mark_again: Vec::new(),
            stopping: false,
        }
    }

    /// What to do next, given what happened.
    pub fn on(&mut self, input: Input, now: Timestamp) -> Vec<Order> {
        let mut orders = Vec::new();
        match input {
            Input::Tick => {}
            Input::News => self.look_soon(now),
            Input::Acquired { shard, lease } => self.acquired(shard, lease, now),
            Input::NotAcquired { shard } => {
                let shard = &mut self.shards[usize::from(shard)];
                shard.acquiring = false;
                shard.acquire_at = now + STORE_WAIT;
            }
            Input::Looked { seen } => self.looked(seen, now, &mut orders),
            Input::Taken {
                shard,
                lease,
                messages,
            } => self.taken(shard, &lease, messages, now, &mut orders),
            Input::Attempted { ticket, carried } => {
                self.attempted(ticket, &carried, now, &mut orders);
            }
            Input::Marked { ticket } => self.marked(&ticket, now),
            Input::NotMarked { ticket, mark } => {
                self.mark_again.push((now + STORE_WAIT, ticket, mark));
            }
            Input::Lost {
                shard,
                lease,
                place,
            } => {
                if let Some(urgency) = place {
                    self.sending[urgency as usize] -= 1;
                }
                self.lost(shard, &lease, now);
            }
            Input::Stop => self.stop(now, &mut orders),
        }
        self.go_on(now, &mut orders);
        orders
    }

    /// When [`Input::Tick`] is due at the latest.
    pub fn wakes_at(&self, now: Timestamp) -> Timestamp {
        let marks = self.mark_again.iter().map(|(at, ..)| *at);
        let shards = self.shards.iter().flat_map(|shard| {
            let acquire = (!shard.acquiring && !self.stopping).then_some(shard.acquire_at);
            let may_take = shard.may_take(now) && !self.looking && !self.stopping;
            let take = may_take.then(|| shard.take_at.max(self.look_at));
            [acquire, take]
        });
        marks
            .chain(shards.flatten())
            .min()
            .unwrap_or(Timestamp::from_micros(i64::MAX))
    }

    /// Whether a stopped relay has nothing left to wait for.
    pub fn is_done(&self) -> bool {
        self.stopping
            && self
                .shards
                .iter()
                .all(|shard| shard.lease.is_none() && !shard.acquiring && !shard.taking)
    }

    /// How many shards this process relays.
    pub fn held(&self) -> usize {
        self.shards
            .iter()
            .filter(|shard| shard.lease.is_some())
            .count()
    }

    fn look_soon(&mut self, now: Timestamp) {
        for shard in &mut self.shards {
            shard.take_at = shard.take_at.min(now);
        }
    }

    fn acquired(&mut self, number: u16, lease: Option<Lease>, now: Timestamp) {
        let renew = Duration::from_secs(self.settings.config().relay.lease_secs) / 3;
        let shard = &mut self.shards[usize::from(number)];
        shard.acquiring = false;
        shard.acquire_at = now + renew;
        let same =
            shard.lease.as_ref().map(|held| held.epoch) == lease.as_ref().map(|lease| lease.epoch);
        if !same {
            // What was taken under an older epoch is given out again, to whoever has the shard now.
            self.forget(number);
            self.shards[usize::from(number)].take_at = now;
        }
        if lease.is_none() {
            self.failures.retain(|_, (shard, _)| *shard != number);
        }
        self.shards[usize::from(number)].lease = lease;
    }

    /// Lets go of what was taken from a shard and has not been sent.
    fn forget(&mut self, number: u16) {
        self.shards[usize::from(number)].open = 0;
        for queue in &mut self.waiting {
            queue.retain(|ticket| ticket.shard != number);
        }
    }

    fn looked(&mut self, seen: Option<Seen>, now: Timestamp, orders: &mut Vec<Order>) {
        self.looking = false;
        let Some(seen) = seen else {
            // Not knowing whether actions are stopped, take nothing.
            self.look_at = now + STORE_WAIT;
            for shard in &mut self.shards {
                shard.take_at = shard.take_at.min(self.look_at);
            }
            return;
        };
        self.stopped = seen.stopped;
        for (number, shard) in (0..).zip(&mut self.shards) {
            if self.stopping || !shard.may_take(now) || !seen.due.contains(&number) {
                continue;
            }
            let Some(lease) = &shard.lease else { continue };
            shard.taking = true;
            orders.push(Order::Take {
                shard: number,
                lease: lease.clone(),
                limit: TAKE,
            });
        }
    }

    /// Looks for all shards at once, where any of them is to be looked at.
    fn look(&mut self, now: Timestamp, orders: &mut Vec<Order>) {
        let due = self
            .shards
            .iter()
            .any(|shard| shard.may_take(now) && shard.take_at <= now);
        if !due || self.looking || self.look_at > now {
            return;
        }
        self.looking = true;
        orders.push(Order::Look);
        let poll = Duration::from_millis(self.settings.config().relay.poll_ms.max(1));
        // Now and not when the answer comes: news that arrive meanwhile ask for another look.
        for shard in self.shards.iter_mut().filter(|shard| shard.may_take(now)) {
            shard.take_at = now + poll;
        }
    }

    fn taken(
        &mut self,
        number: u16,
        lease: &Lease,
        messages: Option<Vec<Outgoing>>,
        now: Timestamp,
        orders: &mut Vec<Order>,
    ) {
        let shard = &mut self.shards[usize::from(number)];
        shard.taking = false;
        let Some(messages) = messages else {
            shard.take_at = now + STORE_WAIT;
            return;
        };
        if !holds(shard, lease) {
            return;
        }
        shard.open += messages.len();
        if messages.len() == TAKE {
            shard.take_at = now;
        }
        for message in messages {
            let ticket = Ticket {
                shard: number,
                lease: lease.clone(),
                message,
            };
            let hindrance = if self.stopping {
                Some(Mark::Retry(now))
            } else {
                self.settings.hindrance(&ticket.message, &self.stopped, now)
            };
            match hindrance {
                Some(mark) => orders.push(Order::Mark(Box::new(ticket), mark)),
                None => self.waiting[Urgency::of(&ticket.message) as usize].push_back(ticket),
            }
        }
    }

    fn attempted(
        &mut self,
        ticket: Box<Ticket>,
        carried: &Carried,
        now: Timestamp,
        orders: &mut Vec<Order>,
    ) {
        self.sending[Urgency::of(&ticket.message) as usize] -= 1;
        let id = ticket.message.message.id;
        let failures = self.failures.get(&id).map_or(0, |(_, failures)| *failures) + 1;
        let mark = self
            .settings
            .after_attempt(&ticket.message, carried, failures, now);
        if matches!(mark, Mark::Retry(_)) {
            self.failures.insert(id, (ticket.shard, failures));
        } else {
            self.failures.remove(&id);
        }
        // Also when the lease has passed on: only the store can tell, and it refuses the mark then.
        orders.push(Order::Mark(ticket, mark));
    }

    fn marked(&mut self, ticket: &Ticket, now: Timestamp) {
        let shard = &mut self.shards[usize::from(ticket.shard)];
        if holds(shard, &ticket.lease) {
            shard.open = shard.open.saturating_sub(1);
            // The next action of the same member and lane may go now.
            shard.take_at = shard.take_at.min(now);
        }
    }

    fn lost(&mut self, number: u16, lease: &Lease, now: Timestamp) {
        let shard = &mut self.shards[usize::from(number)];
        if holds(shard, lease) {
            shard.lease = None;
            shard.acquire_at = now;
            self.forget(number);
        }
    }

    fn stop(&mut self, now: Timestamp, orders: &mut Vec<Order>) {
        self.stopping = true;
        for ticket in self.waiting.iter_mut().flat_map(std::mem::take) {
            orders.push(Order::Mark(Box::new(ticket), Mark::Retry(now)));
        }
    }

    /// Everything that is due by itself.
    fn go_on(&mut self, now: Timestamp, orders: &mut Vec<Order>) {
        self.mark_due(now, orders);
        if self.stopping {
            self.release_idle(orders);
            return;
        }
        for (number, shard) in (0..).zip(&mut self.shards) {
            if !shard.acquiring && shard.acquire_at <= now {
                shard.acquiring = true;
                orders.push(Order::Acquire(number));
            }
        }
        self.look(now, orders);
        self.send_waiting(now, orders);
    }

    fn mark_due(&mut self, now: Timestamp, orders: &mut Vec<Order>) {
        let (due, later) = std::mem::take(&mut self.mark_again)
            .into_iter()
            .partition(|(at, ..)| *at <= now);
        self.mark_again = later;
        orders.extend(
            due.into_iter()
                .map(|(_, ticket, mark)| Order::Mark(ticket, mark)),
        );
    }

    fn release_idle(&mut self, orders: &mut Vec<Order>) {
        for shard in &mut self.shards {
            if shard.open == 0 && !shard.taking && !shard.acquiring {
                orders.extend(shard.lease.take().map(Order::Release));
            }
        }
    }

    fn send_waiting(&mut self, now: Timestamp, orders: &mut Vec<Order>) {
        let places = self.settings.config().relay.concurrency.max(1);
        for urgency in Urgency::ALL {
            while self.sending[urgency as usize] < places {
                let Some(ticket) = self.next_waiting(urgency, now) else {
                    break;
                };
                let hindrance = self.settings.hindrance(&ticket.message, &self.stopped, now);
                let ticket = Box::new(ticket);
                if let Some(mark) = hindrance {
                    orders.push(Order::Mark(ticket, mark));
                } else {
                    self.sending[urgency as usize] += 1;
                    orders.push(Order::Send(ticket));
                }
            }
        }
    }

    /// The first waiting message whose shard is safely ours. While a lease has run out and is not
    /// renewed, its messages stay: the store gives them to nobody else until it changes hands.
    fn next_waiting(&mut self, urgency: Urgency, now: Timestamp) -> Option<Ticket> {
        let Self {
            waiting, shards, ..
        } = self;
        let queue = &mut waiting[urgency as usize];
        let ready = |ticket: &Ticket| {
            let lease = shards[usize::from(ticket.shard)].lease.as_ref();
            lease.is_some_and(|lease| lease.until > now)
        };
        let place = queue.iter().position(ready)?;
        queue.remove(place)
    }
}

impl Shard {
    fn may_take(&self, now: Timestamp) -> bool {
        !self.taking && self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }
}

fn holds(shard: &Shard, lease: &Lease) -> bool {
    shard
        .lease
        .as_ref()
        .is_some_and(|held| held.epoch == lease.epoch)
}
