//! The Kafka intake against a real broker.

mod checking;
mod documented;
mod freshness;
mod mock;
mod reading;
mod rebalancing;
mod stopping;
mod support;
