//! Plain JSON through a field mapping from the configuration.
//!
//! Each field of the contract gets one path (or several) into the record. Paths are the plain part of
//! `JSONPath`: `$.post.id`, `$['odd name']`, `$.tags[0]`, `$.tags[-1]`, `$.items[*].text`; no filters, no
//! functions, no `..`. Numbers and true/false become texts where the contract has texts; a number where
//! it has a time is Unix seconds, or milliseconds from 100,000,000,000 up.

mod path;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use holdfast_domain::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Problem;
use crate::contract::{EventType, WireTime};
use path::Path;

/// A field mapping, as written in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MappingConfig {
    /// The message that every record is, e.g. `holdfast.post.created.v1`; or use `event_path`.
    pub event: Option<String>,
    /// Where the record says what happened.
    pub event_path: Option<String>,
    /// What stands there, and the message that it means.
    pub events: BTreeMap<String, String>,
    /// Where the record's own id stands, by which a redelivery is known. The record's place in its
    /// topic when absent.
    pub event_id: Option<String>,
    /// Fields of the contract (`post_id`, `author.pseudonym`, …) and where they stand. Of several
    /// paths the texts found are joined by an empty line: `text = ["$.title", "$.body"]`.
    pub fields: BTreeMap<String, OneOrMany>,
    /// Fields that are always the same, or that a record may lack.
    pub constants: BTreeMap<String, String>,
    /// Words of the platform and ours, per field: `kind = { "1" = "post", "2" = "comment" }`.
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

/// One path or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    fn as_slice(&self) -> &[String] {
        match self {
            Self::One(path) => std::slice::from_ref(path),
            Self::Many(paths) => paths,
        }
    }
}

/// A mapping, ready to use.
#[derive(Debug, Clone)]
pub struct Mapping {
    event: EventSource,
    event_id: Option<Path>,
    fields: Vec<(String, Vec<Path>)>,
    constants: BTreeMap<String, String>,
    values: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Debug, Clone)]
enum EventSource {
    Always(EventType),
    At {
        path: Path,
        events: BTreeMap<String, EventType>,
    },
}

/// A record, put into the contract's fields.
pub(crate) struct Mapped {
    pub kind: EventType,
    pub event_id: Option<String>,
    pub fields: Value,
}

/// A mapping that does not make sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadMapping(String);

impl Mapping {
    /// Checks a mapping and makes it ready.
    pub fn compile(config: &MappingConfig) -> Result<Self, BadMapping> {
        for field in config
            .fields
            .keys()
            .chain(config.constants.keys())
            .chain(config.values.keys())
        {
            if !FIELDS.contains(&field.as_str()) {
                return Err(BadMapping(format!(
                    "{field} is no field of the contract; it takes {}",
                    FIELDS.join(", ")
                )));
            }
        }
        let fields = config.fields.iter().map(|(field, paths)| {
            let paths = paths
                .as_slice()
                .iter()
                .map(|path| parse(path))
                .collect::<Result<_, _>>()?;
            Ok((field.clone(), paths))
        });
        Ok(Self {
            event: event_source(config)?,
            event_id: config.event_id.as_deref().map(parse).transpose()?,
            fields: fields.collect::<Result<_, BadMapping>>()?,
            constants: config.constants.clone(),
            values: config.values.clone(),
        })
    }

    /// Puts a record into the contract's fields.
    pub(crate) fn apply(&self, record: &Value) -> Result<Mapped, Problem> {
        let mut fields = Value::Object(Map::new());
        for (field, constant) in &self.constants {
            put(
                &mut fields,
                field,
                typed(field, Value::String(constant.clone())),
            );
        }
        for (field, paths) in &self.fields {
            let found: Vec<&Value> = paths
                .iter()
                .flat_map(|path| path.find(record))
                .filter(|v| !v.is_null())
                .collect();
            if let Some(value) = combine(field, &found) {
                put(
                    &mut fields,
                    field,
                    typed(field, self.translate(field, value)),
                );
            }
        }
        Ok(Mapped {
            kind: self.kind(record)?,
            event_id: self.id(record),
            fields,
        })
    }

    fn kind(&self, record: &Value) -> Result<EventType, Problem> {
        match &self.event {
            EventSource::Always(kind) => Ok(*kind),
            EventSource::At { path, events } => {
                let named = path.find(record).first().and_then(|value| text_of(value));
                named
                    .and_then(|name| events.get(&name).copied())
                    .ok_or_else(|| Problem::unknown_type(path.to_string()))
            }
        }
    }

