//! Reading what is sealed.

use async_trait::async_trait;
use holdfast_domain::prose::Algorithm;
use holdfast_domain::{
    KeyOwner, MessageId, PlatformId, PostId, Sealed, Sensitive, SubjectId, TenantId, Timestamp,
};

use super::posts::query_posts;
use crate::error::StoreError;
use crate::fingerprint::FingerprintKind;
use crate::keys::{Key, Keys, NONCE, SubjectKey, open};
use crate::ports::{
    Content, DeadLetter, DeadLetterSummary, Find, Found, Opened, ProseContext, StoredPost,
};
use crate::prepare::{open_dead_letter, prose_aad, pseudonym_aad, short};
use crate::sql::{Row, Value, values};
use crate::store::Store;

/// How many posts lose their texts in one transaction.
const PURGE_AT_ONCE: i64 = 1_000;
const AUTHOR_POSTS: i64 = 500;

#[async_trait]
impl Content for Store {
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
        if posts.is_empty() {
            return Ok(Vec::new());
        }
        let rest =
            "WHERE p.tenant = $1 AND p.post IN ($2) ORDER BY p.posted_at, p.post, r.revision";
        let values = vec![tenant.into(), Value::list(posts.iter().copied())];
        query_posts(&self.db, &self.keys, tenant, rest, values).await
    }

    async fn thread_around(
        &self,
        tenant: &TenantId,
        post: PostId,
        before: usize,
        after: usize,
    ) -> Result<Vec<StoredPost>, StoreError> {
        let sql = "SELECT thread, posted_at FROM content_posts WHERE tenant = $1 AND post = $2 AND thread IS NOT NULL";
        let Some(mut row) = self.db.query_one(sql, values![tenant, post]).await? else {
            return Ok(Vec::new());
        };
        let (thread, at) = (row.bytes(0)?, row.int(1)?);
        let earlier = "SELECT post FROM content_posts
                       WHERE thread = $1 AND tenant = $2 AND (posted_at < $3 OR (posted_at = $3 AND post < $4))
                       ORDER BY posted_at DESC, post DESC LIMIT $5";
        let later = "SELECT post FROM content_posts
                     WHERE thread = $1 AND tenant = $2 AND (posted_at > $3 OR (posted_at = $3 AND post > $4))
                     ORDER BY posted_at, post LIMIT $5";
        let mut posts = vec![post];
        for (sql, limit) in [(earlier, before), (later, after)] {
            let found = self
                .db
                .query(
                    sql,
                    values![thread.as_slice(), tenant, at, post, limit as i64],
                )
                .await?;
            for mut row in found {
                posts.push(row.id(0)?);
            }
        }
        self.posts(tenant, &posts).await
    }

    async fn author_posts(
        &self,
        tenant: &TenantId,
        subject: SubjectId,
        since: Timestamp,
    ) -> Result<Vec<StoredPost>, StoreError> {
        let rest = "WHERE p.post IN (SELECT post FROM content_posts WHERE tenant = $1 AND subject = $2 AND posted_at >= $3
                                     ORDER BY posted_at DESC LIMIT $4)
                    ORDER BY p.posted_at DESC, p.post, r.revision";
        let values = values![tenant, subject, since, AUTHOR_POSTS];
        query_posts(&self.db, &self.keys, tenant, rest, values).await
    }

    async fn pseudonym(
        &self,
        tenant: &TenantId,
        subject: SubjectId,
    ) -> Result<Option<(PlatformId, Sensitive<String>)>, StoreError> {
        let sql =
            "SELECT platform, sealed FROM content_subjects WHERE tenant = $1 AND subject = $2";
        let Some(mut row) = self.db.query_one(sql, values![tenant, subject]).await? else {
            return Ok(None);
        };
        let (platform, sealed) = (row.name(0)?, row.bytes(1)?);
        let Some(key) = owner_key(&self.keys, tenant, KeyOwner::Subject(subject)).await? else {
            return Ok(None);
        };
        let plain = open(&key, &pseudonym_aad(tenant, subject), &sealed)
            .and_then(|plain| String::from_utf8(plain).ok());
        let plain = plain.ok_or_else(|| {
            StoreError::corrupt(format!("content_subjects: {subject} does not open"))
        })?;
        Ok(Some((platform, plain.into())))
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
        let (sql, print) = match what {
            Find::Author(name) => (
                "SELECT subject FROM content_subjects WHERE tenant = $1 AND fingerprint = $2",
                short(&prints, FingerprintKind::Author, name.reveal()),
            ),
            Find::Post(id) => (
                "SELECT post FROM content_posts WHERE tenant = $1 AND fingerprint = $2",
                short(&prints, FingerprintKind::Post, id.reveal()),
            ),
            Find::Url(url) => (
                "SELECT post FROM content_posts WHERE tenant = $1 AND url = $2",
                short(&prints, FingerprintKind::Url, url.reveal()),
            ),
        };
        let mut found = Found::default();
        for mut row in self.db.query(sql, values![tenant, print]).await? {
            match what {
                Find::Author(_) => found.subjects.push(row.id(0)?),
                Find::Post(_) | Find::Url(_) => found.posts.push(row.id(0)?),
            }
        }
        Ok(found)
    }

    async fn dead_letter(&self, id: MessageId) -> Result<Option<DeadLetter>, StoreError> {
        let sql = format!("{DEAD_LETTERS} WHERE id = $1");
        let Some(mut row) = self.db.query_one(&sql, values![id]).await? else {
            return Ok(None);
        };
        let (sealed, generation) = (row.bytes(10)?, row.int(11)? as u32);
        let summary = summary(row)?;
        let Some(key) = owner_key(&self.keys, &summary.tenant, summary.owner).await? else {
            return Ok(Some(DeadLetter {
                summary,
                raw: None,
                sealed: None,
                key: None,
                headers: Sensitive::default(),
            }));
        };
        opened_dead_letter(summary, generation, &key, &sealed).map(Some)
    }

    async fn dead_letters(
        &self,
        tenant: &TenantId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DeadLetterSummary>, StoreError> {
        let sql = format!(
            "{DEAD_LETTERS} WHERE tenant = $1 AND recorded_at < $2 ORDER BY recorded_at DESC, id DESC LIMIT $3"
        );
        let before = before.map_or(i64::MAX, Timestamp::as_micros);
        let rows = self
            .db
            .query(&sql, values![tenant, before, limit as i64])
            .await?;
        rows.into_iter().map(summary).collect()
    }

    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut purged = 0;
        loop {
            let mut tx = self.db.begin().await?;
            let sql = "SELECT post FROM content_posts
                       WHERE keep_until > 0 AND keep_until < 9223372036854775807 AND keep_until <= $1
                         AND NOT EXISTS (SELECT 1 FROM op_pending w WHERE w.post = content_posts.post)
                       LIMIT $2";
            let rows = tx.query(sql, values![now, PURGE_AT_ONCE]).await?;
            let posts = rows
                .into_iter()
                .map(|mut row| row.bytes(0).map(Value::from))
                .collect::<Result<Vec<_>, _>>()?;
            if posts.is_empty() {
                return Ok(purged);
            }
            let sql =
                "UPDATE content_revisions SET body = NULL WHERE body IS NOT NULL AND post IN ($1)";
            purged += tx.execute(sql, vec![Value::List(posts.clone())]).await?;
            let sql = "UPDATE content_posts SET keep_until = 0 WHERE post IN ($1)";
            tx.execute(sql, vec![Value::List(posts)]).await?;
            tx.commit().await?;
        }
    }
}

