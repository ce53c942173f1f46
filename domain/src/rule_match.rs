//! What a policy said.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CrisisLevel, Evidence};

/// The id of a rule, e.g. `crisis.goodbye`.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct RuleId(pub String);

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One rule that matched, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleMatch {
    /// Which rule.
    pub rule: RuleId,
    /// Which version of it.
    pub version: u32,
    /// Whether its effects count.
    pub mode: RuleMode,
    /// The urgency it asks for, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<CrisisLevel>,
    /// Why, in the policy owner's words (never a member's).
    pub because: String,
    /// The words of the post that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// Whether a rule's effects count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleMode {
    /// Its effects count.
    Live,
    /// It is recorded, and changes nothing.
    Shadow,
}
