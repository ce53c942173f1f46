//! Context for whole batches, in memory.

use async_trait::async_trait;
use holdfast_domain::intake::{LiveFrom, PartitionKey, StoredPosition};
use holdfast_domain::{ClaimKey, PostRef, SubjectId, TenantId};

use super::MemoryStore;
use crate::error::StoreError;
use crate::fingerprint::{FingerprintKind, Fingerprinter};
use crate::ports::{
    ChatKey, ContentKey, Intake, KnownPost, OpenHolder, ParentText, Preceding, Recall,
    RecallRequest,
};
use crate::prepare::short;
use crate::read::{PRECEDING_AT_MOST, PRECEDING_WITHIN};

#[async_trait]
impl Intake for MemoryStore {
    async fn recall(
        &self,
        tenant: &TenantId,
        request: RecallRequest,
    ) -> Result<Recall, StoreError> {
        let prints = self.keys.tenant(tenant).await?.fingerprinter;
        let mut recall = Recall::default();
        self.recall_known(tenant, &request, &prints, &mut recall);
        for key in &request.parents {
            if let Some(parent) = self.parent(tenant, &prints, key).await? {
                recall.parents.insert(key.clone(), parent);
            }
        }
        for chat in &request.chats {
            if let Some(subject) = recall.subjects.get(&chat.author) {
                let found = self.preceding(tenant, &prints, chat, *subject).await?;
                if !found.is_empty() {
                    recall.preceding.insert(chat.clone(), found);
                }
            }
        }
        Ok(recall)
    }

    async fn fingerprinter(&self, tenant: &TenantId) -> Result<Fingerprinter, StoreError> {
        Ok(self.keys.tenant(tenant).await?.fingerprinter)
    }

    async fn position(
        &self,
        partition: &PartitionKey,
    ) -> Result<Option<StoredPosition>, StoreError> {
        Ok(self.state().positions.get(partition).and_then(|place| {
            let next = place.next?;
            Some(StoredPosition {
                next,
                last_digest: place.last_digest,
                live_from: place.live_from,
            })
        }))
    }

    async fn begin_position(
        &self,
        partition: &PartitionKey,
        live_from: LiveFrom,
    ) -> Result<LiveFrom, StoreError> {
        let mut state = self.state();
        let begun = || super::state::Place {
            live_from,
            ..Default::default()
        };
        Ok(state
            .positions
            .entry(partition.clone())
            .or_insert_with(begun)
            .live_from)
    }
}

impl MemoryStore {
    fn recall_known(
        &self,
        tenant: &TenantId,
        request: &RecallRequest,
        prints: &Fingerprinter,
        recall: &mut Recall,
    ) {
        let state = self.state();
        for author in request
            .authors
            .iter()
            .chain(request.chats.iter().map(|chat| &chat.author))
        {
            let print = short(prints, FingerprintKind::Author, author.pseudonym.reveal());
            let place = (tenant.clone(), author.platform.clone(), print);
            if let Some(subject) = state.ledger.subjects.get(&place) {
                recall.subjects.insert(author.clone(), *subject);
            }
        }
        for key in &request.posts {
            let print = short(prints, FingerprintKind::Post, key.external_id.reveal());
            let id = state
                .ledger
                .posts
                .get(&(tenant.clone(), key.platform.clone(), print));
            if let Some((id, post)) = id.and_then(|id| state.posts.get_key_value(id)) {
                let known = KnownPost {
                    id: *id,
                    subject: post.row.subject,
                    community: post.row.community.clone(),
                    latest: post.latest,
                    deleted: post.deleted.is_some(),
                };
                recall.posts.insert(key.clone(), known);
            }
        }
        let held = |key: &ClaimKey| state.ledger.claims.get(&(tenant.clone(), key.clone()));
        for event in &request.event_keys {
            if held(&ClaimKey::event(
                prints.of(FingerprintKind::Event, event.reveal()).as_str(),
            ))
            .is_some()
            {
                recall.seen.insert(event.clone());
            }
        }
        for key in &request.claims {
            if let Some(holder) = held(key) {
                recall.holders.insert(key.clone(), holder.clone());
            }
        }
        for subject in recall.subjects.values() {
            let about = Some(subject.to_string());
            let mut open: Vec<OpenHolder> = state
                .claims(tenant)
                .filter(|(key, _)| crate::group::about(key) == about)
                .filter_map(|(key, holder)| {
                    Some(OpenHolder {
                        key: key.clone(),
                        case: holder.parse().ok()?,
                    })
                })
                .collect();
            open.sort_by(|a, b| a.key.cmp(&b.key));
            if !open.is_empty() {
                recall.open.insert(*subject, open);
            }
        }
    }

    async fn parent(
        &self,
        tenant: &TenantId,
        prints: &Fingerprinter,
        key: &ContentKey,
    ) -> Result<Option<ParentText>, StoreError> {
        let print = short(prints, FingerprintKind::Post, key.external_id.reveal());
        let found = {
            let state = self.state();
            let id = state
                .ledger
                .posts
                .get(&(tenant.clone(), key.platform.clone(), print))
                .copied();
            id.and_then(|id| {
                let post = state.posts.get(&id)?;
                Some((id, post.row.subject, *post.revisions.keys().next_back()?))
            })
        };
        let Some((post, subject, revision)) = found else {
            return Ok(None);
        };
        let opened = self.posts_where(tenant, |id, _| id == post).await?.pop();
        let newest = opened.as_ref().and_then(|opened| opened.newest());
        let text = newest
            .filter(|newest| newest.text_kept)
            .map(|newest| newest.post.text.clone());
        Ok(Some(ParentText {
            post: PostRef { post, revision },
            subject,
            text,
        }))
    }

    async fn preceding(
        &self,
        tenant: &TenantId,
        prints: &Fingerprinter,
        chat: &ChatKey,
        subject: SubjectId,
    ) -> Result<Vec<Preceding>, StoreError> {
        let thread = short(prints, FingerprintKind::Thread, chat.thread.reveal());
        let window = chat.before - PRECEDING_WITHIN..=chat.before;
        let posts = self
            .posts_where(tenant, |_, post| {
                post.row.subject == subject
                    && post.row.thread == Some(thread)
                    && window.contains(&post.row.posted_at)
            })
            .await?;
        let messages = posts.iter().rev().filter_map(|post| {
            let newest = post.newest().filter(|newest| newest.text_kept)?;
            Some(Preceding {
                post: PostRef {
                    post: post.id,
                    revision: newest.post.revision,
                },
                posted_at: post.revisions.first()?.post.created_at,
                text: newest.post.text.clone(),
            })
        });
        Ok(messages.take(PRECEDING_AT_MOST).collect())
    }
}
