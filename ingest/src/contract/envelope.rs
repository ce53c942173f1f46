//! The CloudEvents envelope in structured mode.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Extra, WireTime};

/// A CloudEvents 1.0 event in structured mode (`content-type: application/cloudevents+json`). In
/// binary mode the attributes travel as headers (`ce_id` on Kafka, `ce-id` over HTTP) and the body is
/// `data` alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CloudEvent<T> {
    /// The version of CloudEvents: `1.0`.
    #[schemars(regex(pattern = r"^1\.0$"), example = &"1.0")]
    pub specversion: String,
    /// The event's own id, unique within its source. The same source and id sent again is taken as a
    /// redelivery and changes nothing.
    #[schemars(length(min = 1, max = 512), example = &"post-9913-r1")]
    pub id: String,
    /// Where the event comes from: a URI reference that names the platform's service.
    #[schemars(length(min = 1, max = 512), example = &"/forum/posts")]
    pub source: String,
    /// What happened, e.g. `holdfast.post.created.v1`.
    #[serde(rename = "type")]
    #[schemars(length(min = 1, max = 128), example = &"holdfast.post.created.v1")]
    pub kind: String,
    /// What it is about. Not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it happened, by the platform's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<WireTime>,
    /// The media type of `data`: `application/json`, which is also what is taken when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"application/json")]
    pub datacontenttype: Option<String>,
    /// The schema of `data`. Not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataschema: Option<String>,
    /// W3C trace context of the platform's request, so that one trace spans both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    pub traceparent: Option<String>,
    /// The message.
    pub data: T,
    /// Extension attributes that Holdfast does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<T> CloudEvent<T> {
    /// An event of `kind` with the attributes that are required, at a fixed moment.
    pub(crate) fn example(kind: &str, id: &str, data: T) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id: id.to_owned(),
            source: "/forum/posts".to_owned(),
            kind: kind.to_owned(),
            subject: None,
            time: Some(WireTime::example(1)),
            datacontenttype: Some("application/json".to_owned()),
            dataschema: None,
            traceparent: None,
            data,
            extra: Extra::new(),
        }
    }
}
