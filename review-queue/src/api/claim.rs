//! `POST /v1/cases/{case}/claim`.

use axum::extract::State;

use super::asked::{Answer, Asked, Nothing};
use super::{ApiError, Problem};
use crate::state::ReviewState;
use crate::view::Changed;

/// Claim a case.
///
/// Takes the case, or keeps it longer. Refused with the holder's name where somebody else has it.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/claim",
    tag = "cases",
    params(
        ("case" = uuid::Uuid, Path, description = "The case"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes repeating harmless"),
    ),
    request_body = Nothing,
    responses(
        (status = 200, description = "Done", body = Changed),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not allow it", body = Problem),
        (status = 404, description = "No such case, or not visible", body = Problem),
        (status = 409, description = "The case does not allow it now", body = Problem),
        (status = 422, description = "The request is not complete", body = Problem),
    ),
)]
pub(super) async fn claim(
    State(state): State<ReviewState>,
    asked: Asked<Nothing>,
) -> Result<Answer, ApiError> {
    let changed = state.service.claim(&asked.who, &asked.ask).await;
    Ok(Answer(changed?))
}
