//! The hash chain: each event's hash covers the one before and every column.
//!
//! The encoding is separated from all other hashes by its first bytes and gives every part with its
//! length, so that no two different rows encode alike. Anyone can recompute it from the table.

use sha2::{Digest as _, Sha256};

/// The hash before the first event.
pub const GENESIS: [u8; 32] = [0; 32];

const DOMAIN: &[u8] = b"holdfast event v1\n";

/// The columns of an event, as they stand in the table.
#[derive(Debug, Clone, Copy)]
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

fn part(hash: &mut Sha256, text: &str) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: EventColumns<'_> = EventColumns {
        position: 0,
        event_id: &[1; 16],
        tenant: "default",
        stream: "control",
        version: 1,
        occurred_at: 1,
        recorded_at: 2,
        actor: "{}",
        causation: None,
        correlation: None,
        event_type: "NoteAdded",
        type_version: 1,
        payload: "{}",
    };

    #[test]
    fn every_column_changes_the_hash() {
        let base = link(&GENESIS, &EVENT);
        let others = [
            EventColumns {
                position: 1,
                ..EVENT
            },
            EventColumns {
                event_id: &[2; 16],
                ..EVENT
            },
            EventColumns {
                tenant: "other",
                ..EVENT
            },
            EventColumns {
                stream: "case/1",
                ..EVENT
            },
            EventColumns {
                version: 2,
                ..EVENT
            },
            EventColumns {
                occurred_at: 3,
                ..EVENT
            },
            EventColumns {
                recorded_at: 3,
                ..EVENT
            },
            EventColumns {
                actor: "[]",
                ..EVENT
            },
            EventColumns {
                causation: Some(""),
                ..EVENT
            },
            EventColumns {
                correlation: Some(""),
                ..EVENT
            },
            EventColumns {
                event_type: "CaseOpened",
                ..EVENT
            },
            EventColumns {
                type_version: 2,
                ..EVENT
            },
            EventColumns {
                payload: "[]",
                ..EVENT
            },
        ];
        for other in others {
            assert_ne!(link(&GENESIS, &other), base, "{other:?}");
        }
        assert_ne!(link(&[1; 32], &EVENT), base);
    }

    #[test]
    fn text_moved_from_one_column_to_the_next_changes_the_hash() {
        let one = EventColumns {
            tenant: "ab",
            stream: "c",
            ..EVENT
        };
        let other = EventColumns {
            tenant: "a",
            stream: "bc",
            ..EVENT
        };
        assert_ne!(link(&GENESIS, &one), link(&GENESIS, &other));
    }

    #[test]
    fn the_first_hash_of_a_known_event_never_changes() {
        insta::assert_snapshot!(crate::fingerprint::hex(&link(&GENESIS, &EVENT)));
    }
}
