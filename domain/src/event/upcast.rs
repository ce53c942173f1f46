//! Lifts stored events of older versions to what this build understands.
//!
//! The log is never rewritten. When a type's form changes beyond an added field with a default, its
//! version in the `moderation_events!` list grows by one and an arm of `lift` takes the stored form
//! one version further; older forms pass through several arms.

use serde_json::{Value, json};

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
    if version == known {
        return ModerationEvent::from_current(event_type, json);
    }
    let malformed = |source| DecodeError::Malformed {
        event_type: ModerationEvent::TYPES
            .iter()
            .find(|known| **known == event_type)
            .copied()
            .unwrap_or_default(),
        source,
    };
    let mut payload: Value = serde_json::from_str(json).map_err(malformed)?;
    for from in version..known {
        lift(event_type, from, &mut payload);
    }
    ModerationEvent::from_current(event_type, &payload.to_string())
}

/// Takes a payload from version `from` to the next.
fn lift(event_type: &str, from: u16, payload: &mut Value) {
    // Version 1 named the scope by a plain word; since then a scope can say which stretch or record.
    if (event_type, from) == ("TextRevealed", 1) {
        let scope = payload["scope"].take();
        payload["scope"] = json!({ "what": scope });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::RevealScope;

    const BY: &str = "00000000-0000-0000-0000-000000000007";

    #[test]
    fn an_event_of_an_older_version_is_lifted_when_it_is_read() {
        let stored = format!(r#"{{"by":"{BY}","scope":"case","posts":[]}}"#);
        let event = decode("TextRevealed", 1, &stored).unwrap();
        let ModerationEvent::TextRevealed(revealed) = &event else {
            panic!("another event")
        };
        assert_eq!(revealed.scope, RevealScope::Case);
        let written = event.to_json().unwrap();
        assert_eq!(
            decode("TextRevealed", event.type_version(), &written).unwrap(),
            event
        );
    }

    #[test]
    fn unknown_types_and_newer_versions_stop_the_reader() {
        assert!(matches!(
            decode("FromTheFuture", 1, "{}"),
            Err(DecodeError::UnknownType(_))
        ));
        assert!(matches!(
            decode("TextRevealed", 3, "{}"),
            Err(DecodeError::TooNew {
                found: 3,
                known: 2,
                ..
            })
        ));
        assert!(matches!(
            decode("TextRevealed", 1, "{"),
            Err(DecodeError::Malformed { .. })
        ));
    }
}
