//! The relay's decisions, without a store.

use std::collections::BTreeSet;
use std::time::Duration;

use holdfast_domain::event::ParkedBecause;
use holdfast_domain::testing::T0;
use holdfast_domain::{CommunityId, Lane, MessageId, SubjectId, TenantId, Timestamp};
use holdfast_event_store::{
    Lease, OutboxKind, OutboxMessage, Outgoing, OutgoingStatus, RELAY_SHARDS,
};

use super::{Carried, Input, Machine, Mark, Order, Seen, Settings, Ticket};
use crate::config::{ActionsConfig, Mode};

const SECOND: Duration = Duration::from_secs(1);

fn settings(mode: Mode) -> Settings {
    Settings::new(ActionsConfig {
        mode,
        ..ActionsConfig::default()
    })
}

fn lease(epoch: u64, until: Timestamp) -> Lease {
    Lease {
        name: "relay/0".into(),
        holder: "here".into(),
        epoch,
        until,
    }
}

fn message(id: u128, kind: OutboxKind, lane: Lane) -> Outgoing {
    Outgoing {
        tenant: TenantId::default(),
        message: OutboxMessage {
            id: MessageId::from_u128(id),
            kind,
            lane,
            subject: Some(SubjectId::from_u128(1)),
            case: None,
            community: Some(CommunityId::new("night-shift").unwrap()),
            target: None,
            automatic_restriction: false,
            body: "{}".into(),
            hold_until: T0,
            not_after: T0 + 3600 * SECOND,
        },
        sequence: 1,
        attempts: 1,
        put_at: T0,
        status: OutgoingStatus::Taken,
    }
}

fn enforcement(id: u128) -> Outgoing {
    message(id, OutboxKind::Action, Lane::Enforcement)
}

fn outreach(id: u128) -> Outgoing {
    message(id, OutboxKind::Action, Lane::Care)
}

fn alert(id: u128) -> Outgoing {
    message(id, OutboxKind::Alert, Lane::Care)
}

/// A machine that holds shard 0 under epoch 1.
fn holding(mode: Mode) -> Machine {
    let mut machine = Machine::new(settings(mode));
    let orders = machine.on(Input::Tick, T0);
    assert_eq!(orders.len(), usize::from(RELAY_SHARDS));
    machine.on(
        Input::Acquired {
            shard: 0,
            lease: Some(lease(1, T0 + 15 * SECOND)),
        },
        T0,
    );
    machine
}

fn taken(machine: &mut Machine, messages: Vec<Outgoing>, now: Timestamp) -> Vec<Order> {
    let input = Input::Taken {
        shard: 0,
        lease: lease(1, T0 + 15 * SECOND),
        messages: Some(messages),
    };
    machine.on(input, now)
}

fn sent(orders: &[Order]) -> Vec<u128> {
    let id = |order: &Order| match order {
        Order::Send(ticket) => Some(ticket.message.message.id.as_uuid().as_u128()),
        _ => None,
    };
    orders.iter().filter_map(id).collect()
}

fn marks(orders: &[Order]) -> Vec<Mark> {
    let mark = |order: &Order| match order {
        Order::Mark(_, mark) => Some(*mark),
        _ => None,
    };
    orders.iter().filter_map(mark).collect()
}

fn ticket(orders: &[Order]) -> Box<Ticket> {
    orders
        .iter()
        .find_map(|order| match order {
            Order::Send(ticket) => Some(ticket.clone()),
            _ => None,
        })
        .expect("something is sent")
}

/// Nobody is stopped, and these shards have something to send.
fn due(shards: impl IntoIterator<Item = u16>) -> Input {
    let seen = Seen {
        due: shards.into_iter().collect(),
        ..Seen::default()
    };
    Input::Looked { seen: Some(seen) }
}

fn stopped() -> Input {
    let seen = Seen {
        stopped: BTreeSet::from([TenantId::default()]),
        due: BTreeSet::from([0]),
    };
    Input::Looked { seen: Some(seen) }
}

#[test]
fn the_levers_are_read_before_every_look_into_the_outbox() {
    let mut machine = Machine::new(settings(Mode::Live));
    machine.on(Input::Tick, T0);
    let orders = machine.on(
        Input::Acquired {
            shard: 0,
            lease: Some(lease(1, T0 + 15 * SECOND)),
        },
        T0,
    );
    assert_eq!(orders, [Order::Look]);
    let nothing = machine.on(Input::Tick, T0 + SECOND);
    assert!(
        nothing
            .iter()
            .all(|order| !matches!(order, Order::Take { .. }))
    );
    assert!(matches!(
        machine.on(due([0]), T0)[..],
        [Order::Take { shard: 0, .. }]
    ));
}

