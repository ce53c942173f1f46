//! The thin shell: passes orders and inputs back and forth, and sleeps in between.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::Timestamp;
use holdfast_event_store::Lease;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::hands::{Hands, HandsParts};
use super::machine::{Input, Machine, Order};
use super::plan::{Settings, Urgency};
use crate::config::ActionsConfig;

/// How long a stopping relay waits for what is on its way.
const FINISH: Duration = Duration::from_secs(25);
/// The pause between two looks for news, however much is recorded.
const BREATH: Duration = Duration::from_millis(20);
/// How often the figures about waiting messages are taken.
const MEASURE: Duration = Duration::from_secs(15);

/// Empties the outbox until it is told to stop.
pub struct Relay {
    machine: Machine,
    hands: Arc<Hands>,
    news: tokio::sync::watch::Receiver<u64>,
}

impl Relay {
    /// A relay with these settings and parts.
    pub fn new(config: ActionsConfig, parts: HandsParts) -> Self {
        let settings = Settings::new(config);
        let news = parts.log.appended();
        Self {
            machine: Machine::new(settings.clone()),
            hands: Arc::new(Hands::new(parts, settings)),
            news,
        }
    }

    /// Does, one thing after another, everything that is due at this moment, and returns. For tests
    /// and for a scheduler that decides the order itself.
    pub async fn run_until_idle(&mut self) {
        let mut orders: VecDeque<Order> = self.turn(Input::News).into();
        while let Some(order) = orders.pop_front() {
            if let Some(input) = self.hands.carry_out(order).await {
                orders.extend(self.turn(input));
            }
            if orders.is_empty() && self.machine.wakes_at(self.hands.now()) <= self.hands.now() {
                orders.extend(self.turn(Input::Tick));
            }
        }
    }

    /// Relays until `stop`, then finishes what is on its way and gives its shards back.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut work = Work::default();
        let mut finish_by: Option<tokio::time::Instant> = None;
        let mut news_at = tokio::time::Instant::now();
        let mut measure = tokio::time::interval(MEASURE);
        work.start(&self.hands, self.machine.on(Input::Tick, self.hands.now()));
        while !(self.machine.is_done() && work.tasks.is_empty()) {
            let wake = until(self.hands.now(), self.machine.wakes_at(self.hands.now()));
            let end = finish_by.unwrap_or_else(|| tokio::time::Instant::now() + FINISH);
            let input = tokio::select! {
                () = stop.cancelled(), if finish_by.is_none() => {
                    finish_by = Some(tokio::time::Instant::now() + FINISH);
                    Input::Stop
                }
                () = tokio::time::sleep_until(end), if finish_by.is_some() => return,
                Some(done) = work.tasks.join_next_with_id() => match work.finished(&self.hands, done).await {
                    Some(input) => input,
                    None => continue,
                },
                Ok(()) = news_after(&mut self.news, news_at) => {
                    news_at = tokio::time::Instant::now() + BREATH;
                    Input::News
                }
                _ = measure.tick() => {
                    self.hands.measure(self.machine.held()).await;
                    Input::Tick
                }
                () = tokio::time::sleep(wake) => Input::Tick,
            };
            let orders = self.turn(input);
            work.start(&self.hands, orders);
        }
    }

    fn turn(&mut self, input: Input) -> Vec<Order> {
        self.hands.turned();
        self.machine.on(input, self.hands.now())
    }
}

async fn news_after(
    news: &mut tokio::sync::watch::Receiver<u64>,
    at: tokio::time::Instant,
) -> Result<(), tokio::sync::watch::error::RecvError> {
    tokio::time::sleep_until(at).await;
    news.changed().await
}

/// Orders being carried out.
#[derive(Default)]
struct Work {
    tasks: JoinSet<Option<Input>>,
    /// Which task works under which lease, should it break off.
    leases: HashMap<Id, (u16, Lease, Option<Urgency>)>,
}

impl Work {
    fn start(&mut self, hands: &Arc<Hands>, orders: Vec<Order>) {
        for order in orders {
            let lease = match &order {
                Order::Send(ticket) => {
                    let place = Some(Urgency::of(&ticket.message));
                    Some((ticket.shard, ticket.lease.clone(), place))
                }
                Order::Mark(ticket, _) => Some((ticket.shard, ticket.lease.clone(), None)),
                Order::Take { shard, lease, .. } => Some((*shard, lease.clone(), None)),
                _ => None,
            };
            let hands = Arc::clone(hands);
            let task = self
                .tasks
                .spawn(async move { hands.carry_out(order).await });
            self.leases.extend(lease.map(|lease| (task.id(), lease)));
        }
    }

    async fn finished(
        &mut self,
        hands: &Arc<Hands>,
        done: Result<(Id, Option<Input>), tokio::task::JoinError>,
    ) -> Option<Input> {
        match done {
            Ok((id, input)) => {
                self.leases.remove(&id);
                input
            }
            Err(failed) => {
                error!(error = %failed, "part of the relay broke off; its shard changes hands");
                let (shard, lease, place) = self.leases.remove(&failed.id())?;
                // Only a change of hands makes the store give the message out again.
                hands.carry_out(Order::Release(lease.clone())).await;
                Some(Input::Lost {
                    shard,
                    lease,
                    place,
                })
            }
        }
    }
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    then.since(now)
        .clamp(Duration::from_millis(1), Duration::from_secs(1))
}
