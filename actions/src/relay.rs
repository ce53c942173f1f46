//! The loop that empties the outbox.
//!
//! What to do next is decided by [`Machine`], a state machine without I/O: `on(input, now)` answers
//! with [`Order`]s. [`Hands`] carries an order out (database, sender) and reports back with an
//! [`Input`]; [`Relay`] passes the two back and forth and sleeps in between.
//!
//! * A shard of the outbox is relayed by whoever leases it. What an instance took is given to nobody
//!   else until the lease changes hands, and what it marks after that is refused by the store.
//! * A message and the fact of its sending are recorded in one append. A crash in between sends it
//!   again, under the same id.
//! * The store hands out one action per member and lane at a time, in order; this loop adds that
//!   alerts, care, enforcement and the rest each have their own number of places on the way out, so
//!   that a platform that hangs on one kind does not hold up another.
//! * One look reads the levers and which shards have something to send, and only from those is taken:
//!   an idle relay asks two small questions a second and locks nothing. What this process appends
//!   wakes it at once; what other instances append is found by the next look.
//! * The levers count for what waits for a place, too.

mod hands;
mod machine;
mod marking;
mod plan;
mod runner;
mod wrapping;

#[cfg(test)]
mod machine_tests;

pub use hands::{CrashHook, Hands, HandsParts};
pub use machine::{Input, Machine, Order, Seen, Ticket};
pub use plan::{Carried, Mark, Settings, Urgency};
pub use runner::Relay;
