//! `POST /v1/cases/{case}/reveal`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::{ApiError, Problem};
use crate::service::{ReadingReason, RevealInput};
use crate::state::ReviewState;
use crate::view::{RevealedCase, RevealedText};

/// What was revealed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Revealed {
    /// The whole case.
    Case(Box<RevealedCase>),
    /// One text.
    Text(RevealedText),
}

/// Read masked text.
///
/// The reading is recorded before anything is shown: the whole case with its thread as one read,
/// each stretch of method detail and each record of an incident as one of its own. An auditor, who
/// does not work on cases, gives a reason, which is recorded with the reading.
#[utoipa::path(
    post,
    path = "/v1/cases/{case}/reveal",
    tag = "cases",
    params(
        ("case" = uuid::Uuid, Path, description = "The case"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes repeating harmless"),
    ),
    request_body = RevealInput,
    responses(
        (status = 200, description = "The text", body = Revealed),
        (status = 401, description = "Not signed in", body = Problem),
        (status = 403, description = "The role does not read texts", body = Problem),
        (status = 404, description = "No such case, post, cover or record", body = Problem),
        (status = 422, description = "The request is not complete", body = Problem),
    ),
)]
pub(super) async fn reveal(
    State(state): State<ReviewState>,
    asked: Asked<RevealInput>,
) -> Result<Json<Revealed>, ApiError> {
    let (service, who, ask) = (&state.service, &asked.who, &asked.ask);
    let revealed = match asked.input {
        RevealInput::Case { reason } => {
            let why = ReadingReason::Words(reason);
            Revealed::Case(Box::new(service.reveal(who, ask, &why).await?))
        }
        RevealInput::MethodDetail {
            post,
            cover,
            reason,
        } => {
            let why = ReadingReason::Words(reason);
            let text = service.reveal_method_detail(who, ask, post, cover, &why);
            Revealed::Text(text.await?)
        }
        RevealInput::Record { member, reason } => {
            let why = ReadingReason::Words(reason);
            Revealed::Text(service.reveal_record(who, ask, member, &why).await?)
        }
    };
    Ok(Json(revealed))
}
