//! What a reporter is told.

use holdfast_domain::{MessageId, PlatformId, Sensitive, TenantId};
use holdfast_event_store as store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WireTime;

/// What became of a member's report, for the member who made it. Says nothing about the reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportOutcome {
    /// The message's own id.
    pub outcome_id: MessageId,
    /// Whose customer.
    pub tenant: TenantId,
    /// The platform that sent the report.
    pub platform: PlatformId,
    /// The platform's id of the report.
    pub report_id: Sensitive<String>,
    /// Who made it: the platform's pseudonym, also the record's key on Kafka.
    pub reporter: Sensitive<String>,
    /// What became of it.
    pub outcome: ReportVerdict,
    /// When it was decided.
    pub decided_at: WireTime,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportVerdict {
    /// It reached the people who read reports.
    Received,
    /// A person read it and something was done.
    Acted,
    /// A person read it and saw no need to act.
    NoAction,
}

impl From<store::ReportVerdict> for ReportVerdict {
    fn from(verdict: store::ReportVerdict) -> Self {
        match verdict {
            store::ReportVerdict::Received => Self::Received,
            store::ReportVerdict::Acted => Self::Acted,
            store::ReportVerdict::NoAction => Self::NoAction,
        }
    }
}
