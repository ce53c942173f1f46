//! `POST /v1/cases/{case}/reveal`.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::{ApiError, Problem};
use crate::service::RevealInput;
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
/// each stretch of method detail and each record of an incident as one of its own.
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
        RevealInput::Case {} => Revealed::Case(Box::new(service.reveal(who, ask).await?)),
        RevealInput::MethodDetail { post, cover } => {
            let text = service.reveal_method_detail(who, ask, post, cover).await?;
            Revealed::Text(text)
        }
        RevealInput::Record { member } => {
            Revealed::Text(service.reveal_record(who, ask, member).await?)
        }
    };
    Ok(Json(revealed))
}
