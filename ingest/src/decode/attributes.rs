//! The attributes of a CloudEvents event, wherever they stood.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_domain::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Problem, explain};
use crate::contract::WireTime;

/// What Holdfast reads of an event's attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub specversion: Option<String>,
    pub id: Option<String>,
    pub source: Option<String>,
    pub kind: Option<String>,
    pub time: Option<String>,
    pub content_type: Option<String>,
    pub traceparent: Option<String>,
    pub synthetic: Option<String>,
}

/// A record that could not be taken apart, with what is known of it.
#[derive(Debug)]
pub(crate) struct Unread {
    pub attributes: Attributes,
    pub problem: Problem,
}

impl Unread {
    pub(crate) fn with(attributes: Attributes, problem: Problem) -> Box<Self> {
        Box::new(Self {
            attributes,
            problem,
        })
    }

    pub(crate) fn without_attributes(problem: Problem) -> Box<Self> {
        Self::with(Attributes::default(), problem)
    }
}

impl Attributes {
    /// Takes an attribute in; others are left alone.
    pub(crate) fn set(&mut self, name: &str, value: Cow<'_, str>) {
        let slot = match name {
            "specversion" => &mut self.specversion,
            "id" => &mut self.id,
            "source" => &mut self.source,
            "type" => &mut self.kind,
            "time" => &mut self.time,
            "datacontenttype" => &mut self.content_type,
            "traceparent" => &mut self.traceparent,
            "holdfastsynthetic" => &mut self.synthetic,
            _ => return,
        };
        *slot = Some(value.into_owned());
    }

    /// The platform's `source` and `id` in one, by which a redelivery is known.
    pub(crate) fn event_key(&self) -> Option<String> {
        let source = self.source.as_deref().filter(|source| !source.is_empty())?;
        let id = self.id.as_deref().filter(|id| !id.is_empty())?;
        // A source is a URI reference and has no space, so the pair reads back.
        Some(format!("{} {id}", source.replace(' ', "%20")))
    }

    /// The event's time; an error when there is one that does not read.
    pub(crate) fn time(&self) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.time.as_deref() else {
            return Ok(None);
        };
        WireTime::parse(text)
            .map(|time| Some(time.0))
            .ok_or_else(|| {
                Problem::schema(
                    "time",
                    "not a time; send RFC 3339 with an offset, e.g. 2026-03-01T21:04:05Z",
                )
            })
    }

    /// Whether what makes it a CloudEvents event is there.
    pub(crate) fn require(&self) -> Result<(), Problem> {
        match self.specversion.as_deref() {
            None => return Err(missing("specversion")),
            Some("1.0") => {}
            Some(_) => {
                return Err(Problem::schema(
                    "specversion",
                    "is not taken; send CloudEvents 1.0",
                ));
            }
        }
        for (name, value) in [
            ("id", &self.id),
            ("source", &self.source),
            ("type", &self.kind),
        ] {
            match value.as_deref() {
                None | Some("") => return Err(missing(name)),
                Some(value) if value.len() > 512 => {
                    return Err(Problem::schema(
                        name,
                        "is longer than 512 bytes; shorten it",
                    ));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether `data` claims to be something other than JSON.
    pub(crate) fn require_json(&self) -> Result<(), Problem> {
        match self.content_type.as_deref() {
            Some(kind) if !is_json(kind) => Err(Problem::schema(
                "datacontenttype",
                "is not JSON; send application/json",
            )),
            _ => Ok(()),
        }
    }
}

fn missing(name: &str) -> Problem {
    Problem::schema(name, "is missing; it is required")
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || essence == "text/json" || essence.ends_with("+json")
}

/// W3C trace context, if it is one: nothing else may reach a log by this field.
pub(crate) fn trace_context(text: Option<&str>) -> Option<String> {
    let text = text?;
    let shape: Vec<usize> = text.split('-').map(str::len).collect();
    let hex = text
        .bytes()
        .all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (hex && shape == [2, 32, 16, 2]).then(|| text.to_owned())
}

/// An event in structured mode.
#[derive(Deserialize)]
struct Structured<'a> {
    #[serde(borrow, default)]
    specversion: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    source: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    datacontenttype: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    traceparent: Option<Cow<'a, str>>,
    #[serde(default)]
    holdfastsynthetic: Option<serde_json::Value>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data_base64: Option<Cow<'a, str>>,
}

/// Takes an event in structured mode apart: its attributes, and the JSON of its data.
pub(crate) fn structured(json: &str) -> Result<(Attributes, Cow<'_, str>), Box<Unread>> {
    let event: Structured<'_> = explain::read(json, "").map_err(Unread::without_attributes)?;
    let own = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
    let attributes = Attributes {
        specversion: own(event.specversion),
        id: own(event.id),
        source: own(event.source),
        kind: own(event.kind),
        time: own(event.time),
        content_type: own(event.datacontenttype),
        traceparent: own(event.traceparent),
        synthetic: event.holdfastsynthetic.map(|value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        }),
    };
    match data(event.data, event.data_base64.as_deref()) {
        Ok(data) => Ok((attributes, data)),
        Err(problem) => Err(Unread::with(attributes, problem)),
    }
}

fn data<'a>(plain: Option<&'a RawValue>, base64: Option<&str>) -> Result<Cow<'a, str>, Problem> {
    match (plain, base64) {
        (Some(data), _) => Ok(Cow::Borrowed(data.get())),
        (None, Some(text)) => {
            let bytes = STANDARD.decode(text).map_err(|_| {
                Problem::schema("data_base64", "is not base64; send data as JSON instead")
            })?;
            String::from_utf8(bytes)
                .map(Cow::Owned)
                .map_err(|_| Problem::schema("data_base64", "is not UTF-8; send JSON in UTF-8"))
        }
        (None, None) => Err(missing("data")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trace_context_passes_as_trace_context() {
        let context = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace_context(Some(context)).as_deref(), Some(context));
        assert_eq!(
            trace_context(Some(
                "I want this to end up in your logs, please, do you see it?"
            )),
            None
        );
    }

    #[test]
    fn data_in_base64_reads_like_data() {
        let (_, data) = structured(r#"{"data_base64":"eyJhIjoxfQ=="}"#).unwrap();
        assert_eq!(data, r#"{"a":1}"#);
    }

    #[test]
    fn a_media_type_with_a_suffix_counts_as_json() {
        assert!(is_json("application/JSON; charset=utf-8"));
        assert!(is_json("application/vnd.acme.post+json"));
        assert!(!is_json("application/avro"));
    }
}
