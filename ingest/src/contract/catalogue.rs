//! The list of messages and the channels that they travel on.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::asyncapi::{Channel, Direction, Message};
use super::{
    ActionResultData, AppealData, CloudEvent, EventType, Example, OutreachData, PostData,
    PostDeletedData, ProfileHintData, ReportData, Topic,
};

/// A message with its schema and example.
#[derive(Debug, Clone)]
pub struct MessageType {
    /// Its type.
    pub event_type: EventType,
    /// Its name in the AsyncAPI document.
    pub name: &'static str,
    /// What it says, in one line.
    pub summary: &'static str,
    /// JSON Schema 2020-12 of `data`.
    pub schema: Value,
    /// A whole event in structured mode.
    pub example: Value,
}

/// All messages that Holdfast takes in.
pub fn message_types() -> Vec<MessageType> {
    use EventType as E;
    vec![
        message(
            E::PostCreated,
            "PostCreated",
            "A post was written.",
            PostData::example(),
        ),
        message(
            E::PostEdited,
            "PostEdited",
            "A post was changed.",
            PostData::edited_example(),
        ),
        message(
            E::PostDeleted,
            "PostDeleted",
            "A post was removed.",
            PostDeletedData::example(),
        ),
        message(
            E::ReportCreated,
            "ReportCreated",
            "A member flags something.",
            ReportData::example(),
        ),
        message(
            E::AppealCreated,
            "AppealCreated",
            "A member objects to a decision.",
            AppealData::example(),
        ),
        message(
            E::ProfileHint,
            "ProfileHint",
            "Something about a member, for their sake.",
            ProfileHintData::example(),
        ),
        message(
            E::ActionResult,
            "ActionResult",
            "What became of an action.",
            ActionResultData::example(),
        ),
        message(
            E::OutreachDelivered,
            "OutreachDelivered",
            "A message to a member arrived.",
            OutreachData::example(),
        ),
        message(
            E::OutreachRead,
            "OutreachRead",
            "A message to a member was read.",
            OutreachData::example(),
        ),
        message(
            E::OutreachReplied,
            "OutreachReplied",
            "A member answered a message.",
            OutreachData::replied_example(),
        ),
    ]
}

fn message<T: JsonSchema + Serialize>(
    event_type: EventType,
    name: &'static str,
    summary: &'static str,
    data: T,
) -> MessageType {
    let event = CloudEvent::example(
        event_type.as_str(),
        &format!("example-{}", name.to_lowercase()),
        data,
    );
    MessageType {
        event_type,
        name,
        summary,
        schema: schema_of::<T>(),
        example: serde_json::to_value(event).expect("an example is JSON"),
    }
}

/// JSON Schema 2020-12 of a message, self-contained so that any tool reads it without looking
/// elsewhere.
pub(super) fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// The channels that Holdfast reads, for the AsyncAPI document.
pub fn channels() -> Vec<Channel> {
    let messages = message_types();
    Topic::ALL
        .into_iter()
        .map(|topic| channel(topic, &messages))
        .collect()
}

fn channel(topic: Topic, messages: &[MessageType]) -> Channel {
    let (name, description, key) = describe(topic);
    Channel {
        name,
        address: topic.as_str(),
        description,
        direction: Direction::Receive,
        key,
        key_example: "u-48213",
        partitions: if topic == Topic::Posts { 6 } else { 3 },
        messages: messages
            .iter()
            .filter(|m| m.event_type.topic() == topic)
            .map(document)
            .collect(),
    }
}

fn describe(topic: Topic) -> (&'static str, &'static str, &'static str) {
    match topic {
        Topic::Posts => (
            "posts",
            "Posts, their edits and their deletions, each author's in order.",
            "The author's pseudonym.",
        ),
        Topic::Reports => (
            "reports",
            "Members' reports.",
            "The pseudonym of the reported author.",
        ),
        Topic::Appeals => (
            "appeals",
            "Members' objections to decisions.",
            "The pseudonym of the member who appeals.",
        ),
        Topic::ProfileHints => (
            "profileHints",
            "What the platform shares about a member, for their sake.",
            "The member's pseudonym.",
        ),
        Topic::ActionResults => (
            "actionResults",
            "What became of the actions that Holdfast asked for.",
            "The pseudonym of the author that the action was about.",
        ),
        Topic::Outreach => (
            "outreach",
            "What became of messages to members.",
            "The pseudonym of the member written to.",
        ),
    }
}

fn document(message: &MessageType) -> Message {
    Message {
        name: message.name,
        event_type: message.event_type.as_str(),
        summary: message.summary,
        payload: message.schema.clone(),
        event: message.example.clone(),
    }
}
