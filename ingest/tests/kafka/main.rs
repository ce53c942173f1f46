//! The Kafka intake against a real broker.

mod checking;
mod documented;
mod freshness;
mod reading;
mod rebalancing;
mod stopping;
mod support;
