//! The REST API, version 1.
//!
//! One file per operation: its route, its documentation. What they share (who asks, what they sent,
//! how refusals look) is in `asked`, `problem` and [`headers`]; the contract is made from all of
//! them in [`openapi`](mod@openapi) and checked in as `openapi.json`.

mod asked;
mod case;
mod claim;
mod close;
mod contact;
mod decisions;
pub mod headers;
mod level;
mod notes;
mod open;
mod openapi;
pub mod problem;
mod queue;
mod release;
mod renew;
mod reopen;
mod reveal;
mod search;
mod stream;
mod takeover;
mod undo;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::state::ReviewState;

pub use openapi::openapi;
pub use problem::{ApiError, Problem};

/// The API's routes, with their limits and headers. Nothing is readable without a sign-in but the
/// contract.
pub fn router(state: ReviewState) -> Router {
    let limit = state.service.config().body_limit_bytes;
    let headers = headers::Headers::of(&state);
    let routes = Router::new()
        .route("/v1/queue", get(queue::queue))
        .route("/v1/search", get(search::search))
        .route("/v1/stream", get(stream::stream))
        .route("/v1/cases", post(open::open))
        .route("/v1/cases/{case}", get(case::case))
        .route("/v1/cases/{case}/claim", post(claim::claim))
        .route("/v1/cases/{case}/renew", post(renew::renew))
        .route("/v1/cases/{case}/release", post(release::release))
        .route("/v1/cases/{case}/takeover", post(takeover::take_over))
        .route("/v1/cases/{case}/notes", post(notes::note))
        .route("/v1/cases/{case}/level", post(level::level))
        .route("/v1/cases/{case}/contact", post(contact::contact))
        .route("/v1/cases/{case}/decisions", post(decisions::decide))
        .route("/v1/cases/{case}/undo", post(undo::undo))
        .route("/v1/cases/{case}/close", post(close::close))
        .route("/v1/cases/{case}/reopen", post(reopen::reopen))
        .route("/v1/cases/{case}/reveal", post(reveal::reveal))
        .route("/openapi.json", get(openapi::serve))
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(limit))
        .with_state(state);
    headers.around(routes)
}
