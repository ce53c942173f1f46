//! What stands around every event.

use std::fmt;
use std::str::FromStr;

use crate::{Actor, CaseId, EventId, ModerationEvent, SubjectId, TenantId, Timestamp};

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventEnvelope {
    /// Place in the log.
    pub position: Position,
    /// The event's own id.
    pub id: EventId,
    /// Whose customer.
    pub tenant: TenantId,
    /// Which stream.
    pub stream: StreamId,
    /// Place in the stream, from 1.
    pub version: StreamVersion,
    /// When it happened, by whoever saw it happen.
    pub occurred_at: Timestamp,
    /// When it was recorded; never decreases along the log.
    pub recorded_at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// The event or outside record that led to it.
    pub causation: Option<String>,
    /// What belongs together across streams and services: a trace id.
    pub correlation: Option<String>,
    /// What happened.
    pub event: ModerationEvent,
}

/// An event on its way into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The event's own id.
    pub id: EventId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// The event or outside record that led to it.
    pub causation: Option<String>,
    /// A trace id.
    pub correlation: Option<String>,
    /// What happened.
    pub event: ModerationEvent,
}

/// Place in the log, dense from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How many events a stream holds; 0 before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamVersion(pub u64);

impl fmt::Display for StreamVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A stream of events within a tenant: one per case, and a few beside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamId {
    /// A case.
    Case(CaseId),
    /// A member's own record (hints, erasure).
    Subject(SubjectId),
    /// What was screened, per source of intake (`topic/partition`, `http/integrator`, a file).
    Intake(String),
    /// The levers: actions stopped and resumed, modes, versions in force.
    Control,
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(case) => write!(f, "case/{case}"),
            Self::Subject(subject) => write!(f, "subject/{subject}"),
            Self::Intake(source) => write!(f, "intake/{source}"),
            Self::Control => f.write_str("control"),
        }
    }
}

impl FromStr for StreamId {
    type Err = BadStreamId;

    fn from_str(text: &str) -> Result<Self, BadStreamId> {
        match text.split_once('/') {
            None if text == "control" => Ok(Self::Control),
            Some(("case", id)) => id.parse().map(Self::Case).map_err(|_| BadStreamId),
            Some(("subject", id)) => id.parse().map(Self::Subject).map_err(|_| BadStreamId),
            Some(("intake", source)) if !source.is_empty() => Ok(Self::Intake(source.to_owned())),
            _ => Err(BadStreamId),
        }
    }
}

/// A text that names no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stream is named case/<id>, subject/<id>, intake/<source> or control")]
pub struct BadStreamId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_name_reads_back_as_it_was_written() {
        for text in [
            "control",
            "intake/holdfast.posts.v1/0",
            "case/0190f4d2-0000-7000-8000-000000000001",
        ] {
            assert_eq!(text.parse::<StreamId>().unwrap().to_string(), text);
        }
        assert_eq!("case/x".parse::<StreamId>(), Err(BadStreamId));
    }
}
