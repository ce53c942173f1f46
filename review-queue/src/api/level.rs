//! `POST /v1/cases/{case}/level`.

use axum::extract::State;

use super::asked::{Answer, Asked};
use super::{ApiError, Problem};
use crate::service::LevelInput;
use crate::state::ReviewState;
use crate::view::Changed;

/// Raise or lower the level.
///
/// Without a code it is raised, and goes through whatever came in meanwhile. With a code it is lowered: that takes the holder, words, and `If-Match`.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/level",
    tag = "cases",
    params(
        ("case" = uuid::Uuid, Path, description = "The case"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that it rests on"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes repeating harmless"),
    ),
    request_body = LevelInput,
    responses(
        (status = 200, description = "Done", body = Changed),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not allow it", body = Problem),
        (status = 404, description = "No such case, or not visible", body = Problem),
        (status = 409, description = "The case does not allow it now", body = Problem),
        (status = 412, description = "Something happened since; `since` says what, `draft` gives back what was sent", body = Problem),
        (status = 428, description = "`If-Match` is missing", body = Problem),
        (status = 422, description = "The request is not complete", body = Problem),
    ),
)]
pub(super) async fn level(
    State(state): State<ReviewState>,
    asked: Asked<LevelInput>,
) -> Result<Answer, ApiError> {
    let changed = state
        .service
        .set_level(&asked.who, &asked.ask, &asked.input)
        .await;
    let draft = asked.draft;
    changed
        .map(Answer)
        .map_err(|error| ApiError::with_draft(error, draft))
}
