//! Writes an AsyncAPI 3 document from a list of channels.

use serde_json::{Map, Value, json};

/// Who speaks on a channel, seen from Holdfast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Holdfast reads it.
    Receive,
    /// Holdfast writes it.
    Send,
}

impl Direction {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Send => "send",
        }
    }
}

/// A channel: a Kafka topic with the messages on it.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its name in the document, camel case.
    pub name: &'static str,
    /// The topic, without any prefix.
    pub address: &'static str,
    /// What travels here.
    pub description: &'static str,
    /// Who speaks.
    pub direction: Direction,
    /// What a record is keyed by.
    pub key: &'static str,
    /// A key, as an example.
    pub key_example: &'static str,
    /// How many partitions are advised.
    pub partitions: u32,
    /// Its messages.
    pub messages: Vec<Message>,
}

/// A message of a channel.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its name in the document.
    pub name: &'static str,
    /// The CloudEvents attribute `type`.
    pub event_type: &'static str,
    /// What it says, in one line.
    pub summary: &'static str,
    /// JSON Schema of its `data`, without references.
    pub payload: Value,
    /// A whole event in structured mode, as an example.
    pub event: Value,
}

/// The document. `group` is the consumer group that reads, where Holdfast reads.
pub fn document(
    title: &str,
    description: &str,
    group: Option<&str>,
    channels: &[Channel],
) -> Value {
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": title,
            "version": "1.0.0",
            "description": description,
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "channels": collect(channels, |c| (c.name.to_owned(), channel(c))),
        "operations": collect(channels, |c| (operation_name(c), operation(c, group))),
        "components": {
            "messages": channels.iter().flat_map(|c| c.messages.iter().map(|m| (m.name.to_owned(), message(c, m)))).collect::<Map<_, _>>(),
            "messageTraits": { "cloudEventHeaders": header_trait() },
        },
    })
}

fn collect(channels: &[Channel], each: impl Fn(&Channel) -> (String, Value)) -> Map<String, Value> {
    channels.iter().map(each).collect()
}

fn channel(channel: &Channel) -> Value {
    let messages: Map<_, _> = channel
        .messages
        .iter()
        .map(|m| {
            (
                m.name.to_owned(),
                json!({ "$ref": format!("#/components/messages/{}", m.name) }),
            )
        })
        .collect();
    json!({
        "address": channel.address,
        "description": channel.description,
        "messages": messages,
        "bindings": { "kafka": {
            "topic": channel.address,
            "partitions": channel.partitions,
            "topicConfiguration": { "cleanup.policy": ["delete"] },
            "bindingVersion": "0.5.0",
        } },
    })
}

fn operation_name(channel: &Channel) -> String {
    let mut letters = channel.name.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first
        .into_iter()
        .fold(channel.direction.as_str().to_owned(), |name, c| {
            name + &c.to_string()
        })
        + letters.as_str()
}

fn operation(channel: &Channel, group: Option<&str>) -> Value {
    let messages: Vec<_> = channel
        .messages
        .iter()
        .map(|m| json!({ "$ref": format!("#/channels/{}/messages/{}", channel.name, m.name) }))
        .collect();
    let mut operation = json!({
        "action": channel.direction.as_str(),
        "channel": { "$ref": format!("#/channels/{}", channel.name) },
        "summary": channel.description,
        "messages": messages,
    });
    if let Some(group) = group {
        operation["bindings"] = json!({ "kafka": {
            "groupId": { "type": "string", "enum": [group] },
            "bindingVersion": "0.5.0",
        } });
    }
    operation
}

fn message(channel: &Channel, message: &Message) -> Value {
    json!({
        "name": message.event_type,
        "title": message.name,
        "summary": message.summary,
        "contentType": "application/json",
        "traits": [{ "$ref": "#/components/messageTraits/cloudEventHeaders" }],
        "payload": without_identity(message.payload.clone()),
        "bindings": { "kafka": {
            "key": { "type": "string", "minLength": 1, "description": channel.key, "examples": [channel.key_example] },
            "bindingVersion": "0.5.0",
        } },
        "examples": [{
            "name": message.event_type,
            "summary": "Binary mode: attributes as headers, `data` as the record's value.",
            "headers": headers(&message.event),
            "payload": message.event["data"],
        }],
    })
}

/// A schema inside a document is not a document of its own.
fn without_identity(mut schema: Value) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.shift_remove("$schema");
        schema.shift_remove("$id");
        schema.shift_remove("title");
    }
    schema
}

/// The event's attributes as Kafka headers.
fn headers(event: &Value) -> Map<String, Value> {
    let attributes = event.as_object().into_iter().flatten();
    attributes
        .filter(|(name, _)| *name != "data")
        .map(|(name, value)| match name.as_str() {
            "datacontenttype" => ("content-type".to_owned(), value.clone()),
            _ => (format!("ce_{name}"), value.clone()),
        })
        .collect()
}

fn header_trait() -> Value {
    json!({
        "name": "cloudEventHeaders",
        "description": "CloudEvents 1.0, Kafka protocol binding, binary mode. Structured mode is taken as well: \
            header content-type application/cloudevents+json, and the whole event as the value.",
        "headers": {
            "type": "object",
            "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
            "properties": {
                "ce_specversion": { "type": "string", "const": "1.0" },
                "ce_id": { "type": "string", "minLength": 1, "description": "Unique within the source; a repeat is a redelivery." },
                "ce_source": { "type": "string", "minLength": 1, "description": "URI reference of the sender." },
                "ce_type": { "type": "string", "minLength": 1 },
                "ce_time": { "type": "string", "format": "date-time", "description": "When it happened." },
                "content-type": { "type": "string", "description": "Media type of the value: application/json." },
                "traceparent": { "type": "string", "description": "W3C trace context." },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_says_who_speaks_on_what() {
        let channel = Channel {
            name: "profileHints",
            address: "x",
            description: "x",
            direction: Direction::Send,
            key: "x",
            key_example: "x",
            partitions: 1,
            messages: Vec::new(),
        };
        assert_eq!(operation_name(&channel), "sendProfileHints");
    }
}
