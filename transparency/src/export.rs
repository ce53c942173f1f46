//! An export of the log as lines of JSON (NDJSON): what `docs/verifying-the-log.md` describes.
//!
//! A line is an object with one key, which says what it is: `event` (a row of the log, with its
//! leaves where it seals any) or `text` (a stored ciphertext, after the events). Texts stand as JSON
//! strings and so keep their exact bytes; hashes are lowercase hex.

mod codec;

use serde::{Deserialize, Serialize};

use crate::batch::BatchLeaf;
use crate::chain::EventColumns;
use crate::error::LineError;
use crate::tree::MAX_SIZE;

/// A UUID in its usual form.
pub fn uuid(id: &[u8; 16]) -> String {
    codec::uuid::write(id)
}

/// A line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A row of the log.
    Event(#[serde(deserialize_with = "codec::object")] Box<EventLine>),
    /// A stored ciphertext.
    Text(#[serde(deserialize_with = "codec::object")] TextLine),
}

/// A row of the log, column by column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventLine {
    /// Place in the log, dense from 0.
    pub position: u64,
    /// UUID.
    #[serde(with = "codec::uuid")]
    pub event_id: [u8; 16],
    /// Whose customer.
    pub tenant: String,
    /// The stream's name.
    pub stream: String,
    /// Place in the stream.
    pub version: u64,
    /// Microseconds UTC.
    pub occurred_at: i64,
    /// Microseconds UTC.
    pub recorded_at: i64,
    /// The JSON text as stored, as a string.
    pub actor: String,
    /// What led to it.
    pub causation: Option<String>,
    /// A trace id.
    pub correlation: Option<String>,
    /// The type's name.
    pub event_type: String,
    /// The type's version.
    pub type_version: u16,
    /// The JSON text as stored, as a string.
    pub payload: String,
    /// The hash over the previous event's hash and everything above.
    #[serde(with = "codec::hash")]
    pub chain: [u8; 32],
    /// Where the event is a screened batch: what was screened. An exporter that cannot read the
    /// stored leaves writes none, and the missing leaves are found.
    #[serde(
        default,
        deserialize_with = "codec::objects",
        skip_serializing_if = "Option::is_none"
    )]
    pub leaves: Option<Vec<LeafLine>>,
}

/// A leaf of a screened batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafLine {
    /// `topic/partition`, `http/integrator` or `file/name`.
    pub source: String,
    /// The record's offset, line or item.
    pub offset: i64,
    /// HMAC of the event's id and revision under the tenant's key.
    #[serde(with = "codec::hash")]
    pub key: [u8; 32],
    /// What came of it.
    pub outcome: String,
    /// SHA-256 of the stored ciphertext.
    #[serde(
        default,
        with = "codec::optional_hash",
        skip_serializing_if = "Option::is_none"
    )]
    pub content: Option<[u8; 32]>,
}

/// A stored ciphertext: the sealed body of one revision of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLine {
    /// UUID of the post.
    #[serde(with = "codec::uuid")]
    pub post: [u8; 16],
    /// Which revision.
    pub revision: i64,
    /// When it was stored: that of the batch it came with, microseconds UTC.
    pub recorded_at: i64,
    /// The bytes as stored, base64.
    #[serde(with = "codec::base64")]
    pub sealed: Vec<u8>,
}

impl Line {
    /// Reads a line, without its line end.
    pub fn parse(line: &[u8]) -> Result<Self, LineError> {
        let line = serde_json::from_slice(line).map_err(|error| LineError::Form {
            column: error.column(),
        })?;
        match &line {
            Self::Event(event) if event.position >= MAX_SIZE => Err(LineError::Position),
            _ => Ok(line),
        }
    }

    /// The line's text, without a line end.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a line is plain data")
    }
}

impl EventLine {
    /// The columns that the hash covers.
    pub fn columns(&self) -> EventColumns<'_> {
        EventColumns {
            position: self.position,
            event_id: &self.event_id,
            tenant: &self.tenant,
            stream: &self.stream,
            version: self.version,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
            actor: &self.actor,
            causation: self.causation.as_deref(),
            correlation: self.correlation.as_deref(),
            event_type: &self.event_type,
            type_version: self.type_version,
            payload: &self.payload,
        }
    }
}

impl From<BatchLeaf> for LeafLine {
    fn from(leaf: BatchLeaf) -> Self {
        let BatchLeaf {
            source,
            offset,
            key,
            outcome,
            content,
        } = leaf;
        Self {
            source,
            offset,
            key,
            outcome,
            content,
        }
    }
}

impl From<LeafLine> for BatchLeaf {
    fn from(line: LeafLine) -> Self {
        let LeafLine {
            source,
            offset,
            key,
            outcome,
            content,
        } = line;
        Self {
            source,
            offset,
            key,
            outcome,
            content,
        }
    }
}
