//! Which learned model reads.

use serde::{Deserialize, Serialize};

use super::with_prose;
use crate::Prose;

/// A released model, so named that nobody can put another in its place unnoticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedModel {
    /// Its version: the name of its folder, e.g. `2026-11-24.1`.
    pub version: String,
    /// What assessments call it: the version with the beginning of its weights' digest.
    pub known_as: String,
    /// SHA-256 of its manifest, which holds the digest of every file; lower-case hex.
    pub digest: String,
}

/// From the next start on another version reads, where the settings name none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelPromoted {
    /// For which classifier: `encoder` or `linear`.
    pub classifier: String,
    /// What was in service where it was decided.
    pub from: ReleasedModel,
    /// What reads from now on.
    pub to: ReleasedModel,
    /// Why.
    pub reason: Prose,
}
with_prose!(ModelPromoted: reason);

/// A promotion is taken back: what was in service before it reads again from the next start on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelDemoted {
    /// For which classifier: `encoder` or `linear`.
    pub classifier: String,
    /// What was promoted and does not read any more.
    pub from: ReleasedModel,
    /// What reads from now on.
    pub to: ReleasedModel,
    /// Why.
    pub reason: Prose,
}
with_prose!(ModelDemoted: reason);
