//! `POST /v1/cases`.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::asked::{Answer, Sent};
use super::{ApiError, Problem};
use crate::service::OpenInput;
use crate::state::ReviewState;
use crate::view::Changed;

/// Open a case by hand.
///
/// From a post's id, its link, a member's name or pasted text. Where the member's case is open
/// already, what was brought goes there.
#[utoipa::path(
    post,
    path = "/v1/cases",
    tag = "cases",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes repeating harmless")),
    request_body = OpenInput,
    responses(
        (status = 200, description = "It went to a case that is open", body = Changed),
        (status = 201, description = "Opened; `Location` says where", body = Changed),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not allow it there", body = Problem),
        (status = 409, description = "Colleagues have an open case of this member", body = Problem),
        (status = 422, description = "The request is not complete", body = Problem),
    ),
)]
pub(super) async fn open(
    State(state): State<ReviewState>,
    sent: Sent<OpenInput>,
) -> Result<Response, ApiError> {
    let (request, trace) = (sent.request.as_ref(), sent.trace.as_deref());
    let changed = state
        .service
        .open_by_hand(&sent.who, &sent.input, request, trace)
        .await?;
    let (opened, case) = (changed.opened, changed.case);
    let mut response = Answer(changed).into_response();
    if opened {
        *response.status_mut() = StatusCode::CREATED;
    }
    if let Ok(location) = HeaderValue::from_str(&format!("/v1/cases/{case}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
