//! Posts that wait for the deep stage, in memory.

use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::{PostRef, TenantId, Timestamp};

use super::MemoryStore;
use super::state::Waiting;
use crate::error::StoreError;
use crate::ports::{Content as _, Pending, TakenPost};

#[async_trait]
impl Pending for MemoryStore {
    async fn take(
        &self,
        worker: &str,
        limit: usize,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<TakenPost>, StoreError> {
        let taken: Vec<TakenPost> = {
            let mut state = self.state();
            let mut free: Vec<&mut Waiting> = state
                .pending
                .values_mut()
                .filter(|post| post.lease_until <= now)
                .collect();
            free.sort_by_key(|post| {
                (
                    post.pending.priority,
                    post.pending.deadline,
                    post.pending.post,
                )
            });
            free.truncate(limit);
            free.into_iter()
                .map(|post| {
                    post.worker = Some(worker.to_owned());
                    post.lease_until = now + lease;
                    post.attempts += 1;
                    taken(post)
                })
                .collect()
        };
        self.with_posts(taken).await
    }

    async fn give_back(
        &self,
        worker: &str,
        posts: &[(TenantId, PostRef)],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        for (_, post) in posts {
            if let Some(waiting) = state.pending.get_mut(post)
                && waiting.worker.as_deref() == Some(worker)
            {
                waiting.worker = None;
                waiting.lease_until = at;
            }
        }
        Ok(())
    }

    async fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<TakenPost>, StoreError> {
        let found = {
            let state = self.state();
            let mut late: Vec<&Waiting> = state
                .pending
                .values()
                .filter(|post| post.pending.deadline <= now)
                .collect();
            late.sort_by_key(|post| (post.pending.deadline, post.pending.post));
            late.into_iter().take(limit).map(taken).collect()
        };
        self.with_posts(found).await
    }

    async fn waiting(&self) -> Result<(u64, Option<Timestamp>), StoreError> {
        let state = self.state();
        Ok((
            state.pending.len() as u64,
            state.pending.values().map(|post| post.put_at).min(),
        ))
    }
}

impl MemoryStore {
    async fn with_posts(&self, mut taken: Vec<TakenPost>) -> Result<Vec<TakenPost>, StoreError> {
        for post in &mut taken {
            let found = self.post(&post.tenant, post.pending.post.post).await?;
            post.post = found.filter(|found| !found.revisions.is_empty());
        }
        Ok(taken)
    }
}

fn taken(waiting: &Waiting) -> TakenPost {
    TakenPost {
        tenant: waiting.tenant.clone(),
        pending: waiting.pending.clone(),
        put_at: waiting.put_at,
        attempts: waiting.attempts,
        post: None,
    }
}
