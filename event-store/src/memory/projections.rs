//! Generations in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use holdfast_domain::CaseId;

use super::MemoryStore;
use super::state::Rows;
use crate::error::StoreError;
use crate::ports::{CaseRow, Generation, GenerationState, ProjectionWrite, Projections};
use crate::read::row_lines;

#[async_trait]
impl Projections for MemoryStore {
    async fn generations(&self, name: &str) -> Result<Vec<GenerationState>, StoreError> {
        Ok(self
            .state()
            .generations
            .iter()
            .filter(|rows| rows.name == name)
            .map(|rows| rows.state)
            .collect())
    }

    async fn begin_generation(&self, name: &str) -> Result<Generation, StoreError> {
        let mut state = self.state();
        let last = state
            .generations
            .iter()
            .map(|rows| rows.state.generation.0)
            .max()
            .unwrap_or(0);
        state
            .generations
            .retain(|rows| rows.name != name || rows.state.serving);
        let serving = !state.generations.iter().any(|rows| rows.name == name);
        let generation = Generation(last + 1);
        state.generations.push(Rows {
            name: name.to_owned(),
            state: GenerationState {
                generation,
                serving,
                checkpoint: None,
            },
            cases: BTreeMap::new(),
        });
        Ok(generation)
    }

    async fn write(&self, write: ProjectionWrite) -> Result<bool, StoreError> {
        let mut state = self.state();
        let found = state.generations.iter_mut().find(|rows| {
            rows.name == write.name
                && rows.state.generation == write.generation
                && rows.state.checkpoint == write.expected
        });
        let Some(rows) = found else { return Ok(false) };
        for mut case in write.cases {
            let known = rows.cases.get(&case.case).map(|known| known.posts.clone());
            case.posts.extend(known.unwrap_or_default());
            case.posts.sort_unstable();
            case.posts.dedup();
            rows.cases.insert(case.case, case);
        }
        rows.state.checkpoint = Some(write.checkpoint);
        Ok(true)
    }

    async fn load_rows(
        &self,
        generation: Generation,
        cases: &[CaseId],
    ) -> Result<Vec<CaseRow>, StoreError> {
        let state = self.state();
        let rows = state
            .generations
            .iter()
            .find(|rows| rows.state.generation == generation);
        let wanted = |row: &&CaseRow| cases.contains(&row.case);
        Ok(rows
            .map(|rows| rows.cases.values().filter(wanted).cloned().collect())
            .unwrap_or_default())
    }

    async fn swap(&self, name: &str, generation: Generation) -> Result<bool, StoreError> {
        let mut state = self.state();
        let find = |rows: &&Rows| rows.name == name && rows.state.generation == generation;
        let Some(new) = state.generations.iter().find(find).map(|rows| rows.state) else {
            return Ok(false);
        };
        let serves = |rows: &Rows| {
            rows.name == name && rows.state.serving && rows.state.generation != generation
        };
        if state
            .generations
            .iter()
            .any(|rows| serves(rows) && rows.state.checkpoint > new.checkpoint)
        {
            return Ok(false);
        }
        state.generations.retain(|rows| !serves(rows));
        for rows in state
            .generations
            .iter_mut()
            .filter(|rows| rows.state.generation == generation)
        {
            rows.state.serving = true;
        }
        Ok(true)
    }

    async fn drop_generation(&self, name: &str, generation: Generation) -> Result<(), StoreError> {
        let half_built = |rows: &Rows| {
            rows.name == name && rows.state.generation == generation && !rows.state.serving
        };
        self.state().generations.retain(|rows| !half_built(rows));
        Ok(())
    }

    async fn dump(&self, generation: Generation) -> Result<Vec<String>, StoreError> {
        let state = self.state();
        let rows = state
            .generations
            .iter()
            .find(|rows| rows.state.generation == generation);
        let rows: Vec<CaseRow> = rows
            .map(|rows| rows.cases.values().cloned().collect())
            .unwrap_or_default();
        Ok(row_lines(&rows))
    }
}
