//! `GET /v1/cases/{case}`.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::IntoResponse;
use http::header;

use super::asked::{case_in_path, etag};
use super::{ApiError, Problem};
use crate::access::Access;
use crate::state::ReviewState;
use crate::view::CaseView;
use holdfast_domain::CaseId;

/// A case that somebody wants to read.
pub(super) struct Wanted {
    who: Access,
    case: CaseId,
}

impl FromRequestParts<ReviewState> for Wanted {
    type Rejection = ApiError;

    async fn from_request_parts(head: &mut Parts, state: &ReviewState) -> Result<Self, ApiError> {
        let who = state.caller(head).await?.access;
        let case = case_in_path(head).await?;
        Ok(Self { who, case })
    }
}

/// A case with everything that happened.
///
/// Texts of members are masked; `POST …/reveal` shows them and records that they were read.
#[utoipa::path(
    get,
    path = "/v1/cases/{case}",
    tag = "cases",
    params(("case" = uuid::Uuid, Path, description = "The case")),
    responses(
        (status = 200, description = "The case", body = CaseView,
            headers(("ETag" = String, description = "What `If-Match` takes"))),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 404, description = "No such case, or not visible", body = Problem),
    ),
)]
pub(super) async fn case(
    State(state): State<ReviewState>,
    wanted: Wanted,
) -> Result<impl IntoResponse, ApiError> {
    let view = state.service.case(&wanted.who, wanted.case).await?;
    Ok(([(header::ETAG, etag(view.seen))], Json(view)))
}
