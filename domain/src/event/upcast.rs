//! Lifts stored events of older versions to what this build understands.

use super::{DecodeError, ModerationEvent};

/// Reads a stored event of any version that was ever written.
pub fn decode(event_type: &str, version: u16, json: &str) -> Result<ModerationEvent, DecodeError> {
    let known = ModerationEvent::current_version(event_type)
        .ok_or_else(|| DecodeError::UnknownType(event_type.to_owned()))?;
    if version > known {
        let event_type = ModerationEvent::TYPES
            .iter()
            .find(|known| **known == event_type);
        return Err(DecodeError::TooNew {
            event_type: event_type.copied().unwrap_or_default(),
            found: version,
            known,
        });
    }
    ModerationEvent::from_current(event_type, json)
}
