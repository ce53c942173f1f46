//! One decoder per tenant and source.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use holdfast_domain::intake::{Freshness, Incoming, Origin, Received, RejectClass, Rejected};
use holdfast_domain::{PlatformId, Sensitive, TenantId, Timestamp};

use super::attributes::{self, Attributes, Unread};
use super::mapping::Mapping;
use super::payload::{Source, Surroundings, Understood, understand};
use super::{Problem, explain};
use crate::config::{IngestConfig, Limits};
use crate::contract::EventType;

/// Decodes what one tenant's platform sends.
#[derive(Debug, Clone)]
pub struct Decoder {
    pub(crate) tenant: TenantId,
    pub(crate) platform: PlatformId,
    pub(crate) also: Vec<PlatformId>,
    pub(crate) limits: Limits,
    pub(crate) late_after: Duration,
    pub(crate) synthetic_marker: String,
    pub(crate) mapping: Option<Arc<Mapping>>,
}

/// What the transport knows of a record.
#[derive(Debug, Clone)]
pub struct Transport<'a> {
    /// Where the record stood.
    pub origin: Origin,
    /// The record's key.
    pub key: Option<&'a [u8]>,
    /// The transport's own time of the record.
    pub time: Option<Timestamp>,
    /// When Holdfast took it in.
    pub received_at: Timestamp,
}

/// A record's attributes and the JSON of its data.
pub(crate) enum Body<'a> {
    /// A CloudEvents event; the flag says whether `data` is a field of the record.
    Event {
        attributes: Attributes,
        data: Cow<'a, str>,
        nested: bool,
    },
    /// Plain JSON, for the field mapping.
    Plain {
        attributes: Attributes,
        json: &'a str,
    },
}

impl Decoder {
    /// A decoder with the limits of `config` for one tenant and platform.
    pub fn new(config: &IngestConfig, tenant: TenantId, platform: PlatformId) -> Self {
        Self {
            tenant,
            platform,
            also: Vec::new(),
            limits: config.limits,
            late_after: config.late_after(),
            synthetic_marker: config.synthetic_marker.clone(),
            mapping: None,
        }
    }

    /// The same decoder, reading plain JSON through `mapping`.
    #[must_use]
    pub fn with_mapping(self, mapping: Mapping) -> Self {
        Self {
            mapping: Some(Arc::new(mapping)),
            ..self
        }
    }

    /// The same decoder for a source that also speaks for `platforms`. What names any other is refused:
    /// whoever may send for one platform could otherwise take the place of another's members and posts.
    #[must_use]
    pub fn with_platforms(self, platforms: &[PlatformId]) -> Self {
        Self {
            also: platforms.to_vec(),
            ..self
        }
    }

    /// The tenant that it decodes for.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// A record that is one JSON text: a CloudEvents event in structured mode, or plain JSON for the
    /// field mapping. Files come this way.
    pub fn json(&self, transport: Transport<'_>, bytes: &[u8]) -> Received {
        let body = self
            .text(bytes)
            .map_err(Unread::without_attributes)
            .and_then(|json| self.sniff(json));
        self.receive(transport, bytes, body)
    }

    /// Rejects a record that could not even be taken whole.
    pub fn too_large(&self, transport: Transport<'_>, head: &[u8], found: usize) -> Received {
        let problem = Problem::too_large(found, self.limits.max_record_bytes);
        self.receive(transport, head, Err(Unread::without_attributes(problem)))
    }

