//! The Kafka intake against a real broker.

mod freshness;
mod reading;
mod rebalancing;
mod stopping;
mod support;
