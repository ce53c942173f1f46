//! `POST /v1/assess-draft`: kind words for somebody who is about to post.

mod answer;
mod problem;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use holdfast_domain::Sensitive;
use serde::Deserialize;
use tokio::time::{Instant, timeout};

use super::desk::Seat;
use super::reading::Draft;
use super::{Scoring, keys, read_away};

pub(super) use answer::DraftAnswer;
pub(super) use problem::Problem;
use problem::Refusal;

const ENDPOINT: &str = "assess-draft";

/// A text whose author is about to post it.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
pub(super) struct DraftRequest {
    /// The text as it would be posted.
    #[schemars(with = "String")]
    text: Sensitive<String>,
    /// The post that it answers, where it is a reply.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    context: Option<Sensitive<String>>,
    /// The author's language (BCP 47). A region, as in `en-GB`, chooses the resources of that country.
    #[serde(default)]
    lang: Option<String>,
}

pub(super) fn routes() -> Router<Scoring> {
    Router::new().route("/v1/assess-draft", post(assess))
}

async fn assess(State(scoring): State<Scoring>, request: Request<Body>) -> Response {
    let began = Instant::now();
    let answer = answer(&scoring, request).await;
    let status = answer
        .as_ref()
        .map_or_else(Refusal::status, |_| StatusCode::OK);
    scoring.metrics.answered(ENDPOINT, status, began.elapsed());
    answer.map(Json).into_response()
}

async fn answer(scoring: &Scoring, request: Request<Body>) -> Result<DraftAnswer, Refusal> {
    let (head, body) = request.into_parts();
    let seat = match admit(scoring, &head.headers).await {
        Ok(seat) => seat,
        Err(refusal) => {
            read_away(body, scoring.limits).await;
            return Err(refusal);
        }
    };
    let asked = read(scoring, body).await?;
    let reading = judge(scoring, seat, &asked).await?;
    Ok(DraftAnswer::to(
        &scoring.config,
        reading.as_ref(),
        asked.lang.as_deref(),
    ))
}

/// Who comes with a token, and finds a place, is heard.
async fn admit(scoring: &Scoring, headers: &HeaderMap) -> Result<Seat, Refusal> {
    let token = keys::bearer(headers).ok_or(Refusal::Unauthorized)?;
    match scoring.keys.admit(&token).await {
        Ok(true) => Ok(scoring.desk.seat()?),
        Ok(false) => Err(Refusal::Unauthorized),
        Err(error) => {
            tracing::warn!(%error, "a token could not be looked up");
            Err(Refusal::Unavailable)
        }
    }
}

async fn read(scoring: &Scoring, body: Body) -> Result<DraftRequest, Refusal> {
    let limits = scoring.limits;
    let body = axum::body::to_bytes(body, limits.request);
    let body = timeout(scoring.desk.patience(), body)
        .await
        .map_err(|_| Refusal::Slow)?
        .map_err(|_| Refusal::TooLarge(limits.request))?;
    let asked: DraftRequest =
        serde_json::from_slice(&body).map_err(|error| Refusal::not_read(&error))?;
    let too_long = |text: &Sensitive<String>| text.reveal().len() > limits.text;
    if too_long(&asked.text) || asked.context.as_ref().is_some_and(too_long) {
        return Err(Refusal::TextTooLong(limits.text));
    }
    Ok(asked)
}

/// Nothing is read in nothing.
async fn judge(
    scoring: &Scoring,
    seat: Seat,
    asked: &DraftRequest,
) -> Result<Option<super::reading::Reading>, Refusal> {
    if asked.text.reveal().trim().is_empty() {
        return Ok(None);
    }
    let draft = Draft {
        text: asked.text.clone(),
        context: asked.context.clone(),
        language: asked.lang.clone(),
    };
    Ok(scoring.desk.judge(seat, vec![draft]).await?.pop())
}
