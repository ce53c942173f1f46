//! WIRES: the `holdfast` command, its configuration and supervision.
//!
//! Start with [`pipeline`]: the way of a record from the platform to the log on one screen. Everything
//! else here chooses parts and starts them; what the parts promise stands in their own crates.

pub mod assess;
pub mod assessor;
mod canary;
pub mod cli;
mod compare;
pub mod config;
pub mod crash;
pub mod demo;
pub mod eval;
pub mod health;
mod house;
mod in_service;
mod levels;
pub mod metrics;
mod ops;
pub mod pipeline;
pub mod posts;
mod replay;
mod resume;
pub mod scoring;
pub mod serve;
mod shadow;
mod sources;
pub mod system;
pub mod telemetry;
pub mod wiring;