/// Opens a text of an event.
pub(crate) async fn open_prose(
    keys: &Keys,
    context: &ProseContext<'_>,
    sealed: &Sealed,
) -> Result<Opened, StoreError> {
    let Some(key) = owner_key(keys, context.tenant, sealed.owner).await? else {
        return Ok(Opened::Erased);
    };
    let place = prose_aad(
        context.tenant,
        context.stream,
        context.event_type,
        context.field,
    );
    let mut bytes = sealed.nonce.clone();
    bytes.extend_from_slice(&sealed.bytes);
    let text = open(&key, &place, &bytes).and_then(|plain| String::from_utf8(plain).ok());
    text.map(|text| Opened::Text(text.into())).ok_or_else(|| {
        StoreError::corrupt(format!(
            "{} of {} in {} does not open",
            context.field, context.event_type, context.stream
        ))
    })
}

/// The key of an owner; `None` once destroyed.
pub(crate) async fn owner_key(
    keys: &Keys,
    tenant: &TenantId,
    owner: KeyOwner,
) -> Result<Option<Key>, StoreError> {
    match owner {
        KeyOwner::Tenant => Ok(Some(keys.tenant(tenant).await?.seal)),
        KeyOwner::Subject(subject) => match keys.subjects(tenant, [subject]).await?.get(&subject) {
            Some(SubjectKey::Live { key, .. }) => Ok(Some(*key)),
            _ => Ok(None),
        },
    }
}

/// A dead letter with its bytes, opened and as stored.
pub(crate) fn opened_dead_letter(
    summary: DeadLetterSummary,
    generation: u32,
    key: &Key,
    sealed: &[u8],
) -> Result<DeadLetter, StoreError> {
    let parts = open_dead_letter(&summary.tenant, summary.id, key, sealed)?;
    let (nonce, bytes) = sealed.split_at(NONCE);
    let sealed = Sealed {
        owner: summary.owner,
        generation,
        algorithm: Algorithm::XChaCha20Poly1305,
        nonce: nonce.to_vec(),
        bytes: bytes.to_vec(),
    };
    Ok(DeadLetter {
        summary,
        raw: Some(parts.raw.into()),
        sealed: Some(sealed),
        key: parts.key.map(Sensitive::new),
        headers: parts.headers.into(),
    })
}

const DEAD_LETTERS: &str =
    "SELECT id, tenant, subject, origin, class, message, transport_time, recorded_at,
                                   consumer_group, traceparent, sealed, generation
                            FROM content_dead_letters";

fn summary(mut row: Row) -> Result<DeadLetterSummary, StoreError> {
    let id: MessageId = row.id(0)?;
    let impossible =
        |what: &str| StoreError::corrupt(format!("content_dead_letters: {what} of {id}"));
    let subject: Option<SubjectId> = row.opt_id(2)?;
    Ok(DeadLetterSummary {
        id,
        tenant: row.name(1)?,
        origin: serde_json::from_str(&row.text(3)?).map_err(|_| impossible("origin"))?,
        owner: KeyOwner::from(subject),
        class: reject_class(&row.text(4)?).ok_or_else(|| impossible("class"))?,
        message: row.text(5)?,
        transport_time: row.opt_time(6)?,
        recorded_at: row.time(7)?,
        consumer_group: row.opt_text(8)?,
        traceparent: row.opt_text(9)?,
    })
}

pub(crate) fn reject_class(name: &str) -> Option<holdfast_domain::intake::RejectClass> {
    use holdfast_domain::intake::RejectClass as R;
    [R::Poison, R::Schema, R::TooLarge, R::UnknownType]
        .into_iter()
        .find(|class| class.as_str() == name)
}
