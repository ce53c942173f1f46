//! The hash chain: each event's hash covers the one before and every column.
//!
//! It is what the log stores beside each event, and the entry that the tree's leaf stands for. Since
//! it covers position and predecessor, a leaf cannot be moved to another place of any log.

use sha2::{Digest as _, Sha256};

/// The hash before the first event.
pub const GENESIS: [u8; 32] = [0; 32];

const DOMAIN: &[u8] = b"holdfast event v1\n";

/// The columns of an event that its hash covers: all but the hash itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventColumns<'a> {
    /// Place in the log.
    pub position: u64,
    /// UUID, 16 bytes.
    pub event_id: &'a [u8; 16],
    /// Whose customer.
    pub tenant: &'a str,
    /// The stream's name.
    pub stream: &'a str,
    /// Place in the stream.
    pub version: u64,
    /// Microseconds UTC.
    pub occurred_at: i64,
    /// Microseconds UTC.
    pub recorded_at: i64,
    /// JSON, exact bytes.
    pub actor: &'a str,
    /// What led to it.
    pub causation: Option<&'a str>,
    /// A trace id.
    pub correlation: Option<&'a str>,
    /// The type's name.
    pub event_type: &'a str,
    /// The type's version.
    pub type_version: u16,
    /// JSON, exact bytes.
    pub payload: &'a str,
}

/// The chain's hash after the event.
pub fn link(previous: &[u8; 32], event: &EventColumns<'_>) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(DOMAIN);
    hash.update(previous);
    hash.update(event.position.to_be_bytes());
    hash.update(event.event_id);
    part(&mut hash, event.tenant);
    part(&mut hash, event.stream);
    hash.update(event.version.to_be_bytes());
    hash.update(event.occurred_at.to_be_bytes());
    hash.update(event.recorded_at.to_be_bytes());
    part(&mut hash, event.actor);
    optional(&mut hash, event.causation);
    optional(&mut hash, event.correlation);
    part(&mut hash, event.event_type);
    hash.update(event.type_version.to_be_bytes());
    part(&mut hash, event.payload);
    hash.finalize().into()
}

/// Adds a text with its length, so that nothing can move from one column to the next.
pub(crate) fn part(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
}

fn optional(hash: &mut Sha256, text: Option<&str>) {
    match text {
        None => hash.update([0]),
        Some(text) => {
            hash.update([1]);
            part(hash, text);
        }
    }
}
