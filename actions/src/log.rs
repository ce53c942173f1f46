//! Output for trying things out: a line in the program's own log.

use async_trait::async_trait;
use tracing::info;

use crate::error::SendError;
use crate::sender::{Handed, Parcel, Sender};

/// Writes the id of every message to the log, and nothing of its content.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogSender;

#[async_trait]
impl Sender for LogSender {
    async fn send(&self, parcel: &Parcel) -> Result<Handed, SendError> {
        info!(
            message.id = %parcel.id,
            channel = parcel.channel.as_str(),
            lane = parcel.lane.as_str(),
            bytes = parcel.body.reveal().len(),
            "{} message {} would leave here",
            parcel.channel.as_str(),
            parcel.id
        );
        Ok(Handed::Arrived)
    }
}
