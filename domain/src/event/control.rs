//! The levers.

use serde::{Deserialize, Serialize};

use super::{with_prose, without_prose};
use crate::{Prose, Timestamp};

/// All outward commands stop, alerts excepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionsStopped {
    /// Why.
    pub reason: Prose,
}
with_prose!(ActionsStopped: reason);

/// Outward commands go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionsResumed {
    /// Why.
    pub reason: Prose,
}
with_prose!(ActionsResumed: reason);

/// Automation used up its budget for restrictive actions: until it is refilled, "act" is "review".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetExhausted {
    /// How many were allowed.
    pub allowed: u32,
    /// When the budget is full again.
    pub refilled_at: Timestamp,
}
without_prose!(BudgetExhausted);
