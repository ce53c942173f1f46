//! Stopping everything that goes out, and letting it go on. Alerts are never stopped.

use holdfast_domain::event::{ActionsResumed, ActionsStopped};
use holdfast_domain::{
    Actor, Clock, EventId, IdSource, KeyOwner, ModerationEvent, NewEvent, Prose, Sensitive,
    StreamId, TenantId,
};
use holdfast_event_store::{Append, EventLog, Expected};

use crate::error::ActionsError;

/// What pulling a lever takes.
#[derive(Clone, Copy)]
pub struct Levers<'a> {
    /// The log.
    pub log: &'a dyn EventLog,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Fresh ids.
    pub ids: &'a dyn IdSource,
}

impl Levers<'_> {
    /// No action of the tenant leaves the house from now on, on any instance, within seconds.
    pub async fn stop_actions(
        &self,
        tenant: &TenantId,
        by: Actor,
        reason: Sensitive<String>,
    ) -> Result<(), ActionsError> {
        let reason = self.words(reason)?;
        self.record(tenant, by, ActionsStopped { reason }.into())
            .await
    }

    /// Actions of the tenant leave again; what waited goes in order, unless its time is over.
    pub async fn resume_actions(
        &self,
        tenant: &TenantId,
        by: Actor,
        reason: Sensitive<String>,
    ) -> Result<(), ActionsError> {
        let reason = self.words(reason)?;
        self.record(tenant, by, ActionsResumed { reason }.into())
            .await
    }

    #[expect(clippy::unused_self, reason = "belongs with the lever that it is for")]
    fn words(&self, reason: Sensitive<String>) -> Result<Prose, ActionsError> {
        let prose = Prose::clear(KeyOwner::Tenant, reason);
        if prose.is_blank() {
            return Err(ActionsError::ReasonMissing);
        }
        Ok(prose)
    }

    async fn record(
        &self,
        tenant: &TenantId,
        by: Actor,
        event: ModerationEvent,
    ) -> Result<(), ActionsError> {
        let event = NewEvent {
            id: EventId::fresh(self.ids),
            occurred_at: self.clock.now(),
            actor: by,
            causation: None,
            correlation: None,
            event,
        };
        // Two people may pull a lever at once; either way it stands where the last one put it.
        let append =
            Append::new(tenant.clone()).with_events(StreamId::Control, Expected::Any, [event]);
        self.log.append(append).await?;
        Ok(())
    }
}