    /// The record's text, within the limit.
    pub(crate) fn text<'a>(&self, bytes: &'a [u8]) -> Result<&'a str, Problem> {
        if bytes.len() > self.limits.max_record_bytes {
            return Err(Problem::too_large(
                bytes.len(),
                self.limits.max_record_bytes,
            ));
        }
        std::str::from_utf8(bytes).map_err(|error| {
            Problem::poison(format!(
                "not UTF-8 from byte {}; send UTF-8",
                error.valid_up_to()
            ))
        })
    }

    /// Tells structured mode from plain JSON by its content.
    pub(crate) fn sniff<'a>(&self, json: &'a str) -> Result<Body<'a>, Box<Unread>> {
        // With a mapping, only what names its CloudEvents version is an event.
        if self.mapping.is_some() && !names_specversion(json) {
            return Ok(Body::Plain {
                attributes: Attributes::default(),
                json,
            });
        }
        attributes::structured(json).map(|(attributes, data)| Body::Event {
            attributes,
            data,
            nested: true,
        })
    }

    /// Puts together what is handed on.
    pub(crate) fn receive(
        &self,
        transport: Transport<'_>,
        raw: &[u8],
        body: Result<Body<'_>, Box<Unread>>,
    ) -> Received {
        let (attributes, understood) = match body {
            Err(unread) => (unread.attributes, Err(unread.problem)),
            Ok(Body::Event {
                attributes,
                data,
                nested,
            }) if self.is_foreign(&attributes) => {
                let prefix = if nested { "data" } else { "" };
                self.plain(attributes, &data, prefix, &transport)
            }
            Ok(Body::Event {
                attributes,
                data,
                nested,
            }) => {
                let understood = self.event(&attributes, &data, nested, &transport);
                (attributes, understood)
            }
            Ok(Body::Plain { attributes, json }) => self.plain(attributes, json, "", &transport),
        };
        let fallback = attributes
            .time()
            .ok()
            .flatten()
            .or(transport.time)
            .unwrap_or(transport.received_at);
        let occurred_at = understood
            .as_ref()
            .map_or(fallback, |understood| understood.occurred_at);
        Received {
            event_key: Sensitive::new(
                attributes
                    .event_key()
                    .unwrap_or_else(|| fallback_key(&transport.origin, raw)),
            ),
            occurred_at,
            received_at: transport.received_at,
            freshness: self.freshness(transport.time.unwrap_or(occurred_at), transport.received_at),
            traceparent: attributes::trace_context(attributes.traceparent.as_deref()),
            content: understood
                .map(|understood| understood.content)
                .map_err(|problem| self.rejected(&problem, raw, &transport)),
            origin: transport.origin,
        }
    }

    fn event(
        &self,
        attributes: &Attributes,
        data: &str,
        nested: bool,
        transport: &Transport<'_>,
    ) -> Result<Understood, Problem> {
        attributes.require()?;
        attributes.require_json()?;
        let kind = attributes.kind.as_deref().unwrap_or_default();
        let kind = EventType::parse(kind).ok_or_else(|| Problem::unknown_type("type"))?;
        let prefix = if nested { "data" } else { "" };
        understand(
            kind,
            Json { json: data, prefix },
            &self.around(attributes, transport, prefix)?,
        )
    }

    /// Whether an event is of a platform's own type, and a mapping says how to read it.
    fn is_foreign(&self, attributes: &Attributes) -> bool {
        let kind = attributes.kind.as_deref();
        self.mapping.is_some() && kind.is_some_and(|kind| EventType::parse(kind).is_none())
    }

    fn plain(
        &self,
        attributes: Attributes,
        json: &str,
        prefix: &str,
        transport: &Transport<'_>,
    ) -> (Attributes, Result<Understood, Problem>) {
        let Some(mapping) = &self.mapping else {
            return (
                attributes,
                Err(Problem::poison(
                    "the record is no CloudEvents event; send one, or configure a field mapping",
                )),
            );
        };
        let mut attributes = attributes;
        let understood = explain::read(json, prefix).and_then(|value| {
            let mapped = mapping.apply(&value)?;
            if let Some(id) = mapped.event_id {
                attributes.id = Some(id);
                attributes.source = Some(format!("mapping/{}", self.platform));
            }
            understand(
                mapped.kind,
                Fields(mapped.fields),
                &self.around(&attributes, transport, "")?,
            )
        });
        (attributes, understood)
    }

    fn around<'a>(
        &'a self,
        attributes: &Attributes,
        transport: &Transport<'_>,
        prefix: &'a str,
    ) -> Result<Surroundings<'a>, Problem> {
        Ok(Surroundings {
            tenant: &self.tenant,
            platform: &self.platform,
            also: &self.also,
            max_text: self.limits.max_text_bytes,
            event_time: attributes.time()?,
            fallback_time: transport.time.unwrap_or(transport.received_at),
            synthetic: attributes.synthetic.as_ref() == Some(&self.synthetic_marker),
            prefix,
        })
    }

    fn freshness(&self, stood_since: Timestamp, received_at: Timestamp) -> Freshness {
        if received_at.since(stood_since) > self.late_after {
            Freshness::Late
        } else {
            Freshness::Live
        }
    }

    fn rejected(&self, problem: &Problem, raw: &[u8], transport: &Transport<'_>) -> Rejected {
        // Of a record beyond the limit the head is enough to know it by, and all that fits.
        let raw = &raw[..raw.len().min(self.limits.max_record_bytes)];
        Rejected {
            tenant: self.tenant.clone(),
            raw: Sensitive::new(raw.to_vec()),
            key: transport.key.map(|key| Sensitive::new(key.to_vec())),
            headers: Sensitive::default(),
            class: problem.class,
            message: problem.to_string(),
            transport_time: transport.time,
        }
    }
}

/// The message's name, for figures and reports.
pub(crate) fn name_of(content: &Result<Incoming, Rejected>) -> &'static str {
    match content {
        Ok(Incoming::Post(_)) => "post",
        Ok(Incoming::PostDeleted(_)) => "post_deleted",
        Ok(Incoming::Report(_)) => "report",
        Ok(Incoming::Appeal(_)) => "appeal",
        Ok(Incoming::ProfileHint(_)) => "profile_hint",
        Ok(Incoming::ActionResult(_)) => "action_result",
        Ok(Incoming::Outreach(_)) => "outreach",
        Err(rejected) => match rejected.class {
            RejectClass::Poison => "poison",
            RejectClass::Schema => "schema",
            RejectClass::TooLarge => "too_large",
            RejectClass::UnknownType => "unknown_type",
        },
    }
}

/// A record without source and id is known by where it stood and what stood there: offsets begin
/// anew when a topic is made again, and its records are not repeats.
fn fallback_key(origin: &Origin, raw: &[u8]) -> String {
    let place = match origin {
        Origin::Kafka {
            topic,
            partition,
            offset,
        } => format!("kafka/{topic}/{partition}/{offset}"),
        Origin::Http { integrator, .. } => format!("http/{integrator}"),
        Origin::File { name, line } => format!("file/{name}/{line}"),
        Origin::Hand => "hand".to_owned(),
    };
    format!(
        "{place} {}",
        crate::kafka::digest::hex(&crate::kafka::digest::of(None, Some(raw)))
    )
}

fn names_specversion(json: &str) -> bool {
    json.contains("\"specversion\"")
}

struct Json<'a> {
    json: &'a str,
    prefix: &'a str,
}

impl Source for Json<'_> {
    fn read<T: serde::de::DeserializeOwned>(self) -> Result<T, Problem> {
        explain::read(self.json, self.prefix)
    }
}

struct Fields(serde_json::Value);

impl Source for Fields {
    fn read<T: serde::de::DeserializeOwned>(self) -> Result<T, Problem> {
        explain::read_value(self.0)
    }
}
