//! Bytes to messages.
//!
//! Decoding never fails as a call and never panics: what cannot be read becomes a
//! [`Rejected`](holdfast_domain::intake::Rejected) that says which field, what was wrong and what to
//! do, and never repeats the content. Kafka records and HTTP requests differ only in where the
//! attributes stand; from there on the way is the same.

mod attributes;
mod decoder;
mod explain;
pub mod http;
mod kafka;
pub mod mapping;
mod origin;
mod payload;
mod problem;
#[cfg(test)]
mod properties;
mod text;

pub(crate) use decoder::name_of;
pub use decoder::{Decoder, Transport};
pub use kafka::KafkaRecord;
pub(crate) use origin::mapping_of;
pub use problem::Problem;
