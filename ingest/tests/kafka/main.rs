//! The Kafka intake against a real broker.

mod checking;
mod freshness;
mod reading;
mod rebalancing;
mod stopping;
mod support;
