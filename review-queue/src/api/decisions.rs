//! `POST /v1/cases/{case}/decisions`.

use axum::extract::State;

use super::asked::{Answer, Asked};
use super::{ApiError, Problem};
use crate::service::DecideInput;
use crate::state::ReviewState;
use crate::view::Changed;

/// Decide.
///
/// Records a decision and asks the platform for its actions, each held while it can be undone. A decision that restricts needs `If-Match`; one that only helps goes through whatever came in meanwhile.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/decisions",
    tag = "cases",
    params(
        ("case" = uuid::Uuid, Path, description = "The case"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the state that it rests on"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes repeating harmless"),
    ),
    request_body = DecideInput,
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
pub(super) async fn decide(
    State(state): State<ReviewState>,
    asked: Asked<DecideInput>,
) -> Result<Answer, ApiError> {
    let changed = state
        .service
        .decide(&asked.who, &asked.ask, &asked.input)
        .await;
    let draft = asked.draft;
    changed
        .map(Answer)
        .map_err(|error| ApiError::with_draft(error, draft))
}
