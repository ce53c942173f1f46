//! How soon a person looks and reaches out, per level. Configuration, with the defaults of the
//! product; a deployment's clinical lead sets its own.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::CrisisLevel;

/// The promises of one level, in seconds from the platform's event time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Until a person first looks, in seconds.
    pub first_look_secs: u64,
    /// Until a person first reaches out, in seconds.
    pub first_outreach_secs: u64,
}

impl Promise {
    /// Until a person first looks.
    pub const fn first_look(&self) -> Duration {
        Duration::from_secs(self.first_look_secs)
    }
}

/// The promises of all levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Promises {
    /// Act now.
    pub act_now: Promise,
    /// Urgent.
    pub urgent: Promise,
    /// Soon.
    pub soon: Promise,
    /// Harassment, stigma, appeals: no danger to life is seen.
    pub matter: Promise,
}

impl Default for Promises {
    fn default() -> Self {
        let minutes = |look: u64, reach: u64| Promise {
            first_look_secs: look * 60,
            first_outreach_secs: reach * 60,
        };
        Self {
            act_now: minutes(5, 15),
            urgent: minutes(30, 60),
            soon: minutes(4 * 60, 12 * 60),
            matter: minutes(24 * 60, 48 * 60),
        }
    }
}

impl Promises {
    /// The promise for a level; level 0 has that of a matter.
    pub const fn for_level(&self, level: CrisisLevel) -> Promise {
        match level {
            CrisisLevel::ActNow => self.act_now,
            CrisisLevel::Urgent => self.urgent,
            CrisisLevel::Soon => self.soon,
            CrisisLevel::None => self.matter,
        }
    }
}
