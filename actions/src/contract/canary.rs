//! Holdfast's own test run.

use holdfast_domain::MessageId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WireTime;

/// A marked post of Holdfast's own came the whole way from intake to here. Holdfast itself receives
/// it; nobody else needs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Canary {
    /// The message's own id.
    pub canary_id: MessageId,
    /// When it was asked for; one that comes late sends no heartbeat.
    pub put_at: WireTime,
}
