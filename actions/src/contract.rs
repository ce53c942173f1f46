//! The messages that leave the house, as types; the schemas in `contracts/` are generated from them.
//!
//! Additive changes only within `v1`: a field may be added with a default, and receivers ignore what
//! they do not know. Events are CloudEvents 1.0 in structured JSON on Kafka and over webhooks alike,
//! so one decoder serves both.
//!
//! To add a message: its struct here, a variant of [`Channel`], an example in `examples`, a line in
//! `documents`, and [`write_contracts`].

mod action_command;
mod alert;
mod asyncapi;
mod canary;
mod cloud_event;
mod dead_letter;
mod documents;
mod examples;
mod report_outcome;
mod wire_time;

pub use action_command::{
    ActionCommand, CommandAuthor, CommandPart, CommandReason, CommandTarget, Stretch,
};
pub use alert::{Alert, AlertReason};
pub use canary::Canary;
pub use cloud_event::CloudEvent;
pub use dead_letter::{DeadLetter, HeaderStyle};
pub use documents::{ContractFile, contract_files, write_contracts};
pub use report_outcome::{ReportOutcome, ReportVerdict};
pub use wire_time::WireTime;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The content type of events in structured mode.
pub const CLOUD_EVENT: &str = "application/cloudevents+json";

/// Where a message goes: a topic, or the webhook that takes its kind.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Commands to the platform.
    Actions,
    /// People are asked to look.
    Alerts,
    /// What became of a member's report.
    ReportOutcomes,
    /// Records that could not be read.
    DeadLetters,
    /// Holdfast's own test run.
    Canary,
}

impl Channel {
    /// All channels.
    pub const ALL: [Self; 5] = [
        Self::Actions,
        Self::Alerts,
        Self::ReportOutcomes,
        Self::DeadLetters,
        Self::Canary,
    ];

    /// The channel's name in settings and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Alerts => "alerts",
            Self::ReportOutcomes => "report_outcomes",
            Self::DeadLetters => "dead_letters",
            Self::Canary => "canary",
        }
    }

    /// The topic without a prefix. A dead letter's topic is that of its record with `.dlq` behind.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::Actions => "holdfast.actions.v1",
            Self::Alerts => "holdfast.alerts.v1",
            Self::ReportOutcomes => "holdfast.report-outcomes.v1",
            Self::DeadLetters => "{topic}.dlq",
            Self::Canary => "holdfast.canary.v1",
        }
    }

    /// The `CloudEvents` type of the channel's messages. A dead letter on Kafka is no event but the
    /// record itself, sealed; where only events travel, a notice of it does.
    pub const fn event_type(self) -> &'static str {
        match self {
            Self::Actions => "holdfast.action.requested.v1",
            Self::Alerts => "holdfast.alert.raised.v1",
            Self::ReportOutcomes => "holdfast.report.outcome.v1",
            Self::DeadLetters => "holdfast.record.dead-lettered.v1",
            Self::Canary => "holdfast.canary.arrived.v1",
        }
    }

    /// The name of the schema of `data`.
    pub fn schema_address(self) -> String {
        format!("urn:holdfast:schema:{}", self.event_type())
    }
}
