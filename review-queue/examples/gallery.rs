//! Shows every page of the console with its samples, for looking at: no store, no sign-in.
//!
//! `cargo run -p holdfast-review-queue --example gallery -- 127.0.0.1:8099`, then open that address.

use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use holdfast_review_queue::web::{assets, pages};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:8099".to_owned());
    let app = Router::new()
        .route("/", get(index))
        .route("/{page}", get(page))
        .route("/assets/{digest}/{name}", get(assets::serve));
    let listener = tokio::net::TcpListener::bind(&address).await?;
    axum::serve(listener, app).await
}

async fn index() -> Html<String> {
    let links: Vec<String> = pages::samples()
        .into_iter()
        .map(|(name, _)| format!("<li><a href=\"/{name}\">{name}</a>"))
        .collect();
    Html(format!(
        "<!doctype html><title>Pages</title><ul>{}</ul>",
        links.concat()
    ))
}

async fn page(Path(name): Path<String>) -> impl IntoResponse {
    let found = pages::samples().into_iter().find(|(page, _)| *page == name);
    Html(found.map_or_else(|| "no such page".to_owned(), |(_, html)| html))
}
