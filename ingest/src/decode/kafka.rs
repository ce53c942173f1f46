//! The CloudEvents Kafka protocol binding.

use std::borrow::Cow;

use holdfast_domain::Timestamp;
use holdfast_domain::intake::{Origin, RawHeaders, Received};

use super::attributes::{Attributes, Unread};
use super::decoder::Body;
use super::{Decoder, Problem, Transport, attributes};

/// A record of a topic, as it came.
#[derive(Debug, Clone)]
pub struct KafkaRecord<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The record's time.
    pub time: Option<Timestamp>,
    /// Its headers.
    pub headers: Vec<(&'a str, &'a [u8])>,
}

impl Decoder {
    /// Decodes a record: structured mode when the header `content-type` says so, binary mode when there
    /// are `ce_` headers; otherwise what the value says itself.
    pub fn kafka(&self, record: &KafkaRecord<'_>, received_at: Timestamp) -> Received {
        let transport = Transport {
            origin: Origin::Kafka {
                topic: record.topic.to_owned(),
                partition: record.partition,
                offset: record.offset,
            },
            key: record.key,
            time: record.time,
            received_at,
        };
        self.with_headers(transport, &record.headers, record.value)
    }

    /// Decodes a record that was a dead letter, with the headers that it had.
    pub fn again(
        &self,
        transport: Transport<'_>,
        headers: &[(String, Vec<u8>)],
        value: &[u8],
    ) -> Received {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        self.with_headers(transport, &headers, Some(value))
    }

    fn with_headers(
        &self,
        transport: Transport<'_>,
        headers: &[(&str, &[u8])],
        value: Option<&[u8]>,
    ) -> Received {
        let (attributes, mode) = attributes_of(headers);
        let body = self
            .body(value, attributes, mode)
            .map(|body| with_trace(body, headers));
        let mut received = self.receive(transport, value.unwrap_or_default(), body);
        if let Err(rejected) = &mut received.content {
            rejected.headers = self.kept(headers.iter().copied());
        }
        received
    }

    /// Headers to be kept with a dead letter: all that fit within the limit of a record.
    pub(super) fn kept<'a>(
        &self,
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> RawHeaders {
        let mut room = self.limits.max_record_bytes;
        let kept = headers.filter_map(|(name, value)| {
            room = room.checked_sub(name.len() + value.len())?;
            Some((name.to_owned(), value.to_vec()))
        });
        kept.collect::<Vec<_>>().into()
    }

    fn body<'a>(
        &self,
        value: Option<&'a [u8]>,
        attributes: Attributes,
        mode: Mode,
    ) -> Result<Body<'a>, Box<Unread>> {
        let Some(value) = value else {
            let problem = Problem::poison(
                "the record has no value (a tombstone); send post.deleted, and keep the topic's cleanup.policy at delete",
            );
            return Err(Unread::with(attributes, problem));
        };
        let json = match self.text(value) {
            Ok(json) => json,
            Err(problem) => return Err(Unread::with(attributes, problem)),
        };
        match mode {
            Mode::Binary => Ok(Body::Event {
                attributes,
                data: Cow::Borrowed(json),
                nested: false,
            }),
            Mode::Structured => {
                attributes::structured(json).map(|(attributes, data)| Body::Event {
                    attributes,
                    data,
                    nested: true,
                })
            }
            Mode::Unsaid => self.sniff(json),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Structured,
    Binary,
    Unsaid,
}

fn attributes_of(headers: &[(&str, &[u8])]) -> (Attributes, Mode) {
    let mut attributes = Attributes::default();
    let mut mode = Mode::Unsaid;
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value);
        let name = name.to_ascii_lowercase();
        if name == "content-type" {
            if is_cloud_event(&value) {
                return (Attributes::default(), Mode::Structured);
            }
            attributes.set("datacontenttype", value);
        } else if name == "traceparent" {
            attributes.set("traceparent", value);
        } else if let Some(attribute) = name.strip_prefix("ce_") {
            mode = Mode::Binary;
            attributes.set(attribute, value);
        }
    }
    (attributes, mode)
}

/// A producer's tracing library writes the header, whatever the mode.
fn with_trace<'a>(body: Body<'a>, headers: &[(&str, &[u8])]) -> Body<'a> {
    let header = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("traceparent"));
    let Some((_, value)) = header else {
        return body;
    };
    let set = |mut attributes: Attributes| {
        if attributes.traceparent.is_none() {
            attributes.traceparent = Some(String::from_utf8_lossy(value).into_owned());
        }
        attributes
    };
    match body {
        Body::Event {
            attributes,
            data,
            nested,
        } => Body::Event {
            attributes: set(attributes),
            data,
            nested,
        },
        Body::Plain { attributes, json } => Body::Plain {
            attributes: set(attributes),
            json,
        },
    }
}

