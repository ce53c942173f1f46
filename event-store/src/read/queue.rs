//! What the review queue reads. Who may see what is part of every statement.

use std::collections::HashMap;

use async_trait::async_trait;
use holdfast_domain::{CaseId, CaseKind, CrisisLevel, PostId, SignalKind, SubjectId, Timestamp};

use crate::error::StoreError;
use crate::ports::{
    CaseCount, CaseFilter, CaseRow, CaseStatus, Generation, QueueCursor, QueuePage, QueueViews,
    Viewer,
};
use crate::sql::{Db, Row, Value, values};
use crate::store::Store;

pub(crate) const CASE_COLUMNS: &str =
    "c.case_id, c.tenant, c.kind, c.signal, c.subject, c.community, c.level, c.unscored, c.status, c.holder,
     c.lease_until, c.look_due_at, c.looked_at, c.look_breached, c.opened_at, c.last_post_at, c.backfill,
     c.synthetic, c.language, c.state, c.generation";

/// The generation that is read.
const SERVING: &str =
    "c.generation = (SELECT generation FROM proj_generations WHERE name = 'queue' AND serving = 1)";

#[async_trait]
impl QueueViews for Store {
    async fn queue(
        &self,
        viewer: &Viewer,
        filter: &CaseFilter,
        after: Option<&QueueCursor>,
        limit: usize,
    ) -> Result<QueuePage, StoreError> {
        let mut select = Select::of(viewer);
        select.filter(filter);
        if let Some(cursor) = after {
            select.after(cursor);
        }
        let order = "ORDER BY c.level DESC, c.look_due_at, c.opened_at, c.case_id";
        let mut rows = select.run(&self.db, order, limit + 1).await?;
        let next = (rows.len() > limit).then(|| {
            rows.truncate(limit);
            rows.last().map(CaseRow::cursor)
        });
        Ok(QueuePage {
            rows,
            next: next.flatten(),
        })
    }

    async fn languages(&self, viewer: &Viewer) -> Result<Vec<String>, StoreError> {
        let mut select = Select::of(viewer);
        select.condition("c.language IS NOT NULL AND c.synthetic = 0");
        select.and("c.status = ", CaseStatus::Open.as_str());
        let sql = format!(
            "SELECT DISTINCT c.language FROM proj_cases c WHERE {}",
            select.conditions
        );
        let rows = self.db.query(&sql, select.values).await?;
        let languages = rows.into_iter().map(|mut row| row.text(0));
        let mut languages = languages.collect::<Result<Vec<_>, _>>()?;
        // Here, since databases order texts each in their own way.
        languages.sort_unstable();
        Ok(languages)
    }

    async fn case_row(&self, viewer: &Viewer, case: CaseId) -> Result<Option<CaseRow>, StoreError> {
        let mut select = Select::of(viewer);
        select.and("c.case_id = ", case);
        Ok(select.run(&self.db, "", 1).await?.pop())
    }

    async fn cases_of_subject(
        &self,
        viewer: &Viewer,
        subject: SubjectId,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let mut select = Select::of(viewer);
        select.and("c.subject = ", subject);
        select
            .run(&self.db, "ORDER BY c.opened_at DESC, c.case_id", 200)
            .await
    }

    async fn cases_of_post(
        &self,
        viewer: &Viewer,
        post: PostId,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let mut select = Select::of(viewer);
        let place = select.value(post);
        select.condition(&format!(
            "c.case_id IN (SELECT p.case_id FROM proj_case_posts p WHERE p.generation = c.generation AND p.post = {place})"
        ));
        select
            .run(&self.db, "ORDER BY c.opened_at DESC, c.case_id", 200)
            .await
    }

    async fn ended_leases(&self, now: Timestamp, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        let mut select = Select::all();
        select.and(
            "c.status = 'open' AND c.lease_until IS NOT NULL AND c.lease_until <= ",
            now,
        );
        select
            .run(&self.db, "ORDER BY c.lease_until, c.case_id", limit)
            .await
    }

    async fn overdue_looks(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let mut select = Select::all();
        select.and("c.status = 'open' AND c.looked_at IS NULL AND c.look_breached = 0 AND c.look_due_at <= ", now);
        select
            .run(&self.db, "ORDER BY c.look_due_at, c.case_id", limit)
            .await
    }

