//! The levers, as they stand.

use async_trait::async_trait;
use holdfast_domain::{TenantId, Timestamp};

use crate::error::StoreError;

/// The levers that work on all instances within seconds: read them before every batch of sends.
///
/// They are pulled by appending `ActionsStopped` or `ActionsResumed` to the tenant's stream
/// `control`; the same append moves the row read here.
#[async_trait]
pub trait Control: Send + Sync {
    /// How the levers of a tenant stand. One query of one row.
    async fn control(&self, tenant: &TenantId) -> Result<ControlState, StoreError>;

    /// The tenants whose actions are stopped. One query.
    async fn stopped_tenants(&self) -> Result<Vec<TenantId>, StoreError>;
}

/// How the levers stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ControlState {
    /// Since when no action leaves, alerts excepted; `None` while they do.
    pub actions_stopped_since: Option<Timestamp>,
}

impl ControlState {
    /// Whether actions are stopped.
    pub const fn actions_stopped(&self) -> bool {
        self.actions_stopped_since.is_some()
    }
}
