//! The unit of human work.
//!
//! A case folds from its events and answers commands with new events or a [`Refusal`]. A crisis case
//! is one author's *episode*: later posts join it. A harassment or stigma case holds one matter, an
//! appeal one objection, an *incident* the many posts that one cause kept from being judged.
//!
//! Commands stand beside what they are about: [`claiming`], [`levels`], [`deciding`], [`closing`],
//! [`joining`] (posts, reports, dead letters), [`reading`]. All are pure; the caller brings the time.

pub mod claiming;
pub mod closing;
pub mod deciding;
mod fold;
pub mod joining;
pub mod levels;
pub mod reading;
mod refusal;
mod state;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Actor, Role, SignalKind, UserId};

pub use refusal::Refusal;
pub use state::{
    ActionState, ActionStatus, Case, CasePost, CaseReport, DecisionState, EarlierRevision,
    IncidentMember, Lease, Status,
};

/// What a case is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// One author's crisis episode.
    Crisis,
    /// One harassment matter with its posts.
    Harassment,
    /// One stigma matter with its posts.
    Stigma,
    /// A member objects to a decision.
    Appeal,
    /// Posts that one cause kept from being judged.
    Incident,
}

impl CaseKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Crisis,
        Self::Harassment,
        Self::Stigma,
        Self::Appeal,
        Self::Incident,
    ];

    /// The signal that grants are given by. Appeals go with harassment; an incident may hide a cry
    /// for help and goes with crisis.
    pub const fn signal(self) -> SignalKind {
        match self {
            Self::Crisis | Self::Incident => SignalKind::Crisis,
            Self::Harassment | Self::Appeal => SignalKind::Harassment,
            Self::Stigma => SignalKind::Stigma,
        }
    }

    /// The kind's name in tables and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crisis => "crisis",
            Self::Harassment => "harassment",
            Self::Stigma => "stigma",
            Self::Appeal => "appeal",
            Self::Incident => "incident",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CloseCode {
    /// The member got support.
    SupportGiven,
    /// A service took over.
    HandedToService,
    /// Emergency services confirmed that they reached the member.
    EmergencyContactConfirmed,
    /// There is no concern now.
    NoCurrentConcern,
    /// Automation or a report was wrong.
    FalseAlarm,
    /// Nobody could reach the member.
    UnableToReach,
    /// Decided and done.
    Resolved,
    /// Another case holds it.
    Duplicate,
    /// A test.
    Test,
}

impl CloseCode {
    /// Whether the words behind the code are asked for.
    pub const fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::NoCurrentConcern | Self::FalseAlarm | Self::UnableToReach
        )
    }
}

/// A member of staff giving a command, in the role that they hold for this case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Staff {
    /// Who.
    pub id: UserId,
    /// The role that counts for this case.
    pub role: Role,
}

impl From<Staff> for Actor {
    fn from(staff: Staff) -> Self {
        Self::User {
            id: staff.id,
            role: staff.role,
        }
    }
}
