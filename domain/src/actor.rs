//! Who did something, in which role.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::UserId;

/// Who caused an event. People carry the role they acted in, since roles change later.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A member of staff.
    User {
        /// Who.
        id: UserId,
        /// The role held at that time.
        role: Role,
    },
    /// Rules and classifiers.
    Automation,
    /// The platform, reporting what happened there.
    Platform,
    /// The member whom the event is about or who sent it.
    Member,
    /// Holdfast's own clocks and housekeeping.
    System,
    /// Somebody at the command line of the server.
    Operator,
}

impl Actor {
    /// The person behind it, where it is one.
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Whether a member of staff decided this.
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::User { .. } | Self::Operator)
    }
}

/// What a member of staff is there for. Granted per community and signal.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees queue and cases, text masked, decides nothing.
    Viewer,
    /// Claims, reads, notes, decides.
    Moderator,
    /// A moderator who may be a second person and take over a case.
    Senior,
    /// A clinician on duty.
    DutyClinician,
    /// Answers for crisis care.
    ClinicalLead,
    /// Writes policies.
    PolicyEditor,
    /// Approves policies.
    PolicyApprover,
    /// Reads everything, with reasons, and decides nothing.
    Auditor,
    /// A platform's service account.
    Integrator,
    /// Manages users and settings; reads no content.
    Admin,
}

impl Role {
    /// All roles, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Viewer,
        Self::Moderator,
        Self::Senior,
        Self::DutyClinician,
        Self::ClinicalLead,
        Self::PolicyEditor,
        Self::PolicyApprover,
        Self::Auditor,
        Self::Integrator,
        Self::Admin,
    ];

    /// May claim cases, note and decide.
    pub const fn may_decide(self) -> bool {
        matches!(
            self,
            Self::Moderator | Self::Senior | Self::DutyClinician | Self::ClinicalLead
        )
    }

    /// May stand in as the second person where one is needed.
    pub const fn may_confirm(self) -> bool {
        matches!(
            self,
            Self::Senior | Self::DutyClinician | Self::ClinicalLead
        )
    }

    /// May reveal masked text.
    pub const fn may_reveal(self) -> bool {
        self.may_decide() || matches!(self, Self::Auditor)
    }

    /// Must say why when they reveal masked text.
    pub const fn reveals_with_reason(self) -> bool {
        self.may_reveal() && !self.may_decide()
    }

    /// May see queue and cases at all, masked.
    pub const fn may_view(self) -> bool {
        self.may_reveal() || matches!(self, Self::Viewer)
    }

    /// The role's name in files, tokens and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Moderator => "moderator",
            Self::Senior => "senior",
            Self::DutyClinician => "duty_clinician",
            Self::ClinicalLead => "clinical_lead",
            Self::PolicyEditor => "policy_editor",
            Self::PolicyApprover => "policy_approver",
            Self::Auditor => "auditor",
            Self::Integrator => "integrator",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