    async fn counts(&self, now: Timestamp) -> Result<Vec<CaseCount>, StoreError> {
        let sql = format!(
            "SELECT c.kind, c.level, c.status, c.held, COUNT(*), MIN(c.opened_at)
             FROM (SELECT c.kind, c.level, c.status, c.opened_at,
                          CASE WHEN c.lease_until > $1 THEN 1 ELSE 0 END AS held
                   FROM proj_cases c WHERE {SERVING} AND c.synthetic = 0) c
             GROUP BY c.kind, c.level, c.status, c.held
             ORDER BY c.kind, c.level, c.status, c.held"
        );
        self.db
            .query(&sql, values![now])
            .await?
            .into_iter()
            .map(count)
            .collect()
    }
}

/// A `SELECT` of cases that grows by conditions.
struct Select {
    conditions: String,
    values: Vec<Value>,
}

impl Select {
    /// All cases of the serving generation; for the timers alone.
    fn all() -> Self {
        Self {
            conditions: SERVING.to_owned(),
            values: Vec::new(),
        }
    }

    /// What a person may see.
    fn of(viewer: &Viewer) -> Self {
        let mut select = Self::all();
        select.and("c.tenant = ", &viewer.tenant);
        let mut grants = Vec::new();
        for grant in &viewer.grants {
            let mut parts = Vec::new();
            if let Some(community) = &grant.community {
                parts.push(format!("c.community = {}", select.value(community)));
            }
            if let Some(signal) = grant.signal {
                parts.push(format!("c.signal = {}", select.value(signal.as_str())));
            }
            grants.push(if parts.is_empty() {
                "1 = 1".to_owned()
            } else {
                format!("({})", parts.join(" AND "))
            });
        }
        // Without a grant nothing is seen.
        select.condition(&if grants.is_empty() {
            "1 = 0".to_owned()
        } else {
            format!("({})", grants.join(" OR "))
        });
        for subject in &viewer.not_about {
            let place = select.value(*subject);
            select.condition(&format!("(c.subject IS NULL OR c.subject <> {place})"));
        }
        select
    }

    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn condition(&mut self, condition: &str) {
        self.conditions.push_str(" AND ");
        self.conditions.push_str(condition);
    }

    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.value(value);
        self.condition(&format!("{condition}{place}"));
    }

    fn filter(&mut self, filter: &CaseFilter) {
        if let Some(open) = filter.open {
            self.and(
                "c.status = ",
                if open {
                    CaseStatus::Open.as_str()
                } else {
                    CaseStatus::Closed.as_str()
                },
            );
        }
        if !filter.kinds.is_empty() {
            let place = self.value(Value::list(filter.kinds.iter().map(|kind| kind.as_str())));
            self.condition(&format!("c.kind IN ({place})"));
        }
        if let Some(level) = filter.min_level {
            self.and("c.level >= ", i64::from(level.number()));
        }
        if !filter.communities.is_empty() {
            let place = self.value(Value::list(&filter.communities));
            self.condition(&format!("c.community IN ({place})"));
        }
        if let Some(holder) = filter.holder {
            self.and("c.holder = ", holder);
        }
        if let Some(at) = filter.unheld_at {
            let place = self.value(at);
            self.condition(&format!(
                "(c.lease_until IS NULL OR c.lease_until <= {place})"
            ));
        }
        if let Some(language) = &filter.language {
            self.and("c.language = ", language.as_str());
        }
        if let Some(backfill) = filter.backfill {
            self.and("c.backfill = ", backfill);
        }
        if !filter.synthetic {
            self.condition("c.synthetic = 0");
        }
    }

    fn after(&mut self, cursor: &QueueCursor) {
        let level = self.value(i64::from(cursor.level.number()));
        let due = self.value(due_value(cursor.look_due_at));
        let opened = self.value(cursor.opened_at);
        let case = self.value(cursor.case);
        self.condition(&format!(
            "(c.level < {level} OR (c.level = {level} AND (c.look_due_at > {due} OR (c.look_due_at = {due}
              AND (c.opened_at > {opened} OR (c.opened_at = {opened} AND c.case_id > {case}))))))"
        ));
    }

    async fn run(mut self, db: &Db, order: &str, limit: usize) -> Result<Vec<CaseRow>, StoreError> {
        let limit = self.value(limit as i64);
        let sql = format!(
            "SELECT {CASE_COLUMNS} FROM proj_cases c WHERE {} {order} LIMIT {limit}",
            self.conditions
        );
        let rows = db.query(&sql, self.values).await?;
        let Some(generation) = rows.first().and_then(|row| row.clone().int(20).ok()) else {
            return Ok(Vec::new());
        };
        case_rows(db, Generation(generation), rows).await
    }
}

