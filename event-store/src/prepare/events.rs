//! Events: prose sealed, bytes written out.

use holdfast_domain::prose::Algorithm;
use holdfast_domain::{ModerationEvent, NewEvent, Prose, Sealed, StreamId, TenantId};

use super::{Sealer, Unit, UnitEvent, UnitStream};
use crate::error::AppendError;
use crate::keys::{NONCE, aad, seal};
use crate::ports::StreamAppend;

impl Sealer {
    pub(super) fn write_stream(
        &self,
        append: StreamAppend,
        unit: &mut Unit,
    ) -> Result<(), AppendError> {
        let StreamAppend {
            stream,
            expected,
            events,
        } = append;
        let mut written = Vec::with_capacity(events.len());
        for event in events {
            written.push(self.write_event(&stream, event, unit)?);
        }
        unit.streams.push(UnitStream {
            stream,
            expected,
            events: written,
        });
        Ok(())
    }

    fn write_event(
        &self,
        stream: &StreamId,
        event: NewEvent,
        unit: &mut Unit,
    ) -> Result<UnitEvent, AppendError> {
        let NewEvent {
            id,
            occurred_at,
            actor,
            causation,
            correlation,
            mut event,
        } = event;
        self.seal_prose(stream, &mut event, unit)?;
        match event {
            ModerationEvent::ActionsStopped(_) => unit.stop_actions = Some(true),
            ModerationEvent::ActionsResumed(_) => unit.stop_actions = Some(false),
            _ => {}
        }
        let unwritable = |error: serde_json::Error| AppendError::Corrupt {
            what: format!("event {} cannot be written: {error}", event.event_type()),
        };
        Ok(UnitEvent {
            id,
            occurred_at,
            actor: serde_json::to_string(&actor).map_err(unwritable)?,
            causation,
            correlation,
            event_type: event.event_type(),
            type_version: event.type_version(),
            payload: event.to_json().map_err(unwritable)?,
        })
    }

    fn seal_prose(
        &self,
        stream: &StreamId,
        event: &mut ModerationEvent,
        unit: &mut Unit,
    ) -> Result<(), AppendError> {
        let event_type = event.event_type();
        let mut outcome = Ok(());
        event.for_each_prose(&mut |field, prose| {
            let Prose::Clear { owner, text } = prose else {
                return;
            };
            match self.key(*owner, unit) {
                Ok((generation, key)) => {
                    let place = prose_aad(&self.tenant, stream, event_type, field);
                    let sealed = seal(&key, &place, text.reveal().as_bytes());
                    let (nonce, bytes) = sealed.split_at(NONCE);
                    *prose = Prose::Sealed(Sealed {
                        owner: *owner,
                        generation,
                        algorithm: Algorithm::XChaCha20Poly1305,
                        nonce: nonce.to_vec(),
                        bytes: bytes.to_vec(),
                    });
                }
                Err(refusal) => outcome = Err(refusal),
            }
        });
        outcome
    }
}

/// Where a text of an event stands.
pub(crate) fn prose_aad(
    tenant: &TenantId,
    stream: &StreamId,
    event_type: &str,
    field: &str,
) -> Vec<u8> {
    let stream = stream.to_string();
    aad(
        "prose",
        &[
            tenant.as_str().as_bytes(),
            stream.as_bytes(),
            event_type.as_bytes(),
            field.as_bytes(),
        ],
    )
}
