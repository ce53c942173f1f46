//! Handing a message over, whatever the way.

use async_trait::async_trait;
use holdfast_domain::{Lane, Sensitive, Timestamp};

use crate::contract::Channel;
use crate::error::SendError;

/// A message ready to be handed over.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Its id, the same in every attempt.
    pub id: String,
    /// Where it goes.
    pub channel: Channel,
    /// How urgent it is beside others of its channel.
    pub lane: Lane,
    /// For a dead letter: the topic of its record.
    pub topic: Option<String>,
    /// What orders it: messages with the same key stay in order.
    pub key: Option<Sensitive<String>>,
    /// What the body is.
    pub content_type: &'static str,
    /// What is sent.
    pub body: Sensitive<Vec<u8>>,
    /// What is sent instead where bodies are small: the event without what it is about.
    pub notice: Option<Sensitive<Vec<u8>>>,
    /// Headers where the way has such; hold no content.
    pub headers: Vec<(String, Vec<u8>)>,
    /// When this attempt is made.
    pub at: Timestamp,
}

/// Where a parcel is after it was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// With a broker; somebody will fetch it there.
    Over,
    /// With its receiver, or as far as it can go.
    Arrived,
}

/// A way out of the house.
///
/// Handing over the same parcel twice must be harmless: after a crash the last one goes again.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Hands the parcel over and returns when the receiver has taken it.
    async fn send(&self, parcel: &Parcel) -> Result<Handed, SendError>;
}
