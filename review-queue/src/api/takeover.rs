//! `POST /v1/cases/{case}/takeover`.

use axum::extract::State;

use super::asked::{Answer, Asked};
use super::{ApiError, Problem};
use crate::service::TakeOverInput;
use crate::state::ReviewState;
use crate::view::Changed;

/// Take a case over.
///
/// Takes a senior role and a reason.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/takeover",
    tag = "cases",
    params(
        ("case" = uuid::Uuid, Path, description = "The case"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes repeating harmless"),
    ),
    request_body = TakeOverInput,
    responses(
        (status = 200, description = "Done", body = Changed),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not allow it", body = Problem),
        (status = 404, description = "No such case, or not visible", body = Problem),
        (status = 409, description = "The case does not allow it now", body = Problem),
        (status = 422, description = "The request is not complete", body = Problem),
    ),
)]
pub(super) async fn take_over(
    State(state): State<ReviewState>,
    asked: Asked<TakeOverInput>,
) -> Result<Answer, ApiError> {
    let changed = state
        .service
        .take_over(&asked.who, &asked.ask, &asked.input)
        .await;
    Ok(Answer(changed?))
}
