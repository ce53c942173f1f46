//! The relay over a store, with a sender that records what leaves.

mod care;
mod crash;
mod faults;
mod house;
mod levers;
mod order;
mod parking;
mod resending;
mod running;
mod wrapping;
