//! Generations of the projections' rows.

use async_trait::async_trait;
use holdfast_domain::{CaseId, Position};

use super::queue::{CASE_COLUMNS, case_rows, due_value, row_lines};
use crate::error::StoreError;
use crate::group::for_update;
use crate::ports::{
    CaseRow, Checkpoint, Generation, GenerationState, ProjectionWrite, Projections,
};
use crate::sql::{Row, Tx, Value, values};
use crate::store::Store;

#[async_trait]
impl Projections for Store {
    async fn generations(&self, name: &str) -> Result<Vec<GenerationState>, StoreError> {
        let sql = "SELECT generation, serving, checkpoint FROM proj_generations WHERE name = $1 ORDER BY generation";
        self.db
            .query(sql, values![name])
            .await?
            .into_iter()
            .map(state)
            .collect()
    }

    async fn begin_generation(&self, name: &str) -> Result<Generation, StoreError> {
        let mut tx = self.db.begin().await?;
        let states = locked(&mut tx, name).await?;
        // Before the half-built one goes: a number never comes back, so that its writer writes nowhere.
        let mut rows = tx
            .query(
                "SELECT COALESCE(MAX(generation), 0) FROM proj_generations",
                Vec::new(),
            )
            .await?;
        let last = rows.first_mut().map_or(Ok(0), |row| row.int(0))?;
        for half_built in states.iter().filter(|state| !state.serving) {
            remove(&mut tx, name, half_built.generation).await?;
        }
        let serving = !states.iter().any(|state| state.serving);
        let sql = "INSERT INTO proj_generations (name, generation, serving, checkpoint) VALUES ($1, $2, $3, NULL)";
        tx.execute(sql, values![name, last + 1, serving]).await?;
        tx.commit().await?;
        Ok(Generation(last + 1))
    }

    async fn write(&self, write: ProjectionWrite) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let found = locked(&mut tx, &write.name).await?;
        let state = found
            .iter()
            .find(|state| state.generation == write.generation);
        if state.is_none_or(|state| state.checkpoint != write.expected) {
            return Ok(false);
        }
        write_cases(&mut tx, write.generation, write.cases).await?;
        let sql = "UPDATE proj_generations SET checkpoint = $1 WHERE name = $2 AND generation = $3";
        tx.execute(
            sql,
            values![write.checkpoint.0, write.name.as_str(), write.generation.0],
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn load_rows(
        &self,
        generation: Generation,
        cases: &[CaseId],
    ) -> Result<Vec<CaseRow>, StoreError> {
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {CASE_COLUMNS} FROM proj_cases c WHERE c.generation = $1 AND c.case_id IN ($2) ORDER BY c.case_id"
        );
        let values = vec![generation.0.into(), Value::list(cases.iter().copied())];
        case_rows(&self.db, generation, self.db.query(&sql, values).await?).await
    }

    async fn swap(&self, name: &str, generation: Generation) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let states = locked(&mut tx, name).await?;
        let Some(new) = states.iter().find(|state| state.generation == generation) else {
            return Ok(false);
        };
        for old in states
            .iter()
            .filter(|state| state.serving && state.generation != generation)
        {
            if old.checkpoint > new.checkpoint {
                return Ok(false);
            }
            remove(&mut tx, name, old.generation).await?;
        }
        let sql = "UPDATE proj_generations SET serving = 1 WHERE name = $1 AND generation = $2";
        tx.execute(sql, values![name, generation.0]).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn drop_generation(&self, name: &str, generation: Generation) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let states = locked(&mut tx, name).await?;
        if states
            .iter()
            .any(|state| state.generation == generation && !state.serving)
        {
            remove(&mut tx, name, generation).await?;
        }
        tx.commit().await
    }

    async fn dump(&self, generation: Generation) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT {CASE_COLUMNS} FROM proj_cases c WHERE c.generation = $1 ORDER BY c.case_id"
        );
        let rows = case_rows(
            &self.db,
            generation,
            self.db.query(&sql, values![generation.0]).await?,
        )
        .await?;
        Ok(row_lines(&rows))
    }
}

fn state(mut row: Row) -> Result<GenerationState, StoreError> {
    let checkpoint: Checkpoint = row.opt_int(2)?.map(|position| Position(position as u64));
    Ok(GenerationState {
        generation: Generation(row.int(0)?),
        serving: row.flag(1)?,
        checkpoint,
    })
}

/// The generations of a projection, kept from changing until the transaction ends.
async fn locked(tx: &mut Tx, name: &str) -> Result<Vec<GenerationState>, StoreError> {
    let lock = for_update(tx);
    if !lock.is_empty() {
        // Also while there is no row to lock yet.
        tx.query(
            "SELECT pg_advisory_xact_lock(4845323, hashtext($1))",
            values![name],
        )
        .await?;
    }
    let sql = format!(
        "SELECT generation, serving, checkpoint FROM proj_generations WHERE name = $1 ORDER BY generation{lock}"
    );
    tx.query(&sql, values![name])
        .await?
        .into_iter()
        .map(state)
        .collect()
}

async fn remove(tx: &mut Tx, name: &str, generation: Generation) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM proj_case_posts WHERE generation = $1",
        values![generation.0],
    )
    .await?;
    tx.execute(
        "DELETE FROM proj_cases WHERE generation = $1",
        values![generation.0],
    )
    .await?;
    let sql = "DELETE FROM proj_generations WHERE name = $1 AND generation = $2";
    tx.execute(sql, values![name, generation.0]).await.map(drop)
}

async fn write_cases(
    tx: &mut Tx,
    generation: Generation,
    cases: Vec<CaseRow>,
) -> Result<(), StoreError> {
    let mut posts = Vec::new();
    let mut rows = Vec::with_capacity(cases.len());
    for case in cases {
        posts.extend(
            case.posts
                .iter()
                .map(|post| values![generation.0, *post, case.case]),
        );
        rows.push(case_values(generation, case));
    }
    let sql = "INSERT INTO proj_cases (generation, case_id, tenant, kind, signal, subject, community, level, unscored,
                 status, holder, lease_until, look_due_at, looked_at, look_breached, opened_at, last_post_at,
                 backfill, synthetic, language, state) $1
               ON CONFLICT (generation, case_id) DO UPDATE SET
                 subject = excluded.subject, community = excluded.community, level = excluded.level,
                 unscored = excluded.unscored, status = excluded.status, holder = excluded.holder,
                 lease_until = excluded.lease_until, look_due_at = excluded.look_due_at,
                 looked_at = excluded.looked_at, look_breached = excluded.look_breached,
                 opened_at = excluded.opened_at, last_post_at = excluded.last_post_at,
                 backfill = excluded.backfill, synthetic = excluded.synthetic, language = excluded.language,
                 state = excluded.state";
    tx.insert(sql, rows).await?;
    tx.insert(
        "INSERT INTO proj_case_posts (generation, post, case_id) $1 ON CONFLICT DO NOTHING",
        posts,
    )
    .await
}

fn case_values(generation: Generation, case: CaseRow) -> Vec<Value> {
    values![
        generation.0,
        case.case,
        &case.tenant,
        case.kind.as_str(),
        case.signal.as_str(),
        case.subject,
        &case.community,
        i64::from(case.level.number()),
        case.unscored,
        case.status.as_str(),
        case.holder,
        case.lease_until,
        due_value(case.look_due_at),
        case.looked_at,
        case.look_breached,
        case.opened_at,
        case.last_post_at,
        case.backfill,
        case.synthetic,
        case.language,
        case.state,
    ]
}
