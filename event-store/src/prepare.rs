//! From an append to rows: keys found, texts sealed, events written out.
//!
//! Runs in the caller's task, outside any transaction, so that many callers seal side by side. What
//! only the transaction knows (positions, versions, the time of recording) is left open.

mod batch;
mod content;
mod dead_letter;
mod events;
mod unit;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use holdfast_domain::{Actor, KeyOwner, ModerationEvent, Prose, SubjectId, TenantId};

use crate::error::AppendError;
use crate::keys::{Key, Keys, SubjectKey, TenantKeys};
use crate::ports::{Append, PostWrite};

pub(crate) use content::{
    Body, Head, body_aad, head_aad, open_dead_letter, pseudonym_aad, restore_post, short,
};
pub(crate) use events::prose_aad;
pub(crate) use unit::{
    DeadLetterRow, NewPostRow, PostChange, RevisionRow, SubjectRow, Unit, UnitEvent, UnitStream,
};

/// Makes a unit of an append. Refuses content under a destroyed key.
pub(crate) async fn prepare(keys: &Arc<Keys>, append: Append) -> Result<Unit, AppendError> {
    let sealer = Sealer::load(keys, &append).await?;
    sealer.unit(append)
}

/// The keys that one append needs.
struct Sealer {
    tenant: TenantId,
    keys: TenantKeys,
    subjects: HashMap<SubjectId, SubjectKey>,
    made: Vec<(crate::keys::KeyRow, SubjectId, SubjectKey)>,
}

impl Sealer {
    async fn load(keys: &Arc<Keys>, append: &Append) -> Result<Self, AppendError> {
        let tenant_keys = keys.tenant(&append.tenant).await?;
        let wanted = subjects_of(append);
        let mut subjects = keys
            .subjects(&append.tenant, wanted.iter().copied())
            .await?;
        let fresh: HashSet<SubjectId> = append.subjects.iter().map(|new| new.subject).collect();
        let (mut made, mut unknown) = (Vec::new(), Vec::new());
        for subject in wanted {
            if subjects.get(&subject).copied() != Some(SubjectKey::Missing) {
                continue;
            }
            let (row, key) = Keys::make_subject(&append.tenant, &tenant_keys, subject);
            if fresh.contains(&subject) {
                subjects.insert(subject, key);
                made.push((row, subject, key));
            } else {
                unknown.push(row);
            }
        }
        if !unknown.is_empty() {
            subjects.extend(keys.make_missing(&append.tenant, unknown).await?);
        }
        Ok(Self {
            tenant: append.tenant.clone(),
            keys: tenant_keys,
            subjects,
            made,
        })
    }

    fn unit(mut self, append: Append) -> Result<Unit, AppendError> {
        let mut unit = Unit::new(append.tenant.clone());
        for (row, subject, key) in std::mem::take(&mut self.made) {
            unit.keys.push(row);
            unit.made_keys.push((subject, key));
        }
        self.seal_subjects(append.subjects, &mut unit)?;
        self.seal_posts(append.posts, &mut unit)?;
        self.seal_dead_letters(append.dead_letters, &mut unit)?;
        for stream in append.streams {
            self.write_stream(stream, &mut unit)?;
        }
        if let Some(batch) = append.batch {
            self.write_batch(batch, &mut unit)?;
        }
        unit.claims = append.claims;
        unit.outbox = append.outbox;
        unit.pending = append.pending;
        unit.positions = append.positions;
        unit.destroy_keys = append.destroy_keys;
        Ok(unit)
    }

    /// The key and generation that seal for an owner.
    fn key(&self, owner: KeyOwner, unit: &mut Unit) -> Result<(u32, Key), AppendError> {
        match owner {
            KeyOwner::Tenant => Ok((1, self.keys.seal)),
            KeyOwner::Subject(subject) => match self.subjects.get(&subject) {
                Some(SubjectKey::Live { generation, key }) => {
                    unit.sealed_for.insert(subject);
                    Ok((*generation, *key))
                }
                Some(SubjectKey::Destroyed) => Err(AppendError::ContentRefused { subject }),
                Some(SubjectKey::Missing) | None => Err(AppendError::Corrupt {
                    what: format!("no key for subject {subject}"),
                }),
            },
        }
    }
}

/// Everybody whose key the append needs.
fn subjects_of(append: &Append) -> HashSet<SubjectId> {
    let mut subjects: HashSet<SubjectId> = append.subjects.iter().map(|new| new.subject).collect();
    subjects.extend(append.posts.iter().filter_map(|write| match write {
        PostWrite::New { subject, .. } | PostWrite::Revision { subject, .. } => Some(*subject),
        PostWrite::Deleted { .. } | PostWrite::Keep { .. } => None,
    }));
    subjects.extend(
        append
            .dead_letters
            .iter()
            .filter_map(|letter| subject_of(letter.owner)),
    );
    for event in append.streams.iter().flat_map(|stream| &stream.events) {
        // Visiting takes a mutable event; only events of people hold prose, and they are few.
        if event.actor != Actor::Automation || may_hold_prose(&event.event) {
            event.event.clone().for_each_prose(&mut |_, prose| {
                if let Prose::Clear { owner, .. } = prose {
                    subjects.extend(subject_of(*owner));
                }
            });
        }
    }
    subjects
}

fn may_hold_prose(event: &ModerationEvent) -> bool {
    use ModerationEvent as E;
    !matches!(
        event,
        E::CaseOpened(_)
            | E::PostAttached(_)
            | E::AssessmentRecorded(_)
            | E::AlertRaised(_)
            | E::IncidentMemberAdded(_)
            | E::RecordDeadLettered(_)
            | E::BatchAssessed(_)
    )
}

const fn subject_of(owner: KeyOwner) -> Option<SubjectId> {
    match owner {
        KeyOwner::Subject(subject) => Some(subject),
        KeyOwner::Tenant => None,
    }
}
