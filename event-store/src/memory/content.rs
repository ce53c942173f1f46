//! Reading what is sealed, in memory.

use async_trait::async_trait;
use holdfast_domain::{
    KeyOwner, MessageId, PlatformId, PostId, Sealed, Sensitive, SubjectId, TenantId, Timestamp,
};

use super::MemoryStore;
use super::state::{DeadLetter as Letter, Post};
use crate::error::StoreError;
use crate::fingerprint::FingerprintKind;
use crate::keys::open;
use crate::ports::{
    Content, DeadLetter, DeadLetterSummary, Find, Found, Opened, ProseContext, StoredPost,
};
use crate::prepare::{pseudonym_aad, short};
use crate::read::{
    PostParts, SealedRevision, open_prose, opened_dead_letter, opened_posts, owner_key,
    reject_class,
};

#[async_trait]
impl Content for MemoryStore {
    async fn post(
        &self,
        tenant: &TenantId,
        post: PostId,
    ) -> Result<Option<StoredPost>, StoreError> {
        Ok(self.posts(tenant, &[post]).await?.pop())
    }

    async fn posts(
        &self,
        tenant: &TenantId,
        posts: &[PostId],
    ) -> Result<Vec<StoredPost>, StoreError> {
        self.posts_where(tenant, |id, _| posts.contains(&id)).await
    }

    async fn thread_around(
        &self,
        tenant: &TenantId,
        post: PostId,
        before: usize,
        after: usize,
    ) -> Result<Vec<StoredPost>, StoreError> {
        let Some(thread) = self
            .state()
            .posts
            .get(&post)
            .and_then(|post| post.row.thread)
        else {
            return Ok(Vec::new());
        };
        let posts = self
            .posts_where(tenant, |_, post| post.row.thread == Some(thread))
            .await?;
        let Some(place) = posts.iter().position(|found| found.id == post) else {
            return Ok(Vec::new());
        };
        Ok(posts
            .into_iter()
            .skip(place.saturating_sub(before))
            .take(place.min(before) + 1 + after)
            .collect())
    }

    async fn author_posts(
        &self,
        tenant: &TenantId,
        subject: SubjectId,
        since: Timestamp,
    ) -> Result<Vec<StoredPost>, StoreError> {
        let theirs = |_, post: &Post| post.row.subject == subject && post.row.posted_at >= since;
        let mut posts = self.posts_where(tenant, theirs).await?;
        posts.reverse();
        posts.truncate(500);
        Ok(posts)
    }

    async fn pseudonym(
        &self,
        tenant: &TenantId,
        subject: SubjectId,
    ) -> Result<Option<(PlatformId, Sensitive<String>)>, StoreError> {
        let row = self
            .state()
            .subjects
            .get(&subject)
            .filter(|(of, _)| of == tenant)
            .map(|(_, row)| row.clone());
        let Some(row) = row else { return Ok(None) };
        let Some(key) = owner_key(&self.keys, tenant, KeyOwner::Subject(subject)).await? else {
            return Ok(None);
        };
        let plain = open(&key, &pseudonym_aad(tenant, subject), &row.sealed);
        let plain = plain.and_then(|plain| String::from_utf8(plain).ok());
        let plain = plain.ok_or_else(|| StoreError::corrupt("a pseudonym does not open"))?;
        Ok(Some((row.platform, plain.into())))
    }

    async fn open(
        &self,
        context: &ProseContext<'_>,
        sealed: &Sealed,
    ) -> Result<Opened, StoreError> {
        open_prose(&self.keys, context, sealed).await
    }

    async fn find(&self, tenant: &TenantId, what: &Find) -> Result<Found, StoreError> {
        let prints = self.keys.tenant(tenant).await?.fingerprinter;
        let state = self.state();
        let posts = |kind, text: &Sensitive<String>| {
            let print = short(&prints, kind, text.reveal());
            let is_it = |post: &Post| match kind {
                FingerprintKind::Url => post.row.url == Some(print),
                _ => post.row.fingerprint == print,
            };
            let found = state
                .posts
                .iter()
                .filter(|(_, post)| post.tenant == *tenant && is_it(post));
            Found {
                posts: found.map(|(id, _)| *id).collect(),
                ..Found::default()
            }
        };
        Ok(match what {
            Find::Post(id) => posts(FingerprintKind::Post, id),
            Find::Url(url) => posts(FingerprintKind::Url, url),
            Find::Author(name) => {
                let print = short(&prints, FingerprintKind::Author, name.reveal());
                let is_it = |(of, row): &&(TenantId, crate::prepare::SubjectRow)| {
                    of == tenant && row.fingerprint == print
                };
                let subjects = state
                    .subjects
                    .values()
                    .filter(is_it)
                    .map(|(_, row)| row.subject);
                Found {
                    subjects: subjects.collect(),
                    ..Found::default()
                }
            }
        })
    }