    fn id(&self, record: &Value) -> Option<String> {
        self.event_id
            .as_ref()?
            .find(record)
            .first()
            .and_then(|value| text_of(value))
    }

    fn translate(&self, field: &str, value: Value) -> Value {
        let words = self.values.get(field);
        let translated = words
            .and_then(|words| words.get(&text_of(&value)?))
            .cloned();
        translated.map_or(value, Value::String)
    }
}

fn event_source(config: &MappingConfig) -> Result<EventSource, BadMapping> {
    match (&config.event, &config.event_path) {
        (Some(name), None) => Ok(EventSource::Always(event_type(name)?)),
        (None, Some(path)) => {
            let events = config
                .events
                .iter()
                .map(|(word, name)| Ok((word.clone(), event_type(name)?)));
            Ok(EventSource::At {
                path: parse(path)?,
                events: events.collect::<Result<_, BadMapping>>()?,
            })
        }
        _ => Err(BadMapping("give either event or event_path".to_owned())),
    }
}

fn event_type(name: &str) -> Result<EventType, BadMapping> {
    EventType::parse(name).ok_or_else(|| {
        BadMapping(format!(
            "{name} is no message; it takes {}",
            EventType::ALL.map(EventType::as_str).join(", ")
        ))
    })
}

fn parse(path: &str) -> Result<Path, BadMapping> {
    path.parse()
        .map_err(|what| BadMapping(format!("path {path}: {what}")))
}

/// Fields that a mapping may fill, in the contract's names.
const FIELDS: &[&str] = &[
    "action_id",
    "appeal_id",
    "at",
    "attachments",
    "author.age_band",
    "author.created_at",
    "author.locale",
    "author.pseudonym",
    "author.role",
    "carries_out",
    "community_id",
    "content_warning",
    "created_at",
    "deleted_at",
    "deleted_by",
    "detail",
    "edited_at",
    "hint",
    "kind",
    "language",
    "outcome",
    "parent_id",
    "platform",
    "post_id",
    "quoted_text",
    "reason",
    "reply_context",
    "report_id",
    "reported.pseudonym",
    "reporter.pseudonym",
    "revision",
    "text",
    "thread_id",
    "url",
    "visibility",
];

const LISTS: &[&str] = &["attachments", "reply_context"];
const TIMES: &[&str] = &[
    "at",
    "author.created_at",
    "created_at",
    "deleted_at",
    "edited_at",
];

fn combine(field: &str, found: &[&Value]) -> Option<Value> {
    match found {
        [] => None,
        _ if LISTS.contains(&field) => {
            let texts = found.iter().flat_map(|value| match value {
                Value::Array(values) => values.iter().collect(),
                value => vec![*value],
            });
            Some(texts.filter_map(text_of).map(Value::String).collect())
        }
        [value] => Some((*value).clone()),
        several => {
            let texts: Vec<String> = several
                .iter()
                .filter_map(|value| text_of(value))
                .filter(|t| !t.is_empty())
                .collect();
            Some(Value::String(texts.join("\n\n")))
        }
    }
}

/// The value in the JSON type that the contract has for the field.
fn typed(field: &str, value: Value) -> Value {
    match (field, &value) {
        ("revision", Value::String(text)) => text.parse::<i64>().map_or(value, Value::from),
        ("revision" | "hint", _) => value,
        _ if LISTS.contains(&field) => value,
        (_, Value::Number(number)) if TIMES.contains(&field) => unix_time(number).unwrap_or(value),
        _ => text_of(&value).map_or(value, Value::String),
    }
}

fn unix_time(number: &serde_json::Number) -> Option<Value> {
    const MILLIS_FROM: f64 = 1e11;
    let number = number.as_f64()?;
    let micros = if number.abs() >= MILLIS_FROM {
        number * 1e3
    } else {
        number * 1e6
    };
    serde_json::to_value(WireTime(Timestamp::from_micros(micros.round() as i64))).ok()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Puts a value at `field`, which has at most one dot.
fn put(fields: &mut Value, field: &str, value: Value) {
    match field.split_once('.') {
        None => fields[field] = value,
        Some((outer, inner)) => {
            if !fields[outer].is_object() {
                fields[outer] = Value::Object(Map::new());
            }
            fields[outer][inner] = value;
        }
    }
}
