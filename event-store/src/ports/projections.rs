//! Where projections keep their rows and how far they came.

use async_trait::async_trait;
use holdfast_domain::{CaseId, Position};

use super::CaseRow;
use crate::error::StoreError;

/// The tables that a projection fills from the log alone. Its logic lives elsewhere; it hands rows
/// here together with its checkpoint.
#[async_trait]
pub trait Projections: Send + Sync {
    /// The generations of a projection: at most one serves, at most one is being built.
    async fn generations(&self, name: &str) -> Result<Vec<GenerationState>, StoreError>;

    /// Begins an empty generation: serving where there is none yet, else being built (a half-built
    /// one is dropped first).
    async fn begin_generation(&self, name: &str) -> Result<Generation, StoreError>;

    /// Rows and checkpoint, in one transaction. Answers `false`, and writes nothing, where the
    /// checkpoint is not `write.expected` any more: another instance was here.
    async fn write(&self, write: ProjectionWrite) -> Result<bool, StoreError>;

    /// The rows of these cases in a generation, whoever may see them: for the projector alone.
    async fn load_rows(
        &self,
        generation: Generation,
        cases: &[CaseId],
    ) -> Result<Vec<CaseRow>, StoreError>;

    /// Lets the generation serve and drops the one that did, in one transaction. Answers `false`
    /// where its checkpoint lies behind the serving one's.
    async fn swap(&self, name: &str, generation: Generation) -> Result<bool, StoreError>;

    /// Drops a generation that is being built.
    async fn drop_generation(&self, name: &str, generation: Generation) -> Result<(), StoreError>;

    /// All rows of a generation as text, in the order of their keys, without the generation's
    /// number: two generations of the same log give the same lines.
    async fn dump(&self, generation: Generation) -> Result<Vec<String>, StoreError>;
}

/// A generation of a projection's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub i64);

/// How far a projection came; `None` before its first event.
pub type Checkpoint = Option<Position>;

/// A generation and how far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenerationState {
    /// Which.
    pub generation: Generation,
    /// Whether it is the one that is read.
    pub serving: bool,
    /// How far it came.
    pub checkpoint: Checkpoint,
}

/// A batch of rows out.
#[derive(Debug, Clone)]
pub struct ProjectionWrite {
    /// The projection.
    pub name: String,
    /// The generation.
    pub generation: Generation,
    /// The checkpoint that the batch started from.
    pub expected: Checkpoint,
    /// The checkpoint after it.
    pub checkpoint: Position,
    /// Cases new or changed.
    pub cases: Vec<CaseRow>,
}
