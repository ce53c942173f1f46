//! Decisions and what was asked of the platform.

use holdfast_domain::action::{ActionPart, ActionTarget, RequestedBy};
use holdfast_domain::case::ActionStatus;
use holdfast_domain::event::DecisionOutcome;
use holdfast_domain::intake::OutreachStep;
use holdfast_domain::{ActionId, DecisionId, Lane, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ProseView, Who};

/// A decision, and whether it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisionView {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    pub decision: DecisionId,
    /// Who decided.
    pub by: Who,
    /// What.
    #[schema(value_type = String)]
    pub outcome: DecisionOutcome,
    /// On which policy.
    pub policy: String,
    /// When.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    pub reason: ProseView,
    /// What was asked of the platform with it.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub actions: Vec<ActionId>,
    /// Whether it was taken back.
    pub undone: bool,
}

/// Something asked of the platform, and how far it came.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ActionView {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    pub action: ActionId,
    /// What is done.
    #[schema(value_type = Vec<Object>)]
    pub parts: Vec<ActionPart>,
    /// What it is done to.
    #[schema(value_type = Object)]
    pub target: ActionTarget,
    /// The lane that it travels in.
    #[schema(value_type = String)]
    pub lane: Lane,
    /// What the member is told.
    pub message: Option<ProseView>,
    /// The policy that it rests on.
    pub policy: Option<String>,
    /// Whether a person asked for it.
    #[schema(value_type = String)]
    pub requested_by: RequestedBy,
    /// How far it came. `dispatched` is sent, not confirmed.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub status: ActionStatus,
    /// When it came there.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Not sent before: until then it can be undone.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub hold_until: Timestamp,
    /// Not sent after.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub not_after: Timestamp,
    /// For a message to the member: how far it came.
    #[schema(value_type = Option<String>)]
    pub outreach: Option<OutreachStep>,
}

/// A decision that can still be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UndoView {
    /// Which.
    #[schema(value_type = uuid::Uuid)]
    pub decision: DecisionId,
    /// Until then none of its actions leaves the house.
    #[serde(serialize_with = "super::time::moment")]
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How many actions would not be sent.
    pub actions: usize,
}
