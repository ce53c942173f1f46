//! What came of a command.

use holdfast_domain::case::CloseCode;
use holdfast_domain::{CaseId, CrisisLevel};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Holder, UndoView};

/// A command was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Changed {
    /// The case.
    #[schema(value_type = uuid::Uuid)]
    pub case: CaseId,
    /// How many events the case holds now.
    pub version: u64,
    /// What `If-Match` takes from now on (also the `ETag`).
    pub seen: u64,
    /// What was recorded, by the names of the events' types.
    pub recorded: Vec<String>,
    /// The level now.
    #[schema(value_type = String)]
    pub level: CrisisLevel,
    /// How it ended; none while it is open.
    #[schema(value_type = Option<String>)]
    pub closed: Option<CloseCode>,
    /// Who holds it now.
    pub holder: Option<Holder>,
    /// What can be taken back, and until when.
    pub undo: Option<UndoView>,
    /// Whether a second person has to confirm before the case ends.
    pub waits_for_second_person: bool,
    /// Whether the same request had been carried out before, and nothing happened this time.
    pub repeated: bool,
    /// Whether a case was opened; `false` where the post joined one that was open.
    pub opened: bool,
}