#[test]
fn nothing_is_taken_while_it_is_not_known_whether_actions_are_stopped() {
    let mut machine = holding(Mode::Live);
    assert_eq!(machine.on(Input::Looked { seen: None }, T0), []);
    let orders = machine.on(Input::Tick, T0 + SECOND);
    assert_eq!(orders, [Order::Look]);
}

#[test]
fn an_idle_relay_looks_once_a_second_for_all_shards_and_takes_from_none() {
    let mut machine = Machine::new(settings(Mode::Live));
    machine.on(Input::Tick, T0);
    for shard in 0..RELAY_SHARDS {
        let lease = Some(lease(1, T0 + 3600 * SECOND));
        machine.on(Input::Acquired { shard, lease }, T0);
    }
    while machine.on(due([]), T0).contains(&Order::Look) {}
    let (mut looks, mut takes) = (0, 0);
    for tenth in 1..=50 {
        let now = T0 + tenth * Duration::from_millis(100);
        for order in machine.on(Input::Tick, now) {
            match order {
                Order::Look => {
                    looks += 1;
                    machine.on(due([]), now);
                }
                Order::Take { .. } => takes += 1,
                _ => {}
            }
        }
    }
    assert_eq!((looks, takes), (5, 0));
}

#[test]
fn news_that_arrive_during_a_look_are_looked_at_next() {
    let mut machine = holding(Mode::Live);
    machine.on(Input::News, T0);
    let orders = machine.on(due([]), T0);
    assert_eq!(
        orders,
        [Order::Look],
        "the answer may be older than they are"
    );
}

#[test]
fn while_actions_are_stopped_alerts_leave_and_actions_wait() {
    let mut machine = holding(Mode::Live);
    machine.on(stopped(), T0);
    let orders = taken(
        &mut machine,
        vec![enforcement(1), outreach(2), alert(3)],
        T0,
    );
    assert_eq!(sent(&orders), [3]);
    let soon = Mark::Retry(T0 + 5 * SECOND);
    assert_eq!(marks(&orders), [soon, soon]);
}

#[test]
fn a_stop_also_holds_what_waits_for_its_place_on_the_way_out() {
    let mut machine = holding(Mode::Live);
    let many: Vec<_> = (1..=17).map(enforcement).collect();
    let orders = taken(&mut machine, many, T0);
    assert_eq!(sent(&orders).len(), 16);
    machine.on(stopped(), T0);
    let done = Input::Attempted {
        ticket: ticket(&orders),
        carried: Carried::Delivered,
    };
    let orders = machine.on(done, T0);
    assert_eq!(sent(&orders), [0_u128; 0]);
    assert_eq!(marks(&orders), [Mark::Sent, Mark::Retry(T0 + 5 * SECOND)]);
}

#[test]
fn in_observe_mode_actions_are_parked_and_alerts_leave() {
    let mut machine = holding(Mode::Observe);
    let orders = taken(
        &mut machine,
        vec![enforcement(1), outreach(2), alert(3)],
        T0,
    );
    assert_eq!(sent(&orders), [3]);
    let parked = Mark::Parked(ParkedBecause::ObserveMode);
    assert_eq!(marks(&orders), [parked, parked]);
}

#[test]
fn care_does_not_wait_behind_enforcement_that_hangs() {
    let mut machine = holding(Mode::Live);
    let hanging: Vec<_> = (1..=100).map(enforcement).collect();
    taken(&mut machine, hanging, T0);
    let orders = taken(&mut machine, vec![outreach(200), alert(201)], T0);
    assert_eq!(sent(&orders), [201, 200]);
}

#[test]
fn what_comes_after_its_time_is_parked_and_not_sent() {
    let mut machine = holding(Mode::Live);
    let mut late = enforcement(1);
    late.message.not_after = T0 - SECOND;
    let orders = taken(&mut machine, vec![late], T0);
    assert_eq!(sent(&orders), [0_u128; 0]);
    assert_eq!(marks(&orders), [Mark::Parked(ParkedBecause::Expired)]);
}

#[test]
fn a_retry_never_lies_behind_the_end_of_the_message() {
    let mut machine = holding(Mode::Live);
    let mut short = enforcement(1);
    short.message.not_after = T0 + SECOND;
    let orders = taken(&mut machine, vec![short], T0);
    let carried = Carried::NotNow {
        after: Some(3600 * SECOND),
    };
    let orders = machine.on(
        Input::Attempted {
            ticket: ticket(&orders),
            carried,
        },
        T0,
    );
    let end = T0 + SECOND + Duration::from_micros(1);
    assert_eq!(marks(&orders), [Mark::Retry(end)]);
}

