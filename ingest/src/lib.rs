//! RECEIVES: posts, reports and results from Kafka, HTTP and files.
//!
//! Every record is handed on at least once and in the order of its partition, as a
//! [`Received`](holdfast_domain::intake::Received): what it says, or why it could not be read. One
//! bad record never stops the records behind it. A Kafka position moves only with the append of the
//! batch that it belongs to: this crate asks for the stored position at every assignment, checks it
//! against the topic and stops a partition alone when the two do not agree.
//!
//! What happens to a batch is the business of a [`BatchHandler`]: this crate knows no store, no
//! policy and no classifier.
//!
//! * [`contract`]: the messages that platforms send, as types; `contracts/` is generated from them.
//! * [`decode`]: bytes to messages. [`kafka`], [`http`], [`file`](mod@file): the three ways in.
//! * [`check`]: says what a topic or file would become, before anybody relies on it.
//!
//! To accept a new message: its struct and example in `contract/`, a line in
//! [`contract::EventType`] and in `contract/catalogue.rs`, its conversion in `decode/payload.rs`, and
//! `UPDATE_CONTRACTS=1 cargo test -p holdfast-ingest`.

pub mod check;
pub mod config;
pub mod contract;
pub mod decode;
pub mod error;
pub mod file;
pub mod handler;
pub mod http;
pub mod kafka;
pub mod metrics;

pub use config::IngestConfig;
pub use decode::Decoder;
pub use error::IngestError;
pub use handler::{Batch, BatchHandler, HandleError};
pub use metrics::IngestMetrics;
