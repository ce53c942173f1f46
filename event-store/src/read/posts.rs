//! Opening posts.

use std::collections::HashMap;

use holdfast_domain::intake::DeletedBy;
use holdfast_domain::{CommunityId, PlatformId, PostId, Revision, SubjectId, TenantId, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::error::StoreError;
use crate::keys::{Key, Keys, SubjectKey, open};
use crate::ports::{StoredPost, StoredRevision};
use crate::prepare::{Body, Head, body_aad, head_aad, restore_post};
use crate::sql::{Db, Row, Value};

/// What is selected for [`opened_posts`]; a `WHERE` and an `ORDER BY p…, r.revision` follow.
pub(super) const POSTS: &str =
    "SELECT p.post, p.platform, p.subject, p.community, p.latest, p.deleted_by,
            r.revision, r.generation, r.head, r.body, r.recorded_at
     FROM content_posts p LEFT JOIN content_revisions r ON r.post = p.post";

/// A post and its sealed revisions.
#[derive(Debug, Clone)]
pub(crate) struct PostParts {
    pub(crate) id: PostId,
    pub(crate) platform: PlatformId,
    pub(crate) subject: SubjectId,
    pub(crate) community: CommunityId,
    pub(crate) latest: Revision,
    pub(crate) deleted: Option<DeletedBy>,
    pub(crate) revisions: Vec<SealedRevision>,
}

/// A sealed revision.
#[derive(Debug, Clone)]
pub(crate) struct SealedRevision {
    pub(crate) revision: Revision,
    pub(crate) head: Vec<u8>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) recorded_at: Timestamp,
}

/// Runs a query that begins with [`POSTS`], and opens what it finds, in its order.
pub(super) async fn query_posts(
    db: &Db,
    keys: &Keys,
    tenant: &TenantId,
    rest: &str,
    values: Vec<Value>,
) -> Result<Vec<StoredPost>, StoreError> {
    let rows = db.query(&format!("{POSTS} {rest}"), values).await?;
    opened_posts(keys, tenant, parts(rows)?).await
}

fn parts(rows: Vec<Row>) -> Result<Vec<PostParts>, StoreError> {
    let mut posts: Vec<PostParts> = Vec::new();
    for mut row in rows {
        let id: PostId = row.id(0)?;
        if posts.last().is_none_or(|last| last.id != id) {
            posts.push(PostParts {
                id,
                platform: row.name(1)?,
                subject: row.id(2)?,
                community: row.name(3)?,
                latest: Revision(row.int(4)?),
                deleted: row.opt_text(5)?.map(|by| deleted_by(&by)).transpose()?,
                revisions: Vec::new(),
            });
        }
        if let (Some(revision), Some(last)) = (row.opt_int(6)?, posts.last_mut()) {
            last.revisions.push(SealedRevision {
                revision: Revision(revision),
                head: row.bytes(8)?,
                body: row.opt_bytes(9)?,
                recorded_at: row.time(10)?,
            });
        }
    }
    Ok(posts)
}

pub(crate) fn deleted_by(name: &str) -> Result<DeletedBy, StoreError> {
    match name {
        "author" => Ok(DeletedBy::Author),
        "staff" => Ok(DeletedBy::Staff),
        "unknown" => Ok(DeletedBy::Unknown),
        _ => Err(StoreError::corrupt(format!(
            "content_posts: deleted_by {name} is not known"
        ))),
    }
}

/// Opens posts; those of erased authors come without revisions.
pub(crate) async fn opened_posts(
    keys: &Keys,
    tenant: &TenantId,
    posts: Vec<PostParts>,
) -> Result<Vec<StoredPost>, StoreError> {
    let found = keys
        .subjects(tenant, posts.iter().map(|post| post.subject))
        .await?;
    posts
        .iter()
        .map(|post| opened(tenant, post, &found))
        .collect()
}

fn opened(
    tenant: &TenantId,
    post: &PostParts,
    keys: &HashMap<SubjectId, SubjectKey>,
) -> Result<StoredPost, StoreError> {
    let mut revisions = Vec::new();
    if let Some(SubjectKey::Live { key, .. }) = keys.get(&post.subject) {
        for sealed in &post.revisions {
            revisions.push(opened_revision(tenant, post, sealed, key)?);
        }
    }
    Ok(StoredPost {
        id: post.id,
        subject: post.subject,
        latest: post.latest,
        deleted: post.deleted,
        revisions,
    })
}

fn opened_revision(
    tenant: &TenantId,
    post: &PostParts,
    sealed: &SealedRevision,
    key: &Key,
) -> Result<StoredRevision, StoreError> {
    let (id, revision) = (post.id, sealed.revision);
    let broken = || {
        StoreError::corrupt(format!(
            "content_revisions: post {id} revision {} does not open",
            revision.0
        ))
    };
    let head = open(key, &head_aad(tenant, id, revision), &sealed.head).ok_or_else(broken)?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| broken())?;
    let body = match &sealed.body {
        None => Body::default(),
        Some(body) => {
            let plain = open(key, &body_aad(tenant, id, revision), body).ok_or_else(broken)?;
            serde_json::from_slice(&plain).map_err(|_| broken())?
        }
    };
    let place = (
        tenant.clone(),
        post.platform.clone(),
        post.community.clone(),
    );
    Ok(StoredRevision {
        post: restore_post(place, revision, head, body),
        text_kept: sealed.body.is_some(),
        recorded_at: sealed.recorded_at,
        digest: sealed.body.as_ref().map(|body| Sha256::digest(body).into()),
    })
}

/// Opens the text of a body alone.
pub(crate) fn opened_text(
    tenant: &TenantId,
    (post, revision): (PostId, Revision),
    key: &Key,
    body: &[u8],
) -> Result<holdfast_domain::Sensitive<String>, StoreError> {
    let broken = || {
        StoreError::corrupt(format!(
            "content_revisions: post {post} revision {} does not open",
            revision.0
        ))
    };
    let plain = open(key, &body_aad(tenant, post, revision), body).ok_or_else(broken)?;
    let body: Body = serde_json::from_slice(&plain).map_err(|_| broken())?;
    Ok(body.into_text())
}
