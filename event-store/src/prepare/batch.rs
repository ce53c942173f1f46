//! The leaves of a screened batch and the event that seals them.

use std::collections::HashMap;

use holdfast_domain::{Actor, ModerationEvent, PostRef};
use sha2::{Digest as _, Sha256};

use super::{Sealer, Unit, UnitEvent, UnitStream};
use crate::error::AppendError;
use crate::fingerprint::{FingerprintKind, hex};
use crate::leaves::{Leaf, judged_by, merkle_root, pack};
use crate::ports::{BatchLeaves, Expected, LeafContent, LeafInput};

impl Sealer {
    pub(super) fn write_batch(
        &self,
        batch: BatchLeaves,
        unit: &mut Unit,
    ) -> Result<(), AppendError> {
        let BatchLeaves {
            stream,
            head,
            mut event,
            leaves,
        } = batch;
        let written: HashMap<PostRef, [u8; 32]> = unit
            .revisions
            .iter()
            .filter_map(|row| {
                let body = row.body.as_ref()?;
                Some((
                    PostRef {
                        post: row.post,
                        revision: row.revision,
                    },
                    Sha256::digest(body).into(),
                ))
            })
            .collect();
        let leaves: Vec<Leaf> = leaves
            .into_iter()
            .map(|leaf| self.leaf(leaf, &written))
            .collect();
        let by = judged_by(&event.ruleset, &event.versions);
        let hashes: Vec<[u8; 32]> = leaves.iter().map(|leaf| leaf.hash(&by)).collect();
        event.merkle_root = hex(&merkle_root(&hashes));
        event.count = leaves.len() as u32;
        let event = ModerationEvent::BatchAssessed(event);
        let unwritable = |error: serde_json::Error| AppendError::Corrupt {
            what: format!("a batch's event cannot be written: {error}"),
        };
        let written = UnitEvent {
            id: head.id,
            occurred_at: head.occurred_at,
            actor: actor(&head.actor).map_err(unwritable)?,
            causation: None,
            correlation: head.correlation,
            event_type: event.event_type(),
            type_version: event.type_version(),
            payload: event.to_json().map_err(unwritable)?,
        };
        unit.streams.push(UnitStream {
            stream,
            expected: Expected::Any,
            events: vec![written],
        });
        unit.leaves = Some(pack(&leaves));
        Ok(())
    }

    fn leaf(&self, input: LeafInput, written: &HashMap<PostRef, [u8; 32]>) -> Leaf {
        let content = match input.content {
            LeafContent::Nothing => None,
            LeafContent::WrittenHere(post) => written.get(&post).copied(),
            LeafContent::Digest(digest) => Some(digest),
        };
        let revision = input.revision.map_or(i64::MIN, |revision| revision.0);
        let mut key = revision.to_be_bytes().to_vec();
        key.extend_from_slice(input.event_key.reveal().as_bytes());
        Leaf {
            source: input.source,
            offset: input.offset,
            key: hex(&self.keys.fingerprinter.raw(FingerprintKind::Leaf, &key)),
            outcome: input.outcome,
            content: content.map(|digest| hex(&digest)),
        }
    }
}

fn actor(actor: &Actor) -> Result<String, serde_json::Error> {
    serde_json::to_string(actor)
}