#[test]
fn what_could_not_be_recorded_is_recorded_later_and_not_sent_again() {
    let mut machine = holding(Mode::Live);
    let orders = taken(&mut machine, vec![enforcement(1)], T0);
    let ticket = ticket(&orders);
    let attempted = Input::Attempted {
        ticket: ticket.clone(),
        carried: Carried::Delivered,
    };
    machine.on(attempted, T0);
    let refused = Input::NotMarked {
        ticket: ticket.clone(),
        mark: Mark::Sent,
    };
    assert_eq!(marks(&machine.on(refused, T0)), []);
    let orders = machine.on(Input::Tick, T0 + SECOND);
    assert_eq!(marks(&orders), [Mark::Sent]);
    assert_eq!(sent(&orders), [0_u128; 0]);
}

#[test]
fn a_relay_whose_lease_ran_out_sends_nothing_until_it_is_renewed() {
    let mut machine = holding(Mode::Live);
    let late = T0 + 16 * SECOND;
    assert_eq!(
        sent(&taken(&mut machine, vec![enforcement(1)], late)),
        [0_u128; 0]
    );
    let renewed = Input::Acquired {
        shard: 0,
        lease: Some(lease(1, late + 15 * SECOND)),
    };
    assert_eq!(sent(&machine.on(renewed, late)), [1]);
}

#[test]
fn a_relay_with_a_stale_epoch_lets_go_of_what_it_took() {
    let mut machine = holding(Mode::Live);
    let many: Vec<_> = (1..=17).map(enforcement).collect();
    let first = ticket(&taken(&mut machine, many, T0));
    let lost = Input::Acquired {
        shard: 0,
        lease: None,
    };
    machine.on(lost, T0 + SECOND);
    let done = Input::Attempted {
        ticket: first,
        carried: Carried::Delivered,
    };
    let orders = machine.on(done, T0 + SECOND);
    assert_eq!(sent(&orders), [0_u128; 0], "the seventeenth is not ours");
    assert_eq!(marks(&orders), [Mark::Sent], "the store refuses it");
    let back = Input::Acquired {
        shard: 0,
        lease: Some(lease(3, T0 + 30 * SECOND)),
    };
    let orders = machine.on(back, T0 + 2 * SECOND);
    assert_eq!(
        sent(&orders),
        [0_u128; 0],
        "somebody may have sent it in between"
    );
}

#[test]
fn a_stopping_relay_gives_back_what_it_has_not_sent_and_then_its_shards() {
    let mut machine = holding(Mode::Live);
    let many: Vec<_> = (1..=17).map(enforcement).collect();
    let orders = taken(&mut machine, many, T0);
    let tickets: Vec<_> = orders
        .iter()
        .filter_map(|order| match order {
            Order::Send(ticket) => Some(ticket.clone()),
            _ => None,
        })
        .collect();
    for shard in 1..RELAY_SHARDS {
        machine.on(Input::Acquired { shard, lease: None }, T0);
    }
    let orders = machine.on(Input::Stop, T0);
    assert_eq!(marks(&orders), [Mark::Retry(T0)]);
    let Some(Order::Mark(last, _)) = orders.into_iter().next() else {
        panic!("the seventeenth is given back");
    };
    machine.on(Input::Marked { ticket: last }, T0);
    machine.on(Input::Looked { seen: None }, T0);
    assert!(!machine.is_done(), "sixteen are on their way");
    let mut orders = Vec::new();
    for ticket in tickets {
        machine.on(
            Input::Attempted {
                ticket: ticket.clone(),
                carried: Carried::Delivered,
            },
            T0,
        );
        orders = machine.on(Input::Marked { ticket }, T0);
    }
    assert!(matches!(orders[..], [Order::Release(_)]));
    assert!(machine.is_done());
}

#[test]
fn a_receiver_that_is_gone_parks_actions_and_keeps_alerts_trying() {
    let mut machine = holding(Mode::Live);
    let gone = |machine: &mut Machine, message| {
        let orders = taken(machine, vec![message], T0);
        let input = Input::Attempted {
            ticket: ticket(&orders),
            carried: Carried::EndpointGone,
        };
        marks(&machine.on(input, T0))
    };
    assert_eq!(
        gone(&mut machine, enforcement(1)),
        [Mark::Parked(ParkedBecause::Refused)]
    );
    assert!(matches!(
        gone(&mut machine, alert(2))[..],
        [Mark::Retry(at)] if at > T0
    ));
}

#[test]
fn a_full_place_is_taken_by_the_next_in_line() {
    let mut machine = holding(Mode::Live);
    let many: Vec<_> = (1..=17).map(enforcement).collect();
    let orders = taken(&mut machine, many, T0);
    let done = Input::Attempted {
        ticket: ticket(&orders),
        carried: Carried::Delivered,
    };
    assert_eq!(sent(&machine.on(done, T0)), [17]);
}
