//! The envelope of every event that leaves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WireTime;

/// A `CloudEvents` 1.0 event in structured JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CloudEvent<T> {
    /// Always `1.0`.
    #[schemars(regex(pattern = "^1\\.0$"))]
    pub specversion: String,
    /// Stable over retries: the same event comes with the same id. Deduplicate on `source` and `id`.
    pub id: String,
    /// Who sends: the configured source with the tenant, e.g. `/holdfast/default`.
    pub source: String,
    /// What kind of event, with its version.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What it is about: the case, or the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it was asked for or raised. The same in every retry.
    pub time: WireTime,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// The schema of `data`.
    pub dataschema: String,
    /// The number within author and lane, as text, where the event has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// W3C trace context of what led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The content.
    pub data: T,
}
