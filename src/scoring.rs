//! Answers to those who want one before they publish: kind words for the author of a draft, and scores in
//! the form that clients of the Perspective API know.
//!
//! It promises: nothing that is sent is stored, logged or counted with the posts; texts are judged
//! exactly as the deep stage judges posts; at most so many texts are judged at a time, and beyond that and
//! a short queue the answer is 429, so that the stream never waits for drafts. An author is given words
//! and resources, never a verdict or a score.
//!
//! It leaves to others: judging (the assessor), tokens (the store), what is done with an answer (the
//! platform).
//!
//! To add words in another language, or a country's resources: the section `[scoring]` of the
//! configuration. To add an attribute: `perspective::attribute`, and its row in
//! `docs/scoring-over-http.md`.

mod config;
mod desk;
mod draft;
mod keys;
mod metrics;
pub(crate) mod openapi;
mod perspective;
mod reading;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use futures::StreamExt as _;
use tokio::time::timeout;

use crate::wiring::Holdfast;

pub use config::{Resource, ScoringConfig, Words};
pub(crate) use metrics::ScoringMetrics;

use desk::Desk;
use keys::{Keys, KnownKeys};

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Scoring {
    config: Arc<ScoringConfig>,
    keys: Arc<dyn Keys>,
    desk: Desk,
    metrics: ScoringMetrics,
    limits: Limits,
}

/// How much is taken of one request, in bytes.
#[derive(Debug, Clone, Copy)]
struct Limits {
    request: usize,
    text: usize,
}

/// The routes that are switched on.
pub(crate) fn router(holdfast: &Holdfast) -> anyhow::Result<Router> {
    let config = Arc::new(holdfast.config.scoring.clone());
    let limits = holdfast.config.ingest.limits;
    Ok(routes(Scoring {
        keys: Arc::new(KnownKeys::of(holdfast)),
        desk: Desk::new(&config, holdfast.assessor.clone()),
        metrics: ScoringMetrics::register(&holdfast.registry)?,
        limits: Limits {
            request: limits.max_record_bytes,
            text: limits.max_text_bytes,
        },
        config,
    }))
}

fn routes(scoring: Scoring) -> Router {
    let mut routes = Router::new();
    if scoring.config.draft {
        routes = routes.merge(draft::routes());
    }
    if scoring.config.perspective {
        routes = routes.merge(perspective::routes());
    }
    routes
        .layer(middleware::from_fn(nothing_kept))
        .with_state(scoring)
}

/// Reads the rest of a request that is refused, so that its sender hears the answer: a connection closed in
/// the middle of a body shows as a fault of the network. Keeps nothing of it.
async fn read_away(body: Body, limits: Limits) {
    let reading = async {
        let (mut chunks, mut read) = (body.into_data_stream(), 0);
        while let Some(Ok(chunk)) = chunks.next().await {
            read += chunk.len();
            if read > limits.request {
                break;
            }
        }
    };
    // Who sends slower than this is cut off.
    let _ = timeout(Duration::from_secs(1), reading).await;
}

/// Tells everybody on the way back to keep no copy.
async fn nothing_kept(request: Request<Body>, next: Next) -> Response {
    let mut response = next.run(request).await;
    let never = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, never);
    response
}
