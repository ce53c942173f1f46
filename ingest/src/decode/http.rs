//! The CloudEvents HTTP protocol binding.

use std::borrow::Cow;

use holdfast_domain::Timestamp;
use holdfast_domain::intake::{Origin, Received};
use http::HeaderMap;
use percent_encoding::{percent_decode, percent_decode_str};
use serde_json::value::RawValue;

use super::attributes::{Attributes, Unread};
use super::decoder::Body;
use super::kafka::is_cloud_event;
use super::{Decoder, Problem, Transport, attributes, explain};

/// How a request carries its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `ce-*` headers, and the data as the body.
    Binary,
    /// One event as the body.
    Structured,
    /// A JSON list of events as the body.
    Batch,
    /// Plain JSON, or one event without saying so.
    Plain,
}

/// Tells how a request carries its events; `None` for a media type that is not taken.
pub fn mode(headers: &HeaderMap) -> Option<Mode> {
    let content_type = headers
        .get(http::header::CONTENT_TYPE)
        .map(|value| value.to_str().unwrap_or_default());
    let content_type = content_type.map(str::to_ascii_lowercase);
    match content_type.as_deref() {
        Some(kind) if kind.starts_with("application/cloudevents-batch") => {
            is_json(kind).then_some(Mode::Batch)
        }
        Some(kind) if is_cloud_event(kind) => is_json(kind).then_some(Mode::Structured),
        _ if headers.contains_key("ce-type") || headers.contains_key("ce-id") => Some(Mode::Binary),
        Some(kind) if is_json(kind) => Some(Mode::Plain),
        _ => None,
    }
}

/// A bare `application/cloudevents` is taken as JSON.
fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence == "application/json"
        || essence.ends_with("+json")
        || !essence.contains('+') && is_cloud_event(essence)
}

impl Decoder {
    /// Decodes the one event of a request in binary, structured or plain mode.
    pub fn http(
        &self,
        integrator: &str,
        mode: Mode,
        headers: &HeaderMap,
        body: &[u8],
        received_at: Timestamp,
    ) -> Received {
        let transport = transport(integrator, 0, received_at);
        let decoded = self
            .text(body)
            .map_err(Unread::without_attributes)
            .and_then(|json| match mode {
                Mode::Binary => Ok(Body::Event {
                    attributes: from_headers(headers),
                    data: Cow::Borrowed(json),
                    nested: false,
                }),
                Mode::Structured => structured(json),
                Mode::Batch | Mode::Plain => self.sniff(json),
            });
        let mut received = self.receive(transport, body, decoded);
        if let (Err(rejected), Mode::Binary) = (&mut received.content, mode) {
            rejected.headers = self.kept(as_on_kafka(headers).iter().map(|(n, v)| (&**n, &**v)));
        }
        if received.traceparent.is_none() {
            received.traceparent =
                attributes::trace_context(text(headers, "traceparent").as_deref());
        }
        received
    }

    /// Decodes the events of a batch request, each on its own; an error when the body is no list.
    pub fn http_batch(
        &self,
        integrator: &str,
        body: &[u8],
        received_at: Timestamp,
    ) -> Result<Vec<Received>, Problem> {
        let json = std::str::from_utf8(body)
            .map_err(|_| Problem::poison("the request is not UTF-8; send UTF-8"))?;
        let events: Vec<&RawValue> = explain::read(json, "")?;
        let decode = |(item, event): (u32, &&RawValue)| {
            let json = event.get();
            let decoded = self
                .text(json.as_bytes())
                .map_err(Unread::without_attributes)
                .and_then(structured);
            self.receive(
                transport(integrator, item, received_at),
                json.as_bytes(),
                decoded,
            )
        };
        Ok((0..).zip(&events).map(decode).collect())
    }
}

fn structured(json: &str) -> Result<Body<'_>, Box<Unread>> {
    attributes::structured(json).map(|(attributes, data)| Body::Event {
        attributes,
        data,
        nested: true,
    })
}

fn transport(integrator: &str, item: u32, received_at: Timestamp) -> Transport<'static> {
    Transport {
        origin: Origin::Http {
            integrator: integrator.to_owned(),
            item,
        },
        key: None,
        time: None,
        received_at,
    }
}

fn from_headers(headers: &HeaderMap) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, value) in headers {
        let Some(attribute) = name.as_str().strip_prefix("ce-") else {
            continue;
        };
        if let Ok(value) = value.to_str() {
            attributes.set(attribute, percent_decode_str(value).decode_utf8_lossy());
        }
    }
    if let Some(kind) = text(headers, "content-type") {
        attributes.set("datacontenttype", Cow::Owned(kind));
    }
    attributes
}

/// What a request in binary mode says of its event, as headers of a record would: credentials and
/// everything else of the request stay out.
fn as_on_kafka(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let name = name.as_str();
        match name.strip_prefix("ce-") {
            Some(attribute) => {
                let value = percent_decode(value.as_bytes()).collect();
                Some((format!("ce_{attribute}"), value))
            }
            None if name == "content-type" || name == "traceparent" => {
                Some((name.to_owned(), value.as_bytes().to_vec()))
            }
            None => None,
        }
    };
    headers.iter().filter_map(header).collect()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}
