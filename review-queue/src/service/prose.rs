//! Free texts of events: who may read which.

use holdfast_domain::{EventEnvelope, ModerationEvent, Prose, Role, Sensitive, TenantId};
use holdfast_event_store::{Opened, ProseContext};

use super::ReviewService;
use super::loading::Loaded;
use super::people::Names;
use crate::access::Access;
use crate::error::ReviewError;
use crate::view::{EntryText, ProseView, TimelineEntry, Who};

/// The free texts of an event, by field.
pub(crate) fn proses(event: &ModerationEvent) -> Vec<(&'static str, Prose)> {
    let mut found = Vec::new();
    let mut event = event.clone();
    event.for_each_prose(&mut |field, prose| found.push((field, prose.clone())));
    found
}

/// Whose words they are: a member's stay masked until the case is revealed, and what is an id on the
/// platform is nobody's to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    Staff,
    Member,
    Nobody,
}

pub(crate) fn words(event: &ModerationEvent, field: &str) -> Words {
    match (event, field) {
        (ModerationEvent::ReportReceived(_), "external_id") => Words::Nobody,
        (
            ModerationEvent::ReportReceived(_)
            | ModerationEvent::AppealReceived(_)
            | ModerationEvent::OutreachMoved(_)
            | ModerationEvent::ProfileHintReceived(_),
            _,
        ) => Words::Member,
        _ => Words::Staff,
    }
}

impl ReviewService {
    /// Events as entries of the timeline. Staff's words are shown to those who work on the case.
    pub(crate) async fn timeline(
        &self,
        who: &Access,
        loaded: &Loaded,
        events: &[EventEnvelope],
        names: &Names,
    ) -> Result<Vec<TimelineEntry>, ReviewError> {
        let mut timeline = Vec::with_capacity(events.len());
        for envelope in events {
            timeline.push(TimelineEntry {
                id: envelope.id,
                position: envelope.position,
                version: envelope.version.0,
                occurred_at: envelope.occurred_at,
                recorded_at: envelope.recorded_at,
                by: Who::new(&envelope.actor, who.user, |user| names.of(user)),
                what: envelope.event.event_type().to_owned(),
                texts: self.texts(&who.tenant, loaded.staff.role, envelope).await?,
                event: envelope.event.clone(),
            });
        }
        Ok(timeline)
    }

    async fn texts(
        &self,
        tenant: &TenantId,
        role: Role,
        envelope: &EventEnvelope,
    ) -> Result<Vec<EntryText>, ReviewError> {
        let mut texts = Vec::new();
        for (field, prose) in proses(&envelope.event) {
            let text = match words(&envelope.event, field) {
                Words::Nobody => continue,
                Words::Staff if role.may_reveal() => {
                    match self.open(tenant, envelope, field, &prose).await? {
                        Some(text) => ProseView::Shown { text },
                        None => ProseView::Erased,
                    }
                }
                Words::Staff | Words::Member => ProseView::Masked,
            };
            texts.push(EntryText {
                field: field.to_owned(),
                text,
            });
        }
        Ok(texts)
    }

    /// Opens a text of an event; none where the member was erased.
    pub(crate) async fn open(
        &self,
        tenant: &TenantId,
        envelope: &EventEnvelope,
        field: &str,
        prose: &Prose,
    ) -> Result<Option<Sensitive<String>>, ReviewError> {
        let sealed = match prose {
            Prose::Clear { text, .. } => return Ok(Some(text.clone())),
            Prose::Sealed(sealed) => sealed,
        };
        let context = ProseContext {
            tenant,
            stream: &envelope.stream,
            event_type: envelope.event.event_type(),
            field,
        };
        match self.parts().content.open(&context, sealed).await? {
            Opened::Text(text) => Ok(Some(text)),
            Opened::Erased => Ok(None),
        }
    }
}
