//! Records that could not be read, and what their headers say.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The headers of a dead letter. The value is the record as it came, sealed with the tenant's key:
/// it may be a cry for help, and it is kept for a person to read and for a replay.
///
/// Headers hold where the record stood and what was wrong, never what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeadLetter {
    /// The dead letter's own id.
    pub id: String,
    /// The topic that the record came from, or `http/<integrator>` or `file/<name>`.
    pub topic: String,
    /// The partition; absent where it did not come from Kafka.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
    /// The offset, the item of the request or the line of the file.
    pub offset: i64,
    /// The record's time by its transport, in milliseconds since 1970-01-01 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_ms: Option<i64>,
    /// A fingerprint of the record's key; the key itself may be a member's pseudonym.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_hash: Option<String>,
    /// The consumer group that read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_group: Option<String>,
    /// `poison`, `schema`, `too_large`, `unknown_type`.
    pub error_class: String,
    /// Field, what was wrong, what to do; never the content.
    pub error_message: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it first failed, in milliseconds since 1970-01-01 UTC.
    pub first_failure_ms: i64,
    /// When it last failed, in milliseconds since 1970-01-01 UTC.
    pub last_failure_ms: i64,
    /// W3C trace context of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// Whose names the headers bear, beside Holdfast's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeaderStyle {
    /// `holdfast-dlq-…` alone.
    #[default]
    Holdfast,
    /// Kafka Connect's `__connect.errors.…` as well.
    KafkaConnect,
    /// Spring's `kafka_dlt-…` as well: its numbers are big-endian bytes, as Spring writes them.
    Spring,
}

impl DeadLetter {
    /// The record's headers under Holdfast's names and, by `style`, another tool's beside them.
    pub fn headers(&self, style: HeaderStyle) -> Vec<(String, Vec<u8>)> {
        let mut headers = self.own();
        match style {
            HeaderStyle::Holdfast => {}
            HeaderStyle::KafkaConnect => headers.extend(self.kafka_connect()),
            HeaderStyle::Spring => headers.extend(self.spring()),
        }
        headers
    }

    fn own(&self) -> Vec<(String, Vec<u8>)> {
        let mut headers = vec![
            text("holdfast-dlq-id", &self.id),
            text("holdfast-dlq-original-topic", &self.topic),
            text("holdfast-dlq-original-offset", self.offset),
            text("holdfast-dlq-error-class", &self.error_class),
            text("holdfast-dlq-error-message", &self.error_message),
            text("holdfast-dlq-attempts", self.attempts),
            text("holdfast-dlq-first-failure", self.first_failure_ms),
            text("holdfast-dlq-last-failure", self.last_failure_ms),
        ];
        let optional = [
            self.partition
                .map(|value| text("holdfast-dlq-original-partition", value)),
            self.timestamp_ms
                .map(|value| text("holdfast-dlq-original-timestamp", value)),
            self.key_hash
                .as_ref()
                .map(|value| text("holdfast-dlq-original-key-hash", value)),
            self.consumer_group
                .as_ref()
                .map(|value| text("holdfast-dlq-consumer-group", value)),
            self.traceparent
                .as_ref()
                .map(|value| text("traceparent", value)),
        ];
        headers.extend(optional.into_iter().flatten());
        headers
    }

    fn kafka_connect(&self) -> Vec<(String, Vec<u8>)> {
        vec![
            text("__connect.errors.topic", &self.topic),
            text("__connect.errors.partition", self.partition.unwrap_or(-1)),
            text("__connect.errors.offset", self.offset),
            text("__connect.errors.stage", "VALUE_CONVERTER"),
            text("__connect.errors.exception.class.name", &self.error_class),
            text("__connect.errors.exception.message", &self.error_message),
        ]
    }

    fn spring(&self) -> Vec<(String, Vec<u8>)> {
        let bytes = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
        let mut headers = vec![
            text("kafka_dlt-original-topic", &self.topic),
            bytes(
                "kafka_dlt-original-partition",
                &self.partition.unwrap_or(-1).to_be_bytes(),
            ),
            bytes("kafka_dlt-original-offset", &self.offset.to_be_bytes()),
            text("kafka_dlt-exception-fqcn", &self.error_class),
            text("kafka_dlt-exception-message", &self.error_message),
        ];
        if let Some(at) = self.timestamp_ms {
            headers.push(bytes("kafka_dlt-original-timestamp", &at.to_be_bytes()));
        }
        if let Some(group) = &self.consumer_group {
            headers.push(text("kafka_dlt-original-consumer-group", group));
        }
        headers
    }
}

fn text(name: &str, value: impl Display) -> (String, Vec<u8>) {
    (name.to_owned(), format!("{value}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> DeadLetter {
        DeadLetter {
            id: "7".into(),
            topic: "holdfast.posts.v1".into(),
            partition: Some(3),
            offset: 258,
            timestamp_ms: Some(1),
            key_hash: Some("ab12".into()),
            consumer_group: Some("holdfast".into()),
            error_class: "schema".into(),
            error_message: "field text: missing".into(),
            attempts: 1,
            first_failure_ms: 5,
            last_failure_ms: 6,
            traceparent: None,
        }
    }

    fn value<'a>(headers: &'a [(String, Vec<u8>)], name: &str) -> &'a [u8] {
        &headers
            .iter()
            .find(|(key, _)| key == name)
            .unwrap_or_else(|| panic!("no header {name}"))
            .1
    }

    #[test]
    fn a_dead_letter_says_where_its_record_stood() {
        let headers = letter().headers(HeaderStyle::Holdfast);
        assert_eq!(value(&headers, "holdfast-dlq-original-offset"), b"258");
        assert_eq!(value(&headers, "holdfast-dlq-original-partition"), b"3");
        assert!(headers.iter().all(|(name, _)| name != "traceparent"));
    }

    #[test]
    fn kafka_connect_and_spring_find_the_headers_they_know() {
        let connect = letter().headers(HeaderStyle::KafkaConnect);
        assert_eq!(value(&connect, "__connect.errors.offset"), b"258");
        let spring = letter().headers(HeaderStyle::Spring);
        assert_eq!(
            value(&spring, "kafka_dlt-original-offset"),
            [0, 0, 0, 0, 0, 0, 1, 2]
        );
    }
}
