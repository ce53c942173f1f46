//! RECORDS: the log and everything that is written with it.
//!
//! Everything that changes goes through one door, [`EventLog::append`]: events with their expected
//! stream versions, claims, outgoing messages, posts, pending posts and Kafka positions become true
//! together or not at all. The log is dense, in commit order, and chained by hash; texts about people
//! are sealed before they reach the database, and readable no longer once their key is destroyed.
//!
//! Deciding what is appended is left to others (domain decides, projections fold, the relay sends).
//!
//! To ask something new of the store: a method on the narrowest port in [`ports`], its statement in
//! the module of `read` or `group` that answers it, its twin in memory, and a promise in the
//! conformance suite.

mod appender;
pub mod chain;
pub mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod fingerprint;
mod group;
mod keys;
pub mod leaves;
mod ledger;
mod memory;
pub mod metrics;
mod migrate;
pub mod ports;
mod postgres;
mod prepare;
pub mod projector;
mod read;
mod sql;
mod sqlite;
mod store;

pub use config::StoreConfig;
pub use error::{AppendError, StoreError};
pub use fingerprint::{Fingerprint, FingerprintKind, Fingerprinter};
pub use keys::MasterKey;
pub use memory::MemoryStore;
pub use ports::*;
pub use projector::{Projection, Projector};
pub use store::{AnyStore, Store, connect};