    async fn dead_letter(&self, id: MessageId) -> Result<Option<DeadLetter>, StoreError> {
        let found = self.state().dead_letters.get(&id).map(|letter| {
            summary(letter)
                .map(|summary| (summary, letter.row.generation, letter.row.sealed.clone()))
        });
        let Some((summary, generation, sealed)) = found.transpose()? else {
            return Ok(None);
        };
        match owner_key(&self.keys, &summary.tenant, summary.owner).await? {
            Some(key) => opened_dead_letter(summary, generation, &key, &sealed).map(Some),
            None => Ok(Some(DeadLetter {
                summary,
                raw: None,
                sealed: None,
                key: None,
                headers: Sensitive::default(),
            })),
        }
    }

    async fn dead_letters(
        &self,
        tenant: &TenantId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DeadLetterSummary>, StoreError> {
        let state = self.state();
        let mut found: Vec<_> = state
            .dead_letters
            .values()
            .filter(|letter| {
                letter.tenant == *tenant && before.is_none_or(|before| letter.recorded_at < before)
            })
            .collect();
        found.sort_by_key(|letter| std::cmp::Reverse((letter.recorded_at, letter.row.id)));
        found.into_iter().take(limit).map(summary).collect()
    }

    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut state = self.state();
        let waiting: Vec<PostId> = state.pending.keys().map(|waits| waits.post).collect();
        let mut purged = 0;
        for (id, post) in &mut state.posts {
            let over =
                post.keep_until > 0 && post.keep_until <= now.as_micros() && !waiting.contains(id);
            if over {
                post.keep_until = 0;
                for (revision, _) in post.revisions.values_mut() {
                    purged += u64::from(revision.body.take().is_some());
                }
            }
        }
        Ok(purged)
    }
}

impl MemoryStore {
    /// Posts by the platform's time, opened.
    pub(super) async fn posts_where(
        &self,
        tenant: &TenantId,
        wanted: impl Fn(PostId, &Post) -> bool + Send,
    ) -> Result<Vec<StoredPost>, StoreError> {
        let parts = {
            let state = self.state();
            let found = state
                .posts
                .iter()
                .filter(|(id, post)| post.tenant == *tenant && wanted(**id, post));
            let mut found: Vec<_> = found.collect();
            found.sort_by_key(|(id, post)| (post.row.posted_at, **id));
            found
                .into_iter()
                .map(|(id, post)| parts(*id, post))
                .collect()
        };
        opened_posts(&self.keys, tenant, parts).await
    }
}

fn parts(id: PostId, post: &Post) -> PostParts {
    PostParts {
        id,
        platform: post.row.platform.clone(),
        subject: post.row.subject,
        community: post.row.community.clone(),
        latest: post.latest,
        deleted: post.deleted,
        revisions: post
            .revisions
            .iter()
            .map(|(revision, (row, recorded_at))| SealedRevision {
                revision: *revision,
                head: row.head.clone(),
                body: row.body.clone(),
                recorded_at: *recorded_at,
            })
            .collect(),
    }
}

fn summary(letter: &Letter) -> Result<DeadLetterSummary, StoreError> {
    let row = &letter.row;
    Ok(DeadLetterSummary {
        id: row.id,
        tenant: letter.tenant.clone(),
        origin: serde_json::from_str(&row.origin).map_err(|_| StoreError::corrupt("an origin"))?,
        owner: KeyOwner::from(row.subject),
        class: reject_class(row.class).ok_or_else(|| StoreError::corrupt("a class"))?,
        message: row.message.clone(),
        transport_time: row.transport_time,
        consumer_group: row.consumer_group.clone(),
        traceparent: row.traceparent.clone(),
        recorded_at: letter.recorded_at,
    })
}