/// Rows of cases with their posts: one query more.
pub(crate) async fn case_rows(
    db: &Db,
    generation: Generation,
    rows: Vec<Row>,
) -> Result<Vec<CaseRow>, StoreError> {
    let mut cases = rows
        .into_iter()
        .map(case_row)
        .collect::<Result<Vec<_>, _>>()?;
    if cases.is_empty() {
        return Ok(cases);
    }
    let mut posts: HashMap<CaseId, Vec<PostId>> = HashMap::new();
    let ids: Vec<Value> = cases.iter().map(|case| case.case.into()).collect();
    for part in ids.chunks(8_192) {
        let sql = "SELECT case_id, post FROM proj_case_posts WHERE generation = $1 AND case_id IN ($2) ORDER BY case_id, post";
        for mut row in db
            .query(sql, vec![generation.0.into(), Value::List(part.to_vec())])
            .await?
        {
            posts.entry(row.id(0)?).or_default().push(row.id(1)?);
        }
    }
    for case in &mut cases {
        case.posts = posts.remove(&case.case).unwrap_or_default();
    }
    Ok(cases)
}

fn case_row(mut row: Row) -> Result<CaseRow, StoreError> {
    let case: CaseId = row.id(0)?;
    let impossible = |what: &str| StoreError::corrupt(format!("proj_cases: {what} of case {case}"));
    let (kind, signal, status) = (row.text(2)?, row.text(3)?, row.text(8)?);
    let due = row.int(11)?;
    Ok(CaseRow {
        case,
        tenant: row.name(1)?,
        kind: CaseKind::parse(&kind).ok_or_else(|| impossible("kind"))?,
        signal: signal_named(&signal).ok_or_else(|| impossible("signal"))?,
        subject: row.opt_id(4)?,
        community: row.name(5)?,
        level: level(row.int(6)?)?,
        unscored: row.flag(7)?,
        status: status_named(&status).ok_or_else(|| impossible("status"))?,
        holder: row.opt_id(9)?,
        lease_until: row.opt_time(10)?,
        look_due_at: (due != i64::MAX).then(|| Timestamp::from_micros(due)),
        looked_at: row.opt_time(12)?,
        look_breached: row.flag(13)?,
        opened_at: row.time(14)?,
        last_post_at: row.opt_time(15)?,
        backfill: row.flag(16)?,
        synthetic: row.flag(17)?,
        language: row.opt_text(18)?,
        posts: Vec::new(),
        state: row.text(19)?,
    })
}

fn count(mut row: Row) -> Result<CaseCount, StoreError> {
    let impossible = |what: &str| StoreError::corrupt(format!("proj_cases: {what}"));
    Ok(CaseCount {
        kind: CaseKind::parse(&row.text(0)?).ok_or_else(|| impossible("kind"))?,
        level: level(row.int(1)?)?,
        status: status_named(&row.text(2)?).ok_or_else(|| impossible("status"))?,
        held: row.flag(3)?,
        count: row.int(4)? as u64,
        oldest: row.time(5)?,
    })
}

pub(crate) fn signal_named(name: &str) -> Option<SignalKind> {
    SignalKind::ALL
        .into_iter()
        .find(|signal| signal.as_str() == name)
}

fn status_named(name: &str) -> Option<CaseStatus> {
    [CaseStatus::Open, CaseStatus::Closed]
        .into_iter()
        .find(|status| status.as_str() == name)
}

fn level(number: i64) -> Result<CrisisLevel, StoreError> {
    u8::try_from(number)
        .ok()
        .and_then(CrisisLevel::from_number)
        .ok_or_else(|| StoreError::corrupt("proj_cases: level"))
}

/// A promised look as a column: none sorts last.
pub(crate) fn due_value(due: Option<Timestamp>) -> i64 {
    due.map_or(i64::MAX, Timestamp::as_micros)
}

/// Rows as lines of text, for comparing two generations.
pub(crate) fn row_lines(rows: &[CaseRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{row:?}")).collect()
}
