//! `POST /v1alpha1/comments:analyze`, in the request, answer and errors of the Perspective API, so that its
//! clients work with another address and key.
//!
//! What differs is in `docs/scoring-over-http.md`: the attributes that are answered and what they rest on.

mod answer;
mod attribute;
mod discovery;
mod error;
mod request;
mod spans;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use holdfast_classifiers::language::Guess;
use holdfast_domain::Sensitive;
use serde::Deserialize;
use tokio::time::{Instant, timeout};

use super::desk::Seat;
use super::reading::{Draft, Reading};
use super::{Scoring, keys, read_away};
use answer::Analysed;
use error::Refusal;
use request::{AnalyzeRequest, Asked};

const ENDPOINT: &str = "comments:analyze";
const KEY_HEADER: &str = "x-goog-api-key";

pub(super) fn routes() -> Router<Scoring> {
    Router::new()
        .route("/v1alpha1/comments:analyze", post(analyze))
        .route("/$discovery/rest", get(discovery::serve))
}

/// What may stand in the address. The key is kept out of anything that is printed.
#[derive(Debug, Default, Deserialize)]
struct Parameters {
    key: Option<Sensitive<String>>,
}

async fn analyze(State(scoring): State<Scoring>, request: Request<Body>) -> Response {
    let began = Instant::now();
    let answer = answer(&scoring, request).await;
    let status = answer
        .as_ref()
        .map_or_else(Refusal::status, |_| StatusCode::OK);
    scoring.metrics.answered(ENDPOINT, status, began.elapsed());
    answer.map(Json).into_response()
}

async fn answer(scoring: &Scoring, request: Request<Body>) -> Result<Analysed, Refusal> {
    let (head, body) = request.into_parts();
    let parameters = Query::<Parameters>::try_from_uri(&head.uri);
    let parameters = parameters.map(|Query(known)| known).unwrap_or_default();
    let seat = match admit(scoring, parameters, &head.headers).await {
        Ok(seat) => seat,
        Err(refusal) => {
            read_away(body, scoring.limits).await;
            return Err(refusal);
        }
    };
    let body = read(scoring, body).await?;
    let asked =
        AnalyzeRequest::parse(&body)?.checked(scoring.limits.text, &scoring.config.languages)?;
    judge(scoring, seat, asked).await
}

async fn admit(
    scoring: &Scoring,
    parameters: Parameters,
    headers: &HeaderMap,
) -> Result<Seat, Refusal> {
    let in_header = || {
        let value = headers.get(KEY_HEADER)?.to_str().ok()?;
        Some(Sensitive::new(value.to_owned()))
    };
    let key = parameters
        .key
        .or_else(in_header)
        .or_else(|| keys::bearer(headers))
        .ok_or(Refusal::NoKey)?;
    match scoring.keys.admit(&key).await {
        Ok(true) => Ok(scoring.desk.seat()?),
        Ok(false) => Err(Refusal::UnknownKey),
        Err(error) => {
            tracing::warn!(%error, "a key could not be looked up");
            Err(Refusal::Unavailable)
        }
    }
}

async fn read(scoring: &Scoring, body: Body) -> Result<Bytes, Refusal> {
    let body = axum::body::to_bytes(body, scoring.limits.request);
    timeout(scoring.desk.patience(), body)
        .await
        .map_err(|_| Refusal::Slow)?
        .map_err(|_| Refusal::TooLong)
}

async fn judge(scoring: &Scoring, seat: Seat, mut asked: Asked) -> Result<Analysed, Refusal> {
    let spans = if asked.sentences {
        spans::sentences(asked.text.reveal())
    } else {
        Vec::new()
    };
    let drafts = drafts(&asked, &spans);
    let mut readings = scoring.desk.judge(seat, drafts).await?;
    let whole = readings.remove(0);
    let languages = languages(&asked, &whole);
    let answered = |language: &String| scoring.config.languages.contains(language);
    if !languages.iter().all(answered) {
        if !asked.lenient {
            return Err(asked.not_in_this_language(languages));
        }
        asked.attributes.clear();
    }
    let parts: Vec<_> = spans.iter().zip(&readings).collect();
    Analysed::of(asked, &whole, &parts, languages)
}

/// The whole text, then each of its sentences, all in answer to the same post.
fn drafts(asked: &Asked, spans: &[std::ops::Range<usize>]) -> Vec<Draft> {
    let draft = |text: &str| Draft {
        text: Sensitive::new(text.to_owned()),
        context: asked.context.clone(),
        language: asked.languages.first().cloned(),
    };
    let text = asked.text.reveal();
    let parts = spans.iter().map(|span| draft(&text[span.clone()]));
    std::iter::once(draft(text)).chain(parts).collect()
}

/// The languages that count: those asked for, else the one that the text seems to be in. A text too
/// short to tell is read as the first that is answered in.
fn languages(asked: &Asked, whole: &Reading) -> Vec<String> {
    if !asked.languages.is_empty() {
        return asked.languages.clone();
    }
    match whole.language {
        Guess::Known(language) => vec![language.to_owned()],
        Guess::Other => vec!["und".to_owned()],
        Guess::Undetermined => asked.default_language.iter().cloned().collect(),
    }
}
