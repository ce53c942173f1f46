//! The addresses of the console.
//!
//! A page is read with GET and changes nothing, but for a case whose texts are shown: reading them is
//! recorded. A form posts, and the browser is sent on with GET. A form that is refused comes back with
//! everything typed still in it.

mod address;
mod case;
mod commands;
mod decide;
mod door;
mod form;
mod open_case;
mod queue;
mod reveal;
mod search;
mod settings;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};

use super::console::Console;
use super::{assets, respond, security};

/// The console's router; everything it serves carries the security headers.
pub fn router(console: Console) -> Router {
    let limit = console.service().config().body_limit_bytes;
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(door::page).post(door::sign_in))
        .route("/sign-out", post(door::sign_out))
        .route("/queue", get(queue::page))
        .route("/search", get(search::page).post(search::find))
        .route("/help", get(settings::help))
        .route("/settings/keys", post(settings::keys))
        .route("/cases/new", get(open_case::page).post(open_case::open))
        .nest("/cases/{id}", of_case())
        .route("/assets/{digest}/{name}", get(assets::serve))
        .layer(DefaultBodyLimit::max(limit))
        .layer(middleware::from_fn(security::guard))
        .with_state(console)
}

fn of_case() -> Router<Console> {
    Router::new()
        .route("/", get(case::page))
        .route("/claim", post(commands::claim))
        .route("/renew", post(commands::renew))
        .route("/release", post(commands::release))
        .route("/take-over", post(commands::take_over))
        .route("/notes", post(commands::note))
        .route("/level", post(commands::level))
        .route("/contact", post(commands::contact))
        .route("/close", post(commands::close))
        .route("/reopen", post(commands::reopen))
        .route("/decisions", post(decide::decide))
        .route("/undo", post(decide::undo))
        .route("/reveal", post(reveal::reveal))
        .route("/cover", post(reveal::cover))
        .route("/reveal-detail", post(reveal::detail))
        .route("/members/{member}/read", post(reveal::member))
}

async fn home() -> Response {
    respond::go("/queue")
}
