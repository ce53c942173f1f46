//! Everything that happened to a case, in order.

use holdfast_domain::{
    Actor, EventId, ModerationEvent, Position, Prose, Role, Sensitive, Timestamp, UserId,
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// The event's own id.
    #[schema(value_type = uuid::Uuid)]
    pub id: EventId,
    /// Place in the log.
    #[serde(serialize_with = "position")]
    #[schema(value_type = u64)]
    pub position: Position,
    /// Place in the case, from 1.
    pub version: u64,
    /// When it happened, by whoever saw it happen.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    /// When it was recorded.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Who caused it.
    pub by: Who,
    /// What happened: the name of the event's type.
    #[serde(rename = "type")]
    pub what: String,
    /// The event without its texts.
    #[serde(serialize_with = "without_texts")]
    #[schema(value_type = Object)]
    pub event: ModerationEvent,
    /// Its texts, by field.
    pub texts: Vec<EntryText>,
}

/// A free text of an event.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EntryText {
    /// Which field of the event.
    pub field: String,
    /// The text, or why it is not shown.
    #[serde(flatten)]
    pub text: ProseView,
}

/// A free text that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ProseView {
    /// What staff wrote, for those who work on the case.
    Shown {
        /// The words.
        #[schema(value_type = String)]
        text: Sensitive<String>,
    },
    /// A member's words, masked until the case is revealed; or the viewer may not read it.
    Masked,
    /// The member was erased; nobody can read it any more.
    Erased,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Who {
    /// A member of staff.
    User {
        /// Who.
        #[schema(value_type = uuid::Uuid)]
        id: UserId,
        /// The name colleagues know.
        name: String,
        /// The role held at that time; none where it is not told.
        #[schema(value_type = Option<String>)]
        role: Option<Role>,
        /// Whether it is the viewer.
        me: bool,
    },
    /// Rules and classifiers.
    Automation,
    /// The platform.
    Platform,
    /// A member.
    Member,
    /// Holdfast's own clocks and housekeeping.
    System,
    /// Somebody at the command line of the server.
    Operator,
}

impl Who {
    /// Who stands behind an actor; `name` gives the names of users.
    pub fn new(actor: &Actor, viewer: UserId, name: impl Fn(UserId) -> String) -> Self {
        match actor {
            Actor::User { id, role } => Self::User {
                id: *id,
                name: name(*id),
                role: Some(*role),
                me: *id == viewer,
            },
            Actor::Automation => Self::Automation,
            Actor::Platform => Self::Platform,
            Actor::Member => Self::Member,
            Actor::System => Self::System,
            Actor::Operator => Self::Operator,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn position<S: Serializer>(position: &Position, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(position.0)
}

/// Ciphertext tells a reader nothing: it is left out, wherever it stands.
fn without_texts<S: Serializer>(event: &ModerationEvent, serializer: S) -> Result<S::Ok, S::Error> {
    let mut event = event.clone();
    let blank = holdfast_domain::Sealed {
        owner: holdfast_domain::KeyOwner::Tenant,
        generation: 0,
        algorithm: holdfast_domain::prose::Algorithm::XChaCha20Poly1305,
        nonce: Vec::new(),
        bytes: Vec::new(),
    };
    event.for_each_prose(&mut |_, prose| *prose = Prose::Sealed(blank.clone()));
    let json = event.to_json().map_err(serde::ser::Error::custom)?;
    let mut value: serde_json::Value =
        serde_json::from_str(&json).map_err(serde::ser::Error::custom)?;
    drop_sealed(&mut value);
    value.serialize(serializer)
}

fn drop_sealed(value: &mut serde_json::Value) {
    let is_sealed = |value: &serde_json::Value| {
        value
            .as_object()
            .is_some_and(|object| object.contains_key("nonce") && object.contains_key("algorithm"))
    };
    match value {
        serde_json::Value::Object(object) => {
            object.retain(|_, field| !is_sealed(field));
            object.values_mut().for_each(drop_sealed);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_sealed),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_shows_its_event_without_ciphertext() {
        let entry = TimelineEntry::sample();
        let json = serde_json::to_value(&entry).unwrap();
        assert_eq!(json["type"], "NoteAdded");
        assert_eq!(json["event"], serde_json::json!({}));
        assert_eq!(json["texts"][0]["text"], "She answered the first message.");
    }
}
