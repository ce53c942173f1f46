//! Recording that another version reads.

use anyhow::Context;
use holdfast_classifiers::ClassifiersConfig;
use holdfast_domain::event::ReleasedModel;
use holdfast_domain::{
    Actor, Clock, EventId, IdSource, KeyOwner, ModerationEvent, NewEvent, Prose, Sensitive,
    StreamId, TenantId,
};
use holdfast_event_store::{Append, EventLog, Expected};

use super::{Model, Record, in_service, shelf};
use crate::assessor::models::{self, NEWEST, OFF};

/// What promoting takes.
#[derive(Clone, Copy)]
pub(crate) struct Promotions<'a> {
    pub(crate) log: &'a dyn EventLog,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) ids: &'a dyn IdSource,
}

impl Promotions<'_> {
    /// What is on record.
    pub(crate) async fn record(&self) -> anyhow::Result<Record> {
        let tenant = TenantId::default();
        let events = self.log.load(&tenant, &StreamId::Control).await;
        let events = events.context("what was promoted cannot be read")?;
        Ok(Record::fold(events))
    }

    /// Records that `version` reads from the next start on. Answers what read before and what does.
    pub(crate) async fn promote(
        &self,
        config: &ClassifiersConfig,
        model: Model,
        version: &str,
        because: Sensitive<String>,
    ) -> anyhow::Result<(ReleasedModel, ReleasedModel)> {
        let record = self.record().await?;
        let candidate = shelf::released(config, model, version)?;
        // What does not open must not be what the next start relies on.
        models::watched(config, model, version)?;
        let before = read_before(config, model, &record)?;
        let reason = Prose::clear(KeyOwner::Tenant, because);
        let event = record.of(model).promote(model, candidate, before, reason)?;
        let told = (event.from.clone(), event.to.clone());
        self.append(&record, event.into()).await?;
        Ok(told)
    }

    /// Records that the promotion of `version` is taken back. Answers what read before and what does.
    pub(crate) async fn demote(
        &self,
        model: Model,
        version: &str,
        because: Sensitive<String>,
    ) -> anyhow::Result<(ReleasedModel, ReleasedModel)> {
        let record = self.record().await?;
        let reason = Prose::clear(KeyOwner::Tenant, because);
        let event = record.of(model).demote(model, version, reason)?;
        let told = (event.from.clone(), event.to.clone());
        self.append(&record, event.into()).await?;
        Ok(told)
    }

    async fn append(&self, record: &Record, event: ModerationEvent) -> anyhow::Result<()> {
        let event = NewEvent {
            id: EventId::fresh(self.ids),
            occurred_at: self.clock.now(),
            actor: Actor::Operator,
            causation: None,
            correlation: None,
            event,
        };
        // It says what read before, so nobody may have changed that meanwhile.
        let expected = Expected::Version(record.version);
        let append =
            Append::new(TenantId::default()).with_events(StreamId::Control, expected, [event]);
        self.log.append(append).await.map_err(|error| {
            let conflict = error.is_conflict();
            let error = anyhow::Error::from(error);
            if conflict {
                error.context("somebody pulled a lever at the same moment: look, then try again")
            } else {
                error
            }
        })?;
        Ok(())
    }
}

/// What reads here now; where the classifier is switched off, what would.
fn read_before(
    config: &ClassifiersConfig,
    model: Model,
    record: &Record,
) -> anyhow::Result<ReleasedModel> {
    let mut config = config.clone();
    if model.setting(&config) == OFF {
        model.set(&mut config, NEWEST);
    }
    let (version, _) = in_service(&config, model, record)?.context("nothing reads")?;
    // The record knows what it promoted, also where that has gone from the folder since.
    match record.of(model).in_force() {
        Some(promoted) if promoted.version == version => Ok(promoted.clone()),
        _ => shelf::released(&config, model, &version),
    }
}
