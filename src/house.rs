//! How the house stands, for the banners of the console.

use std::sync::Arc;

use async_trait::async_trait;
use holdfast_actions::ActionsConfig;
use holdfast_actions::config::Mode;
use holdfast_domain::{CommunityId, TenantId};
use holdfast_event_store::AnyStore;
use holdfast_review_queue::web::{House, HouseState, Observing};

use crate::health::Health;

/// Asks the levers, the health and the settings.
pub(crate) struct RealHouse {
    pub(crate) store: Arc<dyn AnyStore>,
    pub(crate) health: Arc<Health>,
    pub(crate) actions: ActionsConfig,
    pub(crate) phone: Option<String>,
}

#[async_trait]
impl House for RealHouse {
    async fn state(&self, tenant: &TenantId) -> HouseState {
        let levers = self.store.control(tenant).await;
        let mut broken = self.health.crisis_path();
        let stopped = if let Ok(levers) = levers {
            levers.actions_stopped_since
        } else {
            broken.push("the store does not answer".to_owned());
            None
        };
        HouseState {
            actions_stopped_since: stopped,
            crisis_path_broken: (!broken.is_empty()).then(|| broken.join("; ")),
            phone: self.phone.clone(),
            observing: self.observing(),
        }
    }
}

impl RealHouse {
    fn observing(&self) -> Observing {
        let those_that_are = |mode: Mode| -> Vec<CommunityId> {
            let communities = self.actions.communities.iter();
            communities
                .filter(|(_, c)| c.mode == mode)
                .map(|(id, _)| id.clone())
                .collect()
        };
        match self.actions.mode {
            Mode::Observe => Observing::Except(those_that_are(Mode::Live)),
            Mode::Live => match those_that_are(Mode::Observe) {
                none if none.is_empty() => Observing::Nowhere,
                some => Observing::In(some),
            },
        }
    }
}
