//! Posts that wait for the deep stage.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_domain::{PostId, PostRef, Revision, TenantId, Timestamp};

use crate::error::StoreError;
use crate::ports::{Content as _, Pending, PendingPost, PendingPriority, StoredPost, TakenPost};
use crate::sql::{Dialect, Row, Value, values};
use crate::store::Store;

const COLUMNS: &str =
    "SELECT post, tenant, revision, priority, deadline, freshness, context, put_at, attempts
                       FROM op_pending";

#[async_trait]
impl Pending for Store {
    async fn take(
        &self,
        worker: &str,
        limit: usize,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<TakenPost>, StoreError> {
        let mut tx = self.db.begin().await?;
        let lock = match tx.dialect() {
            Dialect::Sqlite => "",
            // Workers of other instances take other rows at the same time.
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        };
        let sql = format!(
            "{COLUMNS} WHERE lease_until <= $1 ORDER BY priority, deadline, post, revision LIMIT $2{lock}"
        );
        let rows = tx.query(&sql, values![now, limit as i64]).await?;
        let mut taken = rows.into_iter().map(taken).collect::<Result<Vec<_>, _>>()?;
        if taken.is_empty() {
            return Ok(taken);
        }
        let sql = "WITH taken (post, revision) AS ($3)
                   UPDATE op_pending SET worker = $1, lease_until = $2, attempts = attempts + 1
                   WHERE (post, revision) IN (SELECT post, revision FROM taken)";
        let revisions = taken.iter().map(|taken| taken.pending.post);
        let revisions = revisions
            .map(|at| values![at.post, at.revision.0])
            .collect();
        let values = vec![worker.into(), (now + lease).into(), Value::Rows(revisions)];
        tx.execute(sql, values).await?;
        tx.commit().await?;
        for post in &mut taken {
            post.attempts += 1;
        }
        self.with_posts(taken).await
    }

    async fn give_back(
        &self,
        worker: &str,
        posts: &[(TenantId, PostRef)],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for (tenant, post) in posts {
            let sql = "UPDATE op_pending SET worker = NULL, lease_until = $1
                       WHERE post = $2 AND tenant = $3 AND revision = $4 AND worker = $5";
            tx.execute(sql, values![at, post.post, tenant, post.revision.0, worker])
                .await?;
        }
        tx.commit().await
    }

    async fn overdue(&self, now: Timestamp, limit: usize) -> Result<Vec<TakenPost>, StoreError> {
        let sql =
            format!("{COLUMNS} WHERE deadline <= $1 ORDER BY deadline, post, revision LIMIT $2");
        let rows = self.db.query(&sql, values![now, limit as i64]).await?;
        let found = rows.into_iter().map(taken).collect::<Result<_, _>>()?;
        self.with_posts(found).await
    }

    async fn waiting(&self) -> Result<(u64, Option<Timestamp>), StoreError> {
        let row = self
            .db
            .query_one("SELECT COUNT(*), MIN(put_at) FROM op_pending", Vec::new())
            .await?;
        let mut row = row.ok_or_else(|| StoreError::corrupt("a count gave no row"))?;
        Ok((row.int(0)? as u64, row.opt_time(1)?))
    }
}

impl Store {
    /// Fills in the posts, opened; one query per tenant.
    async fn with_posts(&self, mut taken: Vec<TakenPost>) -> Result<Vec<TakenPost>, StoreError> {
        let mut by_tenant: HashMap<TenantId, Vec<PostId>> = HashMap::new();
        for post in &taken {
            by_tenant
                .entry(post.tenant.clone())
                .or_default()
                .push(post.pending.post.post);
        }
        let mut found: HashMap<PostId, StoredPost> = HashMap::new();
        for (tenant, posts) in by_tenant {
            found.extend(
                self.posts(&tenant, &posts)
                    .await?
                    .into_iter()
                    .map(|post| (post.id, post)),
            );
        }
        for post in &mut taken {
            post.post = found
                .get(&post.pending.post.post)
                .filter(|post| !post.revisions.is_empty())
                .cloned();
        }
        Ok(taken)
    }
}

fn taken(mut row: Row) -> Result<TakenPost, StoreError> {
    let post = PostRef {
        post: row.id(0)?,
        revision: Revision(row.int(2)?),
    };
    let priority = PendingPriority::from_number(row.int(3)?).ok_or_else(|| {
        StoreError::corrupt(format!("op_pending: priority of post {}", post.post))
    })?;
    Ok(TakenPost {
        tenant: row.name(1)?,
        pending: PendingPost {
            post,
            priority,
            deadline: row.time(4)?,
            freshness: super::freshness(&row.text(5)?)?,
            context: row.text(6)?,
        },
        put_at: row.time(7)?,
        attempts: row.int(8)? as u32,
        post: None,
    })
}
