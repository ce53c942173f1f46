//! The `AsyncAPI` 3 document of everything that leaves.

use serde_json::{Map, Value, json};

use super::documents::MessageType;
use super::{CLOUD_EVENT, Channel};

struct Words {
    /// The channel's name in the document.
    name: &'static str,
    /// The message's name in the document.
    message: &'static str,
    summary: &'static str,
    key: &'static str,
    partitions: u32,
}

const fn words(channel: Channel) -> Words {
    match channel {
        Channel::Actions => Words {
            name: "actions",
            message: "ActionRequested",
            summary: "Commands to the platform. At least once, in order per author and lane; answer with holdfast.action.result.v1.",
            key: "The author's pseudonym, so that one author's commands stay in order.",
            partitions: 6,
        },
        Channel::Alerts => Words {
            name: "alerts",
            message: "AlertRaised",
            summary: "People are asked to look. No content and no member; sent in observe mode, too.",
            key: "The case's id.",
            partitions: 1,
        },
        Channel::ReportOutcomes => Words {
            name: "reportOutcomes",
            message: "ReportOutcome",
            summary: "What became of a member's report, for the member who made it.",
            key: "The reporter's pseudonym.",
            partitions: 6,
        },
        Channel::DeadLetters => Words {
            name: "deadLetters",
            message: "DeadLetter",
            summary: "Records that could not be read, sealed, beside the topic that they came from.",
            key: "A keyed fingerprint of the record's key.",
            partitions: 1,
        },
        Channel::Canary => Words {
            name: "canary",
            message: "CanaryArrived",
            summary: "Holdfast's own test run; Holdfast receives it itself.",
            key: "None.",
            partitions: 1,
        },
    }
}

pub(super) fn document(messages: &[MessageType]) -> Value {
    let by_name = |each: &dyn Fn(&MessageType) -> (String, Value)| {
        messages.iter().map(each).collect::<Map<_, _>>()
    };
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Holdfast output",
            "version": "1.0.0",
            "description": "What Holdfast tells platforms and people. Every topic may carry a prefix that the configuration names. Over a webhook the same events come as the request's body, signed by Standard Webhooks.",
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": CLOUD_EVENT,
        "channels": by_name(&|message| (words(message.channel).name.to_owned(), channel(message.channel))),
        "operations": by_name(&|message| (operation_name(message.channel), operation(message.channel))),
        "components": {
            "messages": by_name(&|found| (words(found.channel).message.to_owned(), message(found))),
        },
    })
}

fn channel(channel: Channel) -> Value {
    let Words {
        name,
        message,
        summary,
        partitions,
        ..
    } = words(channel);
    let mut described = json!({
        "address": channel.topic(),
        "title": name,
        "description": summary,
        "messages": { message: { "$ref": format!("#/components/messages/{message}") } },
        "bindings": { "kafka": {
            "partitions": partitions,
            "topicConfiguration": { "cleanup.policy": ["delete"] },
            "bindingVersion": "0.5.0",
        } },
    });
    if channel == Channel::DeadLetters {
        described["parameters"] =
            json!({ "topic": { "description": "The topic that the record came from." } });
    }
    described
}

fn operation_name(channel: Channel) -> String {
    let name = words(channel).name;
    let (first, rest) = name.split_at(1);
    format!("send{}{rest}", first.to_ascii_uppercase())
}

fn operation(channel: Channel) -> Value {
    let Words {
        name,
        message,
        summary,
        ..
    } = words(channel);
    json!({
        "action": "send",
        "channel": { "$ref": format!("#/channels/{name}") },
        "summary": summary,
        "messages": [{ "$ref": format!("#/channels/{name}/messages/{message}") }],
    })
}

fn message(message: &MessageType) -> Value {
    let words = words(message.channel);
    let mut described = json!({
        "name": message.channel.event_type(),
        "title": words.message,
        "summary": words.summary,
        "contentType": CLOUD_EVENT,
        "bindings": { "kafka": {
            "key": { "type": "string", "description": words.key },
            "bindingVersion": "0.5.0",
        } },
    });
    if message.channel == Channel::DeadLetters {
        described["contentType"] = json!("application/vnd.holdfast.sealed+json");
        described["headers"] = dead_letter_headers();
        described["payload"] = json!({
            "type": "object",
            "description": "The record as it came, with its key and headers, sealed; only Holdfast opens it (`holdfast dead-letters`). Over a webhook a notice comes instead: an event whose data are the headers' values.",
            "required": ["owner", "generation", "algorithm", "nonce", "bytes"],
        });
        return described;
    }
    described["headers"] = json!({
        "type": "object",
        "required": ["content-type"],
        "properties": {
            "content-type": { "type": "string", "const": CLOUD_EVENT },
            "traceparent": { "type": "string", "description": "W3C trace context." },
        },
    });
    described["payload"] = without_identity(message.event.clone());
    described["examples"] = json!([{
        "name": message.channel.event_type(),
        "headers": { "content-type": CLOUD_EVENT },
        "payload": message.example,
    }]);
    described
}

/// Kafka headers are bytes: every value is text.
fn dead_letter_headers() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "required": [
            "holdfast-dlq-id", "holdfast-dlq-original-topic", "holdfast-dlq-original-offset",
            "holdfast-dlq-error-class", "holdfast-dlq-error-message", "holdfast-dlq-attempts",
        ],
        "properties": {
            "holdfast-dlq-id": text("The dead letter's own id."),
            "holdfast-dlq-original-topic": text("Topic, http/<integrator> or file/<name>."),
            "holdfast-dlq-original-partition": text("Partition, where it came from Kafka."),
            "holdfast-dlq-original-offset": text("Offset, item or line."),
            "holdfast-dlq-original-timestamp": text("Milliseconds since 1970-01-01 UTC."),
            "holdfast-dlq-original-key-hash": text("Keyed fingerprint of the record's key."),
            "holdfast-dlq-consumer-group": text("Who read it."),
            "holdfast-dlq-error-class": { "type": "string", "enum": ["poison", "schema", "too_large", "unknown_type"] },
            "holdfast-dlq-error-message": text("Field, what was wrong, what to do; never the content."),
            "holdfast-dlq-attempts": text("How often it was tried."),
            "holdfast-dlq-first-failure": text("Milliseconds since 1970-01-01 UTC."),
            "holdfast-dlq-last-failure": text("Milliseconds since 1970-01-01 UTC."),
            "traceparent": text("W3C trace context of the record."),
        },
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