pub(super) fn is_cloud_event(media_type: &str) -> bool {
    const PREFIX: &str = "application/cloudevents";
    media_type
        .get(..PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

#[cfg(test)]
mod tests {
    use holdfast_domain::intake::{Freshness, Incoming, RejectClass};
    use holdfast_domain::testing::T0;
    use holdfast_domain::{PlatformId, TenantId};
    use serde_json::{Value, json};

    use super::*;
    use crate::config::IngestConfig;
    use crate::contract::{EventType, message_types};

    fn decoder() -> Decoder {
        Decoder::new(
            &IngestConfig::default(),
            TenantId::default(),
            PlatformId::new("forum").unwrap(),
        )
    }

    fn record<'a>(value: Option<&'a [u8]>, headers: Vec<(&'a str, &'a [u8])>) -> KafkaRecord<'a> {
        KafkaRecord {
            topic: "holdfast.posts.v1",
            partition: 2,
            offset: 7,
            key: Some(b"u-48213"),
            value,
            time: Some(T0),
            headers,
        }
    }

    fn example(kind: EventType) -> Value {
        message_types()
            .into_iter()
            .find(|m| m.event_type == kind)
            .unwrap()
            .example
    }

    fn structured(value: &Value) -> Received {
        let bytes = value.to_string();
        let headers = vec![(
            "content-type",
            "Application/CloudEvents+JSON; charset=utf-8".as_bytes(),
        )];
        decoder().kafka(&record(Some(bytes.as_bytes()), headers), T0)
    }

    fn binary(event: &Value) -> Received {
        let data = event["data"].to_string();
        let headers: Vec<(String, String)> = event
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| *name != "data" && *name != "datacontenttype")
            .map(|(name, value)| (format!("ce_{name}"), value.as_str().unwrap().to_owned()))
            .collect();
        let mut headers: Vec<_> = headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_bytes()))
            .collect();
        headers.push(("content-type", b"application/json"));
        decoder().kafka(&record(Some(data.as_bytes()), headers), T0)
    }

    fn refusal(received: Received) -> (RejectClass, String) {
        let rejected = received.content.unwrap_err();
        (rejected.class, rejected.message)
    }

    #[test]
    fn every_message_reads_the_same_in_both_modes() {
        for message in message_types() {
            let (structured, binary) = (structured(&message.example), binary(&message.example));
            assert_eq!(
                structured.content.unwrap(),
                binary.content.unwrap(),
                "{}",
                message.name
            );
            assert_eq!(structured.event_key, binary.event_key);
            assert_eq!(structured.occurred_at, binary.occurred_at);
        }
    }

    #[test]
    fn an_event_without_a_content_type_is_known_by_its_own_words() {
        let bytes = example(EventType::PostCreated).to_string();
        let received = decoder().kafka(&record(Some(bytes.as_bytes()), Vec::new()), T0);
        assert!(matches!(received.content, Ok(Incoming::Post(_))));
    }

    #[test]
    fn a_tombstone_is_said_to_be_one() {
        let (class, message) = refusal(decoder().kafka(
            &record(None, vec![("ce_type", b"holdfast.post.created.v1")]),
            T0,
        ));
        assert_eq!(class, RejectClass::Poison);
        assert!(message.contains("tombstone"));
    }

    #[test]
    fn bytes_that_are_no_utf8_are_poison_at_a_place() {
        let (class, message) =
            refusal(decoder().kafka(&record(Some(b"{\"a\":\"\xff\"}"), Vec::new()), T0));
        assert_eq!(
            (class, message.as_str()),
            (RejectClass::Poison, "not UTF-8 from byte 6; send UTF-8")
        );
    }

    #[test]
    fn an_unknown_type_is_its_own_class_and_keeps_the_platforms_key() {
        let mut event = example(EventType::PostCreated);
        event["type"] = json!("holdfast.post.created.v9");
        let received = structured(&event);
        assert_eq!(
            received.event_key.reveal(),
            "/forum/posts example-postcreated"
        );
        assert_eq!(refusal(received).0, RejectClass::UnknownType);
    }

    #[test]
    fn a_schema_error_names_the_field_and_never_the_content() {
        let mut event = example(EventType::PostCreated);
        event["data"]["author"]["pseudonym"] = json!(["goodbye"]);
        let (class, message) = refusal(structured(&event));
        assert_eq!(class, RejectClass::Schema);
        assert_eq!(
            message,
            "field data.author.pseudonym: is a list, expected a string"
        );
        event["data"] = example(EventType::PostCreated)["data"].clone();
        event["data"]["community_id"] = json!("goodbye all");
        let message = refusal(structured(&event)).1;
        assert!(message.starts_with("field data.community_id: takes 1 to 128"));
        assert!(!message.contains("goodbye"));
    }

    #[test]
    fn a_record_over_the_limit_is_too_large_and_keeps_its_head_only() {
        let bytes = vec![b'x'; 1_048_577];
        let received = decoder().kafka(&record(Some(&bytes), Vec::new()), T0);
        let rejected = received.content.unwrap_err();
        assert_eq!(rejected.class, RejectClass::TooLarge);
        assert_eq!(rejected.raw.reveal().len(), 1_048_576);
    }

    #[test]
    fn a_revision_is_the_number_else_the_edit_time_else_the_events_time() {
        let revision = |event: &Value| match structured(event).content.unwrap() {
            Incoming::Post(post) => post.revision.0,
            _ => unreachable!("a post"),
        };
        let mut event = example(EventType::PostEdited);
        assert_eq!(revision(&event), 2);
        event["data"].as_object_mut().unwrap().remove("revision");
        assert_eq!(revision(&event), 1_772_399_645_000_000);
        event["data"].as_object_mut().unwrap().remove("edited_at");
        assert_eq!(revision(&event), 1_772_399_046_000_000);
    }

    #[test]
    fn a_long_text_is_cut_in_the_middle_and_marked() {
        let mut event = example(EventType::PostCreated);
        event["data"]["text"] = json!("é".repeat(40_000));
        let Ok(Incoming::Post(post)) = structured(&event).content else {
            panic!("a post")
        };
        assert!(post.truncated);
        assert!(post.text.reveal().len() <= 65_536);
    }

    #[test]
    fn fields_that_nobody_knows_are_kept() {
        let mut event = example(EventType::PostCreated);
        event["data"]["mood"] = json!("grey");
        let Ok(Incoming::Post(post)) = structured(&event).content else {
            panic!("a post")
        };
        assert_eq!(post.extra.reveal()["mood"], "grey");
        assert_eq!(post.extra.reveal()["visibility"], "members");
    }

    #[test]
    fn only_the_configured_marker_makes_a_post_synthetic() {
        let synthetic = |marker: Value| {
            let mut event = example(EventType::PostCreated);
            event["holdfastsynthetic"] = marker;
            matches!(structured(&event).content, Ok(Incoming::Post(post)) if post.synthetic)
        };
        assert!(synthetic(json!("canary")));
        assert!(!synthetic(json!("true")));
        assert!(!synthetic(json!(true)));
    }

    #[test]
    fn a_source_speaks_for_its_own_platform_and_those_that_its_settings_list() {
        let named = |decoder: &Decoder, platform: &str| {
            let mut event = example(EventType::PostCreated);
            event["data"]["platform"] = platform.into();
            let bytes = event.to_string();
            let headers = vec![("content-type", b"application/cloudevents+json".as_slice())];
            match decoder
                .kafka(&record(Some(bytes.as_bytes()), headers), T0)
                .content
            {
                Ok(Incoming::Post(post)) => post.platform.to_string(),
                Ok(other) => panic!("{other:?} is no post"),
                Err(rejected) => rejected.message,
            }
        };
        let neighbour = PlatformId::new("neighbour").unwrap();
        assert_eq!(named(&decoder(), "forum"), "forum");
        let refused = named(&decoder(), "neighbour");
        assert!(
            refused.starts_with("field data.platform: is another platform"),
            "{refused}"
        );
        let of_both = decoder().with_platforms(&[neighbour]);
        assert_eq!(named(&of_both, "neighbour"), "neighbour");
        assert!(named(&of_both, "third").starts_with("field data.platform"));
    }

    #[test]
    fn a_record_that_stood_long_is_late() {
        let bytes = example(EventType::PostCreated).to_string();
        let received_at = T0 + std::time::Duration::from_secs(601);
        let received = decoder().kafka(&record(Some(bytes.as_bytes()), Vec::new()), received_at);
        assert_eq!(received.freshness, Freshness::Late);
    }

    #[test]
    fn trace_context_is_read_from_the_header_in_structured_mode_too() {
        let bytes = example(EventType::PostCreated).to_string();
        let context = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let headers = vec![
            ("traceparent", context.as_bytes()),
            ("content-type", b"application/cloudevents+json".as_slice()),
        ];
        let received = decoder().kafka(&record(Some(bytes.as_bytes()), headers), T0);
        assert_eq!(received.traceparent.as_deref(), Some(context));
    }

    #[test]
    fn a_topic_made_again_does_not_repeat_the_old_ones_keys() {
        let key = |value: &[u8]| {
            decoder()
                .kafka(&record(Some(value), Vec::new()), T0)
                .event_key
        };
        assert_ne!(key(b"one"), key(b"two"));
        assert_eq!(key(b"one"), key(b"one"));
    }
}
